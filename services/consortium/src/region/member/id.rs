//! Which member: the same school or partner always has the same stream, so that it joins once.

use proto_schemas::consortium::consortium::Partner;
use std::fmt::{Display, Formatter};
use std::str::FromStr;
use vocabulary::BranchCode;

/// One member. Written with a colon, which no region has: its stream is never the region's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemberId {
    /// A secondary school.
    School(BranchCode),
    /// Another partner.
    Partner(Partner),
}

impl MemberId {
    /// What stands before the colon.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::School(_) => "school",
            Self::Partner(Partner::PrimarySchool(_)) => "primary-school",
            Self::Partner(Partner::Mbo(_)) => "mbo",
            Self::Partner(Partner::Company(_)) => "company",
            Self::Partner(Partner::Other(_)) => "other",
        }
    }

    /// What stands behind the colon, and in each event about it.
    #[must_use]
    pub fn number(&self) -> String {
        match self {
            Self::School(school) | Self::Partner(Partner::PrimarySchool(school)) => school.to_string(),
            Self::Partner(Partner::Mbo(institution)) => institution.to_string(),
            Self::Partner(Partner::Company(company)) => company.to_string(),
            Self::Partner(Partner::Other(partner)) => partner.to_string(),
        }
    }
}

impl Display for MemberId {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind(), self.number())
    }
}

/// The text names no member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a member is a kind, a colon and an id, such as school:02LB00")]
pub struct NoMember;

impl FromStr for MemberId {
    type Err = NoMember;

    fn from_str(text: &str) -> Result<Self, NoMember> {
        let (kind, id) = text.split_once(':').ok_or(NoMember)?;
        let member = match kind {
            "school" => id.parse().ok().map(Self::School),
            "primary-school" => id.parse().ok().map(|id| Self::Partner(Partner::PrimarySchool(id))),
            "mbo" => id.parse().ok().map(|id| Self::Partner(Partner::Mbo(id))),
            "company" => id.parse().ok().map(|id| Self::Partner(Partner::Company(id))),
            "other" => id.parse().ok().map(|id| Self::Partner(Partner::Other(id))),
            _ => None,
        };
        member.ok_or(NoMember)
    }
}
