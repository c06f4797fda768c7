//! Draws up documents as PDF: the same bytes for the same content.

mod document;
mod pdf;

pub use document::{Article, Document};
pub use pdf::{CannotDraw, Sheet, Slot};
