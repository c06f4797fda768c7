//! Which personal data are processed here, why, and how long?

mod kept;

use super::retention::adopted;
use crate::Gateway;
use crate::reach::reading;
use axum::extract::State;
use processing::{Activity, Entry, Retention, Text};
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::RegionId;
use web::{Caller, Listed, Path, Problem};

/// A sentence in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bilingual {
    /// The text in Dutch.
    pub nl: String,
    /// The text in English.
    pub en: String,
}

/// One entry of the register of processing activities (verwerkingsregister, AVG art. 30).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcessingActivity {
    /// The id in the log of processing: `dpl.core.processing_activity_id`.
    pub id: String,
    /// The kind of id that the log of processing uses for people: `dpl.core.data_subject_id_type`.
    pub data_subject_id_type: String,
    /// The name of the activity (naam).
    pub name: Bilingual,
    /// The purpose of the activity (doel).
    pub purpose: Bilingual,
    /// The legal ground of the activity (grondslag).
    pub legal_basis: Bilingual,
    /// The people whose data it is (betrokkenen).
    pub data_subjects: Bilingual,
    /// The personal data (persoonsgegevens).
    pub data: Bilingual,
    /// The recipients of the data (ontvangers).
    pub recipients: Bilingual,
    /// The time that they are kept, as the region adopted it (bewaartermijn).
    pub retention: Bilingual,
}

/// List the processing of personal data (verwerkingsregister).
///
/// The controller (verwerkingsverantwoordelijke) is the region's lead partner; nothing goes outside the EU.
#[utoipa::path(
    get, path = "/v1/regions/{region}/processing-activities", operation_id = "list-processing-activities", tag = "queries",
    params(("region" = RegionId, Path)),
    responses((status = 200, description = "The register", body = Listed<ProcessingActivity>), Problem)
)]
pub async fn list_processing_activities(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    caller: Caller,
) -> Result<Listed<ProcessingActivity>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let adopted = adopted(&mut rows, &region, caller.today()).await?;
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
            retention: match retention {
                Retention::Adopted(people) => kept::sentences(people, adopted.as_ref()),
                Retention::Fixed(text) => both(text),
            },
        }
    };
    Ok(Listed::whole(Activity::ALL.into_iter().map(shown).collect()))
}

fn both(text: Text) -> Bilingual {
    Bilingual { nl: text.nl.to_owned(), en: text.en.to_owned() }
}
