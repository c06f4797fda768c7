//! `regiohub audit sample`: draws a sample of lines, at a running hub that records it or from the databases.

use super::reach::Reach;
use super::{Format, Found};
use ::audit::trace::drawing::{Ask, Drawing, population};
use ::audit::trace::reading::Reader;
use ::audit::trace::sheet;
use anyhow::Context;
use bus::LogSource;
use clap::{Args, ValueEnum};
use proto_schemas::audit::sample::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;
use vocabulary::{ClaimId, RegionId};

/// Draw a sample of lines, with the events to look at.
///
/// At a hub (`--url`) the request is recorded first, and the sample follows from your words and from the checkpoint
/// that is signed after that. Without a hub it is a trial: recorded nowhere, of no weight, from another seed than any
/// sample's.
#[derive(Clone, Debug, Args)]
pub(super) struct Sample {
    /// The region.
    #[arg(long)]
    region: RegionId,
    /// Your words, from which the sample follows: 1 to 64 letters, digits, dots, hyphens and underscores.
    #[arg(long, value_parser = seed)]
    seed: String,
    /// The method: each euro has the same chance, or each line.
    #[arg(long, value_enum, default_value_t)]
    method: How,
    /// The number of lines to draw.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=500))]
    size: u32,
    /// The claim whose lines are the population.
    #[arg(long, conflicts_with = "year")]
    claim: Option<ClaimId>,
    /// The calendar year whose verified lines are the population; the whole programme when neither is named.
    #[arg(long, value_parser = clap::value_parser!(u16).range(2000..=2099))]
    year: Option<u16>,
    /// Write a sheet for the accountant, with a row for each event to look at.
    #[arg(long, conflicts_with = "format")]
    csv: bool,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The address of a hub, which records the request and draws. Without it this is a trial.
    #[arg(long, requires = "token")]
    url: Option<String>,
    /// The token of the auditor or controller who draws at that hub.
    #[arg(long, env = "REGIOHUB_TOKEN", hide_env_values = true)]
    token: Option<SecretString>,
    #[command(flatten)]
    reach: Reach,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum How {
    /// Each euro has the same chance.
    #[default]
    MonetaryUnit,
    /// Each line has the same chance.
    Random,
}

fn seed(text: &str) -> Result<String, String> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    fits.then(|| text.to_owned()).ok_or_else(|| "1 to 64 letters, digits, dots, hyphens and underscores".to_owned())
}

impl Sample {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let drawing = match (&self.url, &self.token) {
            (Some(url), Some(token)) => self.at_the_hub(url, token).await?,
            _ => self.outside_the_hub().await?,
        };
        if self.csv {
            print!("{}", sheet::csv(&drawing));
        } else if self.format == Format::Json {
            println!("{}", serde_json::to_string(&drawing)?);
        } else {
            print!("{}", written(&drawing));
        }
        let found = drawing.findings.len() + drawing.lines.iter().map(|line| line.findings.len()).sum::<usize>();
        if found > 0 {
            anyhow::bail!(Found(format!("{found} findings in the population or the drawn lines")));
        }
        Ok(())
    }

    fn method(&self) -> Method {
        match self.method {
            How::MonetaryUnit => Method::MonetaryUnit,
            How::Random => Method::Random,
        }
    }

    async fn outside_the_hub(&self) -> anyhow::Result<Drawing> {
        let reached = self.reach.open().await?;
        let logs = reached.logs_of(&self.region).await?;
        let sources: Vec<LogSource> = logs.iter().map(|log| LogSource::Here(log.log.clone())).collect();
        let mut reader = Reader::new(self.region.clone(), sources.into()).kept_in(reached.database("audit").await?.app);
        let method = self.method();
        let ask = Ask { seed: self.seed.clone(), method, size: self.size, claim: self.claim, year: self.year };
        let population = population(&mut reader, ask).await?.context("there is no such claim in the logs")?;
        let drawing = population.trial(&mut reader).await?;
        anyhow::ensure!(!drawing.lines.is_empty(), "there are no lines to draw from");
        Ok(drawing)
    }

    async fn at_the_hub(&self, url: &str, token: &SecretString) -> anyhow::Result<Drawing> {
        chassis::transport::http("--url", url).await?;
        let http = reqwest::Client::new();
        let address = format!("{}/v1/regions/{}/audit/samples", url.trim_end_matches('/'), self.region);
        let mut body = json!({ "seed": self.seed, "method": self.method(), "size": self.size });
        if let Some(claim) = self.claim {
            body["claim"] = json!(claim);
        }
        if let Some(year) = self.year {
            body["year"] = json!(year);
        }
        let drawn = http.post(&address).header("Idempotency-Key", Uuid::now_v7().to_string()).json(&body);
        let drawn: Value = answered(drawn.bearer_auth(token.expose_secret())).await?;
        let id = drawn["id"].as_str().context("the hub did not say which sample")?;
        let shown = http.get(format!("{address}/{id}")).bearer_auth(token.expose_secret());
        Ok(serde_json::from_value(answered(shown).await?)?)
    }
}

/// What the hub answers; what it refuses is told in its own words.
async fn answered(request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await.context("the hub does not answer at --url")?;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    anyhow::ensure!(status.is_success(), "{status}: {}", body["detail"].as_str().unwrap_or("the hub refused"));
    Ok(body)
}

fn written(drawing: &Drawing) -> String {
    let mut text = if drawing.trial { format!("{}\n\n", sheet::TRIAL) } else { String::new() };
    text += &format!(
        "{} of {} lines, {}; words {}; read up to {}\n",
        drawing.lines.len(),
        drawing.population,
        drawing.total,
        drawing.seed,
        drawing.cut_off.iter().map(|(service, at)| format!("{service}@{at}")).collect::<Vec<_>>().join(" "),
    );
    if let (Some(interval), Some(start)) = (drawing.interval, drawing.start) {
        text += &format!("interval {interval}, first cent {}\n", start.cents());
    }
    if let Some(sample) = drawing.sample {
        text += &format!("recorded as sample/{sample}\n");
    }
    match &drawing.draw {
        Some(draw) => {
            text += &format!("requested at audit@{}; seed {}, from the checkpoint\n", draw.requested_at, draw.seed);
            draw.checkpoint.lines().for_each(|line| text += &format!("  {line}\n"));
        }
        None if !drawing.trial => text += "drawn under the rule of before requests: from the words alone\n",
        None => {}
    }
    for finding in &drawing.findings {
        text += &format!("! {}\n", finding.english);
    }
    for (line, number) in drawing.lines.iter().zip(1..) {
        let certain = if line.certain { "  certain" } else { "" };
        text += &format!("\n{number}. {}  {}  {}{certain}\n", line.reference, line.date, line.amount);
        for finding in &line.findings {
            text += &format!("   ! {}\n", finding.english);
        }
        for to_see in &line.evidence {
            text += &format!(
                "   {}@{}  {} / {}  {}\n",
                to_see.service, to_see.position, to_see.english, to_see.dutch, to_see.stream
            );
        }
    }
    text
}
