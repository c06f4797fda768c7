//! The identity that a token is about, and the pseudonym under which the hub knows it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vocabulary::{ActorId, Generations};

/// The identity that a verified token is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The issuer, exactly as configured.
    pub issuer: String,
    /// `sub`; for a machine without one its `client_id` or `azp`.
    pub subject: String,
    /// Whether `subject` names a machine and not a person.
    pub machine: bool,
}

/// Makes pseudonyms: the same identity is the same actor in every service that holds the same keys.
///
/// An identity has a pseudonym under each generation of the key. Under which of them it is known in a region the grants
/// say: [`crate::Grants::known_as`].
#[derive(Clone)]
pub struct Identities(Generations<Hmac<Sha256>>);

impl Identities {
    /// With the installation's identity key, of every generation.
    #[must_use]
    pub fn new(keys: impl Into<Generations<[u8; 32]>>) -> Self {
        Self(keys.into().map(|key| {
            // HMAC fills a short key up with zeroes to one block, so this is the key itself.
            let mut block = [0_u8; 64];
            block[..32].copy_from_slice(key);
            Hmac::new(&block.into())
        }))
    }

    /// The pseudonym of a new person: `sub` at an issuer.
    #[must_use]
    pub fn actor(&self, issuer: &str, subject: &str) -> ActorId {
        *self.of(&Identity::person(issuer, subject)).newest()
    }

    /// The pseudonym of a new machine without a `sub`: its client id at an issuer.
    #[must_use]
    pub fn machine(&self, issuer: &str, client: &str) -> ActorId {
        *self.of(&Identity::machine(issuer, client)).newest()
    }

    /// The pseudonyms of an identity, under each generation of the key.
    #[must_use]
    pub fn of(&self, identity: &Identity) -> Generations<ActorId> {
        // One zero more for a machine, so that no `sub` a person chooses is a machine's pseudonym.
        let between: &[u8] = if identity.machine { b"\0\0" } else { b"\0" };
        let parts = [identity.issuer.as_bytes(), between, identity.subject.as_bytes()];
        self.0.map(|key| pseudonym(key, &parts))
    }
}

impl Identity {
    /// A person: `sub` at an issuer.
    #[must_use]
    pub fn person(issuer: &str, subject: &str) -> Self {
        Self { issuer: issuer.to_owned(), subject: subject.to_owned(), machine: false }
    }

    /// A machine without a `sub`: its client id at an issuer.
    #[must_use]
    pub fn machine(issuer: &str, client: &str) -> Self {
        Self { issuer: issuer.to_owned(), subject: client.to_owned(), machine: true }
    }
}

fn pseudonym(key: &Hmac<Sha256>, parts: &[&[u8]]) -> ActorId {
    let mac = parts.iter().fold(key.clone(), |mac, part| mac.chain_update(part)).finalize().into_bytes();
    let mut first = [0_u8; 16];
    first.copy_from_slice(&mac[..16]);
    ActorId(uuid::Builder::from_custom_bytes(first).into_uuid())
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
        let ours = Identities::new([1; 32]);
        let actor = ours.actor("https://login.example", "a");
        assert_eq!(actor, Identities::new([1; 32]).actor("https://login.example", "a"));
        assert_ne!(actor, ours.actor("https://login.example", "b"));
        assert_ne!(actor, ours.actor("https://other.example", "a"));
        assert_ne!(actor, ours.machine("https://login.example", "a"));
        assert_ne!(actor, Identities::new([2; 32]).actor("https://login.example", "a"));
    }

    #[test]
    fn an_identity_has_a_pseudonym_under_each_generation() {
        let (before, after) = (Identities::new([1; 32]), Generations::of(vec![[1; 32], [2; 32]], 1).unwrap());
        let after = Identities::new(after);
        for identity in [Identity::person("i", "s"), Identity::machine("i", "s")] {
            let pseudonyms = after.of(&identity);
            assert!(pseudonyms.others().eq([before.of(&identity).newest()]));
            assert_eq!(pseudonyms.newest(), Identities::new([2; 32]).of(&identity).newest());
        }
        assert_eq!(after.actor("i", "s"), *after.of(&Identity::person("i", "s")).newest());
    }

    #[test]
    fn a_pseudonym_is_a_uuid_of_version_8() {
        assert_eq!(Identities::new([1; 32]).actor("i", "s").0.get_version_num(), 8);
    }
}
