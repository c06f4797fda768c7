//! Whose a pupil's number is, as far as whoever asks may know.
//!
//! The branches of an institution share its numbers: a number finds one pupil, wherever in the institution. For somebody
//! who does not reach that pupil the number is a new one. It finds a pupil of the branch that named it, and nothing in the
//! answer, in what is written or in how many round trips it takes differs from a number that nobody has.

use crate::files::pupils::Line;
use crate::people::person::{Person, Within};
use chassis::Hub;
use std::collections::BTreeMap;
use vocabulary::{BranchCode, PersonId, RegionId};
use web::Problem;

/// Somebody moved a branch's own pupil away so often that its next number is no answer any more.
const MAX_MOVES: u32 = 8;

/// Whose number it is.
pub(crate) struct Found {
    /// Nobody yet when the state is unknown.
    pub person: PersonId,
    /// As the log has it.
    pub state: Person,
    /// Who has the number elsewhere in the institution.
    pub shares_number_with: Option<PersonId>,
}

/// Under which kind the vault keeps a line's number: in the institution first, then in its branch.
fn kind(home_school: &BranchCode, move_: u32) -> String {
    match move_ {
        0 => format!("pupil-number/{}", home_school.brin()),
        1 => format!("pupil-number/{home_school}"),
        again => format!("pupil-number/{home_school}/{again}"),
    }
}

/// Whether the person is a pupil whom the caller must not find.
fn is_elsewhere(state: &Person, within: &Within) -> bool {
    state.pupil().is_some_and(|known| !within.reaches(&known.pupil.home_school))
}

/// The person of each number; somebody new gets one that nobody has.
///
/// # Errors
/// The vault or the log is away.
pub(crate) async fn keep(hub: &Hub, region: &RegionId, within: &Within, lines: &[Line]) -> Result<Vec<Found>, Problem> {
    let mut found: Vec<Found> = Vec::with_capacity(lines.len());
    let everyone: Vec<usize> = (0..lines.len()).collect();
    let fresh = lines.iter().map(|_| PersonId::fresh()).collect();
    for (person, state) in kept(hub, region, lines, &everyone, 0, fresh).await? {
        found.push(Found { person, state, shares_number_with: None });
    }
    for move_ in 1..=MAX_MOVES {
        // A number that nobody has is kept for the branch as well, as one is whose pupil is elsewhere.
        let is_open = |it: &Found| match &it.state {
            Person::Unknown => move_ == 1 && *within != Within::Region,
            state => is_elsewhere(state, within),
        };
        let open: Vec<usize> = (0..found.len()).filter(|place| is_open(&found[*place])).collect();
        if open.is_empty() {
            return Ok(found);
        }
        let give = |place: &usize| match found[*place].state {
            Person::Unknown => found[*place].person,
            _ => PersonId::fresh(),
        };
        let persons = open.iter().map(give).collect();
        let own = kept(hub, region, lines, &open, move_, persons).await?;
        for (place, (person, state)) in open.into_iter().zip(own) {
            let before = &found[place];
            let elsewhere = is_elsewhere(&before.state, within).then_some(before.person);
            let shares_number_with = before.shares_number_with.or(elsewhere);
            found[place] = Found { person, state, shares_number_with };
        }
    }
    if found.iter().any(|it| is_elsewhere(&it.state, within)) { Err(Problem::internal()) } else { Ok(found) }
}

/// How many numbers are looked up together: making so many MACs takes less than ten milliseconds.
const TOGETHER: usize = 500;

/// How many of these numbers are of somebody; one who is elsewhere counts as nobody.
///
/// # Errors
/// As [`keep`].
pub(crate) async fn count_known(
    hub: &Hub,
    region: &RegionId,
    within: &Within,
    lines: &[Line],
) -> Result<usize, Problem> {
    let mut known = 0;
    for some in lines.chunks(TOGETHER) {
        known += count_some(hub, region, within, some).await?;
    }
    Ok(known)
}

async fn count_some(hub: &Hub, region: &RegionId, within: &Within, lines: &[Line]) -> Result<usize, Problem> {
    let (mut known, mut open): (usize, Vec<usize>) = (0, (0..lines.len()).collect());
    for move_ in 0..=MAX_MOVES {
        let mut persons: Vec<Option<PersonId>> = vec![None; lines.len()];
        for (kind, places) in by_kind(lines, &open, move_) {
            let numbers: Vec<&str> = places.iter().map(|place| lines[*place].number.as_str()).collect();
            let found = hub.vault.known_natural_keys(region, &kind, &numbers).await?;
            places.into_iter().zip(found).for_each(|(place, person)| persons[place] = person);
        }
        if *within == Within::Region {
            return Ok(persons.iter().flatten().count());
        }
        // Somebody is read for every number, so that the time it takes tells nothing.
        let read: Vec<PersonId> = open.iter().map(|place| persons[*place].unwrap_or_else(PersonId::fresh)).collect();
        let states = hub.log.load_all::<Person>(region, &read).await?;
        let mut still = Vec::new();
        for (place, loaded) in open.into_iter().zip(states) {
            match &loaded.state {
                Person::Unknown if move_ == 0 => still.push(place),
                state if is_elsewhere(state, within) => still.push(place),
                _ => known += usize::from(persons[place].is_some()),
            }
        }
        open = still;
        if open.is_empty() {
            break;
        }
    }
    Ok(known)
}

/// The lines at these places by the kind of their number.
fn by_kind(lines: &[Line], places: &[usize], move_: u32) -> BTreeMap<String, Vec<usize>> {
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for place in places {
        kinds.entry(kind(&lines[*place].pupil.home_school, move_)).or_default().push(*place);
    }
    kinds
}

/// Gives the numbers at these places to these persons unless they have one, and reads whoever has them.
async fn kept(
    hub: &Hub,
    region: &RegionId,
    lines: &[Line],
    places: &[usize],
    move_: u32,
    persons: Vec<PersonId>,
) -> Result<Vec<(PersonId, Person)>, Problem> {
    let given: BTreeMap<usize, PersonId> = places.iter().copied().zip(persons).collect();
    let mut owners: BTreeMap<usize, PersonId> = BTreeMap::new();
    for (kind, places) in by_kind(lines, places, move_) {
        let keys: Vec<(&str, PersonId)> =
            places.iter().map(|place| (lines[*place].number.as_str(), given[place])).collect();
        let people = hub.vault.keep_natural_keys(region, &kind, &keys).await?;
        owners.extend(places.into_iter().zip(people));
    }
    let people: Vec<PersonId> = owners.into_values().collect();
    let states = hub.log.load_all::<Person>(region, &people).await?;
    Ok(people.into_iter().zip(states.into_iter().map(|loaded| loaded.state)).collect())
}
