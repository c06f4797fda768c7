//! Who left, and who is back: from the last day here on a retention term counts.

use crate::bodies::FactDate;
use crate::people::person::{Command, Known, Part, Person};
use crate::retention::turn;
use axum::extract::State;
use chassis::Hub;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{CompanyId, PersonId, RegionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(record_leaving, take_back_leaving))
        .routes(routes!(record_contact_leaving, take_back_contact_leaving))
}

/// What a command about a pupil or a member of staff touches; a contact is as unknown here as nobody.
async fn at_school(hub: &Hub, region: &RegionId, person: PersonId) -> Result<Touches, Problem> {
    match hub.log.load::<Person>(region, &person).await?.state {
        Person::Known(Known { part: Part::Pupil(known), .. }) => Ok(Touches::region().school(&known.pupil.home_school)),
        Person::Known(Known { part: Part::Staff(school), .. }) => Ok(Touches::region().school(&school)),
        // Of what school they were nobody knows any more, so no school is told that they were.
        Person::Forgotten => Ok(Touches::region()),
        Person::Unknown | Person::Known(Known { part: Part::Contact(_), .. }) => {
            Err(Problem::not_found("person", "persoon"))
        }
    }
}

async fn is_contact(hub: &Hub, region: &RegionId, company: CompanyId, person: PersonId) -> Result<(), Problem> {
    match hub.log.load::<Person>(region, &person).await?.state {
        Person::Known(Known { part: Part::Contact(of), .. }) if of == company => Ok(()),
        _ => Err(Problem::not_found("contact", "contactpersoon")),
    }
}

/// Record that a pupil or a member of staff left, with their last day (uitstroom, uit dienst).
///
/// An import that names the pupil again takes this back. A pupil whom an import does not name has not left.
#[utoipa::path(
    put, path = "/v1/regions/{region}/persons/{person}/leaving", operation_id = "record-leaving", tag = "consortium",
    params(("region" = RegionId, Path), ("person" = PersonId, Path)),
    request_body = FactDate, responses(Accepted, Refuses<(Person,)>, Problem),
)]
async fn record_leaving(
    State(hub): State<Hub>,
    Path((region, person)): Path<(RegionId, PersonId)>,
    caller: Caller,
    Valid(on): Valid<FactDate>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&at_school(&hub, &region, person).await?)?;
    let command = Command::Leave { occurred_on: on.occurred_on.unwrap_or(asked.today()) };
    Ok(hub.log.execute::<Person>(&region, &person, command, &asked).await?.into())
}

/// Take back that a pupil or a member of staff left: they are back, or never left (vertrek terugnemen).
#[utoipa::path(
    delete, path = "/v1/regions/{region}/persons/{person}/leaving", operation_id = "take-back-leaving", tag = "consortium",
    params(("region" = RegionId, Path), ("person" = PersonId, Path)),
    responses(Accepted, Refuses<(Person,)>, Problem),
)]
async fn take_back_leaving(
    State(hub): State<Hub>,
    Path((region, person)): Path<(RegionId, PersonId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&at_school(&hub, &region, person).await?)?;
    let _turn = turn(&hub, &region).await?;
    Ok(hub.log.execute::<Person>(&region, &person, Command::Return, &asked).await?.into())
}

/// Record that a contact left a company (geen contactpersoon meer).
#[utoipa::path(
    put, path = "/v1/regions/{region}/companies/{company}/contacts/{person}/leaving",
    operation_id = "record-contact-leaving", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path), ("person" = PersonId, Path)),
    request_body = FactDate, responses(Accepted, Refuses<(Person,)>, Problem),
)]
async fn record_contact_leaving(
    State(hub): State<Hub>,
    Path((region, company, person)): Path<(RegionId, CompanyId, PersonId)>,
    caller: Caller,
    Valid(on): Valid<FactDate>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().company(company))?;
    is_contact(&hub, &region, company, person).await?;
    let command = Command::Leave { occurred_on: on.occurred_on.unwrap_or(asked.today()) };
    Ok(hub.log.execute::<Person>(&region, &person, command, &asked).await?.into())
}

/// Take back that a contact of a company left (vertrek van contactpersoon terugnemen).
#[utoipa::path(
    delete, path = "/v1/regions/{region}/companies/{company}/contacts/{person}/leaving",
    operation_id = "take-back-contact-leaving", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path), ("person" = PersonId, Path)),
    responses(Accepted, Refuses<(Person,)>, Problem),
)]
async fn take_back_contact_leaving(
    State(hub): State<Hub>,
    Path((region, company, person)): Path<(RegionId, CompanyId, PersonId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().company(company))?;
    is_contact(&hub, &region, company, person).await?;
    let _turn = turn(&hub, &region).await?;
    Ok(hub.log.execute::<Person>(&region, &person, Command::Return, &asked).await?.into())
}
