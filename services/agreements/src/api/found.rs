//! Finds what a request is about, or says that it is not there.

use crate::{age, contract, known_people, stage_agreement};
use chassis::Hub;
use chrono::NaiveDate;
use event_log::Loaded;
use known::{Pupil, School};
use processing::Activity;
use proto_schemas::consortium::policy::Policy;
use vocabulary::{AgreementId, BranchCode, ContractId, PersonId, RegionId};
use web::{Caller, FieldError, Problem, Touches};

/// A contract and its version.
pub(super) async fn contract(hub: &Hub, region: &RegionId, id: ContractId) -> Result<(contract::Paper, i32), Problem> {
    let Loaded { state, version } = hub.log.load::<contract::Contract>(region, &id).await?;
    match state {
        contract::Contract::Written(paper) => Ok((*paper, version)),
        contract::Contract::Unwritten => Err(Problem::not_found("contract", "hotspotcontract")),
    }
}

/// A stage agreement and its version.
pub(super) async fn stage_agreement(
    hub: &Hub,
    region: &RegionId,
    id: AgreementId,
) -> Result<(stage_agreement::Paper, i32), Problem> {
    let Loaded { state, version } = hub.log.load::<stage_agreement::StageAgreement>(region, &id).await?;
    match state {
        stage_agreement::StageAgreement::Written(paper) => Ok((*paper, version)),
        stage_agreement::StageAgreement::Unwritten => Err(Problem::not_found("stage agreement", "stageovereenkomst")),
    }
}

/// Whom a contract touches: its company, and every school, since any school of the region may sign it.
pub(super) fn of_contract(paper: &contract::Paper, caller: &Caller) -> Touches {
    Touches::region().company(paper.subject.company).schools(&caller.scope().schools)
}

/// Whom a stage agreement touches: its parties, and before the offer its school alone.
pub(super) fn of_stage_agreement(paper: &stage_agreement::Paper) -> Touches {
    let school = Touches::region().school(&paper.subject.school);
    match paper.phase {
        stage_agreement::Phase::Draft => school,
        _ => school.company(paper.subject.company).person(paper.subject.pupil),
    }
}

/// A pupil who was not forgotten.
pub(super) async fn pupil(hub: &Hub, region: &RegionId, id: PersonId) -> Result<Pupil, Problem> {
    let pupil = hub.known.pupil(region, id).await?.ok_or_else(|| Problem::not_found("pupil", "leerling"))?;
    if pupil.forgotten { Err(vault::Error::Forgotten(id).into()) } else { Ok(pupil) }
}

/// A school that takes part.
pub(super) async fn school(hub: &Hub, region: &RegionId, branch: &BranchCode) -> Result<School, Problem> {
    let school = hub.known.school(region, branch).await?.filter(|school| school.takes_part);
    school.ok_or_else(|| Problem::not_found("school", "school"))
}

/// Whether a pupil is under 18 on a day. The birth date is opened, compared and let go.
pub(super) async fn is_minor(hub: &Hub, region: &RegionId, id: PersonId, day: NaiveDate) -> Result<bool, Problem> {
    let pupil = pupil(hub, region, id).await?;
    let fields = [(pupil.birth_date_field.as_str(), &pupil.birth_date)];
    let opened = hub.open_for(Activity::AgeCheck, "check-age", region, &fields).await?;
    let opened = opened.into_iter().next().flatten().ok_or(vault::Error::Forgotten(id))?;
    let birth_date = opened.parse().map_err(|_| vault::Error::Broken("a birth date is no date"))?;
    Ok(age::is_minor_on(birth_date, day))
}

/// The policy that is valid on the day of a fact, and its version.
pub(super) async fn policy(hub: &Hub, region: &RegionId, day: NaiveDate) -> Result<(u32, Policy), Problem> {
    hub.known.policy(region, day).await?.ok_or_else(|| {
        Problem::conflict(
            "no-policy",
            format!("The region has not adopted a policy for {day} yet."),
            format!("De regio heeft nog geen beleid vastgesteld voor {day}."),
        )
    })
}

/// Terms together with where those named in them work.
pub(super) async fn proposal(
    hub: &Hub,
    region: &RegionId,
    terms: proto_schemas::agreements::stage_agreement::Terms,
    policy: &Policy,
) -> Result<stage_agreement::Proposal, Problem> {
    let people = known_people::people(&hub.db, region, &[terms.stage_teacher, terms.stage_supervisor]).await?;
    let person = |id| people.iter().find(|person| person.id == id);
    let teacher_of = person(terms.stage_teacher).and_then(|person| person.school.clone());
    let supervisor_of = person(terms.stage_supervisor).and_then(|person| person.company);
    let mut errors = vec![];
    if teacher_of.is_none() {
        let (english, dutch) = ("is no member of staff of a school here", "is hier geen medewerker van een school");
        errors.push(FieldError::new("/terms/stageTeacher", english, dutch));
    }
    if supervisor_of.is_none() {
        let (english, dutch) = ("is no contact of a company here", "is hier geen contactpersoon van een bedrijf");
        errors.push(FieldError::new("/terms/stageSupervisor", english, dutch));
    }
    match (teacher_of, supervisor_of) {
        (Some(teacher_of), Some(supervisor_of)) => {
            let least_supervision = policy.supervision_minutes;
            Ok(stage_agreement::Proposal { terms, teacher_of, supervisor_of, least_supervision })
        }
        _ => Err(Problem::invalid(errors)),
    }
}
