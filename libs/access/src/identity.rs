//! Who a token is about, and the pseudonym under which the hub knows them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vocabulary::ActorId;

/// Whom a verified token is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The issuer, exactly as configured.
    pub issuer: String,
    /// `sub`; for a machine without one its `client_id` or `azp`.
    pub subject: String,
    /// Whether `subject` names a machine and not a person.
    pub machine: bool,
}

/// Makes pseudonyms: the same identity is the same actor in every service that holds the same key.
#[derive(Clone)]
pub struct Identities(Hmac<Sha256>);

impl Identities {
    /// With the installation's identity key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC fills a short key up with zeroes to one block, so this is the key itself.
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(key);
        Self(Hmac::new(&block.into()))
    }

    /// The pseudonym of a person: `sub` at an issuer.
    #[must_use]
    pub fn actor(&self, issuer: &str, subject: &str) -> ActorId {
        self.pseudonym(&[issuer.as_bytes(), b"\0", subject.as_bytes()])
    }

    /// The pseudonym of a machine without a `sub`: its client id at an issuer.
    #[must_use]
    pub fn machine(&self, issuer: &str, client: &str) -> ActorId {
        // One zero more, so that no `sub` a person chooses is a machine's pseudonym.
        self.pseudonym(&[issuer.as_bytes(), b"\0\0", client.as_bytes()])
    }

    /// The pseudonym of whom a token is about.
    #[must_use]
    pub fn of(&self, identity: &Identity) -> ActorId {
        if identity.machine {
            self.machine(&identity.issuer, &identity.subject)
        } else {
            self.actor(&identity.issuer, &identity.subject)
        }
    }

    fn pseudonym(&self, parts: &[&[u8]]) -> ActorId {
        let mac = parts.iter().fold(self.0.clone(), |mac, part| mac.chain_update(part)).finalize().into_bytes();
        let mut first = [0_u8; 16];
        first.copy_from_slice(&mac[..16]);
        ActorId(uuid::Builder::from_custom_bytes(first).into_uuid())
    }
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identities(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_depends_on_issuer_subject_kind_and_key() {
        let ours = Identities::new(&[1; 32]);
        let actor = ours.actor("https://login.example", "a");
        assert_eq!(actor, Identities::new(&[1; 32]).actor("https://login.example", "a"));
        assert_ne!(actor, ours.actor("https://login.example", "b"));
        assert_ne!(actor, ours.actor("https://other.example", "a"));
        assert_ne!(actor, ours.machine("https://login.example", "a"));
        assert_ne!(actor, Identities::new(&[2; 32]).actor("https://login.example", "a"));
    }

    #[test]
    fn a_pseudonym_is_a_uuid_of_version_8() {
        assert_eq!(Identities::new(&[1; 32]).actor("i", "s").0.get_version_num(), 8);
    }
}
