//! What was learned: the catalogue of electives, PTAs, and the assessment of each pupil's work.

pub mod case;
pub mod catalogue_import;
pub mod elective;
pub mod fit;
pub mod pta;
pub mod rubric;
pub mod slo;

#[cfg(test)]
mod made_up;
