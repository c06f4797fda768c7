//! Under which signed checkpoint each event of an explanation stands.

use super::Explanation;
use crate::trace::node::{At, Node};
use chrono::{DateTime, Utc};
use event_log::Pool;
use evidence::checkpoint::covering;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// A signed checkpoint that covers events that are shown (ijkpunt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditCovering)]
pub struct Covering {
    /// The service whose log it covers.
    pub service: String,
    /// The number of events that it covers.
    pub size: i64,
    /// The epoch of the log.
    pub epoch: i32,
    /// The moment it was made, in UTC.
    pub cut_at: DateTime<Utc>,
    /// The signed note (C2SP), with what witnesses signed under it.
    pub note: String,
}

impl Explanation {
    /// Names the first signed checkpoint that covers each event shown, from the database in which the audit keeps them; an
    /// event that none covers yet keeps none.
    ///
    /// # Errors
    /// When that database does not answer.
    pub async fn name_checkpoints(&mut self, audit: &Pool) -> sqlx::Result<()> {
        let mut positions: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        let mut nodes: Vec<&mut Node> = self.stands.iter_mut().chain(&mut self.items).collect();
        nodes.iter_mut().for_each(|node| {
            each(node, &mut |at| {
                positions.entry(at.service.clone()).or_default().insert(at.position);
            });
        });
        let mut named = BTreeMap::new();
        for (service, positions) in positions {
            let positions: Vec<i64> = positions.into_iter().collect();
            let found = covering(audit, &self.region, &service, &positions).await?;
            for (position, cut) in found {
                named.insert((service.clone(), position), cut.size);
                let (size, epoch, cut_at, note) = (cut.size, cut.epoch, cut.cut_at, cut.published());
                let covering = Covering { service: service.clone(), size, epoch, cut_at, note };
                if !self.checkpoints.contains(&covering) {
                    self.checkpoints.push(covering);
                }
            }
        }
        nodes.into_iter().for_each(|node| {
            each(node, &mut |at| at.checkpoint = named.get(&(at.service.clone(), at.position)).copied());
        });
        Ok(())
    }
}

fn each(node: &mut Node, with: &mut impl FnMut(&mut At)) {
    if let Some(at) = &mut node.event {
        with(at);
    }
    node.rests_on.iter_mut().for_each(|node| each(node, with));
}
