//! `regiohub audit witness`: stores and signs the checkpoints that the logs of another installation show.

use anyhow::{Context, bail};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chassis::{HttpLimits, Secrets, listen, raise_descriptors, serve_alone, shutdown_signal};
use clap::Args;
use evidence::witness::{DECLARATION, NotSeen, Shown, Trusted, witnessed};
use proofs::{Checkpoint, Kind, Note, Signer};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::ops::Add;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Be a witness for the logs of another installation: keep the checkpoints it shows, and sign those that go on from
/// what was seen before. What was seen stays in a folder, which one process at a time works in; a log that was altered
/// is refused, and the refusal is kept. A log that was restored, under a raised epoch, is refused as well, unless its
/// operator declared that: see --operator-key.
///
/// Serves `POST /add-checkpoint` (C2SP tlog-witness) and `GET /key`.
#[derive(Clone, Debug, Args)]
pub(super) struct Witness {
    /// The folder that keeps the checkpoints seen and the signing key.
    #[arg(long)]
    folder: PathBuf,
    /// The name of this witness, such as school.example.nl/witness.
    #[arg(long)]
    name: String,
    /// The verifier keys of the logs to witness, each as it is or as a file with one a line.
    #[arg(long, required = true)]
    key: Vec<String>,
    /// The verifier key of the operator of those logs, from the operator, or a file with one a line: only a note that
    /// it signed declares a restore. May be repeated.
    #[arg(long, value_name = "KEY")]
    operator_key: Vec<String>,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    #[command(flatten)]
    limits: HttpLimits,
}

struct Desk {
    folder: PathBuf,
    trusted: Trusted,
    signer: Signer,
    /// One at a time: what was seen must not change between the check and the signature.
    turn: Mutex<()>,
    /// The same for other processes: held until this one ends.
    _lock: File,
}

impl Witness {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let trusted = Trusted {
            keys: super::verify::keys(&self.key, Kind::Log)?,
            operators: super::verify::keys(&self.operator_key, Kind::Log)?,
        };
        let secrets = Secrets::open_or_create(&self.folder)?;
        let lock = locked(&self.folder)?;
        let secret = secrets.kept("witness")?;
        let signer = Signer::new(&self.name, &secret).context("--name")?;
        let verifier = signer.verifier(Kind::Witness).to_string();
        raise_descriptors();
        let listener =
            listen(self.listen, self.limits.backlog()).with_context(|| format!("cannot listen on {}", self.listen))?;
        println!("{verifier}\nready http://{}", listener.local_addr()?);
        let desk = Arc::new(Desk { folder: self.folder, trusted, signer, turn: Mutex::default(), _lock: lock });
        let router = axum::Router::new()
            .route("/add-checkpoint", post(add))
            .route("/key", get(async move || verifier))
            .with_state(desk);
        let shutdown = shutdown_signal()?;
        serve_alone(listener, router, &self.limits, shutdown).await
    }
}

async fn add(State(desk): State<Arc<Desk>>, headers: HeaderMap, text: String) -> Response {
    let _turn = desk.turn.lock().await;
    match desk.see(&headers, &text) {
        Ok(Ok(signature)) => format!("{signature}\n").into_response(),
        Ok(Err(NotSeen::OtherSize(size))) => {
            (StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response()
        }
        Ok(Err(refused)) => {
            let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, format!("{refused}\n")).into_response()
        }
        Err(error) => {
            eprintln!("what was seen cannot be kept: {error:#}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl Desk {
    fn see(&self, headers: &HeaderMap, text: &str) -> anyhow::Result<Result<proofs::Signature, NotSeen>> {
        let declarations = headers.get_all(DECLARATION).iter().map(axum::http::HeaderValue::as_bytes);
        let shown = match Shown::read(text).and_then(|shown| shown.declared(declarations)) {
            Ok(shown) => shown,
            Err(refused) => return Ok(Err(refused)),
        };
        let name = hex::encode(Sha256::digest(shown.said.origin.as_bytes()));
        let latest = self.folder.join(format!("{name}.latest"));
        let seen = self.folder.join(format!("{name}.seen"));
        let last = last(&latest, &seen)?;
        let seconds = chrono::Utc::now().timestamp().unsigned_abs();
        let signature = witnessed(&shown, last.as_ref(), &self.trusted, &self.signer, seconds);
        match &signature {
            Ok(signature) => {
                let mut note = shown.note.clone();
                note.signatures.push(signature.clone());
                if last.is_some_and(|last| last.epoch < shown.said.epoch) {
                    eprintln!("FORK {}: epoch {}, as its operator declared", shown.said.origin, shown.said.epoch);
                    append(&self.folder.join(format!("{name}.declared")), &(shown.declarations.join("\n") + "\n"))?;
                }
                append(&seen, &format!("{note}\n"))?;
                let fresh = latest.with_extension("fresh");
                File::create(&fresh).and_then(|mut file| {
                    file.write_all(note.to_string().as_bytes())?;
                    file.sync_all()
                })?;
                fs::rename(&fresh, &latest)?;
                // The names of the files too: only now may the signature leave.
                File::open(&self.folder)?.sync_all()?;
            }
            Err(refused) if refused.is_alarm() => {
                eprintln!("ALARM {}: {refused}", shown.said.origin);
                append(&self.folder.join(format!("{name}.refused")), &format!("{refused}\n{}\n", shown.note))?;
            }
            Err(_) => {}
        }
        Ok(signature)
    }
}

/// Nobody else signs by what lies in the folder: two witnesses would each sign one side of a fork.
fn locked(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join("lock");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let lock = lock.with_context(|| path.display().to_string())?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            bail!("another witness works in {}, and only one at a time may: end that one first", folder.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// The last checkpoint that was seen. A log that was seen is never taken for a new one.
fn last(latest: &Path, seen: &Path) -> anyhow::Result<Option<Checkpoint>> {
    match fs::read_to_string(latest) {
        Ok(text) => {
            let note: Note = text.parse().with_context(|| latest.display().to_string())?;
            Ok(Some(note.text.parse().with_context(|| latest.display().to_string())?))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => before(seen),
        Err(error) => Err(error).with_context(|| latest.display().to_string()),
    }
}

/// The same from all that was seen, where the newest was lost, or not written any more when it was first seen.
fn before(seen: &Path) -> anyhow::Result<Option<Checkpoint>> {
    let text = match fs::read_to_string(seen) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| seen.display().to_string()),
    };
    let parts: Vec<&str> = text.trim_end_matches('\n').split("\n\n").collect();
    // The last one that is whole: of a note that was cut off the signature never left.
    let read = |pair: &[&str]| pair.join("\n\n").add("\n").parse::<Note>().ok()?.text.parse().ok();
    Ok(parts.windows(2).rev().find_map(read))
}

fn append(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proofs::Frontier;

    fn note(size: u64) -> Note {
        let origin = "hub.example/west/hotspots".to_owned();
        let text = Checkpoint { origin, size, root: Frontier::default().root(), epoch: 1 }.to_string();
        let hub = Signer::new("hub.example/west", &[1; 32]).unwrap();
        Note { signatures: vec![hub.sign(&text)], text }
    }

    #[test]
    fn the_memory_of_a_witness_survives_the_loss_of_its_newest_file() {
        let folder = tempfile::tempdir().unwrap();
        let (latest, seen) = (folder.path().join("log.latest"), folder.path().join("log.seen"));
        let size = || last(&latest, &seen).map(|seen| seen.map(|seen| seen.size));
        assert_eq!(size().unwrap(), None);
        for size in [3, 8] {
            append(&seen, &format!("{}\n", note(size))).unwrap();
        }
        assert_eq!(size().unwrap(), Some(8));
        // Of a note that was cut off the signature never left.
        append(&seen, &note(20).to_string()[..40]).unwrap();
        assert_eq!(size().unwrap(), Some(8));
        fs::write(&latest, note(9).to_string()).unwrap();
        assert_eq!(size().unwrap(), Some(9));
        // Neither is skipped because it does not read.
        fs::write(&latest, "").unwrap();
        assert!(size().is_err());
    }
}
