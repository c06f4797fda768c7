//! `regiohub audit explain FIGURE`: how a figure came about, from the logs alone.

use super::reach::Reach;
use super::{Format, Found, figure, tree};
use ::audit::trace::explain::{Part, whole};
use ::audit::trace::figure::{Figure, Range, usual_range};
use ::audit::trace::reading::Reader;
use anyhow::Context;
use bus::LogSource;
use chrono::NaiveDate;
use clap::Args;
use std::io::{BufWriter, Write, stdout};
use vocabulary::{RegionId, SchemeCode};

/// Lines that are explained at a time.
const AT_A_TIME: usize = 100;

/// Explain a figure: every line recomputed, down to the scan, the signatures, the contract and the policy.
#[derive(Clone, Debug, Args)]
pub(super) struct Explain {
    /// `committed`, `realised`, `signed` or `verified`; the id of a claim, contribution day or contribution; a line
    /// such as `contribution-day/<id>#3`; or the address at which the API shows or explains one.
    figure: String,
    /// The region of the figure; an address holds it already.
    #[arg(long)]
    region: Option<RegionId>,
    /// The scheme, for a figure of the statement.
    #[arg(long)]
    scheme: Option<SchemeCode>,
    /// The first day counted, for a figure of the statement; that of the target when absent.
    #[arg(long)]
    from: Option<NaiveDate>,
    /// The last day counted, for a figure of the statement; that of the target when absent.
    #[arg(long)]
    until: Option<NaiveDate>,
    /// The calendar year, for a figure of the statement.
    #[arg(long, conflicts_with_all = ["from", "until"])]
    year: Option<i32>,
    /// The language of the answer for people.
    #[arg(long, value_enum, default_value_t)]
    language: tree::Language,
    /// The form of the answer; JSON comes with proofs, a page of lines in each object.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    reach: Reach,
}

impl Explain {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let asked = figure::read(&self.figure)?;
        let region = self.region.or(asked.region).context("name the --region, or give the address of a figure")?;
        let figure: Figure = asked.figure.parse()?;
        let reached = self.reach.open().await?;
        let logs = reached.logs_of(&region).await?;
        let sources: Vec<LogSource> = logs.iter().map(|log| LogSource::Here(log.log.clone())).collect();
        let mut reader = Reader::new(region, sources.into()).kept_in(reached.database("audit").await?.app);
        let usual = usual_range(&mut reader).await?;
        let scheme = self.scheme.or(asked.scheme).unwrap_or(usual.scheme);
        let range = match self.year {
            Some(year) => Range::year(scheme, year).context("a year such as 2026")?,
            None => Range {
                scheme,
                from: self.from.or(asked.from).unwrap_or(usual.from),
                until: self.until.or(asked.until).unwrap_or(usual.until),
            },
        };
        let whole = whole(&mut reader, figure, &range).await?.context("there is no such thing in the logs")?;
        let aside = reached.database("audit").await?.app;
        let mut out = BufWriter::new(stdout().lock());
        let (mut after, mut found) = (None, whole.findings().len());
        let proofs = self.format == Format::Json;
        loop {
            let first = after.is_none();
            let mut page = whole.page(&mut reader, &Part { after, limit: AT_A_TIME, proofs }).await?;
            page.name_checkpoints(&aside).await?;
            found += page.all_findings().len() - page.findings.len();
            match self.format {
                Format::Json => writeln!(out, "{}", serde_json::to_string(&page)?)?,
                Format::Text => {
                    if first {
                        out.write_all(tree::heading(&page, self.language).as_bytes())?;
                    }
                    for node in &page.items {
                        out.write_all(tree::tree(node, self.language).as_bytes())?;
                    }
                }
            }
            reader.forget();
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        out.flush()?;
        if found > 0 {
            anyhow::bail!(Found(format!("{found} findings: see the lines that begin with !")));
        }
        Ok(())
    }
}
