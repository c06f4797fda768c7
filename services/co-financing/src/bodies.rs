//! Bodies that the operations of several things take.

use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use vocabulary::{DocumentHash, Reason};

/// The reason of a command.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Because {
    /// The reason; never a person's name.
    pub(crate) reason: Reason,
}

/// The digest that is signed.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Signature {
    /// The digest that was shown beside the lines.
    pub(crate) digest: DocumentHash,
}
