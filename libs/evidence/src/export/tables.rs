//! The events as Parquet, for analysts: one file per service, what stands around an event as columns.

use super::{Dates, Error, Progress, Source};
use event_log::{Envelope, Lines};
use futures_util::StreamExt;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use vocabulary::RegionId;

/// What a file looks like. `data` is the JSON text of the event's own data; personal fields in it stay sealed.
const SCHEMA: &str = "message event {
    required int64 position;
    required int32 version;
    required int64 time (TIMESTAMP(MICROS,true));
    required binary id (STRING);
    required binary type (STRING);
    required binary subject (STRING);
    required binary actor (STRING);
    required binary actor_role (STRING);
    required binary data (JSON);
    optional binary actor_organisation (STRING);
    optional binary on_behalf_of (STRING);
    optional binary causation_id (STRING);
    optional binary correlation_id (STRING);
    optional int32 policy_version;
}";

/// So many events are written together; that many are in memory.
const GROUP: usize = 32_768;

/// Writes `<service>.parquet` for each log into a folder that is there; answers the files.
///
/// # Errors
/// See [`Error`].
pub async fn tables(
    region: RegionId,
    dates: Dates,
    logs: Vec<Source>,
    folder: PathBuf,
    seen: impl Fn(Progress<'_>) + Send + 'static,
) -> Result<Vec<PathBuf>, Error> {
    let runtime = Handle::current();
    // Packing is work for a processor: it has a thread of its own.
    let written = spawn_blocking(move || {
        let each = logs.iter().map(|source| {
            let path = folder.join(format!("{}.parquet", source.log.service()));
            table(&region, dates, source, &path, &runtime, &seen).map(|()| path)
        });
        each.collect()
    });
    written.await.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

fn table(
    region: &RegionId,
    dates: Dates,
    source: &Source,
    path: &Path,
    runtime: &Handle,
    seen: &dyn Fn(Progress<'_>),
) -> Result<(), Error> {
    let service = source.log.service();
    let unread = |error| Error::Log { service: service.to_owned(), error };
    let unwritten = |error: ParquetError| Error::Written { path: path.to_owned(), error: io::Error::other(error) };
    let positions = dates.positions(&source.log, region, source.end);
    let (after, until) = runtime.block_on(positions).map_err(unread)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(|error| unwritten(error.into()))?;
    let schema = Arc::new(parse_message_type(SCHEMA).map_err(unwritten)?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(unwritten)?;
    let _inside = runtime.enter();
    let mut lines = pin!(source.log.lines_between(region, after, until));
    let (mut rows, mut done) = (Rows::default(), 0);
    while let Some(chunk) = runtime.block_on(lines.next()) {
        let chunk = chunk.map_err(unread)?;
        done += chunk.positions.len() as u64;
        rows.take(service, &chunk)?;
        if rows.positions.len() >= GROUP {
            std::mem::take(&mut rows).write(&mut writer).map_err(unwritten)?;
        }
        seen(Progress { service, done, of: (until - after).unsigned_abs() });
    }
    if !rows.positions.is_empty() {
        rows.write(&mut writer).map_err(unwritten)?;
    }
    let file = writer.into_inner().map_err(unwritten)?;
    file.as_file()
        .sync_all()
        .and_then(|()| Ok(file.persist(path).map(|_| ())?))
        .map_err(|error| unwritten(error.into()))
}

/// Some events, by column.
#[derive(Default)]
struct Rows {
    positions: Vec<i64>,
    versions: Vec<i32>,
    times: Vec<i64>,
    /// In the order of the schema.
    required: [Vec<ByteArray>; 6],
    optional: [Maybe<ByteArray>; 4],
    policies: Maybe<i32>,
}

/// The values that are there, and for each row whether it has one.
#[derive(Default)]
struct Maybe<T> {
    values: Vec<T>,
    there: Vec<i16>,
}

impl<T> Maybe<T> {
    fn push(&mut self, value: Option<T>) {
        self.there.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

impl Rows {
    fn take(&mut self, service: &str, lines: &Lines) -> Result<(), Error> {
        for (position, text) in lines.positions.iter().zip(lines.texts()) {
            let damaged =
                |_| Error::Damaged { service: service.to_owned(), position: *position, what: "does not read" };
            let event: Envelope<'_> = serde_json::from_str(text).map_err(damaged)?;
            let Data { data } = serde_json::from_str(text).map_err(damaged)?;
            self.push(&event, data.get());
        }
        Ok(())
    }

    fn push(&mut self, event: &Envelope<'_>, data: &str) {
        self.positions.push(event.position);
        self.versions.push(event.version);
        self.times.push(event.time.timestamp_micros());
        let required = [
            event.id.to_string().as_str().into(),
            event.event_type.as_ref().into(),
            event.subject.as_ref().into(),
            event.actor.to_string().as_str().into(),
            event.actor_role.to_string().as_str().into(),
            data.into(),
        ];
        self.required.iter_mut().zip(required).for_each(|(column, value)| column.push(value));
        let uuid = |uuid: Option<uuid::Uuid>| uuid.map(|uuid| uuid.to_string().as_str().into());
        let optional = [
            event.actor_organisation.as_deref().map(Into::into),
            uuid(event.on_behalf_of),
            uuid(event.causation),
            uuid(event.correlation),
        ];
        self.optional.iter_mut().zip(optional).for_each(|(column, value)| column.push(value));
        self.policies.push(event.policy_version.map(u32::cast_signed));
    }

    fn write<W: io::Write + Send>(self, writer: &mut SerializedFileWriter<W>) -> Result<(), ParquetError> {
        let mut group = writer.next_row_group()?;
        macro_rules! column {
            ($kind:ty, $values:expr, $there:expr) => {
                if let Some(mut column) = group.next_column()? {
                    column.typed::<$kind>().write_batch($values, $there, None)?;
                    column.close()?;
                }
            };
        }
        column!(Int64Type, &self.positions, None);
        column!(Int32Type, &self.versions, None);
        column!(Int64Type, &self.times, None);
        for values in &self.required {
            column!(ByteArrayType, values, None);
        }
        for Maybe { values, there } in &self.optional {
            column!(ByteArrayType, values, Some(there));
        }
        column!(Int32Type, &self.policies.values, Some(&self.policies.there));
        group.close()?;
        Ok(())
    }
}
