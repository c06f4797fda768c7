//! What the secrets of an installation are for: the whole list, in one place.

use std::borrow::Cow;

/// What a secret is for. Each purpose has a key ring of its own and is rotated apart from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Pseudonyms of identities: the actor ids in every event.
    Identity,
    /// Command ids and fingerprints of requests.
    Fingerprint,
    /// What opens the internal routes.
    Log,
    /// Pseudonyms of people in the log of processing.
    Processing,
    /// Check-in codes of sessions.
    CheckInCode,
    /// MACs of natural keys in the vault.
    NaturalKeys,
    /// MACs of the messages of the log of a service.
    Messages(&'static str),
}

/// Where the first generation of a key ring comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// Derived from `hub.secret`, as before there were generations.
    Derived,
    /// Derived from `vault.key`, by the vault itself.
    Vault,
    /// A file of its own, made when it is first asked for.
    File,
}

impl Purpose {
    /// The purposes that every hub has; besides these each log has [`Purpose::Messages`].
    pub const OF_EVERY_HUB: [Self; 6] =
        [Self::Identity, Self::Fingerprint, Self::Log, Self::Processing, Self::CheckInCode, Self::NaturalKeys];

    /// Every purpose of a hub with these services.
    #[must_use]
    pub fn all(services: &[&'static str]) -> Vec<Self> {
        Self::OF_EVERY_HUB.into_iter().chain(services.iter().map(|service| Self::Messages(service))).collect()
    }

    /// What it is called: in commands, in names of files, and in what is derived from `hub.secret`. Never changed.
    #[must_use]
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Identity => "identity".into(),
            Self::Fingerprint => "fingerprint".into(),
            Self::Log => "log".into(),
            Self::Processing => "processing".into(),
            Self::CheckInCode => "check-in-code".into(),
            Self::NaturalKeys => "natural-keys".into(),
            Self::Messages(service) => format!("messages-{service}").into(),
        }
    }

    /// What it does, for the operator.
    #[must_use]
    pub const fn does(self) -> &'static str {
        match self {
            Self::Identity => "makes the actor id of an identity (issuer and subject)",
            Self::Fingerprint => {
                "makes the command id and the fingerprint of a request with an Idempotency-Key, and seals the places of pages"
            }
            Self::Log => "opens the internal routes to the installation itself",
            Self::Processing => "makes the pseudonym of a person in the log of processing",
            Self::CheckInCode => "makes the check-in code that a company shows",
            Self::NaturalKeys => "makes the MAC under which the vault finds a person by number",
            Self::Messages(_) => "makes the MAC of each message of the log of this service",
        }
    }

    /// What a rotation changes, and what it can never re-key.
    #[must_use]
    pub const fn rotation(self) -> &'static str {
        match self {
            Self::Identity => {
                "a new identity gets an actor id of the newest generation; a known one keeps its id and its grants. \
                 Never re-keyed: the actor ids in events"
            }
            Self::Fingerprint => {
                "a request is found under every generation and kept under the newest, and so are the places of pages. \
                 Never re-keyed: the command ids and fingerprints that are kept with events, and what is named after them"
            }
            Self::Log => "every generation opens until it is retired, the newest is shown",
            Self::Processing => {
                "spans are written under the newest generation. Never re-keyed: the pseudonyms in spans written before"
            }
            Self::CheckInCode => {
                "codes are made with the newest generation, and accepted of every one until it is retired"
            }
            Self::NaturalKeys => {
                "a number is found under every generation, and re-keyed to the newest when it is imported again. \
                 Not re-keyed: the number of whoever is not imported any more"
            }
            Self::Messages(_) => "the streams of the log are made again from the log under the newest generation",
        }
    }

    /// Whether an older generation may be retired: nothing that is kept must be found with it.
    #[must_use]
    pub const fn retires(self) -> bool {
        matches!(self, Self::Log | Self::CheckInCode | Self::Messages(_))
    }

    pub(super) const fn first(self) -> First {
        match self {
            Self::Identity | Self::Fingerprint | Self::Log | Self::Processing | Self::CheckInCode => First::Derived,
            Self::NaturalKeys => First::Vault,
            Self::Messages(_) => First::File,
        }
    }
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.name())
    }
}
