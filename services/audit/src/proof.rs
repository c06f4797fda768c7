//! The proof that each event shown stands in its log: its path to the tree head that was read.

use crate::reading::{Reader, Unread};
use proofs::Paths;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An RFC 6962 inclusion proof of one event (bewijs van opname). Hashes in hexadecimal.
///
/// The leaf is `SHA-256(0x00 ‖ text)`; joined with each hash of the path in turn, as the bits of the index say, it
/// gives the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditProof)]
pub struct Proof {
    /// In the log of which service.
    pub service: String,
    /// At which position.
    pub position: i64,
    /// The index of the leaf, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The leaf.
    pub leaf: String,
    /// The siblings from the leaf up.
    pub path: Vec<String>,
    /// The tree head.
    pub root: String,
}

/// Proofs of every event that was shown, against the heads that were read.
///
/// # Errors
/// When a log does not answer.
pub(crate) async fn proofs(reader: &Reader, heads: &BTreeMap<String, i64>) -> Result<Vec<Proof>, Unread> {
    let mut all = Vec::new();
    for (service, head) in heads {
        let shown: Vec<i64> =
            reader.all_shown().keys().filter(|(of, _)| of == service).map(|(_, position)| *position).collect();
        if shown.is_empty() {
            continue;
        }
        let mut paths = Paths::of(shown.iter().filter_map(|position| u64::try_from(position - 1).ok()));
        reader
            .whole(service, *head, |event| {
                paths.push(&event.text);
                Ok(())
            })
            .await?;
        let (size, root, mut found) = paths.end();
        for position in shown {
            let Ok(index) = u64::try_from(position - 1) else { continue };
            // An event that came in after the heads were read is proven the next time.
            let Some(path) = found.remove(&index) else { continue };
            let text = reader.all_shown().get(&(service.clone(), position)).map_or("", String::as_str);
            all.push(Proof {
                service: service.clone(),
                position,
                index,
                size,
                leaf: hex::encode(proofs::leaf_hash(text)),
                path: path.iter().map(hex::encode).collect(),
                root: hex::encode(root),
            });
        }
    }
    Ok(all)
}
