//! The errors that prevent a start, each with the way to mend it.

use std::{io, path::PathBuf, time::Duration};

/// Why the servers do not run. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{dir} is in use by another regiohub{by}; stop that one, or choose another --data-dir", dir = .dir.display(), by = .pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    InUse { dir: PathBuf, pid: Option<u32> },
    #[error("{program} is not in {dir}; fetch the servers with: deploy/fetch-servers {dir}", dir = .dir.display())]
    Missing { program: &'static str, dir: PathBuf },
    #[error("PostgreSQL 15 or newer is needed, {dir} has {found}; install it with: apt-get install postgresql", dir = .dir.display())]
    TooOld { dir: PathBuf, found: String },
    #[error(
        "{dir} was made by PostgreSQL {made_by}, the installed one is {found}; use PostgreSQL {made_by}, or carry the data over with pg_upgrade", dir = .dir.display()
    )]
    OtherMajor { dir: PathBuf, made_by: String, found: u32 },
    #[error("the servers refuse to run as root and need setpriv; install it with: apt-get install util-linux")]
    NoSetpriv,
    #[error(
        "the servers refuse to run as root, and nobody is an account that other programs share; make one for them with: \
         useradd --system --no-create-home --shell /usr/sbin/nologin regiohub"
    )]
    NoAccount,
    #[error("{path} cannot be reached by the user {user}, who runs the servers; choose a folder outside a closed home", path = .path.display())]
    Unreachable { path: PathBuf, user: String },
    #[error("{dir} holds a cluster but its passwords are gone: {file} is missing; restore it from the backup", dir = .dir.display(), file = .file.display())]
    SecretsGone { dir: PathBuf, file: PathBuf },
    #[error("{program} failed:\n{output}")]
    Failed { program: &'static str, output: String },
    #[error("{program} does not start; the end of {log}:\n{tail}", log = .log.display())]
    DoesNotStart { program: &'static str, log: PathBuf, tail: String },
    #[error("{program} is not ready after {} s; see {log}", .after.as_secs(), log = .log.display())]
    NotReady { program: &'static str, after: Duration, log: PathBuf },
    #[error("{what} {path}: {source}", path = .path.display())]
    File { what: &'static str, path: PathBuf, source: io::Error },
    #[error("no randomness for passwords: {0}")]
    Random(String),
}

impl Error {
    /// For `map_err`: names the file with the failure.
    pub(crate) fn file(what: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { what, path, source }
    }
}
