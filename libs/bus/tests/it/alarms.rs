//! What was raised as an alarm in this process: each test looks for those of a region of its own.

use std::fmt::{Debug, Write};
use std::sync::{Mutex, Once};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

static RAISED: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LISTENING: Once = Once::new();

struct Alarms;

#[derive(Default)]
struct Said {
    is_alarm: bool,
    text: String,
}

impl Visit for Said {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.is_alarm |= field.name() == "alarm" && value;
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.text, "{}={value:?} ", field.name()).unwrap();
    }
}

impl<S: Subscriber> Layer<S> for Alarms {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        if said.is_alarm {
            RAISED.lock().unwrap().push(said.text);
        }
    }
}

/// From now on alarms are remembered.
pub fn listen() {
    LISTENING.call_once(|| tracing_subscriber::registry().with(Alarms).init());
}

/// The alarms that say all of it.
pub fn raised(says: &[&str]) -> Vec<String> {
    let raised = RAISED.lock().unwrap();
    raised.iter().filter(|alarm| says.iter().all(|part| alarm.contains(part))).cloned().collect()
}
