//! A sample of lines that an auditor drew (steekproef). One stream per drawing.

use crate::audit::mandate::Under;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vocabulary::{ClaimId, Euros};

/// The method by which lines are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = SampleMethod)]
pub enum Method {
    /// Each euro has the same chance (geldsteekproef).
    MonetaryUnit,
    /// Each line has the same chance (aselect).
    Random,
}

impl Method {
    /// As it is written, such as `monetary-unit`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MonetaryUnit => "monetary-unit",
            Self::Random => "random",
        }
    }
}

/// One line that was drawn: where it stands in the log of co-financing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SampleLine)]
pub struct Line {
    /// The stream that holds the line: category, slash, id.
    pub stream: String,
    /// The position of the event that made it.
    pub position: i64,
    /// Its number in that event's stream, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The amount of the line, in euro cents.
    pub amount: Euros,
}

/// The part of a draw that the auditor cannot have known when they chose their words: the root of a log that holds the
/// words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SampleDraw)]
pub struct Draw {
    /// The position of the request in the log of the audit.
    pub requested_at: i64,
    /// The signed note of the first checkpoint of that log which covers the request.
    pub checkpoint: String,
    /// SHA-256, in lower-case hex, of the words, a line feed and the root as it stands in the note: what the numbers follow
    /// from.
    pub seed: String,
}

/// What was requested and what was drawn. The envelope of the request names who requested it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A sample was asked for, from a population that is fixed by this (steekproef aangevraagd).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.sample-requested.v1", rename_all = "camelCase")]
    Requested {
        /// The words that the auditor chose (startgetal).
        seed: String,
        method: Method,
        /// The claim whose lines are the population; absent when the population is everything up to the cut-off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<ClaimId>,
        /// The calendar year of the population, when it is not of a claim; absent when it is of the whole programme.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        year: Option<u16>,
        /// The last position that was read of each log, by service.
        cut_off: BTreeMap<String, i64>,
        /// The number of lines in the population.
        population: u32,
        /// The sum of the population, in euro cents.
        total: Euros,
        /// The number of lines to draw.
        size: u32,
        /// The mandate of the auditor; absent when the role needs none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        under: Option<Under>,
    },

    /// Lines were drawn; the same seed, method, size and cut-off draw the same again (steekproef getrokken).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.sample-drawn.v1", rename_all = "camelCase")]
    Drawn {
        /// The words that the auditor chose (startgetal).
        seed: String,
        /// The root that was drawn from together with the words; absent in a draw that was recorded without a request,
        /// which followed from the words alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draw: Option<Draw>,
        method: Method,
        /// The claim whose lines are the population; absent when the population is everything up to the cut-off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<ClaimId>,
        /// The calendar year of the population, when it is not of a claim; absent when it is of the whole programme.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        year: Option<u16>,
        /// Every how many cents one was drawn, for a monetary-unit sample.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interval: Option<Euros>,
        /// The first cent that was drawn, counted from 1 over the sorted lines.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<Euros>,
        /// The last position that was read of each log, by service.
        cut_off: BTreeMap<String, i64>,
        /// The number of lines in the population.
        population: u32,
        /// The sum of the population, in euro cents.
        total: Euros,
        /// The number of lines that were to be drawn.
        size: u32,
        /// The lines, in the order in which they were drawn.
        lines: Vec<Line>,
        /// The mandate of the auditor; absent when the role needs none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        under: Option<Under>,
    },
}
