//! The consortium through its real router, on a real database.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "it/alone.rs"]
mod alone;
#[path = "it/cut_off.rs"]
mod cut_off;
#[path = "it/founding.rs"]
mod founding;
#[path = "it/holds.rs"]
mod holds;
#[path = "it/importing.rs"]
mod importing;
#[path = "it/linear.rs"]
mod linear;
#[path = "it/members.rs"]
mod members;
#[path = "it/people.rs"]
mod people;
#[path = "it/retention.rs"]
mod retention;
#[path = "it/siblings.rs"]
mod siblings;
#[path = "it/world.rs"]
mod world;
