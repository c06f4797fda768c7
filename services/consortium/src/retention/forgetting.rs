//! Somebody is forgotten in steps, none of which hangs on the request that asked.
//!
//! known ─keys destroyed, with a note of what is to be written→ owed ─event, note struck→ Forgotten
//!
//! **Invariant:** from the moment the keys are gone there is a note in the vault until the event is written: who asked, why
//! and under which command. What a crash cuts off is written by [`write_owed`], as it was asked.

use crate::people::person::{Command, Command::Forget, Person};
use crate::retention::forgotten::NotYet;
use crate::retention::holds::over;
use crate::retention::run::{Command::Advance, Run};
use crate::retention::schedule::class;
use crate::retention::turn;
use chassis::Hub;
use chrono::{DateTime, NaiveDate, Utc};
use decider::{CommandContext, CommandKey};
use event_log::Receipt;
use proto_schemas::consortium::retention_schedule::{Class, Expired};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vocabulary::{Actor, ActorId, Organisation, PersonId, Reason, RegionId, RetentionRunId, Role};
use web::Problem;

/// Somebody is to be forgotten by hand.
pub(crate) struct ByHand {
    /// Whose log and vault they are forgotten in.
    pub hub: Hub,
    /// The region whose person it is.
    pub region: RegionId,
    /// The person, known or forgotten already.
    pub person: PersonId,
    /// The reason as the log keeps it; never a person's name.
    pub reason: Reason,
    /// Who asked, under which command and with which version seen.
    pub asked: CommandContext,
}

/// What the log is to say of somebody whose keys are gone. **Invariant:** no name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retention: Option<Expired>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Batch>,
    by: ActorId,
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<Organisation>,
    at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<(Uuid, Vec<u8>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

/// The batch of a retention run that somebody was forgotten in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Batch {
    pub run: RetentionRunId,
    pub schedule_version: u32,
    pub class: Class,
    pub ended_until: NaiveDate,
}

impl Note {
    pub fn new(reason: Reason, asked: &CommandContext) -> Self {
        Self {
            reason,
            retention: None,
            run: None,
            by: asked.by.id,
            role: asked.by.role,
            organisation: asked.by.organisation.clone(),
            at: asked.at,
            on_behalf_of: asked.on_behalf_of,
            command: asked.command.as_ref().map(|command| (command.id, command.fingerprint.clone())),
            traceparent: asked.traceparent.clone(),
        }
    }

    pub fn expired(self, retention: Expired, batch: Batch) -> Self {
        Self { retention: Some(retention), run: Some(batch), ..self }
    }

    pub fn text(&self) -> String {
        // Ids, numbers and a text: what serialises has no way to fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it was asked, but for the version that was seen: that was looked at before the keys went.
    fn asked(&self) -> CommandContext {
        let by = Actor { id: self.by, role: self.role, organisation: self.organisation.clone() };
        CommandContext {
            on_behalf_of: self.on_behalf_of,
            command: self.command.clone().map(|(id, fingerprint)| CommandKey { id, fingerprint }),
            traceparent: self.traceparent.clone(),
            ..CommandContext::new(by, self.at)
        }
    }

    fn command(&self) -> Command {
        Forget { reason: self.reason.clone(), retention: self.retention.clone(), held: None }
    }
}

/// Nothing that cannot be undone is done under a key that meant something else.
pub(crate) async fn not_reused(hub: &Hub, region: &RegionId, asked: &CommandContext) -> Result<(), Problem> {
    if let Some(command) = &asked.command
        && let Some(kept) = hub.log.kept(region, command.id).await?
        && kept.fingerprint != command.fingerprint
    {
        return Err(event_log::Error::Reused.into());
    }
    Ok(())
}

impl ByHand {
    /// All of it. To be done by `hub.steps`.
    ///
    /// # Errors
    /// What is in the way. After the keys went the event is written later, as it was asked here.
    pub async fn run(self) -> Result<Receipt, Problem> {
        let Self { hub, region, person, reason, asked } = self;
        // Whoever places a hold now is waited for, or waits.
        let turn = turn(&hub, &region).await?;
        let known = hub.log.load::<Person>(&region, &person).await?;
        if known.version == 0 {
            return Err(Problem::not_found("person", "persoon"));
        }
        if asked.expects.is_some_and(|seen| seen != known.version) {
            return Err(Problem::stale());
        }
        not_reused(&hub, &region, &asked).await?;
        if let Person::Known(known) = &known.state {
            let class = class(&known.part);
            let holds = over(&hub, &region, class, &[person]).await?.pop().unwrap_or_default();
            if let Some(held) = holds.covering(person, class, asked.today())
                // What was destroyed before the hold, and is not told yet, nobody can hold any more.
                && !hub.vault.is_forgotten(&region, person).await?
            {
                // Refused before a key is gone.
                let command = Forget { reason, retention: None, held: Some(held) };
                return Ok(hub.log.execute::<Person>(&region, &person, command, &asked).await?);
            }
        }
        let note = Note::new(reason, &asked);
        turn.still().await?;
        // Keys first: in between nothing opens, and the note says what is still to be written.
        hub.vault.forget_with_notes(&region, &[(person, note.text())]).await?;
        let done = hub.log.execute::<Person>(&region, &person, note.command(), &note.asked()).await?;
        strike(&hub, &region, &[person]).await;
        Ok(done)
    }
}

/// It is written. A note that stays is struck by [`write_owed`].
pub(crate) async fn strike(hub: &Hub, region: &RegionId, people: &[PersonId]) {
    if let Err(error) = hub.vault.strike_notes(region, people).await {
        tracing::info!(%error, %region, "what was written of somebody forgotten is struck from the vault later");
    }
}

/// Writes what is owed to the log of a region: of whom the vault has a note. Answers of how many.
///
/// # Errors
/// The last that was in the way, after all others had their turn.
pub(crate) async fn write_owed(hub: &Hub, region: &RegionId) -> Result<usize, NotYet> {
    let (mut written, mut failed) = (0, Ok(()));
    for (person, note) in hub.vault.notes(region).await? {
        match write(hub, region, person, serde_json::from_str(&note).ok()).await {
            Ok(wrote) => written += usize::from(wrote),
            Err(error) => failed = Err(error),
        }
    }
    failed.map(|()| written)
}

/// Writes of everybody who was forgotten by the vault and is known to the log: an older version left no note, and a log
/// that was put back to an earlier point has lost the event. Answers of how many.
///
/// # Errors
/// The vault or the log is away.
pub(crate) async fn write_unsaid(hub: &Hub, region: &RegionId) -> Result<usize, NotYet> {
    let (mut written, mut after) = (0, None);
    loop {
        let people = hub.vault.forgotten(region, after).await?;
        let Some(last) = people.last().copied() else { return Ok(written) };
        after = Some(last);
        for some in people.chunks(100) {
            let states = hub.log.load_all::<Person>(region, some).await?;
            for (person, loaded) in some.iter().zip(states) {
                if matches!(loaded.state, Person::Known(_)) {
                    written += usize::from(write(hub, region, *person, None).await?);
                }
            }
        }
    }
}

/// Writes of one person, unless it is written, and strikes the note; answers whether it was still to be written.
async fn write(hub: &Hub, region: &RegionId, person: PersonId, note: Option<Note>) -> Result<bool, NotYet> {
    // Whoever forgets at this moment is waited for.
    let _turn = turn(hub, region).await?;
    let owed = matches!(hub.log.load::<Person>(region, &person).await?.state, Person::Known(_));
    if owed {
        let note = note.unwrap_or_else(|| Note::new(unsaid(), &CommandContext::new(Actor::hub(), hub.clock.now())));
        let mut batch = hub.log.batch(region);
        batch.add::<Person>(&person, note.command());
        if let Some(Batch { run, schedule_version, class, ended_until }) = note.run.clone()
            && hub.log.load::<Run>(region, &run).await?.state != Run::Finished
        {
            batch.add::<Run>(&run, Advance { schedule_version, class, people: 1, ended_until });
        }
        batch.commit(&note.asked()).await?;
        tracing::warn!(%region, %person, "somebody was forgotten, and the log had not said so: it does now");
    }
    hub.vault.strike_notes(region, &[person]).await?;
    Ok(owed)
}

/// Why, where nobody knows any more who asked.
fn unsaid() -> Reason {
    match "Vergeten zonder dat het was opgeschreven".parse() {
        Ok(reason) => reason,
        Err(_) => unreachable!("a reason has at least three characters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_keeps_the_actor_and_the_reason() {
        let mut asked = CommandContext::new(Actor::hub(), "2026-09-01T10:00:00Z".parse().unwrap());
        asked.by.organisation = Some(Organisation::School("01GH01".parse().unwrap()));
        asked.command = Some(CommandKey { id: Uuid::nil(), fingerprint: vec![1, 2, 255] });
        asked.traceparent = Some("00-a-b-01".to_owned());
        let note = Note::new("Op verzoek".parse().unwrap(), &asked);
        let read: Note = serde_json::from_str(&note.text()).unwrap();
        assert_eq!((&read, read.asked()), (&note, asked));
    }
}
