//! Sessions to come: what pupils who are enrolled will bring, under the policy that is valid on that day.

use crate::trace::book::Book;
use crate::trace::figure::Range;
use crate::trace::node::Node;
use crate::trace::reading::{Reader, Unread, event};
use event_log::Recorded;
use proto_schemas::co_financing::figures::{self, Kind, Line};
use proto_schemas::co_financing::occasion;
use proto_schemas::consortium::policy;
use proto_schemas::hotspots::session::Event;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::{BasisPoints, CompanyId, Euros, Minutes, SchemeCode, SessionId};

/// A session that is planned or under way.
#[derive(Clone, Debug)]
struct Session {
    company: CompanyId,
    date: chrono::NaiveDate,
    minutes: Minutes,
    enrolled: i64,
    to_come: bool,
}

/// What sessions to come will bring: one line each, with what its inputs make.
pub(super) async fn lines(
    reader: &mut Reader,
    book: &Book,
    range: &Range,
    until: i64,
) -> Result<Vec<(Line, Euros)>, Unread> {
    let mut sessions = BTreeMap::new();
    reader
        .whole("hotspots", until, |happened| match happened.category() {
            "session" => keep(&mut sessions, happened),
            _ => Ok(()),
        })
        .await?;
    let begun: BTreeSet<SessionId> = book
        .entries
        .values()
        .filter(|entry| entry.lines.values().any(crate::trace::book::Kept::lives))
        .filter_map(|entry| entry.day.as_ref().map(|day| day.session))
        .collect();
    let mut lines = Vec::new();
    for (id, session) in sessions {
        let counts = session.to_come && session.enrolled > 0 && (range.from..=range.until).contains(&session.date);
        if !counts || begun.contains(&id) || scheme(reader, id, &session).await? != range.scheme {
            continue;
        }
        if let Some((share, rate)) = terms(reader, session.date).await? {
            lines.push(line(id, &session, share, rate));
        }
    }
    Ok(lines)
}

/// The session behind such a line.
pub(super) async fn explain(reader: &mut Reader, line: &Line) -> Result<Node, Unread> {
    let history = reader.history("hotspots", &line.reference).await?;
    let mut sessions = BTreeMap::new();
    let mut node = Node::new("session to come", "komende bijeenkomst").called(&line.reference);
    for happened in history.iter() {
        keep(&mut sessions, happened)?;
        let (english, dutch) = match event("hotspots", happened)? {
            Event::Planned { .. } => ("session planned", "bijeenkomst gepland"),
            Event::PupilEnrolled { .. } => ("pupil enrolled", "leerling ingeschreven"),
            Event::PupilWithdrawn { .. } => ("pupil withdrawn", "leerling uitgeschreven"),
            Event::TeacherAssigned { .. } => ("teacher assigned", "docent toegewezen"),
            Event::Started { .. } => ("session started", "bijeenkomst begonnen"),
            Event::Finished { .. } => ("session finished", "bijeenkomst afgerond"),
            Event::Cancelled { .. } => ("session cancelled", "bijeenkomst geannuleerd"),
        };
        let told = Node::of(english, dutch, reader, "hotspots", happened);
        node.rests_on.push(told);
    }
    node.amount = Some(line.amount);
    if let Some((id, session)) = sessions.into_iter().next()
        && let Some((version, (share, rate))) = version(reader, session.date).await?
    {
        let made = self::line(id, &session, share, rate).1;
        let terms = super::policy::explain(reader, version, rate, Some(share), session.date).await?;
        node.recomputed = Some(made);
        node = node
            .says("pupils", session.enrolled)
            .says("minutes", session.minutes)
            .says("share", share)
            .says("rate", rate)
            .says("policyVersion", version)
            .on([terms]);
    }
    Ok(node)
}

fn line(id: SessionId, session: &Session, share: BasisPoints, rate: Euros) -> (Line, Euros) {
    let each = figures::forfait(session.minutes, share, rate);
    let amount = each.times(session.enrolled);
    let reference = format!("session/{id}");
    let (company, date) = (session.company, session.date);
    let line =
        Line { reference, kind: Kind::Forfait, company, date, amount, attendance_day: None, group_effect: false };
    (line, amount)
}

fn keep(sessions: &mut BTreeMap<SessionId, Session>, happened: &Recorded) -> Result<(), Unread> {
    let unread = || Unread::Event { service: "hotspots".to_owned(), position: happened.position };
    let id: SessionId = happened.stream_id().ok_or_else(unread)?;
    let said: Event = event("hotspots", happened)?;
    if let Event::Planned { company, date, starts_at, ends_at, .. } = said {
        let minutes = Minutes::between(starts_at, ends_at);
        sessions.insert(id, Session { company, date, minutes, enrolled: 0, to_come: true });
        return Ok(());
    }
    let session = sessions.get_mut(&id).ok_or_else(unread)?;
    match said {
        Event::PupilEnrolled { .. } => session.enrolled += 1,
        Event::PupilWithdrawn { .. } => session.enrolled -= 1,
        Event::Finished { .. } | Event::Cancelled { .. } => session.to_come = false,
        Event::Planned { .. } | Event::TeacherAssigned { .. } | Event::Started { .. } => {}
    }
    Ok(())
}

/// Under which scheme a session counts: the one it was assigned, else the usual one.
async fn scheme(reader: &mut Reader, id: SessionId, session: &Session) -> Result<SchemeCode, Unread> {
    let stream = format!("occasion/{}", occasion::id(session.company, id, session.date));
    let history = reader.history("co-financing", &stream).await?;
    match history.last() {
        None => Ok(SchemeCode::sto()),
        Some(last) => {
            let occasion::Event::Assigned { scheme, .. } = event("co-financing", last)?;
            Ok(scheme)
        }
    }
}

async fn terms(reader: &mut Reader, date: chrono::NaiveDate) -> Result<Option<(BasisPoints, Euros)>, Unread> {
    Ok(version(reader, date).await?.map(|(_, terms)| terms))
}

/// The last policy adopted that is valid on a date, where it has a rate.
async fn version(reader: &mut Reader, date: chrono::NaiveDate) -> Result<Option<(u32, (BasisPoints, Euros))>, Unread> {
    let history = reader.history("consortium", &format!("policy/{}", reader.region())).await?;
    let mut found = None;
    for recorded in history.iter() {
        let policy::Event::Adopted { version, valid_from, policy } = event("consortium", recorded)?;
        if valid_from <= date {
            found = policy.supervisor_rate.map(|rate| (version, (policy.forfait_share, rate)));
        }
    }
    Ok(found)
}
