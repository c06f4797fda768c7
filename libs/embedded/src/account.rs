//! Who runs the servers: this user, or for root another one, and how they end with their parent.

use std::{
    env, fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Error, home::Home};

/// PostgreSQL refuses root. An account made for this goes before the one that every system has.
const INSTEAD_OF_ROOT: [&str; 2] = ["regiohub", "nobody"];

#[derive(Clone)]
pub(crate) struct Account {
    setpriv: Option<PathBuf>,
    instead: Option<User>,
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
            return Ok(Self { setpriv, instead: None });
        }
        if setpriv.is_none() {
            return Err(Error::NoSetpriv);
        }
        let users = users();
        // Data that exist keep their owner.
        let owner = fs::metadata(home.path("postgres")).ok().map(|folder| folder.uid());
        let instead = match owner {
            Some(owner) => users.iter().find(|user| user.user == owner && owner != 0),
            None => INSTEAD_OF_ROOT.iter().find_map(|name| users.iter().find(|user| user.name == *name)),
        };
        Ok(Self { setpriv, instead: Some(instead.cloned().ok_or(Error::NoAccount)?) })
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
