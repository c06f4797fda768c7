//! An aggregate as a service names it, known without its types.

use decider::Aggregate;
use serde_json::Value;

/// What decides in a service.
#[derive(Clone, Copy, Debug)]
pub struct Registered {
    /// The first part of the names of its streams, such as `session`.
    pub category: &'static str,
    /// The Rust type of its events, as the compiler names it.
    pub event: &'static str,
    fold: fn(&[Value]) -> serde_json::Result<usize>,
}

impl Registered {
    pub(crate) fn of<A: Aggregate>() -> Self {
        Self { category: A::CATEGORY, event: std::any::type_name::<A::Event>(), fold: folded::<A> }
    }

    /// Folds the history of a stream, each event an object with `type` and `data`; how many events there were.
    ///
    /// # Errors
    /// When an event does not read as its type says.
    pub fn fold(&self, history: &[Value]) -> serde_json::Result<usize> {
        (self.fold)(history)
    }
}

fn folded<A: Aggregate>(history: &[Value]) -> serde_json::Result<usize> {
    // From their texts, as events are read.
    let events = history.iter().map(|event| serde_json::from_str(&event.to_string()));
    drop(A::replay(events.collect::<serde_json::Result<Vec<A::Event>>>()?));
    Ok(history.len())
}
