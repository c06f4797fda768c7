//! Who must take part before a plan is adopted: found on the log, and held to it while the plan is written.

use super::Known;
use crate::region::consortium::{Consortium, Partners};
use crate::region::member::{Command::Stay, Member, MemberId};
use chassis::Hub;
use event_log::{Batch, Error};
use std::collections::BTreeSet;
use vocabulary::RegionId;

/// How many members are looked at in one round trip.
const CHUNK: usize = 100;

/// Those that were found.
#[derive(Default)]
pub(crate) struct Quorum {
    /// What a plan needs to know of them.
    pub partners: Partners,
    members: Vec<(MemberId, Known)>,
}

impl Quorum {
    /// What is written together with this is written while all of them take part.
    pub fn stays(self, batch: &mut Batch) {
        for (id, known) in self.members {
            batch.add::<Member>(&id, known.asked(Stay));
        }
    }
}

/// As many of each kind as a plan needs, or all there are.
///
/// # Errors
/// When the log does not answer.
pub(crate) async fn quorum(hub: &Hub, region: &RegionId) -> Result<Quorum, Error> {
    let founding = hub.log.load::<Consortium>(region, region).await?.state;
    let mut quorum = Quorum::default();
    for (kind, wanted) in [("school", 2), ("mbo", 1), ("company", 1), ("primary-school", 1)] {
        let mut ids: BTreeSet<MemberId> = founding.members().filter(|id| id.kind() == kind).collect();
        let streams = hub.log.streams(region, &format!("consortium/{kind}:"), None).await?;
        ids.extend(streams.iter().filter_map(|stream| stream.split_once('/')?.1.parse().ok()));
        let found = some_of(hub, region, &founding, &Vec::from_iter(ids), wanted).await?;
        match kind {
            "school" => quorum.partners.vmbo_schools = found.len(),
            "mbo" => quorum.partners.mbo = !found.is_empty(),
            "company" => quorum.partners.company = !found.is_empty(),
            _ => quorum.partners.primary_school = !found.is_empty(),
        }
        quorum.members.extend(found);
    }
    Ok(quorum)
}

async fn some_of(
    hub: &Hub,
    region: &RegionId,
    founding: &Consortium,
    ids: &[MemberId],
    wanted: usize,
) -> Result<Vec<(MemberId, Known)>, Error> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        for (id, loaded) in ids.iter().zip(hub.log.load_all::<Member>(region, ids).await?) {
            let known = Known { earlier: founding.earlier(id), own: loaded.state };
            let counts = match id {
                MemberId::School(_) => known.school().is_some_and(|school| school.vmbo),
                MemberId::Partner(_) => known.takes_part(),
            };
            if counts {
                found.push((id.clone(), known));
            }
            if found.len() == wanted {
                return Ok(found);
            }
        }
    }
    Ok(found)
}
