//! What the memory keeps, and when it is refused.

use super::*;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;

fn tree(size: u64) -> Remembered {
    let origin = "hub.example/west/hotspots".to_owned();
    Remembered {
        origin,
        epoch: 1,
        size,
        root: [7; 32],
        note: Some("note\n".to_owned()),
        how: How::Signed,
        unfit: None,
        first: false,
    }
}

fn opened(home: &Path) -> Result<Memory, NoMemory> {
    Memory::open(&home.join("signer"), &home.join("signer.begun"))
}

#[test]
fn the_signers_memory_survives_a_restart_and_a_cut_line() {
    let home = tempfile::tempdir().unwrap();
    let mut memory = opened(home.path()).unwrap();
    assert!(memory.begins() && !memory.complete());
    memory.remember(tree(3)).unwrap();
    memory.taken_over().unwrap();
    memory.remember(tree(5)).unwrap();
    drop(memory);
    let path = home.path().join("signer/memory.jsonl");
    let mut torn = OpenOptions::new().append(true).open(&path).unwrap();
    torn.write_all(br#"{"line":"tree","origin":"hub.exa"#).unwrap();
    let mut memory = opened(home.path()).unwrap();
    assert_eq!((memory.tree(&tree(0).origin), memory.complete()), (Some(&tree(5)), true));
    memory.remember(tree(8)).unwrap();
    drop(memory);
    assert_eq!(opened(home.path()).unwrap().tree(&tree(0).origin), Some(&tree(8)));
}

#[test]
fn a_memory_that_could_not_be_synced_is_refused_until_the_process_starts_again() {
    let home = tempfile::tempdir().unwrap();
    let mut memory = opened(home.path()).unwrap();
    memory.taken_over().unwrap();
    // A pipe takes what is written, and cannot be synced.
    let (_reader, writer) = std::io::pipe().unwrap();
    memory.file = Some(File::from(OwnedFd::from(writer)));
    for _ in 0..2 {
        assert!(memory.remember(tree(3)).is_err());
        assert!(!memory.usable() && matches!(memory.may_reopen(), Err(NoMemory::NotSynced(..))));
    }
    drop(memory);
    let memory = opened(home.path()).unwrap();
    assert!(memory.may_reopen().is_ok() && memory.tree(&tree(0).origin).is_none());
}

#[test]
fn a_memory_that_is_opened_is_written_to_disk_as_a_whole() {
    let home = tempfile::tempdir().unwrap();
    let mut memory = opened(home.path()).unwrap();
    memory.remember(tree(3)).unwrap();
    memory.taken_over().unwrap();
    drop(memory);
    let number = || std::fs::metadata(home.path().join("signer/memory.jsonl")).unwrap().ino();
    let before = number();
    let memory = opened(home.path()).unwrap();
    assert_eq!((memory.tree(&tree(0).origin), memory.complete()), (Some(&tree(3)), true));
    assert_ne!(number(), before, "another file, synced");
}

#[test]
fn a_memory_that_was_lost_is_not_taken_for_a_first_start() {
    let home = tempfile::tempdir().unwrap();
    opened(home.path()).unwrap().taken_over().unwrap();
    std::fs::remove_dir_all(home.path().join("signer")).unwrap();
    for _ in 0..2 {
        let memory = opened(home.path()).unwrap();
        assert!(!memory.begins() && !memory.complete());
    }
}

#[test]
fn only_one_holds_the_memory_and_none_takes_that_of_another_hub() {
    let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut memory = opened(home.path()).unwrap();
    memory.taken_over().unwrap();
    assert!(matches!(opened(home.path()), Err(NoMemory::InUse(_))));
    drop(memory);
    opened(other.path()).unwrap().taken_over().unwrap();
    std::fs::rename(other.path().join("signer.begun"), home.path().join("signer.begun")).unwrap();
    assert!(matches!(opened(home.path()), Err(NoMemory::Other(..))));
}
