//! The actor of a command, their role and their organisation.

use crate::{ActorId, BranchCode, CompanyId, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The organisation that an actor acts for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Organisation {
    /// A site of a school.
    School(BranchCode),
    /// A company site.
    Company(CompanyId),
}

impl std::fmt::Display for Organisation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::School(code) => write!(f, "school:{code}"),
            Self::Company(id) => write!(f, "company:{id}"),
        }
    }
}

/// The actor of a command. A pseudonym: the hub knows no more of an actor than an event may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The pseudonym of the identity.
    pub id: ActorId,
    /// The role in which they act.
    pub role: Role,
    /// The organisation that they act for; `None` when the role is bound to none.
    pub organisation: Option<Organisation>,
}

impl Actor {
    /// The hub itself: reactions to events of other services.
    #[must_use]
    pub fn hub() -> Self {
        Self { id: ActorId::derived(&["hub"]), role: Role::Hub, organisation: None }
    }
}
