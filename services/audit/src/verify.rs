//! Whether a log is whole and unaltered: its lines go by once, in order, and what is wrong is said.
//!
//! ```text
//! Check::new(log, schemas, evidence) ─ place(…) for 1, 2, 3 … ─ end(head) → Verdict
//! ```
//! **Invariant:** pure. Where the lines come from (a database, an export) is the caller's business, so whoever checks an
//! export offline runs the very same lines.

mod evidence;
mod finding;
mod line;
mod schemas;

pub(crate) use evidence::believe;
pub use evidence::{Evidence, Key, Signed};
pub use finding::{Finding, What};
pub use line::{Columns, Line};
pub use schemas::Schemas;

use crate::cosigned::Cosigned;
use chrono::{DateTime, Utc};
use event_log::Envelope;
use evidence::Believed;
use proofs::{Frontier, Hash, leaf_hash};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use vocabulary::RegionId;

/// So many findings of a log are listed; the others are counted.
const LISTED: usize = 50;

/// Which log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Whose.
    pub region: RegionId,
    /// Which service writes it, such as `co-financing`.
    pub service: String,
}

/// What stands at a position.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// A line.
    There(Line<'a>),
    /// Nothing, and that is wrong.
    Missing,
    /// It is not part of what is checked (an export of later positions): only its leaf counts.
    Elsewhere,
}

/// Where the log says that it ends.
#[derive(Clone, Debug)]
pub struct Head {
    /// The last position.
    pub position: i64,
    /// Raised by a restore to a point behind what was published.
    pub epoch: u32,
    /// When the last event was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The frontier of the tree, 32 bytes a root.
    pub frontier: Vec<u8>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Whose log.
    pub region: RegionId,
    /// Which service's.
    pub service: String,
    /// How many lines were read.
    pub lines: u64,
    /// The last position that was there.
    pub size: u64,
    /// The root of the tree over them, in hexadecimal; nothing when leaves are not known.
    pub root: Option<String>,
    /// The signed checkpoints whose roots the log has, by size.
    pub checkpoints: Vec<u64>,
    /// How far each of the witnesses that were given signed.
    pub cosigned: Vec<Cosigned>,
    /// Restores that were declared: before this epoch the log may have gone on otherwise from some position.
    pub declared_forks: Vec<u32>,
    /// What is wrong, by position, at most 50.
    pub findings: Vec<Finding>,
    /// How many there are.
    pub found: u64,
}

impl Verdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn intact(&self) -> bool {
        self.found == 0
    }

    /// The first position that is not as it was; of a range its first. Nothing when no event is wrong.
    #[must_use]
    pub fn first_bad(&self) -> Option<i64> {
        self.findings.iter().filter_map(|finding| finding.position).min()
    }
}

/// A check under way. Memory grows with the number of streams (about 40 bytes each) and of checkpoints only.
pub struct Check<'a> {
    log: Log,
    schemas: &'a Schemas,
    believed: Believed,
    witnesses: Vec<String>,
    place: u64,
    lines: u64,
    /// The tree over the texts; none from where a leaf is not known.
    tree: Option<Frontier>,
    /// The tree over the leaves that were kept aside.
    kept: Option<Frontier>,
    /// Where a text first gave another leaf than the one kept aside.
    differs: Option<u64>,
    /// The size of the last checkpoint that the texts agree with.
    agreed: u64,
    matched: Vec<u64>,
    altered: bool,
    /// Whether the place before was empty.
    missing: bool,
    versions: HashMap<[u8; 16], i32>,
    from_the_first: bool,
    last_time: Option<DateTime<Utc>>,
    findings: BTreeMap<(i64, u64), Finding>,
    found: u64,
}

impl<'a> Check<'a> {
    /// Begins with what is known of the log from aside: its checkpoints and keys. What is wrong with those is found at once.
    #[must_use]
    pub fn new(log: Log, schemas: &'a Schemas, evidence: &Evidence) -> Self {
        let (believed, wrong) = evidence::weighed(&log, evidence);
        let mut check = Self {
            log,
            schemas,
            believed,
            witnesses: evidence.witnesses.iter().map(|witness| witness.name().to_owned()).collect(),
            place: 0,
            lines: 0,
            tree: Some(Frontier::default()),
            kept: Some(Frontier::default()),
            differs: None,
            agreed: 0,
            matched: vec![],
            altered: false,
            missing: false,
            versions: HashMap::new(),
            from_the_first: true,
            last_time: None,
            findings: BTreeMap::new(),
            found: 0,
        };
        wrong.into_iter().for_each(|finding| check.find(finding));
        check
    }

    /// The next place, from 1: what stands there, and its leaf as it was kept aside when a checkpoint was cut.
    pub fn place(&mut self, row: Row<'_>, kept: Option<Hash>) {
        self.place += 1;
        let at = i64::try_from(self.place).unwrap_or(i64::MAX);
        let leaf = match row {
            Row::There(line) => {
                self.lines += 1;
                self.missing = false;
                self.line(at, &line);
                Some(leaf_hash(line.text))
            }
            Row::Missing => {
                // Of a run the first is named.
                if !std::mem::replace(&mut self.missing, true) {
                    self.find(Finding::at(at, What::Missing, "there is no event at this position".to_owned()));
                }
                None
            }
            Row::Elsewhere => {
                self.from_the_first = false;
                kept
            }
        };
        if let (Row::There(_), Some(leaf), Some(kept)) = (row, leaf, kept)
            && leaf != kept
        {
            self.differs.get_or_insert(self.place);
        }
        self.tree = self.tree.take().and_then(|tree| grown(tree, leaf.or(kept)));
        self.kept = self.kept.take().and_then(|tree| grown(tree, kept));
        self.compare();
    }

    fn line(&mut self, at: i64, line: &Line<'_>) {
        let envelope: Envelope<'_> = match serde_json::from_str(line.text) {
            Ok(envelope) => envelope,
            Err(error) => {
                return self.find(Finding::at(at, What::Unreadable, format!("its text is no event: {error}")));
            }
        };
        for (what, says) in line::wrong(&self.log, at, line, &envelope, self.schemas) {
            self.find(Finding::at(at, what, says));
        }
        let expected = self.version_of(&envelope);
        if let Some(expected) = expected.filter(|expected| *expected != envelope.version) {
            let says = format!("{} goes from version {} to {}", envelope.subject, expected - 1, envelope.version);
            self.find(Finding::at(at, What::StreamGap, says));
        }
        if let Some(last) = self.last_time.filter(|last| *last > envelope.time) {
            let says = format!("it was recorded at {}, the one before at {last}", envelope.time);
            self.find(Finding::at(at, What::TimeRunsBack, says));
        }
        self.last_time = Some(self.last_time.map_or(envelope.time, |last| last.max(envelope.time)));
    }

    /// The version that the event's stream should be at; none when its beginning was not read.
    fn version_of(&mut self, envelope: &Envelope<'_>) -> Option<i32> {
        let hash: [u8; 32] = Sha256::digest(envelope.subject.as_bytes()).into();
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        let last = self.versions.insert(key, envelope.version);
        match last {
            Some(last) => Some(last.saturating_add(1)),
            None => self.from_the_first.then_some(1),
        }
    }

    /// Holds the tree against the checkpoint of this size, when there is one.
    fn compare(&mut self) {
        let Some(signed) = self.believed.at(self.place) else { return };
        let Some(tree) = self.tree.as_ref().filter(|_| !self.altered) else { return };
        if tree.root() == signed {
            self.matched.push(self.place);
            self.agreed = self.place;
            if let Some(at) = self.differs.take() {
                let says =
                    "the leaf kept aside is another one than the event's, and the signed tree agrees with the event";
                self.find(Finding::at(signed_place(at), What::KeptLeaf, says.to_owned()));
            }
            return;
        }
        // Later trees contain this one: they differ for the same reason.
        self.altered = true;
        let size = self.place;
        let kept = self.kept.as_ref().is_some_and(|tree| tree.root() == signed);
        let finding = match self.differs.filter(|_| kept) {
            Some(at) => Finding::at(
                signed_place(at),
                What::Altered,
                format!("the event is not the one that the checkpoint of size {size} was signed over"),
            ),
            None => Finding::at(
                signed_place(self.agreed + 1),
                What::Altered,
                format!(
                    "an event from {} to {size} is not the one that the checkpoint of size {size} was signed over",
                    self.agreed + 1
                ),
            ),
        };
        // What is missing or unreadable before says it already, and says where.
        if !(kept && self.differs.is_none() && self.found > 0) {
            self.find(finding);
        }
    }

    /// Ends, with what the log says of itself; an export says nothing.
    #[must_use]
    pub fn end(mut self, head: Option<&Head>) -> Verdict {
        let size = self.place;
        let after = signed_place(size + 1);
        if let Some(longest) = self.believed.longest().filter(|longest| *longest > size) {
            let says = format!("the log ends at {size}, and a checkpoint of size {longest} was signed");
            self.find(Finding::at(after, What::CutOff, says));
        }
        if let Some(head) = head {
            self.head(head, size, after);
        }
        let cosigned = self.cosigned();
        let findings: Vec<Finding> = std::mem::take(&mut self.findings).into_values().collect();
        Verdict {
            region: self.log.region,
            service: self.log.service,
            lines: self.lines,
            size,
            root: self.tree.map(|tree| hex::encode(tree.root())),
            checkpoints: self.matched,
            cosigned,
            declared_forks: self.believed.forks,
            findings,
            found: self.found,
        }
    }

    /// The longest checkpoint of the log that each witness signed; one that signed none is a finding.
    fn cosigned(&mut self) -> Vec<Cosigned> {
        let mut cosigned = Vec::new();
        for (place, witness) in std::mem::take(&mut self.witnesses).into_iter().enumerate() {
            let its = self.believed.cosigned.iter().filter(|(by, _)| *by == place).map(|(_, by)| by);
            match its.filter(|by| self.matched.binary_search(&by.size).is_ok()).max_by_key(|by| (by.size, by.at)) {
                Some(by) => cosigned.push(by.clone()),
                None if self.place == 0 => {}
                None => {
                    let says = format!("no checkpoint of this log is signed by {witness}");
                    self.find(Finding::aside(What::NotCosigned, says));
                }
            }
        }
        cosigned
    }

    fn head(&mut self, head: &Head, size: u64, after: i64) {
        let says = u64::try_from(head.position).unwrap_or(0);
        if says > size {
            let text = format!("the head says that the log ends at {says}, its last event is at {size}");
            self.find(Finding::at(after, What::CutOff, text));
        } else if says < size {
            let text = format!("the head says that the log ends at {says}, and events go on to {size}");
            self.find(Finding::at(signed_place(says + 1), What::Head, text));
        }
        let tree = self.tree.as_ref().filter(|_| says == size);
        if tree.is_some_and(|tree| tree.to_bytes() != head.frontier) {
            let text = "the head holds another tree than that of the events".to_owned();
            self.find(Finding { position: None, what: What::Head, says: text });
        }
        if self.last_time.is_some_and(|last| last != head.recorded_at) && says == size {
            let text =
                format!("the head says that the last event was recorded at {}, which it was not", head.recorded_at);
            self.find(Finding { position: None, what: What::Head, says: text });
        }
        if self.believed.epoch > head.epoch {
            let text = format!(
                "the head is of epoch {}, and a checkpoint of epoch {} was signed",
                head.epoch, self.believed.epoch
            );
            self.find(Finding { position: None, what: What::Head, says: text });
        }
    }

    fn find(&mut self, finding: Finding) {
        self.found += 1;
        self.findings.insert((finding.position.unwrap_or(i64::MAX), self.found), finding);
        if self.findings.len() > LISTED {
            self.findings.pop_last();
        }
    }
}

fn grown(mut tree: Frontier, leaf: Option<Hash>) -> Option<Frontier> {
    tree.push(leaf?);
    Some(tree)
}

fn signed_place(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
