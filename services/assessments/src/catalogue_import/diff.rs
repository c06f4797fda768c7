//! What would an import change?

use crate::elective::Elective;
use proto_schemas::assessments::elective::Elective as Description;

/// What reading `read` over `known` comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It was not there.
    Added,
    /// It reads otherwise, in these fields.
    Changed(Vec<&'static str>),
    /// It reads as before.
    None,
}

/// Compares an entry of the catalogue with what a file says of it.
#[must_use]
pub fn difference(known: &Elective, read: &Description) -> Difference {
    let Some(known) = known.description() else { return Difference::Added };
    let fields = [
        ("code", known.code != read.code),
        ("kind", known.kind != read.kind),
        ("profile", known.profile != read.profile),
        ("title", known.title != read.title),
        ("description", known.description != read.description),
        ("levels", known.levels != read.levels),
        ("size", known.size != read.size),
        ("duoCode", known.duo_code != read.duo_code),
        ("deeltaken", known.deeltaken != read.deeltaken),
    ];
    let changed: Vec<_> = fields.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
    if changed.is_empty() { Difference::None } else { Difference::Changed(changed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::national;

    #[test]
    fn every_field_that_reads_otherwise_is_named() {
        let known = Elective::National(national());
        assert_eq!(difference(&Elective::Unknown, &national()), Difference::Added);
        assert_eq!(difference(&known, &national()), Difference::None);
        let mut read = national();
        read.title = "Zonnepanelen en omvormers".parse().unwrap();
        read.deeltaken.pop();
        assert_eq!(difference(&known, &read), Difference::Changed(vec!["title", "deeltaken"]));
    }
}
