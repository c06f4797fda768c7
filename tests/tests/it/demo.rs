//! The demo: played by the program itself, stopped halfway, played again; and every cent counted anew from the events.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod audit;
mod books;
pub mod stage;
mod tampering;

use books::Books;
use serde_json::Value;
use stage::Stage;

const PUPILS: &str = include_str!("../../../services/regiohub-demo/src/data/pupils.csv");

#[tokio::test]
async fn a_school_year_is_played_once_and_every_cent_leads_to_an_event() {
    let stage = Stage::up("demo", &[]).await;
    for until in [300, regiohub_demo::STEPS - 20] {
        let mut steps = 0;
        let is_last = |_: &Value| {
            steps += 1;
            steps == until
        };
        stage.play_until(is_last).await;
        stage.sign().await;
    }
    let played = stage.play().await;
    let (end, steps) = played.split_last().unwrap();
    assert_eq!(steps.len() as u64, regiohub_demo::STEPS, "the bar knows how far it is");
    assert_eq!(end["steps"], regiohub_demo::STEPS);
    let heads = stage.heads().await;

    let again = stage.play().await;
    assert_eq!(stage.heads().await, heads, "a second play changes nothing");
    assert_eq!(again.last().unwrap()["statement"], end["statement"]);

    let books = Books::read(&stage).await;
    the_statement_is_what_the_events_add_up_to(end, &books);
    for figure in end["explanations"].as_array().unwrap() {
        every_line_leads_to_the_event_it_rests_on(&stage, end, figure, &books).await;
    }
    no_event_tells_a_pupils_name(&books);
    every_role_sees_what_it_may(&stage, end).await;
    assert_eq!(stage.parked().await, Vec::<Value>::new());
    audit::every_figure_is_traced_to_what_it_rests_on(&stage, end, &books).await;
    audit::a_thing_has_its_timeline(&stage, end).await;
    // What the audit adds from here on is signed by nobody.
    stage.sign().await;
    let drawn = audit::a_sample_is_drawn_and_drawn_again(&stage, end).await;
    audit::the_program_explains_it_too(&stage, end, 0).await;
    tampering::every_alteration_of_a_played_log_is_found(&stage).await;
    // The last thing: the log is not the same after it.
    audit::an_altered_amount_is_found(&stage, end).await;
    audit::the_program_explains_it_too(&stage, end, 3).await;
    audit::an_altered_log_draws_another_sample(&stage, end, &drawn).await;
}

fn figure<'a>(end: &'a Value, name: &str) -> &'a Value {
    let rows = end["statement"]["figures"].as_array().unwrap();
    rows.iter().find(|row| row["figure"] == name).unwrap_or_else(|| panic!("no {name}"))
}

fn the_statement_is_what_the_events_add_up_to(end: &Value, books: &Books) {
    let sums = books.sums();
    for (name, sum) in [("realised", sums.realised), ("signed", sums.signed), ("verified", sums.verified)] {
        assert_eq!(figure(end, name)["amount"], sum, "{name}");
        assert!(sum > 0, "{name}");
    }
    let amount = |name| figure(end, name)["amount"].as_i64().unwrap();
    assert!(amount("committed") > sums.realised && sums.realised > sums.signed && sums.signed > sums.verified);
    let target = end["statement"]["target"]["amount"].as_i64().unwrap();
    assert_eq!(end["statement"]["gap"], target - sums.verified);
}

async fn every_line_leads_to_the_event_it_rests_on(stage: &Stage, end: &Value, explained: &Value, books: &Books) {
    let name = explained["figure"].as_str().unwrap();
    let lines = stage.pages(end, explained["address"].as_str().unwrap()).await;
    let sum: i64 = lines.iter().map(|line| line["amount"].as_i64().unwrap()).sum();
    assert_eq!(figure(end, name)["amount"], sum, "{name}");
    assert_eq!(figure(end, name)["lines"], lines.len() as u64, "{name}");
    for line in &lines {
        for at in line["events"].as_array().unwrap() {
            let event = books.at(at["service"].as_str().unwrap(), at["position"].as_u64().unwrap());
            if at["what"] == "confirmed" {
                let day = format!("attendance-day/{}", line["attendanceDay"].as_str().unwrap());
                assert_eq!(event["subject"], day, "{line}");
                assert_eq!(event["data"]["minutes"], line["minutes"], "{line}");
            }
        }
        let of_a_pupil = line["kind"] == "forfait";
        let confirmed = line["events"].as_array().unwrap().iter().any(|at| at["what"] == "confirmed");
        assert_eq!(of_a_pupil, confirmed && !line["attendanceDay"].is_null(), "{line}");
    }
}

fn no_event_tells_a_pupils_name(books: &Books) {
    let families = PUPILS.lines().skip(1).map(|line| line.split(';').nth(2).unwrap());
    let births = PUPILS.lines().skip(1).map(|line| line.split(';').nth(3).unwrap());
    // Staff and contacts of the demo have one name each.
    for canary in families.chain(births).chain(["Lesgeververzinsel", "Persoonverzinsel"]) {
        for text in books.texts() {
            assert!(!text.contains(canary), "{canary} is in the log: {text}");
        }
    }
}

async fn every_role_sees_what_it_may(stage: &Stage, end: &Value) {
    let tokens = end["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 13);
    for token in tokens {
        let (role, address) = (&token["role"], token["try"].as_str().unwrap());
        let answer = stage.http.get(address).bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{role}: {address}");
        let shown: Value = answer.json().await.unwrap();
        assert!(shown["items"].as_array().is_none_or(|items| !items.is_empty()), "{role} sees nothing at {address}");
    }
}
