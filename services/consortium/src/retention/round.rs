//! A round forgets everybody whose term is over and whom no hold covers, a batch at a time.
//!
//! Who may be due is found in a table; whether they are is decided on the log, in a turn of one's own. Keys go first,
//! all of a batch at once and with a note of each, then one append says so. What stops in between is written as it is noted.

use super::hold::Holds;
use super::holds::{all, over};
use super::people::People;
use super::run::{
    Command::{Advance, Finish},
    Run,
};
use super::schedule::{Schedules, class as class_of};
use super::turn;
use crate::people::person::{Command::Forget, Person};
use crate::retention::forgetting::{Batch, Note, strike};
use crate::retention::forgotten::NotYet;
use chassis::Hub;
use chrono::TimeDelta;
use decider::CommandContext;
use event_log::{Receipt, tenant};
use proto_schemas::consortium::{
    retention_run::Held,
    retention_schedule::{Class, Expired},
};
use uuid::Uuid;
use vocabulary::{Actor, PersonId, Reason, RegionId, RetentionRunId};

/// How many people are looked at in one turn: one append, and a fraction of a second in which others wait.
const BATCH: i64 = 100;

/// A run writes a batch every few seconds. One that has written nothing for this long runs in no process; should it after
/// all, two go on side by side and forget nobody twice.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Why, as it stands in the event of each.
fn because() -> Reason {
    match "Bewaartermijn verstreken".parse() {
        Ok(reason) => reason,
        Err(_) => unreachable!("a reason has at least three characters"),
    }
}

/// One round.
pub struct Round {
    pub hub: Hub,
    /// Of which region.
    pub region: RegionId,
    /// The run that tells of it.
    pub run: RetentionRunId,
    /// Who asked, and when: terms end by that day. What finishes the run is kept under the command.
    pub asked: CommandContext,
}

impl Round {
    /// Runs to its end. Nothing is told of a round that forgot nobody, unless somebody asked for it under a command.
    /// Again is harmless: who was forgotten is not looked at any more.
    ///
    /// # Errors
    /// What stood in the way. Every batch before it is forgotten; the next round goes on.
    pub async fn run(&self) -> Result<Option<Receipt>, NotYet> {
        let before = self.hub.log.load::<Run>(&self.region, &self.run).await?.state;
        if before != Run::Finished {
            let holds = all(&self.hub, &self.region).await?;
            for class in Class::ALL {
                let mut after = None;
                while let Some(last) = self.batch(class, &holds, after).await? {
                    after = Some(last);
                }
            }
        }
        let told = self.hub.log.load::<Run>(&self.region, &self.run).await?.version > 0;
        if !told && self.asked.command.is_none() {
            return Ok(None);
        }
        let finish = Finish { held: self.held().await? };
        Ok(Some(self.hub.log.execute::<Run>(&self.region, &self.run, finish, &self.asked).await?))
    }

    /// Who asked, for what is written before the end: only that is kept under the command.
    fn early(&self) -> CommandContext {
        CommandContext { command: None, expects: None, ..self.asked.clone() }
    }

    /// Forgets whoever of the next people of a class is due; the last one looked at, nothing at the end.
    /// `held` are left out where they are found; who is held by now is asked of the log.
    async fn batch(&self, class: Class, held: &Holds, after: Option<PersonId>) -> Result<Option<PersonId>, NotYet> {
        let (log, region, day) = (&self.hub.log, &self.region, self.asked.today());
        let turn = turn(&self.hub, region).await?;
        let schedules = log.load::<Schedules>(region, region).await?.state;
        let Some(version) = schedules.on(day) else { return Ok(None) };
        let people = People { hub: &self.hub, region, version: Some(version), holds: held, day };
        let found = people.due(&[class], Some(false), after, BATCH).await?;
        let ids: Vec<PersonId> = found.iter().map(|found| found.id).collect();
        let mut due: Vec<(PersonId, Expired)> = Vec::new();
        for (id, holds) in ids.iter().copied().zip(over(&self.hub, region, class, &ids).await?) {
            if let Person::Known(known) = log.load::<Person>(region, &id).await?.state
                && let Some(expired) = version.expired(&known, day)
                && holds.covering(id, class_of(&known.part), day).is_none()
            {
                due.push((id, expired));
            }
        }
        if let Some(ended_until) = due.iter().map(|(_, expired)| expired.ended_on).max() {
            let ids: Vec<PersonId> = due.iter().map(|(id, _)| *id).collect();
            let of_run = Batch { run: self.run, schedule_version: version.number, class, ended_until };
            let note = |expired: &Expired| Note::new(because(), &self.early()).expired(expired.clone(), of_run.clone());
            let notes: Vec<_> = due.iter().map(|(id, expired)| (*id, note(expired).text())).collect();
            turn.still().await?;
            self.hub.vault.forget_with_notes(region, &notes).await?;
            let people = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            let mut batch = log.batch(region);
            let advance = Advance { schedule_version: version.number, class, people, ended_until };
            batch.add::<Run>(&self.run, advance);
            for (id, expired) in due {
                let forget = Forget { reason: because(), retention: Some(expired), held: None };
                batch.add::<Person>(&id, forget);
            }
            batch.commit(&self.early()).await?;
            strike(&self.hub, region, &ids).await;
        }
        Ok(found.last().map(|found| found.id))
    }

    /// How many of each class are held back.
    async fn held(&self) -> Result<Vec<Held>, NotYet> {
        let (log, region, day) = (&self.hub.log, &self.region, self.asked.today());
        let schedules = log.load::<Schedules>(region, region).await?.state;
        let holds = all(&self.hub, region).await?;
        let people = People { hub: &self.hub, region, version: schedules.on(day), holds: &holds, day };
        let mut all = Vec::new();
        for class in Class::ALL {
            let people = u32::try_from(people.count(class).await?.held).unwrap_or(u32::MAX);
            all.extend((people > 0).then_some(Held { class, people }));
        }
        Ok(all)
    }
}

/// Brings the runs of a region to their end that nobody runs any more; answers how many.
///
/// # Errors
/// What stood in the way.
pub(crate) async fn finish_runs(hub: &Hub, region: &RegionId) -> Result<usize, NotYet> {
    let mut rows = tenant(&hub.db, region).await?;
    let open: Vec<Uuid> = sqlx::query_scalar(
        "select id from retention_runs.run where region = $1 and held is null order by position limit 10",
    )
    .bind(region.as_str())
    .fetch_all(&mut *rows)
    .await?;
    drop(rows);
    let (mut finished, now) = (0, hub.clock.now());
    for run in open.into_iter().filter(|run| !hub.steps.is_under_way(*run)).map(RetentionRunId) {
        let history = hub.log.history(region, &format!("retention-run/{run}")).await?;
        if history.last().is_some_and(|last| last.recorded_at + LEASE <= now) {
            let asked = CommandContext::new(Actor::hub(), now);
            Round { hub: hub.clone(), region: region.clone(), run, asked }.run().await?;
            finished += 1;
        }
    }
    Ok(finished)
}
