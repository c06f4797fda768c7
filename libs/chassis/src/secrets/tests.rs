use super::*;
use std::os::unix::fs::PermissionsExt;

const MESSAGES: Purpose = Purpose::Messages("hotspots");

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

fn numbers(ring: &Ring) -> Vec<u32> {
    ring.all().map(Generation::number).collect()
}

/// A directory with secrets, each time opened as another process would.
struct Directory(tempfile::TempDir);

impl Directory {
    fn new() -> Self {
        let directory = Self(tempfile::tempdir().unwrap());
        Secrets::open_or_create(directory.0.path()).unwrap();
        directory
    }

    fn secrets(&self) -> Secrets {
        Secrets::open(self.0.path()).unwrap()
    }

    fn ring(&self, purpose: Purpose) -> Ring {
        self.secrets().ring(purpose).unwrap()
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }
}

#[test]
fn a_secret_outlives_the_process_and_each_use_has_its_own() {
    let directory = Directory::new();
    let (first, again) = (directory.secrets(), directory.secrets());
    assert_eq!(first.derive("identity"), again.derive("identity"));
    assert_ne!(first.derive("identity"), first.derive("fingerprint"));
    assert_eq!(first.kept("signing").unwrap(), again.kept("signing").unwrap());
    assert_ne!(first.kept("signing").unwrap(), first.kept("another").unwrap());
    assert_eq!(mode(&directory.file("signing.key")), 0o600);
    std::fs::set_permissions(directory.file(FILE), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Secrets::open_or_create(directory.0.path()), Err(NoSecrets::Exposed(_))));
}

#[test]
fn the_first_generation_is_the_key_of_before_rotation() {
    let secrets = Secrets::of([7; 32]);
    for (purpose, name) in [
        (Purpose::Identity, "identity"),
        (Purpose::Fingerprint, "fingerprint"),
        (Purpose::Log, "log"),
        (Purpose::Processing, "processing"),
        (Purpose::CheckInCode, "check-in-code"),
    ] {
        let ring = secrets.ring(purpose).unwrap();
        assert_eq!((numbers(&ring), ring.newest().key()), (vec![1], &secrets.derive(name)), "{purpose}");
    }
    // HMAC-SHA256 of the purpose under the root, computed elsewhere.
    assert_eq!(secrets.log_secret().unwrap(), "dad2e5546ddddddcf5a2514c4708248b3dde155719fc7bd7141c7adfdcee5578");
}

#[test]
fn a_purpose_without_a_past_begins_with_a_file_of_its_own() {
    let directory = Directory::new();
    let key = *directory.ring(MESSAGES).newest().key();
    assert_eq!(directory.ring(MESSAGES).newest().key(), &key);
    assert_ne!(key, directory.secrets().derive("messages-hotspots"));
    assert_eq!(mode(&directory.file("messages-hotspots-1.key")), 0o600);
}

#[test]
fn a_rotation_counts_from_the_next_start_and_keeps_every_generation() {
    for purpose in Purpose::all(&["hotspots"]).into_iter().filter(|purpose| *purpose != Purpose::NaturalKeys) {
        let directory = Directory::new();
        let running = directory.secrets();
        let first = running.ring(purpose).unwrap();
        assert_eq!(running.rotate(purpose, false).unwrap(), 2, "{purpose}");
        assert_eq!(running.ring(purpose).unwrap().newest(), first.newest(), "{purpose}");
        let second = directory.ring(purpose);
        assert_eq!((numbers(&second), second.newest().number()), (vec![1, 2], 2), "{purpose}");
        assert_eq!(second.get(1), Some(first.newest()), "{purpose}");
        assert_eq!(directory.secrets().rotate(purpose, false).unwrap(), 3);
        let third = directory.ring(purpose);
        assert!(third.keys().others().eq([first.newest().key(), second.newest().key()]), "{purpose}");
        assert_eq!(mode(&directory.file(&format!("{purpose}-3.key"))), 0o600, "{purpose}");
    }
}

#[test]
fn a_prepared_generation_is_known_and_not_written_with() {
    let directory = Directory::new();
    assert_eq!(directory.secrets().rotate(Purpose::Log, true).unwrap(), 2);
    assert_eq!(directory.secrets().rotate(Purpose::Log, true).unwrap(), 2);
    let prepared = directory.ring(Purpose::Log);
    assert_eq!((numbers(&prepared), prepared.newest().number()), (vec![1, 2], 1));
    assert_eq!(prepared.keys().newest(), prepared.newest().key());
    assert_eq!(directory.secrets().rotate(Purpose::Log, false).unwrap(), 2);
    let rotated = directory.ring(Purpose::Log);
    assert_eq!(rotated.newest().key(), prepared.get(2).unwrap().key());
    assert_eq!(directory.secrets().rotate(Purpose::Log, false).unwrap(), 3);
}

#[test]
fn a_retired_generation_is_gone_and_its_number_never_comes_back() {
    let directory = Directory::new();
    for purpose in [Purpose::Log, MESSAGES] {
        directory.secrets().rotate(purpose, false).unwrap();
        directory.secrets().retire(purpose, 1).unwrap();
        directory.secrets().retire(purpose, 1).unwrap();
        assert_eq!(numbers(&directory.ring(purpose)), [2], "{purpose}");
        assert_eq!(directory.secrets().rotate(purpose, false).unwrap(), 3);
        assert_eq!(numbers(&directory.ring(purpose)), [2, 3], "{purpose}");
    }
    assert!(!directory.file("messages-hotspots-1.key").exists());
}

#[test]
fn neither_the_newest_nor_what_is_looked_up_with_is_retired() {
    let directory = Directory::new();
    directory.secrets().rotate(Purpose::Log, false).unwrap();
    directory.secrets().rotate(Purpose::Log, true).unwrap();
    for number in [0, 2, 3, 4] {
        let refused = directory.secrets().retire(Purpose::Log, number);
        assert!(matches!(refused, Err(NoSecrets::NotRetired(Purpose::Log, ..))), "{number}: {refused:?}");
    }
    for purpose in [Purpose::Identity, Purpose::Fingerprint, Purpose::Processing, Purpose::NaturalKeys] {
        directory.secrets().rotate(purpose, false).unwrap();
        assert!(matches!(directory.secrets().retire(purpose, 1), Err(NoSecrets::NotRetired(..))), "{purpose}");
    }
}

#[test]
fn a_missing_generation_stops_the_start_and_is_never_made_again() {
    let directory = Directory::new();
    for _ in 0..2 {
        directory.secrets().rotate(Purpose::Fingerprint, false).unwrap();
    }
    std::fs::remove_file(directory.file("fingerprint-2.key")).unwrap();
    let refused = Secrets::open_or_create(directory.0.path()).err().unwrap().to_string();
    assert!(refused.contains("fingerprint-2.key is missing"), "{refused}");
    let other = Directory::new();
    other.secrets().rotate(MESSAGES, false).unwrap();
    std::fs::remove_file(other.file("messages-hotspots-1.key")).unwrap();
    assert!(matches!(other.secrets().ring(MESSAGES), Err(NoSecrets::Missing(_))));
    assert!(!other.file("messages-hotspots-1.key").exists());
}

#[test]
fn a_command_makes_no_secret_in_a_directory_named_by_mistake() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(Secrets::open(directory.path()), Err(NoSecrets::NoHub(_))));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn no_two_purposes_share_a_name_and_none_ends_with_a_number() {
    let purposes = Purpose::all(&["consortium", "co-financing"]);
    let names: std::collections::BTreeSet<_> = purposes.iter().map(|purpose| purpose.name()).collect();
    assert_eq!(names.len(), purposes.len());
    for name in names {
        assert!(!name.ends_with(|end: char| end.is_ascii_digit()) && !name.starts_with("checkpoint"), "{name}");
    }
}
