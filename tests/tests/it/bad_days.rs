//! Bad days: the real program, its servers and its files are hurt in the middle of work, and nothing is lost.
//!
//! ```text
//! clients give commands ─fault at a seeded point→ healed ─ask again what is unknown→ ledger = log = read models = streams
//! ```
//! **Invariant:** the ledger knows only what HTTP answered; it never asks the hub what happened before it compares.

mod compare;
mod connections;
mod cut_off;
mod elsewhere;
mod ending;
mod forged;
mod frozen;
mod full_disk;
pub mod hub;
mod ledger;
mod listeners;
mod load;
mod nats;
mod parked;
mod processes;
mod restored;
mod rotation;
mod seed;
mod signer;
mod starting;
mod stricken;
mod upgrade;
