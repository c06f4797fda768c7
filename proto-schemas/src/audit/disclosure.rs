//! Something is given out: personal facts to whom they are about, logs as an export, names beside it (verstrekking). One
//! stream each.

use crate::audit::mandate::Under;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vocabulary::{ActorId, DocumentHash, MandateId, PersonId, Reason};

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ExportForm)]
pub enum Form {
    /// One zip that is checked without the hub.
    Zip,
    /// Parquet files, one for each service, for analysis.
    Parquet,
}

impl Form {
    /// As it is written, such as `zip`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Parquet => "parquet",
        }
    }
}

/// What is given out. The envelope names who does it; the role is `operator` at the command line of the installation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// Everything that is held about somebody may be read, to be given to that person (inzageverzoek).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.access-export-opened.v1", rename_all = "camelCase")]
    AccessOpened {
        /// The person whose data may be read.
        person: PersonId,
        /// The reason: who asked, and how their identity was established; never a name.
        reason: Reason,
        /// The actor who may read it.
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
        /// The reason for opening the names, without names of people.
        reason: Reason,
        /// The mandate that allows names.
        under: Under,
    },

    /// Logs are taken out of the hub (export van logboeken); recorded before there is a file.
    #[serde(rename = "nl.sterktechniekonderwijs.audit.logs-exported.v1", rename_all = "camelCase")]
    LogsExported {
        /// The form of the export.
        form: Form,
        /// The first date of recording in it; absent: from the beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
        /// The last one; absent: everything until `ends`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<NaiveDate>,
        /// By service, the last position of its log that the export may hold; fixed before this was recorded.
        ends: BTreeMap<String, i64>,
        /// The mandate under which names are asked for beside it; absent when none are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mandate: Option<MandateId>,
    },

    /// The files of an export are there (export geschreven).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.export-written.v1", rename_all = "camelCase")]
    ExportWritten {
        /// SHA-256 of each file: `zip`, or of Parquet by service.
        digests: BTreeMap<String, DocumentHash>,
    },
}
