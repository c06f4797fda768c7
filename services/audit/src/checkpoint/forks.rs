//! Whether a raised epoch was declared by the operator, and fits what the signer remembers.

use super::growing::Expected;
use super::{NotCut, Notary};
use crate::signer::Remembered;
use bus::{Head, LogSource};
use proofs::Declaration;
use proto_schemas::restore::{CATEGORY, event_type};
use serde_json::Value;
use vocabulary::RegionId;

impl Notary {
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
        let (event, said) = self.declared(region, log, head).await?;
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
        head: &Head,
    ) -> Result<(event_log::Recorded, Declaration), NotCut> {
        let service = log.service();
        let altered = |reason: String| NotCut::Altered { service: service.to_owned(), reason };
        let key = self.operator_key.as_ref().ok_or_else(|| {
            altered(format!("it is of epoch {}, and this process does not know the operator's key", head.epoch))
        })?;
        let history = log.history(region, &format!("{CATEGORY}/{}", head.epoch)).await;
        let event = history.map_err(|error| NotCut::Log(service.to_owned(), error))?.into_iter().next();
        let event = event.filter(|event| event.event_type == event_type(service)).ok_or_else(|| {
            altered(format!(
                "its epoch was raised to {}, and no restore is declared; if it was restored: `regiohub restored {region} \
                 --service {service} --afterwards --reason TEXT`",
                head.epoch
            ))
        })?;
        let data: Value = serde_json::from_str(&event.text).unwrap_or_default();
        let said = Declaration::signed(data["data"]["note"].as_str().unwrap_or_default(), key);
        let said = said.map_err(|error| altered(format!("{} declares nothing: {error}", event.position)))?;
        let placed = event.position.unsigned_abs().checked_sub(1);
        let fits = said.origin == self.origin(region, service)
            && said.to_epoch == head.epoch.unsigned_abs()
            && placed.is_some_and(|kept| if said.afterwards { kept >= said.position } else { kept == said.position });
        if fits {
            Ok((event, said))
        } else {
            Err(altered(format!("what {} declares is about another place", event.position)))
        }
    }
}
