//! Keeps one server running, and ends it.
//!
//! A thread of its own spawns the server and lives as long as it should run: the kernel ends a child when the *thread*
//! that spawned it ends, and threads of a pool come and go.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom},
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    path::PathBuf,
    process::{Child, Command},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use crate::Error;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest wait for a server that was killed again and again, besides its start.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often it is looked whether a server still has what it keeps; at first, until it is there.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const FIRST_POLL_INTERVAL: Duration = Duration::from_millis(50);
/// What is not there so long after a start will not come.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// Having run this long, a server that dies is started again at once.
const STEADY: Duration = Duration::from_secs(60);
/// Dying this often before it was ever ready, a server will not start.
const ATTEMPTS: u32 = 5;
const LOG_LIMIT: u64 = 10 * 1024 * 1024;

/// A server that can be started.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) command: Box<dyn Fn() -> Command + Send + Sync>,
    /// Whether the server with this process id serves.
    pub(crate) is_ready: Box<dyn Fn(Pid) -> bool + Send + Sync>,
    /// What is there while it serves. A server whose files are gone goes on writing to them, and is started again.
    pub(crate) keeps: Vec<PathBuf>,
    pub(crate) log: PathBuf,
    /// What ends it, from the politest on, each with how long to wait for it.
    pub(crate) endings: [(Signal, Duration); 3],
}

#[derive(Debug)]
pub(crate) struct Keeper {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    program: Program,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    running: Option<Pid>,
    /// Which process had all that it keeps.
    whole: Option<Pid>,
    stopping: bool,
    ended: bool,
    deaths: u32,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.program.name)
    }
}

impl Keeper {
    pub(crate) fn start(program: Program) -> Result<Self, Error> {
        let shared = Arc::new(Shared { program, state: Mutex::default(), changed: Condvar::new() });
        let thread = thread::Builder::new()
            .name(format!("keeps {}", shared.program.name))
            .stack_size(256 * 1024)
            .spawn({
                let shared = Arc::clone(&shared);
                move || shared.keep()
            })
            .map_err(Error::file("no thread for", &shared.program.log))?;
        if !shared.program.keeps.is_empty() {
            thread::Builder::new()
                .name(format!("watches {}", shared.program.name))
                .stack_size(256 * 1024)
                .spawn({
                    let shared = Arc::clone(&shared);
                    move || shared.watch()
                })
                .map_err(Error::file("no thread for", &shared.program.log))?;
        }
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    pub(crate) fn wait_until_ready(&self, patience: Duration) -> Result<(), Error> {
        let Program { name, log, is_ready, .. } = &self.shared.program;
        let began = Instant::now();
        loop {
            let (running, deaths) = {
                let state = self.shared.state();
                (state.running, state.deaths)
            };
            if running.is_some_and(is_ready) {
                self.shared.state().whole = running;
                return Ok(());
            }
            if deaths >= ATTEMPTS {
                return Err(Error::DoesNotStart { program: name, log: log.clone(), tail: self.shared.tail() });
            }
            if began.elapsed() > patience {
                return Err(Error::NotReady { program: name, after: patience, log: log.clone() });
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What starts it again.
    pub(crate) fn restart(&self) -> Restart {
        Restart(Arc::clone(&self.shared))
    }

    pub(crate) fn ask_to_stop(&self) {
        let mut state = self.shared.state();
        state.stopping = true;
        state.send(self.shared.program.endings[0].0);
        self.shared.changed.notify_all();
    }

    pub(crate) fn wait_until_stopped(&self) {
        for (number, (signal, patience)) in self.shared.program.endings.iter().enumerate() {
            let state = self.shared.state();
            if number > 0 {
                tracing::warn!(server = self.shared.program.name, ?signal, "does not end, pressing harder");
                state.send(*signal);
            }
            let waited = self.shared.changed.wait_timeout_while(state, *patience, |state| !state.ended);
            if waited.unwrap_or_else(PoisonError::into_inner).0.ended {
                break;
            }
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// Starts a server again that does its work no more. Copies are of the same server.
#[derive(Clone, Debug)]
pub struct Restart(Arc<Shared>);

impl Restart {
    /// Kills it, and returns at once: it is started again as after any death.
    pub fn now(&self) {
        tracing::warn!(server = self.0.program.name, "does its work no more, is started again");
        self.0.state().send(Signal::KILL);
    }
}

impl State {
    fn send(&self, signal: Signal) {
        if let Some(pid) = self.running {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            match self.spawn() {
                Ok(child) => self.wait_for(child),
                Err(error) => tracing::error!(server = self.program.name, %error, "cannot be started"),
            }
            let mut state = self.state();
            if state.stopping {
                state.ended = true;
                self.changed.notify_all();
                return;
            }
            state.deaths += 1;
            if began.elapsed() > STEADY {
                pause = FIRST_PAUSE;
            }
            tracing::warn!(server = self.program.name, pause_ms = pause.as_millis(), "ended, is started again");
            let waited = self.changed.wait_timeout_while(state, pause, |state| !state.stopping);
            let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if state.stopping {
                state.ended = true;
                self.changed.notify_all();
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Kills a server whose folder was taken away: it would write to files that nobody finds any more.
    fn watch(&self) {
        // Until it is there once, it is on its way.
        let (mut seen, mut since) = (None, Instant::now());
        let mut state = self.state();
        while !state.ended {
            if seen != state.running {
                (seen, since) = (state.running, Instant::now());
            }
            let missing = self.program.keeps.iter().find(|path| !path.exists());
            if missing.is_none() {
                state.whole = state.running;
            } else if state.running.is_some() && (state.whole == state.running || since.elapsed() > START_TIMEOUT) {
                let server = self.program.name;
                tracing::error!(alarm = true, server, ?missing, "what it keeps is gone, and it is started again");
                state.send(Signal::KILL);
                since = Instant::now();
            }
            let is_whole = state.running.is_some() && state.whole == state.running;
            let pause = if is_whole { POLL_INTERVAL } else { FIRST_POLL_INTERVAL };
            let waited = self.changed.wait_timeout_while(state, pause, |state| !state.ended);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn spawn(&self) -> std::io::Result<Child> {
        let log = self.open_log()?;
        let mut command = (self.program.command)();
        command.stdout(log.try_clone()?).stderr(log);
        // Ctrl-C on the terminal is for us: we stop the servers when we have drained.
        command.process_group(0);
        let mut state = self.state();
        let child = command.spawn()?;
        state.running = Some(Pid::from_child(&child));
        if state.stopping {
            state.send(self.program.endings[0].0);
        }
        Ok(child)
    }

    fn wait_for(&self, mut child: Child) {
        // Learn of the death first and reap afterwards: until then nobody else gets its number.
        let _ = waitid(WaitId::Pid(Pid::from_child(&child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        self.state().running = None;
        let _ = child.wait();
    }

    fn open_log(&self) -> std::io::Result<File> {
        let log = &self.program.log;
        if fs::metadata(log).is_ok_and(|file| file.len() > LOG_LIMIT) {
            fs::rename(log, log.with_extension("log.old"))?;
        }
        OpenOptions::new().create(true).append(true).mode(0o600).open(log)
    }

    fn tail(&self) -> String {
        let read = || {
            let mut file = File::open(&self.program.log)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(2000)))?;
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            std::io::Result::Ok(String::from_utf8_lossy(&text).into_owned())
        };
        read().unwrap_or_default()
    }
}
