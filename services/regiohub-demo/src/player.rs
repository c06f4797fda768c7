//! Plays steps: signs as the role, keys so that a second play changes nothing, and waits for what other services must know.

use super::report::{Done, Report};
use super::trouble::{NO_HUB, NOT_YET, Trouble, help, said};
use access::DevIssuer;
use anyhow::Context;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{Method, StatusCode};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use vocabulary::RegionId;

/// So many steps go on at the same time where their order does not matter.
const CONCURRENCY: usize = 8;
/// How often something that follows by itself is looked for, and with what pause.
const MAX_POLLS: u32 = 200;
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How often a step is tried again while the hub is not that far yet.
const MAX_TRIES: u32 = 10;

/// Asks the hub, as whoever plays.
pub(super) struct Player {
    http: reqwest::Client,
    url: String,
    pub region: RegionId,
    issuer: DevIssuer,
    tokens: Mutex<HashMap<String, String>>,
    /// The furthest position that each service answered.
    positions: Mutex<BTreeMap<String, i64>>,
    pub report: Arc<Report>,
}

/// One step on its way.
pub(super) struct Step<'a> {
    player: &'a Player,
    name: String,
    who: String,
    at: DateTime<Utc>,
}

/// What the hub answered.
#[derive(Clone, Debug)]
pub(super) struct Answer(pub Value);

impl Answer {
    /// The id of what was made or changed.
    pub fn id(&self) -> anyhow::Result<String> {
        self.text("id")
    }

    pub fn text(&self, key: &str) -> anyhow::Result<String> {
        Ok(self.0[key].as_str().with_context(|| format!("the answer has no {key}: {}", self.0))?.to_owned())
    }

    pub fn items(&self) -> impl Iterator<Item = &Value> {
        self.0["items"].as_array().into_iter().flatten()
    }
}

/// A moment in the middle of a day.
pub(super) fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(11, 0, 0).unwrap_or_default().and_utc()
}

/// Does something with each, some at the same time; the answers come in the order of the questions.
pub(super) async fn each<T, R>(
    all: impl IntoIterator<Item = T>,
    act: impl AsyncFn(T) -> anyhow::Result<R>,
) -> anyhow::Result<Vec<R>> {
    stream::iter(all).map(|one| act(one)).buffered(CONCURRENCY).try_collect().await
}

impl Player {
    pub fn new(url: &str, region: RegionId, issuer: DevIssuer, report: Arc<Report>) -> Self {
        let (tokens, positions) = (Mutex::default(), Mutex::default());
        let url = url.trim_end_matches('/').to_owned();
        Self { http: reqwest::Client::new(), url, region, issuer, tokens, positions, report }
    }

    /// A step with a name that is its own for ever: its idempotency key is made of it.
    pub fn step(&self, name: impl Into<String>, who: impl Into<String>, at: DateTime<Utc>) -> Step<'_> {
        Step { player: self, name: name.into(), who: who.into(), at }
    }

    /// A token that is good for so many hours.
    pub fn token(&self, who: &str, hours: i64) -> String {
        self.issuer.mint(who, TimeDelta::hours(hours))
    }

    /// The address of a path below the region.
    pub fn address(&self, path: &str) -> String {
        format!("{}/v1/regions/{}{path}", self.url, self.region)
    }

    fn held_token(&self, who: &str) -> String {
        locked(&self.tokens).entry(who.to_owned()).or_insert_with(|| self.token(who, 2)).clone()
    }

    /// How far the others must be. A service decides on its own log and need not wait for it; but who may do
    /// what is looked up, also where it was given.
    fn positions_beside(&self, service: Option<&str>) -> String {
        let known = locked(&self.positions);
        let beside = known.iter().filter(|(name, _)| *name == "consortium" || Some(name.as_str()) != service);
        beside.map(|(name, position)| format!("{name}={position}")).collect::<Vec<_>>().join(",")
    }

    fn remember(&self, header: Option<&str>) {
        let Some((service, position)) = header.and_then(|header| header.split_once('=')) else { return };
        let Ok(position) = position.parse() else { return };
        let mut known = locked(&self.positions);
        let furthest = known.entry(service.to_owned()).or_insert(position);
        *furthest = position.max(*furthest);
    }
}

impl Step<'_> {
    pub async fn put(self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.play(Method::PUT, path, Some((body.to_string(), "application/json"))).await
    }

    /// A `PUT` that says it all with its address.
    pub async fn put_nothing(self, path: &str) -> anyhow::Result<Answer> {
        self.play(Method::PUT, path, None).await
    }

    pub async fn post(self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.play(Method::POST, path, Some((body.to_string(), "application/json"))).await
    }

    /// A `POST` that says it all with its address.
    pub async fn post_nothing(self, path: &str) -> anyhow::Result<Answer> {
        self.play(Method::POST, path, None).await
    }

    pub async fn send_file(self, path: &str, csv: String) -> anyhow::Result<Answer> {
        self.play(Method::POST, path, Some((csv, "text/csv"))).await
    }

    pub async fn get(self, path: &str) -> anyhow::Result<Answer> {
        self.play(Method::GET, path, None).await
    }

    /// Looks until it is as it should become by itself.
    pub async fn until(self, path: &str, become_so: impl Fn(&Answer) -> bool) -> anyhow::Result<Answer> {
        let began = Instant::now();
        let mut seen = Value::Null;
        for _ in 0..MAX_POLLS {
            let (status, body) = self.ask(&Method::GET, path, None).await?;
            if status.is_success() {
                let answer = Answer(body);
                if become_so(&answer) {
                    self.done(&Method::GET, path, status, began);
                    return Ok(answer);
                }
                seen = answer.0;
            } else if ![StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE].contains(&status) {
                return Err(self.trouble(&Method::GET, path, said(status, &body), help(status)));
            } else {
                seen = body;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Err(self.trouble(&Method::GET, path, format!("it has not come about: {seen}"), NOT_YET))
    }

    async fn play(self, method: Method, path: &str, body: Option<(String, &str)>) -> anyhow::Result<Answer> {
        let began = Instant::now();
        let mut tries = 0;
        loop {
            let (status, answer) = self.ask(&method, path, body.as_ref()).await?;
            // Made already and still coming: an import that goes on, or a lookup that is not that far.
            let later = status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::ACCEPTED;
            tries += 1;
            if later && tries < MAX_TRIES {
                tokio::time::sleep(POLL_INTERVAL * tries).await;
                continue;
            }
            if !status.is_success() {
                return Err(self.trouble(&method, path, said(status, &answer), help(status)));
            }
            self.done(&method, path, status, began);
            return Ok(Answer(answer));
        }
    }

    async fn ask(
        &self,
        method: &Method,
        path: &str,
        body: Option<&(String, &str)>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let player = self.player;
        let service = if *method == Method::GET { None } else { service(path) };
        let mut request = player
            .http
            .request(method.clone(), player.address(path))
            .bearer_auth(player.held_token(&self.who))
            .header("hub-now", self.at.to_rfc3339())
            .timeout(Duration::from_secs(60));
        let positions = player.positions_beside(service);
        if !positions.is_empty() {
            request = request.header("hub-min-position", positions);
        }
        if *method != Method::GET {
            request = request.header("idempotency-key", format!("demo/{}/{}", player.region, self.name));
        }
        if let Some((body, kind)) = body {
            request = request.header("content-type", *kind).body(body.clone());
        }
        let silent = |error: reqwest::Error| self.trouble(method, path, format!("nothing answers: {error:#}"), NO_HUB);
        let answer = in_turn(request).await.map_err(silent)?;
        player.remember(answer.headers().get("hub-position").and_then(|value| value.to_str().ok()));
        let status = answer.status();
        let text = answer.text().await.map_err(silent)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    fn done(&self, method: &Method, path: &str, status: StatusCode, began: Instant) {
        let (step, who, took) = (self.name.as_str(), self.who.as_str(), began.elapsed());
        let path = format!("/v1/regions/{}{path}", self.player.region);
        self.player.report.step(&Done {
            step,
            who,
            method: method.as_str(),
            path: &path,
            status: status.as_u16(),
            took,
        });
    }

    fn trouble(&self, method: &Method, path: &str, said: String, help: &'static str) -> anyhow::Error {
        let path = format!("/v1/regions/{}{path}", self.player.region);
        let (step, who, method) = (self.name.clone(), self.who.clone(), method.to_string());
        Trouble { step, who, method, path, said, help }.into()
    }
}

/// Sends a request, and again when the hub says that this client asks too fast.
async fn in_turn(request: reqwest::RequestBuilder) -> reqwest::Result<reqwest::Response> {
    for _ in 0..MAX_TRIES {
        let Some(again) = request.try_clone() else { break };
        let answer = again.send().await?;
        if answer.status() != StatusCode::TOO_MANY_REQUESTS {
            return Ok(answer);
        }
        let said = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        tokio::time::sleep(Duration::from_secs(said.unwrap_or(1).min(10))).await;
    }
    request.send().await
}

/// Which service decides what is asked at a path.
fn service(path: &str) -> Option<&'static str> {
    Some(match path.split('/').nth(1).unwrap_or_default().split('?').next().unwrap_or_default() {
        "hotspots" | "sessions" | "safety-checks" => "hotspots",
        "contracts" | "stage-agreements" => "agreements",
        "catalogue-imports" | "electives" | "cases" => "assessments",
        "schools" if path.contains("/ptas/") => "assessments",
        "contribution-days" | "contribution-methods" | "contributions" | "claims" | "schemes" => "co-financing",
        "audit" => "audit",
        _ => "consortium",
    })
}

fn locked<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
