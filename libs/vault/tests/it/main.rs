//! The vault on a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod rotated;
mod scratch;
#[path = "../../../testkit/src/way.rs"]
mod way;

use std::time::{Duration, Instant};

use scratch::{Scratch, on_scratch};
use vault::Error;
use vocabulary::{PersonId, Purpose, RegionId, Sealed};

const NAME: &str = "nl.sterktechniekonderwijs.consortium.person-registered.v1#name";
const BIRTH_DATE: &str = "nl.sterktechniekonderwijs.consortium.person-registered.v1#birthDate";
const CANARY: &str = "Kanarie van der Vogelkooi";

fn gorinchem() -> RegionId {
    "gorinchem".parse().unwrap()
}

fn altena() -> RegionId {
    "altena".parse().unwrap()
}

#[test]
fn a_sealed_name_is_opened_again_also_by_another_process() {
    on_scratch(|scratch| async move {
        let person = PersonId::fresh();
        let sealed = scratch.vault.seal(&gorinchem(), person, Purpose::Identity, NAME, CANARY).await.unwrap();
        assert_eq!(scratch.vault.open(&gorinchem(), NAME, &sealed).await.unwrap().as_deref(), Some(CANARY));
        assert_eq!(scratch.again().open(&gorinchem(), NAME, &sealed).await.unwrap().as_deref(), Some(CANARY));
    });
}

#[test]
fn a_key_is_on_disk_whatever_the_default_of_its_database() {
    on_scratch(|scratch| async move {
        // As the database's owner: how the insert of each key would be committed.
        sqlx::raw_sql(
            "create table seen (synchronous_commit text not null);
             grant insert on seen to regiohub_vault;
             create function witness() returns trigger language plpgsql as $$ begin
                 insert into public.seen values (current_setting('synchronous_commit'));
                 return new;
             end $$;
             create trigger witness before insert on vault.key for each row execute function witness();
             do $$ begin
                 execute format('alter database %I set synchronous_commit = off', current_database());
             end $$",
        )
        .execute(&scratch.owner)
        .await
        .unwrap();
        let vault = scratch.again();
        vault.seal(&gorinchem(), PersonId::fresh(), Purpose::Identity, NAME, CANARY).await.unwrap();
        let seen: Vec<String> =
            sqlx::query_scalar("select synchronous_commit from seen").fetch_all(&scratch.owner).await.unwrap();
        assert_eq!(seen, ["on"]);
    });
}

// S: a sealed field that is moved does not open.
#[test]
fn a_ciphertext_that_was_swapped_does_not_open() {
    on_scratch(|scratch| async move {
        let (one, other) = (PersonId::fresh(), PersonId::fresh());
        let fields = [(one, Purpose::Identity, NAME, CANARY), (other, Purpose::Identity, NAME, "Mus")];
        let sealed = scratch.vault.seal_all(&gorinchem(), &fields).await.unwrap();
        scratch.vault.seal_all(&altena(), &fields).await.unwrap();
        for (region, field, sealed) in [
            (gorinchem(), NAME, Sealed { person: other, ..sealed[0].clone() }),
            (gorinchem(), BIRTH_DATE, sealed[0].clone()),
            (altena(), NAME, sealed[0].clone()),
        ] {
            let opened = scratch.vault.open(&region, field, &sealed).await;
            assert!(matches!(opened, Err(Error::Broken(_))), "{opened:?}");
        }
    });
}

#[test]
fn a_wrapped_key_put_in_anothers_place_does_not_open() {
    on_scratch(|scratch| async move {
        let (one, other) = (PersonId::fresh(), PersonId::fresh());
        let fields = [(one, Purpose::Identity, NAME, CANARY), (other, Purpose::Identity, NAME, "Mus")];
        let sealed = scratch.vault.seal_all(&gorinchem(), &fields).await.unwrap();
        let swap = "update vault.key set wrapped = (select wrapped from vault.key where person = $1) where person = $2";
        sqlx::query(swap).bind(one).bind(other).execute(&scratch.owner).await.unwrap();
        assert!(matches!(scratch.again().open(&gorinchem(), NAME, &sealed[1]).await, Err(Error::Broken(_))));
    });
}

#[test]
fn one_changed_character_does_not_open() {
    on_scratch(|scratch| async move {
        let mut sealed =
            scratch.vault.seal(&gorinchem(), PersonId::fresh(), Purpose::Identity, NAME, CANARY).await.unwrap();
        let changed = if sealed.sealed.pop().unwrap() == 'A' { 'Q' } else { 'A' };
        sealed.sealed.push(changed);
        assert!(matches!(scratch.vault.open(&gorinchem(), NAME, &sealed).await, Err(Error::Broken(_))));
    });
}

#[test]
fn a_forgotten_person_is_nothing_and_gets_no_key_again() {
    on_scratch(|scratch| async move {
        let (vault, person) = (&scratch.vault, PersonId::fresh());
        let name = vault.seal(&gorinchem(), person, Purpose::Identity, NAME, CANARY).await.unwrap();
        let remark = vault.seal(&gorinchem(), person, Purpose::Judgement, "x#remark", CANARY).await.unwrap();
        assert!(!vault.is_forgotten(&gorinchem(), person).await.unwrap());
        vault.forget(&gorinchem(), person).await.unwrap();
        vault.forget(&gorinchem(), person).await.unwrap();
        for vault in [vault, &scratch.again()] {
            assert!(vault.is_forgotten(&gorinchem(), person).await.unwrap());
            assert!(!vault.is_forgotten(&gorinchem(), PersonId::fresh()).await.unwrap());
            assert_eq!(vault.open(&gorinchem(), NAME, &name).await.unwrap(), None);
            assert_eq!(vault.open(&gorinchem(), "x#remark", &remark).await.unwrap(), None);
            let sealed = vault.seal(&gorinchem(), person, Purpose::Image, NAME, CANARY).await;
            assert!(matches!(sealed, Err(Error::Forgotten(who)) if who == person));
        }
        assert_eq!(scratch.count("vault.key").await, 0);
    });
}

#[test]
fn an_unknown_person_can_be_forgotten_beforehand() {
    on_scratch(|scratch| async move {
        let person = PersonId::fresh();
        scratch.vault.forget(&gorinchem(), person).await.unwrap();
        let sealed = scratch.vault.seal(&gorinchem(), person, Purpose::Identity, NAME, CANARY).await;
        assert!(matches!(sealed, Err(Error::Forgotten(_))));
    });
}

// P6: a restored backup stays forgetful.
#[test]
fn a_key_row_that_comes_back_from_a_backup_opens_nothing() {
    on_scratch(|scratch| async move {
        let person = PersonId::fresh();
        let sealed = scratch.vault.seal(&gorinchem(), person, Purpose::Identity, NAME, CANARY).await.unwrap();
        scratch.vault.natural_key(&gorinchem(), "pupil-number", "0123").await.unwrap();
        scratch.run("create table kept as table vault.key").await;
        scratch.vault.forget(&gorinchem(), person).await.unwrap();
        scratch.run("insert into vault.key select * from kept").await;
        assert_eq!(scratch.again().open(&gorinchem(), NAME, &sealed).await.unwrap(), None);
        let again = scratch.again().seal(&gorinchem(), person, Purpose::Identity, NAME, CANARY).await;
        assert!(matches!(again, Err(Error::Forgotten(_))));

        // Now the tombstone is lost as well: the log's events bring it back.
        scratch.run("delete from vault.person").await;
        let restored = scratch.again();
        restored.reapply(&gorinchem(), &[person]).await.unwrap();
        assert_eq!(restored.open(&gorinchem(), NAME, &sealed).await.unwrap(), None);
        assert_eq!(scratch.count("vault.key").await, 0);
    });
}

// P9: a lost key is an alarm, and does not pass for a forgetting.
#[test]
fn a_key_that_is_lost_is_not_taken_for_a_forgetting() {
    on_scratch(|scratch| async move {
        let sealed =
            scratch.vault.seal(&gorinchem(), PersonId::fresh(), Purpose::Identity, NAME, CANARY).await.unwrap();
        scratch.run("delete from vault.key").await;
        assert!(matches!(scratch.again().open(&gorinchem(), NAME, &sealed).await, Err(Error::Broken(_))));
    });
}

#[test]
fn a_person_who_is_sealed_and_forgotten_at_once_keeps_no_key() {
    on_scratch(|scratch| async move {
        let persons: Vec<PersonId> = (0..40).map(|_| PersonId::fresh()).collect();
        let tasks = persons.iter().flat_map(|&person| {
            let (sealing, forgetting) = (scratch.again(), scratch.vault.clone());
            [
                tokio::spawn(async move {
                    let _ = sealing.seal(&gorinchem(), person, Purpose::Identity, NAME, CANARY).await;
                }),
                tokio::spawn(async move { forgetting.forget(&gorinchem(), person).await.unwrap() }),
            ]
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(scratch.count("vault.key").await, 0);
    });
}

#[test]
fn a_pupil_number_finds_its_person_again_until_they_are_forgotten() {
    on_scratch(|scratch| async move {
        let vault = &scratch.vault;
        let person = vault.natural_key(&gorinchem(), "pupil-number", "0123").await.unwrap();
        assert_eq!(vault.natural_key(&gorinchem(), "pupil-number", "0123").await.unwrap(), person);
        assert_ne!(vault.natural_key(&gorinchem(), "staff-number", "0123").await.unwrap(), person);
        assert_ne!(vault.natural_key(&altena(), "pupil-number", "0123").await.unwrap(), person);
        vault.forget(&gorinchem(), person).await.unwrap();
        assert_eq!(vault.known_natural_keys(&gorinchem(), "pupil-number", &["0123"]).await.unwrap(), [None]);
        assert_ne!(vault.natural_key(&gorinchem(), "pupil-number", "0123").await.unwrap(), person);
        let back = vault.keep_natural_keys(&gorinchem(), "pupil-number", &[("0456", person)]).await;
        assert!(matches!(back, Err(Error::Forgotten(who)) if who == person));
    });
}

#[test]
fn an_import_of_thousands_keeps_order_and_known_numbers() {
    on_scratch(|scratch| async move {
        let vault = &scratch.vault;
        let first = vault.natural_key(&gorinchem(), "pupil-number", "7").await.unwrap();
        let numbers: Vec<String> = (0..5_000).map(|number| number.to_string()).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let known = vault.known_natural_keys(&gorinchem(), "pupil-number", &numbers).await.unwrap();
        assert_eq!((known.len(), known.iter().flatten().count(), known[7]), (5_000, 1, Some(first)));
        let asked: Vec<_> = numbers.iter().map(|number| (*number, PersonId::fresh())).collect();
        let kept = vault.keep_natural_keys(&gorinchem(), "pupil-number", &asked).await.unwrap();
        assert_eq!((kept[7], kept[8]), (first, asked[8].1));
        let fields: Vec<_> =
            kept.iter().zip(&numbers).map(|(person, number)| (*person, Purpose::Identity, NAME, *number)).collect();
        let sealed = vault.seal_all(&gorinchem(), &fields).await.unwrap();
        let asked: Vec<_> = sealed.iter().map(|sealed| (NAME, sealed)).collect();
        let opened = scratch.again().open_all(&gorinchem(), &asked).await.unwrap();
        assert!(opened.iter().zip(&numbers).all(|(opened, number)| opened.as_deref() == Some(number)));
    });
}

// P6: a canary is found nowhere.
#[test]
fn no_plaintext_and_no_number_stands_in_any_table() {
    on_scratch(|scratch| async move {
        let person = scratch.vault.natural_key(&gorinchem(), "pupil-number", "KANARIE-4711").await.unwrap();
        scratch.vault.seal(&gorinchem(), person, Purpose::Identity, NAME, CANARY).await.unwrap();
        let text = scratch.everything().await;
        assert!(text.contains(&person.to_string()), "the search finds what is there");
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        for canary in [CANARY, "KANARIE-4711", &hex(CANARY), &hex("KANARIE-4711")] {
            assert!(!text.contains(canary), "{canary}");
        }
    });
}

// P7: no read or write across regions, even with a forgotten `where`.
#[test]
fn the_role_that_works_sees_one_region_and_without_a_region_nothing() {
    on_scratch(|scratch| async move {
        for region in [gorinchem(), altena()] {
            let person = scratch.vault.natural_key(&region, "pupil-number", "1").await.unwrap();
            scratch.vault.seal(&region, person, Purpose::Identity, NAME, CANARY).await.unwrap();
        }
        for table in scratch.tables().await {
            let regions = scratch.as_role(&format!("select count(*) from {table}")).await;
            assert!(matches!(regions, None | Some(0)), "{table}: {regions:?}");
            if table != "vault.master" {
                let set = format!(
                    "select set_config('regiohub.region', 'altena', true); select count(*) from {table} where region <> 'altena'"
                );
                assert_eq!(scratch.as_role(&set).await, Some(0), "{table}");
                let set = format!("select set_config('regiohub.region', 'altena', true); select count(*) from {table}");
                assert_eq!(scratch.as_role(&set).await, Some(1), "{table}");
            }
        }
    });
}

#[test]
fn another_master_key_is_noticed_at_start() {
    on_scratch(|scratch| async move {
        scratch.again().migrate().await.unwrap();
        let migrated = scratch.with_another_master_key().migrate().await;
        assert!(matches!(migrated, Err(Error::Broken(_))), "{migrated:?}");
    });
}

#[test]
fn an_unavailable_vault_is_reported_as_such() {
    on_scratch(|scratch| async move {
        let away = Scratch::away();
        let sealed = away.seal(&gorinchem(), PersonId::fresh(), Purpose::Identity, NAME, CANARY).await;
        assert!(matches!(sealed, Err(Error::Unavailable(_))));
        assert!(away.answers().await.is_err());
        scratch.vault.answers().await.unwrap();
    });
}

#[test]
fn a_note_is_there_from_the_moment_the_keys_are_gone_until_it_is_struck() {
    on_scratch(|scratch| async move {
        let (one, other) = (PersonId::fresh(), PersonId::fresh());
        let sealed = scratch.vault.seal(&gorinchem(), one, Purpose::Identity, NAME, CANARY).await.unwrap();
        let noted = |note: &str| [(one, note.to_owned())];
        scratch.vault.forget_with_notes(&gorinchem(), &noted("first")).await.unwrap();
        scratch.vault.forget_with_notes(&gorinchem(), &noted("second")).await.unwrap();
        scratch.vault.forget(&gorinchem(), other).await.unwrap();
        assert_eq!(scratch.vault.open(&gorinchem(), NAME, &sealed).await.unwrap(), None);
        // As the next process finds it, in this region alone.
        let next = scratch.again();
        assert_eq!(next.notes(&gorinchem()).await.unwrap(), noted("first"));
        assert_eq!(next.notes(&altena()).await.unwrap(), []);
        assert_eq!(next.forgotten(&gorinchem(), None).await.unwrap(), [one.min(other), one.max(other)]);
        assert_eq!(next.forgotten(&gorinchem(), Some(one.min(other))).await.unwrap(), [one.max(other)]);
        next.strike_notes(&gorinchem(), &[one]).await.unwrap();
        assert_eq!(next.notes(&gorinchem()).await.unwrap(), []);
        assert_eq!(next.open(&gorinchem(), NAME, &sealed).await.unwrap(), None);
    });
}

#[test]
fn a_vault_that_went_silent_is_away_for_seconds() {
    on_scratch(|scratch| async move {
        let (way, vault) = scratch.on_a_way().await;
        let seal = async || vault.seal(&gorinchem(), PersonId::fresh(), Purpose::Identity, NAME, CANARY).await;
        // Every connection of the pool is one that was used.
        let all = futures_util::future::join_all((0..4).map(|_| seal())).await;
        assert!(all.iter().all(Result::is_ok));
        way.swallow(false);
        assert!(matches!(seal().await, Err(Error::Unavailable(_))));
        let began = Instant::now();
        while seal().await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "it does not heal");
        }
    });
}
