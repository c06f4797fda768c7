//! Mails a checkpoint, by the mail program of the machine.

use super::Post;
use crate::checkpoint::Cut;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;

/// Answers what is in the way.
pub(super) async fn mail(to: &str, domain: &str, cut: &Cut, post: &Post) -> Result<(), String> {
    let origin = cut.checkpoint().map_or_else(String::new, |said| said.origin);
    let message = format!(
        "To: {to}\nFrom: regiohub@{domain}\nSubject: Checkpoint {origin} {}\nDate: {}\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n\n\
         Bewaar dit bericht: hiermee is later na te gaan dat dit logboek niet is veranderd.\n\
         Keep this message: with it one can tell later that this log was not altered.\n\n{}",
        cut.size,
        cut.cut_at.to_rfc2822(),
        cut.note
    );
    let failed = |error| format!("{}: {error}; is there a mail server on this machine?", post.sendmail.display());
    let mut sending = tokio::process::Command::new(&post.sendmail)
        .args(["-t", "-i"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = sending.stdin.take() {
        stdin.write_all(message.as_bytes()).await.map_err(failed)?;
    }
    let ended = sending.wait().await.map_err(failed)?;
    if ended.success() { Ok(()) } else { Err(format!("{} says {ended}", post.sendmail.display())) }
}
