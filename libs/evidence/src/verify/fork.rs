//! Restores: after one a log goes on from an earlier point, under a raised epoch.
//!
//! **Invariant:** a number raises no fork. What older epochs signed is compared all the same; where the log differs from
//! it, that is a finding until the auditor accepts the epoch.

use super::declared::Declared;
use super::strand::Divergence;
use super::{Check, Finding, What};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// A log that went on otherwise from some position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fork {
    /// The epoch that it raised.
    pub epoch: u32,
    /// What an operator's key that was given declares; nothing where it is undeclared.
    pub declared: Option<Declared>,
    /// Where an event declares it that is signed by no operator's key that was given.
    pub claimed_at: Option<u64>,
    /// The first position at which the log differs from what an older epoch signed; nothing where it differs nowhere.
    pub diverges_at: Option<u64>,
    /// Up to where the first such position may lie; nothing where `diverges_at` is the very one.
    pub or_up_to: Option<u64>,
    /// Whether the auditor accepts it.
    pub accepted: bool,
}

impl std::fmt::Display for Fork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "epoch {}: ", self.epoch)?;
        match &self.declared {
            None => {
                f.write_str("an undeclared restore")?;
                if let Some(at) = self.claimed_at {
                    write!(f, " (what declares it at {at} is signed by no operator key that was given)")?;
                }
            }
            Some(Declared { at, by, position, reason, afterwards }) => {
                let when = if *afterwards { "declared afterwards" } else { "declared" };
                write!(f, "a restore {when} by {by} at {at}, which kept what was up to {position} ({reason})")?;
            }
        }
        match (self.diverges_at, self.or_up_to) {
            (None, _) => f.write_str("; the log differs nowhere from what was signed before"),
            (Some(at), None) => write!(f, "; the log differs from what was signed before from position {at}"),
            (Some(at), Some(until)) => {
                write!(f, "; the log differs from what was signed before from a position between {at} and {until}")
            }
        }
    }
}

impl Fork {
    fn diverges(&mut self, from: u64, size: u64, exact: bool) {
        if self.diverges_at.is_none_or(|before| from < before) {
            (self.diverges_at, self.or_up_to) = (Some(from), (!exact && from < size).then_some(size));
        }
    }
}

impl Check<'_> {
    /// Where the log differs from what was signed: under its own epoch a finding, under an older one a fork.
    pub(super) fn forks(&mut self, head_epoch: Option<u32>) -> Vec<Fork> {
        let signed = self.believed.strands.keys().copied();
        let epochs: BTreeSet<u32> = signed.chain(head_epoch).chain(self.declared.claims.keys().copied()).collect();
        let mut forks: Vec<Fork> = epochs
            .into_iter()
            .filter(|epoch| *epoch > 1)
            .map(|epoch| Fork {
                epoch,
                declared: self.declared.hold.get(&epoch).cloned(),
                claimed_at: self
                    .declared
                    .claims
                    .get(&epoch)
                    .filter(|_| !self.declared.hold.contains_key(&epoch))
                    .copied(),
                diverges_at: None,
                or_up_to: None,
                accepted: self.accepted.contains(&epoch),
            })
            .collect();
        let diverged = self.believed.strands.iter();
        let diverged: Vec<(u32, Divergence)> =
            diverged.filter_map(|(epoch, strand)| Some((*epoch, strand.diverged?))).collect();
        for (epoch, there) in diverged {
            if attributed(&mut forks, &self.declared.broken, epoch, there).is_continue() {
                self.altered(there);
            }
        }
        for fork in forks.iter().filter(|fork| !fork.accepted) {
            let says = format!("{fork}; --accept-fork {} accepts it", fork.epoch);
            let position = fork.diverges_at.and_then(|at| i64::try_from(at).ok());
            self.find(Finding { position, what: What::Fork, says });
        }
        forks
    }

    fn altered(&mut self, Divergence { from, size, exact, cut_off, .. }: Divergence) {
        let says = match (cut_off, exact) {
            (true, _) => format!("the log ends at {}, and a checkpoint of size {size} was signed", from - 1),
            (false, true) => format!("the event is not the one that the checkpoint of size {size} was signed over"),
            (false, false) => format!(
                "an event from {from} to {size} is not the one that the checkpoint of size {size} was signed over"
            ),
        };
        let what = if cut_off { What::CutOff } else { What::Altered };
        self.find(Finding::at(i64::try_from(from).unwrap_or(i64::MAX), what, says));
    }
}

/// Lays a difference from what an epoch signed to the restore that made it; none of them may have: it goes on.
fn attributed(forks: &mut [Fork], broken: &BTreeMap<u32, u64>, epoch: u32, there: Divergence) -> ControlFlow<()> {
    let later = || forks.iter().enumerate().filter(|(_, fork)| fork.epoch > epoch);
    let kept = |fork: &Fork| match &fork.declared {
        Some(declared) => Some(declared.position),
        None => broken.get(&fork.epoch).copied(),
    };
    let undeclared = later().find(|(_, fork)| kept(fork).is_none()).map(|(at, _)| (at, 0));
    let declared = || later().filter_map(|(at, fork)| Some((at, kept(fork)?))).min_by_key(|(_, kept)| *kept);
    let Some((at, kept)) = undeclared.or_else(declared) else { return ControlFlow::Continue(()) };
    // What was declared to be kept must be as it was signed.
    if there.size <= kept || (there.exact && there.from <= kept) {
        return ControlFlow::Continue(());
    }
    let from = if there.exact { there.from } else { there.floor };
    forks[at].diverges(from.max(kept + 1), there.size, there.exact);
    ControlFlow::Break(())
}
