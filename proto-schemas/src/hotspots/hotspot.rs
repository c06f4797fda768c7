//! A hotspot: one company site where pupils learn what school cannot offer. Stream `hotspot/<HotspotId>`.

use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{BranchCode, CompanyId, ContractId, DocumentHash, ElectiveId, Label, Reason, SafetyCheckId};

/// What a hotspot teaches (R120): an elective, or a part of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[schema(as = HotspotEducation)]
pub enum Education {
    /// An elective of the catalogue (keuzevak).
    Elective { elective: ElectiveId },
    /// A part of a profile (profieldeel).
    ProfilePart {
        /// The profile, such as `PIE`.
        profile: Label,
        /// The part, such as `K/PIE/05`.
        part: Label,
    },
}

/// The place where the theory is taught (R104).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TheoryPlace {
    /// At school, before the pupils visit.
    #[default]
    School,
    /// At the company; then a teacher or instructor is there (R105).
    Company,
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("hotspot-education-linked", "educations", "/education"),
    Member::set("hotspot-contract-attached", "contracts", "/school"),
    Member::taken("hotspot-contract-detached", "contracts", "/school"),
    Member::set("hotspot-safety-check-attached", "safetyChecks", "/check"),
    Member::taken("hotspot-safety-check-detached", "safetyChecks", "/check"),
];

/// What happens to a hotspot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A hotspot was proposed at a company (hotspot voorgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-proposed.v1", rename_all = "camelCase")]
    Proposed {
        /// The company site where it is.
        company: CompanyId,
        /// The name of the hotspot; hotspots at several companies may bear one name (R131).
        name: Label,
        /// The reason that it should come (R119), without names of people.
        why: Reason,
        /// Equipment that a school could not buy for itself (R138).
        #[serde(default)]
        equipment: Vec<Label>,
        /// The day of the proposal, no later than the day of recording.
        occurred_on: NaiveDate,
    },
    /// It was linked to what it teaches (gekoppeld aan keuzevak of profieldeel).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-education-linked.v1", rename_all = "camelCase")]
    EducationLinked {
        /// The elective or profile part.
        education: Education,
    },
    /// Its plan of approach was adopted (plan van aanpak vastgesteld); a later one replaces it.
    #[serde(
        rename = "nl.sterktechniekonderwijs.hotspots.hotspot-plan-of-approach-adopted.v1",
        rename_all = "camelCase"
    )]
    PlanOfApproachAdopted {
        /// The hash of the document.
        document_hash: DocumentHash,
        /// The place where the theory is taught.
        theory_place: TheoryPlace,
        /// The day of the adoption, in Amsterdam.
        occurred_on: NaiveDate,
    },
    /// A contract that the company and this school signed was attached (contract gekoppeld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-contract-attached.v1", rename_all = "camelCase")]
    ContractAttached {
        /// The contract that was attached.
        contract: ContractId,
        /// The school that signed it: its pupils may be enrolled from now on.
        school: BranchCode,
    },
    /// A contract was amended, so that this school must sign again (contract losgekoppeld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-contract-detached.v1", rename_all = "camelCase")]
    ContractDetached {
        /// The contract that was detached.
        contract: ContractId,
        /// The school whose signature is void: its pupils are not enrolled until it signs anew.
        school: BranchCode,
    },
    /// A safety check that both sides signed was attached (veiligheidscontrole gekoppeld); a later one replaces it.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-safety-check-attached.v1", rename_all = "camelCase")]
    SafetyCheckAttached {
        /// The check that was attached.
        check: SafetyCheckId,
        /// The day the workplace was looked at.
        checked_on: NaiveDate,
        /// The last day on which it allows a session.
        valid_until: NaiveDate,
    },
    /// The attached safety check no longer holds, before its date (veiligheidscontrole vervallen), as after an incident.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-safety-check-detached.v1", rename_all = "camelCase")]
    SafetyCheckDetached {
        /// The check that was detached.
        check: SafetyCheckId,
    },
    /// It was opened to sessions (opengesteld), for the first time or after a suspension.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-opened.v1", rename_all = "camelCase")]
    Opened {
        /// The company, so that a reader needs no other event.
        company: CompanyId,
        /// The day of the opening, in Amsterdam.
        occurred_on: NaiveDate,
    },
    /// It takes no new sessions for now (opgeschort).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-suspended.v1", rename_all = "camelCase")]
    Suspended {
        /// The reason for the suspension, without names of people.
        reason: Reason,
        /// The day of the suspension, in Amsterdam.
        occurred_on: NaiveDate,
    },
    /// It is no more (opgeheven).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.hotspot-retired.v1", rename_all = "camelCase")]
    Retired {
        /// The reason for its end, without names of people.
        reason: Reason,
        /// The day of its end, in Amsterdam.
        occurred_on: NaiveDate,
    },
}
