//! `regiohub audit export … --open-names`: names beside an export, under a mandate, recorded before they are opened.

use super::reach::{Reach, Reached, RegionLog};
use super::written_down::WrittenDown;
use super::{key, operator};
use ::audit::oversight::disclosure::commands::Command;
use anyhow::Context;
use audit::oversight::look::commands::Known;
use audit::oversight::mandate::Mandate;
use audit::oversight::names::Names;
use clap::Args;
use evidence::export::Dates;
use vocabulary::{MandateId, Reason, RegionId, Service};

/// Whether names are opened, and what it takes.
#[derive(Clone, Debug, Args)]
pub(super) struct OpenNames {
    /// Write the names of the people in the export beside the zip, into a file of its own that only its owner may read:
    /// `FILE-names.ndjson`, a line a person. The zip is the same with and without. Needs a mandate that holds today,
    /// covers every log in the export and allows names; it is recorded in the audit's log before anything is opened.
    /// Contains personal data: give it to the auditor of that mandate only.
    #[arg(long, requires = "mandate", requires = "reason", conflicts_with = "parquet")]
    open_names: bool,
    /// The mandate (opdracht) under which names are opened: its id, as in the list of mandates.
    #[arg(long, value_name = "ID", requires = "open_names")]
    mandate: Option<MandateId>,
    /// The reason that the names are needed; never a name itself. The audit's log keeps it for ever.
    #[arg(long, requires = "open_names")]
    reason: Option<Reason>,
    #[command(flatten)]
    pub written_down: WrittenDown,
}

impl OpenNames {
    /// The mandate under which names are opened beside the export, when they are.
    pub fn mandate(&self) -> Option<MandateId> {
        self.mandate.filter(|_| self.open_names)
    }

    /// What opens them, once it is recorded that it will be done; nothing when it was not asked for.
    ///
    /// # Errors
    /// When the vault or its key is away, the mandate does not allow it, or it cannot be recorded.
    pub async fn recorded(
        &self,
        (reach, reached): (&Reach, &Reached),
        region: &RegionId,
        dates: Dates,
        logs: &[RegionLog],
    ) -> anyhow::Result<Option<Names>> {
        let (true, Some(mandate), Some(reason)) = (self.open_names, self.mandate, &self.reason) else {
            return Ok(None);
        };
        let vault = key::vault(reach, reached)?;
        vault.answers().await?;
        let processing = self.written_down.logbook(&reach.data_dir)?;
        let of = |service: &str| logs.iter().find(|log| log.service == service).map(|log| log.log.clone());
        let people = of("consortium").context("there is no log of consortium, and names stand in that one")?;
        let known = match of("audit") {
            Some(log) => log.load::<Mandate>(region, &mandate).await?.state,
            None => Mandate::None,
        };
        let known = Known { id: mandate, mandate: known };
        let exported =
            Service::ALL.into_iter().filter(|log| logs.iter().any(|it| it.service == log.as_str())).collect();
        let Dates { from, to } = dates;
        let command = Command::ExportNames { from, to, reason: reason.clone(), logs: exported, known };
        operator::recorded(reached, region, &self.written_down.oin, command).await?;
        Ok(Some(Names { region: region.clone(), people, vault, processing }))
    }
}
