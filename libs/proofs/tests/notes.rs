//! Signed notes, against the example of the reference implementation and against another implementation.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proofs::{Kind, NotSigned, Note, Signer, Verifier};
use proptest::prelude::*;
use signed_note::{StandardVerifier, VerifierList};

/// The example of Go's golang.org/x/mod/sumdb/note.
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer(name: &str) -> Signer {
    Signer::new(name, &[7; 32]).unwrap()
}

fn signed(signer: &Signer, text: &str) -> Note {
    Note { text: text.to_owned(), signatures: vec![signer.sign(text)] }
}

#[test]
fn the_published_example_reads_verifies_and_writes_the_same() {
    let (key, note): (Verifier, Note) = (KEY.parse().unwrap(), NOTE.parse().unwrap());
    assert_eq!((key.to_string().as_str(), note.to_string().as_str()), (KEY, NOTE));
    assert_eq!(note.signed_by(&key).unwrap().name(), "PeterNeumann");
    let changed = NOTE.replace("answer", "Answer").parse::<Note>().unwrap();
    assert_eq!(changed.signed_by(&key), Err(NotSigned::Forged("PeterNeumann".to_owned())));
}

#[test]
fn a_witness_signs_beside_the_log_and_says_when() {
    let (log, witness) =
        (signer("hub.example/west/hotspots"), Signer::new("school.example/witness", &[9; 32]).unwrap());
    let mut note = signed(&log, "hub.example/west/hotspots\n1\nAAAA\n");
    let seen = witness.cosign(&note.text, 1_679_315_147);
    note.signatures.push(seen.clone());
    let note: Note = note.to_string().parse().unwrap();
    assert!(note.signed_by(&log.verifier(Kind::Log)).is_ok());
    assert_eq!(note.signed_by(&witness.verifier(Kind::Witness)).unwrap().time(), Some(1_679_315_147));
    // What a witness says is no word of a log: another type, another id.
    assert!(matches!(note.signed_by(&witness.verifier(Kind::Log)), Err(NotSigned::Absent(_))));
    let other = Note { text: "another\n".to_owned(), signatures: vec![seen] };
    assert!(matches!(other.signed_by(&witness.verifier(Kind::Witness)), Err(NotSigned::Forged(_))));
}

#[test]
fn a_wrong_key_and_a_forged_signature_are_found() {
    let log = signer("log");
    let mut note = signed(&log, "text\n");
    let other = Signer::new("log", &[8; 32]).unwrap();
    assert_eq!(note.signed_by(&other.verifier(Kind::Log)), Err(NotSigned::Absent("log".to_owned())));
    note.signatures.push(log.sign("another\n"));
    assert_eq!(note.signed_by(&log.verifier(Kind::Log)), Err(NotSigned::Forged("log".to_owned())));
}

#[test]
fn a_text_that_is_no_note_or_key_is_not_read() {
    for note in [
        "",
        "text\n",
        "text\n\n",
        "\n\n\u{2014} a AAAA\n",
        &NOTE[..NOTE.len() - 1],
        &NOTE[..NOTE.len() / 2],
        "text\n\n- a AAAAAAAA\n",
        "text\n\n\u{2014} a+b AAAAAAAAAA==\n",
        "te\rxt\n\n\u{2014} a AAAAAAAAAA==\n",
    ] {
        assert!(note.parse::<Note>().is_err(), "{note:?}");
    }
    for key in ["", "a", "a+b", "a+00000000+", &KEY.replace("c74f", "c74e"), &KEY.replace("Peter", "peter"), &KEY[..40]]
    {
        assert!(key.parse::<Verifier>().is_err(), "{key:?}");
    }
    assert!(Signer::new("a b", &[0; 32]).is_err() && Signer::new("a+b", &[0; 32]).is_err());
}

#[test]
fn a_key_id_in_capitals_is_the_same_key() {
    let key: Verifier = KEY.replace("c74f20a3", "C74F20A3").parse().unwrap();
    assert_eq!(key.to_string(), KEY);
}

proptest! {
    #[test]
    fn another_implementation_takes_our_notes_and_keys(lines in proptest::collection::vec("[a-z é€]{1,20}", 1..5), secret: [u8; 32]) {
        let text = format!("{}\n", lines.join("\n"));
        let signer = Signer::new("hub.example/west/co-financing", &secret).unwrap();
        let note = signed(&signer, &text).to_string();
        let theirs = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
        let key = signer.verifier(Kind::Log).to_string();
        let verifiers = VerifierList::new(vec![Box::new(StandardVerifier::new(&key).unwrap())]);
        prop_assert_eq!(theirs.verify(&verifiers).unwrap().0.len(), 1);
        prop_assert_eq!(theirs.text(), text.as_bytes());
    }

    #[test]
    fn no_text_makes_reading_panic(text in "[\\PC\n]{0,200}") {
        let _ = text.parse::<Note>();
        let _ = text.parse::<Verifier>();
        let _ = text.parse::<proofs::Checkpoint>();
    }
}
