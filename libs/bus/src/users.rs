//! Who may do what on NATS: an account for each service's logs, with a user that publishes there and one that reads.
//!
//! A permission cannot say "streams that begin with `hotspots_`", so a service's streams are in an account of their own:
//! other services' users are not in it, and see nothing of it.

use crate::Names;
use crate::connect::{inbox, reader_of};

/// A user of a NATS server, and all that it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatsUser {
    /// The account: the service whose logs are there.
    pub account: String,
    /// What it is called: on the server no other user, of any account, is called so.
    pub name: String,
    /// Subjects that it may publish to, and ask questions under; no others.
    pub publish: Vec<String>,
    /// Subjects that it may subscribe to; no others.
    pub subscribe: Vec<String>,
}

/// The users of an installation: for each service one of its name, and one that reads its logs.
#[must_use]
pub fn nats_users(names: &Names, services: &[&str]) -> Vec<NatsUser> {
    services.iter().flat_map(|service| [publisher(names, service), reader(names, service)]).collect()
}

/// Makes streams, publishes to them and compares them; it reads its own logs too.
fn publisher(names: &Names, service: &str) -> NatsUser {
    let own = [names.subjects_of(service), names.ping(service), names.doubts_of(service)];
    let asked = ["STREAM.CREATE.*", "STREAM.DELETE.*", "STREAM.MSG.GET.*"].map(api);
    NatsUser {
        account: service.to_owned(),
        name: service.to_owned(),
        publish: own.into_iter().chain(asked).chain(reads()).collect(),
        subscribe: vec![format!("{}.>", inbox(service)), names.ping(service), names.doubts_of(service)],
    }
}

/// Reads streams, hears of growth, and tells the relay what it does not believe.
fn reader(names: &Names, service: &str) -> NatsUser {
    let name = reader_of(service);
    NatsUser {
        account: service.to_owned(),
        publish: std::iter::once(names.doubts_of(service)).chain(reads()).collect(),
        subscribe: vec![format!("{}.>", inbox(&name)), names.ping(service)],
        name,
    }
}

/// What an ordered consumer asks for: it has no name when it is made, so none that lasts can be made. It acknowledges
/// nothing, and is pulled, so it needs no flow control.
fn reads() -> impl Iterator<Item = String> {
    ["STREAM.INFO.*", "CONSUMER.CREATE.*", "CONSUMER.DELETE.*.*", "CONSUMER.MSG.NEXT.*.*"].map(api).into_iter()
}

fn api(question: &str) -> String {
    format!("$JS.API.{question}")
}
