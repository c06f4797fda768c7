//! What someone typed for a figure: its name, or an address of the API that shows or explains it.

use anyhow::Context;
use chrono::NaiveDate;
use reqwest::Url;
use vocabulary::{RegionId, SchemeCode};

/// A figure and what an address tells besides.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub figure: String,
    pub region: Option<RegionId>,
    pub scheme: Option<SchemeCode>,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

/// Reads it.
pub(super) fn read(text: &str) -> anyhow::Result<Asked> {
    let path = text.find("/v1/regions/").map(|start| &text[start..]);
    let Some(path) = path else { return Ok(Asked { figure: text.to_owned(), ..Asked::default() }) };
    let url = Url::parse("http://hub")?.join(path)?;
    let parts: Vec<String> = url.path_segments().into_iter().flatten().map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let figure = match parts.as_slice() {
        [_, _, _, "co-financing" | "audit", "figures", figure] => (*figure).to_owned(),
        [_, _, _, "claims", id, ..] => format!("claim/{id}"),
        [_, _, _, "contribution-days", id, ..] => format!("contribution-day/{id}"),
        [_, _, _, "contributions", id, ..] => format!("contribution/{id}"),
        _ => anyhow::bail!("this address shows no figure: give that of a claim, a contribution or a figure"),
    };
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let region = parts.get(2).map(|region| region.parse()).transpose().context("the region in the address")?;
    Ok(Asked {
        figure,
        region,
        scheme: query("scheme").map(|it| it.parse()).transpose().context("the scheme in the address")?,
        from: query("from").map(|it| it.parse()).transpose().context("`from` in the address")?,
        until: query("until").map(|it| it.parse()).transpose().context("`until` in the address")?,
    })
}

fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_the_region_and_the_figure() {
        let address = "http://127.0.0.1:8080/v1/regions/ons/co-financing/figures/verified?scheme=sto&from=2025-01-01&until=2028-12-31";
        let asked = read(address).unwrap();
        assert_eq!((asked.figure.as_str(), asked.region.unwrap().as_str()), ("verified", "ons"));
        assert_eq!((asked.scheme, asked.from), (Some(SchemeCode::sto()), NaiveDate::from_ymd_opt(2025, 1, 1)));
        let line = read("/v1/regions/ons/audit/figures/contribution-day%2Fx%231").unwrap();
        assert_eq!(line.figure, "contribution-day/x#1");
        assert_eq!(read("/v1/regions/ons/claims/x/lines").unwrap().figure, "claim/x");
        assert_eq!(read("contribution-day/x#1").unwrap().figure, "contribution-day/x#1");
    }

    #[test]
    fn an_address_of_something_else_is_refused() {
        assert!(read("/v1/regions/ons/sessions").is_err());
        assert!(read("/v1/regions/ons/co-financing/figures/verified?from=soon").is_err());
    }
}
