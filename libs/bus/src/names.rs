//! How streams and subjects are called.

use event_log::Line;
use vocabulary::RegionId;

/// How streams and subjects are called, below one root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    root: String,
}

/// One log, as consumers know it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Log {
    pub service: String,
    pub region: RegionId,
    pub epoch: i32,
}

impl Default for Names {
    fn default() -> Self {
        Self { root: "hub".to_owned() }
    }
}

impl Names {
    /// Names below another root than `hub`, so that several hubs share one NATS.
    /// Lower-case letters, digits and hyphens; anything else is left out.
    #[must_use]
    pub fn below(root: &str) -> Self {
        let plain = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
        Self { root: root.chars().filter(plain).collect() }
    }

    /// `hotspots-gorinchem`; after a restore to a point behind what was published, `hotspots-gorinchem-2`.
    pub(crate) fn stream(&self, log: &Log) -> String {
        let root = if self.root == "hub" { String::new() } else { format!("{}-", self.root) };
        // Two hyphens: a region may itself be called `gorinchem-2`.
        let epoch = if log.epoch > 1 { format!("--{}", log.epoch) } else { String::new() };
        format!("{root}{}-{}{epoch}", log.service, log.region)
    }

    /// All subjects of a log.
    pub(crate) fn subjects(&self, log: &Log) -> String {
        format!("{}.{}.{}.>", self.root, log.service, log.region)
    }

    /// `hub.hotspots.gorinchem.session.session-planned`.
    pub(crate) fn subject(&self, log: &Log, line: &Line) -> String {
        let short = line.event_type.rsplit('.').nth(1).unwrap_or(&line.event_type);
        let category = line.stream.split_once('/').map_or(line.stream.as_str(), |(category, _)| category);
        format!("{}.{}.{}.{category}.{short}", self.root, log.service, log.region)
    }

    /// Where the end of a log is told, for those who do not know it yet.
    pub(crate) fn ping(&self, service: &str) -> String {
        format!("{}.ping.{service}", self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(epoch: i32) -> Log {
        Log { service: "co-financing".into(), region: "gorinchem".parse().unwrap(), epoch }
    }

    #[test]
    fn a_raised_epoch_has_a_stream_of_its_own_under_the_same_subjects() {
        assert_eq!(Names::default().stream(&log(1)), "co-financing-gorinchem");
        assert_eq!(Names::default().stream(&log(2)), "co-financing-gorinchem--2");
        assert_eq!(Names::default().subjects(&log(2)), "hub.co-financing.gorinchem.>");
    }

    #[test]
    fn another_root_shares_nothing() {
        let names = Names::below("Test. 7>");
        assert_eq!(names.stream(&log(1)), "est7-co-financing-gorinchem");
        assert_eq!(names.ping("hotspots"), "est7.ping.hotspots");
    }
}
