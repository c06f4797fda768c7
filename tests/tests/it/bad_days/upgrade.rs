//! A hub starts on what an earlier version left.

use super::hub::{Hub, REGION, eventually};
use crate::whole::services;
use reqwest::{Method, StatusCode};
use sqlx::{Connection, PgConnection};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grants_of_an_earlier_version_are_made_again_and_nobody_loses_access() {
    let mut hub = Hub::start().await;
    // As version 1 left them: without those who once held something, and with a role that only a message gave.
    let before = "drop table known_grants.holder;
        update bus.projections set live_version = 1 where name = 'known-grants';
        update bus.checkpoints set version = 1 where reader = 'known-grants';
        update known_grants.\"grant\" set role = 'controller'";
    for service in services() {
        let mut owner = PgConnection::connect(&hub.postgres(&service.replace('-', "_"))).await.unwrap();
        sqlx::raw_sql(before).execute(&mut owner).await.unwrap_or_else(|error| panic!("{service}: {error}"));
    }
    hub.kill_and_start().await;
    for service in services() {
        let mut owner = PgConnection::connect(&hub.postgres(&service.replace('-', "_"))).await.unwrap();
        let set = format!("set regiohub.region = '{REGION}'");
        sqlx::raw_sql(sqlx::AssertSqlSafe(set)).execute(&mut owner).await.unwrap();
        let made = "select (select live_version from bus.projections where name = 'known-grants') > 2
            and exists (select from known_grants.holder)
            and exists (select from known_grants.\"grant\" where role = 'programme-leader')
            and not exists (select from known_grants.\"grant\" where role = 'controller')";
        // The table is not there before the switch.
        let is_made = async || sqlx::query_scalar::<_, bool>(made).fetch_one(&mut owner).await.unwrap_or(false);
        eventually(&format!("the grants of {service} are made again"), Duration::from_secs(60), is_made).await;
    }
    let leads = async || {
        let asked = hub.ask(Method::GET, "").bearer_auth(&hub.leader).send().await.unwrap();
        asked.status() == StatusCode::OK
    };
    eventually("the programme leader is let in", Duration::from_secs(60), leads).await;
    hub.stop().await;
}
