//! Who am I here, and what may I see?

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::{ActorId, BranchCode, CompanyId, PersonId, RegionId, Role};
use web::{Caller, Path, Problem};

/// What the caller holds in a region.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The caller's pseudonym in every event.
    pub actor: ActorId,
    /// In which region.
    pub region: RegionId,
    /// Each role and what it is bound to.
    pub grants: Vec<Held>,
}

/// One role and what it is bound to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Held {
    /// The role.
    pub role: Role,
    /// At this school.
    pub school: Option<BranchCode>,
    /// At this company.
    pub company: Option<CompanyId>,
    /// As, or for, this pupil.
    pub person: Option<PersonId>,
}

/// Show what the caller holds in a region (eigen rollen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/me", operation_id = "show-me", tag = "queries",
    params(("region" = RegionId, Path, description = "The region's slug")),
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
