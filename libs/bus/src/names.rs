//! How streams and subjects are called.

use event_log::Line;
use std::str::FromStr;
use vocabulary::RegionId;

/// The root of an installation that has a NATS to itself: its streams do not name it.
const ALONE: &str = "hub";

/// How streams and subjects are called, below one root.
///
/// **Invariant:** two logs, epochs or roots never have one name. What a name is put together of is separated by `_` (in
/// streams) or `.` (in subjects), which neither roots nor services nor regions have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    root: String,
}

/// The text cannot be a root: one to 64 lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be what streams begin with: use one to 64 lower-case letters, digits and hyphens")]
pub struct NotARoot(String);

/// One log, as consumers know it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Log {
    pub service: String,
    /// Of which region.
    pub region: RegionId,
    /// Raised when the log was restored to a point behind what was published.
    pub epoch: i32,
}

impl Default for Names {
    fn default() -> Self {
        Self { root: ALONE.to_owned() }
    }
}

impl FromStr for Names {
    type Err = NotARoot;

    /// Names below another root than `hub`, so that several hubs share one NATS.
    fn from_str(root: &str) -> Result<Self, NotARoot> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if root.is_empty() || root.len() > 64 || !root.chars().all(plain) {
            return Err(NotARoot(root.to_owned()));
        }
        Ok(Self { root: root.to_owned() })
    }
}

impl Names {
    /// `hotspots_gorinchem`; after a restore to a point behind what was published, `hotspots_gorinchem_2`.
    /// A region begins with a letter and an epoch with a digit.
    pub(crate) fn stream(&self, log: &Log) -> String {
        let root = if self.root == ALONE { String::new() } else { format!("{}_", self.root) };
        let epoch = if log.epoch > 1 { format!("_{}", log.epoch) } else { String::new() };
        format!("{root}{}_{}{epoch}", log.service, log.region)
    }

    /// What the stream was called by earlier versions. The region `aa--2` and the second epoch of `aa` had one name.
    pub(crate) fn former_stream(&self, log: &Log) -> String {
        let root = if self.root == ALONE { String::new() } else { format!("{}-", self.root) };
        let epoch = if log.epoch > 1 { format!("--{}", log.epoch) } else { String::new() };
        format!("{root}{}-{}{epoch}", log.service, log.region)
    }

    /// All subjects of a log.
    pub(crate) fn subjects(&self, log: &Log) -> String {
        format!("{}.{}.{}.>", self.root, log.service, log.region)
    }

    /// All subjects of all logs of a service.
    pub(crate) fn subjects_of(&self, service: &str) -> String {
        format!("{}.{service}.>", self.root)
    }

    /// Subjects that nothing is published to: a stream of a former name listens there until it goes.
    pub(crate) fn subjects_aside(&self, log: &Log) -> String {
        format!("{}_aside.{}.{}.>", self.root, log.service, log.region)
    }

    /// `hub.hotspots.gorinchem.session.session-planned`.
    pub(crate) fn subject(&self, log: &Log, line: &Line) -> String {
        let short = line.event_type.rsplit('.').nth(1).unwrap_or(&line.event_type);
        let category = line.stream.split_once('/').map_or(line.stream.as_str(), |(category, _)| category);
        format!("{}.{}.{}.{category}.{short}", self.root, log.service, log.region)
    }

    /// Where a hint is given that a log of a service has grown.
    pub(crate) fn ping(&self, service: &str) -> String {
        format!("{}_ping.{service}", self.root)
    }

    /// The subject on which a reader reports a message that the relay did not publish.
    pub(crate) fn doubt(&self, log: &Log) -> String {
        format!("{}_doubt.{}.{}", self.root, log.service, log.region)
    }

    /// The same for all logs of a service.
    pub(crate) fn doubts_of(&self, service: &str) -> String {
        format!("{}_doubt.{service}.*", self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn log(service: &str, region: &str, epoch: i32) -> Log {
        Log { service: service.into(), region: region.parse().unwrap(), epoch }
    }

    #[test]
    fn a_raised_epoch_has_a_stream_of_its_own_under_the_same_subjects() {
        let log = |epoch| log("co-financing", "gorinchem", epoch);
        assert_eq!(Names::default().stream(&log(1)), "co-financing_gorinchem");
        assert_eq!(Names::default().stream(&log(2)), "co-financing_gorinchem_2");
        assert_eq!(Names::default().subjects(&log(2)), "hub.co-financing.gorinchem.>");
    }

    #[test]
    fn another_root_shares_nothing() {
        let names: Names = "test-7".parse().unwrap();
        assert_eq!(names.stream(&log("hotspots", "aa", 1)), "test-7_hotspots_aa");
        assert_eq!(names.ping("hotspots"), "test-7_ping.hotspots");
        for wrong in ["", "Test", "a b", "a_b", "a.b", "a>", &"a".repeat(65)] {
            assert_eq!(wrong.parse::<Names>(), Err(NotARoot(wrong.to_owned())));
        }
    }

    #[test]
    fn no_two_logs_have_a_name_in_common() {
        let (mut streams, mut subjects, mut count) = (BTreeSet::new(), BTreeSet::new(), 0);
        for root in ["hub", "a", "a-a", "a-a-a", "aa"] {
            let names: Names = root.parse().unwrap();
            for service in ["a", "a-a", "aa", "a-a-aa"] {
                for region in ["aa", "aa--2", "a-aa", "aa-a", "aa-2"] {
                    for epoch in [1, 2, 22] {
                        let log = log(service, region, epoch);
                        streams.insert(names.stream(&log));
                        count += 1;
                    }
                    let log = log(service, region, 1);
                    subjects.extend([names.subjects(&log), names.subjects_aside(&log), names.doubt(&log)]);
                    subjects.insert(names.ping(service));
                }
            }
        }
        assert_eq!(streams.len(), count);
        assert_eq!(subjects.len(), 5 * 4 * (3 * 5 + 1));
    }
}
