//! The schemas of the vocabulary's own words: a parameter refers to them, and no body brings them along.

use utoipa::ToSchema;
use utoipa::openapi::{RefOr, schema::Schema};
use vocabulary::*;

/// Name and schema of every word; every id is among them.
pub(crate) fn all() -> Vec<(String, RefOr<Schema>)> {
    let mut all = id_schemas();
    all.extend([
        term::<RegionId>(),
        term::<Service>(),
        term::<Role>(),
        term::<BranchCode>(),
        term::<Brin>(),
        term::<KvkNumber>(),
        term::<Label>(),
        term::<Reason>(),
        term::<Clause>(),
        term::<Email>(),
        term::<DocumentHash>(),
        term::<SchemeCode>(),
        term::<SchoolYear>(),
        term::<Minutes>(),
        term::<Euros>(),
        term::<BasisPoints>(),
        term::<Organisation>(),
    ]);
    all
}

fn term<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into_owned(), T::schema())
}
