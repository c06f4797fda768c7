//! How lines are drawn: by a published rule, so that any other tool draws the same ones.
//!
//! Random numbers: block `i` (from 0) is `SHA-256(seed ‖ LF ‖ i in decimal)`; its first 8 bytes, big-endian, are one
//! number. A number below `n` is that number modulo `n`; numbers from the largest multiple of `n` below 2^64 on are
//! left out, so that each result is equally likely. `printf 'seed\n0' | sha256sum` gives the first block.
//!
//! Lines are sorted by reference, byte by byte, before anything is drawn.

use proto_schemas::co_financing::figures::Line;
use sha2::{Digest, Sha256};
use vocabulary::Euros;

/// Random numbers that follow from a seed.
#[derive(Clone, Debug)]
pub struct Numbers {
    seed: String,
    block: u64,
}

impl Numbers {
    /// From the beginning.
    #[must_use]
    pub fn of(seed: &str) -> Self {
        Self { seed: seed.to_owned(), block: 0 }
    }

    /// A number below `n`, each equally likely; 0 when there is none.
    pub fn below(&mut self, n: u64) -> u64 {
        let n = n.max(1);
        // 2^64 modulo n: so many numbers at the top would make the lowest results likelier.
        let uneven = (u64::MAX % n + 1) % n;
        loop {
            let number = self.number();
            if number <= u64::MAX - uneven {
                return number % n;
            }
        }
    }

    fn number(&mut self) -> u64 {
        let hash = Sha256::digest(format!("{}\n{}", self.seed, self.block));
        self.block += 1;
        hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// What a method drew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Every how many cents one is drawn, for a monetary-unit sample.
    pub interval: Option<Euros>,
    /// The first cent that is drawn, counted from 1.
    pub start: Option<Euros>,
    /// What was drawn: the place of a line among the sorted ones, and the cents of it that were hit, each counted from
    /// 1 over all lines. A random sample hits no cents. In the order of drawing.
    pub hits: Vec<(usize, Vec<i64>)>,
}

/// Draws lines, each equally likely, none twice: the first `size` steps of a Fisher–Yates shuffle of the sorted lines.
///
/// Step `k` (from 0) swaps the line at `k` with the one at `k` plus a number below `lines − k`.
#[must_use]
pub fn random(lines: usize, size: usize, seed: &str) -> Drawn {
    let mut numbers = Numbers::of(seed);
    let mut places: Vec<usize> = (0..lines).collect();
    for step in 0..size.min(lines) {
        let left = u64::try_from(lines - step).unwrap_or(u64::MAX);
        let other = step + usize::try_from(numbers.below(left)).unwrap_or(0);
        places.swap(step, other);
    }
    places.truncate(size);
    Drawn { interval: None, start: None, hits: places.into_iter().map(|place| (place, vec![])).collect() }
}

/// Draws cents at a fixed interval from a random start, and the lines they are of: each cent is equally likely.
///
/// The interval is the total of the positive lines divided by `size`, rounded down, at least one cent; the start is one
/// cent and a number below the interval. A line of an interval or more is certain to be hit, more than once perhaps. As
/// the interval is rounded down, one more than `size` may be drawn. Lines of nothing or less have no cent to draw.
#[must_use]
pub fn monetary_unit(lines: &[Line], size: usize, seed: &str) -> Drawn {
    // Wide enough for the total of any lines; a cent beyond what can be written down is the last one that can.
    let told = |cents: i128| i64::try_from(cents).unwrap_or(i64::MAX);
    let cents_of = |line: &Line| i128::from(line.amount.cents().max(0));
    let total: i128 = lines.iter().map(cents_of).sum();
    let size = i128::try_from(size.max(1)).unwrap_or(i128::MAX);
    let interval = (total / size).max(1);
    let start = 1 + i128::from(Numbers::of(seed).below(u64::try_from(interval).unwrap_or(u64::MAX)));
    let (mut hits, mut before, mut next) = (Vec::new(), 0_i128, start);
    for (place, line) in lines.iter().enumerate() {
        let until = before + cents_of(line);
        let mut cents = Vec::new();
        while next <= until {
            cents.push(told(next));
            next += interval;
        }
        if !cents.is_empty() {
            hits.push((place, cents));
        }
        before = until;
    }
    Drawn { interval: Some(Euros(told(interval))), start: Some(Euros(told(start))), hits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto_schemas::co_financing::figures::{Kind, contribution_line};
    use std::collections::BTreeSet;
    use vocabulary::{CompanyId, ContributionId};

    fn lines(cents: &[i64]) -> Vec<Line> {
        let line = |cents: &i64| Line {
            reference: contribution_line(ContributionId::derived(&["line"])),
            kind: Kind::Hours,
            company: CompanyId::derived(&["company"]),
            date: "2026-09-01".parse().unwrap(),
            amount: Euros(*cents),
            attendance_day: None,
            group_effect: false,
        };
        cents.iter().map(line).collect()
    }

    #[test]
    fn numbers_can_be_made_again_with_sha256sum() {
        // printf 'controle-2026\n0' | sha256sum | cut -c1-16, and with \n1
        let mut numbers = Numbers::of("controle-2026");
        let two = [numbers.number(), numbers.number()].map(|number| format!("{number:016x}"));
        assert_eq!(two, ["7bfb55c47a2de731", "6a4b56a24cc50961"]);
    }

    #[test]
    fn every_number_below_n_comes_about_as_often_as_every_other() {
        let mut numbers = Numbers::of("even");
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[usize::try_from(numbers.below(7)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (9_600..=10_400).contains(count)), "{counts:?}");
        assert_eq!((numbers.below(1), numbers.below(0)), (0, 0));
        assert!((0..100).all(|_| numbers.below(u64::MAX) < u64::MAX));
    }

    #[test]
    fn amounts_beyond_any_budget_are_drawn_from_without_wrapping() {
        let drawn = monetary_unit(&lines(&[i64::MAX, i64::MIN, i64::MAX, i64::MAX]), 3, "a");
        let places: Vec<usize> = drawn.hits.iter().map(|(place, _)| *place).collect();
        assert_eq!((places, drawn.interval), (vec![0, 2, 3], Some(Euros(i64::MAX))));
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_one_others() {
        let all = lines(&[500, 700, 1_200, 90, 10_000, 333]);
        assert_eq!(monetary_unit(&all, 3, "a"), monetary_unit(&all, 3, "a"));
        assert_eq!(random(40, 5, "a"), random(40, 5, "a"));
        assert_ne!(random(40, 5, "a"), random(40, 5, "b"));
        assert_ne!(monetary_unit(&all, 3, "a").start, monetary_unit(&all, 3, "b").start);
    }

    #[test]
    fn no_line_is_drawn_twice_at_random_and_never_more_than_there_are() {
        let drawn = random(10, 25, "all of them");
        let places: BTreeSet<usize> = drawn.hits.iter().map(|(place, _)| *place).collect();
        assert_eq!((drawn.hits.len(), places.len()), (10, 10));
        assert_eq!(random(0, 3, "none").hits, []);
    }

    #[test]
    fn at_random_every_line_is_drawn_about_as_often_as_every_other() {
        let mut counts = [0_u32; 20];
        for seed in 0..10_000 {
            for (place, _) in random(20, 4, &seed.to_string()).hits {
                counts[place] += 1;
            }
        }
        // 2,000 expected each, with a standard deviation of 40.
        assert!(counts.iter().all(|count| (1_800..=2_200).contains(count)), "{counts:?}");
    }

    /// Every start there is, once each: every cent of every line is hit exactly once.
    #[test]
    fn every_cent_has_the_same_chance() {
        let all = lines(&[1, 7, 30, 0, -12, 2, 60]);
        let total: i64 = 100;
        let interval = total / 4;
        let mut hit = vec![0_u32; usize::try_from(total).unwrap() + 1];
        let mut starts = BTreeSet::new();
        for seed in 0.. {
            let drawn = monetary_unit(&all, 4, &seed.to_string());
            assert_eq!(drawn.interval, Some(Euros(interval)));
            if starts.insert(drawn.start) {
                for cent in drawn.hits.iter().flat_map(|(_, cents)| cents) {
                    hit[usize::try_from(*cent).unwrap()] += 1;
                }
            }
            if starts.len() == usize::try_from(interval).unwrap() {
                break;
            }
        }
        assert!(hit[1..].iter().all(|times| *times == 1), "{hit:?}");
    }

    #[test]
    fn each_drawn_cent_belongs_to_the_line_it_names() {
        let all = lines(&[1, 7, 30, 0, -12, 2, 60]);
        for seed in 0..200 {
            let (mut before, drawn) = (0, monetary_unit(&all, 4, &seed.to_string()));
            for (place, line) in all.iter().enumerate() {
                let until = before + line.amount.cents().max(0);
                let cents = drawn.hits.iter().filter(|(at, _)| *at == place).flat_map(|(_, cents)| cents);
                assert!(cents.into_iter().all(|cent| (before + 1..=until).contains(cent)));
                before = until;
            }
            let certain = drawn.hits.iter().find(|(place, _)| *place == 6);
            assert!(certain.is_some_and(|(_, cents)| cents.len() >= 2), "60 cents at an interval of 25");
            assert!(drawn.hits.iter().all(|(place, _)| ![3, 4].contains(place)), "nothing and less have no cent");
        }
    }
}
