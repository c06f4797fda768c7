//! Finds the contract that a request is about, or says that it is not there.

use crate::contract::{Contract, Paper};
use chassis::Hub;
use event_log::Loaded;
use vocabulary::{ContractId, RegionId};
use web::{Caller, Problem, Touches};

/// A contract and its version.
pub(super) async fn contract(hub: &Hub, region: &RegionId, id: ContractId) -> Result<(Paper, i32), Problem> {
    let Loaded { state, version } = hub.log.load::<Contract>(region, &id).await?;
    match state {
        Contract::Written(paper) => Ok((*paper, version)),
        Contract::Unwritten => Err(Problem::not_found("contract", "hotspotcontract")),
    }
}

/// Whom a contract touches: its company, and every school, since any school of the region may sign it.
pub(super) fn of_contract(paper: &Paper, caller: &Caller) -> Touches {
    Touches::region().company(paper.subject.company).schools(&caller.scope().schools)
}
