//! Where it was: the session, the hotspot, its safety check, and the contract that company and school signed.

use super::contract;
use crate::trace::node::{Finding, Node};
use crate::trace::reading::{Reader, Unread, event};
use event_log::Recorded;
use proto_schemas::co_financing::contribution_day::{Attendance, Day};
use proto_schemas::hotspots::{attendance, hotspot, session};
use vocabulary::{BranchCode, Minutes, PersonId};

const SERVICE: &str = "hotspots";

/// The session of a day, and what it rests on. With an attendance: whether that pupil was enrolled.
pub(super) async fn explain(reader: &mut Reader, day: &Day, used: Option<&Attendance>) -> Result<Node, Unread> {
    let stream = format!("session/{}", day.session);
    let history = reader.history(SERVICE, &stream).await?;
    let pupil = match used {
        Some(used) => pupil_of(reader, used).await?,
        None => None,
    };
    let mut node = Node::new("session", "bijeenkomst").called(&stream);
    let (mut planned, mut enrolled) = (false, None);
    for recorded in history.iter() {
        let mut of = |english, dutch| Node::of(english, dutch, reader, SERVICE, recorded);
        let told = match event(SERVICE, recorded)? {
            session::Event::Planned { hotspot, company, date, starts_at, ends_at, max, .. } => {
                planned = true;
                let mut told = of("session planned", "bijeenkomst gepland")
                    .says("startsAt", starts_at)
                    .says("endsAt", ends_at)
                    .says("max", max);
                told.check(
                    (hotspot, company, date) == (day.hotspot, day.company, day.date),
                    "session-differs",
                    "the session was planned at another hotspot, company or date than the line says",
                    "de bijeenkomst was gepland bij een andere hotspot, een ander bedrijf of op een andere datum dan de regel zegt",
                );
                let most = Minutes::between(starts_at, ends_at);
                told.check(
                    used.is_none_or(|used| used.minutes <= most),
                    "minutes-exceed",
                    format!("more minutes were counted than the {} of the session", most.0),
                    format!("er zijn meer minuten geteld dan de {} van de bijeenkomst", most.0),
                );
                told
            }
            session::Event::PupilEnrolled { pupil: who, school, .. } if Some(who) == pupil => {
                enrolled = Some((recorded.position, school.clone()));
                of("pupil enrolled", "leerling ingeschreven").says("pupil", who).says("school", school)
            }
            session::Event::PupilWithdrawn { pupil: who } if Some(who) == pupil => {
                enrolled = None;
                of("pupil withdrawn", "leerling uitgeschreven").says("pupil", who)
            }
            session::Event::PupilEnrolled { .. } | session::Event::PupilWithdrawn { .. } => continue,
            session::Event::TeacherAssigned { teacher, school } => {
                of("teacher assigned", "docent toegewezen").says("teacher", teacher).says("school", school)
            }
            session::Event::Started { at, enrolled, small_group } => of("session started", "bijeenkomst begonnen")
                .says("at", at)
                .says("enrolled", enrolled)
                .says("smallGroup", small_group),
            session::Event::Finished { at, .. } => of("session finished", "bijeenkomst afgerond").says("at", at),
            session::Event::Cancelled { reason, .. } => {
                let mut told = of("session cancelled", "bijeenkomst geannuleerd").says("reason", reason);
                told.findings.push(Finding::new(
                    "session-cancelled",
                    "the session did not take place",
                    "de bijeenkomst heeft niet plaatsgevonden",
                ));
                told
            }
        };
        node.rests_on.push(told);
    }
    node.check(planned, "session-missing", "this session was never planned", "deze bijeenkomst is nooit gepland");
    node.check(
        used.is_none() || enrolled.is_some(),
        "pupil-not-enrolled",
        "the pupil of this attendance was not enrolled in the session",
        "de leerling van deze aanwezigheid was niet ingeschreven voor de bijeenkomst",
    );
    let (position, school) = match enrolled {
        Some((position, school)) => (position, Some(school)),
        None => (i64::MAX, None),
    };
    let there = hotspot(reader, day, school.as_ref(), position).await?;
    Ok(node.on([there]))
}

async fn pupil_of(reader: &mut Reader, used: &Attendance) -> Result<Option<PersonId>, Unread> {
    let history = reader.history(SERVICE, &format!("attendance-day/{}", used.attendance_day)).await?;
    for recorded in history.iter() {
        if let attendance::Event::Confirmed { pupil, .. } | attendance::Event::Corrected { pupil, .. } =
            event(SERVICE, recorded)?
        {
            return Ok(Some(pupil));
        }
    }
    Ok(None)
}

/// What stood when the pupil was enrolled: the plan, the contract for that school, the safety check.
async fn hotspot(reader: &mut Reader, day: &Day, school: Option<&BranchCode>, until: i64) -> Result<Node, Unread> {
    let stream = format!("hotspot/{}", day.hotspot);
    let history = reader.history(SERVICE, &stream).await?;
    let mut node = Node::new("hotspot", "hotspot").called(&stream);
    let (mut opened, mut attached, mut check): (bool, Option<(&Recorded, _)>, Option<(&Recorded, _, _)>) =
        (false, None, None);
    for recorded in history.iter() {
        let of = |reader: &mut Reader, english, dutch| Node::of(english, dutch, reader, SERVICE, recorded);
        match event(SERVICE, recorded)? {
            hotspot::Event::Proposed { company, name, .. } => {
                let mut told = of(reader, "hotspot proposed", "hotspot voorgesteld").says("name", name);
                told.check(
                    company == day.company,
                    "hotspot-differs",
                    "the hotspot is at another company than the line says",
                    "de hotspot is bij een ander bedrijf dan de regel zegt",
                );
                node.rests_on.push(told);
            }
            hotspot::Event::Opened { occurred_on, .. } => {
                opened = true;
                node.rests_on.push(of(reader, "hotspot opened", "hotspot opengesteld").says("occurredOn", occurred_on));
            }
            hotspot::Event::PlanOfApproachAdopted { document_hash, .. } => node.rests_on.push(
                of(reader, "plan of approach adopted", "plan van aanpak vastgesteld").says("document", document_hash),
            ),
            hotspot::Event::ContractAttached { contract, school: signed }
                if school.is_none_or(|school| *school == signed)
                    && (recorded.position <= until || attached.is_none()) =>
            {
                attached = Some((recorded, contract));
            }
            hotspot::Event::SafetyCheckAttached { check: which, checked_on, valid_until } if checked_on <= day.date => {
                check = Some((recorded, which, valid_until));
            }
            _ => {}
        }
    }
    node.check(opened, "hotspot-not-open", "this hotspot was never opened", "deze hotspot is nooit opengesteld");
    if let Some((recorded, which, valid_until)) = check {
        let mut told = Node::of("safety check attached", "veiligheidscontrole gekoppeld", reader, SERVICE, recorded)
            .called(format!("safety-check/{which}"))
            .says("validUntil", valid_until);
        told.check(
            day.date <= valid_until,
            "safety-check-over",
            format!("the safety check was good until {valid_until}"),
            format!("de veiligheidscontrole gold tot en met {valid_until}"),
        );
        node.rests_on.push(told);
    } else {
        node.findings.push(Finding::new(
            "safety-check-missing",
            "no safety check was attached by that date",
            "op die datum was er geen veiligheidscontrole gekoppeld",
        ));
    }
    let Some((recorded, id)) = attached else {
        node.findings.push(Finding::new(
            "contract-missing",
            "no contract was attached for the school of this pupil",
            "er was geen contract gekoppeld voor de school van deze leerling",
        ));
        return Ok(node);
    };
    let told = Node::of("contract attached", "contract gekoppeld", reader, SERVICE, recorded);
    let contract = contract::explain(reader, id, day, school).await?;
    Ok(node.on([told.on([contract])]))
}
