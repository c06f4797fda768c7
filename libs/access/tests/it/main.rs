//! Tokens against a real discovery server on loopback, with keys made here.

mod development;
mod issuer;
mod keys;
mod refresh;
mod tokens;
