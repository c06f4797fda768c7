//! The key of natural keys is rotated: everybody is found again, and is given a MAC under the newest key when seen.

use crate::scratch::{Scratch, on_scratch};
use crate::{altena, gorinchem};
use vault::{Error, Vault};
use vocabulary::PersonId;

const KIND: &str = "pupil-number";
const SECOND: ([u8; 32], bool) = ([2; 32], false);
const THIRD: ([u8; 32], bool) = ([3; 32], false);
const PREPARED: ([u8; 32], bool) = ([2; 32], true);

async fn known(vault: &Vault, numbers: &[&str]) -> Vec<Option<PersonId>> {
    vault.known_natural_keys(&gorinchem(), KIND, numbers).await.unwrap()
}

/// Whose a number is after an import that has it, with someone new for a new number.
async fn import(vault: &Vault, number: &str) -> PersonId {
    vault.keep_natural_keys(&gorinchem(), KIND, &[(number, PersonId::fresh())]).await.unwrap()[0]
}

async fn rows(scratch: &Scratch) -> i64 {
    scratch.count("vault.natural_key").await
}

#[test]
fn an_import_finds_a_person_under_each_generation_of_the_key() {
    on_scratch(|scratch| async move {
        let (second, third) = (scratch.rotated(&[SECOND]), scratch.rotated(&[SECOND, THIRD]));
        let (of_first, other) = (import(&scratch.vault, "1").await, import(&scratch.vault, "other").await);
        let of_second = import(&second, "2").await;
        let of_third = import(&third, "3").await;
        let everybody = [Some(of_third), Some(of_first), None, Some(of_second), Some(other)];
        assert_eq!(known(&third, &["3", "1", "new", "2", "other"]).await, everybody);
        for (number, person) in [("1", of_first), ("2", of_second), ("3", of_third)] {
            assert_eq!(import(&third, number).await, person, "{number}");
        }
        // In one file with a new number, in any order.
        let (fresh, new) = (PersonId::fresh(), PersonId::fresh());
        let asked = [("1", fresh), ("new", new), ("3", fresh), ("2", fresh)];
        let kept = third.keep_natural_keys(&gorinchem(), KIND, &asked).await.unwrap();
        assert_eq!(kept, [of_first, new, of_third, of_second]);
        assert_eq!(third.known_natural_keys(&altena(), KIND, &["1"]).await.unwrap(), [None]);
        assert_eq!(rows(&scratch).await, 5);
    });
}

#[test]
fn a_number_that_is_imported_again_is_re_keyed_and_the_old_mac_is_gone() {
    on_scratch(|scratch| async move {
        let (seen, unseen) = (import(&scratch.vault, "1").await, import(&scratch.vault, "2").await);
        let second = scratch.rotated(&[SECOND]);
        // A lookup changes nothing.
        assert_eq!(known(&second, &["1", "2"]).await, [Some(seen), Some(unseen)]);
        assert_eq!(known(&scratch.vault, &["1", "2"]).await, [Some(seen), Some(unseen)]);
        assert_eq!(import(&second, "1").await, seen);
        assert_eq!(known(&scratch.vault, &["1", "2"]).await, [None, Some(unseen)]);
        assert_eq!(known(&second, &["1", "2"]).await, [Some(seen), Some(unseen)]);
        assert_eq!(rows(&scratch).await, 2);
    });
}

#[test]
fn processes_that_write_with_different_generations_give_a_number_once() {
    on_scratch(|scratch| async move {
        // One knows the second generation beforehand, the other writes with it already.
        let (before, after) = (scratch.rotated(&[PREPARED]), scratch.rotated(&[SECOND]));
        for number in 0..20 {
            let number = number.to_string();
            let (one, other) = tokio::join!(import(&before, &number), import(&after, &number));
            assert_eq!(one, other, "{number}");
            assert_eq!(known(&before, &[&number]).await, known(&after, &[&number]).await);
        }
        assert_eq!(rows(&scratch).await, 20);
    });
}

#[test]
fn a_forgotten_person_is_not_found_under_any_generation() {
    on_scratch(|scratch| async move {
        let person = import(&scratch.vault, "1").await;
        let second = scratch.rotated(&[SECOND]);
        second.forget(&gorinchem(), person).await.unwrap();
        assert_eq!(known(&second, &["1"]).await, [None]);
        let back = second.keep_natural_keys(&gorinchem(), KIND, &[("1", person)]).await;
        assert!(matches!(back, Err(Error::Forgotten(who)) if who == person));
        assert_ne!(import(&second, "1").await, person);
        assert_eq!(rows(&scratch).await, 1);
    });
}

#[test]
fn re_keying_and_forgetting_at_once_leave_no_number() {
    on_scratch(|scratch| async move {
        let numbers: Vec<String> = (0..40).map(|number| number.to_string()).collect();
        let mut people = Vec::new();
        for number in &numbers {
            people.push(import(&scratch.vault, number).await);
        }
        let second = scratch.rotated(&[SECOND]);
        let asked: Vec<(&str, PersonId)> = numbers.iter().map(|number| (number.as_str(), PersonId::fresh())).collect();
        let gone: Vec<PersonId> = people.iter().rev().step_by(2).copied().collect();
        let region = gorinchem();
        let (forgotten, kept) =
            tokio::join!(scratch.vault.reapply(&region, &gone), second.keep_natural_keys(&region, KIND, &asked));
        forgotten.unwrap();
        kept.unwrap();
        let left = "vault.natural_key join vault.person using (region, person) where forgotten_at is not null";
        assert_eq!(scratch.count(left).await, 0);
        let texts: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let found = known(&second, &texts).await;
        for (person, found) in people.iter().zip(found).filter(|(person, _)| !gone.contains(person)) {
            assert_eq!(found, Some(*person));
        }
    });
}
