//! Shows how far the play is: a bar on a terminal, lines elsewhere, JSON for programs.

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line: each step, and the end.
    Json,
}

/// One step as it went.
pub(super) struct Done<'a> {
    pub step: &'a str,
    pub who: &'a str,
    pub method: &'a str,
    pub path: &'a str,
    pub status: u16,
    pub took: Duration,
}

/// Shows how far the play is.
pub(super) struct Report {
    format: Format,
    bar: Option<ProgressBar>,
    steps: AtomicU64,
}

impl Report {
    /// For a play of so many steps.
    pub fn new(format: Format, steps: u64) -> Self {
        let bar = (format == Format::Text && std::io::stderr().is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}");
            ProgressBar::new(steps).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { format, bar, steps: AtomicU64::new(0) }
    }

    /// How many steps were done.
    pub fn steps(&self) -> u64 {
        self.steps.load(Relaxed)
    }

    /// A chapter begins; its end is told by dropping what is returned.
    pub fn chapter<'a>(&'a self, title: &'a str) -> Chapter<'a> {
        if let Some(bar) = &self.bar {
            bar.set_message(title.to_owned());
        }
        Chapter { report: self, title, began: Instant::now(), before: self.steps() }
    }

    pub fn step(&self, done: &Done) {
        self.steps.fetch_add(1, Relaxed);
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        if self.format == Format::Json {
            line(&json!({
                "step": done.step, "role": done.who, "method": done.method, "path": done.path,
                "status": done.status, "seconds": done.took.as_secs_f64(),
            }));
        }
    }

    /// Nothing more is shown of the way; a program is told what went wrong, people are told by `main`.
    pub fn stop(&self, wrong: Option<&anyhow::Error>) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if let (Format::Json, Some(wrong)) = (self.format, wrong) {
            line(&json!({ "error": format!("{wrong:#}") }));
        }
    }

    /// The end, for programs or for people.
    pub fn end(&self, object: &Value, text: &str) {
        self.stop(None);
        match self.format {
            Format::Json => line(object),
            Format::Text => print(text),
        }
    }
}

/// A chapter that goes on.
pub(super) struct Chapter<'a> {
    report: &'a Report,
    title: &'a str,
    began: Instant,
    before: u64,
}

impl Drop for Chapter<'_> {
    fn drop(&mut self) {
        if self.report.format == Format::Json {
            return;
        }
        let steps = self.report.steps() - self.before;
        let text = format!("{}: {steps} steps in {:.1} s", self.title, self.began.elapsed().as_secs_f64());
        match &self.report.bar {
            Some(bar) => bar.println(text),
            None => print(&text),
        }
    }
}

fn line(object: &Value) {
    print(&object.to_string());
}

fn print(text: &str) {
    // Nobody reads any more: the play itself goes on.
    let _ = writeln!(std::io::stdout(), "{text}");
}
