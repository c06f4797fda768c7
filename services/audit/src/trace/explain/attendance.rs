//! The attendance a line rests on: who came in when and how, who confirmed, who corrected.

use crate::trace::node::{Finding, Node};
use crate::trace::reading::{Reader, Unread, event};
use event_log::Recorded;
use proto_schemas::co_financing::contribution_day::{Attendance, Day};
use proto_schemas::hotspots::attendance::{Event, Method};
use vocabulary::AttendanceDayId;

const SERVICE: &str = "hotspots";

/// The whole attendance day, and whether the line says what was confirmed.
pub(super) async fn explain(reader: &mut Reader, day: &Day, used: &Attendance) -> Result<Node, Unread> {
    let stream = format!("attendance-day/{}", used.attendance_day);
    let history = reader.history(SERVICE, &stream).await?;
    let mut node = Node::new("attendance day", "aanwezigheidsdag")
        .called(&stream)
        .says("minutes", used.minutes)
        .says("school", &used.school)
        .says("confirmedBy", used.confirmed_by);
    let mut found = false;
    let mut confirmed = None;
    for recorded in history.iter() {
        let happened = event(SERVICE, recorded)?;
        if let Event::Confirmed { session, hotspot, company, date, minutes, by, .. }
        | Event::Corrected { session, hotspot, company, date, minutes, by, .. } = &happened
        {
            confirmed = Some(recorded);
            if recorded.position == used.position {
                found = true;
                let same = *minutes == used.minutes && *by == used.confirmed_by && recorded.id == used.event;
                let there = (session, hotspot, company, date) == (&day.session, &day.hotspot, &day.company, &day.date);
                node.check(
                    same && there,
                    "attendance-differs",
                    format!(
                        "hotspots@{} confirms {} minutes; the line was made of something else",
                        recorded.position, minutes.0
                    ),
                    format!(
                        "hotspots@{} bevestigt {} minuten; de regel is van iets anders gemaakt",
                        recorded.position, minutes.0
                    ),
                );
            }
        }
        let told = tell(reader, recorded, happened);
        node.rests_on.push(told);
    }
    if !found {
        node.findings.push(Finding::new(
            "attendance-missing",
            format!("hotspots@{} does not confirm this attendance", used.position),
            format!("hotspots@{} bevestigt deze aanwezigheid niet", used.position),
        ));
    }
    if let Some(last) = confirmed.filter(|last| last.position > used.position) {
        // Taken back and accrued again in the day's own stream: a note for the reader, judged there.
        node = node.says("correctedAt", format!("hotspots@{}", last.position));
    }
    Ok(node)
}

/// The attendances that show that a supervisor had a group; the last confirmation of each before the line.
pub(super) async fn group(
    reader: &mut Reader,
    day: &Day,
    attendances: &[AttendanceDayId],
    line: &Recorded,
) -> Result<Vec<Node>, Unread> {
    let mut nodes = Vec::new();
    for attendance in attendances {
        let stream = format!("attendance-day/{attendance}");
        let history = reader.history(SERVICE, &stream).await?;
        let mut node = Node::new("attendance day", "aanwezigheidsdag").called(&stream);
        let mut confirmed = false;
        for recorded in history.iter().filter(|recorded| recorded.recorded_at <= line.recorded_at) {
            let happened = event(SERVICE, recorded)?;
            if let Event::Confirmed { session, minutes, .. } | Event::Corrected { session, minutes, .. } = &happened {
                confirmed = *session == day.session && minutes.0 > 0;
            }
            let told = tell(reader, recorded, happened);
            node.rests_on.push(told);
        }
        node.check(
            confirmed,
            "attendance-missing",
            "nobody was confirmed there when the supervisor's minutes were entered",
            "er was niemand bevestigd toen de minuten van de begeleider werden ingevoerd",
        );
        nodes.push(node);
    }
    Ok(nodes)
}

fn tell(reader: &mut Reader, recorded: &Recorded, happened: Event) -> Node {
    let mut of = |english, dutch| Node::of(english, dutch, reader, SERVICE, recorded);
    match happened {
        Event::CheckedIn { at, method, by, pupil, .. } => {
            let (english, dutch) = match method {
                Method::Code => ("checked in by scan", "aangemeld met de code"),
                Method::List => ("checked in on a list", "aangemeld op de lijst"),
                Method::Confirmation => ("presence stated by the company", "aanwezigheid opgegeven door het bedrijf"),
            };
            of(english, dutch).says("pupil", pupil).says("at", at).says("by", by)
        }
        Event::CheckedOut { at, minutes, by } => {
            of("checked out", "afgemeld").says("at", at).says("minutes", minutes).says("by", by)
        }
        Event::AbsenceReported { late, pupil, .. } => {
            of("absence reported", "afwezig gemeld").says("pupil", pupil).says("late", late)
        }
        Event::ResumptionReported { occurred_on, late } => {
            of("resumption reported", "hersteld gemeld").says("occurredOn", occurred_on).says("late", late)
        }
        Event::Confirmed { pupil, minutes, by, .. } => of("attendance confirmed", "aanwezigheid bevestigd")
            .says("pupil", pupil)
            .says("minutes", minutes)
            .says("by", by),
        Event::Corrected { minutes, replaced, reason, by, pupil, .. } => {
            of("attendance corrected", "aanwezigheid gecorrigeerd")
                .says("pupil", pupil)
                .says("minutes", minutes)
                .says("replaced", replaced)
                .says("reason", reason)
                .says("by", by)
        }
        Event::Locked { claim } => of("locked in a claim", "vastgelegd in een staat").says("claim", claim),
    }
}
