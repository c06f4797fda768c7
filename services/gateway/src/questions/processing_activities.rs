//! Which personal data are processed here, why, and how long?

use crate::Gateway;
use axum::extract::State;
use processing::{Activity, Entry, Text};
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::RegionId;
use web::{Listed, Path};

/// A sentence in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bilingual {
    /// In Dutch.
    pub nl: &'static str,
    /// In English.
    pub en: &'static str,
}

/// One entry of the register of processing activities (verwerkingsregister, AVG art. 30).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcessingActivity {
    /// What the log of processing names it by: `dpl.core.processing_activity_id`.
    pub id: String,
    /// What kind of id the log of processing names people by: `dpl.core.data_subject_id_type`.
    pub data_subject_id_type: String,
    /// What it is called (naam).
    pub name: Bilingual,
    /// What for (doel).
    pub purpose: Bilingual,
    /// On which ground (grondslag).
    pub legal_basis: Bilingual,
    /// Whose data (betrokkenen).
    pub data_subjects: Bilingual,
    /// Which data (persoonsgegevens).
    pub data: Bilingual,
    /// Who is shown them (ontvangers).
    pub recipients: Bilingual,
    /// How long they are kept (bewaartermijn).
    pub retention: Bilingual,
}

/// List what is done with personal data (verwerkingsregister).
///
/// The controller (verwerkingsverantwoordelijke) is the region's lead partner; nothing goes outside the EU.
#[utoipa::path(
    get, path = "/v1/regions/{region}/processing-activities", operation_id = "list-processing-activities", tag = "queries",
    params(("region" = RegionId, Path, description = "The region's slug")),
    responses((status = 200, description = "The register", body = Listed<ProcessingActivity>), web::Problem)
)]
pub async fn list_processing_activities(
    State(gateway): State<Gateway>,
    Path(_region): Path<RegionId>,
) -> Listed<ProcessingActivity> {
    let logbook = &gateway.hub.processing;
    let shown = |activity: Activity| {
        let Entry { name, purpose, legal_basis, data_subjects, data, recipients, retention, activity } =
            activity.entry();
        ProcessingActivity {
            id: logbook.activity_id(activity),
            data_subject_id_type: logbook.subject_type(),
            name: both(name),
            purpose: both(purpose),
            legal_basis: both(legal_basis),
            data_subjects: both(data_subjects),
            data: both(data),
            recipients: both(recipients),
            retention: both(retention),
        }
    };
    Listed::whole(Activity::ALL.into_iter().map(shown).collect())
}

fn both(text: Text) -> Bilingual {
    Bilingual { nl: text.nl, en: text.en }
}
