//! Who am I here, and what may I see?

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::{ActorId, BranchCode, CompanyId, PersonId, RegionId, Role};
use web::{Caller, Path, Problem};

/// The roles of the caller in a region.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The caller's pseudonym in every event.
    pub actor: ActorId,
    pub region: RegionId,
    /// Each role and what it is bound to.
    pub grants: Vec<Held>,
}

/// One role and what it is bound to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Held {
    pub role: Role,
    /// The school of the role; absent when the role is bound to none.
    pub school: Option<BranchCode>,
    /// The company of the role; absent when the role is bound to none.
    pub company: Option<CompanyId>,
    /// The pupil who has the role, or whose parent has it; absent for other roles.
    pub person: Option<PersonId>,
}

/// Show the roles of the caller in a region (eigen rollen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/me", operation_id = "show-me", tag = "queries",
    params(("region" = RegionId, Path)),
    responses((status = 200, body = Me), Problem)
)]
pub async fn show_me(Path(region): Path<RegionId>, caller: Caller) -> Result<Json<Me>, Problem> {
    let held = |grant: &access::Grant| Held {
        role: grant.role,
        school: grant.school.clone(),
        company: grant.company,
        person: grant.person,
    };
    Ok(Json(Me { actor: caller.actor(), region, grants: caller.grants().iter().map(held).collect() }))
}
