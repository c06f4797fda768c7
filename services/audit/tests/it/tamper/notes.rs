//! The ways that alter what was signed, or sign something else.

use super::{Dice, Owned, Way, edited, sql};
use evidence::verify::What;
use proofs::{Checkpoint, Frontier, Kind, Note, Signer, leaf_hash};

/// A checkpoint as its row has it.
#[derive(sqlx::FromRow)]
pub struct Kept {
    pub epoch: i32,
    pub size: i64,
    note: String,
}

impl Owned<'_> {
    /// The checkpoint that reaches furthest, as the rows say.
    pub async fn newest(&self) -> Option<Kept> {
        self.kept_notes().await.pop()
    }

    async fn kept_notes(&self) -> Vec<Kept> {
        let rows = "select epoch, size, note from checkpoints.checkpoint where service = $1 order by epoch, size";
        sqlx::query_as(rows).bind(self.service).fetch_all(self.audit).await.unwrap()
    }

    async fn set_note(&self, row: &Kept, note: &str) {
        sqlx::query("update checkpoints.checkpoint set note = $1 where service = $2 and epoch = $3 and size = $4")
            .bind(note)
            .bind(self.service)
            .bind(row.epoch)
            .bind(row.size)
            .execute(self.audit)
            .await
            .unwrap();
    }

    async fn insert_note(&self, epoch: i32, size: i64, note: &str) {
        sqlx::query(
            "insert into checkpoints.checkpoint (region, service, epoch, size, cut_at, note, frontier)
             values ($1, $2, $3, $4, now(), $5, '') on conflict do nothing",
        )
        .bind(self.region)
        .bind(self.service)
        .bind(epoch)
        .bind(size)
        .bind(note)
        .execute(self.audit)
        .await
        .unwrap();
    }

    /// A key that the hub does not have, called as the one that signs.
    async fn own(&self) -> Signer {
        let name: String = sqlx::query_scalar("select verifier from checkpoints.signing_key order by number limit 1")
            .fetch_one(self.audit)
            .await
            .unwrap();
        Signer::new(name.split('+').next().unwrap(), &[1; 32]).unwrap()
    }

    /// The log as it stands, up to a size, signed.
    async fn signed_anew(&self, signer: &Signer, size: i64, epoch: u32) -> String {
        let bodies: Vec<String> =
            sqlx::query_scalar("select body from event_log.event where position <= $1 order by position")
                .bind(size)
                .fetch_all(self.log)
                .await
                .unwrap();
        let mut tree = Frontier::default();
        bodies.iter().for_each(|body| tree.push(leaf_hash(body)));
        let domain = signer.verifier(Kind::Log).name().to_owned();
        let origin = format!("{domain}/{}", self.service);
        let text = Checkpoint { origin, size: size.unsigned_abs(), root: tree.root(), epoch }.to_string();
        Note { signatures: vec![signer.sign(&text)], text }.to_string()
    }

    /// Edits an event that an older checkpoint covers as well, and makes leaves and head fit; where.
    async fn edit_covered(&self, dice: &mut Dice) -> Option<i64> {
        let notes = self.kept_notes().await;
        let [.., older, _] = notes.as_slice() else { return None };
        let there: i64 = sqlx::query_scalar("select count(*) from event_log.event").fetch_one(self.log).await.unwrap();
        let at = dice.from(1, older.size.min(there));
        self.set_body(at, &edited(&self.body(at).await)).await;
        self.cover().await;
        Some(at)
    }

    pub(super) async fn alter_notes(&self, way: Way, dice: &mut Dice) -> Option<(Option<i64>, What)> {
        let &Self { service, audit, .. } = self;
        let row = self.newest().await?;
        let signed = row.size;
        Some(match way {
            Way::ForgeCheckpoint => {
                let (size, next) = (format!("\n{signed}\n"), format!("\n{}\n", signed + 1));
                self.set_note(&row, &row.note.replacen(&size, &next, 1)).await;
                (None, What::Forged)
            }
            Way::SignatureOfAnother => {
                let note: Note = row.note.parse().ok()?;
                let forged = Note { signatures: vec![self.own().await.sign(&note.text)], text: note.text };
                self.set_note(&row, &forged.to_string()).await;
                (None, What::UnknownKey)
            }
            Way::KeyOfAnEarlierRotation => {
                let earlier = match self.earlier {
                    Some(secret) => Signer::new(self.own().await.verifier(Kind::Log).name(), &secret).unwrap(),
                    None => self.own().await,
                };
                let at = self.edit_covered(dice).await?;
                let note = self.signed_anew(&earlier, signed, 1).await;
                self.set_note(&row, &note).await;
                (Some(at), What::Altered)
            }
            Way::OwnKeyWithTheTrueName => {
                let own = self.own().await;
                let at = self.edit_covered(dice).await?;
                let verifier = own.verifier(Kind::Log);
                sql(audit, format!("update checkpoints.signing_key set verifier = '{verifier}'")).await;
                let note = self.signed_anew(&own, signed, 1).await;
                self.set_note(&row, &note).await;
                (Some(at), What::Altered)
            }
            Way::NoteOfAnotherLog => {
                let other: Option<String> =
                    sqlx::query_scalar("select note from checkpoints.checkpoint where service <> $1 limit 1")
                        .bind(service)
                        .fetch_optional(audit)
                        .await
                        .unwrap();
                self.set_note(&row, &other?).await;
                (None, What::OtherLog)
            }
            Way::TruncatedCosignature => {
                let note: Note = row.note.parse().ok()?;
                let line =
                    Signer::new("school.example", &[2; 32]).unwrap().cosign(&note.text, 1_700_000_000).to_string();
                sqlx::query(
                    "insert into checkpoints.handed (region, witness, service, epoch, size, tried_at, cosignature)
                     values ($1, 'school', $2, $3, $4, now(), $5) on conflict do nothing",
                )
                .bind(self.region)
                .bind(service)
                .bind(row.epoch)
                .bind(row.size)
                .bind(&line[..line.len() / 2 + 1])
                .execute(audit)
                .await
                .unwrap();
                (None, What::CheckpointUnreadable)
            }
            Way::TwoNotesOfOneSize => {
                let note: Note = row.note.parse().ok()?;
                let said: Checkpoint = note.text.parse().ok()?;
                let text = Checkpoint { root: [7; 32], ..said }.to_string();
                let note = Note { signatures: vec![self.own().await.sign(&text)], text };
                self.insert_note(row.epoch + 1, row.size, &note.to_string()).await;
                (None, What::UnknownKey)
            }
            Way::ReorderedCheckpoints | Way::DuplicatedCheckpoint => {
                let mut notes = self.kept_notes().await;
                let (newest, older) = (notes.pop()?, notes.pop()?);
                self.set_note(&older, &newest.note).await;
                if way == Way::ReorderedCheckpoints {
                    self.set_note(&newest, &older.note).await;
                }
                (None, What::Contradiction)
            }
            Way::ForgedEpoch => {
                let own = self.own().await;
                let at = self.edit_covered(dice).await?;
                let note = self.signed_anew(&own, signed, 2).await;
                self.insert_note(2, signed, &note).await;
                (Some(at), What::Altered)
            }
            Way::RaisedEpoch => {
                let at = self.edit_covered(dice).await?;
                sql(self.log, "update event_log.head set epoch = epoch + 1".to_owned()).await;
                (Some(at), What::Fork)
            }
            Way::EditKeptLeaf => {
                let at = dice.from(1, signed);
                let (row, byte) = ((at - 1) / 256, (at - 1) % 256 * 32);
                sql(audit, format!("update checkpoints.leaves set leaves = set_byte(leaves, {byte}, (get_byte(leaves, {byte}) + 1) % 256) where service = '{service}' and number = {row}")).await;
                (Some(at), What::KeptLeaf)
            }
            _ => return None,
        })
    }
}
