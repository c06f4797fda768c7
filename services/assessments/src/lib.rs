//! What was learned: the catalogue of electives, PTAs, and the assessment of each pupil's work.

pub mod case;
pub mod catalogue_import;
pub mod diff;
pub mod elective;
pub mod fit;
pub mod pta;
pub mod rubric;
pub mod slo;

pub mod cases;
pub mod catalogue;

mod api;

#[cfg(test)]
mod made_up;

use chassis::Service;

/// The wiring.
#[must_use]
pub fn service() -> Service {
    Service::new("assessments")
        .routes(api::routes)
        .projection(known::KnownSchools)
        .projection(known::KnownCompanies)
        .projection(known::KnownPupils)
        .projection(catalogue::Catalogue)
        .projection(cases::Cases)
}
