//! Whether a grade counts for the school exam.

use super::Refusal;
use crate::pta::Standing;
use proto_schemas::assessments::{case::ExamItem, pta::Place};
use vocabulary::PtaId;

/// Whether the school wants the grade to count, and what its PTA says of the elective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// For the learning only.
    No,
    /// For the school exam, as far as this PTA allows.
    ForExam {
        /// The PTA of the school and the pupil's cohort.
        pta: PtaId,
        /// What it says of the elective.
        standing: Standing,
    },
}

/// The item a grade counts under; no grade counts without its item in a frozen PTA (R235), and none
/// that was earned in practice where the PTA says it is concluded at school (R236).
///
/// # Errors
/// When it is to count and may not.
pub fn exam_item(counts: Counts) -> Result<Option<ExamItem>, Refusal> {
    match counts {
        Counts::No => Ok(None),
        Counts::ForExam { standing: Standing::Missing, .. } => Err(Refusal::NotInPta),
        Counts::ForExam { standing: Standing::NotFrozen, .. } => Err(Refusal::PtaNotFrozen),
        Counts::ForExam { standing: Standing::Frozen { place: Place::School, .. }, .. } => Err(Refusal::AtSchoolOnly),
        Counts::ForExam { pta, standing: Standing::Frozen { weight, place: Place::Company | Place::Both } } => {
            Ok(Some(ExamItem { pta, weight }))
        }
    }
}
