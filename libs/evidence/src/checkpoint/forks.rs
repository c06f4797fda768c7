//! Whether a raised epoch was declared by the operator, and fits what the signer remembers.

use super::growing::Expected;
use super::{LEAVES, NotCut, Notary, kept_leaves};
use crate::signer::Remembered;
use bus::{Head, LogSource};
use event_log::{Recorded, tenant};
use proofs::Declaration;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use vocabulary::RegionId;
use vocabulary::restore::{CATEGORY, event_type};

/// How an epoch of a log began: the log went on differently from an earlier point (afsplitsing).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditFork)]
pub struct Fork {
    /// Whether the log holds a declaration that the operator signed, with the key that this hub knows. Whoever checks gives
    /// the operator's key themselves: `regiohub audit verify --operator-key`.
    pub declared: bool,
    /// The position of the event that declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_at: Option<i64>,
    /// The last position that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// The reason that the operator declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether it was declared later than the log went on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<bool>,
    /// The first position at which the log differs from what was signed in the epoch before; absent when it differs nowhere,
    /// as far as the leaves tell that were kept of both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diverges_at: Option<u64>,
}

impl Notary {
    /// How a raised epoch of a log began, as the log says now.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn fork(&self, region: &RegionId, service: &str, epoch: i32) -> Result<Fork, NotCut> {
        let mut undeclared = Fork {
            declared: false,
            declared_at: None,
            position: None,
            reason: None,
            afterwards: None,
            diverges_at: None,
        };
        let Some(log) = self.logs.iter().find(|log| log.service() == service) else { return Ok(undeclared) };
        match self.declared(region, log, epoch).await {
            Ok((event, said)) => Ok(Fork {
                declared: true,
                declared_at: Some(event.position),
                position: Some(said.position),
                reason: Some(said.reason),
                afterwards: Some(said.afterwards),
                diverges_at: self.diverges_at(region, service, epoch, said.position).await?,
            }),
            Err(NotCut::Altered { .. }) => {
                undeclared.diverges_at = self.diverges_at(region, service, epoch, 0).await?;
                Ok(undeclared)
            }
            Err(error) => Err(error),
        }
    }

    /// The first position behind `kept` at which the leaves kept of an epoch are not those of the one before it.
    async fn diverges_at(&self, region: &RegionId, service: &str, epoch: i32, kept: u64) -> sqlx::Result<Option<u64>> {
        let mut transaction = tenant(&self.db, region).await?;
        let before: Option<i32> = sqlx::query_scalar(
            "select max(epoch) from checkpoints.leaves where region = $1 and service = $2 and epoch < $3",
        )
        .bind(region.as_str())
        .bind(service)
        .bind(epoch)
        .fetch_one(&mut *transaction)
        .await?;
        drop(transaction);
        let Some(before) = before else { return Ok(None) };
        for row in kept / LEAVES as u64.. {
            let then = kept_leaves(&self.db, region, service, before, row).await?;
            let now = kept_leaves(&self.db, region, service, epoch, row).await?;
            if let Some(at) = then.iter().zip(&now).position(|(then, now)| then != now) {
                return Ok(Some(row * LEAVES as u64 + at as u64 + 1));
            }
            if then.len() < LEAVES || now.len() < LEAVES {
                break;
            }
        }
        Ok(None)
    }

    /// The event that says how an epoch of a log began, and the note in it, whoever signed that.
    pub(crate) async fn declaration(
        &self,
        region: &RegionId,
        log: &LogSource,
        epoch: i32,
    ) -> Result<Option<(Recorded, String)>, bus::Error> {
        let event = log.history(region, &format!("{CATEGORY}/{epoch}")).await?.into_iter().next();
        let event = event.filter(|event| event.event_type == event_type(log.service()));
        Ok(event.map(|event| {
            let data: Value = serde_json::from_str(&event.text).unwrap_or_default();
            let note = data["data"]["note"].as_str().unwrap_or_default().to_owned();
            (event, note)
        }))
    }

    /// What the tree of a log of a raised epoch must have been, by the operator's declaration in it and by what was signed
    /// before.
    pub(super) async fn forked(
        &self,
        region: &RegionId,
        log: &LogSource,
        head: &Head,
        before: &Remembered,
    ) -> Result<Expected, NotCut> {
        let service = log.service();
        let altered = |reason: String| NotCut::Altered { service: service.to_owned(), reason };
        let (event, said) = self.declared(region, log, head.epoch).await?;
        if said.from_epoch < before.epoch {
            return Err(altered(format!(
                "it declares a fork of epoch {}, and {} was signed",
                said.from_epoch, before.epoch
            )));
        }
        let mut expected = Expected::default();
        expected.event(event.position.unsigned_abs(), &event.text);
        expected.root(said.position, said.root);
        if said.position >= before.size {
            expected.root(before.size, before.root);
            return Ok(expected);
        }
        let remembered = (before.epoch, before.size, before.root);
        match self.root_at(region, service, remembered, said.position).await? {
            Some(root) if root == said.root => Ok(expected),
            Some(_) => Err(altered(format!(
                "it declares a restore to {}, and the events up to there are not those that were signed",
                said.position
            ))),
            None => Err(NotCut::NotRemembered {
                service: service.to_owned(),
                reason: format!(
                    "the leaves kept aside do not tell whether the events up to {} are those that were signed; give \
                     the signer the note of size {} again",
                    said.position, before.size
                ),
            }),
        }
    }

    /// The operator's declaration of how the epoch of a log began.
    pub(super) async fn declared(
        &self,
        region: &RegionId,
        log: &LogSource,
        epoch: i32,
    ) -> Result<(Recorded, Declaration), NotCut> {
        let service = log.service();
        let altered = |reason: String| NotCut::Altered { service: service.to_owned(), reason };
        let key = self.operator_key.as_ref().ok_or_else(|| {
            altered(format!("it is of epoch {epoch}, and this process does not know the operator's key"))
        })?;
        let found = self.declaration(region, log, epoch).await;
        let found = found.map_err(|error| NotCut::Log(service.to_owned(), error))?;
        let (event, note) = found.ok_or_else(|| {
            altered(format!(
                "its epoch was raised to {epoch}, and no restore is declared; if it was restored: `regiohub restored \
                 {region} --service {service} --afterwards --reason TEXT`"
            ))
        })?;
        let said = Declaration::signed(&note, key);
        let said = said.map_err(|error| altered(format!("{} declares nothing: {error}", event.position)))?;
        let placed = event.position.unsigned_abs().checked_sub(1);
        let fits = said.origin == self.origin(region, service)
            && said.to_epoch == epoch.unsigned_abs()
            && placed.is_some_and(|kept| if said.afterwards { kept >= said.position } else { kept == said.position });
        if fits {
            Ok((event, said))
        } else {
            Err(altered(format!("what {} declares is about another place", event.position)))
        }
    }
}
