//! Signatures under what companies put in, and the region's verification of it.

use super::super::SignatureParty;
use super::{Thing, Wait};
use proto_schemas::co_financing::{contribution, contribution_day};
use sqlx::PgConnection;
use vocabulary::CompanyId;

impl Thing<'_> {
    pub(super) async fn contribution_day(
        &self,
        rows: &mut PgConnection,
        event: contribution_day::Event,
    ) -> sqlx::Result<()> {
        use contribution_day::Event as E;
        match event {
            E::PupilAccrued { day, .. } | E::SupervisorAccrued { day, .. } => {
                self.lines(&mut *rows, 1).await?;
                self.company_should_sign(rows, day.company).await
            }
            // A day without a living line asks for no signature.
            E::Reversed { day, .. } => match self.lines(&mut *rows, -1).await? {
                0 => self.settled(rows).await,
                _ => self.company_should_sign(rows, day.company).await,
            },
            E::SignatureVoided { day, .. } => match self.lines(&mut *rows, 0).await? {
                0 => self.settled(rows).await,
                _ => self.company_should_sign(rows, day.company).await,
            },
            E::Signed { day, .. } => self.region_should_verify(rows, day.company).await,
            E::Verified { .. } => self.settled(rows).await,
            // What was not accepted is put right, and signed again.
            E::Rejected { day, .. } => self.company_should_sign(rows, day.company).await,
            E::MethodChosen { .. } | E::AttendanceNoted { .. } => Ok(()),
        }
    }

    pub(super) async fn contribution(&self, rows: &mut PgConnection, event: contribution::Event) -> sqlx::Result<()> {
        use contribution::Event as E;
        match event {
            E::Recorded { company, .. } => {
                sqlx::query("insert into contribution (region, id, company) values ($1, $2, $3)")
                    .bind(self.happened.region.as_str())
                    .bind(self.id)
                    .bind(company)
                    .execute(&mut *rows)
                    .await?;
                self.company_should_sign(rows, company).await
            }
            E::Signed { .. } => {
                let company = self.company(&mut *rows).await?;
                self.region_should_verify(rows, company).await
            }
            E::SignatureVoided { .. } => {
                let company = self.company(&mut *rows).await?;
                self.company_should_sign(rows, company).await
            }
            E::Verified { .. } | E::Rejected { .. } | E::Reversed { .. } => self.settled(rows).await,
            E::ProofAttached { .. } => Ok(()),
        }
    }

    /// How many lines of this day live, after so many more.
    async fn lines(&self, rows: &mut PgConnection, more: i64) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "insert into contribution_day (region, id, lines) values ($1, $2, $3)
             on conflict (region, id) do update set lines = contribution_day.lines + excluded.lines returning lines",
        )
        .bind(self.happened.region.as_str())
        .bind(self.id)
        .bind(more)
        .fetch_one(rows)
        .await
    }

    async fn company(&self, rows: &mut PgConnection) -> sqlx::Result<CompanyId> {
        sqlx::query_scalar("select company from contribution where region = $1 and id = $2")
            .bind(self.happened.region.as_str())
            .bind(self.id)
            .fetch_one(rows)
            .await
    }

    async fn company_should_sign(&self, rows: &mut PgConnection, company: CompanyId) -> sqlx::Result<()> {
        self.done(&mut *rows, SignatureParty::Region, "").await?;
        self.wait(rows, Wait { company: Some(company), ..Wait::of(SignatureParty::Company) }).await
    }

    async fn region_should_verify(&self, rows: &mut PgConnection, company: CompanyId) -> sqlx::Result<()> {
        self.done(&mut *rows, SignatureParty::Company, "").await?;
        self.wait(rows, Wait { company: Some(company), ..Wait::of(SignatureParty::Region) }).await
    }
}
