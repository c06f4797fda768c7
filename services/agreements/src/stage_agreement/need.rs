//! Is a stage agreement needed? (R352, R163–R165, L4)

use proto_schemas::agreements::stage_agreement::Kind;
use schemars::JsonSchema;
use serde::Serialize;
use utoipa::ToSchema;

/// Under this age there is always an agreement (L4).
const ALWAYS_UNDER: u8 = 16;

/// Whether an agreement is needed, and the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The pupil is under 16 (verplicht: jonger dan 16).
    RequiredByAge,
    /// The stage lasts longer than a visit or a taster (verplicht: soort stage).
    RequiredByKind,
    /// A visit or a taster of a pupil of 16 or older (niet verplicht, wel aan te raden).
    Optional,
}

impl Need {
    /// Whether there must be one.
    #[must_use]
    pub fn is_required(self) -> bool {
        self != Self::Optional
    }

    /// The reason in English.
    #[must_use]
    pub fn because(self) -> &'static str {
        match self {
            Self::RequiredByAge => {
                "Required: a pupil under 16 works at a company only under an agreement that the parents sign (L4)."
            }
            Self::RequiredByKind => {
                "Required: a stage longer than a visit or a taster rests on an agreement between school and company."
            }
            Self::Optional => {
                "Not required for a visit or a taster from 16 years on. It is advised when working times, \
                 confidentiality, insurance or supervision need to be settled."
            }
        }
    }

    /// The reason in Dutch.
    #[must_use]
    pub fn omdat(self) -> &'static str {
        match self {
            Self::RequiredByAge => {
                "Verplicht: een leerling jonger dan 16 werkt alleen bij een bedrijf met een overeenkomst die de \
                 ouders tekenen (L4)."
            }
            Self::RequiredByKind => {
                "Verplicht: een stage die meer is dan een bezoek of snuffelstage berust op een overeenkomst tussen \
                 school en bedrijf."
            }
            Self::Optional => {
                "Niet verplicht voor een bezoek of snuffelstage vanaf 16 jaar. Aan te raden als werktijden, \
                 geheimhouding, verzekering of begeleiding geregeld moeten worden."
            }
        }
    }
}

/// Whether a pupil of this age needs an agreement for this kind of stage.
#[must_use]
pub fn agreement_needed(kind: Kind, age: u8) -> Need {
    match kind {
        _ if age < ALWAYS_UNDER => Need::RequiredByAge,
        Kind::Visit | Kind::Taster => Need::Optional,
        Kind::Block
        | Kind::Ribbon
        | Kind::ElectiveInPractice
        | Kind::Leerwerktraject
        | Kind::EntreeBol
        | Kind::EntreeBbl => Need::RequiredByKind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_sixteen_it_is_always_required() {
        assert_eq!(agreement_needed(Kind::Visit, 15), Need::RequiredByAge);
        assert_eq!(agreement_needed(Kind::Block, 15), Need::RequiredByAge);
    }

    #[test]
    fn from_sixteen_on_a_visit_and_a_taster_need_none_and_a_block_does() {
        assert_eq!(agreement_needed(Kind::Visit, 16), Need::Optional);
        assert_eq!(agreement_needed(Kind::Taster, 16), Need::Optional);
        assert_eq!(agreement_needed(Kind::Block, 16), Need::RequiredByKind);
        assert!(agreement_needed(Kind::Ribbon, 18).is_required());
    }

    // R163, R165
    #[test]
    fn where_none_is_needed_both_languages_say_when_one_is_advised() {
        let (english, dutch) = (Need::Optional.because(), Need::Optional.omdat());
        for word in ["advised", "working times", "confidentiality", "insurance", "supervision"] {
            assert!(english.contains(word), "{word}");
        }
        for word in ["Aan te raden", "werktijden", "geheimhouding", "verzekering", "begeleiding"] {
            assert!(dutch.contains(word), "{word}");
        }
    }
}
