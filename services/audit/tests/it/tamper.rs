//! Whoever owns the database alters a log, in every way and anywhere: it is found, and the first bad position named.

use crate::logs::{Logs, SERVICES};
use audit::verify::What;
use proofs::leaf_hash;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};

/// The ways to alter a log. `Covered` means that leaves and head are made to fit again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Edit,
    EditCovered,
    EditColumn,
    EditActorCovered,
    EditLeaf,
    Delete,
    DeleteCovered,
    Swap,
    SwapCovered,
    SwapCiphertextsCovered,
    Truncate,
    TruncateCovered,
    Insert,
    OtherRegion,
    Backdate,
    ForgeFrontier,
    ForgePosition,
    ForgeMoment,
    ForgeCheckpoint,
    SignatureOfAnother,
    EditKeptLeaf,
}

const WAYS: [Way; 21] = [
    Way::Edit,
    Way::EditCovered,
    Way::EditColumn,
    Way::EditActorCovered,
    Way::EditLeaf,
    Way::Delete,
    Way::DeleteCovered,
    Way::Swap,
    Way::SwapCovered,
    Way::SwapCiphertextsCovered,
    Way::Truncate,
    Way::TruncateCovered,
    Way::Insert,
    Way::OtherRegion,
    Way::Backdate,
    Way::ForgeFrontier,
    Way::ForgePosition,
    Way::ForgeMoment,
    Way::ForgeCheckpoint,
    Way::SignatureOfAnother,
    Way::EditKeptLeaf,
];

/// Each way is tried so often, each time in another place.
const TIMES: u64 = 4;

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % limit.unsigned_abs()).unwrap()
    }

    /// From `first` to `last`, both included.
    fn from(&mut self, first: i64, last: i64) -> i64 {
        first + self.below(last - first + 1)
    }
}

async fn sql(pool: &PgPool, text: String) {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await.unwrap();
}

async fn body(pool: &PgPool, position: i64) -> String {
    sqlx::query_scalar("select body from event_log.event where position = $1")
        .bind(position)
        .fetch_one(pool)
        .await
        .unwrap()
}

async fn set_body(pool: &PgPool, position: i64, body: &str) {
    sqlx::query("update event_log.event set body = $2 where position = $1")
        .bind(position)
        .bind(body)
        .execute(pool)
        .await
        .unwrap();
}

/// One character of the event's own id: its schema fits as before.
fn edited(text: &str) -> String {
    let at = text.find(r#""id":""#).unwrap() + 6 + 35;
    let other = if &text[at..=at] == "0" { "1" } else { "0" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// Does it; answers which position is bad from then on, and what must be said.
async fn alter(logs: &Logs, service: &str, way: Way, dice: &mut Dice) -> (Option<i64>, What) {
    let pool = logs.owner(service);
    let size = i64::try_from(logs.texts(service).await.len()).unwrap();
    let signed = logs.notary.latest(&logs.region, service).await.unwrap().unwrap().size;
    // What was not signed yet can be altered unseen by whoever covers it: see the README.
    let at = dice.from(1, signed);
    match way {
        Way::Edit => {
            let anywhere = dice.from(1, size);
            set_body(pool, anywhere, &edited(&body(pool, anywhere).await)).await;
            (Some(anywhere), What::Leaf)
        }
        Way::EditCovered => {
            set_body(pool, at, &edited(&body(pool, at).await)).await;
            logs.cover(service).await;
            (Some(at), What::Altered)
        }
        Way::EditColumn => {
            let set = [
                "type = type || 'x'",
                "actor = gen_random_uuid()",
                "stream = stream || 'x'",
                "recorded_at = recorded_at + interval '1 second'",
            ];
            let set = set[usize::try_from(dice.below(4)).unwrap()];
            sql(pool, format!("update event_log.event set {set} where position = {at}")).await;
            (Some(at), What::Column)
        }
        Way::EditActorCovered => {
            let actor = "00000000-0000-4000-8000-00000000beef";
            let mut event: Value = serde_json::from_str(&body(pool, at).await).unwrap();
            event["actor"] = actor.into();
            set_body(pool, at, &event.to_string()).await;
            sql(pool, format!("update event_log.event set actor = '{actor}' where position = {at}")).await;
            logs.cover(service).await;
            (Some(at), What::Altered)
        }
        Way::EditLeaf => {
            sql(pool, format!("update event_log.event set leaf = sha256(leaf) where position = {at}")).await;
            (Some(at), What::Leaf)
        }
        Way::Delete => {
            sql(pool, format!("delete from event_log.event where position = {at}")).await;
            (Some(at), What::Missing)
        }
        Way::DeleteCovered => {
            sql(pool, format!("delete from event_log.event where position = {at}")).await;
            for from in at + 1..=size {
                let moved = body(pool, from)
                    .await
                    .replace(&format!(r#""position":{from},"#), &format!(r#""position":{},"#, from - 1));
                set_body(pool, from, &moved).await;
                sql(pool, format!("update event_log.event set position = {} where position = {from}", from - 1)).await;
            }
            logs.cover(service).await;
            (Some(at), What::Altered)
        }
        Way::Swap | Way::SwapCovered => {
            let (first, second) = (at.min(signed - 1), at.min(signed - 1) + 1);
            let (mut one, mut other) = (body(pool, first).await, body(pool, second).await);
            if way == Way::SwapCovered {
                let place = |position: i64| format!(r#""position":{position},"#);
                one = one.replace(&place(first), &place(second));
                other = other.replace(&place(second), &place(first));
            }
            sql(pool, format!("update event_log.event set position = -1 where position = {first}")).await;
            sql(pool, format!("update event_log.event set position = {first} where position = {second}")).await;
            sql(pool, format!("update event_log.event set position = {second} where position = -1")).await;
            set_body(pool, first, &other).await;
            set_body(pool, second, &one).await;
            if way == Way::Swap {
                return (Some(first), What::OutOfPlace);
            }
            logs.cover(service).await;
            (Some(first), What::Altered)
        }
        Way::SwapCiphertextsCovered => {
            let sealed = logs.texts(service).await;
            let sealed: Vec<i64> = (1..)
                .zip(&sealed)
                .filter(|(at, text)| *at <= signed && text.contains("\"sealed\":\""))
                .map(|(at, _)| at)
                .collect();
            let first = usize::try_from(dice.below(i64::try_from(sealed.len()).unwrap() - 1)).unwrap();
            let (first, second) = (sealed[first], sealed[first + 1]);
            let (one, other) = (body(pool, first).await, body(pool, second).await);
            let cipher = |text: &str| {
                let at = text.find("\"sealed\":\"").unwrap() + 10;
                text[at..at + text[at..].find('"').unwrap()].to_owned()
            };
            set_body(pool, first, &one.replacen(&cipher(&one), &cipher(&other), 1)).await;
            set_body(pool, second, &other.replacen(&cipher(&other), &cipher(&one), 1)).await;
            logs.cover(service).await;
            (Some(first), What::Altered)
        }
        Way::Truncate => {
            sql(pool, format!("delete from event_log.event where position >= {at}")).await;
            (Some(at), What::CutOff)
        }
        Way::TruncateCovered => {
            let at = at.max(2);
            sql(pool, format!("delete from event_log.event where position >= {at}")).await;
            logs.cover(service).await;
            (Some(at), What::Missing)
        }
        Way::Insert => {
            let added = body(pool, size)
                .await
                .replace(&format!(r#""position":{size},"#), &format!(r#""position":{},"#, size + 1));
            sql(pool, format!("insert into event_log.event (region, position, stream, version, type, actor, recorded_at, leaf, body)
                select region, {} , stream || '0', 1, type, actor, recorded_at, leaf, body from event_log.event where position = {size}", size + 1)).await;
            set_body(pool, size + 1, &added).await;
            sql(
                pool,
                format!(
                    "update event_log.event set leaf = '\\x{}' where position = {}",
                    hex::encode(leaf_hash(&added)),
                    size + 1
                ),
            )
            .await;
            (Some(size + 1), What::Head)
        }
        Way::OtherRegion => {
            let other = body(pool, at).await.replace(r#""region":"voorbeeld""#, r#""region":"elders""#);
            set_body(pool, at, &other).await;
            (Some(at), What::OutOfPlace)
        }
        Way::Backdate => {
            let at = at.max(2);
            let mut event: Value = serde_json::from_str(&body(pool, at).await).unwrap();
            event["time"] = "2020-01-01T00:00:00.000000Z".into();
            set_body(pool, at, &event.to_string()).await;
            sql(pool, format!("update event_log.event set recorded_at = '2020-01-01T00:00:00Z' where position = {at}"))
                .await;
            (Some(at), What::TimeRunsBack)
        }
        Way::ForgeFrontier => {
            sql(
                pool,
                "update event_log.head set frontier = set_byte(frontier, 3, (get_byte(frontier, 3) + 1) % 256)"
                    .to_owned(),
            )
            .await;
            (None, What::Head)
        }
        Way::ForgePosition => {
            sql(pool, "update event_log.head set position = position + 5".to_owned()).await;
            (Some(size + 1), What::CutOff)
        }
        Way::ForgeMoment => {
            sql(pool, "update event_log.head set recorded_at = recorded_at + interval '1 day'".to_owned()).await;
            (None, What::Head)
        }
        Way::ForgeCheckpoint => {
            let audit = &logs.audit.owner;
            sql(audit, format!("update checkpoints.checkpoint set note = replace(note, E'\\n' || size || E'\\n', E'\\n' || size + 1 || E'\\n') where service = '{service}' and size = {signed}")).await;
            (None, What::Forged)
        }
        Way::SignatureOfAnother => {
            let audit = &logs.audit.owner;
            let latest = logs.notary.latest(&logs.region, service).await.unwrap().unwrap();
            let note: proofs::Note = latest.note.parse().unwrap();
            let other = proofs::Signer::new("hub.example/voorbeeld", &[1; 32]).unwrap();
            let forged = proofs::Note { signatures: vec![other.sign(&note.text)], text: note.text };
            sqlx::query("update checkpoints.checkpoint set note = $1 where service = $2 and size = $3")
                .bind(forged.to_string())
                .bind(service)
                .bind(signed)
                .execute(audit)
                .await
                .unwrap();
            (None, What::UnknownKey)
        }
        Way::EditKeptLeaf => {
            let audit = &logs.audit.owner;
            let (row, byte) = ((at - 1) / 256, (at - 1) % 256 * 32);
            sql(audit, format!("update checkpoints.leaves set leaves = set_byte(leaves, {byte}, (get_byte(leaves, {byte}) + 1) % 256) where service = '{service}' and number = {row}")).await;
            (Some(at), What::KeptLeaf)
        }
    }
}

const TABLES: [&str; 2] = ["event_log.event", "event_log.head"];
const ASIDE: [&str; 2] = ["checkpoints.checkpoint", "checkpoints.leaves"];

/// Keeps every row, to be copied back.
async fn keep(logs: &Logs) {
    for service in SERVICES {
        for table in TABLES {
            sql(logs.owner(service), format!("create table kept_{} as table {table}", table.replace('.', "_"))).await;
        }
    }
    for table in ASIDE {
        sql(&logs.audit.owner, format!("create table kept_{} as table {table}", table.replace('.', "_"))).await;
    }
}

async fn restore(logs: &Logs, service: &str) {
    for table in TABLES {
        sql(
            logs.owner(service),
            format!("truncate {table}; insert into {table} select * from kept_{}", table.replace('.', "_")),
        )
        .await;
    }
    for table in ASIDE {
        sql(
            &logs.audit.owner,
            format!("truncate {table}; insert into {table} select * from kept_{}", table.replace('.', "_")),
        )
        .await;
    }
}

#[tokio::test]
async fn every_alteration_is_found_and_the_first_bad_position_is_right() {
    let logs = Logs::signed().await;
    for service in SERVICES {
        let verdict = logs.verify(service).await;
        assert!(verdict.intact(), "{service} before anything was done: {:?}", verdict.findings);
        assert_eq!(verdict.checkpoints.len(), 3, "{service}");
    }
    keep(&logs).await;
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (number, way) in WAYS.into_iter().enumerate() {
        for time in 0..TIMES {
            let mut dice = Dice(number as u64 * 1_000 + time);
            // Ciphertexts stand where people and free text about them do.
            let service = if way == Way::SwapCiphertextsCovered {
                "consortium"
            } else {
                SERVICES[usize::try_from(dice.below(5)).unwrap()]
            };
            let (first, what) = alter(&logs, service, way, &mut dice).await;
            let verdict = logs.verify(service).await;
            tried += 1;
            let said = verdict.findings.iter().any(|finding| finding.what == what);
            if verdict.intact() || verdict.first_bad() != first || !said {
                wrong.push(format!("{way:?} in {service}: expected {first:?} {what:?}, found {:?}", verdict.findings));
            }
            restore(&logs, service).await;
        }
    }
    assert!(tried >= 60, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    for service in SERVICES {
        assert!(logs.verify(service).await.intact(), "{service} is as it was");
    }
    logs.drop_all().await;
}
