//! Who signed for the lines, who verified them, and whether the digest they signed is that of the lines.

use super::SERVICE;
use crate::trace::node::Node;
use crate::trace::reading::{Reader, Unread, event};
use event_log::Recorded;
use proto_schemas::co_financing::contribution;
use proto_schemas::co_financing::contribution_day::{Day, Event};
use proto_schemas::co_financing::figures::{self, Kind, Line, Sum};
use std::collections::BTreeMap;
use vocabulary::{ActorId, BasisPoints, Euros, Minutes};

/// A line of the day, and what the group effect is found from.
type Living = BTreeMap<u32, (Line, Minutes, Option<BasisPoints>, ActorId)>;

/// What happened to the day's lines after the event at `index` made line `number`.
pub(super) fn of_day(
    reader: &mut Reader,
    history: &[Recorded],
    index: usize,
    number: u32,
) -> Result<Vec<Node>, Unread> {
    let mut living = Living::new();
    let mut signer = None;
    let mut nodes = Vec::new();
    for (place, recorded) in history.iter().enumerate() {
        let told = match event(SERVICE, recorded)? {
            Event::PupilAccrued { day, line, attendance, share, amount, .. } => {
                let made =
                    Line { attendance_day: Some(attendance.attendance_day), ..made(&day, line, Kind::Forfait, amount) };
                living.insert(line, (made, attendance.minutes, Some(share), attendance.confirmed_by));
                continue;
            }
            Event::SupervisorAccrued { day, line, minutes, amount, entered_by, .. } => {
                living.insert(line, (made(&day, line, Kind::Actual, amount), minutes, None, entered_by));
                continue;
            }
            Event::Reversed { line, amount, reason, by, correction, .. } => {
                let taken = living.remove(&line);
                if line != number {
                    continue;
                }
                let mut told = Node::of("line taken back", "regel teruggedraaid", reader, SERVICE, recorded)
                    .says("reason", reason)
                    .says("by", by)
                    .says("correction", correction);
                told.amount = Some(amount);
                told.check(
                    taken.is_some_and(|(line, ..)| line.amount == -amount),
                    "reversal-differs",
                    "another amount was taken back than the line had",
                    "er is een ander bedrag teruggedraaid dan de regel had",
                );
                told
            }
            Event::Signed { by, digest, lines, total, group_effect, .. } => {
                signer = Some(by);
                if place < index {
                    continue;
                }
                let flagged = effect(&living);
                let stated: Vec<Line> =
                    living.values().map(|(line, ..)| Line { group_effect: flagged, ..line.clone() }).collect();
                let recomputed = figures::sum(&stated);
                let mut told =
                    Node::of("signed by the company", "ondertekend door het bedrijf", reader, SERVICE, recorded)
                        .says("by", by)
                        .says("lines", lines)
                        .says("digest", &digest);
                (told.amount, told.recomputed) = (Some(total), Some(recomputed.total));
                signed_by(&mut told, recorded, by);
                told.check(
                    recomputed == Sum { count: lines, total } && flagged == group_effect,
                    "total-differs",
                    format!(
                        "{total} in {lines} lines was signed, the lines add up to {} in {}",
                        recomputed.total, recomputed.count
                    ),
                    format!(
                        "getekend is {total} in {lines} regels, de regels tellen op tot {} in {}",
                        recomputed.total, recomputed.count
                    ),
                );
                same_digest(&mut told, figures::digest(&stated) == digest);
                told
            }
            Event::SignatureVoided { .. } if place > index => {
                Node::of("signature voided", "handtekening vervallen", reader, SERVICE, recorded)
            }
            Event::Verified { by, digest, total, .. } if place > index => {
                let mut told = verified(reader, recorded, by, total).says("digest", digest);
                let own = living.values().any(|(.., who)| *who == by) || signer == Some(by);
                second_person(&mut told, !own);
                told.check(
                    figures::sum(living.values().map(|(line, ..)| line)).total == total,
                    "total-differs",
                    format!("{total} was verified, which is not what the lines add up to"),
                    format!("geverifieerd is {total}, en daarop tellen de regels niet op"),
                );
                told
            }
            Event::Rejected { by, reason, .. } if place > index => {
                Node::of("rejected", "afgewezen", reader, SERVICE, recorded).says("by", by).says("reason", reason)
            }
            _ => continue,
        };
        nodes.push(told);
    }
    Ok(nodes)
}

/// What happened to a contribution after it was recorded.
pub(super) fn of_contribution(reader: &mut Reader, history: &[Recorded]) -> Result<Vec<Node>, Unread> {
    use contribution::Event as E;
    let mut nodes = Vec::new();
    let (mut lines, mut own): (Vec<Line>, Vec<ActorId>) = (vec![], vec![]);
    for recorded in history {
        let mut of = |english, dutch| Node::of(english, dutch, reader, SERVICE, recorded);
        let told = match event(SERVICE, recorded)? {
            E::Recorded { contribution, company, date, what, amount, by, .. } => {
                own.push(by);
                lines = vec![Line {
                    reference: figures::contribution_line(contribution),
                    kind: kind(&what),
                    company,
                    date,
                    amount,
                    attendance_day: None,
                    group_effect: false,
                }];
                continue;
            }
            E::ProofAttached { hash, title } => {
                of("paper attached", "bewijsstuk toegevoegd").says("document", hash).says("title", title)
            }
            E::Signed { by, digest, amount, proofs } => {
                own.push(by);
                let mut told = of("signed by the company", "ondertekend door het bedrijf")
                    .says("by", by)
                    .says("digest", &digest)
                    .says("papers", proofs.len());
                told.amount = Some(amount);
                signed_by(&mut told, recorded, by);
                same_digest(&mut told, figures::digest(&lines) == digest && figures::sum(&lines).total == amount);
                told
            }
            E::SignatureVoided { .. } => of("signature voided", "handtekening vervallen"),
            E::Verified { by, amount, digest } => {
                let mut told = verified(reader, recorded, by, amount);
                second_person(&mut told, !own.contains(&by));
                same_digest(&mut told, figures::digest(&lines) == digest && figures::sum(&lines).total == amount);
                told
            }
            E::Rejected { by, reason } => of("rejected", "afgewezen").says("by", by).says("reason", reason),
            E::Reversed { amount, reason, by } => {
                let mut told = of("line taken back", "regel teruggedraaid").says("by", by).says("reason", reason);
                told.amount = Some(amount);
                told.check(
                    figures::sum(&lines).total == -amount,
                    "reversal-differs",
                    "another amount was taken back than the line had",
                    "er is een ander bedrag teruggedraaid dan de regel had",
                );
                told
            }
        };
        nodes.push(told);
    }
    Ok(nodes)
}

fn kind(what: &contribution::What) -> Kind {
    use contribution::What;
    match what {
        What::Hours { .. } => Kind::Hours,
        What::Facility => Kind::Facility,
        What::Material => Kind::Material,
        What::Travel => Kind::Travel,
        What::Cash => Kind::Cash,
    }
}

fn made(day: &Day, number: u32, kind: Kind, amount: Euros) -> Line {
    let reference = figures::day_line(day.id(), number);
    Line { reference, kind, company: day.company, date: day.date, amount, attendance_day: None, group_effect: false }
}

fn effect(living: &Living) -> bool {
    let pupils: Vec<_> = living.values().filter_map(|(_, minutes, share, _)| Some((*minutes, (*share)?))).collect();
    figures::group_effect(&pupils)
}

fn verified(reader: &mut Reader, recorded: &Recorded, by: ActorId, total: Euros) -> Node {
    let mut told =
        Node::of("verified by the region", "geverifieerd door de regio", reader, SERVICE, recorded).says("by", by);
    told.amount = Some(total);
    signed_by(&mut told, recorded, by);
    told
}

fn signed_by(told: &mut Node, recorded: &Recorded, by: ActorId) {
    told.check(
        recorded.actor == by,
        "actor-differs",
        "the event names another person than the one who asked for it",
        "de gebeurtenis noemt een ander dan wie erom vroeg",
    );
}

fn second_person(told: &mut Node, second: bool) {
    told.check(
        second,
        "same-person",
        "who confirmed, entered, recorded or signed also verified",
        "wie bevestigde, invoerde, vastlegde of tekende heeft ook geverifieerd",
    );
}

fn same_digest(told: &mut Node, same: bool) {
    told.check(
        same,
        "digest-differs",
        "the digest that was signed is not that of the lines",
        "de controlesom die is ondertekend is niet die van de regels",
    );
}
