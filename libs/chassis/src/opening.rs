//! Opens sealed texts for a purpose, and writes down whose they were.

use crate::Hub;
use opentelemetry::trace::TraceContextExt;
use processing::Activity;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use vocabulary::{RegionId, Sealed};

impl Hub {
    /// Many texts (what each was sealed as, sealed), in their order; nothing for who was forgotten. `operation` is what
    /// they are opened for. A processing that cannot be recorded raises an alarm and stops nobody.
    ///
    /// # Errors
    /// As [`vault::Vault::open_all`].
    pub async fn open_for(
        &self,
        activity: Activity,
        operation: &'static str,
        region: &RegionId,
        fields: &[(&str, &Sealed)],
    ) -> Result<Vec<Option<String>>, vault::Error> {
        let processing = self.processing.begin(activity, operation, traceparent().as_deref());
        let opened = self.vault.open_all(region, fields).await?;
        let people =
            fields.iter().zip(&opened).filter(|(_, text)| text.is_some()).map(|((_, sealed), _)| sealed.person);
        // Said aloud where it failed.
        let _ = self.processing.write(&processing, region, people).await;
        Ok(opened)
    }
}

/// The trace this is done in.
fn traceparent() -> Option<String> {
    let context = tracing::Span::current().context();
    let span = context.span().span_context().clone();
    span.is_valid().then(|| format!("00-{}-{}-01", span.trace_id(), span.span_id()))
}
