//! Signatures under contracts and stage agreements.

use super::super::SignatureParty;
use super::{Thing, Wait};
use proto_schemas::agreements::contract;
use proto_schemas::agreements::stage_agreement::{self, Party};
use sqlx::{PgConnection, Row};
use vocabulary::{CompanyId, Organisation, PersonId};

impl Thing<'_> {
    pub(super) async fn contract(&self, rows: &mut PgConnection, event: contract::Event) -> sqlx::Result<()> {
        use contract::Event::{Amended, Concluded, DrawnUp, SchoolJoined, Signed};
        match event {
            DrawnUp { company, document_hash, .. } => {
                sqlx::query("insert into contract (region, id, company) values ($1, $2, $3)")
                    .bind(self.happened.region.as_str())
                    .bind(self.id)
                    .bind(company)
                    .execute(&mut *rows)
                    .await?;
                let wait =
                    |party| Wait { company: Some(company), document: Some(document_hash.as_str()), ..Wait::of(party) };
                self.wait(&mut *rows, wait(SignatureParty::Company)).await?;
                // At least one school: which one is open until it signs.
                self.wait(rows, wait(SignatureParty::School)).await
            }
            Signed { party: Organisation::Company(_), .. } => self.done(rows, SignatureParty::Company, "").await,
            Signed { party: Organisation::School(school), .. } => {
                self.done(rows, SignatureParty::School, school.as_str()).await
            }
            Amended { document_hash, voided, .. } => {
                self.redrawn(&mut *rows, document_hash.as_str()).await?;
                let company = sqlx::query_scalar("select company from contract where region = $1 and id = $2")
                    .bind(self.happened.region.as_str())
                    .bind(self.id)
                    .fetch_optional(&mut *rows)
                    .await?;
                for party in &voided {
                    let (party, school) = match party {
                        Organisation::Company(_) => (SignatureParty::Company, ""),
                        Organisation::School(school) => (SignatureParty::School, school.as_str()),
                    };
                    let document = Some(document_hash.as_str());
                    self.wait(&mut *rows, Wait { party, school, company, pupil: None, document }).await?;
                }
                Ok(())
            }
            Concluded { .. } | SchoolJoined { .. } => Ok(()),
        }
    }

    pub(super) async fn stage_agreement(
        &self,
        rows: &mut PgConnection,
        event: stage_agreement::Event,
    ) -> sqlx::Result<()> {
        use stage_agreement::Event as E;
        match event {
            // A draft waits for nobody; who the parties are is kept for when it is offered or amended.
            E::Drafted { pupil, school, company, .. } => {
                sqlx::query(
                    "insert into stage_agreement (region, id, company, school, pupil) values ($1, $2, $3, $4, $5)",
                )
                .bind(self.happened.region.as_str())
                .bind(self.id)
                .bind(company)
                .bind(school.as_str())
                .bind(pupil)
                .execute(rows)
                .await?;
                Ok(())
            }
            E::Offered { document_hash } => {
                sqlx::query("update stage_agreement set offered = true where region = $1 and id = $2")
                    .bind(self.happened.region.as_str())
                    .bind(self.id)
                    .execute(&mut *rows)
                    .await?;
                self.all_should_sign(rows, document_hash.as_str()).await
            }
            E::Signed { party: Party::Company, .. } => self.done_by(rows, SignatureParty::Company).await,
            E::Signed { party: Party::School, .. } => self.done_by(rows, SignatureParty::School).await,
            E::Signed { party: Party::Parent, .. } | E::ConsentFormRecorded { .. } => {
                self.done_by(rows, SignatureParty::PupilOrParent).await
            }
            E::Signed { party: Party::Pupil, pupil_minor, .. } => {
                if pupil_minor {
                    Ok(())
                } else {
                    self.done_by(rows, SignatureParty::PupilOrParent).await
                }
            }
            // All begins anew, also what was given by a form: that is none of the signatures that are voided.
            E::Amended { document_hash, .. } => self.all_should_sign(rows, document_hash.as_str()).await,
            E::Activated { .. } | E::EndedByConsent { .. } | E::EndedBySchool { .. } | E::EndedByCompany { .. } => {
                self.settled(rows).await
            }
            E::DisputeRaised { .. }
            | E::DisputeEscalated { .. }
            | E::DisputeSettled { .. }
            | E::PartyHeard { .. }
            | E::EndConsented { .. } => Ok(()),
        }
    }

    /// Everyone should sign this document, once it was offered.
    async fn all_should_sign(&self, rows: &mut PgConnection, document: &str) -> sqlx::Result<()> {
        let Some(parties) = self.parties(&mut *rows).await? else { return Ok(()) };
        self.redrawn(&mut *rows, document).await?;
        // The pupil's side is one: the pupil when of age, a parent or a form when not.
        for party in [SignatureParty::Company, SignatureParty::School, SignatureParty::PupilOrParent] {
            self.wait(&mut *rows, parties.wait(party, document)).await?;
        }
        Ok(())
    }

    async fn done_by(&self, rows: &mut PgConnection, party: SignatureParty) -> sqlx::Result<()> {
        sqlx::query("delete from open where region = $1 and subject = $2 and id = $3 and party = $4")
            .bind(self.happened.region.as_str())
            .bind(self.happened.category())
            .bind(self.id)
            .bind(party)
            .execute(rows)
            .await?;
        Ok(())
    }

    async fn parties(&self, rows: &mut PgConnection) -> sqlx::Result<Option<Parties>> {
        let row =
            sqlx::query("select company, school, pupil from stage_agreement where region = $1 and id = $2 and offered")
                .bind(self.happened.region.as_str())
                .bind(self.id)
                .fetch_optional(rows)
                .await?;
        row.map(|row| {
            Ok(Parties {
                company: row.try_get("company")?,
                school: row.try_get("school")?,
                pupil: row.try_get("pupil")?,
            })
        })
        .transpose()
    }
}

struct Parties {
    company: Option<CompanyId>,
    school: String,
    pupil: Option<PersonId>,
}

impl Parties {
    fn wait<'a>(&'a self, party: SignatureParty, document: &'a str) -> Wait<'a> {
        Wait { party, company: self.company, school: &self.school, pupil: self.pupil, document: Some(document) }
    }
}
