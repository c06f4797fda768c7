//! Finds what a request is about, or says that it is not there.

use crate::known_people;
use crate::stage_agreement::{Paper, Phase, Proposal, StageAgreement, age};
use chassis::Hub;
use chrono::NaiveDate;
use event_log::Loaded;
use known::Pupil;
use processing::Activity;
use proto_schemas::consortium::policy::Policy;
use vocabulary::{AgreementId, PersonId, RegionId};
use web::{FieldError, Problem, Touches};

/// A stage agreement and its version.
pub(super) async fn stage_agreement(hub: &Hub, region: &RegionId, id: AgreementId) -> Result<(Paper, i32), Problem> {
    let Loaded { state, version } = hub.log.load::<StageAgreement>(region, &id).await?;
    match state {
        StageAgreement::Written(paper) => Ok((*paper, version)),
        StageAgreement::Unwritten => Err(Problem::not_found("stage agreement", "stageovereenkomst")),
    }
}

/// Whom a stage agreement touches: its parties, and before the offer its school alone.
pub(super) fn of_stage_agreement(paper: &Paper) -> Touches {
    let school = Touches::region().school(&paper.subject.school);
    match paper.phase {
        Phase::Draft => school,
        _ => school.company(paper.subject.company).person(paper.subject.pupil),
    }
}

/// A pupil who was not forgotten.
pub(super) async fn pupil(hub: &Hub, region: &RegionId, id: PersonId) -> Result<Pupil, Problem> {
    let pupil = hub.known.pupil(region, id).await?.ok_or_else(|| Problem::not_found("pupil", "leerling"))?;
    if pupil.forgotten { Err(vault::Error::Forgotten(id).into()) } else { Ok(pupil) }
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

/// Terms together with where those named in them work.
pub(super) async fn proposal(
    hub: &Hub,
    region: &RegionId,
    terms: proto_schemas::agreements::stage_agreement::Terms,
    policy: &Policy,
) -> Result<Proposal, Problem> {
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
            Ok(Proposal { terms, teacher_of, supervisor_of, least_supervision })
        }
        _ => Err(Problem::invalid(errors)),
    }
}
