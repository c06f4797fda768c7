//! `regiohub demo`: plays a school year of a small region, through the public API and as the roles that would do it.
//!
//! A second play changes nothing, and an interrupted one goes on: each step has one idempotency key for ever.

mod agreements;
mod assessments;
mod cast;
mod companies;
mod ending;
mod founding;
mod hotspots;
mod money;
mod people;
mod player;
mod report;
mod sessions;
mod story;
mod teaching;
mod trouble;

pub use report::Format;

use access::DevIssuer;
use chassis::transport;
use chrono::Datelike;
use clap::Args;
use embedded::default_data_dir;
use player::{Player, noon};
use report::Report;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use story::Story;
use vocabulary::RegionId;

/// So many steps there are.
pub const STEPS: u64 = 1_004;

/// Play a school year of a small region with invented pupils and companies, at a hub that runs with --development.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Where the hub serves.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// The data directory of the hub: its development key signs for the roles.
    #[arg(long, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    pub data_dir: PathBuf,
    /// The region to play in; it is founded when it is not there.
    #[arg(long, default_value = "gorinchem-altena")]
    pub region: RegionId,
    /// How progress is shown.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// For how many hours the tokens at the end are good.
    #[arg(long, default_value_t = 12)]
    pub hours: u32,
}

impl Demo {
    /// Plays it, and ends with the statement.
    ///
    /// # Errors
    /// When the hub does not answer, or refuses a step.
    pub async fn run(self) -> anyhow::Result<()> {
        let report = Arc::new(Report::new(self.format, STEPS));
        let played = self.play(report.clone()).await;
        report.stop(played.as_ref().err());
        played
    }

    async fn play(&self, report: Arc<Report>) -> anyhow::Result<()> {
        // Only the first provider counts; a second call is no harm.
        let _ = rustls::crypto::ring::default_provider().install_default();
        transport::http("--url", &self.url).await?;
        let story = Story::read()?;
        let issuer = DevIssuer::open_or_create(&self.data_dir)?;
        let player = Player::new(&self.url, self.region.clone(), issuer, report);

        founding::play(&player, &story).await?;
        let companies = companies::play(&player, &story).await?;
        let people = people::play(&player, &story).await?;
        let electives = teaching::play(&player, &story).await?;
        let hotspots = hotspots::play(&player, &story, &companies, &electives).await?;
        agreements::stage(&player, &story, &companies, &people).await?;

        let first = |year: i32| year == 2025;
        let autumn =
            sessions::play(&player, &story, &people, &hotspots, "Sessions of 2025", |it| first(it.date.year())).await?;
        let in_kind = |it: &story::Contribution| first(it.date.year());
        money::contributions(&player, &story, &companies, "Contributions of 2025", in_kind).await?;
        let settled = ("Contribution days of 2025", noon(story.calendar.settled));
        money::days(&player, &story, &autumn, settled, |it| (!it.unsigned).then_some(true)).await?;
        money::claim(&player, &story).await?;

        let later = |it: &story::Session| !first(it.date.year());
        let spring = sessions::play(&player, &story, &people, &hotspots, "Sessions of 2026", later).await?;
        let in_kind = |it: &story::Contribution| !first(it.date.year());
        money::contributions(&player, &story, &companies, "Contributions of 2026", in_kind).await?;
        // Verified as far as the leader came: what April brought is signed only.
        let verified = |it: &story::Session| (!it.unsigned).then_some(it.date.month() < 4);
        let signed = ("Contribution days of 2026", noon(story.calendar.spring));
        money::days(&player, &story, &spring, signed, verified).await?;
        assessments::play(&player, &story, &companies, &electives, &people).await?;

        let (object, text) = ending::end(&player, &story, self.hours.into()).await?;
        player.report.end(&object, &text);
        Ok(())
    }
}

/// Everyone whom the demo has ever given a role: subjects of the development issuer.
///
/// # Errors
/// When the story does not read.
pub fn subjects() -> anyhow::Result<Vec<String>> {
    Ok(cast::subjects(&Story::read()?))
}

/// SHA-256 of a text that stands in for a document.
fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
