//! Every sealed field of every event: what it is, whose key seals it, and under which name it is opened.
//!
//! **Invariant:** a sealed field that is not listed here fails a test, so an access export leaves none out.

use vocabulary::Purpose::{self, Identity, Judgement};

/// One sealed field of one version of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedField {
    /// The full type with its version.
    pub event_type: &'static str,
    /// Where it stands in `data`; `[]` after a list.
    pub path: &'static str,
    /// The name under which it is sealed, after the event type and a `#`.
    pub opened_as: &'static str,
    /// Which of the person's keys.
    pub purpose: Purpose,
    /// About whom, in words for that person.
    pub whose: Whose,
}

/// About whom a field is. The key is always that of the person in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The pupil.
    Pupil,
    /// A parent or guardian, under the pupil's key.
    Guardian,
    /// A member of staff.
    Staff,
    /// Someone at a company.
    Contact,
}

const fn field(
    event_type: &'static str,
    path: &'static str,
    opened_as: &'static str,
    purpose: Purpose,
    whose: Whose,
) -> SealedField {
    SealedField { event_type, path, opened_as, purpose, whose }
}

const REGISTERED: &str = "nl.sterktechniekonderwijs.consortium.pupil-registered.v1";
const CORRECTED: &str = "nl.sterktechniekonderwijs.consortium.pupil-corrected.v1";
const STAFF: &str = "nl.sterktechniekonderwijs.consortium.staff-registered.v1";
const CONTACT: &str = "nl.sterktechniekonderwijs.consortium.contact-registered.v1";
const EVIDENCE: &str = "nl.sterktechniekonderwijs.assessments.case-evidence-submitted.v1";
const BY_COMPANY: &str = "nl.sterktechniekonderwijs.assessments.case-judged-by-company.v1";
const BY_SCHOOL: &str = "nl.sterktechniekonderwijs.assessments.case-judged-by-school.v1";
const RAISED: &str = "nl.sterktechniekonderwijs.agreements.dispute-raised.v1";
const SETTLED: &str = "nl.sterktechniekonderwijs.agreements.dispute-settled.v1";
const SCHOOL_ENDED: &str = "nl.sterktechniekonderwijs.agreements.ended-by-school.v1";
const COMPANY_ENDED: &str = "nl.sterktechniekonderwijs.agreements.ended-by-company.v1";

/// The sealed fields of all events.
pub const SEALED_FIELDS: &[SealedField] = &[
    field(REGISTERED, "name", "name", Identity, Whose::Pupil),
    field(REGISTERED, "birthDate", "birthDate", Identity, Whose::Pupil),
    field(REGISTERED, "guardians[].name", "guardianName", Identity, Whose::Guardian),
    field(REGISTERED, "guardians[].email", "guardianEmail", Identity, Whose::Guardian),
    field(CORRECTED, "name", "name", Identity, Whose::Pupil),
    field(CORRECTED, "birthDate", "birthDate", Identity, Whose::Pupil),
    field(CORRECTED, "guardians[].name", "guardianName", Identity, Whose::Guardian),
    field(CORRECTED, "guardians[].email", "guardianEmail", Identity, Whose::Guardian),
    field(STAFF, "name", "name", Identity, Whose::Staff),
    field(STAFF, "email", "email", Identity, Whose::Staff),
    field(CONTACT, "name", "name", Identity, Whose::Contact),
    field(CONTACT, "email", "email", Identity, Whose::Contact),
    field(CONTACT, "phone", "phone", Identity, Whose::Contact),
    field(EVIDENCE, "description", "description", Judgement, Whose::Pupil),
    field(BY_COMPANY, "remarks", "remarks", Judgement, Whose::Pupil),
    field(BY_SCHOOL, "remarks", "remarks", Judgement, Whose::Pupil),
    field(RAISED, "subject", "subject", Judgement, Whose::Pupil),
    field(SETTLED, "outcome", "outcome", Judgement, Whose::Pupil),
    field(SCHOOL_ENDED, "reasons", "reasons", Judgement, Whose::Pupil),
    field(COMPANY_ENDED, "reasons", "reasons", Judgement, Whose::Pupil),
];

/// The entry of a field, by event type and place in `data`.
#[must_use]
pub fn registered(event_type: &str, path: &str) -> Option<&'static SealedField> {
    SEALED_FIELDS.iter().find(|field| field.event_type == event_type && field.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// The places below a schema at which something sealed stands.
    fn sealed(schema: &Value, at: &str, found: &mut BTreeSet<String>) {
        let properties = schema["properties"].as_object();
        if properties.is_some_and(|it| ["person", "purpose", "sealed"].iter().all(|name| it.contains_key(*name))) {
            found.insert(at.to_owned());
            return;
        }
        for (name, inner) in properties.into_iter().flatten() {
            sealed(inner, &if at.is_empty() { name.clone() } else { format!("{at}.{name}") }, found);
        }
        for inner in ["items", "additionalProperties"] {
            if schema.get(inner).is_some_and(Value::is_object) {
                sealed(&schema[inner], &format!("{at}[]"), found);
            }
        }
        for choice in ["anyOf", "oneOf", "allOf"] {
            for inner in schema[choice].as_array().into_iter().flatten() {
                sealed(inner, at, found);
            }
        }
    }

    #[test]
    fn every_sealed_field_of_every_event_is_listed_once() {
        let mut of_schemas = BTreeSet::new();
        for contract in proto_schemas::contracts() {
            let mut found = BTreeSet::new();
            sealed(&contract.schema["properties"]["data"], "", &mut found);
            of_schemas.extend(found.into_iter().map(|path| (contract.event_type.clone(), path)));
        }
        let listed: Vec<(String, String)> =
            SEALED_FIELDS.iter().map(|field| (field.event_type.to_owned(), field.path.to_owned())).collect();
        assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), of_schemas);
        assert_eq!(listed.len(), of_schemas.len(), "one is listed twice");
    }
}
