//! Two hubs over the same servers: one of them is frozen, and the other one goes on without it.

use super::{
    hub::{self, Hub, REGION, directory, free_port},
    ledger::company,
};
use async_nats::jetstream;
use embedded::{Config, Servers, default_bin_dir};
use reqwest::{Method, StatusCode};
use rustix::process::Signal;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};
use tokio::task::spawn_blocking;

/// Ten seconds, and what a machine that is busy with other tests needs.
const SOON: Duration = Duration::from_secs(20);

/// What two processes of an installation have in common.
fn share(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap().map(|file| file.unwrap().path()) {
        if file.is_file() && !file.ends_with("hub.log") {
            fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_hub_holds_up_the_read_models_and_streams_of_no_other() {
    let folder = directory();
    let config = Config { scratch: true, ..Config::new(folder.path(), default_bin_dir()) };
    let servers = spawn_blocking(move || Servers::start(&config).unwrap()).await.unwrap();
    let given = ["--postgres-url", &servers.postgres_url, "--vault-url", &servers.postgres_url];
    let given = [&given[..], &["--nats-url", &servers.nats_url]].concat();
    let given: Vec<String> = given.into_iter().map(str::to_owned).collect();

    let frozen = Hub::start_with(given.clone()).await;
    let (data, port) = (directory(), free_port());
    share(frozen.data(), data.path());
    let mut command = hub::up(data.path(), port);
    command.args(&given);
    let mut other = hub::ready(command).await.unwrap();
    let region = format!("http://127.0.0.1:{port}/v1/regions/{REGION}");
    let nats = jetstream::new(bus::connect(&servers.nats_url).await.unwrap());

    for (round, number) in [(1, 41), (2, 42), (3, 43)] {
        // A moment of work, so that it is frozen in the middle of something.
        for more in 0..20 {
            let work = frozen.ask(Method::POST, "/companies").bearer_auth(&frozen.leader);
            let work = work.header("idempotency-key", format!("{round}-{more}")).json(&company(round * 100 + more));
            assert!(work.send().await.unwrap().status().is_success());
        }
        frozen.tell(Signal::STOP);
        let began = Instant::now();
        let nominate = frozen.http.post(format!("{region}/companies")).bearer_auth(&frozen.leader);
        let nominate = nominate.header("idempotency-key", number.to_string()).json(&company(number));
        let done = nominate.send().await.unwrap();
        assert!(done.status().is_success(), "{}", done.text().await.unwrap());
        let told = done.headers()["hub-position"].to_str().unwrap().to_owned();
        let position: u64 = told.split_once('=').unwrap().1.parse().unwrap();
        let seen = async || {
            let query = frozen.http.get(&region).bearer_auth(&frozen.leader).header("hub-min-position", &told);
            query.send().await.unwrap().status() == StatusCode::OK
        };
        let read = hub::eventually("the read models go on", SOON, seen).await;
        let relayed = async || {
            let stream = nats.get_stream(format!("consortium_{REGION}")).await;
            stream.is_ok_and(|stream| stream.cached_info().state.last_sequence >= position)
        };
        hub::eventually("the streams go on", SOON, relayed).await;
        println!("a hub frozen: read models after {read:.2?}, streams after {:.2?}", began.elapsed());
        frozen.tell(Signal::CONT);
        let seen = async || {
            let query = frozen.ask(Method::GET, "").bearer_auth(&frozen.leader).header("hub-min-position", &told);
            query.send().await.unwrap().status() == StatusCode::OK
        };
        hub::eventually("it goes on itself", SOON, seen).await;
    }
    other.kill().await.unwrap();
    frozen.stop().await;
    spawn_blocking(move || servers.stop()).await.unwrap();
}
