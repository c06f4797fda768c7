//! The last writes of this process: a reader that follows a log for a few rare events need not ask the database whether
//! there are any among that.
//!
//! **Invariant:** only what was acknowledged is in it, and nothing that came before a moment at which somebody else wrote
//! or nobody knew what became of a write.

use crate::Skimmed;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocabulary::RegionId;

/// How many transactions of each log are remembered.
const MAX_SPANS: usize = 256;

/// By log. Copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent(Arc<Mutex<HashMap<RegionId, VecDeque<Span>>>>);

/// The events of one transaction; each span begins behind the one before it.
#[derive(Debug)]
struct Span {
    first: i64,
    last: i64,
    categories: Vec<String>,
}

impl Recent {
    /// A transaction was acknowledged, which wrote events to these streams from position `first` on.
    pub fn wrote(&self, region: &RegionId, first: i64, streams: &[String]) {
        let Some(last) =
            i64::try_from(streams.len()).ok().filter(|events| *events > 0).map(|events| first + events - 1)
        else {
            return;
        };
        let mut categories: Vec<String> = Vec::new();
        for stream in streams {
            let category = category(stream);
            if !categories.iter().any(|known| known == category) {
                categories.push(category.to_owned());
            }
        }
        let mut all = self.all();
        let spans = all.entry(region.clone()).or_default();
        if spans.back().is_some_and(|newest| newest.last + 1 != first) {
            spans.clear();
        }
        if spans.len() == MAX_SPANS {
            spans.pop_front();
        }
        spans.push_back(Span { first, last, categories });
    }

    /// Somebody else wrote, or nobody knows what became of a write.
    pub fn forget(&self, region: &RegionId) {
        self.all().remove(region);
    }

    /// How far it is known what stands behind `after`, and whether an event of these categories may be among that.
    pub fn skim(&self, region: &RegionId, after: i64, categories: &[&str]) -> Option<Skimmed> {
        let all = self.all();
        let spans = all.get(region)?;
        let (oldest, newest) = (spans.front()?, spans.back()?);
        if after + 1 < oldest.first || newest.last <= after {
            return None;
        }
        let behind = spans.iter().skip(spans.partition_point(|span| span.last <= after));
        let concerns = behind.flat_map(|span| &span.categories).any(|category| categories.contains(&category.as_str()));
        Some(Skimmed { first: after + 1, last: newest.last, concerns })
    }

    fn all(&self) -> MutexGuard<'_, HashMap<RegionId, VecDeque<Span>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn category(stream: &str) -> &str {
    stream.split_once('/').map_or(stream, |(category, _)| category)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> RegionId {
        "voorbeeld".parse().unwrap()
    }

    fn told(recent: &Recent, after: i64) -> Option<(i64, i64, bool)> {
        recent.skim(&ours(), after, &["grant"]).map(|skimmed| (skimmed.first, skimmed.last, skimmed.concerns))
    }

    #[test]
    fn recent_writes_are_known_from_any_position_within_them() {
        let recent = Recent::default();
        recent.wrote(&ours(), 5, &["company/1".to_owned(), "company/2".to_owned()]);
        recent.wrote(&ours(), 7, &["grant/1".to_owned()]);
        recent.wrote(&ours(), 8, &["company/1".to_owned()]);
        assert_eq!(told(&recent, 3), None);
        assert_eq!([4, 5, 6].map(|after| told(&recent, after)), [5, 6, 7].map(|first| Some((first, 8, true))));
        assert_eq!(told(&recent, 7), Some((8, 8, false)));
        assert_eq!(told(&recent, 8), None);
    }

    #[test]
    fn nothing_is_known_across_what_somebody_else_wrote() {
        let recent = Recent::default();
        recent.wrote(&ours(), 1, &["company/1".to_owned()]);
        recent.wrote(&ours(), 3, &["company/1".to_owned()]);
        assert_eq!((told(&recent, 0), told(&recent, 2)), (None, Some((3, 3, false))));
        recent.forget(&ours());
        assert_eq!(told(&recent, 2), None);
    }

    #[test]
    fn a_bounded_number_of_transactions_is_remembered() {
        let recent = Recent::default();
        let many = i64::try_from(MAX_SPANS).unwrap() + 10;
        (1..=many).for_each(|position| recent.wrote(&ours(), position, &["company/1".to_owned()]));
        assert_eq!((told(&recent, 9), told(&recent, 10)), (None, Some((11, many, false))));
    }
}
