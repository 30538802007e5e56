//! The lines of `events.jsonl` and `errors.jsonl`.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::action;
use crate::model::address::Address;
use crate::model::change::Action;
use crate::model::day::Day;
use crate::model::event::{Event, Failure};
use crate::model::id::{RecordId, RootId};
use crate::model::object::Object;

/// Lines are written together once there are so many bytes of them.
const ENOUGH: usize = 64 * 1024;

/// A file of JSON lines. Only whole lines are handed to the operating system.
pub(super) struct Lines {
    file: File,
    pending: Vec<u8>,
}

/// Something that happened; keys that do not apply are left out.
#[derive(Debug, Default, Serialize)]
pub(super) struct EventLine<'a> {
    ts: Timestamp,
    run_id: &'a str,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    opportunity_id: Option<RootId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_id: Option<RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scorecard_id: Option<RecordId>,
    /// The day that an activity is dated.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Day>,
    // What follows is ours beside the earlier tool's.
    /// The id of a record that is neither an activity nor a scorecard.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_id: Option<RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<u64>,
}

/// A change that failed.
#[derive(Debug, Serialize)]
pub(super) struct ErrorLine<'a> {
    ts: Timestamp,
    run_id: &'a str,
    /// What was being made: `meetings`.
    stage: &'static str,
    error: &'a str,
    retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    opportunity_id: Option<RootId>,
    // What follows is ours beside the earlier tool's.
    code: &'a str,
    address: &'a Address,
    object: &'static str,
    action: Action,
}

impl Lines {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = File::create(path)?;
        let pending = Vec::with_capacity(ENOUGH);
        Ok(Self { file, pending })
    }

    pub(super) fn push(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.pending, line)?;
        self.pending.push(b'\n');
        if self.pending.len() >= ENOUGH {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        let written = self.file.write_all(&self.pending);
        // Written or not: what the disk has no room for now is not written twice later.
        self.pending.clear();
        written
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = self.flush();
    }
}

impl<'a> EventLine<'a> {
    /// The line for an event; none for what is no event of the log.
    pub(super) fn of(event: &'a Event, ts: Timestamp, run_id: &'a str) -> Option<Self> {
        let line = |action| Self {
            ts,
            run_id,
            action,
            ..Self::default()
        };
        match event {
            Event::Selected { opportunity, name } => Some(Self {
                opportunity_id: Some(*opportunity),
                name: Some(name),
                ..line("opportunity_selected")
            }),
            Event::Truncated { left_out, limit } => Some(Self {
                left_out: Some(*left_out),
                limit: Some(*limit),
                ..line("opportunity_truncated")
            }),
            Event::Skipped {
                opportunity,
                reason,
            } => Some(Self {
                opportunity_id: Some(*opportunity),
                reason: Some(reason),
                ..line("opportunity_skipped")
            }),
            Event::Done {
                address,
                object,
                action,
                id,
                day,
            } => Some(Self {
                address: Some(address),
                when: *day,
                ..line(action::name(*object, &address.path, *action)?).of_record(
                    address.root,
                    *object,
                    *id,
                )
            }),
            Event::TextGenerated { address, tokens } => Some(Self {
                opportunity_id: opportunity(address.root),
                address: Some(address),
                tokens: Some(*tokens),
                ..line("text_generated")
            }),
            Event::TextFallback { address, reason } => Some(Self {
                opportunity_id: opportunity(address.root),
                address: Some(address),
                reason: Some(reason),
                ..line("text_fallback")
            }),
            Event::Failed(_)
            | Event::Writing { .. }
            | Event::Progress { .. }
            | Event::Notice(_) => None,
        }
    }

    fn of_record(self, root: RootId, object: Object, id: Option<RecordId>) -> Self {
        let line = Self {
            opportunity_id: opportunity(root),
            object: Some(object.api_name()),
            ..self
        };
        match object {
            Object::Event | Object::Task | Object::EmailMessage => Self {
                activity_id: id,
                ..line
            },
            Object::Scorecard => Self {
                scorecard_id: id,
                ..line
            },
            Object::Account
            | Object::Contact
            | Object::OpportunityContactRole
            | Object::EventRelation
            | Object::ScorecardAnswer
            | Object::AccountLoan
            | Object::OpportunityLoan
            | Object::QuestionLoan
            | Object::ChoiceLoan => Self {
                record_id: id,
                ..line
            },
        }
    }
}

impl<'a> ErrorLine<'a> {
    pub(super) fn of(failure: &'a Failure, ts: Timestamp, run_id: &'a str) -> Self {
        let (_, stage) = failure.object.label(&failure.address.path);
        Self {
            ts,
            run_id,
            stage,
            error: &failure.message,
            retryable: failure.retryable,
            opportunity_id: opportunity(failure.address.root),
            code: &failure.code,
            address: &failure.address,
            object: failure.object.api_name(),
            action: failure.action,
        }
    }
}

/// The root, unless it is an account.
fn opportunity(root: RootId) -> Option<RootId> {
    root.0.as_str().starts_with("006").then_some(root)
}
