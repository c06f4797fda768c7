//! Who was forgotten? Kept so that a vault restored from a backup is made to forget again.

use chassis::Hub;
use event_log::{Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::person::Event;
use sqlx::PgConnection;
use std::time::{Duration, Instant};
use uuid::Uuid;
use vocabulary::{PersonId, RegionId};
use web::Problem;

/// Between two tries when the vault or the database is away.
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// Who waits for so long needs somebody.
const ALARM_AFTER: Duration = Duration::from_secs(30);

/// Folds the people who were forgotten.
#[derive(Clone, Copy, Debug)]
pub struct ForgottenPeople;

/// Makes the vault forget again, beside the work: nothing waits for a vault that is away.
pub(crate) fn apply_again(hub: &Hub) {
    let hub = hub.clone();
    tokio::spawn(async move {
        let (began, mut told) = (Instant::now(), false);
        while let Err(error) = again(&hub).await {
            if hub.db.is_closed() {
                break;
            }
            if !told && began.elapsed() >= ALARM_AFTER {
                told = true;
                tracing::error!(alarm = true, %error, "waiting for the vault, which may hold keys of forgotten people again");
            } else {
                tracing::info!(%error, "the list of forgotten people is not applied to the vault again yet");
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    });
}

/// Why somebody is not forgotten yet: asking again may help.
#[derive(Debug, thiserror::Error)]
pub enum NotYet {
    /// The log does not answer, or refused.
    #[error(transparent)]
    Log(#[from] event_log::Error),
    /// The database does not answer.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The vault does not answer: no key was destroyed.
    #[error(transparent)]
    Vault(#[from] vault::Error),
}

impl From<NotYet> for Problem {
    fn from(not_yet: NotYet) -> Self {
        match not_yet {
            NotYet::Log(error) => error.into(),
            NotYet::Database(error) => error.into(),
            NotYet::Vault(error) => error.into(),
        }
    }
}

async fn again(hub: &Hub) -> Result<(), NotYet> {
    for head in hub.log.heads().await? {
        hub.vault.reapply(&head.region, &people(hub, &head.region).await?).await?;
    }
    Ok(())
}

async fn people(hub: &Hub, region: &RegionId) -> sqlx::Result<Vec<PersonId>> {
    let mut rows = tenant(&hub.db, region).await?;
    let people: Vec<Uuid> = sqlx::query_scalar("select id from forgotten_people.person where region = $1")
        .bind(region.as_str())
        .fetch_all(&mut *rows)
        .await?;
    Ok(people.into_iter().map(PersonId).collect())
}

impl Projection for ForgottenPeople {
    const NAME: &'static str = "forgotten-people";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["person"]);
    const TABLES: &'static str =
        "create table person (region text not null, id uuid not null, primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: PersonId = happened.stream_id().ok_or_else(|| CannotApply::Park("a person has an id".into()))?;
        if matches!(happened.event()?, Event::PersonForgotten { .. }) {
            sqlx::query("insert into person (region, id) values ($1, $2) on conflict do nothing")
                .bind(happened.region.as_str())
                .bind(id)
                .execute(rows)
                .await?;
        }
        Ok(())
    }
}
