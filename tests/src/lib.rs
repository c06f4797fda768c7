//! Promises of the whole hub; they stand in `tests/it`.
