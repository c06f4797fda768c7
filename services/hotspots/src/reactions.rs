//! What happens here because of what happened elsewhere.

use crate::attendance::{Attendance, commands::Command as AttendanceCommand};
use crate::hotspot::{Hotspot, commands::Command as HotspotCommand};
use crate::known_contracts::{self, KnownContracts};
use bus::{CannotReact, Projection, Reaction};
use chassis::Hub;
use decider::Asked;
use event_log::Recorded;
use proto_schemas::agreements::contract;
use proto_schemas::co_financing::claim;
use std::time::Duration;
use vocabulary::{ContractId, HotspotId};

/// How long one attempt waits for a lookup.
const PATIENCE: Duration = Duration::from_millis(500);

/// A signed contract lets its schools in; an amended one nobody until it is signed again.
pub struct ContractReachesHotspot {
    pub(crate) hub: Hub,
}

impl Reaction for ContractReachesHotspot {
    const NAME: &'static str = "contract-reaches-hotspot";
    const LOGS: &'static [&'static str] = &["agreements"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["contract"]);

    async fn react(&self, happened: &Recorded, asked: Asked) -> Result<(), CannotReact> {
        let contract: ContractId =
            happened.stream_id().ok_or_else(|| CannotReact::Never("a contract has an id".into()))?;
        let (hotspot, command) = match happened.event()? {
            contract::Event::Concluded { hotspot, schools, .. } => {
                (hotspot, HotspotCommand::AttachContract { contract, schools })
            }
            contract::Event::SchoolJoined { hotspot, school, .. } => {
                (hotspot, HotspotCommand::AttachContract { contract, schools: vec![school] })
            }
            contract::Event::Amended { .. } => {
                let hotspot = self.hotspot_of(happened, contract).await?;
                (hotspot, HotspotCommand::DetachContract { contract })
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
        let (hub, region) = (&self.hub, &amended.region);
        let read = hub.progress.wait_for(KnownContracts::NAME, "agreements", region, amended.position, PATIENCE).await;
        let hotspot = known_contracts::hotspot_of(&hub.db, region, contract).await?;
        hotspot.ok_or_else(|| CannotReact::lacking("the contract that was amended", read.is_ok()))
    }
}

/// A claimed attendance day stays as it is.
pub struct ClaimLocksDays {
    pub(crate) hub: Hub,
}

impl Reaction for ClaimLocksDays {
    const NAME: &'static str = "claim-locks-days";
    const LOGS: &'static [&'static str] = &["co-financing"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["claim"]);

    async fn react(&self, happened: &Recorded, asked: Asked) -> Result<(), CannotReact> {
        let claim::Event::DayClaimed { claim, attendance_days } = happened.event()? else { return Ok(()) };
        let mut batch = self.hub.log.batch(&happened.region);
        for day in &attendance_days {
            batch.add::<Attendance>(day, AttendanceCommand::Lock { claim });
        }
        if !batch.is_empty() {
            batch.commit(&asked).await?;
        }
        Ok(())
    }
}
