//! A pupil's case: open it, hand in evidence, judge the work, look at it.

mod grades;
mod judging;
mod listed;
mod showing;

pub use listed::Cases;

use super::{Case, Command, Evidence, Open, Work};
use crate::rubric::Rubric;
use crate::{case, elective};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use event_log::Loaded;
use judging::{CompanyJudging, SchoolJudging};
use listed::CaseLine;
use proto_schemas::assessments::case::EvidenceKind;
use schemars::JsonSchema;
use serde::Deserialize;
use showing::CaseShown;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{CaseId, Clause, CompanyId, DocumentHash, ElectiveId, PersonId, Purpose, RegionId};
use web::{Accepted, Caller, Created, FieldError, Listed, Page, Paging, Path, Problem, Refuses, Shown, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(list_cases, open_case))
        .routes(routes!(show_case))
        .routes(routes!(submit_evidence))
        .routes(routes!(judge_by_company))
        .routes(routes!(judge_by_school))
        .merge(grades::routes())
}

/// What the descriptions of evidence are sealed as.
const DESCRIPTION: &str = "nl.sterktechniekonderwijs.assessments.case-evidence-submitted.v1#description";

/// The pupil and the elective to open a case for.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCase {
    pupil: PersonId,
    elective: ElectiveId,
    /// The company where the work is done.
    company: CompanyId,
    /// The first day of the work.
    occurred_on: NaiveDate,
}

/// A piece of evidence. The content itself stays where it is: the hub keeps its hash.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEvidence {
    /// The kind of evidence (soort bewijs).
    kind: EvidenceKind,
    /// The SHA-256 of the content.
    content_hash: DocumentHash,
    /// A description of the evidence; sealed with the pupil's key.
    description: Option<Clause>,
}

/// List the cases that the caller's grants reach (beoordelingen bekijken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/cases", operation_id = "list-cases", tag = "assessments",
    params(("region" = RegionId, Path), Paging), responses((status = 200, body = Listed<CaseLine>), Problem),
)]
async fn list_cases(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    page: Page<CaseId>,
) -> Result<Listed<CaseLine>, Problem> {
    let lines = listed::within(&hub, &region, &caller.scope(), page.after, page.fetch()).await?;
    page.cut(lines, |last| CaseId(last.id))
}

/// Open a pupil's case for an elective (beoordeling openen); its rubric and deeltaken are fixed from then on.
#[utoipa::path(
    post, path = "/v1/regions/{region}/cases", operation_id = "open-case", tag = "assessments",
    params(("region" = RegionId, Path)), request_body = NewCase, responses(Created, Refuses<(Case,)>, Problem),
)]
async fn open_case(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(new): Valid<NewCase>,
) -> Result<Created, Problem> {
    let unknown = || no_such("/pupil", "is not a pupil of this region", "is geen leerling van deze regio");
    let Some(pupil) = hub.known.pupil(&region, new.pupil).await? else {
        // A school is not told whether somebody who is none of its pupils is one elsewhere.
        caller.about(&Touches::region())?;
        return Err(unknown());
    };
    // Where the pupil is a guest for the profile, that school teaches it and has it in its PTA.
    let school = pupil.host_school.unwrap_or(pupil.home_school);
    let asked = caller.about(&Touches::region().school(&school))?;
    if pupil.forgotten {
        return Err(unknown());
    }
    if hub.known.company(&region, new.company).await?.is_none() {
        return Err(no_such("/company", "is not a company of this region", "is geen bedrijf van deze regio"));
    }
    let elective = elective::api::known(&hub, &region, new.elective).await?;
    let rubric = hub.log.load::<Rubric>(&region, &new.elective).await?.state.latest().cloned().ok_or_else(|| {
        let english = "This elective has no rubric yet: adopt one first, so that it is known what is judged.";
        let dutch = "Dit keuzevak heeft nog geen beoordelingsmodel: stel er eerst een vast, zodat bekend is wat er wordt beoordeeld.";
        Problem::conflict("case-no-rubric", english, dutch)
    })?;
    let open = Open {
        pupil: new.pupil,
        elective: new.elective,
        school,
        cohort: pupil.cohort,
        company: new.company,
        rubric,
        deeltaken: elective.deeltaken.into_iter().map(|deeltaak| deeltaak.code).collect(),
        occurred_on: new.occurred_on,
    };
    let id = case::id(new.pupil, new.elective);
    Ok(hub.log.execute::<Case>(&region, &id, Command::Open(open), &asked).await?.into())
}

/// Show a case with its evidence and judgements (beoordeling bekijken).
///
/// A company's supervisor sees the company's own part: neither the school's judgement nor the grade.
#[utoipa::path(
    get, path = "/v1/regions/{region}/cases/{case}", operation_id = "show-case", tag = "assessments",
    params(("region" = RegionId, Path), ("case" = CaseId, Path)),
    responses((status = 200, body = CaseShown), Problem),
)]
async fn show_case(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, CaseId)>,
    caller: Caller,
) -> Result<Shown<CaseShown>, Problem> {
    let Loaded { state, version } = hub.log.load::<Case>(&region, &id).await?;
    let work = state.work().ok_or_else(not_found)?;
    let touched = Touches::region().school(&work.school).company(work.company).person(work.pupil);
    let role = caller.about(&touched)?.by.role;
    Ok(Shown::new(version, showing::case(&hub, &region, id, &state, role).await?))
}

/// Submit a piece of evidence (bewijs inleveren).
#[utoipa::path(
    post, path = "/v1/regions/{region}/cases/{case}/evidence", operation_id = "submit-evidence", tag = "assessments",
    params(("region" = RegionId, Path), ("case" = CaseId, Path)), request_body = NewEvidence,
    responses(Accepted, Refuses<(Case,)>, Problem),
)]
async fn submit_evidence(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, CaseId)>,
    caller: Caller,
    Valid(new): Valid<NewEvidence>,
) -> Result<Accepted, Problem> {
    let work = work(&hub, &region, id).await?;
    let asked = caller.about(&Touches::region().school(&work.school).person(work.pupil))?;
    let description = match &new.description {
        Some(plain) => {
            Some(hub.vault.seal(&region, work.pupil, Purpose::Judgement, DESCRIPTION, plain.as_str()).await?)
        }
        None => None,
    };
    let evidence = Evidence { kind: new.kind, content_hash: new.content_hash, description };
    Ok(hub.log.execute::<Case>(&region, &id, Command::SubmitEvidence(evidence), &asked).await?.into())
}

/// Judge the work for the company (beoordelen door het bedrijf). Until the grade is fixed, the last judgement counts.
#[utoipa::path(
    post, path = "/v1/regions/{region}/cases/{case}/company-judgement", operation_id = "judge-by-company", tag = "assessments",
    params(("region" = RegionId, Path), ("case" = CaseId, Path)), request_body = CompanyJudging,
    responses(Accepted, Refuses<(Case,)>, Problem),
)]
async fn judge_by_company(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, CaseId)>,
    caller: Caller,
    Valid(judging): Valid<CompanyJudging>,
) -> Result<Accepted, Problem> {
    let work = work(&hub, &region, id).await?;
    let asked = caller.about(&Touches::region().company(work.company))?;
    let command = judging.command(&hub, &region, work.pupil).await?;
    Ok(hub.log.execute::<Case>(&region, &id, command, &asked).await?.into())
}

/// Judge the work for the school (beoordelen door de school). Until the grade is fixed, the last judgement counts.
#[utoipa::path(
    post, path = "/v1/regions/{region}/cases/{case}/school-judgement", operation_id = "judge-by-school", tag = "assessments",
    params(("region" = RegionId, Path), ("case" = CaseId, Path)), request_body = SchoolJudging,
    responses(Accepted, Refuses<(Case,)>, Problem),
)]
async fn judge_by_school(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, CaseId)>,
    caller: Caller,
    Valid(judging): Valid<SchoolJudging>,
) -> Result<Accepted, Problem> {
    let work = work(&hub, &region, id).await?;
    let asked = caller.about(&Touches::region().school(&work.school))?;
    let command = judging.command(&hub, &region, work.pupil).await?;
    Ok(hub.log.execute::<Case>(&region, &id, command, &asked).await?.into())
}

/// What a command on a case is about.
pub(super) async fn work(hub: &Hub, region: &RegionId, id: CaseId) -> Result<Work, Problem> {
    hub.log.load::<Case>(region, &id).await?.state.work().cloned().ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("case", "beoordeling")
}

fn no_such(pointer: &str, english: &'static str, dutch: &'static str) -> Problem {
    Problem::invalid(vec![FieldError::new(pointer, english, dutch)])
}
