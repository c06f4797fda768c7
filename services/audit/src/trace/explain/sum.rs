//! A figure of the statement: the living lines that count for it, and for the widest one sessions to come.

use super::{SERVICE, Whole, added, planned};
use crate::trace::figure::{Range, Sum};
use crate::trace::node::Node;
use crate::trace::reading::{Reader, Unread, event};
use proto_schemas::consortium::consortium;
use std::collections::BTreeMap;

/// The lines of a figure, each with what its inputs make.
pub(super) async fn whole(
    reader: &mut Reader,
    which: Sum,
    range: &Range,
    heads: &BTreeMap<String, i64>,
) -> Result<Option<Whole>, Unread> {
    let until = |service| heads.get(service).copied().unwrap_or(0);
    let book = super::book(reader, until(SERVICE)).await?;
    let living = book.living(&range.scheme, range.from, range.until);
    let counted = living.filter(|(entry, _)| match which {
        Sum::Committed | Sum::Realised => true,
        Sum::Signed => entry.signed.is_some(),
        Sum::Verified => entry.signed.is_some() && entry.verified.is_some(),
    });
    let mut lines: Vec<_> = counted.map(|(entry, kept)| (kept.line(entry, false), kept.recomputed)).collect();
    if which == Sum::Committed {
        lines.extend(planned::lines(reader, &book, range, until("hotspots")).await?);
    }
    let mut whole = added(lines);
    let history = reader.history("consortium", &format!("consortium/{}", reader.region())).await?;
    for recorded in history.iter() {
        if let consortium::Event::TargetSet { amount, share, of, from, until } = event("consortium", recorded)? {
            let mut target = Node::of("target set", "doel vastgesteld", reader, "consortium", recorded)
                .says("share", share)
                .says("of", of)
                .says("from", from)
                .says("until", until);
            target.amount = Some(amount);
            whole.stands.push(target);
        }
    }
    Ok(Some(whole))
}
