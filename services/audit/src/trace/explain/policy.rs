//! Which policy said so, and did it say that?

use crate::trace::node::{Finding, Node};
use crate::trace::reading::{Reader, Unread, event};
use chrono::NaiveDate;
use proto_schemas::consortium::policy::Event;
use vocabulary::{BasisPoints, Euros};

/// The event that adopted a version of the policy; finds out whether rate and share are the ones it set.
pub(super) async fn explain(
    reader: &mut Reader,
    version: u32,
    rate: Euros,
    share: Option<BasisPoints>,
    date: NaiveDate,
) -> Result<Node, Unread> {
    let history = reader.history("consortium", &format!("policy/{}", reader.region())).await?;
    for recorded in history.iter() {
        let Event::Adopted { version: adopted, valid_from, policy } = event("consortium", recorded)?;
        if adopted != version {
            continue;
        }
        let mut node = Node::of("policy adopted", "beleid vastgesteld", reader, "consortium", recorded)
            .says("policyVersion", version)
            .says("validFrom", valid_from)
            .says("rate", policy.supervisor_rate)
            .says("share", policy.forfait_share);
        node.check(
            policy.supervisor_rate == Some(rate) && share.is_none_or(|share| share == policy.forfait_share),
            "policy-differs",
            format!("version {version} of the policy sets another rate or share than the line was made with"),
            format!(
                "versie {version} van het beleid stelt een ander tarief of aandeel vast dan waarmee de regel is gemaakt"
            ),
        );
        node.check(
            valid_from <= date,
            "policy-not-valid",
            format!("version {version} of the policy is not valid on {date}"),
            format!("versie {version} van het beleid geldt niet op {date}"),
        );
        return Ok(node);
    }
    let mut node = Node::new("policy adopted", "beleid vastgesteld");
    node.findings.push(Finding::new(
        "policy-missing",
        format!("the region never adopted a version {version} of its policy"),
        format!("de regio heeft nooit versie {version} van haar beleid vastgesteld"),
    ));
    Ok(node)
}
