//! One document, and every operation in it is called, described and guarded as the others are.
