//! A row for each signature that is waited for; it goes when it is put, and comes back when it is voided.

mod agreements;
mod co_financing;

use super::SignatureParty;
use crate::reach::{reach, readable};
use event_log::Recorded;
use projections::{CannotApply, Projection};
use sqlx::PgConnection;
use uuid::Uuid;
use vocabulary::{CompanyId, PersonId};

/// Folds open signatures.
#[derive(Clone, Copy, Debug)]
pub struct Signatures;

impl Projection for Signatures {
    const NAME: &'static str = "signatures";
    const VERSION: u32 = 3;
    const LOGS: &'static [&'static str] = &["agreements", "co-financing"];
    const CATEGORIES: Option<&'static [&'static str]> =
        Some(&["contract", "stage-agreement", "contribution-day", "contribution"]);
    const TABLES: &'static str = concat!(
        "create table open (
            region text not null, subject text not null, id uuid not null, party text not null,
            -- Empty while any school may be the one to sign.
            school text not null default '', company uuid, pupil uuid, document_hash text, since timestamptz not null,
            primary key (region, subject, id, party, school));
         create index on open (region, since, id, party, school);
         create table contract (region text not null, id uuid not null, company uuid not null, primary key (region, id));
         create table stage_agreement (
            region text not null, id uuid not null, company uuid not null, school text not null, pupil uuid not null,
            offered boolean not null default false, primary key (region, id));
         create table contribution_day (region text not null, id uuid not null, lines bigint not null, primary key (region, id));
         create table contribution (region text not null, id uuid not null, company uuid not null, primary key (region, id))",
        reach!("contribution_day", "null", "null", "null"),
        reach!("contribution", "null", "array[company]", "null"),
        reach!("stage_agreement", "array[school]", "array[company]", "array[pupil]"),
        reach!("contract", "null", "array[company]", "null"),
        // While any school may be the one to sign, every school sees that.
        reach!(
            "open",
            "case when school = '' and party = 'school' then string_to_array(current_setting('regiohub.schools', true), ',') else array[school] end",
            "array[company]",
            "array[pupil]"
        ),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let Some(id) = happened.stream_id() else { return Ok(()) };
        let thing = Thing { happened, id };
        match (service(happened), happened.category()) {
            ("agreements", "contract") => thing.contract(rows, happened.event()?).await?,
            ("agreements", "stage-agreement") => thing.stage_agreement(rows, happened.event()?).await?,
            ("co-financing", "contribution-day") => thing.contribution_day(rows, happened.event()?).await?,
            ("co-financing", "contribution") => thing.contribution(rows, happened.event()?).await?,
            _ => {}
        }
        Ok(())
    }
}

/// The third part of a type names the service.
fn service(happened: &Recorded) -> &str {
    happened.event_type.split('.').nth(2).unwrap_or_default()
}

/// Whom a signature is waited for from, and whom it concerns.
struct Wait<'a> {
    party: SignatureParty,
    company: Option<CompanyId>,
    school: &'a str,
    pupil: Option<PersonId>,
    document: Option<&'a str>,
}

impl Wait<'_> {
    /// From this party, and it concerns nobody yet.
    const fn of(party: SignatureParty) -> Self {
        Self { party, company: None, school: "", pupil: None, document: None }
    }
}

struct Thing<'a> {
    happened: &'a Recorded,
    id: Uuid,
}

impl Thing<'_> {
    async fn wait(&self, rows: &mut PgConnection, wait: Wait<'_>) -> sqlx::Result<()> {
        sqlx::query(
            "insert into open (region, subject, id, party, company, school, pupil, document_hash, since)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (region, subject, id, party, school) do update set document_hash = excluded.document_hash",
        )
        .bind(self.happened.region.as_str())
        .bind(self.happened.category())
        .bind(self.id)
        .bind(wait.party)
        .bind(wait.company)
        .bind(wait.school)
        .bind(wait.pupil)
        .bind(wait.document)
        .bind(self.happened.recorded_at)
        .execute(rows)
        .await?;
        Ok(())
    }

    /// Nothing of this party is waited for any more; a school answers for itself and for "any school".
    async fn done(&self, rows: &mut PgConnection, party: SignatureParty, school: &str) -> sqlx::Result<()> {
        sqlx::query(
            "delete from open where region = $1 and subject = $2 and id = $3 and party = $4 and school in ('', $5)",
        )
        .bind(self.happened.region.as_str())
        .bind(self.happened.category())
        .bind(self.id)
        .bind(party)
        .bind(school)
        .execute(rows)
        .await?;
        Ok(())
    }

    /// Nothing is waited for any more.
    async fn settled(&self, rows: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query("delete from open where region = $1 and subject = $2 and id = $3")
            .bind(self.happened.region.as_str())
            .bind(self.happened.category())
            .bind(self.id)
            .execute(rows)
            .await?;
        Ok(())
    }

    /// What is signed is another document now.
    async fn redrawn(&self, rows: &mut PgConnection, document: &str) -> sqlx::Result<()> {
        sqlx::query("update open set document_hash = $4 where region = $1 and subject = $2 and id = $3")
            .bind(self.happened.region.as_str())
            .bind(self.happened.category())
            .bind(self.id)
            .bind(document)
            .execute(rows)
            .await?;
        Ok(())
    }
}
