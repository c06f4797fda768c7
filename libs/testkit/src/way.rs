//! A way to PostgreSQL on which packets can vanish.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// How each answer of PostgreSQL ends: it is ready for the next query.
const READY: &[u8] = b"Z\0\0\0\x05";

/// Passes bytes on between the hub and PostgreSQL, until it is told to swallow them.
#[derive(Debug)]
pub struct Way {
    /// Where the hub connects to.
    pub address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    made: AtomicUsize,
    /// Connections with a lower number pass nothing on, once they passed on so many answers more.
    dead_below: AtomicUsize,
    answers: AtomicUsize,
    /// New ones pass nothing on either.
    closed: AtomicBool,
}

impl Way {
    /// A way to the server at that address.
    ///
    /// # Panics
    /// When there is none.
    pub async fn to(host: String, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (address, state) = (listener.local_addr().expect("its address"), Arc::<State>::default());
        let way = Self { address, state: state.clone() };
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let number = state.made.fetch_add(1, Ordering::SeqCst);
                let there = TcpStream::connect((host.as_str(), port)).await.expect("the server");
                let ((here_read, here_write), (there_read, there_write)) = (here.into_split(), there.into_split());
                let (asking, answering) = (state.clone(), state.clone());
                let asks = move |bytes: &[u8]| if asking.passes(number) { bytes.len() } else { 0 };
                let mut given = 0;
                let answers = move |bytes: &[u8]| answering.passing(number, bytes, &mut given);
                tokio::spawn(pass(here_read, there_write, asks));
                tokio::spawn(pass(there_read, here_write, answers));
            }
        });
        way
    }

    /// From now on nothing passes on the connections there are; new ones work, or not.
    pub fn swallow(&self, new_ones_too: bool) {
        self.swallow_after(0);
        self.state.closed.store(new_ones_too, Ordering::SeqCst);
    }

    /// Each of the connections there are passes on so many answers more, and then nothing; new ones work.
    pub fn swallow_after(&self, answers: usize) {
        self.state.answers.store(answers, Ordering::SeqCst);
        self.state.dead_below.store(self.state.made.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

impl State {
    fn is_old(&self, number: usize) -> bool {
        number < self.dead_below.load(Ordering::SeqCst)
    }

    /// Whether a question passes: as long as one more answer to it may.
    fn passes(&self, number: usize) -> bool {
        !self.closed.load(Ordering::SeqCst) && (!self.is_old(number) || self.answers.load(Ordering::SeqCst) > 0)
    }

    /// How many of these bytes of answers pass, where a dying connection has `given` some before.
    fn passing(&self, number: usize, bytes: &[u8], given: &mut usize) -> usize {
        if !self.is_old(number) {
            return if self.closed.load(Ordering::SeqCst) { 0 } else { bytes.len() };
        }
        let left = self.answers.load(Ordering::SeqCst).saturating_sub(*given);
        let ends = bytes.windows(READY.len()).enumerate().filter(|(_, window)| *window == READY);
        // The state of the transaction is one byte more.
        let ends: Vec<usize> = ends.map(|(at, _)| at + READY.len() + 1).take(left).collect();
        *given += ends.len();
        match ends.last() {
            Some(last) if ends.len() == left => *last,
            _ if left > 0 => bytes.len(),
            _ => 0,
        }
    }
}

/// What is swallowed stays open: nobody gets an error.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut passing: impl FnMut(&[u8]) -> usize) {
    let mut bytes = [0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let passes = passing(&bytes[..count]);
        if passes > 0 && to.write_all(&bytes[..passes]).await.is_err() {
            return;
        }
    }
}
