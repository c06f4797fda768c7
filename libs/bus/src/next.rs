//! What a reader is to handle next: nothing twice, and nothing left out.

use crate::Error;
use crate::checkpoint::Key;
use event_log::Recorded;

/// The events behind `at`, the last position that the reader handled. They follow each other.
///
/// # Errors
/// `Behind` when the first of them does not come right after `at`, `Gap` when one between them is missing.
pub fn due<'a>(key: &Key, at: i64, events: &'a [Recorded]) -> Result<&'a [Recorded], Error> {
    let due = &events[events.partition_point(|event| event.position <= at)..];
    // Nothing twice and nothing left out.
    match due.iter().zip(at + 1..).find(|(event, position)| event.position != *position) {
        None => Ok(due),
        // What was read last is not written down, as after a crash of PostgreSQL: the log has what is between.
        Some((event, position)) if position == at + 1 => {
            Err(Error::Behind { reader: key.reader.clone(), at, position: event.position })
        }
        Some((_, position)) => Err(gap(key, position)),
    }
}

/// The error for a position that is nowhere to be found.
#[must_use]
pub fn gap(key: &Key, position: i64) -> Error {
    Error::Gap {
        reader: key.reader.clone(),
        service: key.log.service.clone(),
        region: key.log.region.to_string(),
        position,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Log;

    fn events(positions: impl IntoIterator<Item = i64>) -> Vec<Recorded> {
        let event = |position| Recorded {
            region: "ons".parse().unwrap(),
            position,
            stream: "counter/1".into(),
            version: 1,
            id: uuid::Uuid::nil(),
            event_type: "raised".into(),
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            actor: vocabulary::ActorId(uuid::Uuid::nil()),
            text: String::new(),
        };
        positions.into_iter().map(event).collect()
    }

    #[test]
    fn a_lost_checkpoint_is_never_reported_as_a_gap_in_the_log() {
        let log = Log { service: "counters".into(), region: "ons".parse().unwrap(), epoch: 1 };
        let key = Key { reader: "sums".into(), version: 1, log };
        assert_eq!(due(&key, 5, &events(4..=7)).unwrap().len(), 2);
        let (lost, holed) = (events(8..=9), events([6, 8]));
        let behind = due(&key, 5, &lost);
        assert!(matches!(behind, Err(Error::Behind { at: 5, position: 8, .. })), "{behind:?}");
        let lacking = due(&key, 5, &holed);
        assert!(matches!(lacking, Err(Error::Gap { position: 7, .. })), "{lacking:?}");
    }
}
