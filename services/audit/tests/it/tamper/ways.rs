//! The ways in which the owner of a database can alter the log of a service, seeded; and how its rows are put back.
//!
//! The tests of the whole hub take this file as it is, for logs that were really played.

#[path = "notes.rs"]
mod notes;

use evidence::verify::What;
use proofs::{Frontier, leaf_hash};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};

/// The ways to alter a log. `Covered` means that leaves and head are made to fit again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
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
    DeleteHead,
    Empty,
    ForgeCheckpoint,
    SignatureOfAnother,
    KeyOfAnEarlierRotation,
    OwnKeyWithTheTrueName,
    NoteOfAnotherLog,
    TruncatedCosignature,
    TwoNotesOfOneSize,
    ReorderedCheckpoints,
    DuplicatedCheckpoint,
    ForgedEpoch,
    RaisedEpoch,
    EditKeptLeaf,
}

pub const WAYS: [Way; 32] = [
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
    Way::DeleteHead,
    Way::Empty,
    Way::ForgeCheckpoint,
    Way::SignatureOfAnother,
    Way::KeyOfAnEarlierRotation,
    Way::OwnKeyWithTheTrueName,
    Way::NoteOfAnotherLog,
    Way::TruncatedCosignature,
    Way::TwoNotesOfOneSize,
    Way::ReorderedCheckpoints,
    Way::DuplicatedCheckpoint,
    Way::ForgedEpoch,
    Way::RaisedEpoch,
    Way::EditKeptLeaf,
];

/// Numbers that look random, the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % limit.unsigned_abs()).unwrap()
    }

    /// From `first` to `last`, both included.
    pub fn from(&mut self, first: i64, last: i64) -> i64 {
        first + self.below(last - first + 1)
    }
}

const TABLES: [&str; 2] = ["event_log.event", "event_log.head"];
const ASIDE: [&str; 4] =
    ["checkpoints.checkpoint", "checkpoints.leaves", "checkpoints.signing_key", "checkpoints.handed"];

async fn sql(pool: &PgPool, text: String) {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await.unwrap();
}

/// The log of a service, the only region of its database, in the hands of the database's owner.
pub struct Owned<'a> {
    pub region: &'a str,
    pub service: &'a str,
    /// Where the log is, as its owner.
    pub log: &'a PgPool,
    /// Where the checkpoints are, as their owner.
    pub audit: &'a PgPool,
    /// The secret of a key that was rotated away, when it came into their hands.
    pub earlier: Option<[u8; 32]>,
}

impl Owned<'_> {
    /// Everything that a way alters: where it is, its name, and where it is kept meanwhile.
    pub fn tables(&self) -> impl Iterator<Item = (&PgPool, &'static str, String)> {
        let kept = |table: &str| format!("kept_{}_{}", self.service, table).replace(['.', '-'], "_");
        let log = TABLES.into_iter().map(move |table| (self.log, table, kept(table)));
        log.chain(ASIDE.into_iter().map(move |table| (self.audit, table, kept(table))))
    }

    /// Keeps every row, to be put back.
    pub async fn keep(&self) {
        for (pool, table, kept) in self.tables() {
            sql(pool, format!("create table {kept} as table {table}")).await;
        }
    }

    pub async fn restore(&self) {
        for (pool, table, kept) in self.tables() {
            sql(pool, format!("truncate {table}; insert into {table} select * from {kept}")).await;
        }
    }

    /// What a forger with every right does to hide: leaves and head fit the texts again.
    pub async fn cover(&self) {
        let rows: Vec<(i64, String)> = sqlx::query_as("select position, body from event_log.event order by position")
            .fetch_all(self.log)
            .await
            .unwrap();
        let (mut tree, mut leaves) = (Frontier::default(), Vec::new());
        for (_, body) in &rows {
            let leaf = leaf_hash(body);
            tree.push(leaf);
            leaves.push(leaf.to_vec());
        }
        let positions: Vec<i64> = rows.iter().map(|(position, _)| *position).collect();
        sqlx::query(
            "update event_log.event e set leaf = it.leaf from unnest($1::bigint[], $2::bytea[]) as it (position, leaf)
             where e.position = it.position and e.leaf <> it.leaf",
        )
        .bind(positions)
        .bind(leaves)
        .execute(self.log)
        .await
        .unwrap();
        sqlx::query(
            "update event_log.head set position = $1, frontier = $2,
                    recorded_at = (select recorded_at from event_log.event order by position desc limit 1)",
        )
        .bind(i64::try_from(tree.size()).unwrap())
        .bind(tree.to_bytes())
        .execute(self.log)
        .await
        .unwrap();
    }

    /// Whether each position has its event: another way may have taken one away.
    async fn is_whole(&self) -> bool {
        let whole =
            "select count(*) = coalesce(max(position), 0) and coalesce(min(position), 1) = 1 from event_log.event";
        sqlx::query_scalar(whole).fetch_one(self.log).await.unwrap()
    }

    pub async fn body(&self, position: i64) -> String {
        sqlx::query_scalar("select body from event_log.event where position = $1")
            .bind(position)
            .fetch_one(self.log)
            .await
            .unwrap()
    }

    pub async fn set_body(&self, position: i64, body: &str) {
        sqlx::query("update event_log.event set body = $2 where position = $1")
            .bind(position)
            .bind(body)
            .execute(self.log)
            .await
            .unwrap();
    }

    /// Does it; answers which position is bad from then on, and what must be said. No position where no event is bad: what
    /// is wrong is the head, or a note, which says nothing of any event. Nothing when the log has nothing that can be altered
    /// so: no two ciphertexts, or what another way left.
    pub async fn alter(&self, way: Way, dice: &mut Dice) -> Option<(Option<i64>, What)> {
        let &Self { region, log, .. } = self;
        let size: i64 = sqlx::query_scalar("select count(*) from event_log.event").fetch_one(log).await.unwrap();
        // What was not signed yet can be altered unseen by whoever covers it: see the README.
        let signed = self.newest().await?.size.min(size);
        if signed < 3 || !self.is_whole().await {
            return None;
        }
        let at = dice.from(1, signed);
        Some(match way {
            Way::Edit => {
                let anywhere = dice.from(1, size);
                self.set_body(anywhere, &edited(&self.body(anywhere).await)).await;
                (Some(anywhere), What::Leaf)
            }
            Way::EditCovered => {
                self.set_body(at, &edited(&self.body(at).await)).await;
                self.cover().await;
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
                sql(log, format!("update event_log.event set {set} where position = {at}")).await;
                (Some(at), What::Column)
            }
            Way::EditActorCovered => {
                let actor = "00000000-0000-4000-8000-00000000beef";
                let mut event: Value = serde_json::from_str(&self.body(at).await).unwrap();
                event["actor"] = actor.into();
                self.set_body(at, &event.to_string()).await;
                sql(log, format!("update event_log.event set actor = '{actor}' where position = {at}")).await;
                self.cover().await;
                (Some(at), What::Altered)
            }
            Way::EditLeaf => {
                sql(log, format!("update event_log.event set leaf = sha256(leaf) where position = {at}")).await;
                (Some(at), What::Leaf)
            }
            Way::Delete => {
                sql(log, format!("delete from event_log.event where position = {at}")).await;
                (Some(at), What::Missing)
            }
            Way::DeleteCovered => {
                let at = at.min(size - 1);
                sql(log, format!("delete from event_log.event where position = {at}")).await;
                // By way of negative positions, so that no two are the same meanwhile.
                let moved = format!(
                    r#"update event_log.event set position = 1 - position,
                              body = replace(body, '"position":' || position || ',', '"position":' || position - 1 || ',')
                       where position > {at};
                       update event_log.event set position = -position where position < 0"#
                );
                sql(log, moved).await;
                self.cover().await;
                (Some(at), What::Altered)
            }
            Way::Swap | Way::SwapCovered => {
                let (first, second) = (at.min(signed - 1), at.min(signed - 1) + 1);
                let (mut one, mut other) = (self.body(first).await, self.body(second).await);
                if way == Way::SwapCovered {
                    let place = |position: i64| format!(r#""position":{position},"#);
                    one = one.replace(&place(first), &place(second));
                    other = other.replace(&place(second), &place(first));
                }
                sql(log, format!("update event_log.event set position = -1 where position = {first}")).await;
                sql(log, format!("update event_log.event set position = {first} where position = {second}")).await;
                sql(log, format!("update event_log.event set position = {second} where position = -1")).await;
                self.set_body(first, &other).await;
                self.set_body(second, &one).await;
                if way == Way::Swap {
                    return Some((Some(first), What::OutOfPlace));
                }
                self.cover().await;
                (Some(first), What::Altered)
            }
            Way::SwapCiphertextsCovered => {
                let sealed: Vec<i64> = sqlx::query_scalar(
                    r#"select position from event_log.event where position <= $1 and body like '%"sealed":"%' order by position"#,
                )
                .bind(signed)
                .fetch_all(log)
                .await
                .unwrap();
                if sealed.len() < 2 {
                    return None;
                }
                let first = usize::try_from(dice.below(i64::try_from(sealed.len()).unwrap() - 1)).unwrap();
                let (first, second) = (sealed[first], sealed[first + 1]);
                let (one, other) = (self.body(first).await, self.body(second).await);
                let cipher = |text: &str| {
                    let at = text.find("\"sealed\":\"").unwrap() + 10;
                    text[at..at + text[at..].find('"').unwrap()].to_owned()
                };
                self.set_body(first, &one.replacen(&cipher(&one), &cipher(&other), 1)).await;
                self.set_body(second, &other.replacen(&cipher(&other), &cipher(&one), 1)).await;
                self.cover().await;
                (Some(first), What::Altered)
            }
            Way::Truncate => {
                sql(log, format!("delete from event_log.event where position >= {at}")).await;
                (Some(at), What::CutOff)
            }
            Way::TruncateCovered => {
                let at = at.max(2);
                sql(log, format!("delete from event_log.event where position >= {at}")).await;
                self.cover().await;
                (Some(at), What::CutOff)
            }
            Way::Insert => {
                let added = self
                    .body(size)
                    .await
                    .replace(&format!(r#""position":{size},"#), &format!(r#""position":{},"#, size + 1));
                sql(log, format!("insert into event_log.event (region, position, stream, version, type, actor, recorded_at, leaf, body)
                    select region, {} , stream || '0', 1, type, actor, recorded_at, leaf, body from event_log.event where position = {size}", size + 1)).await;
                self.set_body(size + 1, &added).await;
                sql(
                    log,
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
                let other = self.body(at).await.replace(&format!(r#""region":"{region}""#), r#""region":"elders""#);
                self.set_body(at, &other).await;
                (Some(at), What::OutOfPlace)
            }
            Way::Backdate => {
                let at = at.max(2);
                let mut event: Value = serde_json::from_str(&self.body(at).await).unwrap();
                event["time"] = "2020-01-01T00:00:00.000000Z".into();
                self.set_body(at, &event.to_string()).await;
                sql(
                    log,
                    format!("update event_log.event set recorded_at = '2020-01-01T00:00:00Z' where position = {at}"),
                )
                .await;
                (Some(at), What::TimeRunsBack)
            }
            Way::ForgeFrontier => {
                sql(
                    log,
                    "update event_log.head set frontier = set_byte(frontier, 3, (get_byte(frontier, 3) + 1) % 256)"
                        .to_owned(),
                )
                .await;
                (None, What::Head)
            }
            Way::ForgePosition => {
                sql(log, "update event_log.head set position = position + 5".to_owned()).await;
                (Some(size + 1), What::CutOff)
            }
            Way::ForgeMoment => {
                sql(log, "update event_log.head set recorded_at = recorded_at + interval '1 day'".to_owned()).await;
                (None, What::Head)
            }
            Way::DeleteHead => {
                sql(log, "delete from event_log.head".to_owned()).await;
                (None, What::Head)
            }
            Way::Empty => {
                sql(log, "delete from event_log.event; delete from event_log.head".to_owned()).await;
                (Some(1), What::CutOff)
            }
            _ => return self.alter_notes(way, dice).await,
        })
    }
}

/// One character of the event's own id: its schema fits as before.
fn edited(text: &str) -> String {
    let at = text.find(r#""id":""#).unwrap() + 6 + 35;
    let other = if &text[at..=at] == "0" { "1" } else { "0" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}
