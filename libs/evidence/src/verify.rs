//! Whether a log is whole and unaltered: its lines go by once, in order, and what is wrong is said.
//!
//! ```text
//! Check::new(log, schemas, evidence) ─ place(…) for 1, 2, 3 … ─ end(…) → Verdict
//! ```
//! **Invariant:** pure. Where the lines come from (a database, an export) is the caller's business, so whoever checks an
//! export offline runs the very same lines.

mod declared;
mod ending;
mod evidence;
mod finding;
mod fork;
mod line;
mod schemas;
mod strand;
mod verdict;

pub use declared::{Declared, Restore};
pub use ending::End;
pub(crate) use evidence::believe;
pub use evidence::{Evidence, Given, Key, Signed};
pub use finding::{Finding, What};
pub use fork::Fork;
pub use line::{Columns, Line};
pub use schemas::Schemas;
pub use verdict::{Standing, Verdict};

use chrono::{DateTime, Utc};
use declared::Declarations;
use event_log::Envelope;
use evidence::Believed;
use proofs::{Frontier, Hash, leaf_hash};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use strand::{Compared, grown};
use vocabulary::RegionId;

/// So many findings of a log are listed; the others are counted.
const LISTED: usize = 50;

/// Which log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
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

/// A check under way. Memory grows with the number of streams (about 40 bytes each) and of checkpoints only.
pub struct Check<'a> {
    log: Log,
    schemas: &'a Schemas,
    believed: Believed,
    /// Whether a key was given.
    vouched: bool,
    witnesses: Vec<String>,
    accepted: BTreeSet<u32>,
    declared: Declarations,
    place: u64,
    lines: u64,
    /// The tree over the texts; none from where a leaf is not known.
    tree: Option<Frontier>,
    /// The checkpoints that the log agrees with: epoch and size.
    matched: BTreeSet<(u32, u64)>,
    /// Checkpoints by no key that was given: how many the log agrees with, and the sizes of those it does not.
    not_considered: u64,
    strange: BTreeSet<u64>,
    /// Whether the place before was empty.
    missing: bool,
    versions: HashMap<[u8; 16], i32>,
    from_the_first: bool,
    last_time: Option<DateTime<Utc>>,
    findings: BTreeMap<(i64, u64), Finding>,
    found: u64,
    /// Apart from the findings: events as they were written, which the schema of their type refuses.
    nonconforming: Vec<Finding>,
    nonconforming_found: u64,
}

impl<'a> Check<'a> {
    /// Begins with what is known of the log from aside: its checkpoints and keys. What is wrong with those is found at once.
    #[must_use]
    pub fn new(log: Log, schemas: &'a Schemas, evidence: &Evidence) -> Self {
        let (believed, mut wrong) = evidence::weighed(&log, evidence);
        let (declared, misdeclared) = Declarations::read(&log, evidence);
        wrong.extend(misdeclared);
        let mut check = Self {
            log,
            schemas,
            believed,
            vouched: !evidence.given.keys.is_empty(),
            witnesses: evidence.given.witnesses.iter().map(|witness| witness.name().to_owned()).collect(),
            accepted: evidence.given.accepted_forks.clone(),
            declared,
            place: 0,
            lines: 0,
            tree: Some(Frontier::default()),
            matched: BTreeSet::new(),
            not_considered: 0,
            strange: BTreeSet::new(),
            missing: false,
            versions: HashMap::new(),
            from_the_first: true,
            last_time: None,
            findings: BTreeMap::new(),
            found: 0,
            nonconforming: Vec::new(),
            nonconforming_found: 0,
        };
        wrong.into_iter().for_each(|finding| check.find(finding));
        check
    }

    /// The epochs of which something signed is believed, and how far; leaves that were kept aside of them name the very
    /// position where the log differs.
    #[must_use]
    pub fn signed(&self) -> BTreeMap<u32, u64> {
        self.believed.strands.iter().map(|(epoch, strand)| (*epoch, strand.longest())).collect()
    }

    /// The next place, from 1: what stands there, its leaf as it was kept aside when a checkpoint was cut, and as it was
    /// kept aside of other epochs, where that is known.
    pub fn place(&mut self, row: Row<'_>, kept: Option<Hash>, others: &[(u32, Hash)]) {
        self.place += 1;
        let at = signed_place(self.place);
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
        for (epoch, strand) in &mut self.believed.strands {
            let own = others.iter().find(|(of, _)| of == epoch).map(|(_, leaf)| *leaf);
            strand.keep(self.place, own.or(kept), leaf);
        }
        self.tree = self.tree.take().and_then(|tree| grown(tree, leaf.or(kept)));
        self.compare();
        self.declarations(leaf);
    }

    /// A leaf that was kept aside of an epoch, behind the last place: the log is shorter than it was.
    pub fn behind(&mut self, epoch: u32, kept: Hash) {
        if let Some(strand) = self.believed.strands.get_mut(&epoch) {
            strand.behind(kept);
        }
    }

    fn line(&mut self, at: i64, line: &Line<'_>) {
        let envelope: Envelope<'_> = match serde_json::from_str(line.text) {
            Ok(envelope) => envelope,
            Err(error) => {
                return self.find(Finding::at(at, What::Unreadable, format!("its text is no event: {error}")));
            }
        };
        for (what, says) in line::wrong(&self.log, at, line, &envelope) {
            self.find(Finding::at(at, what, says));
        }
        self.conforms(at, line.text, &envelope);
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

    /// Whether the event is as the schema of its type says. One that is not may have been written so: it is told apart.
    fn conforms(&mut self, at: i64, text: &str, envelope: &Envelope<'_>) {
        match self.schemas.wrong(&envelope.event_type, text) {
            None => {}
            Some((What::Nonconforming, says)) => {
                self.nonconforming_found += 1;
                if self.nonconforming.len() < LISTED {
                    self.nonconforming.push(Finding::at(at, What::Nonconforming, says));
                }
            }
            Some((what, says)) => self.find(Finding::at(at, what, says)),
        }
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

    /// Holds the tree against the checkpoints of this size.
    fn compare(&mut self) {
        let mut kept_leaves = Vec::new();
        for (epoch, strand) in &mut self.believed.strands {
            if let Compared::Agrees(kept_leaf) = strand.compare(self.place, self.tree.as_ref()) {
                self.matched.insert((*epoch, self.place));
                kept_leaves.extend(kept_leaf);
            }
        }
        for at in kept_leaves {
            let says = "the leaf kept aside is another one than the event's, and the signed tree agrees with the event";
            self.find(Finding::at(signed_place(at), What::KeptLeaf, says.to_owned()));
        }
        if let (Some(roots), Some(tree)) = (self.believed.strangers.get(&self.place), &self.tree) {
            let agree = roots.contains(&tree.root());
            self.not_considered += u64::from(agree);
            if roots.len() > usize::from(agree) {
                self.strange.insert(self.place);
            }
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

fn signed_place(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}
