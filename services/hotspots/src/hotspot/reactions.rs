//! What a hotspot does because of what happened to a contract.

use super::{Command, Hotspot};
use crate::known_contracts::{self, KnownContracts};
use bus::{CannotReact, Reaction};
use chassis::Hub;
use decider::CommandContext;
use event_log::Recorded;
use projections::Projection;
use proto_schemas::agreements::contract;
use vocabulary::{ContractId, HotspotId};

/// A signed contract lets its schools in; an amended one nobody until it is signed again.
pub struct ContractReachesHotspot {
    pub(crate) hub: Hub,
}

impl Reaction for ContractReachesHotspot {
    const NAME: &'static str = "contract-reaches-hotspot";
    const LOGS: &'static [&'static str] = &["agreements"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["contract"]);

    async fn react(&self, happened: &Recorded, asked: CommandContext) -> Result<(), CannotReact> {
        let contract: ContractId =
            happened.stream_id().ok_or_else(|| CannotReact::Never("a contract has an id".into()))?;
        let (hotspot, command) = match happened.event()? {
            contract::Event::Concluded { hotspot, schools, .. } => {
                (hotspot, Command::AttachContract { contract, schools })
            }
            contract::Event::SchoolJoined { hotspot, school, .. } => {
                (hotspot, Command::AttachContract { contract, schools: vec![school] })
            }
            contract::Event::Amended { .. } => {
                let hotspot = self.hotspot_of(happened, contract).await?;
                (hotspot, Command::DetachContract { contract })
            }
            contract::Event::DrawnUp { .. } | contract::Event::Signed { .. } => return Ok(()),
        };
        self.hub.log.execute::<Hotspot>(&happened.region, &hotspot, command, &asked).await?;
        Ok(())
    }
}

impl ContractReachesHotspot {
    /// The contract was drawn up before it was amended, so the lookup knows it once it has read as far.
    async fn hotspot_of(&self, amended: &Recorded, contract: ContractId) -> Result<HotspotId, CannotReact> {
        let read = self.hub.progress.has_read(KnownContracts::NAME, "agreements", amended).await;
        let hotspot = known_contracts::hotspot_of(&self.hub.db, &amended.region, contract).await?;
        hotspot.ok_or_else(|| CannotReact::lacking("the contract that was amended", read))
    }
}
