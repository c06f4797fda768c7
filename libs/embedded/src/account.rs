//! The account that runs the servers: this user, or for root another one, and how they end with their parent.

use std::{
    env, fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Error, home::Home, leftover};

/// PostgreSQL refuses root, so root runs it as an account that was made for it.
const INSTEAD_OF_ROOT: &str = "regiohub";
/// Ran the servers for root in earlier versions. Other programs run as it too, and may read what it owns.
const SHARED: &str = "nobody";

#[derive(Clone)]
pub(crate) struct Account {
    setpriv: Option<PathBuf>,
    instead: Option<User>,
    /// The owner of data that are handed over.
    shared: Option<u32>,
}

#[derive(Clone)]
struct User {
    name: String,
    user: u32,
    group: u32,
}

impl Account {
    pub(crate) fn choose(home: &Home) -> Result<Self, Error> {
        let setpriv = find("setpriv");
        if !rustix::process::geteuid().is_root() {
            if setpriv.is_none() {
                tracing::warn!("without setpriv (util-linux) a kill -9 would leave the servers running");
            }
            return Ok(Self { setpriv, instead: None, shared: None });
        }
        if setpriv.is_none() {
            return Err(Error::NoSetpriv);
        }
        let users = users();
        let owner = fs::metadata(home.path("postgres")).ok().map(|folder| folder.uid());
        let instead = instead_of_root(owner, &users).cloned().ok_or(Error::NoAccount)?;
        let shared = users.iter().find(|user| user.name == SHARED).map(|user| user.user);
        Ok(Self { setpriv, instead: Some(instead), shared })
    }

    /// Once, hands over to this account what `nobody` owns in a data folder of an earlier version. The caller holds the
    /// folder's lock.
    pub(crate) fn take_over(&self, home: &Home) -> Result<(), Error> {
        let (Some(to), Some(shared)) = (&self.instead, self.shared) else { return Ok(()) };
        let owned = |name: &&str| fs::symlink_metadata(home.path(name)).is_ok_and(|it| it.uid() == shared);
        let left: Vec<&str> = KEPT.into_iter().filter(owned).collect();
        if left.is_empty() {
            return Ok(());
        }
        // Whatever still runs as nobody must not find its files gone to another owner.
        leftover::postgres(home, shared);
        leftover::nats(home, shared);
        for name in &left {
            hand_over(&home.path(name), shared, to)?;
        }
        tracing::warn!(
            folder = %home.dir.display(), to = to.name, "data of `nobody` were handed over: {}", left.join(", ")
        );
        Ok(())
    }

    /// User and group, when it is not this process's own.
    pub(crate) fn ids(&self) -> Option<(u32, u32)> {
        self.instead.as_ref().map(|user| (user.user, user.group))
    }

    pub(crate) fn user_id(&self) -> u32 {
        self.ids().map_or_else(|| rustix::process::geteuid().as_raw(), |(user, _)| user)
    }

    /// `program` as this account, with nothing of our environment. The kernel sends it `at_parents_death` (a signal's
    /// name) when the thread that spawned it ends.
    pub(crate) fn command(&self, program: &Path, at_parents_death: &str) -> Command {
        let mut command = match &self.setpriv {
            None => Command::new(program),
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.arg("--pdeathsig").arg(at_parents_death);
                if let Some(user) = &self.instead {
                    command.arg(format!("--reuid={}", user.user)).arg(format!("--regid={}", user.group));
                    command.arg("--clear-groups");
                }
                command.arg("--").arg(program);
                command
            }
        };
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    /// A folder that only this account reads.
    pub(crate) fn own_folder(&self, path: &Path) -> Result<(), Error> {
        fs::create_dir_all(path).map_err(Error::file("cannot make", path))?;
        if let Some((user, group)) = self.ids() {
            chown(path, Some(user), Some(group)).map_err(Error::file("cannot hand over", path))?;
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(Error::file("cannot protect", path))?;
        self.must_reach(path)
    }

    /// Folders above may be closed to another user; say so here rather than in a server's log.
    pub(crate) fn must_reach(&self, path: &Path) -> Result<(), Error> {
        let Some(user) = &self.instead else { return Ok(()) };
        let test = self.command(Path::new("/usr/bin/test"), "KILL").arg("-x").arg(path).status();
        match test {
            Ok(status) if status.success() => Ok(()),
            _ => Err(Error::Unreachable { path: path.to_owned(), user: user.name.clone() }),
        }
    }
}

/// What this account may own in a data folder. The cluster comes last: while it is nobody's, the next start goes on.
const KEPT: [&str; 6] = ["postgres.new", "postgres.conf", "postgres.password", "nats.conf", "nats", "postgres"];

/// Data that exist keep their owner, unless that is the account which every system shares.
fn instead_of_root(owner: Option<u32>, users: &[User]) -> Option<&User> {
    let named = |name: &str| users.iter().find(|user| user.name == name);
    match owner {
        Some(owner) if named(SHARED).is_none_or(|shared| shared.user != owner) => {
            users.iter().find(|user| user.user == owner && owner != 0)
        }
        _ => named(INSTEAD_OF_ROOT).filter(|user| user.user != 0),
    }
}

/// What is inside goes first, and only what `from` owns goes at all: a link that leads elsewhere is not followed.
fn hand_over(path: &Path, from: u32, to: &User) -> Result<(), Error> {
    let failed = |error| Error::File { what: "cannot hand over", path: path.to_owned(), source: error };
    let it = fs::symlink_metadata(path).map_err(failed)?;
    if it.uid() != from {
        return Ok(());
    }
    if it.is_dir() {
        for entry in fs::read_dir(path).map_err(failed)? {
            hand_over(&entry.map_err(failed)?.path(), from, to)?;
        }
    }
    lchown(path, Some(to.user), Some(to.group)).map_err(failed)
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/bin".into(), "/bin".into()])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn users() -> Vec<User> {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    passwd
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            let user = fields.nth(1)?.parse().ok()?;
            Some(User { name, user, group: fields.next()?.parse().ok()? })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, user: u32) -> User {
        User { name: name.into(), user, group: user }
    }

    #[test]
    fn root_runs_servers_as_an_account_of_their_own_and_never_as_nobody() {
        let (root, nobody, ours, postgres) =
            (user("root", 0), user("nobody", 65_534), user("regiohub", 998), user("postgres", 101));
        let chosen = |owner, users: &[&User]| {
            let users: Vec<User> = users.iter().map(|user| (*user).clone()).collect();
            instead_of_root(owner, &users).map(|user| user.name.clone())
        };
        let everyone = [&root, &nobody, &ours, &postgres];
        assert_eq!(chosen(None, &everyone).as_deref(), Some("regiohub"));
        // What nobody owns is handed over; any other owner stays.
        assert_eq!(chosen(Some(65_534), &everyone).as_deref(), Some("regiohub"));
        assert_eq!(chosen(Some(101), &everyone).as_deref(), Some("postgres"));
        for owner in [None, Some(65_534), Some(0), Some(4_711)] {
            assert_eq!(chosen(owner, &[&root, &nobody]), None, "{owner:?}");
        }
    }
}
