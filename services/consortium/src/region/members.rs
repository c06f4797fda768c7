//! Members as their own histories tell, and where those are silent the region's own stream.

mod quorum;

pub(crate) use quorum::quorum;

use crate::region::consortium::{Consortium, school::School};
use crate::region::member::{Asking, Command, Earlier, Member, MemberId};
use chassis::Hub;
use decider::Aggregate;
use event_log::Error;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::{ActorId, BranchCode, RegionId};

/// A member as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub own: Member,
    pub earlier: Earlier,
}

impl Known {
    /// The school it is, while it takes part.
    pub fn school(&self) -> Option<&School> {
        self.own.school(&self.earlier)
    }

    /// Whether it takes part.
    pub fn takes_part(&self) -> bool {
        self.own.takes_part(&self.earlier)
    }

    /// Who holds its seat in the working group.
    pub fn seat(&self) -> Option<ActorId> {
        self.own.seat(&self.earlier)
    }

    /// What is asked of it.
    pub fn asked(&self, command: Command) -> Asking {
        Asking { earlier: self.earlier.clone(), command }
    }
}

/// One member.
///
/// # Errors
/// When the log does not answer.
pub(crate) async fn known(hub: &Hub, region: &RegionId, id: &MemberId) -> Result<Known, Error> {
    Ok(all(hub, region, std::slice::from_ref(id)).await?.pop().unwrap_or_default())
}

/// Of these schools, each that the region has or had, and of the others that it has not.
///
/// # Errors
/// When the log does not answer.
pub(crate) async fn schools_among(
    hub: &Hub,
    region: &RegionId,
    schools: &BTreeSet<BranchCode>,
) -> Result<BTreeMap<BranchCode, Known>, Error> {
    let ids: Vec<MemberId> = schools.iter().cloned().map(MemberId::School).collect();
    Ok(schools.iter().cloned().zip(all(hub, region, &ids).await?).collect())
}

async fn all(hub: &Hub, region: &RegionId, ids: &[MemberId]) -> Result<Vec<Known>, Error> {
    let own: Vec<Member> =
        hub.log.load_all::<Member>(region, ids).await?.into_iter().map(|loaded| loaded.state).collect();
    // The region's own stream is as long as it was when members got histories: it is read for who needs it only.
    let founding = match &own.iter().zip(ids).filter(|(own, _)| !own.is_told()).collect::<Vec<_>>()[..] {
        [] => None,
        [(_, id)] => Some(about(hub, region, id).await?),
        _ => Some(hub.log.load::<Consortium>(region, region).await?.state),
    };
    let earlier = |id: &MemberId, own: &Member| match &founding {
        Some(founding) if !own.is_told() => founding.earlier(id),
        _ => Earlier::default(),
    };
    Ok(ids.iter().zip(own).map(|(id, own)| Known { earlier: earlier(id, &own), own }).collect())
}

/// The region as far as its own stream is about one member.
async fn about(hub: &Hub, region: &RegionId, id: &MemberId) -> Result<Consortium, Error> {
    let stream = format!("{}/{region}", Consortium::CATEGORY);
    let mut region_of_it = Consortium::default();
    for event in hub.log.history_holding(region, &stream, &id.number()).await? {
        region_of_it = region_of_it.evolve(event.event()?);
    }
    Ok(region_of_it)
}
