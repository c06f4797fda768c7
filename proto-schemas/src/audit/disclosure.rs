//! Personal facts are given out: to whom they are about, or as names beside an export (verstrekking). One stream each.

use crate::audit::mandate::Under;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{ActorId, PersonId, Reason};

/// What is given out. Who does it is in the envelope; the role is `operator` at the command line of the installation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// Everything that is held about somebody may be read, to be given to that person (inzageverzoek).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.access-export-opened.v1", rename_all = "camelCase")]
    AccessOpened {
        /// About whom.
        person: PersonId,
        /// Why: who asked, and how it was known that it was them; never a name.
        reason: Reason,
        /// Who may read it.
        opened_by: ActorId,
        /// The last day on which they may.
        until: NaiveDate,
    },

    /// The names of everybody in an export were opened, in a file of their own beside it (namen bij een export).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.names-exported.v1", rename_all = "camelCase")]
    NamesExported {
        /// The first date of recording in the export; absent: from the beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
        /// The last one; absent: everything until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<NaiveDate>,
        /// Why.
        reason: Reason,
        /// The mandate that allows names.
        under: Under,
    },
}
