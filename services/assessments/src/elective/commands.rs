//! What may be asked of an elective, and why not.

use proto_schemas::assessments::elective::Elective;
use vocabulary::ImportId;

/// What may be asked of an elective.
#[derive(Clone, Debug)]
pub enum Command {
    /// Take over what the files of SLO say.
    Import {
        /// The import that read it.
        import: ImportId,
        /// What was read.
        elective: Elective,
    },
    /// Add an elective of the region's own.
    Add {
        /// The elective.
        elective: Elective,
    },
    /// Change an elective of the region's own.
    Revise {
        /// The elective as it is to be.
        elective: Elective,
    },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// An import met an id that the region gave out itself.
    #[error("this elective is the region's own, an import cannot change it")]
    RegionsOwn,
    /// The code is in use in this region.
    #[error("the region already has an elective {code}; revise that one")]
    AlreadyThere {
        /// The code.
        code: String,
    },
    /// The code looks like one of SLO's.
    #[error("{code} looks like a national code; an elective of the region's own does not begin with K/ or P/")]
    NationalCode {
        /// The code.
        code: String,
    },
    /// The code names the elective in the region.
    #[error("the code stays {code}; add another elective instead")]
    CodeStays {
        /// The code it has.
        code: String,
    },
    /// There is nothing to revise.
    #[error("the region has no such elective")]
    Unknown,
    /// National electives follow the files of SLO.
    #[error("a national elective changes with SLO's files only")]
    National,
    /// Nothing to learn.
    #[error("an elective has at least one deeltaak")]
    NoDeeltaken,
    /// Two deeltaken share a code.
    #[error("deeltaak {code} is in this elective twice")]
    DeeltaakTwice {
        /// The code.
        code: String,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::RegionsOwn => "dit keuzevak is van de regio zelf, een import verandert het niet".into(),
            Self::AlreadyThere { code } => format!("de regio heeft al een keuzevak {code}; wijzig dat"),
            Self::NationalCode { code } => {
                format!("{code} lijkt op een landelijke code; een eigen keuzevak begint niet met K/ of P/")
            }
            Self::CodeStays { code } => format!("de code blijft {code}; voeg liever een ander keuzevak toe"),
            Self::Unknown => "de regio heeft zo'n keuzevak niet".into(),
            Self::National => "een landelijk keuzevak verandert alleen met de bestanden van SLO".into(),
            Self::NoDeeltaken => "een keuzevak heeft ten minste één deeltaak".into(),
            Self::DeeltaakTwice { code } => format!("deeltaak {code} staat twee keer in dit keuzevak"),
        }
    }
}
