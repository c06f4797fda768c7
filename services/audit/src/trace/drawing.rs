//! A sample of a region's lines with everything an auditor must look at: drawn from the logs, and drawn again.

use crate::trace::draw::{self, Drawn};
use crate::trace::explain::{self, SERVICE, Whole};
use crate::trace::figure::{Figure, Range, Sum, usual_range};
use crate::trace::node::{Finding, Node};
use crate::trace::reading::{Reader, Unread};
use crate::trace::seed;
use proto_schemas::audit::mandate::Under;
use proto_schemas::audit::sample::{self, Method};
use proto_schemas::co_financing::figures::{Kind, Line};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vocabulary::{ClaimId, CompanyId, Euros, RegionId, SampleId};

/// What is to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The auditor's words.
    pub seed: String,
    /// How.
    pub method: Method,
    /// The number of lines to draw.
    pub size: u32,
    /// The claim whose lines are the population.
    pub claim: Option<ClaimId>,
    /// The calendar year whose verified lines are the population; the whole programme when neither is named.
    pub year: Option<u16>,
}

/// A drawn sample (steekproef).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drawing {
    /// The region of the sample.
    pub region: RegionId,
    /// The id that it is recorded under; absent when it was drawn outside the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleId>,
    /// Nothing but a trial: recorded nowhere, and from a seed that no recorded sample has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trial: bool,
    /// The words that the auditor chose (startgetal).
    pub seed: String,
    /// The root that was drawn from together with the words. Absent of a trial, and of a sample drawn before requests
    /// were recorded: that one follows from the words alone, which may have been tried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<sample::Draw>,
    /// The method of drawing.
    pub method: Method,
    /// The claim whose lines are the population.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The calendar year whose verified lines are the population.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// The last position that was read of each log, by service.
    pub cut_off: BTreeMap<String, i64>,
    /// The number of lines in the population.
    pub population: u32,
    /// The sum of the population, in euro cents.
    pub total: Euros,
    /// The number of lines that were to be drawn.
    pub size: u32,
    /// Every how many cents one was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Euros>,
    /// The first cent that was drawn, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Euros>,
    /// The findings about the population, or about another draw that was recorded.
    pub findings: Vec<Finding>,
    /// The lines, in the order in which they were drawn.
    pub lines: Vec<DrawnLine>,
}

/// A line that was drawn, with what is to be looked at.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DrawnLine {
    /// The reference of the line in claims and statements.
    pub reference: String,
    pub kind: Kind,
    /// The company that contributes.
    pub company: CompanyId,
    /// The date of the fact.
    pub date: chrono::NaiveDate,
    /// The amount as it is recorded, in euro cents.
    pub amount: Euros,
    /// The amount recomputed from its inputs, in euro cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recomputed: Option<Euros>,
    /// The cents of it that were hit, counted from 1 over all lines; none for a random sample.
    pub cents: Vec<i64>,
    /// It is of an interval or more, so that it was certain to be drawn.
    pub certain: bool,
    /// The address of the explanation.
    pub explained_at: String,
    /// The findings about the line and about anything that it rests on.
    pub findings: Vec<Finding>,
    /// The events to look at: every event that it rests on.
    pub evidence: Vec<ToSee>,
    #[serde(skip)]
    position: i64,
}

/// An event to be looked at.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToSee {
    /// The name of the event in English.
    pub english: String,
    /// The name of the event in Dutch.
    pub dutch: String,
    /// The service in whose log the event is.
    pub service: String,
    /// The position of the event in that log.
    pub position: i64,
    /// The stream of the event: category, slash, id.
    pub stream: String,
    /// The moment or day on which it happened.
    pub occurred: String,
    /// The moment it was recorded, in UTC.
    pub recorded: String,
    /// The pseudonym of the actor.
    pub by: uuid::Uuid,
    /// The role of the actor.
    pub role: String,
    /// SHA-256 of the paper that it names, to hold against the paper itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The address of the timeline of that stream.
    pub address: String,
}

/// The lines that can be drawn, up to the present end of the logs.
#[derive(Debug)]
pub struct Population {
    ask: Ask,
    whole: Whole,
}

/// Counts what there is to draw from. Nothing when there is no such claim.
///
/// # Errors
/// When a log does not answer, or an event does not read as its type says.
pub async fn population(reader: &mut Reader, ask: Ask) -> Result<Option<Population>, Unread> {
    let usual = usual_range(reader).await?;
    let (figure, range) = match (ask.claim, ask.year) {
        (Some(claim), _) => (Figure::Claim(claim), Some(usual)),
        (None, Some(year)) => (Figure::Sum(Sum::Verified), Range::year(usual.scheme, year.into())),
        (None, None) => (Figure::Sum(Sum::Verified), Some(usual)),
    };
    let Some(range) = range else { return Ok(None) };
    let whole = explain::whole(reader, figure, &range).await?;
    Ok(whole.map(|whole| Population { ask, whole }))
}

impl Population {
    fn count(&self) -> u32 {
        u32::try_from(self.whole.lines().len()).unwrap_or(u32::MAX)
    }

    fn total(&self) -> Euros {
        self.whole.lines().iter().map(|line| line.amount).sum()
    }

    /// What is to be recorded before anything is drawn from it.
    #[must_use]
    pub fn request(&self, under: Option<Under>) -> sample::Event {
        let Ask { seed, method, size, claim, year } = self.ask.clone();
        let (cut_off, population, total) = (self.whole.heads().clone(), self.count(), self.total());
        sample::Event::Requested { seed, method, claim, year, cut_off, population, total, size, under }
    }

    /// Draws from it, after the request was recorded: what is drawn follows from `draw`.
    ///
    /// # Errors
    /// As [`population`].
    pub async fn draw(&self, reader: &mut Reader, draw: sample::Draw) -> Result<Drawing, Unread> {
        let drawing = self.drawn_by(reader, &draw.seed).await?;
        Ok(Drawing { draw: Some(draw), ..drawing })
    }

    /// Draws a trial: the seed is one that no recorded sample has, so it tells nothing of what one will draw.
    ///
    /// # Errors
    /// As [`population`].
    pub async fn trial(&self, reader: &mut Reader) -> Result<Drawing, Unread> {
        let drawing = self.drawn_by(reader, &seed::trial(&self.ask.seed)).await?;
        Ok(Drawing { trial: true, ..drawing })
    }

    async fn drawn_by(&self, reader: &mut Reader, seed: &str) -> Result<Drawing, Unread> {
        let (ask, all) = (&self.ask, self.whole.lines());
        let size = usize::try_from(ask.size).unwrap_or(usize::MAX);
        let Drawn { interval, start, hits } = match ask.method {
            Method::Random => draw::random(all.len(), size, seed),
            Method::MonetaryUnit => draw::monetary_unit(all, size, seed),
        };
        let mut lines = Vec::new();
        for (place, cents) in hits {
            let Some(line) = all.get(place) else { continue };
            let certain = interval.is_some_and(|interval| line.amount >= interval);
            let node = explain::one(reader, line).await?;
            lines.push(drawn(reader.region(), line, &node, cents, certain));
        }
        Ok(Drawing {
            region: reader.region().clone(),
            sample: None,
            trial: false,
            seed: ask.seed.clone(),
            draw: None,
            method: ask.method,
            claim: ask.claim,
            year: ask.year,
            cut_off: self.whole.heads().clone(),
            population: self.count(),
            total: self.total(),
            size: ask.size,
            interval,
            start,
            findings: self.whole.findings().to_vec(),
            lines,
        })
    }
}

fn drawn(region: &RegionId, line: &Line, node: &Node, cents: Vec<i64>, certain: bool) -> DrawnLine {
    let to_see = |node: &Node| {
        let at = node.event.as_ref()?;
        Some(ToSee {
            english: node.english.clone(),
            dutch: node.dutch.clone(),
            service: at.service.clone(),
            position: at.position,
            stream: at.stream.clone(),
            occurred: at.occurred.clone(),
            recorded: at.recorded.clone(),
            by: at.by,
            role: at.role.clone(),
            document: node.says.get("document").and_then(|hash| hash.as_str()).map(ToOwned::to_owned),
            address: format!("/v1/regions/{region}/audit/timeline?thing={}", at.stream),
        })
    };
    let named = line.reference.replace('/', "%2F").replace('#', "%23");
    let own = node.event.as_ref().or_else(|| node.rests_on.iter().find_map(|node| node.event.as_ref()));
    DrawnLine {
        reference: line.reference.clone(),
        kind: line.kind,
        company: line.company,
        date: line.date,
        amount: line.amount,
        recomputed: node.recomputed,
        cents,
        certain,
        explained_at: format!("/v1/regions/{region}/audit/figures/{named}"),
        findings: node.all_findings().into_iter().cloned().collect(),
        evidence: node.events().into_values().filter_map(to_see).collect(),
        position: own.map_or(0, |at| at.position),
    }
}

impl Drawing {
    /// What is to be recorded of it.
    #[must_use]
    pub fn event(&self, under: Option<Under>) -> sample::Event {
        let line = |line: &DrawnLine| {
            let named = line.reference.strip_suffix("/reversed").unwrap_or(&line.reference);
            let (stream, number) =
                named.split_once('#').map_or((named, None), |(stream, number)| (stream, Some(number)));
            let (stream, number) = (stream.to_owned(), number.and_then(|number| number.parse().ok()));
            sample::Line { stream, position: line.position, number, amount: line.amount }
        };
        sample::Event::Drawn {
            seed: self.seed.clone(),
            draw: self.draw.clone(),
            method: self.method,
            claim: self.claim,
            year: self.year,
            interval: self.interval,
            start: self.start,
            cut_off: self.cut_off.clone(),
            population: self.population,
            total: self.total,
            size: self.size,
            lines: self.lines.iter().map(line).collect(),
            under,
        }
    }
}

/// Draws again what was recorded, from the logs as far as they were read then; a difference is found.
///
/// Nothing when it is not drawn yet, or of a claim that is not there.
///
/// # Errors
/// As [`population`].
pub async fn redraw(
    reader: &mut Reader,
    sample: SampleId,
    recorded: &sample::Event,
) -> Result<Option<Drawing>, Unread> {
    let sample::Event::Drawn { seed, draw, method, size, claim, year, cut_off, under, .. } = recorded else {
        return Ok(None);
    };
    reader.until(cut_off.clone());
    let ask = Ask { seed: seed.clone(), method: *method, size: *size, claim: *claim, year: *year };
    let Some(population) = population(reader, ask).await? else { return Ok(None) };
    let mut drawing = match draw {
        Some(draw) => population.draw(reader, draw.clone()).await?,
        None => population.drawn_by(reader, seed).await?,
    };
    if drawing.event(*under) != *recorded {
        drawing.findings.push(Finding::new(
            "drawing-differs",
            format!("{SERVICE}: the seed draws other lines from the log than were recorded: the log or the record was altered"),
            format!("{SERVICE}: het startgetal trekt andere regels uit het logboek dan zijn vastgelegd: het logboek of de vastlegging is veranderd"),
        ));
    }
    if draw.as_ref().is_some_and(|draw| seed::effective(seed, &draw.checkpoint).as_ref() != Some(&draw.seed)) {
        drawing.findings.push(Finding::new(
            "seed-differs",
            "the seed does not follow from the words and the checkpoint that are recorded".to_owned(),
            "het startgetal volgt niet uit de vastgelegde woorden en het vastgelegde controlepunt".to_owned(),
        ));
    }
    drawing.sample = Some(sample);
    Ok(Some(drawing))
}
