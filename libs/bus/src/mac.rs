//! The message authentication code (MAC) that each message of a log carries, and the keys it is made with.
//!
//! A message's header `Hub-Mac` is `<number of the key>.<HMAC-SHA256 in hexadecimal>`. The code is over the installation,
//! the service, the region, the epoch, the position and the text, so a message counts nowhere but where it was put.

use crate::Error;
use crate::names::Log;
use async_nats::{HeaderMap, HeaderValue};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write as _;
use std::sync::Arc;

/// The header of a message that holds its code.
pub(crate) const HEADER: &str = "Hub-Mac";
/// Nothing else that the same key may be asked for begins like this.
const PURPOSE: &[u8] = b"regiohub/message/1";

/// A key of a service's messages.
#[derive(Clone, Copy)]
pub struct MessageKey {
    /// Which generation it is, from 1. It is part of each message.
    pub number: u32,
    /// 32 bytes that the service and those who read its logs have, and nobody else.
    pub secret: [u8; 32],
}

type Ring = Arc<dyn Fn(&str) -> Result<Vec<MessageKey>, String> + Send + Sync>;

/// Where the keys of messages are found.
#[derive(Clone)]
pub struct MessageKeys {
    installation: Arc<str>,
    ring: Ring,
}

impl MessageKeys {
    /// The keys of an installation. `ring` finds the keys of a service by its name, or says why there are none: first the
    /// one that messages are made with, then those that are accepted besides, while processes are brought over to it.
    #[must_use]
    pub fn new(
        installation: &str,
        ring: impl Fn(&str) -> Result<Vec<MessageKey>, String> + Send + Sync + 'static,
    ) -> Self {
        Self { installation: installation.into(), ring: Arc::new(ring) }
    }

    /// No keys: nothing can be relayed or read.
    #[must_use]
    pub fn none() -> Self {
        Self::new("", |_| Ok(vec![]))
    }

    /// What makes and checks the codes of one log.
    pub(crate) fn of(&self, log: &Log) -> Result<Authenticator, Error> {
        let missing = |reason| Error::NoMessageKey { service: log.service.clone(), reason };
        let keys = (self.ring)(&log.service).map_err(missing)?;
        let mut keys =
            keys.into_iter().map(|key| Key { number: key.number, begun: begun(&self.installation, log, &key) });
        let newest = keys.next().ok_or_else(|| missing("none was given".to_owned()))?;
        Ok(Authenticator { newest, accepted: keys.collect() })
    }

    /// Whether there is a key for a service's messages.
    pub(crate) fn check(&self, service: &str) -> Result<(), Error> {
        match (self.ring)(service) {
            Ok(keys) if !keys.is_empty() => Ok(()),
            found => {
                let reason = found.err().unwrap_or_else(|| "none was given".to_owned());
                Err(Error::NoMessageKey { service: service.to_owned(), reason })
            }
        }
    }
}

impl std::fmt::Debug for MessageKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MessageKeys({})", self.installation)
    }
}

/// Makes and checks the codes of one log, of one epoch.
#[derive(Clone)]
pub(crate) struct Authenticator {
    newest: Key,
    accepted: Arc<[Key]>,
}

#[derive(Clone)]
struct Key {
    number: u32,
    /// Everything that is the same for each message of the log has been taken in already.
    begun: Hmac<Sha256>,
}

/// The possible makers of a message, as far as its code shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// They have the newest key.
    WithTheNewest,
    /// They have another one that is accepted still.
    WithAnother,
    /// They have none, or made it for another place.
    BySomebody,
}

impl Authenticator {
    /// The header's value for a text at a position.
    pub fn header(&self, position: i64, text: &[u8]) -> String {
        let mut code = [0; 64];
        // Twice as long as the code is what it takes.
        let _ = hex::encode_to_slice(self.newest.over(position, text).finalize().into_bytes(), &mut code);
        let mut value = String::with_capacity(80);
        let _ = write!(value, "{}.", self.newest.number);
        value.extend(code.into_iter().map(char::from));
        value
    }

    /// The maker of a message for this position.
    pub fn made(&self, headers: Option<&HeaderMap>, position: i64, text: &[u8]) -> Made {
        let value = headers.and_then(|headers| headers.get(HEADER)).map(HeaderValue::as_str);
        let told = value.and_then(|value| value.split_once('.')).and_then(|(number, code)| {
            let mut told = [0; 32];
            hex::decode_to_slice(code, &mut told).ok()?;
            Some((number.parse::<u32>().ok()?, told))
        });
        let Some((number, told)) = told else { return Made::BySomebody };
        // The number says which key it would be, and vouches for nothing.
        let vouched = |key: &&Key| key.number == number && key.over(position, text).verify_slice(&told).is_ok();
        if vouched(&&self.newest) {
            Made::WithTheNewest
        } else if self.accepted.iter().any(|key| vouched(&key)) {
            Made::WithAnother
        } else {
            Made::BySomebody
        }
    }
}

impl Key {
    /// The text comes last: its length needs no telling.
    fn over(&self, position: i64, text: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.begun.clone();
        mac.update(&position.to_be_bytes());
        mac.update(text);
        mac
    }
}

/// What comes before position and text, under a key of the log's own.
fn begun(installation: &str, log: &Log, key: &MessageKey) -> Hmac<Sha256> {
    let mut of_region = keyed(&key.secret);
    of_region.update(PURPOSE);
    of_region.update(b"/region");
    of_region.update(log.region.as_str().as_bytes());
    let mut begun = keyed(&of_region.finalize().into_bytes().into());
    begun.update(PURPOSE);
    // Each with its length before it: no two logs begin alike.
    for part in [installation, &log.service, log.region.as_str()] {
        begun.update(&(part.len() as u64).to_be_bytes());
        begun.update(part.as_bytes());
    }
    begun.update(&log.epoch.to_be_bytes());
    begun
}

fn keyed(secret: &[u8; 32]) -> Hmac<Sha256> {
    // A key shorter than a block is filled up with zeroes, so this is the key itself.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(secret);
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(service: &str, region: &str, epoch: i32) -> Log {
        Log { service: service.into(), region: region.parse().unwrap(), epoch }
    }

    fn of(installation: &str, log: &Log, number: u32, byte: u8) -> Authenticator {
        MessageKeys::new(installation, move |_| Ok(vec![MessageKey { number, secret: [byte; 32] }])).of(log).unwrap()
    }

    fn carrying(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, value);
        headers
    }

    #[test]
    fn a_code_counts_for_its_own_log_epoch_position_and_text_only() {
        let own = of("hub.example", &log("hotspots", "aa", 1), 1, 7);
        let value = own.header(5, b"text");
        assert_eq!(value.len(), 2 + 64);
        let headers = carrying(&value);
        assert_eq!(own.made(Some(&headers), 5, b"text"), Made::WithTheNewest);
        assert_eq!(own.made(Some(&headers), 6, b"text"), Made::BySomebody, "another position");
        assert_eq!(own.made(Some(&headers), 5, b"texT"), Made::BySomebody, "another text");
        assert_eq!(own.made(None, 5, b"text"), Made::BySomebody, "no header");
        assert_eq!(own.made(Some(&HeaderMap::new()), 5, b"text"), Made::BySomebody, "no header");
        let others = [
            of("hub.example", &log("hotspots", "aa", 2), 1, 7),
            of("hub.example", &log("hotspots", "ab", 1), 1, 7),
            of("hub.example", &log("hotspot", "saa", 1), 1, 7),
            of("hub.exampleh", &log("otspots", "aa", 1), 1, 7),
            of("hub.example", &log("hotspots", "aa", 1), 2, 7),
            of("hub.example", &log("hotspots", "aa", 1), 1, 8),
        ];
        for other in others {
            assert_eq!(other.made(Some(&headers), 5, b"text"), Made::BySomebody);
        }
    }

    #[test]
    fn a_header_that_is_no_code_vouches_for_nothing() {
        let own = of("hub.example", &log("hotspots", "aa", 1), 1, 7);
        let value = own.header(1, b"");
        let (_, code) = value.split_once('.').unwrap();
        for wrong in
            ["", ".", "1", "1.", &format!("2.{code}"), &format!("1.{}", &code[1..]), &format!("1.{code}0"), code]
        {
            assert_eq!(own.made(Some(&carrying(wrong)), 1, b""), Made::BySomebody, "{wrong}");
        }
    }

    #[test]
    fn an_earlier_key_is_accepted_until_it_is_retired() {
        let log = log("hotspots", "aa", 1);
        let ring = |numbers: &'static [u8]| {
            let key = |number: &u8| MessageKey { number: (*number).into(), secret: [*number; 32] };
            MessageKeys::new("hub.example", move |_| Ok(numbers.iter().map(key).collect())).of(&log).unwrap()
        };
        let headers = carrying(&ring(&[1]).header(5, b"text"));
        assert_eq!(ring(&[2, 1]).made(Some(&headers), 5, b"text"), Made::WithAnother);
        assert_eq!(ring(&[2]).made(Some(&headers), 5, b"text"), Made::BySomebody);
        assert!(ring(&[2, 1]).header(5, b"text").starts_with("2."));
    }

    // What other readers may have been written against: it never changes under this header.
    #[test]
    fn a_known_message_has_a_known_code() {
        let own = of("hub.example", &log("hotspots", "aa", 1), 1, 7);
        assert_eq!(own.header(1, b"text"), "1.0ee2544c0e70c61c48e29df09a2928465e6380d237fae2eb55219c554f776656");
    }
}
