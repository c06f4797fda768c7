//! An export leaves a record in the audit's own log: before there is a file, and once there is one its digest.

use super::operator;
use super::reach::{Reached, RegionLog};
use ::audit::oversight::disclosure::commands::Command;
use anyhow::Context;
use evidence::export::Dates;
use proto_schemas::audit::disclosure::{Event, Form};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use vocabulary::{DisclosureId, MandateId, RegionId};

/// So many events at the end of the audit's log are looked at a time.
const PAGE: i64 = 100;

/// An export that is recorded and has no files yet.
pub(super) struct Exported<'a> {
    disclosure: DisclosureId,
    at: (&'a Reached, &'a RegionId, &'a str),
}

/// Where the logs end, for an export of everything until now: what exports recorded last of themselves is left out of the
/// audit's log, so that two exports between which nothing else was recorded have the same bytes.
///
/// # Errors
/// When the log does not answer.
pub(super) async fn without_own_records(region: &RegionId, logs: &mut Vec<RegionLog>) -> anyhow::Result<()> {
    let Some(own) = logs.iter_mut().find(|log| log.service == "audit") else { return Ok(()) };
    'pages: while own.head.position > 0 {
        let after = (own.head.position - PAGE).max(0);
        let wanted = usize::try_from(own.head.position - after).unwrap_or_default();
        let page = own.log.page(region, after, wanted).await?;
        anyhow::ensure!(page.len() == wanted, "the audit's log ends before its head says: verify it");
        for happened in page.into_iter().rev() {
            let is_record = happened.category() == "disclosure"
                && matches!(
                    happened.event::<Event>(),
                    Ok(Event::LogsExported { .. } | Event::ExportWritten { .. } | Event::NamesExported { .. })
                );
            if !is_record {
                break 'pages;
            }
            own.head.position = happened.position - 1;
        }
    }
    logs.retain(|log| log.head.position > 0);
    Ok(())
}

/// Records that logs are exported.
///
/// # Errors
/// When it cannot be recorded: then nothing may be written.
pub(super) async fn recorded<'a>(
    at: (&'a Reached, &'a RegionId, &'a str),
    (form, dates, mandate): (Form, Dates, Option<MandateId>),
    logs: &[RegionLog],
) -> anyhow::Result<Exported<'a>> {
    let ends = logs.iter().map(|log| (log.service.to_owned(), log.head.position)).collect();
    let Dates { from, to } = dates;
    let command = Command::ExportLogs { form, from, to, ends, mandate };
    let (reached, region, oin) = at;
    Ok(Exported { disclosure: operator::recorded(reached, region, oin, command).await?, at })
}

impl Exported<'_> {
    /// Records the digests of its files, by their names in the record. What cannot be recorded is taken away again.
    ///
    /// # Errors
    /// When a file cannot be read, or the digests cannot be recorded.
    pub async fn written(self, files: BTreeMap<String, PathBuf>) -> anyhow::Result<()> {
        let result = self.record(&files).await;
        if result.is_err() {
            for file in files.values() {
                std::fs::remove_file(file).with_context(|| format!("{} is not recorded: remove it", file.display()))?;
            }
        }
        result
    }

    async fn record(&self, files: &BTreeMap<String, PathBuf>) -> anyhow::Result<()> {
        let mut digests = BTreeMap::new();
        for (name, file) in files {
            digests.insert(name.clone(), digest(file)?.parse()?);
        }
        operator::recorded_of(self.disclosure, self.at, Command::WriteExport { digests }).await
    }
}

fn digest(file: &Path) -> anyhow::Result<String> {
    let mut file = File::open(file).with_context(|| file.display().to_string())?;
    let (mut hash, mut part) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&part[..read]),
        }
    }
}
