//! A tiny service without a database, asked through its real router.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access;
mod bodies;
mod commands;
mod gate;
mod looks;
mod manners;
mod service;
mod strangers;
mod world;
