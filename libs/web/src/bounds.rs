//! The bounds of what one request may cost a service.

/// What one request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of its body.
    pub body: usize,
    /// How many requests wait at the same time until a service is as far as they ask.
    pub waiters: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { body: 1024 * 1024, waiters: 256 }
    }
}
