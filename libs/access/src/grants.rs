//! The grants of every actor, in memory: filled from the consortium's log, read at every request.

use crate::age::Age;
use crate::{End, Freshness, Grant, Stale};
use chrono::{DateTime, NaiveDate, Utc};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};
use tokio::{sync::watch, time::timeout};
use vocabulary::{ActorId, Generations, RegionId, Role};

/// The grants of every region. Copies share one book.
///
/// **Invariant:** the roles of operator and of the hub itself are never taken from a grant.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    book: Arc<RwLock<Book>>,
    /// The operator's pseudonyms, oldest first.
    operator: Arc<[ActorId]>,
    freshness: Freshness,
    /// Whenever the book is further than it was.
    moved: Arc<watch::Sender<()>>,
}

#[derive(Debug, Default)]
struct Book {
    regions: HashMap<RegionId, Region>,
    /// When all logs were asked last.
    asked: Option<DateTime<Utc>>,
}

#[derive(Debug, Default)]
struct Region {
    held: HashMap<ActorId, Vec<Grant>>,
    age: Age,
}

impl Book {
    fn region(&mut self, region: &RegionId) -> &mut Region {
        let asked = self.asked;
        let born = || Region { age: Age::born(asked), ..Region::default() };
        self.regions.entry(region.clone()).or_insert_with(born)
    }
}

impl Grants {
    /// An empty book, and the operator whom the configuration names: their pseudonyms, oldest first.
    /// Nothing counts before the logs were asked.
    #[must_use]
    pub fn new(operator: impl IntoIterator<Item = ActorId>, freshness: Freshness) -> Self {
        Self { book: Arc::default(), operator: operator.into_iter().collect(), freshness, moved: Arc::default() }
    }

    /// Under which of its pseudonyms an identity is known in a region: the oldest one that ever held a grant there, and
    /// the newest one when none did. So a rotation of the identity key makes nobody somebody else, and no two people
    /// sign as two who are one. The operator has the oldest one everywhere: the configuration names them in the open.
    #[must_use]
    pub fn known_as(&self, region: Option<&RegionId>, pseudonyms: &Generations<ActorId>) -> ActorId {
        let book = self.read();
        let of_region = region.and_then(|region| book.regions.get(region));
        let knows = |actor: &&ActorId| {
            self.operator.contains(*actor) || of_region.is_some_and(|of_region| of_region.held.contains_key(*actor))
        };
        *pseudonyms.all().find(knows).unwrap_or(pseudonyms.newest())
    }

    /// These held something in the region at some time, whatever they hold now.
    pub fn ever_held(&self, region: &RegionId, actors: impl IntoIterator<Item = ActorId>) {
        let mut book = self.write();
        let known = book.region(region);
        for actor in actors {
            known.held.entry(actor).or_default();
        }
    }

    /// From now on these are all the grants of the region.
    pub fn replace(&self, region: &RegionId, grants: Vec<Grant>) {
        let mut of_region: HashMap<ActorId, Vec<Grant>> = HashMap::new();
        for grant in grants.into_iter().filter(|grant| !matches!(grant.role, Role::Operator | Role::Hub)) {
            of_region.entry(grant.actor).or_default().push(grant);
        }
        let mut book = self.write();
        let known = book.region(region);
        // An actor who held a grant stays known, without one.
        for actor in known.held.keys() {
            of_region.entry(*actor).or_default();
        }
        known.held = of_region;
    }

    /// Everything of the region's log up to `end` is in the book.
    pub fn reached(&self, region: &RegionId, end: End) {
        self.write().region(region).age.reached(end);
        self.moved.send_replace(());
    }

    /// Waits until everything of the region's log up to a position is in the book. Asks nobody: the reader of the log tells.
    ///
    /// # Errors
    /// How many events are still to come when that takes too long.
    pub async fn wait(&self, region: &RegionId, position: i64, patience: Duration) -> Result<(), i64> {
        let mut moved = self.moved.subscribe();
        let missing = || position.saturating_sub(self.position(region));
        let there = async {
            while missing() > 0 {
                // The sender lives as long as we do.
                let _ = moved.changed().await;
            }
        };
        timeout(patience, there).await.map_err(|_| missing())
    }

    /// Up to where the log of a region was read.
    fn position(&self, region: &RegionId) -> i64 {
        self.read().regions.get(region).map_or(0, |known| known.age.position())
    }

    /// The logs of all regions ended there when they were asked at `at`, a moment of the clock of [`Freshness`].
    pub fn asked(&self, at: DateTime<Utc>, ends: &BTreeMap<RegionId, End>) {
        let mut book = self.write();
        for (region, end) in ends {
            book.region(region).age.asked(Some(*end), at);
        }
        for (region, known) in &mut book.regions {
            if known.age.was_listed() && !ends.contains_key(region) {
                known.age.asked(None, at);
            }
        }
        book.asked = Some(at);
    }

    /// Whether the grants of a region count at this moment. Where there is no log there are no grants, as long as that
    /// was asked.
    ///
    /// # Errors
    /// Why they do not.
    pub fn current(&self, region: &RegionId) -> Result<(), Stale> {
        let (book, now) = (self.read(), self.freshness.clock.now());
        match book.regions.get(region) {
            Some(known) => known.age.check(now, &self.freshness),
            None => Age::born(book.asked).check(now, &self.freshness),
        }
    }

    /// Whether the logs of all regions answered as lately as they must.
    ///
    /// # Errors
    /// Since when they do not.
    pub fn answered(&self) -> Result<(), Stale> {
        Age::born(self.read().asked).check(self.freshness.clock.now(), &self.freshness)
    }

    /// What an actor holds in a region on a day.
    #[must_use]
    pub fn of(&self, region: &RegionId, actor: ActorId, today: NaiveDate) -> Vec<Grant> {
        let book = self.read();
        let held = book.regions.get(region).and_then(|known| known.held.get(&actor)).into_iter().flatten();
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
        let mut regions: Vec<_> = self.read().regions.keys().cloned().collect();
        regions.sort();
        regions
    }

    fn read(&self) -> RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Book> {
        self.book.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use decider::Clock;
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
    fn an_identity_keeps_the_pseudonym_of_its_first_grant() {
        let (old, new) = (ActorId::fresh(), ActorId::fresh());
        let (grants, pseudonyms) = (Grants::default(), Generations::of(vec![old, new], 1).unwrap());
        let known = |slug: &str| grants.known_as(Some(&region(slug)), &pseudonyms);
        assert_eq!(known("here"), new);
        grants.replace(&region("here"), vec![Grant { until: today().pred_opt(), ..leader(old) }]);
        assert_eq!((known("here"), known("there")), (old, new));
        grants.replace(&region("here"), vec![]);
        assert_eq!(known("here"), old);
        let begun_again = Grants::default();
        begun_again.ever_held(&region("here"), [old]);
        assert_eq!(begun_again.known_as(Some(&region("here")), &pseudonyms), old);
        assert_eq!(begun_again.of(&region("here"), old, today()), []);
        grants.replace(&region("there"), vec![leader(new)]);
        assert_eq!((known("there"), grants.known_as(None, &pseudonyms)), (new, new));
    }

    #[test]
    fn the_operator_keeps_the_oldest_pseudonym_everywhere() {
        let (old, new) = (ActorId::fresh(), ActorId::fresh());
        let grants = Grants::new([old, new], Freshness::default());
        let pseudonyms = Generations::of(vec![old, new], 1).unwrap();
        assert_eq!([None, Some(&region("here"))].map(|region| grants.known_as(region, &pseudonyms)), [old, old]);
        assert_eq!(grants.everywhere(old), [Grant::operator(old)]);
    }

    #[tokio::test]
    async fn a_wait_for_a_position_ends_when_the_book_is_there() {
        let (grants, here, end) = (Grants::default(), region("here"), |position| End { epoch: 1, position });
        let long = Duration::from_secs(60);
        grants.reached(&here, end(3));
        assert_eq!(
            (grants.wait(&here, 3, long).await, grants.wait(&region("nowhere"), 0, long).await),
            (Ok(()), Ok(()))
        );
        assert_eq!(grants.wait(&here, 5, Duration::ZERO).await, Err(2));
        assert_eq!(grants.wait(&region("nowhere"), 1, Duration::ZERO).await, Err(1));
        let reader = grants.clone();
        let (there, ()) = tokio::join!(grants.wait(&here, 5, long), async {
            reader.reached(&here, end(4));
            tokio::task::yield_now().await;
            reader.reached(&here, end(5));
        });
        assert_eq!(there, Ok(()));
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
    fn an_unknown_region_has_no_grants_as_long_as_that_was_asked() {
        let (clock, hand) = Clock::settable(DateTime::UNIX_EPOCH);
        let grants = Grants::new(None, Freshness::by(clock.clone()));
        assert_eq!(grants.current(&region("here")), Err(Stale::Unknown));
        grants.asked(clock.now(), &BTreeMap::new());
        hand.advance(TimeDelta::seconds(60));
        assert_eq!((grants.current(&region("here")), grants.answered()), (Ok(()), Ok(())));
        hand.advance(TimeDelta::milliseconds(1));
        assert!(grants.current(&region("here")).is_err() && grants.answered().is_err());
    }

    #[test]
    fn a_log_that_is_gone_makes_its_region_stale_and_no_other() {
        let (clock, hand) = Clock::settable(DateTime::UNIX_EPOCH);
        let grants = Grants::new(None, Freshness::by(clock.clone()));
        let end = End { epoch: 1, position: 1 };
        let both: BTreeMap<_, _> = ["here", "there"].map(|slug| (region(slug), end)).into();
        both.keys().for_each(|region| grants.reached(region, end));
        grants.asked(clock.now(), &both);
        hand.advance(TimeDelta::seconds(1));
        grants.asked(clock.now(), &BTreeMap::from([(region("here"), end)]));
        hand.advance(TimeDelta::seconds(11));
        assert_eq!(grants.current(&region("here")), Ok(()));
        assert!(grants.current(&region("there")).is_err());
    }

    #[test]
    fn only_the_configuration_makes_an_operator() {
        let (operator, impostor) = (ActorId::fresh(), ActorId::fresh());
        let grants = Grants::new(Some(operator), Freshness::default());
        grants.replace(&region("here"), vec![Grant::operator(impostor), Grant { role: Role::Hub, ..leader(impostor) }]);
        assert_eq!(grants.of(&region("here"), impostor, today()), []);
        assert_eq!(grants.of(&region("there"), operator, today()), [Grant::operator(operator)]);
    }
}
