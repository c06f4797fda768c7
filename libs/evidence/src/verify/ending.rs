//! The end of a check: what the log says of itself, how far it is signed, and the verdict.

use super::{Check, Finding, Head, Standing, Verdict, What, signed_place};
use crate::cosigned::Cosigned;

/// How what was checked ends.
#[derive(Clone, Copy, Debug)]
pub enum End<'a> {
    /// A log in its database, with its head; none where that is missing.
    Database(Option<&'a Head>),
    /// An export, which says nothing of itself; its events end here, and leaves may go on to a checkpoint.
    Export {
        /// The last position of an event.
        last: u64,
    },
}

impl Check<'_> {
    /// Ends, with what the log says of itself.
    #[must_use]
    pub fn end(mut self, end: End<'_>) -> Verdict {
        let size = self.place;
        self.believed.strands.values_mut().for_each(|strand| strand.end(size));
        let epoch = match end {
            End::Database(Some(head)) => {
                self.head(head, size);
                Some(head.epoch)
            }
            End::Database(None) if size > 0 => {
                let says = "the log has events and no head".to_owned();
                self.find(Finding::aside(What::Head, says));
                None
            }
            End::Database(None) | End::Export { .. } => None,
        };
        self.undeclared();
        let forks = self.forks(epoch);
        let cosigned = self.cosigned();
        let up_to = self.matched.iter().map(|(_, size)| *size).max().unwrap_or(0);
        self.strangers(up_to);
        self.signed_less();
        let last = match end {
            End::Database(_) => size,
            End::Export { last } => last,
        };
        let verdict = self.standing(size, last, up_to);
        let mut checkpoints: Vec<u64> = self.matched.iter().map(|(_, size)| *size).collect();
        checkpoints.sort_unstable();
        Verdict {
            region: self.log.region,
            service: self.log.service,
            verdict,
            lines: self.lines,
            size,
            root: self.tree.map(|tree| hex::encode(tree.root())),
            checkpoints,
            not_considered: self.not_considered,
            cosigned,
            forks,
            findings: self.findings.into_values().collect(),
            found: self.found,
            nonconforming: self.nonconforming,
            nonconforming_found: self.nonconforming_found,
        }
    }

    fn standing(&self, size: u64, last: u64, up_to: u64) -> Standing {
        // Findings beyond those that are listed are counted, so forks may be told apart only while all are listed.
        let forks = self.findings.values().filter(|finding| finding.what == What::Fork).count() as u64;
        if self.found > 0 {
            return if forks == self.found { Standing::Forked } else { Standing::Altered };
        }
        if size == 0 {
            return Standing::NothingToVerify;
        }
        let up_to = if self.vouched { up_to } else { 0 };
        let unsigned = last.saturating_sub(up_to);
        match (self.nonconforming_found, up_to) {
            (0, 0) => Standing::ConsistentInItself,
            (0, _) => Standing::Intact { up_to, unsigned },
            _ => Standing::Nonconforming { up_to, unsigned },
        }
    }

    /// The longest checkpoint of the log that each witness signed; one that signed none is a finding.
    fn cosigned(&mut self) -> Vec<Cosigned> {
        let mut cosigned = Vec::new();
        for (place, witness) in std::mem::take(&mut self.witnesses).into_iter().enumerate() {
            let its = self.believed.cosigned.iter().filter(|(by, ..)| *by == place);
            let its = its.filter(|(_, epoch, by)| self.matched.contains(&(*epoch, by.size))).map(|(.., by)| by);
            match its.max_by_key(|by| (by.size, by.at)) {
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

    /// Checkpoints that no given key signed: harmless where one that was signed covers them and says the same.
    fn strangers(&mut self, up_to: u64) {
        let Some(longest) = self.believed.strangers.last_key_value().map(|(size, _)| *size) else { return };
        if self.believed.strands.is_empty() {
            let says = "no checkpoint is signed with a key that was given: a wrong key, or the log of another hub";
            return self.find(Finding::aside(What::UnknownKey, says.to_owned()));
        }
        if longest > up_to {
            let says = format!(
                "a checkpoint of size {longest} is signed by no key that was given, and those that are reach {up_to}"
            );
            self.find(Finding::aside(What::UnknownKey, says));
        }
        for size in std::mem::take(&mut self.strange).into_iter().filter(|size| *size <= up_to) {
            let says =
                format!("a checkpoint of size {size} is of another tree, and is signed by no key that was given");
            self.find(Finding::aside(What::UnknownKey, says));
        }
    }

    /// Whoever brings a checkpoint that reaches further than all that are kept beside the log holds proof that some went.
    fn signed_less(&mut self) {
        let (given, beside) = (self.believed.given, self.believed.beside);
        if given > beside && given > 0 {
            let says = format!("a checkpoint of size {given} was given, and those beside the log reach {beside}");
            self.find(Finding::aside(What::SignedLess, says));
        }
    }

    fn head(&mut self, head: &Head, size: u64) {
        let says = u64::try_from(head.position).unwrap_or(0);
        if says > size {
            let text = format!("the head says that the log ends at {says}, its last event is at {size}");
            self.find(Finding::at(signed_place(size + 1), What::CutOff, text));
        } else if says < size {
            let text = format!("the head says that the log ends at {says}, and events go on to {size}");
            self.find(Finding::at(signed_place(says + 1), What::Head, text));
        }
        let tree = self.tree.as_ref().filter(|_| says == size);
        if tree.is_some_and(|tree| tree.to_bytes() != head.frontier) {
            let text = "the head holds another tree than that of the events".to_owned();
            self.find(Finding::aside(What::Head, text));
        }
        if self.last_time.is_some_and(|last| last != head.recorded_at) && says == size {
            let text =
                format!("the head says that the last event was recorded at {}, which it was not", head.recorded_at);
            self.find(Finding::aside(What::Head, text));
        }
        let newest = self.believed.strands.keys().copied().max().unwrap_or(1);
        if newest > head.epoch {
            let text = format!("the head is of epoch {}, and a checkpoint of epoch {newest} was signed", head.epoch);
            self.find(Finding::aside(What::Head, text));
        }
    }
}
