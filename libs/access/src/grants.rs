//! Who holds what, in memory: filled from the consortium's log, read at every request.

use crate::Grant;
use chrono::NaiveDate;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use vocabulary::{ActorId, RegionId, Role};

/// The grants of every region. Copies share one book.
///
/// **Invariant:** the roles of operator and of the hub itself are never taken from a grant.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    book: Arc<RwLock<Book>>,
    operator: Option<ActorId>,
}

type Book = HashMap<RegionId, HashMap<ActorId, Vec<Grant>>>;

impl Grants {
    /// An empty book, and the operator whom the configuration names.
    #[must_use]
    pub fn new(operator: Option<ActorId>) -> Self {
        Self { book: Arc::default(), operator }
    }

    /// From now on these are all the grants of the region.
    pub fn replace(&self, region: &RegionId, grants: Vec<Grant>) {
        let mut of_region: HashMap<ActorId, Vec<Grant>> = HashMap::new();
        for grant in grants.into_iter().filter(|grant| !matches!(grant.role, Role::Operator | Role::Hub)) {
            of_region.entry(grant.actor).or_default().push(grant);
        }
        self.book.write().unwrap_or_else(PoisonError::into_inner).insert(region.clone(), of_region);
    }

    /// What an actor holds in a region on a day.
    #[must_use]
    pub fn of(&self, region: &RegionId, actor: ActorId, today: NaiveDate) -> Vec<Grant> {
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        let held = book.get(region).and_then(|of_region| of_region.get(&actor)).into_iter().flatten();
        held.filter(|grant| grant.holds_on(today)).cloned().chain(self.everywhere(actor)).collect()
    }

    /// What an actor holds whatever the region: the operator's grant, or nothing.
    #[must_use]
    pub fn everywhere(&self, actor: ActorId) -> Vec<Grant> {
        self.operator.filter(|operator| *operator == actor).map(Grant::operator).into_iter().collect()
    }

    /// The regions whose grants are known.
    #[must_use]
    pub fn regions(&self) -> Vec<RegionId> {
        let mut regions: Vec<_> = self.book.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        regions.sort();
        regions
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocabulary::GrantId;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
    }

    fn region(slug: &str) -> RegionId {
        slug.parse().unwrap()
    }

    fn leader(actor: ActorId) -> Grant {
        Grant { id: GrantId::fresh(), role: Role::ProgrammeLeader, ..Grant::operator(actor) }
    }

    #[test]
    fn a_grant_counts_in_its_own_region_for_its_own_holder() {
        let (grants, someone) = (Grants::default(), ActorId::fresh());
        grants.replace(&region("here"), vec![leader(someone)]);
        assert_eq!(grants.of(&region("here"), someone, today()).len(), 1);
        assert_eq!(grants.of(&region("there"), someone, today()), []);
        assert_eq!(grants.of(&region("here"), ActorId::fresh(), today()), []);
    }

    #[test]
    fn a_revoked_grant_is_gone_after_the_next_fold() {
        let (grants, someone) = (Grants::default(), ActorId::fresh());
        grants.replace(&region("here"), vec![leader(someone)]);
        grants.clone().replace(&region("here"), vec![]);
        assert_eq!(grants.of(&region("here"), someone, today()), []);
    }

    #[test]
    fn an_expired_grant_does_not_count() {
        let (grants, someone) = (Grants::default(), ActorId::fresh());
        grants.replace(&region("here"), vec![Grant { until: today().pred_opt(), ..leader(someone) }]);
        assert_eq!(grants.of(&region("here"), someone, today()), []);
    }

    #[test]
    fn only_the_configuration_makes_an_operator() {
        let (operator, impostor) = (ActorId::fresh(), ActorId::fresh());
        let grants = Grants::new(Some(operator));
        grants.replace(&region("here"), vec![Grant::operator(impostor), Grant { role: Role::Hub, ..leader(impostor) }]);
        assert_eq!(grants.of(&region("here"), impostor, today()), []);
        assert_eq!(grants.of(&region("there"), operator, today()), [Grant::operator(operator)]);
    }
}
