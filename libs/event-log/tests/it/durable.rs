//! An append waits for the disk, whatever its role's, database's or address's default is.

use crate::counter::{Counter, Raise, asked};
use crate::scratch::scratch;
use decider::Clock;
use event_log::{Database, EventLog};
use sqlx::{AssertSqlSafe, PgPool};
use std::str::FromStr;
use uuid::Uuid;

/// Writes down, as the owner of the database, how each insert of an event would be committed.
const WITNESS: &str = "
    create table seen (synchronous_commit text not null);
    grant insert on seen to regiohub_app;
    create function witness() returns trigger language plpgsql as $$ begin
        insert into public.seen values (current_setting('synchronous_commit'));
        return new;
    end $$;
    create trigger witness before insert on event_log.event for each row execute function witness();";

async fn seen(owner: &PgPool) -> Vec<String> {
    let seen = sqlx::query_scalar("select synchronous_commit from seen").fetch_all(owner).await.unwrap();
    sqlx::query("delete from seen").execute(owner).await.unwrap();
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_waits_for_the_disk_whatever_the_default_of_its_role() {
    scratch(async |scratch| {
        let owner = &scratch.database.owner;
        sqlx::raw_sql(WITNESS).execute(owner).await.unwrap();
        let role = format!("forgets_{}", Uuid::now_v7().simple());
        let database: String = sqlx::query_scalar("select current_database()").fetch_one(owner).await.unwrap();
        let made = format!("create role {role} login superuser password 'word'");
        sqlx::raw_sql(AssertSqlSafe(made)).execute(owner).await.unwrap();
        let server = sqlx::postgres::PgConnectOptions::from_str(&std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap());
        let options = server.unwrap().database(&database).username(&role).password("word");

        for (default, expected) in [
            ("off", "on"),
            ("local", "on"),
            ("remote_write", "on"),
            ("on", "on"),
            // Waits for more than the disk: who chose it keeps it.
            ("remote_apply", "remote_apply"),
        ] {
            let altered = format!("alter role {role} set synchronous_commit = {default}");
            sqlx::raw_sql(AssertSqlSafe(altered)).execute(owner).await.unwrap();
            // An address asks for it as well.
            for options in [options.clone(), options.clone().options([("synchronous_commit", default)])] {
                let forgetful = Database::open(options, 2).await.unwrap();
                let log = EventLog::new("counters", "00000000000000000000", &forgetful, Clock::system());
                log.execute::<Counter>(&"voorbeeld".parse().unwrap(), &Uuid::now_v7(), Raise(1), &asked())
                    .await
                    .unwrap();
                assert_eq!(seen(owner).await, [expected], "{default}");
                let owning: String =
                    sqlx::query_scalar("show synchronous_commit").fetch_one(&forgetful.owner).await.unwrap();
                assert_eq!(owning, expected);
                forgetful.app.close().await;
                forgetful.owner.close().await;
            }
        }
        let gone = format!("drop owned by {role}; drop role {role}");
        sqlx::raw_sql(AssertSqlSafe(gone)).execute(owner).await.unwrap();
    })
    .await;
}
