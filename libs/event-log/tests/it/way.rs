//! A way to PostgreSQL on which packets can vanish.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Passes bytes on between the hub and PostgreSQL, until it is told to swallow them.
pub struct Way {
    pub address: SocketAddr,
    /// Connections with a lower number pass nothing on.
    dead_below: Arc<AtomicUsize>,
    made: Arc<AtomicUsize>,
    /// New ones pass nothing on either.
    closed: Arc<AtomicBool>,
}

impl Way {
    pub async fn to(host: String, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let way = Self {
            address: listener.local_addr().unwrap(),
            dead_below: Arc::default(),
            made: Arc::default(),
            closed: Arc::default(),
        };
        let (dead_below, made, closed) = (way.dead_below.clone(), way.made.clone(), way.closed.clone());
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let number = made.fetch_add(1, Ordering::SeqCst);
                let there = TcpStream::connect((host.as_str(), port)).await.unwrap();
                let ((here_read, here_write), (there_read, there_write)) = (here.into_split(), there.into_split());
                let (below, closed) = (dead_below.clone(), closed.clone());
                let dead = Arc::new(move || number < below.load(Ordering::SeqCst) || closed.load(Ordering::SeqCst));
                tokio::spawn(pass(here_read, there_write, dead.clone()));
                tokio::spawn(pass(there_read, here_write, dead));
            }
        });
        way
    }

    /// From now on nothing passes on the connections there are; new ones work, or not.
    pub fn swallow(&self, new_ones_too: bool) {
        self.dead_below.store(self.made.load(Ordering::SeqCst), Ordering::SeqCst);
        self.closed.store(new_ones_too, Ordering::SeqCst);
    }
}

/// What is swallowed stays open: nobody gets an error.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, dead: Arc<impl Fn() -> bool>) {
    let mut bytes = [0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if !dead() && to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
