//! What an attendance day does because of what happened to a claim.

use super::{Attendance, Command};
use bus::{CannotReact, Reaction};
use chassis::Hub;
use decider::CommandContext;
use event_log::Recorded;
use proto_schemas::co_financing::claim;

/// A claimed attendance day stays as it is.
pub struct ClaimLocksDays {
    pub(crate) hub: Hub,
}

impl Reaction for ClaimLocksDays {
    const NAME: &'static str = "claim-locks-days";
    const LOGS: &'static [&'static str] = &["co-financing"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["claim"]);

    async fn react(&self, happened: &Recorded, asked: CommandContext) -> Result<(), CannotReact> {
        let claim::Event::DayClaimed { claim, attendance_days } = happened.event()? else { return Ok(()) };
        let mut batch = self.hub.log.batch(&happened.region);
        for day in &attendance_days {
            batch.add::<Attendance>(day, Command::Lock { claim });
        }
        if !batch.is_empty() {
            batch.commit(&asked).await?;
        }
        Ok(())
    }
}
