//! Which refusals an operation may be answered with, as the document says it: from the aggregates that decide.

use crate::document::problem;
use decider::{Aggregate, Refusal};
use serde_json::json;
use std::{collections::BTreeMap, marker::PhantomData};
use utoipa::{
    IntoResponses,
    openapi::{RefOr, Response, extensions::ExtensionsBuilder},
};

/// The member of an answer that lists the types of its problems, for programs to read.
const TYPES: &str = "x-types";

/// Declares that the rules of these aggregates may refuse an operation:
/// `responses(Accepted, Refuses<(Session, PupilDay)>, Problem)`.
#[derive(Clone, Copy, Debug)]
pub struct Refuses<A>(PhantomData<A>);

/// The aggregates that one command asks: `(Session,)`, or several in one append.
pub trait Deciding {
    /// The `type` of every refusal of theirs.
    fn types() -> Vec<String>;
}

fn types<A: Aggregate>() -> impl Iterator<Item = String> {
    A::Refusal::codes().iter().map(|code| format!("/problems/{}-{code}", A::CATEGORY))
}

macro_rules! deciding {
    ($($aggregate:ident)+) => {
        impl<$($aggregate: Aggregate),+> Deciding for ($($aggregate,)+) {
            fn types() -> Vec<String> {
                std::iter::empty()$(.chain(types::<$aggregate>()))+.collect()
            }
        }
    };
}

deciding!(A);
deciding!(A B);
deciding!(A B C);
deciding!(A B C D);

impl<A: Deciding> IntoResponses for Refuses<A> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let types = A::types();
        let listed: Vec<String> = types.iter().map(|it| format!("`{it}`")).collect();
        let description = format!("The rules refuse it (geweigerd). Types: {}.", listed.join(", "));
        let refused = problem()
            .description(description)
            .extensions(Some(ExtensionsBuilder::new().add(TYPES, json!(types)).build()));
        BTreeMap::from([("409".to_owned(), refused.build().into())])
    }
}
