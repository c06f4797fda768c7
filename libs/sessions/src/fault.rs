//! What an error of the database means: that it is away, or that it was asked something wrong.

use std::io;
use std::time::Duration;

/// No answer came in time: whether it was done is unknown.
#[must_use]
pub fn late(waited: Duration) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, format!("no answer in {} s", waited.as_secs_f32())))
}

/// Whether an error says something of the moment: asking again later may help. Any other is a mistake in what was asked,
/// or in what is stored, and waiting mends neither.
#[must_use]
pub fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            // Connections, who may connect, no such database, rolled-back transactions, resources, not in the state for it,
            // an operator, the system; read-only after a failover; transactions that were ended for saying nothing.
            ["08", "28", "3D", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
                || ["25006", "25P03", "25P04"].contains(&code.as_ref())
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        _ => false,
    }
}

/// What may be logged and kept of a database error: values of a row may be personal, so they are left out.
#[must_use]
pub fn without_values(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            let place = [database.table(), database.constraint()].into_iter().flatten().collect::<Vec<_>>().join(", ");
            // Class 22 quotes the value that did not fit.
            let message = if code.starts_with("22") { "a value does not fit" } else { database.message() };
            if place.is_empty() { format!("{code} {message}") } else { format!("{code} {message} ({place})") }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_an_outage_and_what_does_not_decode_is_none() {
        assert!(is_outage(&late(Duration::from_secs(5))));
        assert!(is_outage(&sqlx::Error::PoolTimedOut));
        assert!(!is_outage(&sqlx::Error::RowNotFound));
        assert!(!is_outage(&sqlx::Error::Decode("not a frontier".into())));
    }
}
