//! The id under which a command is kept, and the keyed print of its request. Pure.

use decider::CommandKey;
use hmac::{Hmac, KeyInit, Mac};
use http::{Method, Uri};
use sha2::Sha256;
use vocabulary::{ActorId, Generations, RegionId};

/// Makes command ids and prints with the installation's fingerprint key.
#[derive(Clone)]
pub(crate) struct Prints(Generations<Print>);

#[derive(Clone)]
struct Print(Hmac<Sha256>);

impl Prints {
    pub fn new(keys: &Generations<[u8; 32]>) -> Self {
        Self(keys.map(|key| {
            // HMAC fills a short key up with zeroes to one block, so this is the key itself.
            let mut block = [0_u8; 64];
            block[..32].copy_from_slice(key);
            Print(Hmac::new(&block.into()))
        }))
    }

    /// The same caller, region and key are the same command; the same request has the same print.
    ///
    /// The key may hold anything, so it enters only as a print; without the installation's key nobody
    /// can try out which bodies fit a print.
    pub fn of(
        &self,
        by: ActorId,
        region: Option<&RegionId>,
        key: &str,
        request: (&Method, &Uri, &[u8]),
    ) -> Generations<CommandKey> {
        self.0.map(|print| print.of(by, region, key, request))
    }
}

impl Print {
    fn of(&self, by: ActorId, region: Option<&RegionId>, key: &str, request: (&Method, &Uri, &[u8])) -> CommandKey {
        let region = region.map_or("", RegionId::as_str);
        let named = self.print(&[b"command", by.0.as_bytes(), region.as_bytes(), key.as_bytes()]);
        let mut id = [0_u8; 16];
        id.copy_from_slice(&named[..16]);
        let (method, uri, body) = request;
        let asked = uri.path_and_query().map_or(uri.path(), |it| it.as_str());
        let fingerprint = self.print(&[b"request", method.as_str().as_bytes(), asked.as_bytes(), body]);
        CommandKey { id: uuid::Builder::from_custom_bytes(id).into_uuid(), fingerprint }
    }

    fn print(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = self.0.clone();
        for part in parts {
            // A length before each part: ("ab", "c") and ("a", "bc") must differ.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_the_callers_own_in_one_region() {
        let prints = Prints::new(&[1; 32].into());
        let (someone, region): (_, RegionId) = (ActorId::fresh(), "here".parse().unwrap());
        let uri: Uri = "/v1/regions/here/sessions".parse().unwrap();
        let of = |by, region: &RegionId, key, body: &[u8]| {
            prints.of(by, Some(region), key, (&Method::POST, &uri, body)).newest().clone()
        };
        let first = of(someone, &region, "k", b"{}");
        assert_eq!(first, of(someone, &region, "k", b"{}"));
        assert_ne!(first.id, of(ActorId::fresh(), &region, "k", b"{}").id);
        assert_ne!(first.id, of(someone, &"there".parse().unwrap(), "k", b"{}").id);
        assert_ne!(first.id, of(someone, &region, "l", b"{}").id);
        let other = of(someone, &region, "k", b"[]");
        assert_eq!(first.id, other.id);
        assert_ne!(first.fingerprint, other.fingerprint);
    }

    #[test]
    fn a_command_keeps_its_id_and_print_under_the_earlier_key() {
        let by = ActorId::fresh();
        let uri: Uri = "/v1/regions/here/sessions".parse().unwrap();
        let of = |prints: &Prints| prints.of(by, None, "k", (&Method::POST, &uri, b"{}"));
        let (before, after) = (of(&Prints::new(&[1; 32].into())), of(&Prints::new(&[2; 32].into())));
        let both = of(&Prints::new(&Generations::of(vec![[1; 32], [2; 32]], 1).unwrap()));
        assert!(both.others().eq([before.newest()]));
        assert_eq!(both.newest(), after.newest());
    }

    #[test]
    fn a_print_says_nothing_without_the_key() {
        let uri: Uri = "/".parse().unwrap();
        let of = |key: u8| {
            let prints = Prints::new(&[key; 32].into());
            prints.of(ActorId(uuid::Uuid::nil()), None, "k", (&Method::POST, &uri, b"{}")).newest().clone()
        };
        assert_ne!(of(1), of(2));
    }
}
