//! A claim as a whole: what its events say, against the lines that the log makes up to its cut-off.

use super::{SERVICE, Whole, added, differs, keep, uncountable};
use crate::trace::book::{Book, Fixed};
use crate::trace::node::{Finding, Node};
use crate::trace::reading::{Reader, Unread, event};
use proto_schemas::co_financing::claim::Event;
use proto_schemas::co_financing::figures::{self, Line};
use std::collections::BTreeMap;
use vocabulary::{ClaimId, Euros};

/// The claim's lines: as frozen, or as it would be fixed now.
pub(super) async fn whole(reader: &mut Reader, id: ClaimId, head: i64) -> Result<Option<Whole>, Unread> {
    let mut own = Book::default();
    let history = reader.history(SERVICE, &format!("claim/{id}")).await?;
    for happened in history.iter() {
        keep(&mut own, happened)?;
    }
    let claim = own.claims.remove(&id).unwrap_or_default();
    let Some((scheme, _, until)) = claim.about else { return Ok(None) };
    let cut_off = claim.fixed.as_ref().map_or(head, |fixed| fixed.cut_off);
    let book = super::book(reader, cut_off).await?;
    let expected = book.claimable(&scheme, until);
    let stands = stands(reader, id).await?;
    let Some(fixed) = claim.fixed else {
        let lines = expected.into_iter().map(|line| (recomputed(&book, &line), line)).map(|(sum, line)| (line, sum));
        return Ok(Some(Whole { stands, ..added(lines.collect()) }));
    };
    let findings = compared(&fixed, &claim.lines, &expected, &book);
    let recomputed: Euros = claim.lines.iter().map(|line| recomputed(&book, line)).sum();
    let mut lines = claim.lines;
    lines.sort_by(|a, b| a.reference.cmp(&b.reference));
    Ok(Some(Whole { amount: fixed.total, recomputed, findings, stands, lines, ..added(vec![]) }))
}

/// What the inputs of a claim's line make.
fn recomputed(book: &Book, line: &Line) -> Euros {
    let back = line.reference.ends_with("/reversed");
    let made = book.line(&line.reference).map_or(Euros(0), |(_, _, kept)| kept.recomputed);
    if back { -made } else { made }
}

/// Count, total and digest of what was frozen, and each line against the one the log makes.
fn compared(fixed: &Fixed, frozen: &[Line], expected: &[Line], book: &Book) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |holds: bool, code, english: String, dutch: String| {
        if !holds {
            findings.push(Finding::new(code, english, dutch));
        }
    };
    let sum = figures::sum(frozen);
    find(
        (sum.count, sum.total) == (fixed.count, fixed.total),
        "total-differs",
        format!(
            "{} in {} lines was fixed, the frozen lines add up to {} in {}",
            fixed.total, fixed.count, sum.total, sum.count
        ),
        format!(
            "vastgesteld is {} in {} regels, de bevroren regels tellen op tot {} in {}",
            fixed.total, fixed.count, sum.total, sum.count
        ),
    );
    let digest = figures::digest(frozen);
    find(
        digest == fixed.digest,
        "digest-differs",
        format!("the frozen lines have the digest {digest}, not the one that was fixed"),
        format!("de bevroren regels hebben controlesom {digest}, niet de vastgestelde"),
    );
    let inputs: Euros = frozen.iter().map(|line| recomputed(book, line)).sum();
    let of_lines = frozen.iter().map(|line| uncountable(Some(&line.reference), [line.amount, recomputed(book, line)]));
    for finding in of_lines.chain([uncountable(None, [sum.total, inputs])]).flatten() {
        find(false, "amount-out-of-range", finding.english, finding.dutch);
    }
    let made: BTreeMap<&str, &Line> = expected.iter().map(|line| (line.reference.as_str(), line)).collect();
    let held: BTreeMap<&str, &Line> = frozen.iter().map(|line| (line.reference.as_str(), line)).collect();
    for line in frozen {
        match made.get(line.reference.as_str()) {
            None => find(
                false,
                "line-unfounded",
                format!(
                    "{}: at position {} no verified line of that name was to be claimed",
                    line.reference, fixed.cut_off
                ),
                format!(
                    "{}: op positie {} was er geen geverifieerde regel met die naam te declareren",
                    line.reference, fixed.cut_off
                ),
            ),
            Some(made) => find(
                *made == line,
                "line-differs",
                format!("{}: the log makes {} of it, the claim holds {}", line.reference, made.amount, line.amount),
                format!(
                    "{}: volgens het logboek is dit {}, de staat bevat {}",
                    line.reference, made.amount, line.amount
                ),
            ),
        }
        let inputs = recomputed(book, line);
        if inputs != line.amount {
            let finding = differs(line, inputs);
            find(false, "amount-differs", finding.english, finding.dutch);
        }
    }
    for line in expected.iter().filter(|line| !held.contains_key(line.reference.as_str())) {
        find(
            false,
            "line-left-out",
            format!("{}: it was to be claimed and is not among the frozen lines", line.reference),
            format!("{}: deze was te declareren en staat niet bij de bevroren regels", line.reference),
        );
    }
    findings
}

async fn stands(reader: &mut Reader, id: ClaimId) -> Result<Vec<Node>, Unread> {
    let history = reader.history(SERVICE, &format!("claim/{id}")).await?;
    let mut nodes = Vec::new();
    let mut submitted = None;
    for happened in history.iter() {
        let mut of = |english, dutch| Node::of(english, dutch, reader, SERVICE, happened);
        nodes.push(match event(SERVICE, happened)? {
            Event::Drafted { scheme, year, by, .. } => {
                of("claim drafted", "staat opgesteld").says("scheme", scheme).says("year", year).says("by", by)
            }
            Event::Submitted { by } => {
                submitted = Some(by);
                of("claim submitted", "staat ingediend").says("by", by)
            }
            Event::Returned { by, reason } => {
                of("claim returned", "staat teruggegeven").says("by", by).says("reason", reason)
            }
            Event::Fixed { by, cut_off, count, total, digest, target, .. } => {
                let mut told = of("claim fixed", "staat vastgesteld")
                    .says("by", by)
                    .says("cutOff", cut_off)
                    .says("lines", count)
                    .says("digest", digest)
                    .says("target", target);
                told.amount = Some(total);
                told.check(
                    submitted != Some(by),
                    "same-person",
                    "who submitted the claim also fixed it",
                    "wie de staat indiende heeft haar ook vastgesteld",
                );
                told
            }
            Event::LinesFrozen { part, lines, .. } => {
                let mut told = of("lines frozen", "regels bevroren").says("part", part).says("lines", lines.len());
                told.amount = Some(figures::sum(&lines).total);
                told
            }
            Event::DayClaimed { attendance_days, .. } => {
                of("attendance days claimed", "aanwezigheidsdagen gedeclareerd").says("days", attendance_days.len())
            }
        });
    }
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto_schemas::co_financing::figures::{Kind, contribution_line};
    use vocabulary::{CompanyId, ContributionId};

    #[test]
    fn a_claim_whose_total_wrapped_is_not_certified() {
        let line = |name: &str, cents: i64| Line {
            reference: contribution_line(ContributionId::derived(&[name])),
            kind: Kind::Cash,
            company: CompanyId::derived(&["company"]),
            date: "2026-09-01".parse().unwrap(),
            amount: Euros(cents),
            attendance_day: None,
            group_effect: false,
        };
        let frozen = [line("one", i64::MAX - 5), line("two", i64::MAX - 5)];
        for total in [i64::MAX.wrapping_sub(5).wrapping_mul(2), i64::MAX] {
            let (count, digest) = (2, figures::digest(&frozen));
            let fixed = Fixed { cut_off: 9, count, total: Euros(total), digest, target: None };
            let found = compared(&fixed, &frozen, &frozen, &Book::default());
            assert!(found.iter().any(|finding| finding.code == "amount-out-of-range"), "{total}: {found:?}");
        }
        let fixed =
            Fixed { cut_off: 9, count: 1, total: Euros(7), digest: figures::digest(&frozen[..1]), target: None };
        let found = compared(&fixed, &[line("one", 7)], &[line("one", 7)], &Book::default());
        assert!(found.iter().all(|finding| finding.code != "amount-out-of-range"), "{found:?}");
    }
}
