//! The schemas of the vocabulary's own words: a parameter refers to them, and no body brings them along.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};
use vocabulary::*;

macro_rules! all {
    ($($term:ty),* $(,)?) => {
        /// Name and schema of every word.
        pub(crate) fn all() -> Vec<(String, RefOr<Schema>)> {
            vec![$((<$term as ToSchema>::name().into_owned(), <$term as PartialSchema>::schema())),*]
        }
    };
}

all![
    ActorId,
    PersonId,
    CompanyId,
    PartnerId,
    GrantId,
    HotspotId,
    SessionId,
    AttendanceDayId,
    PupilDayId,
    SafetyCheckId,
    ContractId,
    AgreementId,
    PlacementId,
    ElectiveId,
    PtaId,
    CaseId,
    ContributionDayId,
    OccasionId,
    ArrangementId,
    ContributionId,
    ClaimId,
    ImportId,
    HoldId,
    RetentionRunId,
    RegionId,
    Role,
    BranchCode,
    Brin,
    KvkNumber,
    Label,
    Reason,
    Clause,
    Email,
    DocumentHash,
    SchemeCode,
    SchoolYear,
    Minutes,
    Euros,
    BasisPoints,
    Organisation,
];
