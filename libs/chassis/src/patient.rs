//! A connection that ends when its client is too slow: with the next request, with its header, or in taking an answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// Bytes that a client must take within the time-out of stalling, where that many are waiting for it.
const ENOUGH: usize = 32 * 1024;

/// Where the requests of one connection are, as told by what answers them.
#[derive(Debug, Default)]
pub(crate) struct Phase {
    /// How many there were.
    asked: AtomicU64,
    answering: AtomicBool,
}

impl Phase {
    /// The header of a request is there.
    pub fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.answering.store(true, Ordering::Relaxed);
    }

    /// All of its answer was handed over.
    pub fn answered(&self) {
        self.answering.store(false, Ordering::Relaxed);
    }
}

/// A connection with time-outs.
///
/// **Invariant:** its reader asks again as soon as an answer was written, else nobody looks at the clock.
pub(crate) struct Patient {
    stream: TcpStream,
    phase: Arc<Phase>,
    patience: Patience,
    /// Until when something of the next header, or all of it, must be there.
    reading: Option<Pin<Box<Sleep>>>,
    /// Something of the next header is there.
    begun: bool,
    /// How many requests there were when that was so.
    asked: u64,
    writing: Option<Stalled>,
}

/// How long a connection waits for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until the header of a request is there, from its first byte.
    pub header: Duration,
    /// Until the next request begins.
    pub idle: Duration,
    /// Until a client takes more of an answer.
    pub stall: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { header: Duration::from_secs(10), idle: Duration::from_secs(75), stall: Duration::from_secs(30) }
    }
}

/// An answer that waits for its client.
struct Stalled {
    until: Pin<Box<Sleep>>,
    taken: usize,
}

impl Patient {
    /// A new connection, whose first header counts as begun: a client that connects has something to ask.
    pub fn new(stream: TcpStream, phase: Arc<Phase>, patience: Patience) -> Self {
        Self { stream, phase, patience, reading: None, begun: true, asked: 0, writing: None }
    }

    fn written(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => {
                if let Some(stalled) = &mut self.writing {
                    stalled.taken += bytes;
                    if stalled.taken >= ENOUGH {
                        self.writing = None;
                    }
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                let fresh = || Stalled { until: Box::pin(sleep(self.patience.stall)), taken: 0 };
                if self.writing.get_or_insert_with(fresh).until.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
        }
        written
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let asked = self.phase.asked.load(Ordering::Relaxed);
        if self.asked != asked {
            // The header that was awaited is there; another one has not begun.
            (self.asked, self.begun, self.reading) = (asked, false, None);
        }
        if self.phase.answering.load(Ordering::Relaxed) {
            return read;
        }
        if buffer.filled().len() > before && !self.begun {
            (self.begun, self.reading) = (true, None);
        }
        let left = if self.begun { self.patience.header } else { self.patience.idle };
        let until = self.reading.get_or_insert_with(|| Box::pin(sleep(left)));
        if until.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // All that was to be written is.
        self.writing = None;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
