//! A region that was really played, copied as its databases' owner has it, and altered in every way in every log.

#[path = "../../../../services/audit/tests/it/tamper/ways.rs"]
mod ways;

use super::stage::{REGION, Stage, services};
use event_log::{Database, EventLog, TABLES};
use evidence::verify::{Given, Log, Schemas, Verdict};
use futures_util::TryStreamExt;
use sqlx::{Connection, PgConnection};
use std::collections::BTreeMap;
use testkit::Databases;
use ways::{Dice, Owned, WAYS};

const ASIDE: &[&str] =
    &["checkpoints.signing_key", "checkpoints.checkpoint", "checkpoints.leaves", "checkpoints.handed"];

/// Each way is tried so often in each log.
const TIMES: usize = 2;

/// Copies of the logs, and of what the audit service kept aside.
struct Copies {
    databases: BTreeMap<&'static str, Database>,
    schemas: Schemas,
    /// What an auditor noted before anything was altered.
    given: Given,
    made: Databases,
}

impl Copies {
    async fn of(stage: &Stage) -> Self {
        let (mut made, mut databases) = (Databases::new(), BTreeMap::new());
        for service in services() {
            let copy = Database::open(made.make(service).await, 4).await.unwrap();
            EventLog::migrate(&copy).await.unwrap();
            let from = stage.database(&service.replace('-', "_"));
            fill(&from, &copy, &TABLES).await;
            if service == "audit" {
                audit::migrate(&copy).await.unwrap();
                fill(&from, &copy, ASIDE).await;
            }
            databases.insert(service, copy);
        }
        let keys: Vec<String> = sqlx::query_scalar("select verifier from checkpoints.signing_key order by number")
            .fetch_all(&databases["audit"].owner)
            .await
            .unwrap();
        let keys = keys.iter().map(|key| key.parse().unwrap()).collect();
        let given = Given { keys, ..Given::default() };
        Self { databases, schemas: audit::schemas::validators().unwrap(), given, made }
    }

    fn owned<'a>(&'a self, service: &'a str) -> Owned<'a> {
        let owner = |service: &str| &self.databases[service].owner;
        Owned { region: REGION, service, log: owner(service), audit: owner("audit"), earlier: None }
    }

    async fn verify(&self, service: &str) -> Verdict {
        let log = Log { region: REGION.parse().unwrap(), service: service.to_owned() };
        let (database, aside) = (&self.databases[service], &self.databases["audit"].app);
        evidence::inspect::verify(database, aside, log, &self.schemas, &self.given, |_| {}).await.unwrap()
    }
}

/// Row by row, as they stand there.
async fn fill(from: &str, into: &Database, tables: &[&str]) {
    let mut from = PgConnection::connect(from).await.unwrap();
    let mut into = into.owner.acquire().await.unwrap();
    for table in tables {
        let rows = from.copy_out_raw(&format!("copy {table} to stdout")).await.unwrap();
        let rows: Vec<_> = rows.try_collect().await.unwrap();
        let mut copy = into.copy_in_raw(&format!("copy {table} from stdin")).await.unwrap();
        for row in rows {
            copy.send(row).await.unwrap();
        }
        copy.finish().await.unwrap();
    }
}

pub async fn every_alteration_of_a_played_log_is_found(stage: &Stage) {
    let mut copies = Copies::of(stage).await;
    let (mut tried, mut wrong) = (0, Vec::new());
    for (number, service) in (0..).zip(services()) {
        let owned = copies.owned(service);
        let verdict = copies.verify(service).await;
        assert!(verdict.intact() && verdict.lines > 0, "{service} before anything was done: {:?}", verdict.findings);
        owned.keep().await;
        for (way, seed) in std::iter::repeat_n(WAYS, TIMES).flatten().zip(number * 1_000..) {
            let Some((first, what)) = owned.alter(way, &mut Dice(seed)).await else { continue };
            let verdict = copies.verify(service).await;
            tried += 1;
            let said = verdict.findings.iter().any(|finding| finding.what == what);
            if verdict.intact() || verdict.first_bad() != first || !said {
                wrong.push(format!("{way:?} in {service}: expected {first:?} {what:?}, found {:?}", verdict.findings));
            }
            owned.restore().await;
        }
        assert!(copies.verify(service).await.intact(), "{service} is as it was");
    }
    // Two of the logs have ciphertexts to swap, and a log that was signed once has no older checkpoint to forge.
    assert!(tried >= TIMES * services().len() * (WAYS.len() - 8), "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    copies.made.drop_all().await;
}
