//! The same for programs: one JSON value a line, each with its `type`.
//!
//! Readers ignore keys and types that they do not know; what they know keeps its meaning while
//! the first number of `format_version` stays. The lines of equal plans are equal, but for what
//! the first one says of where the plan came from.

mod plan_lines;
mod stories;

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::run_log::word;
use crate::manifest::{Problem, Problems};
use crate::model::address::Address;
use crate::model::change::{Action, Counts};
use crate::model::event::{Event, Failure, Halted, Outcome, Texts};
use crate::model::id::{RecordId, RootId};
use crate::plan_file::{Command, Plan};

use plan_lines::{ChangeLine, PlanLine};
use stories::StoriesLine;

pub(super) const FORMAT_VERSION: &str = "1.1";

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Plan(PlanLine<'a>),
    StorySummary(StoriesLine<'a>),
    PlannedChange(ChangeLine<'a>),
    ChangeSummary {
        changes: ChangeCounts,
    },
    OpportunitySelected {
        ts: Timestamp,
        opportunity_id: RootId,
        name: &'a str,
    },
    OpportunityTruncated {
        ts: Timestamp,
        left_out: u64,
        limit: u64,
    },
    OpportunitySkipped {
        ts: Timestamp,
        opportunity_id: RootId,
        reason: &'a str,
    },
    ApplyComplete {
        ts: Timestamp,
        address: &'a Address,
        object: &'static str,
        action: Action,
        id: Option<RecordId>,
    },
    ApplyErrored {
        ts: Timestamp,
        address: &'a Address,
        object: &'static str,
        action: Action,
        code: &'a str,
        message: &'a str,
        retryable: bool,
    },
    Progress {
        ts: Timestamp,
        done: u64,
        total: u64,
        calls: u64,
    },
    TextGenerated {
        ts: Timestamp,
        address: &'a Address,
        tokens: u64,
    },
    TextFallback {
        ts: Timestamp,
        address: &'a Address,
        reason: &'a str,
    },
    TextProgress {
        ts: Timestamp,
        done: u64,
        total: u64,
    },
    Notice {
        ts: Timestamp,
        message: &'a str,
    },
    ApplySummary(SummaryLine<'a>),
    Validation {
        format_version: &'static str,
        manifest: &'a str,
        valid: bool,
        error_count: usize,
        problems: Vec<&'a Problem>,
    },
}

/// Terraform's names.
#[derive(Serialize)]
struct ChangeCounts {
    add: u64,
    change: u64,
    remove: u64,
    import: u64,
    forget: u64,
    operation: Command,
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    format_version: &'static str,
    complete: bool,
    changes: ChangeCounts,
    failed: Vec<FailedLine<'a>>,
    halted: &'a [Halted],
    not_tried: u64,
    unresolved: u64,
    kept: &'a [String],
    stopped: Option<&'static str>,
    calls: u64,
    texts: Texts,
}

#[derive(Serialize)]
struct FailedLine<'a> {
    code: &'a str,
    count: u64,
    message: &'a str,
}

/// A plan: its head, what its stories come to, a line for each change in the plan's own order, and
/// their sum. A plan that destroys tells no stories.
pub(crate) fn plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let header = &plan.header;
    write(&Line::Plan(plan_lines::head(header)), out)?;
    if header.command == Command::Apply {
        write(&Line::StorySummary(stories::line(header)), out)?;
    }
    for change in plan.changes() {
        let change = change.map_err(io::Error::other)?;
        write(&Line::PlannedChange(plan_lines::change_line(&change)), out)?;
    }
    let changes = counts(&header.counts, header.command);
    write(&Line::ChangeSummary { changes }, out)
}

/// Something that happened during a run.
pub(crate) fn event(event: &Event, ts: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let line = match event {
        Event::Selected { opportunity, name } => Line::OpportunitySelected {
            ts,
            opportunity_id: *opportunity,
            name,
        },
        Event::Truncated { left_out, limit } => Line::OpportunityTruncated {
            ts,
            left_out: *left_out,
            limit: *limit,
        },
        Event::Skipped {
            opportunity,
            reason,
        } => Line::OpportunitySkipped {
            ts,
            opportunity_id: *opportunity,
            reason,
        },
        Event::Done {
            address,
            object,
            action,
            id,
            day: _,
        } => Line::ApplyComplete {
            ts,
            address,
            object: object.api_name(),
            action: *action,
            id: *id,
        },
        Event::Failed(failure) => errored(failure, ts),
        Event::Progress { done, total, calls } => Line::Progress {
            ts,
            done: *done,
            total: *total,
            calls: *calls,
        },
        Event::TextGenerated { address, tokens } => Line::TextGenerated {
            ts,
            address,
            tokens: *tokens,
        },
        Event::TextFallback { address, reason } => Line::TextFallback {
            ts,
            address,
            reason,
        },
        Event::Writing { done, total } => Line::TextProgress {
            ts,
            done: *done,
            total: *total,
        },
        Event::Notice(message) => Line::Notice { ts, message },
    };
    write(&line, out)
}

/// How a run ended.
pub(crate) fn outcome(outcome: &Outcome, command: Command, out: &mut dyn Write) -> io::Result<()> {
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
    } = outcome;
    let failed = failed.iter().map(|(code, (count, message))| FailedLine {
        code,
        count: *count,
        message,
    });
    let line = SummaryLine {
        format_version: FORMAT_VERSION,
        complete: outcome.is_complete(),
        changes: counts(done, command),
        failed: failed.collect(),
        halted,
        not_tried: *not_tried,
        unresolved: *unresolved,
        kept,
        stopped: stopped.as_ref().map(word),
        calls: *calls,
        texts: *texts,
    };
    write(&Line::ApplySummary(line), out)
}

/// Whether the manifest is valid, and all that is wrong with it.
pub(crate) fn validation(
    manifest: &str,
    problems: Option<&Problems>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let problems: Vec<_> = problems.into_iter().flat_map(Problems::iter).collect();
    let line = Line::Validation {
        format_version: FORMAT_VERSION,
        manifest,
        valid: problems.is_empty(),
        error_count: problems.len(),
        problems,
    };
    write(&line, out)
}

/// One value on a line of its own.
pub(super) fn write(line: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    out.write_all(&text)
}

fn counts(counts: &Counts, operation: Command) -> ChangeCounts {
    let Counts {
        add,
        change,
        destroy,
        adopt,
        forget,
        record: _,
    } = *counts;
    ChangeCounts {
        add,
        change,
        remove: destroy,
        import: adopt,
        forget,
        operation,
    }
}

fn errored(failure: &Failure, ts: Timestamp) -> Line<'_> {
    let Failure {
        address,
        object,
        action,
        code,
        message,
        retryable,
    } = failure;
    Line::ApplyErrored {
        ts,
        address,
        object: object.api_name(),
        action: *action,
        code,
        message,
        retryable: *retryable,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{event, outcome, plan, validation};
    use crate::manifest;
    use crate::model::event::{Event, Outcome, Stopped};
    use crate::plan_file::Command;
    use crate::report::fixtures::{header, one_of_each, plan_of};

    fn lines(bytes: &[u8]) -> Vec<Json> {
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(text.ends_with('\n'));
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn shown() -> Vec<u8> {
        let mut out = Vec::new();
        plan(&plan_of(header(Command::Apply), &one_of_each()), &mut out).unwrap();
        out
    }

    #[test]
    fn a_plan_is_a_head_its_changes_and_their_sum() {
        let lines = lines(&shown());
        let types: Vec<_> = lines.iter().map(|line| &line["type"]).collect();
        assert_eq!(types[0], "plan");
        assert_eq!(types[2..lines.len() - 1], ["planned_change"; 9]);
        assert_eq!(lines[0]["format_version"], "1.1");
        assert_eq!(lines[1]["type"], "story_summary");
        assert_eq!(lines[2]["action"], "delete", "deletes go first");
        assert_eq!(
            lines[lines.len() - 1],
            json!({
                "type": "change_summary",
                "changes": {
                    "add": 3, "change": 2, "remove": 2, "import": 1, "forget": 1,
                    "operation": "apply",
                },
            })
        );
    }

    #[test]
    fn a_field_that_gets_an_id_names_the_address() {
        let lines = lines(&shown());
        let attendee = lines.iter().find(|line| line["object"] == "EventRelation");
        assert_eq!(
            attendee.unwrap()["fields"],
            json!([{
                "name": "EventId",
                "before": null,
                "after": null,
                "after_address": "006DG0000000001YAA/meeting/past/03",
            }])
        );
    }

    #[test]
    fn equal_plans_have_equal_lines() {
        assert_eq!(shown(), shown());
    }

    #[test]
    fn a_run_is_its_events_and_how_it_ended() {
        let ended = Outcome {
            not_tried: 2,
            stopped: Some(Stopped::Interrupted),
            calls: 5,
            ..Outcome::default()
        };
        let mut out = Vec::new();
        let ts = "2026-11-22T12:00:00Z".parse().unwrap();
        event(&Event::Notice("a\nb".to_owned()), ts, &mut out).unwrap();
        outcome(&ended, Command::Destroy, &mut out).unwrap();
        assert_eq!(
            lines(&out),
            [
                json!({"type": "notice", "ts": "2026-11-22T12:00:00Z", "message": "a\nb"}),
                json!({
                    "type": "apply_summary",
                    "format_version": "1.1",
                    "complete": false,
                    "changes": {
                        "add": 0, "change": 0, "remove": 0, "import": 0, "forget": 0,
                        "operation": "destroy",
                    },
                    "failed": [],
                    "halted": [],
                    "not_tried": 2,
                    "unresolved": 0,
                    "kept": [],
                    "texts": {"generated": 0, "fallback": 0, "tokens": 0}, "stopped": "interrupted",
                    "calls": 5,
                }),
            ]
        );
    }

    #[test]
    fn a_manifest_is_valid_or_has_problems() {
        let problems = manifest::parse("run: {nam: x}\n", "demo.yaml").unwrap_err();
        let mut out = Vec::new();
        validation("demo.yaml", Some(&problems), &mut out).unwrap();
        validation("demo.yaml", None, &mut out).unwrap();
        let lines = lines(&out);
        assert_eq!(lines[0]["error_count"], problems.iter().len());
        assert_eq!(lines[0]["problems"][0]["line"], 1);
        assert_eq!(
            (&lines[0]["valid"], &lines[1]["valid"]),
            (&json!(false), &json!(true))
        );
    }
}
