//! A span names the people whose data were processed: not sampled, not batched, confirmed.

use crate::target::Place;
use crate::{Activity, Rotation, Target, Unwritten, WrongTarget};
use chrono::{DateTime, Utc};
use decider::Clock;
use hmac::{Hmac, KeyInit, Mac};
use opentelemetry::metrics::Counter;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value, global};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use uuid::Uuid;
use vocabulary::{Generations, PersonId, RegionId};

/// The attributes of the standard's namespace `core`.
const ACTIVITY: &str = "dpl.core.processing_activity_id";
const SUBJECT: &str = "dpl.core.data_subject_id";
const SUBJECT_TYPE: &str = "dpl.core.data_subject_id_type";

/// The log of every processing of personal data. Copies share everything.
#[derive(Clone)]
pub struct Logbook {
    shared: Arc<Shared>,
    service: &'static str,
}

struct Shared {
    place: Place,
    keys: Generations<Hmac<Sha256>>,
    oin: String,
    clock: Clock,
}

/// One processing of personal data, from its beginning.
#[derive(Clone, Debug)]
pub struct Processing {
    activity: Activity,
    operation: Cow<'static, str>,
    traceparent: Option<String>,
    since: DateTime<Utc>,
}

impl Logbook {
    /// Writes to `target`. `keys` make the pseudonyms of people, `oin` the number of the organisation in the ids of
    /// activities. A file only grows: for a command that writes in the file of a hub.
    ///
    /// # Errors
    /// When the target is an address to which nothing can be sent.
    pub fn new(
        target: &Target,
        keys: impl Into<Generations<[u8; 32]>>,
        oin: &str,
        clock: Clock,
    ) -> Result<Self, WrongTarget> {
        Ok(Self::at(Place::open(target, None)?, keys.into(), oin, clock))
    }

    /// The same, of a hub: a file is put aside when it is large or old enough, and all of them together are bounded.
    ///
    /// # Errors
    /// As [`Logbook::new`].
    pub fn rotating(
        target: &Target,
        rotation: Rotation,
        keys: impl Into<Generations<[u8; 32]>>,
        oin: &str,
        clock: Clock,
    ) -> Result<Self, WrongTarget> {
        Ok(Self::at(Place::open(target, Some(rotation))?, keys.into(), oin, clock))
    }

    fn at(place: Place, keys: Generations<[u8; 32]>, oin: &str, clock: Clock) -> Self {
        let keys = keys.map(|key| {
            // HMAC fills a short key up with zeroes to one block, so this is the key itself.
            let mut block = [0_u8; 64];
            block[..32].copy_from_slice(key);
            Hmac::new(&block.into())
        });
        let shared = Shared { place, keys, oin: oin.to_owned(), clock };
        Self { shared: Arc::new(shared), service: "regiohub" }
    }

    /// The same logbook, written in by one service.
    #[must_use]
    pub fn of(&self, service: &'static str) -> Self {
        Self { shared: self.shared.clone(), service }
    }

    /// Begins a processing. `operation` is what is done, such as `list-pupils`; `traceparent` the W3C trace it is in.
    #[must_use]
    pub fn begin(
        &self,
        activity: Activity,
        operation: impl Into<Cow<'static, str>>,
        traceparent: Option<&str>,
    ) -> Processing {
        let traceparent = traceparent.map(str::to_owned);
        Processing { activity, operation: operation.into(), traceparent, since: self.shared.clock.now() }
    }

    /// Writes down whose data were processed, each person once, all or none; without people nothing. In a file it is
    /// one line for a page of a list, and a collector is sent a span for each person.
    ///
    /// # Errors
    /// When it cannot be written. That is counted, and said aloud, before it is answered: who need not stop may go on.
    pub async fn write(
        &self,
        processing: &Processing,
        region: &RegionId,
        people: impl IntoIterator<Item = PersonId>,
    ) -> Result<(), Unwritten> {
        let people: BTreeSet<PersonId> = people.into_iter().collect();
        if people.is_empty() {
            return Ok(());
        }
        let many = people.len() as u64;
        let subjects: Vec<String> = people.into_iter().map(|person| self.subject(region, person)).collect();
        let most = self.shared.place.subjects_of_a_span();
        let spans = subjects.chunks(most).map(|some| self.span(processing, region, some)).collect();
        self.shared.place.write(spans, self.shared.clock.now()).await.inspect_err(|error| {
            UNWRITTEN.add(many, &[KeyValue::new("service", self.service)]);
            let activity = processing.activity.slug();
            tracing::error!(alarm = true, service = self.service, %region, activity, %error, "someone must look");
        })
    }

    /// How a span names a person: hexadecimal, the same in every span of a region until the key is rotated, and made by
    /// nobody without the key.
    #[must_use]
    pub fn subject(&self, region: &RegionId, person: PersonId) -> String {
        self.subjects(region, person).newest().clone()
    }

    /// All pseudonyms of a person in spans, one for each generation of the key: a search for their spans looks for
    /// each.
    #[must_use]
    pub fn subjects(&self, region: &RegionId, person: PersonId) -> Generations<String> {
        self.shared.keys.map(|key| {
            let mut mac = key.clone();
            // The region is a slug: a zero byte is not in it.
            mac.update(region.as_str().as_bytes());
            mac.update(&[0]);
            mac.update(person.0.as_bytes());
            hex::encode(&mac.finalize().into_bytes()[..16])
        })
    }

    /// What kind of id [`Logbook::subject`] is.
    #[must_use]
    pub fn subject_type(&self) -> String {
        format!("urn:nld:oin:{}:systeem:regiohub:betrokkene", self.shared.oin)
    }

    /// The id under which the register and the spans name an activity.
    #[must_use]
    pub fn activity_id(&self, activity: Activity) -> String {
        format!("urn:nld:oin:{}:systeem:regiohub:verwerkingsactiviteit:{}", self.shared.oin, activity.slug())
    }

    fn span(&self, processing: &Processing, region: &RegionId, subjects: &[String]) -> SpanData {
        let (trace, parent) = parent(processing.traceparent.as_deref());
        let span = SpanId::from(Uuid::new_v4().as_u64_pair().1);
        let scope = InstrumentationScope::builder(format!("regiohub-{}", self.service))
            .with_version(env!("CARGO_PKG_VERSION"))
            .with_attributes([KeyValue::new("region", region.to_string())])
            .build();
        SpanData {
            span_context: SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE),
            parent_span_id: parent,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: processing.operation.clone(),
            start_time: processing.since.into(),
            end_time: self.shared.clock.now().into(),
            attributes: vec![
                KeyValue::new(ACTIVITY, self.activity_id(processing.activity)),
                KeyValue::new(SUBJECT, named(subjects)),
                KeyValue::new(SUBJECT_TYPE, self.subject_type()),
            ],
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: scope,
        }
    }
}

/// One person as the standard has it, several as a list: each is found by their pseudonym alike.
fn named(subjects: &[String]) -> Value {
    match subjects {
        [one] => Value::from(one.clone()),
        several => Value::Array(Array::String(several.iter().cloned().map(StringValue::from).collect())),
    }
}

impl std::fmt::Debug for Logbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logbook({})", self.service)
    }
}

/// People of whom it was not written. Made at the first one: by then the program has set up where numbers go.
static UNWRITTEN: LazyLock<Counter<u64>> = LazyLock::new(|| {
    let meter = global::meter("regiohub");
    let counter = meter.u64_counter("hub.processing.unwritten").with_unit("{span}");
    counter.with_description("Processings of personal data that could not be written down").build()
});

/// The trace and span of `00-<trace>-<span>-<flags>`; a trace of its own without one.
fn parent(traceparent: Option<&str>) -> (TraceId, SpanId) {
    let parts: Vec<&str> = traceparent.unwrap_or_default().split('-').collect();
    if let [_, trace, span, ..] = parts[..]
        && let (Ok(trace), Ok(span)) = (TraceId::from_hex(trace), SpanId::from_hex(span))
        && trace != TraceId::INVALID
    {
        return (trace, span);
    }
    (TraceId::from(Uuid::new_v4().as_u128()), SpanId::INVALID)
}
