//! Which events lead to a command here?
//!
//! | event | command |
//! |---|---|
//! | hotspots: an attendance day was confirmed or corrected | `AccruePupil` on its contribution day |
//! | consortium: a policy was adopted | `AccrueOpen` on every day from its date on that waits for a rate |
//! | here: an attendance was noted without a rate | `AccrueOpen` on its day: a rate may have come in between |

use super::api::open_attendances::{self, OpenAttendances};
use super::{Command, ContributionDay};
use crate::arrangement::Arrangement;
use crate::occasion::{Assign, Occasion};
use crate::{lookup, terms};
use bus::{CannotReact, LOOKUP_TIMEOUT, Reaction, part};
use chassis::Hub;
use decider::CommandContext;
use event_log::Recorded;
use known::KnownPolicies;
use projections::Projection;
use proto_schemas::{
    co_financing::{
        arrangement,
        contribution_day::{self, Attendance, Day, Unaccrued},
        occasion,
    },
    consortium::policy,
    hotspots::attendance,
};
use vocabulary::{
    ActorId, AttendanceDayId, BranchCode, CompanyId, HotspotId, Minutes, Reason, RegionId, SchemeCode, SessionId,
};

/// Makes a line of each confirmed attendance, and another one when it is corrected.
#[derive(Clone, Debug)]
pub struct AccrueAttendance {
    /// Where it works.
    pub hub: Hub,
}

/// What both events say.
struct Said {
    company: CompanyId,
    hotspot: HotspotId,
    session: SessionId,
    date: chrono::NaiveDate,
    school: BranchCode,
    minutes: Minutes,
    by: ActorId,
    corrected: Option<Reason>,
}

impl Reaction for AccrueAttendance {
    const NAME: &'static str = "accrue-attendance";
    const LOGS: &'static [&'static str] = &["hotspots"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["attendance-day"]);

    async fn react(&self, happened: &Recorded, asked: CommandContext) -> Result<(), CannotReact> {
        let Some(said) = read(happened.event()?) else { return Ok(()) };
        let attendance_day: AttendanceDayId =
            happened.stream_id().ok_or_else(|| CannotReact::Never("an attendance day has an id".into()))?;
        let (hub, region) = (&self.hub, &happened.region);
        let occasion = occasion::id(said.company, said.session, said.date);
        let scheme = hub.log.load::<Occasion>(region, &occasion).await?.state.scheme.unwrap_or_else(SchemeCode::sto);
        let arrangement = arrangement::id(said.company, &scheme);
        let usual = hub.log.load::<Arrangement>(region, &arrangement).await?.state.method_on(said.date);
        let terms = terms::on(hub, region, said.date).await?;
        let Said { company, hotspot, session, date, school, minutes, by, corrected } = said;
        let day = Day { company, hotspot, session, date, scheme: scheme.clone() };
        let attendance = Attendance {
            attendance_day,
            event: happened.id,
            position: happened.position,
            minutes,
            school,
            confirmed_by: by,
        };
        let asked = terms.map_or_else(|| asked.clone(), |terms| asked.clone().under(terms.policy_version));
        let mut batch = hub.log.batch(region);
        let id = day.id();
        batch.add::<ContributionDay>(&id, Command::AccruePupil { day, attendance, usual, terms, corrected });
        batch.add::<Occasion>(&occasion, Assign { company, session, date, scheme });
        batch.commit(&asked).await?;
        Ok(())
    }
}

fn read(event: attendance::Event) -> Option<Said> {
    use attendance::Event;
    match event {
        Event::Confirmed { session, hotspot, company, school, date, minutes, by, .. } => {
            Some(Said { company, hotspot, session, date, school, minutes, by, corrected: None })
        }
        Event::Corrected { session, hotspot, company, school, date, minutes, reason, by, .. } => {
            Some(Said { company, hotspot, session, date, school, minutes, by, corrected: Some(reason) })
        }
        _ => None,
    }
}

/// Makes lines of what waited for a rate, once there is one.
#[derive(Clone, Debug)]
pub struct AccrueOnAdoption {
    /// Where it works.
    pub hub: Hub,
}

impl Reaction for AccrueOnAdoption {
    const NAME: &'static str = "accrue-on-adoption";
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["policy"]);

    async fn react(&self, happened: &Recorded, asked: CommandContext) -> Result<(), CannotReact> {
        let policy::Event::Adopted { version, valid_from, policy } = happened.event()?;
        if policy.supervisor_rate.is_none() {
            return Ok(());
        }
        let (hub, region) = (&self.hub, &happened.region);
        let read = hub.progress.has_read(KnownPolicies::NAME, "consortium", happened).await;
        let known = hub.known.policy(region, valid_from).await?;
        if known.is_none_or(|(known, _)| known < version) {
            return Err(CannotReact::lacking(&format!("version {version} of the policy"), read));
        }
        // Beyond this point whoever notes an attendance sees the policy. What was noted before is in the
        // lookup once that is as far as the log is now, and `AccrueNoted` looks after the rest.
        if !lookup::is_up_to_date(hub, region, OpenAttendances::NAME, LOOKUP_TIMEOUT).await? {
            return Err(CannotReact::Later("the open attendances are not up to date".into()));
        }
        let days = open_attendances::open_days(&hub.db, region, valid_from).await?;
        for (day, date) in days {
            let asked = part(&asked, &day.to_string());
            accrue_open(hub, region, day, date, asked).await?;
        }
        Ok(())
    }
}

/// Looks again after an attendance was noted without a rate: the decision may have missed a policy that
/// was adopted a moment before it.
#[derive(Clone, Debug)]
pub struct AccrueNoted {
    /// Where it works.
    pub hub: Hub,
}

impl Reaction for AccrueNoted {
    const NAME: &'static str = "accrue-noted";
    const LOGS: &'static [&'static str] = &["co-financing"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["contribution-day"]);

    async fn react(&self, happened: &Recorded, asked: CommandContext) -> Result<(), CannotReact> {
        match happened.event()? {
            contribution_day::Event::AttendanceNoted { day, why: Unaccrued::NoRate, .. } => {
                accrue_open(&self.hub, &happened.region, day.id(), day.date, asked).await
            }
            _ => Ok(()),
        }
    }
}

async fn accrue_open(
    hub: &Hub,
    region: &RegionId,
    day: vocabulary::ContributionDayId,
    date: chrono::NaiveDate,
    asked: CommandContext,
) -> Result<(), CannotReact> {
    let Some(terms) = terms::on(hub, region, date).await? else { return Ok(()) };
    let asked = asked.under(terms.policy_version);
    hub.log.execute::<ContributionDay>(region, &day, Command::AccrueOpen { terms: Some(terms) }, &asked).await?;
    Ok(())
}
