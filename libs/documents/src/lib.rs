//! Draws up documents as PDF: the same bytes for the same content.

mod document;

pub use document::{Article, Document};
