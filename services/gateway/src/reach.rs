//! Reading within the caller's reach: the database shows no more, even with a forgotten `where`.

use access::Scope;
use event_log::{Pool, Transaction};
use vocabulary::RegionId;

/// Ends the tables of a read model: whoever reads under the reader's role may see them.
///
/// **Invariant:** each table has a restrictive policy `reach`, so a table without one fails a test.
macro_rules! readable {
    () => {
        "; do $$ begin
             execute format('grant usage on schema %I to regiohub_reader', current_schema());
             execute format('grant select on all tables in schema %I to regiohub_reader', current_schema());
         end $$"
    };
}

/// A policy that shows a table's rows to whoever reaches what they touch.
macro_rules! reach {
    ($table:literal, everyone) => {
        concat!("; create policy reach on ", $table, " as restrictive for select to regiohub_reader using (true)")
    };
    ($table:literal, $schools:literal, $companies:literal, $persons:literal) => {
        concat!(
            "; create policy reach on ",
            $table,
            " as restrictive for select to regiohub_reader using (public.reaches(",
            $schools,
            ", ",
            $companies,
            ", ",
            $persons,
            "))"
        )
    };
}

pub(crate) use {reach, readable};

/// A transaction under the reader's role that sees one region, and in it what `scope` reaches.
///
/// # Errors
/// When the database does not answer.
pub async fn reading(app: &Pool, region: &RegionId, scope: &Scope) -> sqlx::Result<Transaction> {
    let list = |items: Vec<String>| items.join(",");
    // Slugs, branch codes and uuids: nothing in them needs escaping, so one round trip is enough.
    let set = format!(
        "begin read only; set local role regiohub_reader; set local regiohub.region = '{region}';
         set local regiohub.reach = '{}'; set local regiohub.schools = '{}';
         set local regiohub.companies = '{}'; set local regiohub.persons = '{}'",
        if scope.region_wide { "region" } else { "bound" },
        list(scope.schools.iter().map(ToString::to_string).collect()),
        list(scope.companies.iter().map(ToString::to_string).collect()),
        list(scope.persons.iter().map(ToString::to_string).collect()),
    );
    app.begin(set).await
}
