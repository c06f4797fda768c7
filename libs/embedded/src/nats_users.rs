//! Accounts and users of a nats-server, as its configuration has them.

use crate::{Error, home::password};
use std::{collections::BTreeMap, fmt::Write as _};

/// A user of a nats-server. Names and subjects hold neither quotes nor backslashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatsUser {
    /// The account that it is in: users of another one see nothing of its streams and messages.
    pub account: String,
    /// What it is called.
    pub name: String,
    /// Subjects that it may publish to; no others.
    pub publish: Vec<String>,
    /// Subjects that it may subscribe to; no others.
    pub subscribe: Vec<String>,
}

/// Passwords by user.
pub type NatsPasswords = BTreeMap<String, String>;

/// A password of 128 random bits for each user that has none yet.
///
/// # Errors
/// The system gives no randomness.
pub fn nats_passwords(users: &[NatsUser], known: &NatsPasswords) -> Result<NatsPasswords, Error> {
    let mut passwords = known.clone();
    for user in users.iter().filter(|user| !known.contains_key(&user.name)) {
        passwords.insert(user.name.clone(), password()?);
    }
    Ok(passwords)
}

/// The `accounts` block of a nats-server's configuration. Holds passwords: not for logs.
#[must_use]
pub fn nats_accounts(users: &[NatsUser], passwords: &NatsPasswords) -> String {
    let mut accounts: BTreeMap<&str, Vec<&NatsUser>> = BTreeMap::new();
    for user in users {
        accounts.entry(&user.account).or_default().push(user);
    }
    let mut text = "accounts {\n".to_owned();
    for (account, users) in accounts {
        // A string is never written to in vain.
        let _ = write!(text, "  \"{account}\" {{\n    jetstream: enabled\n    users: [\n");
        for user in users {
            let password = passwords.get(&user.name).map_or("", String::as_str);
            let _ = write!(
                text,
                "      {{ user: \"{}\", password: \"{password}\", permissions: {{\n\
                 \x20         publish: {{ allow: [{}] }}\n\
                 \x20         subscribe: {{ allow: [{}] }}\n\
                 \x20     }} }}\n",
                user.name,
                quoted(&user.publish),
                quoted(&user.subscribe),
            );
        }
        text += "    ]\n  }\n";
    }
    text + "}\n"
}

fn quoted(subjects: &[String]) -> String {
    subjects.iter().map(|subject| format!("\"{subject}\"")).collect::<Vec<_>>().join(", ")
}
