//! Draws up documents as PDF: the same bytes for the same content.

mod document;
mod font;
mod page;
mod pdf;

pub use document::{Article, Document};
pub use pdf::{CannotDraw, Sheet, Slot};

/// Lower-case hexadecimal digits.
pub(crate) fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
