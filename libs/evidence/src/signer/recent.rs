//! The notes that were signed last of a log: which of them was the first to cover an event is not the database's to say.

use super::memory::{How, Remembered};
use std::collections::VecDeque;

/// So many notes are remembered. A sample is drawn within minutes of its request, and a checkpoint is cut at most once a
/// minute where nobody asks for one.
const MAX_NOTES: usize = 64;

/// The newest notes of one log, the oldest first, with none left out between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent(VecDeque<Remembered>);

impl Recent {
    pub(super) fn push(&mut self, tree: Remembered) {
        // Between what was remembered and what somebody gave, others may have been signed.
        if matches!(tree.how, How::Adopted | How::Upgraded) {
            self.0.clear();
        }
        if self.0.len() == MAX_NOTES {
            self.0.pop_front();
        }
        self.0.push_back(tree);
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Remembered> {
        self.0.iter()
    }

    /// The note of the first checkpoint that covers a position, in an epoch or in the newest; inside, none when nothing
    /// signed covers it. None at all when that was longer ago than is remembered.
    pub(super) fn first(&self, epoch: Option<u32>, position: u64) -> Option<Option<String>> {
        let epoch = epoch.or(self.0.back().map(|newest| newest.epoch))?;
        let oldest = self.0.front()?;
        if !oldest.first && (oldest.epoch, oldest.size) >= (epoch, position) {
            return None;
        }
        let covering = self.0.iter().filter(|tree| tree.epoch == epoch && tree.size >= position);
        Some(covering.filter_map(|tree| tree.note.clone()).next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(size: u64, first: bool) -> Remembered {
        Remembered {
            origin: "hub.example/west/audit".to_owned(),
            epoch: 1,
            size,
            root: [0; 32],
            note: Some(format!("of {size}")),
            how: How::Signed,
            unfit: None,
            first,
        }
    }

    fn recent(sizes: impl IntoIterator<Item = u64>, whole: bool) -> Recent {
        let mut recent = Recent::default();
        sizes.into_iter().enumerate().for_each(|(index, size)| recent.push(signed(size, whole && index == 0)));
        recent
    }

    #[test]
    fn the_first_note_that_covers_a_position_is_the_one_right_behind_it() {
        let recent = recent([3, 5, 8], true);
        let first = |position| recent.first(None, position);
        assert_eq!(
            [1, 3, 4, 5, 6].map(first),
            ["of 3", "of 3", "of 5", "of 5", "of 8"].map(|of| Some(Some(of.into())))
        );
        assert_eq!((first(9), recent.first(Some(2), 1)), (Some(None), Some(None)));
    }

    #[test]
    fn coverage_before_the_oldest_note_is_unknown() {
        assert_eq!(Recent::default().first(None, 1), None);
        assert_eq!(
            [3, 4].map(|position| recent([3, 5], false).first(None, position)),
            [None, Some(Some("of 5".into()))]
        );
        let mut adopted = recent([3, 5], true);
        adopted.push(Remembered { how: How::Adopted, ..signed(9, false) });
        assert_eq!([4, 9, 10].map(|position| adopted.first(None, position)), [None, None, Some(None)]);
        let long = recent(1..=100, true);
        assert_eq!([37, 38].map(|position| long.first(None, position)), [None, Some(Some("of 38".into()))]);
    }
}
