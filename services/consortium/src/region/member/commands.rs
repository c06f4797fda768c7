//! What may be asked of a member; why not, stands with the consortium's refusals.

use crate::region::consortium::{NewPartner, school::Details, school::School};
use chrono::NaiveDate;
use proto_schemas::consortium::consortium::Partner;
use vocabulary::{ActorId, BranchCode};

/// What is asked, and what the region's own stream says of the member.
#[derive(Clone, Debug)]
pub struct Asking {
    /// From before members had histories of their own.
    pub earlier: Earlier,
    /// What is asked.
    pub command: Command,
}

/// A member as the region's own stream left it. It never changes any more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earlier {
    /// Whether the region was founded.
    pub founded: bool,
    /// The school that takes part.
    pub school: Option<School>,
    /// Whether it is another partner that takes part.
    pub partner: bool,
    /// Who holds the school's seat in the working group.
    pub seat: Option<ActorId>,
}

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// A secondary school joins, or what is known of it changes.
    JoinSchool { school: BranchCode, details: Details, occurred_on: NaiveDate },
    /// A secondary school leaves.
    RemoveSchool { school: BranchCode, occurred_on: NaiveDate },
    /// Another partner joins.
    Join { partner: NewPartner, occurred_on: NaiveDate },
    /// Another partner leaves.
    Leave { partner: Partner, occurred_on: NaiveDate },
    /// Take a school's seat in the working group.
    TakeSeat { school: BranchCode, member: ActorId },
    /// Give it up.
    VacateSeat { school: BranchCode, member: ActorId },
    /// It takes part while something else is written that rests on that.
    Stay,
    /// It is a vmbo site of this board, which is to lead.
    Lead { board: String },
}

impl Command {
    /// The date of the fact, which is never after the moment asked.
    pub(super) fn occurred_on(&self) -> Option<NaiveDate> {
        match self {
            Self::JoinSchool { occurred_on, .. }
            | Self::RemoveSchool { occurred_on, .. }
            | Self::Join { occurred_on, .. }
            | Self::Leave { occurred_on, .. } => Some(*occurred_on),
            Self::TakeSeat { .. } | Self::VacateSeat { .. } | Self::Stay | Self::Lead { .. } => None,
        }
    }
}
