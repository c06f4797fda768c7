//! What was learned: the catalogue of electives, PTAs, and the assessment of each pupil's work.

mod api;
pub mod case;
pub mod catalogue_import;
pub mod elective;
pub mod pta;
pub mod rubric;

#[cfg(test)]
mod made_up;

use chassis::Service;

/// The wiring.
#[must_use]
pub fn service() -> Service {
    Service::new("assessments")
        .aggregate::<elective::Elective>()
        .aggregate::<catalogue_import::CatalogueImport>()
        .aggregate::<rubric::Rubric>()
        .aggregate::<pta::Pta>()
        .aggregate::<case::Case>()
        .routes(api::routes)
        .projection(known::KnownSchools)
        .projection(known::KnownCompanies)
        .projection(known::KnownPupils)
        .projection(elective::api::Catalogue)
        .projection(case::api::Cases)
}
