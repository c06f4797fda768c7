//! Nothing that strangers send keeps the runtime from its other work.

use crate::listener::{LIVE, LONG, Listening, ask};
use chassis::Bounds;
use futures_util::future::join_all;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Far more than a busy machine makes of 10 ms, and far less than it was.
const LATE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_thousand_connections_at_once_are_accepted_and_the_heart_goes_on() {
    let listening = Listening::new(Bounds::default());
    let began = Instant::now();
    let mut all: Vec<TcpStream> = join_all((0..4_000).map(|_| listening.connect())).await;
    let connected = began.elapsed();
    // The last ones were accepted too: they are answered.
    for stream in all.iter_mut().rev().take(50) {
        assert!(ask(stream, LIVE).await.starts_with("HTTP/1.1 200"));
    }
    let answered = began.elapsed();
    // A connection that the kernel drops is tried again after a second, then after three, then after seven.
    assert!(answered < Duration::from_secs(8), "connected after {connected:?}, answered after {answered:?}");
    assert!(listening.late() < LATE, "{:?} late", listening.late());
    eprintln!("4,000 connections after {connected:?}, the heart {:?} late", listening.late());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_floods_large_headers_and_garbage_do_not_stop_the_heart() {
    let listening = Listening::new(Bounds::default());
    let token = format!("authorization: Bearer {}.{}.{}\r\n", "e30".repeat(4_000), "e30", "x");
    let flood = |number: usize| match number % 4 {
        0 => "GET /health/live HTTP/1.1\r\nhost:".to_owned(),
        1 => format!("GET /health/live HTTP/1.1\r\nhost: hub\r\n{token}\r\n"),
        2 => "\0".repeat(60_000),
        _ => format!("GET /{} HTTP/1.1\r\nhost: hub\r\n\r\n", "a/".repeat(10_000)),
    };
    let attack = async {
        for _ in 0..4 {
            join_all((0..400).map(async |number| {
                let mut stream = listening.connect().await;
                // What is refused is not read to its end.
                let _ = stream.write_all(flood(number).as_bytes()).await;
                stream
            }))
            .await;
        }
    };
    let others = async {
        for _ in 0..100 {
            let began = Instant::now();
            assert!(listening.lives().await);
            assert!(began.elapsed() < LONG);
        }
    };
    tokio::join!(attack, others);
    assert!(listening.late() < LATE, "{:?} late", listening.late());
    eprintln!("the heart was {:?} late", listening.late());
}
