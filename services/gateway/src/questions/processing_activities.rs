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
    /// In Dutch.
    pub nl: String,
    /// In English.
    pub en: String,
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
    /// How long they are kept, by what the region adopted (bewaartermijn).
    pub retention: Bilingual,
}

/// List what is done with personal data (verwerkingsregister).
///
/// The controller (verwerkingsverantwoordelijke) is the region's lead partner; nothing goes outside the EU.
#[utoipa::path(
    get, path = "/v1/regions/{region}/processing-activities", operation_id = "list-processing-activities", tag = "queries",
    params(("region" = RegionId, Path, description = "The region's slug")),
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
