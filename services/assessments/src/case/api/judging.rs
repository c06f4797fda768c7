//! What a supervisor or a teacher sends to judge a pupil's work.

use crate::case::{Command, Judgement};
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::assessments::case::{Outcome, TaskJudgement};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use vocabulary::{Clause, PersonId, Purpose, RegionId, Sealed};
use web::Problem;

/// What the remarks of a company are sealed as.
pub(super) const BY_COMPANY: &str = "nl.sterktechniekonderwijs.assessments.case-judged-by-company.v1#remarks";
/// What the remarks of a school are sealed as.
pub(super) const BY_SCHOOL: &str = "nl.sterktechniekonderwijs.assessments.case-judged-by-school.v1#remarks";

/// The judgement of the company's supervisor.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompanyJudging {
    /// The day of the judgement.
    occurred_on: NaiveDate,
    /// Every learning task of the case.
    #[schemars(length(min = 1, max = 40))]
    learning_tasks: Vec<JudgedTask>,
    /// Every work task of the case.
    #[schemars(length(min = 1, max = 40))]
    work_tasks: Vec<JudgedTask>,
    /// The codes of the deeltaken done at the company.
    #[serde(default)]
    #[schemars(length(max = 40), inner(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9/.-]{0,31}$")))]
    done: Vec<String>,
    /// The codes of the deeltaken left to the school; with `done` every deeltaak of the case, each once.
    #[serde(default)]
    #[schemars(length(max = 40), inner(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9/.-]{0,31}$")))]
    at_school: Vec<String>,
    /// Remarks about the pupil; sealed with the pupil's key.
    remarks: Option<Clause>,
}

/// The judgement of a teacher of the pupil's school.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchoolJudging {
    /// The day of the judgement.
    occurred_on: NaiveDate,
    /// Every learning task of the case.
    #[schemars(length(min = 1, max = 40))]
    learning_tasks: Vec<JudgedTask>,
    /// Every work task of the case.
    #[schemars(length(min = 1, max = 40))]
    work_tasks: Vec<JudgedTask>,
    /// Remarks about the pupil; sealed with the pupil's key.
    remarks: Option<Clause>,
}

/// The judgement of one task.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgedTask {
    /// The code of the task in the rubric of the case.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9/.-]{0,31}$"))]
    #[schema(example = "L1")]
    task: String,
    /// How well the task was done.
    outcome: Outcome,
}

impl CompanyJudging {
    pub(super) async fn command(self, hub: &Hub, region: &RegionId, pupil: PersonId) -> Result<Command, Problem> {
        let judgement = Judgement {
            learning_tasks: judged(self.learning_tasks),
            work_tasks: judged(self.work_tasks),
            remarks: seal(hub, region, pupil, BY_COMPANY, self.remarks).await?,
            occurred_on: self.occurred_on,
        };
        Ok(Command::JudgeByCompany { judgement, done: self.done, at_school: self.at_school })
    }
}

impl SchoolJudging {
    pub(super) async fn command(self, hub: &Hub, region: &RegionId, pupil: PersonId) -> Result<Command, Problem> {
        Ok(Command::JudgeBySchool(Judgement {
            learning_tasks: judged(self.learning_tasks),
            work_tasks: judged(self.work_tasks),
            remarks: seal(hub, region, pupil, BY_SCHOOL, self.remarks).await?,
            occurred_on: self.occurred_on,
        }))
    }
}

fn judged(tasks: Vec<JudgedTask>) -> Vec<TaskJudgement> {
    tasks.into_iter().map(|JudgedTask { task, outcome }| TaskJudgement { task, outcome }).collect()
}

async fn seal(
    hub: &Hub,
    region: &RegionId,
    pupil: PersonId,
    field: &str,
    plain: Option<Clause>,
) -> Result<Option<Sealed>, Problem> {
    match plain {
        Some(plain) => Ok(Some(hub.vault.seal(region, pupil, Purpose::Judgement, field, plain.as_str()).await?)),
        None => Ok(None),
    }
}
