//! What is wrong with a request: the first errors, each once, and how many more there are. Pure.

use crate::{FieldError, Problem};
use std::collections::HashSet;

/// The number of errors that are listed at once: nobody reads more.
pub const MAX_ERRORS: usize = 200;

/// Collects errors in linear time and bounded space.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    told: Vec<FieldError>,
    seen: HashSet<FieldError>,
    more: usize,
}

impl Errors {
    pub fn push(&mut self, error: FieldError) {
        if self.seen.contains(&error) {
            return;
        }
        if self.is_full() {
            self.more += 1;
            return;
        }
        self.seen.insert(error.clone());
        self.told.push(error);
    }

    /// From now on errors are counted only: there is no need to say what they are.
    pub fn is_full(&self) -> bool {
        self.told.len() >= MAX_ERRORS
    }

    /// The number of further errors, which are not listed.
    pub fn count(&mut self, more: usize) {
        self.more += more;
    }

    /// Nothing when everything is right.
    pub fn into_problem(self) -> Option<Problem> {
        (!self.told.is_empty()).then(|| Problem::invalid_and_more(self.told, self.more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_is_listed_once_and_those_past_the_bound_are_counted() {
        let mut errors = Errors::default();
        for n in 0..MAX_ERRORS {
            errors.push(FieldError::new(format!("/{n}"), "is wrong", "klopt niet"));
            errors.push(FieldError::new("/0", "is wrong", "klopt niet"));
        }
        assert_eq!((errors.told.len(), errors.more), (MAX_ERRORS, 0));
        errors.push(FieldError::new("/last", "is wrong", "klopt niet"));
        errors.count(2);
        assert_eq!((errors.told.len(), errors.more), (MAX_ERRORS, 3));
        assert_eq!(Errors::default().into_problem(), None);
    }
}
