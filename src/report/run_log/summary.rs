//! `summary.json`: the run in numbers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Closing, RunFile};
use crate::model::change::{Action, Counts};
use crate::model::event::{Event, Halted, Outcome, Stopped, Texts};
use crate::model::object::Object;
use crate::plan_file::Coverage;

/// Counted while events come in.
#[derive(Debug, Default)]
pub(super) struct Tally {
    selected: u64,
    failures: u64,
    /// By what people call one of them.
    created: BTreeMap<&'static str, u64>,
    answers_written: u64,
}

/// The first keys are the earlier tool's, the rest ours.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    run_id: &'a str,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    opps_selected: u64,
    meetings_created: u64,
    emails_created: u64,
    scorecards_created: u64,
    scorecard_answers_written: u64,
    failures: u64,
    coverage: Option<f64>,
    opportunities: &'a Coverage,
    added: u64,
    changed: u64,
    destroyed: u64,
    adopted: u64,
    forgotten: u64,
    calls: u64,
    texts: Texts,
    halted: &'a [Halted],
    not_tried: u64,
    unresolved: u64,
    kept: &'a [String],
    stopped: Option<&'a str>,
    failures_by_code: BTreeMap<&'a str, u64>,
}

impl Tally {
    pub(super) fn count(&mut self, event: &Event) {
        match event {
            Event::Selected { .. } => self.selected += 1,
            Event::Failed(_) => self.failures += 1,
            Event::Done {
                address,
                object,
                action,
                ..
            } => {
                if matches!(action, Action::Create | Action::Replace) {
                    let (label, _) = object.label(&address.path);
                    *self.created.entry(label).or_default() += 1;
                }
                let writes = matches!(action, Action::Create | Action::Replace | Action::Update);
                if *object == Object::ScorecardAnswer && writes {
                    self.answers_written += 1;
                }
            }
            Event::Truncated { .. }
            | Event::Skipped { .. }
            | Event::TextGenerated { .. }
            | Event::TextFallback { .. }
            | Event::Writing { .. }
            | Event::Progress { .. }
            | Event::Notice(_) => {}
        }
    }

    fn created(&self, label: &str) -> u64 {
        self.created.get(label).copied().unwrap_or_default()
    }
}

impl<'a> Summary<'a> {
    pub(super) fn of(run: &'a RunFile, tally: &Tally, closing: &Closing<'a>) -> Self {
        let Outcome {
            done,
            failed,
            halted,
            not_tried,
            unresolved,
            kept,
            stopped,
            calls,
            texts,
        } = closing.outcome;
        let Counts {
            add,
            change,
            destroy,
            adopt,
            forget,
            record: _,
        } = *done;
        let codes = failed.iter();
        Self {
            run_id: &run.run_id,
            started_at: run.started_at,
            finished_at: run.finished_at,
            opps_selected: tally.selected,
            meetings_created: tally.created("meeting"),
            emails_created: tally.created("email"),
            scorecards_created: tally.created("scorecard"),
            scorecard_answers_written: tally.answers_written,
            failures: tally.failures,
            coverage: closing.coverage,
            opportunities: closing.opportunities,
            added: add,
            changed: change,
            destroyed: destroy,
            adopted: adopt,
            forgotten: forget,
            calls: *calls,
            texts: *texts,
            halted,
            not_tried: *not_tried,
            unresolved: *unresolved,
            kept,
            stopped: stopped.as_ref().map(word),
            failures_by_code: codes
                .map(|(code, (count, _))| (code.as_str(), *count))
                .collect(),
        }
    }
}

/// Why a run stopped, for a program.
pub(in crate::report) fn word(stopped: &Stopped) -> &'static str {
    match stopped {
        Stopped::Interrupted => "interrupted",
        Stopped::ApiBudget => "api_budget",
        Stopped::ApiShare { .. } => "api_share",
        Stopped::TooManyFailures => "too_many_failures",
        Stopped::Lost { .. } => "org_lost",
        Stopped::JobHangs { .. } => "job_hangs",
    }
}
