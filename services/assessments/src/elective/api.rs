//! The catalogue: to look through, and to add a region's own electives to.

mod catalogue;

pub use catalogue::Catalogue;

use super::{Command, Elective, fit};
use axum::{Json, extract::State};
use catalogue::{Entry, Wanted};
use chassis::Hub;
use event_log::Loaded;
use proto_schemas::assessments::elective::{Deeltaak, Elective as Description, Kind, Level, Profile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{Clause, ElectiveId, Label, Minutes, RegionId};
use web::{Accepted, Ask, Caller, Created, Listed, Paged, Paging, Path, Problem, Refuses, Shown, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(list_electives, add_elective))
        .routes(routes!(show_elective, revise_elective))
        .routes(routes!(fit_elective))
}

/// An elective of the region's own.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnElective {
    /// The region's own code, which is not one of SLO's. It does not change.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9/.-]{0,31}$"))]
    #[schema(example = "VWW")]
    code: String,
    /// The profile it belongs to, when it belongs to one.
    profile: Option<Profile>,
    /// The name of the elective.
    title: Label,
    /// A description of the elective.
    description: Option<Clause>,
    /// The learning paths it is meant for.
    #[serde(default)]
    levels: Vec<Level>,
    /// Its size in minutes: 4800 to 6000 (80 to 100 clock hours) is usual.
    size: Option<Minutes>,
    /// The subtasks (deeltaken), in their order.
    #[schemars(length(min = 1, max = 40))]
    deeltaken: Vec<OwnDeeltaak>,
}

/// A deeltaak of a region's own elective.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnDeeltaak {
    /// Its code, unique within the elective.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9/.-]{0,31}$"))]
    #[schema(example = "VWW/1")]
    code: String,
    /// A description of what the pupil does.
    title: Label,
    /// The number of end terms it covers (eindtermen).
    #[schema(maximum = 255)]
    end_terms: u8,
}

/// An elective as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ElectiveShown {
    /// The id of the elective.
    id: ElectiveId,
    /// Whether it is the region's own.
    own: bool,
    /// Whether its size is outside 80 to 100 clock hours.
    unusual_size: bool,
    /// The elective as it is in the catalogue.
    #[serde(flatten)]
    elective: Description,
}

/// A search in the catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Looking {
    /// The kind to list: electives or profile modules; both when absent.
    kind: Option<Kind>,
    /// The profile to list, such as `PIE`; all when absent.
    profile: Option<Profile>,
    /// A part of the title or of the code.
    search: Option<String>,
}

/// The time that a company has for pupils.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Days {
    /// The number of days at the company.
    #[param(minimum = 1, maximum = 400)]
    days: u16,
    /// The minutes of each day.
    #[serde(default = "eight_hours")]
    #[param(minimum = 1, maximum = 600, default = 480, required = false)]
    minutes_per_day: u16,
}

const fn eight_hours() -> u16 {
    480
}

/// Whether the deeltaken of an elective fit into the days.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FitShown {
    /// The minutes that the elective takes.
    needed: Minutes,
    /// Whether `needed` is the least that is usual, because the elective states no size.
    assumed: bool,
    /// The minutes that the days have.
    available: Minutes,
    /// The deeltaken that fit whole, by code, in order.
    fits: Vec<String>,
    /// The deeltaken left to the school.
    left: Vec<String>,
}

/// List the electives of the region, by code (keuzevakken bekijken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/electives", operation_id = "list-electives", tag = "assessments",
    params(("region" = RegionId, Path), Looking, Paging), responses((status = 200, body = Listed<Entry>), Problem),
)]
async fn list_electives(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    _: Caller,
    Paged(looking, page): Paged<Looking, (String, ElectiveId)>,
) -> Result<Listed<Entry>, Problem> {
    let Looking { kind, profile, search } = looking;
    let wanted = Wanted { kind, profile, search, after: page.after.clone(), fetch: page.fetch() };
    let entries = catalogue::entries(&hub, &region, &wanted).await?;
    page.cut(entries, |last| (last.code.clone(), last.id))
}

/// Show an elective with its deeltaken (keuzevak bekijken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/electives/{elective}", operation_id = "show-elective", tag = "assessments",
    params(("region" = RegionId, Path), ("elective" = ElectiveId, Path)),
    responses((status = 200, body = ElectiveShown), Problem),
)]
async fn show_elective(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ElectiveId)>,
    _: Caller,
) -> Result<Shown<ElectiveShown>, Problem> {
    let Loaded { state, version } = hub.log.load::<Elective>(&region, &id).await?;
    let own = matches!(state, Elective::Own(_));
    let elective = state.description().cloned().ok_or_else(not_found)?;
    Ok(Shown::new(version, ElectiveShown { id, own, unusual_size: fit::of_unusual_size(&elective), elective }))
}

/// Compute whether the deeltaken of an elective fit the days of a company (passen de deeltaken?).
#[utoipa::path(
    get, path = "/v1/regions/{region}/electives/{elective}/fit", operation_id = "fit-elective", tag = "assessments",
    params(("region" = RegionId, Path), ("elective" = ElectiveId, Path), Days),
    responses((status = 200, body = FitShown), Problem),
)]
async fn fit_elective(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ElectiveId)>,
    _: Caller,
    Ask(days): Ask<Days>,
) -> Result<Json<FitShown>, Problem> {
    let elective = known(&hub, &region, id).await?;
    let fit::Fit { needed, assumed, available, fits, left } =
        fit::in_days(&elective, days.days, Minutes(days.minutes_per_day.into()));
    Ok(Json(FitShown { needed, assumed, available, fits, left }))
}

/// Add an elective of the region's own (eigen keuzevak toevoegen). Its id follows from its code.
#[utoipa::path(
    post, path = "/v1/regions/{region}/electives", operation_id = "add-elective", tag = "assessments",
    params(("region" = RegionId, Path)), request_body = OwnElective, responses(Created, Refuses<(Elective,)>, Problem),
)]
async fn add_elective(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(own): Valid<OwnElective>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    // Codes that differ in case only would be taken for each other.
    let id = ElectiveId::derived(&["own", &own.code.to_ascii_uppercase()]);
    Ok(hub.log.execute::<Elective>(&region, &id, Command::Add { elective: own.into() }, &asked).await?.into())
}

/// Revise an elective of the region's own (eigen keuzevak wijzigen). Open cases keep the edition that they began with.
#[utoipa::path(
    put, path = "/v1/regions/{region}/electives/{elective}", operation_id = "revise-elective", tag = "assessments",
    params(("region" = RegionId, Path), ("elective" = ElectiveId, Path)), request_body = OwnElective,
    responses(Accepted, Refuses<(Elective,)>, Problem),
)]
async fn revise_elective(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ElectiveId)>,
    caller: Caller,
    Valid(own): Valid<OwnElective>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    known(&hub, &region, id).await?;
    Ok(hub.log.execute::<Elective>(&region, &id, Command::Revise { elective: own.into() }, &asked).await?.into())
}

/// What the catalogue says of an elective that a command is about.
pub(crate) async fn known(hub: &Hub, region: &RegionId, id: ElectiveId) -> Result<Description, Problem> {
    hub.log.load::<Elective>(region, &id).await?.state.description().cloned().ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("elective", "keuzevak")
}

impl From<OwnElective> for Description {
    fn from(own: OwnElective) -> Self {
        let deeltaak = |OwnDeeltaak { code, title, end_terms }| Deeltaak { code, title: title.into(), end_terms };
        Self {
            code: own.code,
            kind: Kind::Elective,
            profile: own.profile,
            title: own.title,
            description: own.description.map(String::from),
            levels: own.levels,
            size: own.size,
            duo_code: None,
            deeltaken: own.deeltaken.into_iter().map(deeltaak).collect(),
        }
    }
}
