//! The region itself: its plan, its periods, its lead partner, in one stream; and its members, in a stream each.
//!
//! Those that joined before members had streams stand in the region's.

use super::place::{Address, Coordinates};
use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, BasisPoints, BranchCode, Brin, CompanyId, Euros, Label, PartnerId};

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("school-joined", "schools", "/school"),
    Member::set("school-changed", "schools", "/school"),
    Member::taken("school-left", "schools", "/school"),
    Member::set("primary-school-joined", "primarySchools", "/school"),
    Member::set("mbo-joined", "institutions", "/institution"),
    Member::set("other-partner-joined", "otherPartners", "/partner"),
    Member::set("company-joined", "companies", "/company"),
    Member::set("partner-left", "left", "/partner"),
    Member::set("seat-taken", "seats", "/school"),
    Member::taken("seat-vacated", "seats", "/school"),
    Member::set("period-opened", "periods", "/period"),
    Member::set("period-closed", "closed", "/period"),
];

/// What happened to a consortium.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A region was founded (regio opgericht).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.consortium-founded.v1", rename_all = "camelCase")]
    Founded { name: Label, occurred_on: NaiveDate },

    /// A secondary school joined (vo-school toegetreden).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.school-joined.v1", rename_all = "camelCase")]
    SchoolJoined {
        school: BranchCode,
        name: Label,
        /// The number of the competent authority (bevoegd gezag).
        board: String,
        brin: Brin,
        /// Whether vmbo is taught here.
        vmbo: bool,
        /// Codes of the vmbo profiles offered, such as `PIE`.
        profiles: Vec<String>,
        address: Address,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coordinates: Option<Coordinates>,
        occurred_on: NaiveDate,
    },

    /// The facts of a school changed; the event holds all of them (schoolgegevens gewijzigd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.school-changed.v1", rename_all = "camelCase")]
    SchoolChanged {
        school: BranchCode,
        name: Label,
        /// The number of the competent authority (bevoegd gezag).
        board: String,
        brin: Brin,
        /// Whether vmbo is taught here.
        vmbo: bool,
        /// Codes of the vmbo profiles offered, such as `PIE`.
        profiles: Vec<String>,
        address: Address,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coordinates: Option<Coordinates>,
        occurred_on: NaiveDate,
    },

    /// A secondary school left (vo-school uitgetreden).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.school-left.v1", rename_all = "camelCase")]
    SchoolLeft { school: BranchCode, occurred_on: NaiveDate },

    /// A primary school joined (po-school toegetreden).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.primary-school-joined.v1", rename_all = "camelCase")]
    PrimarySchoolJoined { school: BranchCode, name: Label, board: String, occurred_on: NaiveDate },

    /// A school for vocational education joined (mbo-instelling toegetreden).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.mbo-joined.v1", rename_all = "camelCase")]
    MboJoined { institution: Brin, name: Label, occurred_on: NaiveDate },

    /// A company joined the consortium as a partner (bedrijf toegetreden als partner).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.company-joined.v1", rename_all = "camelCase")]
    CompanyJoined { company: CompanyId, occurred_on: NaiveDate },

    /// A government, an association or a citizens' initiative joined (partner toegetreden).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.other-partner-joined.v1", rename_all = "camelCase")]
    OtherPartnerJoined { partner: PartnerId, kind: PartnerKind, name: Label, occurred_on: NaiveDate },

    /// A partner that is no secondary school left (partner uitgetreden).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.partner-left.v1", rename_all = "camelCase")]
    PartnerLeft { partner: Partner, occurred_on: NaiveDate },

    /// The board of a vmbo site became the lead partner (penvoerder aangewezen).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.lead-partner-named.v1", rename_all = "camelCase")]
    LeadPartnerNamed {
        school: BranchCode,
        /// The competent authority of that site, which is the lead partner.
        board: String,
        occurred_on: NaiveDate,
    },

    /// A school's seat in the working group was taken (werkgroepzetel bezet).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.seat-taken.v1", rename_all = "camelCase")]
    SeatTaken { school: BranchCode, member: ActorId },

    /// A school's seat in the working group fell vacant (werkgroepzetel vrijgekomen).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.seat-vacated.v1", rename_all = "camelCase")]
    SeatVacated { school: BranchCode, member: ActorId },

    /// The partners adopted a plan; a later one replaces it (plan vastgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.plan-adopted.v1", rename_all = "camelCase")]
    PlanAdopted {
        /// 1 for the first plan.
        version: u32,
        occurred_on: NaiveDate,
        programme_from: NaiveDate,
        programme_until: NaiveDate,
        themes: Vec<Theme>,
        activities: Vec<Activity>,
        /// The sum of all budget lines.
        budget: Euros,
        /// The part of the budget that can be subsidised.
        subsidisable: Euros,
    },

    /// The amount that companies should contribute was set (cofinancieringsdoel vastgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.target-set.v1", rename_all = "camelCase")]
    TargetSet {
        amount: Euros,
        share: BasisPoints,
        /// The amount that `share` was taken of: the subsidisable budget.
        of: Euros,
        from: NaiveDate,
        until: NaiveDate,
    },

    /// A period was opened (periode geopend).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.period-opened.v1", rename_all = "camelCase")]
    PeriodOpened {
        /// The code of the period in kebab case, such as `2026`.
        period: String,
        from: NaiveDate,
        until: NaiveDate,
    },

    /// A period was closed: it takes corrections only (periode gesloten).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.period-closed.v1", rename_all = "camelCase")]
    PeriodClosed { period: String, occurred_on: NaiveDate },
}

/// Partners that are neither schools nor companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PartnerKind {
    /// Municipality, province, water board (overheid).
    Government,
    /// A trade association (branchevereniging).
    Association,
    /// A citizens' initiative (burgerinitiatief).
    CitizensInitiative,
}

/// A partner that is no secondary school.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Partner {
    /// A primary school (po-school).
    PrimarySchool(BranchCode),
    /// A school for vocational education (mbo-instelling).
    Mbo(Brin),
    /// A company site (bedrijf).
    Company(CompanyId),
    /// A government, association or citizens' initiative (overheid, branche of burgerinitiatief).
    Other(PartnerId),
}

/// A theme that activities are filed under (thema).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Theme {
    /// The code in kebab case, such as `chain-cooperation`.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,63}$"))]
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,63}$")]
    pub code: String,
    /// The English name of the theme.
    pub name: Label,
    /// The Dutch name of the theme.
    pub in_dutch: Label,
}

/// Something the region will do (activiteit).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PlannedActivity)]
pub struct Activity {
    /// Kebab-case, unique in the plan, such as `hotspots`.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,63}$"))]
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,63}$")]
    pub code: String,
    /// The code of the theme it is filed under.
    pub theme: String,
    /// The name of the activity.
    pub name: Label,
    /// The lines of the activity's budget.
    pub budget: Vec<BudgetLine>,
    /// The results that the activity should have.
    pub results: Vec<PlannedResult>,
}

/// Price × quantity (P×Q, S11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetLine {
    /// The name of what is paid for.
    pub name: Label,
    /// Price of one unit, in cents.
    pub price: Euros,
    /// The number of units.
    pub quantity: u32,
    /// The unit, such as `hour`.
    pub unit: Label,
    /// Whether the subsidy may pay for it.
    pub subsidisable: bool,
}

/// A number to be reached by a date (beoogd resultaat).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedResult {
    /// The name of what is counted.
    pub name: Label,
    /// The number to reach.
    pub number: u32,
    /// The unit, such as `hotspot`.
    pub unit: Label,
    /// The last day to reach it on.
    pub by: NaiveDate,
}

impl BudgetLine {
    /// Price × quantity, in cents.
    #[must_use]
    pub fn amount(&self) -> Euros {
        Euros(self.price.cents().saturating_mul(i64::from(self.quantity)))
    }
}
