//! The proof that each event shown stands in its log: its path to the tree head that was read.

use crate::trace::reading::{Reader, Unread};
use evidence::checkpoint::Found;
use evidence::inclusion::Inclusion;
use evidence::verify::Log;
use proofs::{Hash, Paths, included, leaf_hash};
use std::collections::BTreeMap;

/// Proofs of every event that was shown, against the heads that were read.
///
/// # Errors
/// When a log does not answer.
pub(crate) async fn proofs(reader: &Reader, heads: &BTreeMap<String, i64>) -> Result<Vec<Inclusion>, Unread> {
    let mut all = Vec::new();
    for (service, head) in heads {
        let until = head.unsigned_abs();
        // An event that came in after the heads were read is proven the next time.
        let shown: BTreeMap<u64, Hash> = reader
            .all_shown()
            .iter()
            .filter(|((of, _), _)| of == service)
            .filter_map(|((_, position), text)| Some((u64::try_from(position - 1).ok()?, leaf_hash(text))))
            .filter(|(index, _)| *index < until)
            .collect();
        if shown.is_empty() {
            continue;
        }
        let (size, (root, mut found)) = match kept(reader, service, &shown, until).await? {
            Some(found) => (until, found),
            None => read(reader, service, &shown, *head).await?,
        };
        for (index, leaf) in shown {
            let Some(path) = found.remove(&index) else { continue };
            let log = Log { region: reader.region().clone(), service: service.clone() };
            let position = i64::try_from(index + 1).unwrap_or(i64::MAX);
            all.push(Inclusion::under(log, position, &leaf, &path, (size, &root)));
        }
    }
    Ok(all)
}

/// Out of what checkpoints kept; nothing when one of the paths does not lead from the text that is shown to the root.
async fn kept(reader: &Reader, service: &str, shown: &BTreeMap<u64, Hash>, size: u64) -> Result<Option<Found>, Unread> {
    let indexes: Vec<u64> = shown.keys().copied().collect();
    let found = reader.paths(service, &indexes, size).await?;
    Ok(found
        .filter(|(root, paths)| paths.iter().all(|(index, path)| included(&shown[index], *index, size, root, path))))
}

/// Out of the whole log.
async fn read(reader: &Reader, service: &str, shown: &BTreeMap<u64, Hash>, head: i64) -> Result<(u64, Found), Unread> {
    let mut paths = Paths::of(shown.keys().copied());
    reader
        .whole(service, head, |event| {
            paths.push(leaf_hash(&event.text));
            Ok(())
        })
        .await?;
    let (size, root, found) = paths.end();
    Ok((size, (root, found)))
}
