//! The services of the hub that keep a log: the one list of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{EnumCount, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

/// The log of one service in the region (logboek).
// To add a service: a line here. Whatever is needed for each one stops the build or a test until it has that one too.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    ToSchema,
    EnumCount,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
// The name that generated clients know it by.
#[schema(as = MandateLog)]
pub enum Service {
    /// The members, people, roles and policies of the region.
    Consortium,
    /// The hotspots, safety checks, sessions and attendance.
    Hotspots,
    /// The hotspot contracts and stage agreements.
    Agreements,
    /// The catalogue, rubrics, PTAs and grades.
    Assessments,
    /// The contributions of companies and the claims.
    CoFinancing,
    /// The mandates, looks, samples and disclosures.
    Audit,
}

impl Service {
    /// Every one, in the order in which their events usually happen.
    pub const ALL: [Self; Self::COUNT] = match Self::VARIANTS.first_chunk() {
        Some(all) => *all,
        None => panic!("as many as there are"),
    };

    /// Its name in addresses, subjects and events, such as `co-financing`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// The names of all.
    #[must_use]
    pub fn names() -> [&'static str; Self::COUNT] {
        Self::ALL.map(Self::as_str)
    }

    /// Whether other services read its log: nobody reads the audit's but the audit.
    #[must_use]
    pub const fn is_read_by_others(self) -> bool {
        !matches!(self, Self::Audit)
    }
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_reads_as_it_is_written_in_json() {
        for service in Service::ALL {
            assert_eq!(serde_json::to_value(service).unwrap(), service.as_str());
        }
    }
}
