//! What one line rests on: its inputs, the policy, the attendance, the place, and who signed and verified.

use super::{SERVICE, attendance, place, policy, signing};
use crate::trace::node::{Finding, Node};
use crate::trace::reading::{Reader, Unread, event};
use event_log::Recorded;
use proto_schemas::co_financing::contribution::{self, What};
use proto_schemas::co_financing::contribution_day::{Day, Event, Method};
use proto_schemas::co_financing::figures;
use vocabulary::{BasisPoints, ContributionDayId, Euros, Minutes};

/// The tree of a line; its findings say what does not hold.
pub(super) async fn explain(reader: &mut Reader, reference: &str) -> Result<Node, Unread> {
    let back = reference.strip_suffix("/reversed");
    let named = back.unwrap_or(reference);
    let (stream, number) =
        named.split_once('#').map_or((named, None), |(stream, number)| (stream, number.parse().ok()));
    let history = reader.history(SERVICE, stream).await?;
    let mut node = match number {
        Some(number) => of_day(reader, stream, &history, number).await?,
        None => of_contribution(reader, &history).await?,
    };
    node = node.called(reference);
    if back.is_some() {
        // The line of a claim that takes back what an earlier claim held.
        let (amount, recomputed) = (node.amount, node.recomputed);
        let mut taking = Node::new("line taken back", "teruggedraaide regel").called(reference);
        taking.amount = amount.map(|amount| -amount);
        taking.recomputed = recomputed.map(|amount| -amount);
        node.reference = Some(named.to_owned());
        return Ok(taking.on([node]));
    }
    Ok(node)
}

fn missing() -> Node {
    let mut node = Node::new("line", "regel");
    node.findings.push(Finding::new(
        "line-missing",
        "no event in the log of co-financing made this line",
        "geen gebeurtenis in het logboek van co-financing maakte deze regel",
    ));
    node
}

/// Minutes × share × rate under a version of the policy.
struct Inputs {
    minutes: Minutes,
    share: Option<BasisPoints>,
    rate: Euros,
    policy_version: u32,
}

fn computed(node: Node, inputs: &Inputs, amount: Euros) -> Node {
    let recomputed = match inputs.share {
        Some(share) => figures::forfait(inputs.minutes, share, inputs.rate),
        None => figures::actual(inputs.minutes, inputs.rate),
    };
    let mut node = node
        .says("minutes", inputs.minutes)
        .says("share", inputs.share)
        .says("rate", inputs.rate)
        .says("policyVersion", inputs.policy_version);
    (node.amount, node.recomputed) = (Some(amount), Some(recomputed));
    node.check(
        amount == recomputed,
        "amount-differs",
        format!("{amount} was recorded, its inputs make {recomputed}"),
        format!("{amount} is vastgelegd, de invoer geeft {recomputed}"),
    );
    node
}

async fn of_day(reader: &mut Reader, stream: &str, history: &[Recorded], number: u32) -> Result<Node, Unread> {
    let mut method = None;
    for (index, recorded) in history.iter().enumerate() {
        match event(SERVICE, recorded)? {
            Event::MethodChosen { day: _, method: chosen } => method = Some((recorded, chosen)),
            Event::PupilAccrued { day, line, attendance, share, rate, policy_version, amount } if line == number => {
                let inputs = Inputs { minutes: attendance.minutes, share: Some(share), rate, policy_version };
                let node = Node::of(
                    "line: pupil's minutes × share × rate",
                    "regel: minuten van de leerling × aandeel × tarief",
                    reader,
                    SERVICE,
                    recorded,
                );
                let node = about(computed(node, &inputs, amount), &day, stream);
                let chosen = chosen(reader, method);
                let terms = policy::explain(reader, policy_version, rate, Some(share), day.date).await?;
                let attended = attendance::explain(reader, &day, &attendance).await?;
                let place = place::explain(reader, &day, Some(&attendance)).await?;
                let signed = signing::of_day(reader, history, index, number)?;
                return Ok(node.on(chosen).on([terms, attended, place]).on(signed));
            }
            Event::SupervisorAccrued {
                day,
                line,
                minutes,
                rate,
                policy_version,
                amount,
                entered_by,
                attendance_days,
            } if line == number => {
                let inputs = Inputs { minutes, share: None, rate, policy_version };
                let node = Node::of(
                    "line: supervisor's minutes × rate",
                    "regel: minuten van de begeleider × tarief",
                    reader,
                    SERVICE,
                    recorded,
                );
                let node = about(computed(node, &inputs, amount), &day, stream).says("enteredBy", entered_by);
                let chosen = chosen(reader, method);
                let terms = policy::explain(reader, policy_version, rate, None, day.date).await?;
                let group = attendance::group(reader, &day, &attendance_days, recorded).await?;
                let place = place::explain(reader, &day, None).await?;
                let signed = signing::of_day(reader, history, index, number)?;
                return Ok(node.on(chosen).on([terms]).on(group).on([place]).on(signed));
            }
            _ => {}
        }
    }
    Ok(missing())
}

/// Who the day is of; the id of its stream must follow from that.
fn about(node: Node, day: &Day, stream: &str) -> Node {
    let mut node = node.says("company", day.company).says("date", day.date).says("scheme", &day.scheme);
    let id = stream.split_once('/').and_then(|(_, id)| id.parse::<ContributionDayId>().ok());
    node.check(
        id == Some(day.id()),
        "day-differs",
        "the stream is not the one that company, session, date and scheme name",
        "de stroom is niet die van bedrijf, bijeenkomst, datum en regeling",
    );
    node
}

fn chosen(reader: &mut Reader, method: Option<(&Recorded, Method)>) -> Option<Node> {
    let (recorded, method) = method?;
    Some(Node::of("method chosen", "methode gekozen", reader, SERVICE, recorded).says("method", method))
}

async fn of_contribution(reader: &mut Reader, history: &[Recorded]) -> Result<Node, Unread> {
    let Some(first) = history.first() else { return Ok(missing()) };
    let contribution::Event::Recorded { company, scheme, date, what, amount, description, .. } = event(SERVICE, first)?
    else {
        return Ok(missing());
    };
    let node = Node::of("line: contribution recorded", "regel: bijdrage vastgelegd", reader, SERVICE, first);
    let node = node.says("company", company).says("date", date).says("scheme", &scheme).says("what", description);
    let node = match what {
        What::Hours { minutes, rate, policy_version } => {
            let inputs = Inputs { minutes, share: None, rate, policy_version };
            let terms = policy::explain(reader, policy_version, rate, None, date).await?;
            computed(node, &inputs, amount).on([terms])
        }
        What::Facility | What::Material | What::Travel | What::Cash => {
            Node { amount: Some(amount), recomputed: Some(amount), ..node }
        }
    };
    Ok(node.on(signing::of_contribution(reader, history)?))
}
