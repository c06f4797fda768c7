//! Connections end when their clients are too slow, and there are no more than may be.

use crate::listener::{LIVE, LONG, Listening, ask, closed, patience, until};
use chassis::{Bounds, Patience};
use futures_util::future::join_all;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::timeout;
use web::{Quota, Rates};

const SLOW: &str = "GET /slow HTTP/1.1\r\nhost: hub\r\n\r\n";

#[tokio::test]
async fn half_open_connections_are_closed_and_others_are_served_meanwhile() {
    let bounds =
        Bounds { patience: Patience { header: Duration::from_secs(2), ..Patience::default() }, ..Bounds::default() };
    let listening = Listening::new(bounds);
    let mut half_open = join_all((0..500).map(async |number| {
        let mut stream = listening.connect().await;
        // Some say nothing at all.
        if number % 2 == 0 {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
        }
        stream
    }))
    .await;
    for _ in 0..20 {
        assert!(listening.lives().await);
    }
    let began = Instant::now();
    join_all(half_open.iter_mut().map(closed)).await;
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    assert!(listening.lives().await);
}

#[tokio::test]
async fn a_header_that_comes_byte_by_byte_is_cut_off_at_its_time() {
    let listening = Listening::new(Bounds { patience: patience(500), ..Bounds::default() });
    let mut stream = listening.connect().await;
    let began = Instant::now();
    // Each byte comes long before the time-out.
    while began.elapsed() < LONG {
        if stream.write_all(b"x").await.is_err() {
            break;
        }
        let mut answer = [0];
        if let Ok(ended) = timeout(Duration::from_millis(50), stream.read(&mut answer)).await {
            assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
            break;
        }
    }
    assert!((Duration::from_millis(400)..LONG).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_second_header_has_as_long_as_the_first_one() {
    let listening = Listening::new(Bounds {
        patience: Patience { header: Duration::from_millis(500), ..patience(60_000) },
        ..Bounds::default()
    });
    let mut stream = listening.connect().await;
    for _ in 0..3 {
        assert!(ask(&mut stream, LIVE).await.starts_with("HTTP/1.1 200"));
        // Longer than a header may take: it has not begun.
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    stream.write_all(b"GET /health/live HTTP/1.1\r\n").await.unwrap();
    closed(&mut stream).await;
}

#[tokio::test]
async fn an_idle_connection_ends_and_one_that_is_used_does_not() {
    let patience = Patience { idle: Duration::from_secs(4), ..Patience::default() };
    let listening = Listening::new(Bounds { patience, ..Bounds::default() });
    let (mut idle, mut used) = (listening.connect().await, listening.connect().await);
    assert!(ask(&mut idle, LIVE).await.starts_with("HTTP/1.1 200"));
    for _ in 0..10 {
        assert!(ask(&mut used, LIVE).await.starts_with("HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    closed(&mut idle).await;
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_longer_than_any_header() {
    let listening = Listening::new(Bounds { patience: patience(200), ..Bounds::default() });
    let mut stream = listening.connect().await;
    stream.write_all(SLOW.as_bytes()).await.unwrap();
    let answered = timeout(Duration::from_secs(2), stream.read(&mut [0; 64])).await;
    assert!(answered.is_err(), "{answered:?}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_cut_off() {
    let listening = Listening::new(Bounds { patience: patience(500), ..Bounds::default() });
    let mut stream = listening.connect().await;
    stream.write_all(b"GET /endless HTTP/1.1\r\nhost: hub\r\n\r\n").await.unwrap();
    let endless = &listening.endless;
    until("the answer begins", || endless.load(Ordering::Relaxed) == 1).await;
    until("it is cut off", || endless.load(Ordering::Relaxed) == 0).await;
}

#[tokio::test]
async fn connections_past_the_bound_wait_until_another_one_ends() {
    let listening = Listening::new(Bounds { connections: 4, ..Bounds::default() });
    let mut taken = Vec::new();
    for _ in 0..4 {
        let mut stream = listening.connect().await;
        assert!(ask(&mut stream, LIVE).await.starts_with("HTTP/1.1 200"));
        taken.push(stream);
    }
    // It is connected, and nobody hears it yet.
    let mut waiting = listening.connect().await;
    waiting.write_all(LIVE.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let early = timeout(Duration::from_millis(500), waiting.read_exact(&mut answer)).await;
    assert!(early.is_err(), "{early:?}");
    taken.pop();
    timeout(LONG, waiting.read_exact(&mut answer)).await.expect("heard in time").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_shutdown_answers_requests_in_flight_and_closes_idle_connections() {
    let mut listening = Listening::new(Bounds::default());
    let (mut idle, mut working) = (listening.connect().await, listening.connect().await);
    assert!(ask(&mut idle, LIVE).await.starts_with("HTTP/1.1 200"));
    working.write_all(b"GET /health/live HTTP/1.1\r\nhost: hub\r\n").await.unwrap();
    assert!(listening.lives().await);
    listening.shutdown.cancel();
    closed(&mut idle).await;
    working.write_all(b"\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(LONG, working.read_to_string(&mut answer)).await.expect("ended in time").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    listening.ended().await;
}

#[tokio::test]
async fn requests_without_a_token_are_counted_by_the_address_they_come_from() {
    let address = Quota { per_second: 1, burst: 5 };
    let listening = Listening::with(Bounds::default(), Rates { address, ..Rates::default() });
    let from = async |address: &str| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(address.parse().unwrap()).unwrap();
        socket.connect(listening.address).await.unwrap()
    };
    let (mut stream, mut refused) = (from("127.0.0.2:0").await, String::new());
    for _ in 0..50 {
        let answer = ask(&mut stream, LIVE).await;
        if answer.starts_with("HTTP/1.1 429") {
            refused = answer;
        }
    }
    assert!(refused.contains("retry-after: 1") && refused.contains("ratelimit: \"address\";r=0;t=1"), "{refused}");
    let mut other = from("127.0.0.3:0").await;
    assert!(ask(&mut other, LIVE).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_header_that_is_too_large_is_refused() {
    let listening = Listening::new(Bounds::default());
    let mut stream = listening.connect().await;
    let large = format!("GET /health/live HTTP/1.1\r\nhost: hub\r\nx: {}\r\n\r\n", "a".repeat(40_000));
    assert!(ask(&mut stream, &large).await.starts_with("HTTP/1.1 431"));
}
