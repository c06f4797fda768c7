//! What the hub as a whole promises.

mod architecture;
mod contracts;
mod files;
mod openapi;
mod reading;
