//! Ids: one type per thing, so that a pupil is never passed where a session is meant.

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident),* $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
                 schemars::JsonSchema, utoipa::ToSchema)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; ids made later sort later.
            #[must_use]
            pub fn fresh() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id of the one thing that `parts` name together: asked twice, it is the same.
            /// **Invariant:** no personal number among the parts.
            #[must_use]
            pub fn derived(parts: &[&str]) -> Self {
                Self(derive(stringify!($name), parts))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*

        /// Name and schema of every id, for documents that refer to them.
        #[must_use]
        pub fn id_schemas() -> Vec<(String, RefOr<Schema>)> {
            vec![$((<$name as ToSchema>::name().into_owned(), <$name as PartialSchema>::schema())),*]
        }
    };
}

ids! {
    /// Who acts: the pseudonym of one identity of one issuer, the same in every service.
    ActorId,
    /// A pupil, parent, teacher or company contact. Random; says nothing about the person.
    PersonId,
    /// One site of a company in one region.
    CompanyId,
    /// A partner that is neither school nor company.
    PartnerId,
    /// One grant of a role.
    GrantId,
    /// A hotspot at one company site.
    HotspotId,
    /// One visit of a group to a hotspot (bijeenkomst).
    SessionId,
    /// One pupil at one session or placement on one date (aanwezigheid).
    AttendanceDayId,
    /// The day of one pupil, across hotspots.
    PupilDayId,
    /// The week of one pupil, across hotspots.
    PupilWeekId,
    /// A safety check of a workplace (veiligheidscontrole).
    SafetyCheckId,
    /// A hotspot contract.
    ContractId,
    /// A stage agreement (stageovereenkomst).
    AgreementId,
    /// A placement of one pupil at a company (plaatsing).
    PlacementId,
    /// An elective or profile module of the catalogue (keuzevak, profielmodule).
    ElectiveId,
    /// The programme of testing of one school and cohort (PTA).
    PtaId,
    /// One pupil's assessment for one elective (beoordeling).
    CaseId,
    /// What one company puts in on one day under one scheme.
    ContributionDayId,
    /// What one company does at one session on one date, under whatever scheme.
    OccasionId,
    /// How a company counts its hours under one scheme.
    ArrangementId,
    /// One contribution in kind or cash.
    ContributionId,
    /// A region's claim over one period (cofinancieringsstaat).
    ClaimId,
    /// One run of an import.
    ImportId,
    /// One hold on forgetting (opschorting).
    HoldId,
    /// One run of the retention schedule (bewaarronde).
    RetentionRunId,
    /// The mandates of one auditor in one region (opdracht).
    MandateId,
    /// One look of an auditor (inzage).
    LookId,
    /// One drawing of a sample (steekproef).
    SampleId,
    /// Personal facts given out once, with a reason (verstrekking).
    DisclosureId,
}

fn derive(kind: &str, parts: &[&str]) -> Uuid {
    const REGIOHUB: Uuid = Uuid::from_u128(0x8f1d_6a70_6d2c_5f3e_9b1a_5d2f_7c04_e1aa);
    // A length before each part: ("ab", "c") and ("a", "bc") must differ.
    let name = parts.iter().fold(kind.to_owned(), |name, part| format!("{name}/{}:{part}", part.len()));
    Uuid::new_v5(&REGIOHUB, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_the_same_for_the_same_parts_and_kind_only() {
        assert_eq!(CompanyId::derived(&["a", "b"]), CompanyId::derived(&["a", "b"]));
        assert_ne!(CompanyId::derived(&["ab", ""]), CompanyId::derived(&["a", "b"]));
        assert_ne!(CompanyId::derived(&["a"]).0, HotspotId::derived(&["a"]).0);
    }
}
