//! One look of an auditor, or one name revealed to them (inzage). One stream per look.

use crate::audit::mandate::Under;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocabulary::{PersonId, Purpose, Reason};

/// What was looked at. The envelope names who looked, and in which role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// Somebody was shown something (ingezien).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.looked.v1", rename_all = "camelCase")]
    Looked {
        /// The operation's id, such as `list-claims`.
        operation: String,
        /// The service that answered, such as `co-financing`.
        service: String,
        /// The parameters of the request that are ids, dates, numbers or words of the API, by name; never a name of a
        /// person.
        about: BTreeMap<String, String>,
        /// The mandate of the auditor; absent when the role needs none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        under: Option<Under>,
    },

    /// An auditor asked for somebody's name, and was given it unless they were forgotten (naam onthuld).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.name-revealed.v1", rename_all = "camelCase")]
    Revealed {
        person: PersonId,
        /// The group of sealed fields that was opened.
        purpose: Purpose,
        /// The reason for opening the name, without names of people.
        reason: Reason,
        under: Under,
    },
}
