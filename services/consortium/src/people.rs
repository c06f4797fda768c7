//! The people: pupils, staff and contacts, the files that pupils come from, and what of a person is sealed.

pub mod import;
mod numbers;
pub mod person;
pub mod pupil_import;
pub mod running_imports;
pub mod sealing;
pub mod shared_numbers;
