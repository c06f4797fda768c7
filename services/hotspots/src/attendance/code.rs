//! The check-in code that a company shows: another one every few seconds, good for one session.
//!
//! A code is the session's id, a dot, and an HMAC over the session and the step of the clock, under a key
//! that is derived per session from a secret of the installation.
//!
//! **Invariant:** neither keys nor codes stand in events; who has read every event cannot make a code.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vocabulary::{Generations, RegionId, SessionId};

/// Bytes of the HMAC that a code carries: 96 bits, and a code lives for half a minute.
const LENGTH: usize = 12;

/// Makes and checks codes.
#[derive(Clone)]
pub struct Codes {
    secrets: Generations<[u8; 32]>,
}

/// How fast codes change, by the policy of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// A new code every so many seconds.
    pub every: u16,
    /// A code is good for so many seconds from when it is new.
    pub valid: u16,
}

/// A code as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What the pupil's device reads.
    pub text: String,
    /// From then on another one is shown.
    pub next_at: DateTime<Utc>,
    /// From then on it is refused.
    pub valid_until: DateTime<Utc>,
}

impl Codes {
    /// With the secret of this installation for this use, of every generation that is not retired.
    #[must_use]
    pub fn new(secrets: impl Into<Generations<[u8; 32]>>) -> Self {
        Self { secrets: secrets.into() }
    }

    /// The code to show at a moment.
    #[must_use]
    pub fn show(&self, region: &RegionId, session: SessionId, rhythm: Rhythm, at: DateTime<Utc>) -> Code {
        let step = rhythm.step(at);
        let print = print(self.secrets.newest(), region, session, step).finalize().into_bytes();
        let text = format!("{session}.{}", BASE64_URL_SAFE_NO_PAD.encode(&print[..LENGTH]));
        let valid_until = rhythm.begin(step) + TimeDelta::seconds(i64::from(rhythm.valid));
        Code { text, next_at: rhythm.begin(step + 1), valid_until }
    }

    /// Whether this text was shown for this session, and not too long ago.
    #[must_use]
    pub fn accepts(
        &self,
        region: &RegionId,
        session: SessionId,
        rhythm: Rhythm,
        at: DateTime<Utc>,
        text: &str,
    ) -> bool {
        let Some((shown_for, print)) = text.split_once('.') else { return false };
        let (Ok(shown_for), Ok(print)) = (shown_for.parse::<SessionId>(), BASE64_URL_SAFE_NO_PAD.decode(print)) else {
            return false;
        };
        if shown_for != session || print.len() != LENGTH {
            return false;
        }
        let now = rhythm.step(at);
        (0..=i64::from(rhythm.valid / rhythm.every.max(1)))
            .map(|ago| now - ago)
            .filter(|step| at < rhythm.begin(*step) + TimeDelta::seconds(i64::from(rhythm.valid)))
            // A code that was shown before a rotation is good as long as it would have been.
            .flat_map(|step| self.secrets.all().map(move |secret| (secret, step)))
            // In constant time, and a wrong guess tells nothing of the next code.
            .any(|(secret, step)| self::print(secret, region, session, step).verify_truncated_left(&print).is_ok())
    }
}

fn print(secret: &[u8; 32], region: &RegionId, session: SessionId, step: i64) -> Hmac<Sha256> {
    let mut own = keyed(secret);
    own.update(region.as_str().as_bytes());
    own.update(session.0.as_bytes());
    let own: [u8; 32] = own.finalize().into_bytes().into();
    let mut print = keyed(&own);
    print.update(session.0.as_bytes());
    print.update(&step.to_be_bytes());
    print
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC fills a short key up with zeroes to one block, so this is the key itself.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    Hmac::new(&block.into())
}

impl Rhythm {
    fn step(self, at: DateTime<Utc>) -> i64 {
        at.timestamp().div_euclid(i64::from(self.every.max(1)))
    }

    fn begin(self, step: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(step * i64::from(self.every.max(1)), 0).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RHYTHM: Rhythm = Rhythm { every: 15, valid: 30 };

    fn codes() -> Codes {
        Codes::new([7; 32])
    }

    fn region() -> RegionId {
        "voorbeeld".parse().unwrap()
    }

    fn session() -> SessionId {
        SessionId::derived(&["one"])
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        // On a step's beginning.
        DateTime::from_timestamp(1_790_000_010 + seconds, 0).unwrap()
    }

    fn shown(seconds: i64) -> String {
        codes().show(&region(), session(), RHYTHM, at(seconds)).text
    }

    fn accepted(text: &str, seconds: i64) -> bool {
        codes().accepts(&region(), session(), RHYTHM, at(seconds), text)
    }

    #[test]
    fn a_code_is_good_for_thirty_seconds_from_when_it_is_new() {
        let code = codes().show(&region(), session(), RHYTHM, at(0));
        assert_eq!((code.next_at, code.valid_until), (at(15), at(30)));
        assert!(accepted(&code.text, 0) && accepted(&code.text, 29));
        assert!(!accepted(&code.text, 30) && !accepted(&code.text, 31));
    }

    #[test]
    fn a_code_seen_31_seconds_ago_is_old_whenever_it_was_seen() {
        assert!((0..60).all(|seen| !accepted(&shown(seen), seen + 31)));
        assert!((0..60).all(|seen| accepted(&shown(seen), seen + 15)));
    }

    #[test]
    fn another_code_is_shown_every_fifteen_seconds() {
        assert_eq!(shown(0), shown(14));
        assert_ne!(shown(14), shown(15));
    }

    #[test]
    fn a_code_of_the_future_is_not_accepted() {
        assert!(!accepted(&shown(15), 14));
    }

    #[test]
    fn a_code_opens_one_session_of_one_region_under_one_secret() {
        let code = shown(0);
        let print = code.split_once('.').unwrap().1;
        let other = SessionId::derived(&["two"]);
        assert!(!codes().accepts(&region(), other, RHYTHM, at(0), &code));
        assert!(!codes().accepts(&region(), other, RHYTHM, at(0), &format!("{other}.{print}")));
        assert!(!codes().accepts(&"elders".parse().unwrap(), session(), RHYTHM, at(0), &code));
        assert!(!Codes::new([8; 32]).accepts(&region(), session(), RHYTHM, at(0), &code));
    }

    #[test]
    fn a_code_shown_before_a_rotation_is_good_until_its_end_and_not_longer() {
        let rotated = |keys: &[u8]| {
            Codes::new(Generations::of(keys.iter().map(|key| [*key; 32]).collect(), keys.len() - 1).unwrap())
        };
        let (before, after, retired) = (codes(), rotated(&[7, 8]), rotated(&[8]));
        let accepts =
            |codes: &Codes, text: &str, seconds| codes.accepts(&region(), session(), RHYTHM, at(seconds), text);
        let old = before.show(&region(), session(), RHYTHM, at(0)).text;
        let new = after.show(&region(), session(), RHYTHM, at(0)).text;
        assert_ne!(old, new);
        assert!(accepts(&after, &old, 29) && !accepts(&after, &old, 30));
        assert!(accepts(&after, &new, 29) && accepts(&retired, &new, 29));
        assert!(!accepts(&before, &new, 0) && !accepts(&retired, &old, 0));
    }

    #[test]
    fn a_part_of_a_code_is_refused() {
        let code = shown(0);
        for bad in ["", ".", "a.b", &code[..code.len() - 2], &format!("{code}AA"), &code.replace('.', "")] {
            assert!(!accepted(bad, 0), "{bad}");
        }
    }
}
