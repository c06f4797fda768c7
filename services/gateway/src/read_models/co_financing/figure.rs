//! The figures of the statement: each is the sum of some lines, and this is which.

use super::rounding::of_hours;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A figure that is a sum of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// Toegezegd: realised, and what sessions to come will bring.
    Committed,
    /// The lines that are not reversed (gerealiseerd).
    Realised,
    /// The lines that the company signed (ondertekend door het bedrijf).
    Signed,
    /// The lines that the region verified (geverifieerd door de regio).
    Verified,
}

impl Figure {
    /// Every figure, widest first.
    pub const ALL: [Self; 4] = [Self::Committed, Self::Realised, Self::Signed, Self::Verified];

    /// As it stands in an address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Realised => "realised",
            Self::Signed => "signed",
            Self::Verified => "verified",
        }
    }

    /// How the figure comes about.
    #[must_use]
    pub const fn in_english(self) -> &'static str {
        match self {
            Self::Committed => {
                "All realised lines, and for sessions to come: pupils enrolled × planned minutes × share × rate, under the policy valid on the day of the session."
            }
            Self::Realised => "All lines that were not taken back or rejected.",
            Self::Signed => "Realised lines that the company has signed for as they stand.",
            Self::Verified => "Signed lines that another person of the region has verified.",
        }
    }

    /// The same in Dutch.
    #[must_use]
    pub const fn in_dutch(self) -> &'static str {
        match self {
            Self::Committed => {
                "Alle gerealiseerde regels, en voor komende bijeenkomsten: ingeschreven leerlingen × geplande minuten × aandeel × tarief, volgens het beleid dat op die dag geldt."
            }
            Self::Realised => "Alle regels die niet zijn teruggedraaid of afgewezen.",
            Self::Signed => "Gerealiseerde regels waarvoor het bedrijf heeft getekend zoals ze nu zijn.",
            Self::Verified => "Ondertekende regels die een andere persoon van de regio heeft geverifieerd.",
        }
    }
}

/// Lines of a scheme within dates ($2, $3, $4) that count for a figure ($5), and sessions to come for the widest one.
///
/// Everything that adds up a figure or lists what is behind it selects from here, so that they agree.
pub(super) fn behind() -> String {
    let each = of_hours("policy.rate", "planned.minutes", "policy.share");
    format!(
        "
    select line.reference, line.kind, line.company, line.date, line.amount, line.minutes, line.share, line.rate, line.policy_version,
           line.session, line.attendance_day, 1::bigint as pupils,
           line.position as line_position, line.attendance_position, entry.signed_position, entry.verified_position, null::bigint as session_position
    from co_financing.line join co_financing.entry on entry.region = line.region and entry.id = line.entry
    where line.region = $1 and line.living and line.scheme = $2 and line.date between $3 and $4
      and ($5 in ('committed', 'realised') or (entry.signed_position is not null and ($5 = 'signed' or entry.verified_position is not null)))
    union all
    select 'session/' || planned.session, 'planned', planned.company, planned.date,
           -- As for a line: each pupil's share is rounded by itself.
           least(greatest(planned.enrolled * {each}, -9223372036854775807), 9223372036854775807)::bigint, planned.minutes, policy.share, policy.rate,
           policy.version, planned.session, null, planned.enrolled,
           null, null, null, null, planned.last_position
    from co_financing.planned
    cross join lateral (
        select version, share, rate from co_financing.policy
        where policy.region = planned.region and policy.valid_from <= planned.date order by version desc limit 1) policy
    where $5 = 'committed' and planned.region = $1 and planned.date between $3 and $4
      and planned.status in ('planned', 'running') and planned.enrolled > 0 and policy.rate is not null
      and $2 = coalesce((select scheme from co_financing.occasion
                         where occasion.region = planned.region and occasion.session = planned.session and occasion.company = planned.company), 'sto')
      and not exists (select from co_financing.line where line.region = planned.region and line.session = planned.session and line.living)"
    )
}
