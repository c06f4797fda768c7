//! Who is here, who left, and whose term may be over: to find them, never to decide.

use super::hold::Holds;
use super::schedule::Version;
use super::term::left_by;
use chassis::Hub;
use chrono::NaiveDate;
use event_log::{Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::person::Event;
use proto_schemas::consortium::retention_hold::Covers;
use proto_schemas::consortium::retention_schedule::Class;
use sqlx::PgConnection;
use uuid::Uuid;
use vocabulary::{PersonId, RegionId};

/// Folds who left, and when.
#[derive(Clone, Copy, Debug)]
pub struct RetentionPeople;

impl Projection for RetentionPeople {
    const NAME: &'static str = "retention-people";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["person"]);
    const TABLES: &'static str = "create table person (
            region text not null, id uuid not null, class text not null, left_on date, primary key (region, id));
        create index on person (region, class, id) include (left_on) where left_on is not null";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: PersonId = happened.stream_id().ok_or_else(|| CannotApply::Park("a person has an id".into()))?;
        let change = match happened.event::<Event>()? {
            Event::PupilRegistered { .. } => Change::New(Class::Pupil),
            Event::StaffRegistered { .. } => Change::New(Class::Staff),
            Event::ContactRegistered { .. } => Change::New(Class::Contact),
            Event::PupilMoved { .. } | Event::PupilCorrected { .. } => return Ok(()),
            Event::PersonLeft { occurred_on } => Change::Left(Some(occurred_on)),
            Event::PersonReturned { .. } => Change::Left(None),
            Event::PersonForgotten { .. } => Change::Gone,
        };
        let query = match change {
            Change::New(class) => {
                sqlx::query("insert into person (region, id, class) values ($1, $2, $3) on conflict do nothing")
                    .bind(happened.region.as_str())
                    .bind(id)
                    .bind(class.as_str())
            }
            Change::Left(on) => sqlx::query("update person set left_on = $3 where region = $1 and id = $2")
                .bind(happened.region.as_str())
                .bind(id)
                .bind(on),
            Change::Gone => {
                sqlx::query("delete from person where region = $1 and id = $2").bind(happened.region.as_str()).bind(id)
            }
        };
        query.execute(rows).await?;
        Ok(())
    }
}

enum Change {
    New(Class),
    Left(Option<NaiveDate>),
    Gone,
}

/// How many of a class there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Counted {
    /// Who is here.
    pub here: i64,
    /// Who left, and is not forgotten.
    pub left: i64,
    /// Whose term is over.
    pub due: i64,
    /// Of these, whom a hold covers.
    pub held: i64,
}

/// Somebody whose term is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub id: PersonId,
    /// Their class, as it is written.
    pub class: String,
    /// The last day here.
    pub left_on: NaiveDate,
}

/// The people of a region as a schedule and its holds see them on a day.
pub struct People<'a> {
    /// Where they are looked up.
    pub hub: &'a Hub,
    pub region: &'a RegionId,
    /// The schedule valid on that day, if any.
    pub version: Option<&'a Version>,
    /// All holds.
    pub holds: &'a Holds,
    /// The day.
    pub day: NaiveDate,
}

impl People<'_> {
    fn left_by(&self, class: Class) -> Option<NaiveDate> {
        left_by(self.version?.of(class)?, self.day)
    }

    /// Whether all of a class are held, and who is held by themselves.
    fn held(&self, class: Class) -> (bool, Vec<Uuid>) {
        let (mut all, mut some) = (false, Vec::new());
        for hold in self.holds.on(self.day) {
            match hold.covers {
                Covers::Region => all = true,
                Covers::Class { class: covered } => all |= covered == class,
                Covers::Person { person } => some.push(person.0),
            }
        }
        (all, some)
    }

    /// How many there are of a class.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count(&self, class: Class) -> sqlx::Result<Counted> {
        let (all, some) = self.held(class);
        let mut rows = tenant(&self.hub.db, self.region).await?;
        sqlx::query_as(
            "select count(*) filter (where left_on is null) as here, count(left_on) as left,
                    count(*) filter (where left_on <= $3) as due,
                    count(*) filter (where left_on <= $3 and ($4 or id = any ($5))) as held
             from retention_people.person where region = $1 and class = $2",
        )
        .bind(self.region.as_str())
        .bind(class.as_str())
        .bind(self.left_by(class))
        .bind(all)
        .bind(some)
        .fetch_one(&mut *rows)
        .await
    }

    /// Of these classes, those whose term is over, by id; only who is held, or is not, when that is asked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due(
        &self,
        classes: &[Class],
        held: Option<bool>,
        after: Option<PersonId>,
        limit: i64,
    ) -> sqlx::Result<Vec<Due>> {
        let due: Vec<(Class, NaiveDate)> =
            classes.iter().filter_map(|class| Some((*class, self.left_by(*class)?))).collect();
        let (_, some) = self.held(Class::Pupil);
        let all: Vec<bool> = due.iter().map(|(class, _)| self.held(*class).0).collect();
        let mut rows = tenant(&self.hub.db, self.region).await?;
        let found: Vec<(Uuid, String, NaiveDate)> = sqlx::query_as(
            "select id, class, left_on
             from retention_people.person
             join unnest($2::text[], $3::date[], $4::bool[]) as over (of, left_by, held) on class = of and left_on <= left_by
             where region = $1 and id > $5 and ($6::bool is null or (held or id = any ($7)) = $6)
             order by id limit $8",
        )
        .bind(self.region.as_str())
        .bind(due.iter().map(|(class, _)| class.as_str()).collect::<Vec<_>>())
        .bind(due.iter().map(|(_, left_by)| *left_by).collect::<Vec<_>>())
        .bind(all)
        .bind(after.map_or(Uuid::nil(), |after| after.0))
        .bind(held)
        .bind(some)
        .bind(limit)
        .fetch_all(&mut *rows)
        .await?;
        Ok(found.into_iter().map(|(id, class, left_on)| Due { id: PersonId(id), class, left_on }).collect())
    }
}
