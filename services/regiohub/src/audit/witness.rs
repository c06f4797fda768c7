//! `regiohub audit witness`: stores and signs the checkpoints that the logs of another installation show.

use anyhow::Context;
use audit::witness::{NotSeen, Shown, witnessed};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chassis::{Secrets, shutdown_signal};
use clap::Args;
use proofs::{Checkpoint, Kind, Note, Signer, Verifier};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// Be a witness for the logs of another installation: keep the checkpoints it shows, and sign those that go on from what
/// was seen before. What was seen stays in a folder; a log that was altered is refused, and the refusal is kept.
///
/// Serves `POST /add-checkpoint` (C2SP tlog-witness) and `GET /key`.
#[derive(Clone, Debug, Args)]
pub(super) struct Witness {
    /// Where what was seen, and the signing key, are kept.
    #[arg(long)]
    folder: PathBuf,
    /// What this witness is called, such as school.example.nl/witness.
    #[arg(long)]
    name: String,
    /// The verifier keys of the logs to witness, each as it is or as a file with one a line.
    #[arg(long, required = true)]
    key: Vec<String>,
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
}

struct Desk {
    folder: PathBuf,
    keys: Vec<Verifier>,
    signer: Signer,
    /// One at a time: what was seen must not change between the check and the signature.
    turn: Mutex<()>,
}

impl Witness {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let keys = super::verify::keys(&self.key, Kind::Log)?;
        let secret = Secrets::open_or_create(&self.folder)?.kept("witness")?;
        let signer = Signer::new(&self.name, &secret).context("--name")?;
        let verifier = signer.verifier(Kind::Witness).to_string();
        let listener =
            TcpListener::bind(self.listen).await.with_context(|| format!("cannot listen on {}", self.listen))?;
        println!("{verifier}\nready http://{}", listener.local_addr()?);
        let desk = Arc::new(Desk { folder: self.folder, keys, signer, turn: Mutex::default() });
        let router = axum::Router::new()
            .route("/add-checkpoint", post(add))
            .route("/key", get(async move || verifier))
            .with_state(desk);
        let shutdown = shutdown_signal()?;
        axum::serve(listener, router).with_graceful_shutdown(async move { shutdown.cancelled().await }).await?;
        Ok(())
    }
}

async fn add(State(desk): State<Arc<Desk>>, text: String) -> Response {
    let _turn = desk.turn.lock().await;
    match desk.see(&text) {
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
    fn see(&self, text: &str) -> anyhow::Result<Result<proofs::Signature, NotSeen>> {
        let shown = match Shown::read(text) {
            Ok(shown) => shown,
            Err(refused) => return Ok(Err(refused)),
        };
        let name = hex::encode(Sha256::digest(shown.said.origin.as_bytes()));
        let latest = self.folder.join(format!("{name}.latest"));
        let last = last(&latest)?;
        let seconds = chrono::Utc::now().timestamp().unsigned_abs();
        let signature = witnessed(&shown, last.as_ref(), &self.keys, &self.signer, seconds);
        match &signature {
            Ok(signature) => {
                let mut note = shown.note.clone();
                note.signatures.push(signature.clone());
                append(&self.folder.join(format!("{name}.seen")), &format!("{note}\n"))?;
                let fresh = latest.with_extension("fresh");
                fs::File::create(&fresh).and_then(|mut file| {
                    file.write_all(note.to_string().as_bytes())?;
                    file.sync_all()
                })?;
                fs::rename(&fresh, &latest)?;
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

fn last(path: &Path) -> anyhow::Result<Option<Checkpoint>> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let note: Note = text.parse().with_context(|| path.display().to_string())?;
            Ok(Some(note.text.parse().with_context(|| path.display().to_string())?))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn append(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}
