//! Who holds what, in memory: filled from the consortium's log, read at every request.

use crate::Grant;
use chrono::NaiveDate;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use vocabulary::{ActorId, Generations, RegionId, Role};

/// The grants of every region. Copies share one book.
///
/// **Invariant:** the roles of operator and of the hub itself are never taken from a grant.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    book: Arc<RwLock<Book>>,
    /// The operator's pseudonyms, oldest first.
    operator: Arc<[ActorId]>,
}

type Book = HashMap<RegionId, HashMap<ActorId, Vec<Grant>>>;

impl Grants {
    /// An empty book, and the operator whom the configuration names: their pseudonyms, oldest first.
    #[must_use]
    pub fn new(operator: impl IntoIterator<Item = ActorId>) -> Self {
        Self { book: Arc::default(), operator: operator.into_iter().collect() }
    }

    /// Under which of its pseudonyms an identity is known in a region: the oldest one that ever held a grant there, and
    /// the newest one when none did. So a rotation of the identity key makes nobody somebody else, and no two people
    /// sign as two who are one. The operator has the oldest one everywhere: the configuration names them in the open.
    #[must_use]
    pub fn known_as(&self, region: Option<&RegionId>, pseudonyms: &Generations<ActorId>) -> ActorId {
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        let of_region = region.and_then(|region| book.get(region));
        let knows = |actor: &&ActorId| {
            self.operator.contains(*actor) || of_region.is_some_and(|of_region| of_region.contains_key(*actor))
        };
        *pseudonyms.all().find(knows).unwrap_or(pseudonyms.newest())
    }

    /// From now on these are all the grants of the region.
    pub fn replace(&self, region: &RegionId, grants: Vec<Grant>) {
        let mut of_region: HashMap<ActorId, Vec<Grant>> = HashMap::new();
        for grant in grants.into_iter().filter(|grant| !matches!(grant.role, Role::Operator | Role::Hub)) {
            of_region.entry(grant.actor).or_default().push(grant);
        }
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        // Whoever held something stays known, with nothing.
        for actor in book.get(region).into_iter().flat_map(HashMap::keys) {
            of_region.entry(*actor).or_default();
        }
        book.insert(region.clone(), of_region);
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
        self.operator.iter().filter(|operator| **operator == actor).map(|actor| Grant::operator(*actor)).collect()
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
    fn an_identity_keeps_the_pseudonym_that_ever_held_something_in_the_region() {
        let (old, new) = (ActorId::fresh(), ActorId::fresh());
        let (grants, pseudonyms) = (Grants::default(), Generations::of(vec![old, new], 1).unwrap());
        let known = |slug: &str| grants.known_as(Some(&region(slug)), &pseudonyms);
        assert_eq!(known("here"), new);
        grants.replace(&region("here"), vec![Grant { until: today().pred_opt(), ..leader(old) }]);
        assert_eq!((known("here"), known("there")), (old, new));
        grants.replace(&region("here"), vec![]);
        assert_eq!(known("here"), old);
        grants.replace(&region("there"), vec![leader(new)]);
        assert_eq!((known("there"), grants.known_as(None, &pseudonyms)), (new, new));
    }

    #[test]
    fn the_operator_keeps_the_oldest_pseudonym_everywhere() {
        let (old, new) = (ActorId::fresh(), ActorId::fresh());
        let grants = Grants::new([old, new]);
        let pseudonyms = Generations::of(vec![old, new], 1).unwrap();
        assert_eq!([None, Some(&region("here"))].map(|region| grants.known_as(region, &pseudonyms)), [old, old]);
        assert_eq!(grants.everywhere(old), [Grant::operator(old)]);
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
