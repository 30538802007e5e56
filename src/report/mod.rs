//! What a person and a program see: plans, progress, outcomes, status, logs.
//!
//! Everything here is handed plain values and a writer. Nothing is decided, read from an org or
//! asked of the user. Views write with colours; the [`Terminal`] takes them out where they are
//! not wanted. What came from an org or a file is escaped where it is shown to a person.

#[cfg(test)]
mod fixtures;

mod aside;
mod terminal;

mod paint;
mod table;
mod text;

mod plan_view;
mod record;
mod text_diff;

mod findings;
mod outcome;
mod progress;
mod status_view;
mod story;

pub(crate) mod json;
mod run_log;

pub(crate) use findings::{findings, findings_json};
pub(crate) use outcome::outcome;
pub(crate) use plan_view::{View, plan};
pub(crate) use progress::Progress;
pub(crate) use record::record;
pub(crate) use run_log::{Closing, RunLog, Start};
pub(crate) use status_view::{
    Drift, Quota, RunDetails, Status, run, run_json, status, status_json,
};
pub(crate) use story::{look_at, story, story_json};
pub(crate) use terminal::{ColorChoice, Terminal};
