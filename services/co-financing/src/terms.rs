//! What the region's policy says about a date.

use crate::contribution_day::Terms;
use chassis::Hub;
use chrono::NaiveDate;
use vocabulary::RegionId;

/// Share, rate and version of the policy for facts of `date`; `None` while no rate is adopted for it.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn on(hub: &Hub, region: &RegionId, date: NaiveDate) -> sqlx::Result<Option<Terms>> {
    let policy = hub.known.policy(region, date).await?;
    Ok(policy.and_then(|(policy_version, policy)| {
        let rate = policy.supervisor_rate?;
        Some(Terms { share: policy.forfait_share, rate, policy_version })
    }))
}
