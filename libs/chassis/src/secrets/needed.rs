//! Which files of a directory of secrets a service has no need of: with the keys of others it could sign and publish in
//! their name.

use std::io;
use std::path::Path;

/// A service as a process of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs<'a> {
    /// What it is called.
    pub service: &'a str,
    /// The services whose logs it reads.
    pub peers: &'a [&'a str],
    /// Whether it signs checkpoints.
    pub signs: bool,
}

impl Needs<'_> {
    /// The names of the files in a directory that it has no need of, sorted. None where there is no directory yet.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub(crate) fn superfluous(&self, directory: &Path) -> io::Result<Vec<String>> {
        let files = match std::fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            files => files?,
        };
        let mut names = Vec::new();
        for file in files {
            let name = file?.file_name().to_string_lossy().into_owned();
            if self.is_of_another(&name) {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn is_of_another(&self, name: &str) -> bool {
        let Some((stem, "key" | "next" | "retired")) = name.rsplit_once('.') else { return false };
        if stem == "operator" {
            return true; // It declares restores, by the operator's hand alone.
        }
        if stem.starts_with("checkpoint-") {
            return !self.signs;
        }
        let of = stem.strip_prefix("messages-").and_then(|rest| rest.rsplit_once('-'));
        of.is_some_and(|(of, _)| of != self.service && !self.peers.contains(&of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_no_need_of_the_keys_of_others() {
        let needs = Needs { service: "co-financing", peers: &["consortium", "audit"], signs: false };
        for other in ["checkpoint-west-1.key", "operator.key", "messages-agreements-1.key", "messages-hotspots-2.next"]
        {
            assert!(needs.is_of_another(other), "{other}");
        }
        for own in [
            "hub.secret",
            "vault.key",
            "identity-2.key",
            "messages-co-financing-1.key",
            "messages-consortium-12.retired",
            "processing.jsonl",
        ] {
            assert!(!needs.is_of_another(own), "{own}");
        }
        assert!(!Needs { signs: true, ..needs }.is_of_another("checkpoint-west-1.key"));
    }

    #[test]
    fn what_is_superfluous_in_a_shared_directory_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let needs = Needs { service: "hotspots", peers: &[], signs: false };
        assert!(needs.superfluous(&directory.path().join("none")).unwrap().is_empty());
        for name in ["messages-hotspots-1.key", "messages-agreements-1.key", "checkpoint-west-1.key", "hub.secret"] {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        assert_eq!(
            needs.superfluous(directory.path()).unwrap(),
            ["checkpoint-west-1.key", "messages-agreements-1.key"]
        );
    }
}
