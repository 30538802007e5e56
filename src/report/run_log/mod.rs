//! The folder of a run: what was done, line by line, and how it ended.
//!
//! Names and keys are the earlier tool's, so that scripts which read its logs go on working.

mod action;
mod lines;
mod summary;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use self::lines::{ErrorLine, EventLine, Lines};
use self::summary::{Summary, Tally};

pub(super) use self::summary::word;
use crate::clock::Clock;
use crate::model::day::Day;
use crate::model::event::{Event, Outcome};
use crate::model::id::RecordId;
use crate::plan_file::{Coverage, OrgFacts};
use crate::state::RunStatus;

/// What is known when a run starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    pub(crate) run_id: &'a str,
    /// `run.name`.
    pub(crate) name: &'a str,
    pub(crate) command: &'a str,
    pub(crate) org: &'a OrgFacts,
    pub(crate) anchor: Day,
    pub(crate) seed: u64,
    /// The manifest with every default filled in.
    pub(crate) config: &'a str,
}

/// What is known of a run beside its outcome when it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closing<'a> {
    pub(crate) outcome: &'a Outcome,
    pub(crate) opportunities: &'a Coverage,
    /// The mean share of a scorecard's elements that are answered, from 0 to 1.
    pub(crate) coverage: Option<f64>,
}

/// An open run log. Dropped without an end, it stays `running`, as after a crash.
pub(crate) struct RunLog {
    folder: PathBuf,
    clock: Clock,
    run: RunFile,
    events: Lines,
    errors: Lines,
    tally: Tally,
}

/// `run.json`.
#[derive(Debug, Serialize)]
struct RunFile {
    run_id: String,
    name: String,
    status: RunStatus,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    /// Why it failed, where it did not get as far as an outcome.
    error: Option<String>,
    command: String,
    version: &'static str,
    org_id: RecordId,
    instance_url: String,
    anchor: Day,
    seed: u64,
}

impl RunLog {
    /// Creates `<time>_<name>_<run-id>` in `runs`, which is `--log-dir` or lies beside the
    /// manifest.
    pub(crate) fn create(runs: &Path, start: &Start, clock: Clock) -> io::Result<Self> {
        let now = clock.now();
        let folder = runs.join(folder_name(now, start));
        fs::create_dir_all(runs)?;
        // Never into the log of another run.
        fs::create_dir(&folder)?;
        fs::write(folder.join("config.resolved.yaml"), start.config)?;
        let run = RunFile {
            run_id: start.run_id.to_owned(),
            name: start.name.to_owned(),
            status: RunStatus::Running,
            started_at: now,
            finished_at: None,
            error: None,
            command: start.command.to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            org_id: start.org.id,
            instance_url: start.org.instance_url.clone(),
            anchor: start.anchor,
            seed: start.seed,
        };
        write_json(&folder, "run.json", &run)?;
        Ok(Self {
            events: Lines::create(&folder.join("events.jsonl"))?,
            errors: Lines::create(&folder.join("errors.jsonl"))?,
            tally: Tally::default(),
            folder,
            clock,
            run,
        })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes note of what happened. Lines reach the disk whole, a batch at a time.
    pub(crate) fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.count(event);
        let ts = self.clock.now();
        let run_id = self.run.run_id.as_str();
        match event {
            Event::Failed(failure) => self.errors.push(&ErrorLine::of(failure, ts, run_id))?,
            Event::Progress { .. } | Event::Writing { .. } => self.flush()?,
            Event::Notice(_) => {}
            Event::Selected { .. }
            | Event::Truncated { .. }
            | Event::Skipped { .. }
            | Event::TextGenerated { .. }
            | Event::TextFallback { .. }
            | Event::Done { .. } => {
                if let Some(line) = EventLine::of(event, ts, run_id) {
                    self.events.push(&line)?;
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.events.flush()?;
        self.errors.flush()
    }

    /// The run came to its end, good or not.
    pub(crate) fn finish(mut self, closing: &Closing) -> io::Result<()> {
        let status = if closing.outcome.is_complete() {
            RunStatus::Completed
        } else {
            RunStatus::Failed
        };
        self.close(status, None)?;
        let summary = Summary::of(&self.run, &self.tally, closing);
        write_json(&self.folder, "summary.json", &summary)
    }

    /// The run could not go on.
    pub(crate) fn fail(mut self, error: &str) -> io::Result<()> {
        self.close(RunStatus::Failed, Some(error.to_owned()))
    }

    fn close(&mut self, status: RunStatus, error: Option<String>) -> io::Result<()> {
        self.flush()?;
        self.run.status = status;
        self.run.finished_at = Some(self.clock.now());
        self.run.error = error;
        write_json(&self.folder, "run.json", &self.run)
    }
}

/// `20261122T120000Z_spring-demo_3f9a…`: sorts by time.
fn folder_name(now: Timestamp, start: &Start) -> String {
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    let plain = |char: char| {
        let keeps = char.is_alphanumeric() || matches!(char, '-' | '.');
        if keeps { char } else { '-' }
    };
    let name: String = start.name.chars().map(plain).collect();
    let run_id: String = start.run_id.chars().map(plain).collect();
    format!("{time}_{name}_{run_id}")
}

/// The file appears whole or not at all.
fn write_json(folder: &Path, name: &str, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    let new = folder.join(format!("{name}.new"));
    fs::write(&new, text + "\n")?;
    fs::rename(new, folder.join(name))
}
