//! What an operator gives out at the command line stands in the audit's own log, before anything is opened or written.

use super::reach::Reached;
use ::audit::oversight::disclosure::{Disclosure, commands::Command};
use anyhow::Context;
use decider::{Clock, CommandContext};
use event_log::{Database, EventLog};
use vocabulary::{Actor, ActorId, DisclosureId, RegionId, Role};

/// Records a disclosure in the audit's log of the region; `oin` is the organisation's number, as the hub has it.
///
/// # Errors
/// When it cannot be written: then nothing may be opened.
pub(super) async fn recorded(
    reached: &Reached,
    region: &RegionId,
    oin: &str,
    command: Command,
) -> anyhow::Result<DisclosureId> {
    let disclosure = DisclosureId::fresh();
    recorded_of(disclosure, (reached, region, oin), command).await?;
    Ok(disclosure)
}

/// Records what became of a disclosure.
///
/// # Errors
/// When it cannot be written.
pub(super) async fn recorded_of(
    disclosure: DisclosureId,
    (reached, region, oin): (&Reached, &RegionId, &str),
    command: Command,
) -> anyhow::Result<()> {
    let unrecorded = "this cannot be recorded in the audit's own log, so it is not done";
    let database = Database::open(reached.options("audit"), 2).await.context(unrecorded)?;
    let log = EventLog::new("audit", oin, &database, Clock::system());
    // Whoever has the keys of the installation acts as its operator: there is no token that says who.
    let by = Actor { id: ActorId::derived(&["command line"]), role: Role::Operator, organisation: None };
    let asked = CommandContext::new(by, Clock::system().now());
    log.execute::<Disclosure>(region, &disclosure, command, &asked).await.context(unrecorded)?;
    Ok(())
}
