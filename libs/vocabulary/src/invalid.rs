//! A text that is not the value it should be.

/// Why a text is not the value it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Invalid {
    /// What was read, such as `BRIN`.
    pub what: &'static str,
    /// What it should look like.
    pub why: &'static str,
}

impl Invalid {
    pub(crate) fn new(what: &'static str, why: &'static str) -> Self {
        Self { what, why }
    }
}
