//! One pupil's visit, as the session of it has it.

use chrono::{DateTime, NaiveDate, Utc};
use vocabulary::{BranchCode, CompanyId, HotspotId, PersonId, SessionId};

/// Who is expected where, as the session has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub pupil: PersonId,
    /// At which session.
    pub session: SessionId,
    /// At which hotspot.
    pub hotspot: HotspotId,
    /// At which company.
    pub company: CompanyId,
    /// The school that answers for the pupil.
    pub school: BranchCode,
    /// The day, in Amsterdam.
    pub date: NaiveDate,
    /// When the session starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}
