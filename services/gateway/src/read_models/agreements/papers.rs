//! Contracts and stage agreements, as tables.

use super::contracts::ContractStatus;
use super::stage_agreements::AgreementStatus;
use crate::reach::{reach, readable};
use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::agreements::{contract, stage_agreement};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;
use vocabulary::Organisation;

/// Folds contracts and stage agreements.
#[derive(Clone, Copy, Debug)]
pub struct Agreements;

impl Projection for Agreements {
    const NAME: &'static str = "agreements";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["agreements"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["contract", "stage-agreement"]);
    const TABLES: &'static str = concat!(
        r#"create table contract (
            region text not null, id uuid not null, status text not null, hotspot uuid not null, hotspot_name text not null,
            company uuid not null, company_name text not null, signed_by_company boolean not null default false,
            schools text[] not null default '{}', edition bigint not null default 1, document_hash text not null,
            "from" date not null, until date, primary key (region, id));
         create table agreement (
            region text not null, id uuid not null, status text not null, pupil uuid not null, school text not null,
            company uuid not null, company_name text not null, edition bigint not null default 1, document_hash text not null,
            "from" date not null, until date not null, primary key (region, id));
         create index on agreement (region, pupil)"#,
        // Any school of the region may sign a contract, so every school sees it.
        reach!("contract", "string_to_array(current_setting('regiohub.schools', true), ',')", "array[company]", "null"),
        // Before the offer only its school has it.
        reach!(
            "agreement",
            "array[school]",
            "case when status <> 'draft' then array[company] end",
            "case when status <> 'draft' then array[pupil] end"
        ),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id = || happened.stream_id::<Uuid>().ok_or_else(|| CannotApply::Park("it has an id".into()));
        match happened.category() {
            "contract" => contract(rows, happened, id()?, happened.event()?).await?,
            "stage-agreement" => agreement(rows, happened, id()?, happened.event()?).await?,
            _ => {}
        }
        Ok(())
    }
}

async fn contract(rows: &mut PgConnection, happened: &Recorded, id: Uuid, event: contract::Event) -> sqlx::Result<()> {
    use contract::Event as E;
    let change = |set: &str| AssertSqlSafe(format!("update contract set {set} where region = $1 and id = $2"));
    let region = happened.region.as_str();
    let query = match event {
        E::DrawnUp { hotspot, hotspot_name, company, company_name, terms, document_hash, .. } => sqlx::query(
            r#"insert into contract (region, id, status, hotspot, hotspot_name, company, company_name, document_hash, "from", until)
               values ($1, $2, $10, $3, $4, $5, $6, $7, $8, $9)"#,
        )
        .bind(region)
        .bind(id)
        .bind(hotspot)
        .bind(String::from(hotspot_name))
        .bind(company)
        .bind(String::from(company_name))
        .bind(document_hash.as_str().to_owned())
        .bind(terms.from)
        .bind(terms.until)
        .bind(ContractStatus::Open),
        E::Signed { party: Organisation::Company(_), .. } => {
            sqlx::query(change("signed_by_company = true")).bind(region).bind(id)
        }
        E::Signed { party: Organisation::School(school), .. } => {
            sqlx::query(change("schools = array_append(array_remove(schools, $3), $3)"))
                .bind(region)
                .bind(id)
                .bind(school)
        }
        E::Amended { edition, terms, document_hash, .. } => sqlx::query(change(
            r#"status = $7, signed_by_company = false, schools = '{}', edition = $3, document_hash = $4, "from" = $5, until = $6"#,
        ))
        .bind(region)
        .bind(id)
        .bind(i64::from(edition))
        .bind(document_hash.as_str().to_owned())
        .bind(terms.from)
        .bind(terms.until)
        .bind(ContractStatus::Open),
        E::Concluded { .. } => sqlx::query(change("status = $3")).bind(region).bind(id).bind(ContractStatus::Concluded),
        E::SchoolJoined { .. } => return Ok(()),
    };
    query.execute(rows).await?;
    Ok(())
}

async fn agreement(
    rows: &mut PgConnection,
    happened: &Recorded,
    id: Uuid,
    event: stage_agreement::Event,
) -> sqlx::Result<()> {
    use stage_agreement::Event as E;
    let change = |set: &str| AssertSqlSafe(format!("update agreement set {set} where region = $1 and id = $2"));
    let region = happened.region.as_str();
    let query = match event {
        E::Drafted { pupil, school, company, company_name, terms, document_hash, .. } => sqlx::query(
            r#"insert into agreement (region, id, status, pupil, school, company, company_name, document_hash, "from", until)
               values ($1, $2, $10, $3, $4, $5, $6, $7, $8, $9)"#,
        )
        .bind(region)
        .bind(id)
        .bind(pupil)
        .bind(school)
        .bind(company)
        .bind(String::from(company_name))
        .bind(document_hash.as_str().to_owned())
        .bind(terms.from)
        .bind(terms.until)
        .bind(AgreementStatus::Draft),
        E::Offered { .. } => sqlx::query(change("status = $3")).bind(region).bind(id).bind(AgreementStatus::Offered),
        E::Activated { .. } => sqlx::query(change("status = $3")).bind(region).bind(id).bind(AgreementStatus::Active),
        // An amended draft is a draft still; anything else is before the parties again.
        E::Amended { edition, terms, document_hash, .. } => sqlx::query(change(
            r#"status = case status when $7 then status else $8 end, edition = $3, document_hash = $4, "from" = $5, until = $6"#,
        ))
        .bind(region)
        .bind(id)
        .bind(i64::from(edition))
        .bind(document_hash.as_str().to_owned())
        .bind(terms.from)
        .bind(terms.until)
        .bind(AgreementStatus::Draft)
        .bind(AgreementStatus::Offered),
        E::EndedByConsent { ends_on } | E::EndedBySchool { ends_on, .. } | E::EndedByCompany { ends_on, .. } => {
            sqlx::query(change("status = $4, until = $3")).bind(region).bind(id).bind(ends_on).bind(AgreementStatus::Ended)
        }
        E::Signed { .. }
        | E::ConsentFormRecorded { .. }
        | E::DisputeRaised { .. }
        | E::DisputeEscalated { .. }
        | E::DisputeSettled { .. }
        | E::PartyHeard { .. }
        | E::EndConsented { .. } => return Ok(()),
    };
    query.execute(rows).await?;
    Ok(())
}
