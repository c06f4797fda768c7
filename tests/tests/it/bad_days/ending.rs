//! SIGTERM: what is in flight is answered, and nothing changes by ending and beginning.

use super::{
    compare::{agree, heads, log},
    hub::{Hub, REGION},
    ledger::{Act, Entry, Told, company},
    load::Load,
};
use rustix::process::Signal;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A command of which the hub has read all but the end.
struct Half {
    stream: TcpStream,
    rest: Vec<u8>,
    entry: Entry,
}

impl Half {
    async fn begun(hub: &Hub, number: u32) -> Self {
        let (key, body) = (format!("half-{number}"), company(number).to_string());
        let head = format!(
            "POST /v1/regions/{REGION}/companies HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {}\r\n\
             idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            hub.leader,
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", hub.port)).await.unwrap();
        let (begin, rest) = body.split_at(body.len() / 2);
        stream.write_all(format!("{head}{begin}").as_bytes()).await.unwrap();
        Self { stream, rest: rest.into(), entry: Entry { key, act: Act::Nominate { number }, told: Told::Unknown } }
    }

    async fn ended(mut self) -> Entry {
        self.stream.write_all(&self.rest).await.unwrap();
        let mut heard = Vec::new();
        timeout(Duration::from_secs(15), self.stream.read_to_end(&mut heard)).await.unwrap().unwrap();
        let heard = String::from_utf8(heard).unwrap();
        let (head, body) = heard.split_once("\r\n\r\n").unwrap_or_else(|| panic!("not answered: {heard:?}"));
        assert!(head.starts_with("HTTP/1.1 201"), "{heard}");
        Entry { told: Told::Receipt(serde_json::from_str(body).unwrap()), ..self.entry }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_in_flight_at_the_end_is_answered() {
    let mut hub = Hub::start().await;
    let load = Load::start(&hub, 7);
    load.goes_on(100).await;
    let mut halves = Vec::new();
    for number in 0..8 {
        halves.push(Half::begun(&hub, 90_000_000 + number).await);
    }
    // Until their beginnings have been read, commands that came after them are answered.
    load.goes_on(60).await;
    hub.tell(Signal::TERM);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let ledger = load.end().await;
    for half in halves {
        ledger.write(half.ended().await);
    }
    let ended = hub.ended().await;
    assert_eq!(ended.code(), Some(0));
    assert_eq!(super::processes::of(hub.data()), Vec::<i32>::new());

    let took = hub.start_again().await;
    println!("after SIGTERM: ready after {took:.2?}, {} unknown", ledger.unknown());
    assert!(took < Duration::from_secs(10), "{took:?}");
    ledger.resolve(&hub).await;
    agree(&hub, &ledger).await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_and_beginning_changes_nothing() {
    let mut hub = Hub::start().await;
    let load = Load::start(&hub, 8);
    load.goes_on(50).await;
    let ledger = load.end().await;
    ledger.knows_all();
    let before = (heads(&hub, "consortium").await, log(&hub, "consortium").await);
    let ended = hub.terminate().await;
    assert_eq!(ended.code(), Some(0));
    hub.start_again().await;
    assert_eq!((heads(&hub, "consortium").await, log(&hub, "consortium").await), before);
    agree(&hub, &ledger).await;
    hub.stop().await;
}
