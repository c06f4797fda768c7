//! What happens here because of what happened elsewhere.

use crate::attendance::{Attendance, commands::Command as AttendanceCommand};
use crate::hotspot::{Hotspot, commands::Command as HotspotCommand};
use crate::known_contracts;
use bus::{CannotReact, Reaction};
use chassis::Hub;
use decider::Asked;
use event_log::Recorded;
use proto_schemas::agreements::contract;
use proto_schemas::co_financing::claim;
use vocabulary::ContractId;

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
                let hotspot = known_contracts::hotspot_of(&self.hub.db, &happened.region, contract).await?;
                let unknown = || CannotReact::Later("it is not known yet for which hotspot this contract is".into());
                (hotspot.ok_or_else(unknown)?, HotspotCommand::DetachContract { contract })
            }
            contract::Event::DrawnUp { .. } | contract::Event::Signed { .. } => return Ok(()),
        };
        self.hub.log.execute::<Hotspot>(&happened.region, &hotspot, command, &asked).await?;
        Ok(())
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
