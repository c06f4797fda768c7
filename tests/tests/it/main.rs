//! What the hub as a whole promises.

mod architecture;
mod openapi;
