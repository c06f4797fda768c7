//! What somebody sends takes time that is linear in its length, and none of the threads that answer others.

use crate::world::{PUPILS, World, path, with_schools};
use http::Method;
use std::time::{Duration, Instant};
use testkit::{Answer, Heartbeat};

/// Bytes of a body, a little less than are taken.
const ALMOST_ALL: usize = 1024 * 1024 - 200;

/// In a build without optimisation, beside other tests: what these bodies took before is twenty times as long and more.
const DELAY: Duration = Duration::from_millis(500);
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

/// Sends a body, with a heart beating on the same thread.
async fn sent(world: &World, rest: &str, body: String, kind: &str) -> Answer {
    assert!(body.len() <= 1024 * 1024, "{} bytes", body.len());
    let (heart, began) = (Heartbeat::start(), Instant::now());
    let answer = world.leader.send(Method::POST, &path(rest), body, Some(kind)).await;
    assert!(began.elapsed() < ANSWERED_WITHIN, "{rest}: {:?}", began.elapsed());
    assert!(heart.largest_delay() < DELAY, "{rest}: nobody else could run for {:?}", heart.largest_delay());
    answer
}

fn until_full(mut body: String, part: impl Fn(usize) -> String, end: &str) -> String {
    let mut n = 0;
    while body.len() < ALMOST_ALL {
        body.push_str(&part(n));
        n += 1;
    }
    body + end
}

#[tokio::test]
async fn a_megabyte_of_unknown_fields_holds_up_nobody() {
    let world = with_schools().await;
    let body = until_full("{".into(), |n| format!("\"f{n}\":0,"), "\"last\":0}");
    let answer = sent(&world, "/companies", body, "application/json").await.expect(400).json();
    assert_eq!(answer["errors"].as_array().unwrap().len(), web::MAX_ERRORS);
    assert!(answer["more"].as_u64().unwrap() > 50_000, "{}", answer["more"]);
}

#[tokio::test]
async fn a_megabyte_of_wrong_items_or_of_depth_holds_up_nobody() {
    let world = with_schools().await;
    let items = until_full("{\"sbi\":[".into(), |n| format!("\"no code of any branch of trade: {n}\","), "0]}");
    sent(&world, "/companies", items, "application/json").await.expect(400);
    let long_name = "n".repeat(ALMOST_ALL / 2);
    let under = until_full(format!("{{\"{long_name}\":["), |_| "\"\\u0000\",".into(), "0]}");
    let answer = sent(&world, "/companies", under, "application/json").await.expect(400);
    assert!(answer.body.len() < 200_000, "{} bytes tell what is wrong", answer.body.len());
    let deep = until_full(String::new(), |_| "[".into(), "");
    sent(&world, "/companies", deep, "application/json").await.expect(400);
}

#[tokio::test]
async fn a_file_of_a_hundred_thousand_columns_holds_up_nobody() {
    let world = with_schools().await;
    let header = PUPILS.lines().next().unwrap();
    let wide = format!("{}{header}\n{}{}", "x;".repeat(100_000), ";".repeat(50_000), "\na;b;c".repeat(20_000));
    for to in ["/pupil-imports/preview", "/school-imports/preview?branches=00YH05"] {
        let answer = sent(&world, to, wide.clone(), "text/csv").await.expect(200).json();
        assert!(answer["faults"][0]["english"].as_str().unwrap().contains("more than 256 columns"), "{answer}");
    }
    sent(&world, "/pupil-imports", wide.clone(), "text/csv").await.expect(400);
    sent(&world, "/school-imports?branches=00YH05", wide, "text/csv").await.expect(400);
}

#[tokio::test]
async fn faults_of_a_bad_file_are_listed_in_part_and_counted() {
    let world = with_schools().await;
    let header = PUPILS.lines().next().unwrap();
    let bad = until_full(format!("{header}\n"), |_| "x;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;\n".into(), "");
    let answer = sent(&world, "/pupil-imports/preview", bad.clone(), "text/csv").await.expect(200).json();
    assert_eq!(answer["faults"].as_array().unwrap().len(), 500);
    assert!(answer["moreFaults"].as_u64().unwrap() > 10_000, "{}", answer["moreFaults"]);
    let refused = sent(&world, "/pupil-imports", bad, "text/csv").await.expect(400).json();
    assert!(refused["more"].as_u64().unwrap() > 10_000);

    // Every branch that is asked for has rows, and each of them is wrong.
    let codes: Vec<String> = (0..500).map(|n| format!("{:02}ZZ{:02}", n / 100, n % 100)).collect();
    let bad = until_full("VESTIGINGSNUMMER;VESTIGINGSNAAM\n".into(), |n| format!("{};\n", codes[n % 500]), "");
    let bad: String = bad.lines().take(25_000).map(|line| format!("{line}\n")).collect();
    let to = format!("/school-imports/preview?branches={}", codes.join(","));
    let answer = sent(&world, &to, bad, "text/csv").await.expect(200).json();
    assert_eq!(answer["faults"].as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn a_query_of_thousands_of_parameters_and_a_long_path_hold_up_nobody() {
    let world = with_schools().await;
    let heart = Heartbeat::start();
    let many = "branches=00YH05&".repeat(3_500);
    world.leader.get(&path(&format!("/retention/due?{many}"))).await.expect(400);
    let long = "persons/".repeat(7_000);
    world.leader.get(&path(&format!("/{long}"))).await.expect(404);
    let positions = "consortium=0,".repeat(4_000);
    let waiting = world.leader.clone().with("Hub-Min-Position", positions.trim_end_matches(','));
    waiting.get(&path("/retention/preview")).await.expect(400);
    assert!(heart.largest_delay() < DELAY, "nobody else could run for {:?}", heart.largest_delay());
}
