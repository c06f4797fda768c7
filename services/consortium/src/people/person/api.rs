//! Staff and company contacts, one at a time; and forgetting.

mod leaving;
mod shared_numbers;

use super::{Command, Person};
use crate::companies::company::{Command::StayCompany, Company};
use crate::people::sealing;
use crate::region::member::{Command::Stay, Member, MemberId};
use crate::region::members::known;
use crate::retention::forgetting::ByHand;
use axum::extract::State;
use chassis::Hub;
use proto_schemas::consortium::person::ContactLevel;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use vocabulary::Purpose::Identity;
use vocabulary::{BranchCode, CompanyId, Email, PersonId, Purpose, Reason, RegionId, Sealed};
use web::{Accepted, Caller, Created, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(register_staff))
        .routes(routes!(register_contact))
        .routes(routes!(forget_person))
        .merge(leaving::routes())
        .merge(shared_numbers::routes())
}

/// A member of a school's staff (medewerker). No `Debug`: it is somebody.
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Staff {
    /// The given name (voornaam); sealed with the person's key.
    #[schemars(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    given_name: String,
    /// The family name (achternaam); sealed with the person's key.
    #[schemars(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    family_name: String,
    /// The address for mail (e-mailadres); sealed with the person's key.
    email: Option<Email>,
}

/// Someone to talk to at a company (contactpersoon). No `Debug`: it is somebody.
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Contact {
    /// The level on which people meet (niveau).
    level: ContactLevel,
    /// The given name (voornaam); sealed with the person's key.
    #[schemars(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    given_name: String,
    /// The family name (achternaam); sealed with the person's key.
    #[schemars(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    family_name: String,
    /// The address for mail (e-mailadres); sealed with the person's key.
    email: Option<Email>,
    /// The telephone number (telefoonnummer); sealed with the person's key.
    #[schemars(regex(pattern = "^[+0-9 ()-]{6,20}$"))]
    #[schema(pattern = "^[+0-9 ()-]{6,20}$")]
    phone: Option<String>,
}

/// The reason for forgetting a person.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Forgetting {
    /// The reason; never a person's name (reden).
    reason: Reason,
}

/// The same person when the same command is asked again, else someone new.
fn person_of(command: Option<Uuid>) -> PersonId {
    command.map_or_else(PersonId::fresh, |id| PersonId::derived(&["command", &id.to_string()]))
}

async fn seal(
    hub: &Hub,
    region: &RegionId,
    person: PersonId,
    fields: &[(&str, Option<String>)],
) -> Result<Vec<Option<Sealed>>, Problem> {
    let given: Vec<(PersonId, Purpose, &str, &str)> =
        fields.iter().filter_map(|(field, plain)| Some((person, Identity, *field, plain.as_deref()?))).collect();
    let mut sealed = hub.vault.seal_all(region, &given).await?.into_iter();
    Ok(fields.iter().map(|(_, plain)| plain.as_ref().and_then(|_| sealed.next())).collect())
}

/// Register a member of a school's staff (medewerker registreren).
#[utoipa::path(
    post, path = "/v1/regions/{region}/schools/{school}/staff", operation_id = "register-staff", tag = "consortium",
    params(("region" = RegionId, Path), ("school" = BranchCode, Path)),
    request_body = Staff, responses(Created, Refuses<(Person, Member)>, Problem),
)]
async fn register_staff(
    State(hub): State<Hub>,
    Path((region, school)): Path<(RegionId, BranchCode)>,
    caller: Caller,
    Valid(staff): Valid<Staff>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region().school(&school))?;
    let member = MemberId::School(school.clone());
    let known = known(&hub, &region, &member).await?;
    if known.school().is_none() {
        return Err(Problem::not_found("school", "school"));
    }
    let person = person_of(asked.command.as_ref().map(|command| command.id));
    let fields = [
        (sealing::STAFF_NAME, Some(sealing::name(&staff.given_name, &staff.family_name))),
        (sealing::STAFF_EMAIL, staff.email.map(String::from)),
    ];
    let mut sealed = seal(&hub, &region, person, &fields).await?.into_iter();
    let (Some(Some(name)), email) = (sealed.next(), sealed.next().flatten()) else { return Err(Problem::internal()) };
    let mut batch = hub.log.batch(&region);
    batch.add::<Person>(&person, Command::RegisterStaff { school, name, email });
    batch.add::<Member>(&member, known.asked(Stay));
    Ok(Created::at(batch.commit(&asked).await?, "/v1/regions/{region}/persons/{id}"))
}

/// Register a contact at a company (contactpersoon registreren).
#[utoipa::path(
    post, path = "/v1/regions/{region}/companies/{company}/contacts", operation_id = "register-contact", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path)),
    request_body = Contact, responses(Created, Refuses<(Person, Company)>, Problem),
)]
async fn register_contact(
    State(hub): State<Hub>,
    Path((region, company)): Path<(RegionId, CompanyId)>,
    caller: Caller,
    Valid(contact): Valid<Contact>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region().company(company))?;
    if !hub.log.load::<Company>(&region, &company).await?.state.is_here() {
        return Err(Problem::not_found("company", "bedrijf"));
    }
    let person = person_of(asked.command.as_ref().map(|command| command.id));
    let fields = [
        (sealing::CONTACT_NAME, Some(sealing::name(&contact.given_name, &contact.family_name))),
        (sealing::CONTACT_EMAIL, contact.email.map(String::from)),
        (sealing::CONTACT_PHONE, contact.phone),
    ];
    let mut sealed = seal(&hub, &region, person, &fields).await?.into_iter();
    let (Some(Some(name)), email, phone) = (sealed.next(), sealed.next().flatten(), sealed.next().flatten()) else {
        return Err(Problem::internal());
    };
    let command = Command::RegisterContact { company, level: contact.level, name, email, phone };
    let mut batch = hub.log.batch(&region);
    batch.add::<Person>(&person, command).add::<Company>(&company, StayCompany);
    Ok(Created::at(batch.commit(&asked).await?, "/v1/regions/{region}/persons/{id}"))
}

/// Forget a person: their keys are destroyed, and no record shows any more who it was (persoon vergeten).
///
/// This cannot be undone. Counts, minutes and amounts stay. While a hold covers them it is refused, also when they ask
/// for it themselves (GDPR art. 17(3)): the answer names the hold.
#[utoipa::path(
    post, path = "/v1/regions/{region}/persons/{person}/forgetting", operation_id = "forget-person", tag = "consortium",
    params(("region" = RegionId, Path), ("person" = PersonId, Path)),
    request_body = Forgetting, responses(Accepted, Refuses<(Person,)>, Problem),
)]
async fn forget_person(
    State(hub): State<Hub>,
    Path((region, person)): Path<(RegionId, PersonId)>,
    caller: Caller,
    Valid(forgetting): Valid<Forgetting>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().person(person))?;
    let forgetting = ByHand { hub: hub.clone(), region, person, reason: forgetting.reason, asked };
    Ok(hub.steps.finish(forgetting.run()).await?.into())
}
