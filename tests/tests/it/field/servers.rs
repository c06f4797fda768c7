//! A PostgreSQL that would lose what it acknowledged.

use super::{Field, refused};
use std::fs;

const ISSUER: [&str; 2] = ["--issuer", "http://127.0.0.1:9/realm"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_forgets_what_it_acknowledged_is_refused() {
    let field = Field::new().await;
    field.tried(&ISSUER).await;
    // Where `alter system set` keeps a setting; it goes before the hub's own.
    let settings = field.data().join("postgres/postgresql.auto.conf");
    for (setting, refuses) in [
        ("fsync = off", true),
        ("full_page_writes = off", true),
        ("synchronous_commit = off", true),
        ("synchronous_commit = remote_apply", false),
    ] {
        fs::write(&settings, format!("{setting}\n")).unwrap();
        if refuses {
            let said = refused(field.up(&ISSUER)).await;
            assert!(said.contains(setting) && said.contains("--postgres-url"), "{said}");
        } else {
            field.tried(&ISSUER).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scratch_server_of_tests_is_refused_for_real_data() {
    let field = Field::new().await;
    let (postgres, nats) = (given("REGIOHUB_TEST_POSTGRES_URL"), given("REGIOHUB_TEST_NATS_URL"));
    let own = format!("scratch{}", std::process::id());
    let servers = ["--postgres-url", &postgres, "--vault-url", &postgres, "--nats-url", &nats, "--streams", &own];
    let servers = [&servers[..], &["--database-prefix", "never_made_"]].concat();
    let said = refused(field.up(&[&servers[..], &ISSUER].concat())).await;
    assert!(said.contains("fsync = off"), "{said}");
    // What a client can ask of a server for itself does not make it a scratch server.
    let asking = format!("{postgres}?options=-c%20application_name=regiohub-scratch");
    let servers = ["--postgres-url", &asking, "--vault-url", &asking, "--nats-url", &nats];
    let said = refused(field.up(&[&servers[..], &ISSUER].concat())).await;
    assert!(said.contains("fsync = off"), "{said}");
}

fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `make test`"))
}
