//! The generations of a key.

/// The generations of a key, oldest first, and the one that is written with. A lookup tries them all.
#[derive(Clone, PartialEq, Eq)]
pub struct Generations<K> {
    all: Vec<K>,
    newest: usize,
}

impl<K> Generations<K> {
    /// A key that was never rotated.
    #[must_use]
    pub fn one(key: K) -> Self {
        Self { all: vec![key], newest: 0 }
    }

    /// Generations, oldest first; `newest` is the place of the one to write with: what comes after it is only known
    /// beforehand. `None` when there is nothing at that place.
    #[must_use]
    pub fn of(all: Vec<K>, newest: usize) -> Option<Self> {
        (newest < all.len()).then_some(Self { all, newest })
    }

    /// The one to write with.
    #[must_use]
    pub fn newest(&self) -> &K {
        &self.all[self.newest]
    }

    /// Those to look up with, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.all.iter()
    }

    /// Those to look up with besides the newest one, oldest first.
    pub fn others(&self) -> impl Iterator<Item = &K> {
        self.all.iter().enumerate().filter(|(place, _)| *place != self.newest).map(|(_, key)| key)
    }

    /// What is made of each, in the same order.
    pub fn map<L>(&self, make: impl FnMut(&K) -> L) -> Generations<L> {
        Generations { all: self.all.iter().map(make).collect(), newest: self.newest }
    }
}

impl From<[u8; 32]> for Generations<[u8; 32]> {
    fn from(key: [u8; 32]) -> Self {
        Self::one(key)
    }
}

impl From<&[u8; 32]> for Generations<[u8; 32]> {
    fn from(key: &[u8; 32]) -> Self {
        Self::one(*key)
    }
}

impl<K> std::fmt::Debug for Generations<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Generations({} of {})", self.newest + 1, self.all.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knowledge_from_before_is_read_and_never_written() {
        let keys = Generations::of(vec!['a', 'b', 'c'], 1).unwrap();
        assert_eq!(keys.newest(), &'b');
        assert_eq!(keys.all().collect::<String>(), "abc");
        assert_eq!(keys.others().collect::<String>(), "ac");
        assert_eq!(keys.map(char::to_ascii_uppercase).newest(), &'B');
        assert_eq!(Generations::of(vec!['a'], 1), None);
    }
}
