//! Development: tokens that this machine signs itself. It is said, it stays on this machine, and it does not come back.

use crate::{Hub, transport};
use access::{DevIssuer, Identity, Mark, Misconfigured};
use anyhow::{Context, ensure};
use futures_util::TryStreamExt;
use proto_schemas::consortium::grant;
use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use vocabulary::{ActorId, RegionId};

/// What an operator reads at each start in development.
pub const REPORTED: &str = "development: tokens that `regiohub token` signs count here, and Hub-Now sets the moment of a \
                            request. Not for anyone's real data";

/// Subjects of the development issuer that the program itself has used, besides those of the demo.
const SUBJECTS: [&str; 2] = ["operator", "leader"];

/// Whether the issuers are said, and development stays on this machine and has not been left.
pub(crate) fn allowed(development: bool, real: &[String], directory: &Path, listens: IpAddr) -> anyhow::Result<()> {
    match (development, real.is_empty()) {
        (true, false) => return Err(Misconfigured::DevelopmentBesideReal.into()),
        (false, true) => return Err(Misconfigured::None.into()),
        (false, false) => return Ok(()),
        (true, true) => {}
    }
    ensure!(
        transport::is_loopback(listens),
        "--development is refused on {listens}: everyone who reaches it could be anyone. Listen on 127.0.0.1, or name an \
         --issuer"
    );
    if let Some(Mark::Left(why)) = read(directory)? {
        anyhow::bail!(
            "--development is refused: {} has left development ({why}). Name its --issuer, or choose another --data-dir",
            directory.display()
        );
    }
    Ok(())
}

/// Remembers that a real issuer was configured: from now on no development token counts here.
///
/// # Errors
/// When the directory is marked as one of development and that mark cannot be replaced, or cannot be read: a later start
/// with --development would believe it, and let in whoever has the development key.
pub(crate) fn left(directory: &Path, issuers: &[String], today: chrono::NaiveDate) -> anyhow::Result<()> {
    let before = read(directory)?;
    if matches!(before, Some(Mark::Left(_))) {
        return Ok(());
    }
    let written = Mark::left(directory, &format!("since {today} with the issuer {}", issuers.join(", ")));
    remembered(before.as_ref(), written).with_context(|| directory.display().to_string())
}

/// Whether a start with a real issuer may go on, by the mark before it and what became of replacing it.
fn remembered(before: Option<&Mark>, written: io::Result<()>) -> anyhow::Result<()> {
    match (before, written) {
        (_, Ok(())) => {
            tracing::info!("this installation has left development: no development token counts here any more")
        }
        (Some(Mark::Development), Err(error)) => {
            return Err(error).context(
                "this directory is marked as one of development, and that it leaves development cannot be remembered: \
                 make it writable for this start, or name a directory that was never one of development",
            );
        }
        // Secrets may be mounted so that nobody writes there; then no development key can be made there either. A later
        // start with --development finds no mark, and looks at who was given a role.
        (_, Err(error)) => tracing::warn!(%error, "that this installation left development cannot be remembered"),
    }
    Ok(())
}

/// In development: checks once that a directory without a mark is one of development, and remembers it.
///
/// One that an earlier version used with a real issuer has no mark. An actor is a pseudonym of an issuer and a subject,
/// and nothing else tells which issuer it was; so each actor who ever got a role must be the pseudonym of a subject of
/// the development issuer: one of `subjects`, or of those that the program itself uses. Nobody can name such a subject
/// for an actor of another issuer.
///
/// # Errors
/// When someone of another issuer was given a role, and when the log cannot be read.
pub async fn only_development(hub: &Hub, directory: &Path, subjects: &[String]) -> anyhow::Result<()> {
    if read(directory)?.is_some() {
        return Ok(());
    }
    let subjects = SUBJECTS.into_iter().chain(subjects.iter().map(String::as_str));
    // Under each generation of the identity key: a role that was given before a rotation is theirs as well.
    let pseudonyms = subjects.map(|subject| hub.identities.of(&Identity::person(DevIssuer::ISSUER, subject)));
    let known: BTreeSet<ActorId> = pseudonyms.flat_map(|of_one| of_one.all().copied().collect::<Vec<_>>()).collect();
    if let Some((region, actor)) = stranger(hub, &known).await? {
        let why = format!("{} was given a role in {region}, and is of no known subject of development", actor.0);
        anyhow::bail!(
            "--development is refused: {why}, so {} counts as having left development. Name its --issuer; or, when it \
             was used for development only, each subject that was given a role with --development-subject",
            directory.display()
        );
    }
    Mark::development(directory).with_context(|| directory.display().to_string())
}

/// The first actor who was given a role and is not known.
async fn stranger(hub: &Hub, known: &BTreeSet<ActorId>) -> anyhow::Result<Option<(RegionId, ActorId)>> {
    for head in hub.log.heads().await? {
        let mut events = std::pin::pin!(hub.log.stream(&head.region, 0));
        while let Some(event) = events.try_next().await? {
            if event.category() != "grant" {
                continue;
            }
            if let grant::Event::Granted { actor, .. } = event.event()?
                && !known.contains(&actor)
            {
                return Ok(Some((head.region, actor)));
            }
        }
    }
    Ok(None)
}

fn read(directory: &Path) -> anyhow::Result<Option<Mark>> {
    Mark::read(directory).with_context(|| directory.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    #[test]
    fn a_real_issuer_starts_on_no_directory_that_stays_marked_as_development() {
        let refused = remembered(Some(&Mark::Development), denied()).unwrap_err();
        assert!(format!("{refused:#}").contains("marked as one of development"), "{refused:#}");
        assert!(remembered(Some(&Mark::Development), Ok(())).is_ok());
        assert!(remembered(None, denied()).is_ok());
    }

    #[test]
    fn a_mark_of_development_is_replaced_at_the_first_start_with_a_real_issuer() {
        let directory = tempfile::tempdir().unwrap();
        Mark::development(directory.path()).unwrap();
        left(directory.path(), &["https://login.example.nl".to_owned()], chrono::NaiveDate::MIN).unwrap();
        assert!(matches!(read(directory.path()).unwrap(), Some(Mark::Left(_))));
        assert!(allowed(true, &[], directory.path(), IpAddr::from([127, 0, 0, 1])).is_err());
    }
}
