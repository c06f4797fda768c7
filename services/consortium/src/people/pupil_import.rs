//! Brings the pupils of a file in: found again by their number, sealed in chunks, written at once.
//!
//! **Invariant:** until the last append nothing of the file is in the log but how far it is.

use crate::files::pupils::Line;
use crate::people::import::{
    Command::{Advance, Fail, Finish, Start},
    Import,
};
use crate::people::numbers::{self, Found};
use crate::people::person::{
    Command,
    Command::{RegisterPupil, UpdatePupil},
    ELSEWHERE, Known, Part, Person, Registered, Who, Within,
};
use crate::people::sealing::{self, CORRECTED, Fields, REGISTERED};
use crate::retention::turn;
use chassis::Hub;
use decider::CommandContext;
use event_log::Receipt;
use processing::Activity;
use proto_schemas::consortium::{import::Kind, person::Guardian};
use std::collections::BTreeSet;
use vocabulary::{
    BranchCode, ImportId, PersonId,
    Purpose::{self, Identity},
    RegionId, Sealed,
};
use web::Problem;

/// Lines between two reports of progress; one round trip to the vault each.
const CHUNK: usize = 100;

/// How often an import is tried that meets others at the same pupils.
const ATTEMPTS: u32 = 5;

/// An import that may begin: its file has no faults.
pub struct PupilImport {
    /// The hub it runs in.
    pub hub: Hub,
    /// Whose pupils.
    pub region: RegionId,
    /// The import itself.
    pub id: ImportId,
    /// The pupils.
    pub lines: Vec<Line>,
    /// Whose pupils whoever asked may change.
    pub within: Within,
    /// Who asked.
    pub asked: CommandContext,
}

/// What the file brings for one pupil.
type Change = (PersonId, Command);

#[derive(Default)]
struct Brought {
    changes: Vec<Change>,
    registered: u32,
    changed: u32,
    unchanged: u32,
}

impl PupilImport {
    /// Begins: from now on the import can be looked at. Again is harmless.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn start(&self) -> Result<(), Problem> {
        let schools: BTreeSet<&BranchCode> = self.lines.iter().map(|line| &line.pupil.home_school).collect();
        let start = Start {
            kind: Kind::Pupils,
            total: count(self.lines.len()),
            schools: schools.into_iter().cloned().collect(),
        };
        self.hub.log.execute::<Import>(&self.region, &self.id, start, &self.early()).await?;
        Ok(())
    }

    /// Only the append that writes the pupils is kept under the command: until then a retry goes on.
    fn early(&self) -> CommandContext {
        CommandContext { command: None, expects: None, ..self.asked.clone() }
    }

    /// What was answered when it came to its end before, under the same command.
    ///
    /// # Errors
    /// When the log does not answer, or the command was another one.
    pub async fn answered(&self) -> Result<Option<Receipt>, Problem> {
        let Some(command) = &self.asked.command else { return Ok(None) };
        match self.hub.log.kept(&self.region, command.id).await? {
            Some(kept) if kept.fingerprint != command.fingerprint => Err(event_log::Error::Reused.into()),
            kept => Ok(kept.map(|kept| kept.done)),
        }
    }

    /// Runs to its end, once started. Asked again under the same command it goes on, or answers as before.
    ///
    /// # Errors
    /// What stood in the way, wherever it did; the import says so too, and may be asked again.
    pub async fn run(self) -> Result<Receipt, Problem> {
        let early = self.early();
        let done = self.attempts(&early).await;
        if let Err(problem) = &done {
            // Should its last append have been written after all, this changes nothing.
            let fail = Fail { code: problem.code().to_owned() };
            // What stood in the way is told in any case, also when this cannot be written either.
            if let Err(error) = self.hub.log.execute::<Import>(&self.region, &self.id, fail, &early).await {
                tracing::warn!(%error, import = %self.id, "a failed import could not be marked as failed yet");
            }
        }
        done
    }

    async fn attempts(&self, early: &CommandContext) -> Result<Receipt, Problem> {
        for _ in 0..ATTEMPTS {
            match self.attempt(early).await {
                // Another import registered or moved one of them meanwhile: whose the numbers are is asked again.
                Err(problem) if problem.code() == ELSEWHERE => {}
                done => return done,
            }
        }
        Err(Problem::internal())
    }

    async fn attempt(&self, early: &CommandContext) -> Result<Receipt, Problem> {
        let Brought { changes, registered, changed, unchanged } = self.bring(early).await?;
        let mut batch = self.hub.log.batch(&self.region);
        batch.add::<Import>(&self.id, Finish { registered, changed, unchanged });
        for (person, command) in changes {
            batch.add::<Person>(&person, command);
        }
        // Who is back is not forgotten meanwhile.
        let _turn = turn(&self.hub, &self.region).await?;
        Ok(batch.commit(&self.asked).await?)
    }

    async fn bring(&self, early: &CommandContext) -> Result<Brought, Problem> {
        let mut brought = Brought::default();
        for (index, chunk) in self.lines.chunks(CHUNK).enumerate() {
            let people = numbers::keep(&self.hub, &self.region, &self.within, chunk).await?;
            self.chunk(chunk, people, &mut brought).await?;
            let done = count(index * CHUNK + chunk.len());
            let advance = Advance { done };
            self.hub.log.execute::<Import>(&self.region, &self.id, advance, early).await?;
        }
        Ok(brought)
    }

    async fn chunk(&self, lines: &[Line], people: Vec<Found>, brought: &mut Brought) -> Result<(), Problem> {
        let (mut told, mut gone, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        for (line, Found { person, state, shares_number_with }) in lines.iter().zip(people) {
            let (known, left) = match state {
                Person::Known(Known { part: Part::Pupil(known), left }) => (Some(known), left.is_some()),
                _ => (None, false),
            };
            gone.push(left);
            shared.push(shares_number_with);
            told.push((line, person, known));
        }
        let same = self.same_as_known(&told).await?;
        let news: Vec<(&Line, PersonId, Fields)> = told
            .iter()
            .zip(&same)
            .filter(|(_, same)| !**same)
            .map(|((line, person, known), _)| (*line, *person, if known.is_some() { CORRECTED } else { REGISTERED }))
            .collect();
        let mut sealed = self.seal(&news).await?.into_iter();
        for ((((line, person, known), same), gone), shares_number_with) in told.iter().zip(same).zip(gone).zip(shared) {
            let pupil = line.pupil.clone();
            let within = self.within.clone();
            let who = if same { None } else { sealed.next() };
            let command = match (known, who) {
                (None, Some(who)) => {
                    brought.registered += 1;
                    RegisterPupil { pupil, who, within, shares_number_with }
                }
                // Who had left is back: that is news.
                (Some(known), None) if known.pupil == pupil && !gone => {
                    brought.unchanged += 1;
                    continue;
                }
                (_, corrected) => {
                    brought.changed += 1;
                    UpdatePupil { pupil, corrected, within }
                }
            };
            brought.changes.push((*person, command));
        }
        Ok(())
    }

    /// For each line, whether what is sealed of the known pupil opens to what the line says.
    async fn same_as_known(&self, told: &[(&Line, PersonId, Option<Box<Registered>>)]) -> Result<Vec<bool>, Problem> {
        let mut asked: Vec<(&str, &Sealed)> = Vec::new();
        for (_, _, known) in told {
            let Some(known) = known else { continue };
            let fields = if known.corrected { CORRECTED } else { REGISTERED };
            asked.extend([(fields.name, &known.who.name), (fields.birth_date, &known.who.birth_date)]);
            for guardian in &known.who.guardians {
                asked.push((fields.guardian_name, &guardian.name));
                asked.extend(guardian.email.iter().map(|email| (fields.guardian_email, email)));
            }
        }
        let mut opened =
            self.hub.open_for(Activity::Registration, "import-pupils", &self.region, &asked).await?.into_iter();
        let same = told.iter().map(|(line, _, known)| {
            let Some(known) = known else { return false };
            let sealed = 2 + known.who.guardians.iter().map(|it| 1 + usize::from(it.email.is_some())).sum::<usize>();
            let before: Vec<Option<String>> = opened.by_ref().take(sealed).collect();
            let now: Vec<Option<String>> = plain(line, REGISTERED).into_iter().map(|(_, text)| Some(text)).collect();
            before == now
        });
        Ok(same.collect())
    }

    async fn seal(&self, news: &[(&Line, PersonId, Fields)]) -> Result<Vec<Who>, Problem> {
        let plain: Vec<_> = news.iter().map(|(line, person, fields)| (*person, plain(line, *fields))).collect();
        let asked: Vec<(PersonId, Purpose, &str, &str)> = plain
            .iter()
            .flat_map(|(person, texts)| texts.iter().map(|(field, text)| (*person, Identity, *field, text.as_str())))
            .collect();
        let mut sealed = self.hub.vault.seal_all(&self.region, &asked).await?.into_iter();
        let who = |(line, ..): &(&Line, PersonId, Fields)| {
            let (name, birth_date) = (sealed.next()?, sealed.next()?);
            let guardians = match &line.guardian {
                None => vec![],
                Some((_, None)) => vec![Guardian { name: sealed.next()?, email: None }],
                Some((_, Some(_))) => vec![Guardian { name: sealed.next()?, email: Some(sealed.next()?) }],
            };
            Some(Who { name, birth_date, guardians })
        };
        news.iter().map(who).collect::<Option<_>>().ok_or_else(Problem::internal)
    }
}

/// What is sealed of a line, in its order.
fn plain(line: &Line, fields: Fields) -> Vec<(&'static str, String)> {
    let mut texts =
        vec![(fields.name, sealing::name(&line.given, &line.family)), (fields.birth_date, line.birth_date.to_string())];
    if let Some((name, email)) = &line.guardian {
        texts.push((fields.guardian_name, name.clone()));
        texts.extend(email.iter().map(|email| (fields.guardian_email, email.to_string())));
    }
    texts
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
