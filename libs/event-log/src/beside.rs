//! A large append takes a thread for longer than others should wait: they go on beside it.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Events, or decisions, that take less time than it takes to make way.
const FEW: usize = 100;

/// Does work on this thread; where it is on many events, whatever else this thread would do goes on another one.
pub(crate) fn beside<T>(events: usize, work: impl FnOnce() -> T) -> T {
    let others =
        events > FEW && Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread);
    if others { block_in_place(work) } else { work() }
}
