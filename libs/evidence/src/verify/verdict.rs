//! What came of a check.

use super::{Finding, Fork, What};
use crate::cosigned::Cosigned;
use serde::Serialize;
use vocabulary::RegionId;

/// What may be said of a log. Only what a key vouches for that was given is ever called intact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind")]
pub enum Standing {
    /// There are no events, and no checkpoint says that there were.
    NothingToVerify,
    /// Something is not as it was, or not as it should be.
    Altered,
    /// It went on otherwise after a restore that the auditor did not accept; nothing else is wrong.
    Forked,
    /// Nothing contradicts anything, and nobody vouches for it: no key was given, or none that was given signed
    /// anything of it.
    ConsistentInItself,
    /// Nothing was altered, and there are events that the schema of their type refuses. A key that was given signed the
    /// first `up_to` events as they are; 0 when nobody vouches for any.
    Nonconforming {
        /// The size of the longest checkpoint that the log agrees with.
        up_to: u64,
        /// How many events stand behind it.
        unsigned: u64,
    },
    /// Of an export with dates: nothing in it was altered, and nothing that is signed shows that no event of its first or
    /// last dates was left out. A key that was given signed the first `up_to` events as they are.
    EdgesOpen {
        /// The size of the longest checkpoint that the log agrees with.
        up_to: u64,
        /// How many events stand behind it.
        unsigned: u64,
    },
    /// A key that was given signed the first `up_to` events as they are; nobody vouches for the `unsigned` ones behind.
    Intact {
        /// The size of the longest checkpoint that the log agrees with.
        up_to: u64,
        /// How many events stand behind it.
        unsigned: u64,
    },
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The region of the log.
    pub region: RegionId,
    /// Which service's.
    pub service: String,
    /// What may be said of it.
    pub verdict: Standing,
    /// How many lines were read.
    pub lines: u64,
    /// The last position that was there.
    pub size: u64,
    /// The root of the tree over them, in hexadecimal; nothing when leaves are not known.
    pub root: Option<String>,
    /// The sizes of the checkpoints whose roots the log has.
    pub checkpoints: Vec<u64>,
    /// How many checkpoints are signed by no key that was given, and say nothing else than those that are.
    pub not_considered: u64,
    /// How far each of the witnesses that were given signed.
    pub cosigned: Vec<Cosigned>,
    /// Restores after which the log went on under a raised epoch.
    pub forks: Vec<Fork>,
    /// What is wrong, by position, at most 50.
    pub findings: Vec<Finding>,
    /// How many there are.
    pub found: u64,
    /// Events that the schema of their type refuses, by position, at most 50. They may have been written so.
    pub nonconforming: Vec<Finding>,
    /// How many there are.
    pub nonconforming_found: u64,
}

impl Standing {
    /// Whether a key that was given vouches for the beginning of the log, and nothing is wrong with the rest.
    #[must_use]
    pub const fn intact(&self) -> bool {
        matches!(self, Self::Intact { .. })
    }

    /// How many events a given key vouches for, and how many stand behind them; none when nobody vouches for any.
    #[must_use]
    pub const fn reach(&self) -> Option<(u64, u64)> {
        match *self {
            Self::Intact { up_to, unsigned }
            | Self::EdgesOpen { up_to, unsigned }
            | Self::Nonconforming { up_to, unsigned }
                if up_to > 0 =>
            {
                Some((up_to, unsigned))
            }
            _ => None,
        }
    }

    /// What may be said of it where its edges are proven, or are not.
    #[must_use]
    pub(crate) const fn with_edges(self, proven: bool) -> Self {
        match self {
            Self::Intact { up_to, unsigned } if !proven => Self::EdgesOpen { up_to, unsigned },
            other => other,
        }
    }

    /// Whether something was found.
    #[must_use]
    pub const fn is_wrong(&self) -> bool {
        matches!(self, Self::Altered | Self::Forked)
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NothingToVerify => f.write_str("nothing to verify"),
            Self::Altered => f.write_str("ALTERED"),
            Self::Forked => f.write_str("FORKED, and the fork was not accepted"),
            Self::ConsistentInItself => f.write_str("consistent in itself, nobody vouches for it"),
            Self::Nonconforming { up_to: 0, .. } => {
                f.write_str("not altered, NONCONFORMING events in it, nobody vouches for it")
            }
            Self::Nonconforming { up_to, unsigned } => {
                write!(f, "intact up to {up_to}, {unsigned} behind it not signed, NONCONFORMING events in it")
            }
            Self::EdgesOpen { up_to, unsigned } => write!(
                f,
                "not altered, signed up to {up_to}, {unsigned} behind it not signed; whether events of its first or last \
                 dates were left out is NOT PROVEN"
            ),
            Self::Intact { up_to, unsigned: 0 } => write!(f, "intact up to {up_to}, all of it signed"),
            Self::Intact { up_to, unsigned } => write!(f, "intact up to {up_to}, {unsigned} behind it not signed"),
        }
    }
}

impl Verdict {
    /// See [`Standing::intact`].
    #[must_use]
    pub const fn intact(&self) -> bool {
        self.verdict.intact()
    }

    /// The first position that is not as it was; of a range its first. Nothing when no event is wrong.
    #[must_use]
    pub fn first_bad(&self) -> Option<i64> {
        self.findings.iter().filter_map(|finding| finding.position).min()
    }

    /// Whether this was found.
    #[must_use]
    pub fn has(&self, what: What) -> bool {
        self.findings.iter().chain(&self.nonconforming).any(|finding| finding.what == what)
    }
}
