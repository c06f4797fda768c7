//! What an operator gives out at the command line stands in the audit's own log, before anything is opened.

use super::reach::Reached;
use ::audit::disclosure::{Disclosure, commands::Command};
use decider::{Asked, Clock};
use event_log::{Database, EventLog};
use vocabulary::{Actor, ActorId, DisclosureId, RegionId, Role};

/// Records a disclosure in the audit's log of the region; `oin` is the organisation's number, as the hub has it.
///
/// # Errors
/// When it cannot be written: then nothing may be opened.
pub(super) async fn recorded(reached: &Reached, region: &RegionId, oin: &str, command: Command) -> anyhow::Result<()> {
    let database = Database::open(reached.options("audit"), 2).await?;
    let log = EventLog::new("audit", oin, &database, Clock::system());
    // Whoever has the keys of the installation acts as its operator: there is no token that says who.
    let by = Actor { id: ActorId::derived(&["command line"]), role: Role::Operator, organisation: None };
    let asked = Asked::new(by, Clock::system().now());
    log.execute::<Disclosure>(region, &DisclosureId::fresh(), command, &asked).await?;
    Ok(())
}
