//! A run's folder as scripts find it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::{Closing, RunLog, Start};
use crate::clock::Clock;
use crate::model::change::{Action, Counts};
use crate::model::day::Day;
use crate::model::event::{Event, Failure, Outcome, Stopped};
use crate::model::id::RecordId;
use crate::model::object::Object;
use crate::plan_file::{Coverage, OrgFacts};

const DEAL: &str = "006DG0000000001YAA";

fn clock() -> Clock {
    Clock::Fixed("2026-11-22T12:00:00Z".parse().unwrap())
}

fn open(runs: &Path) -> RunLog {
    let org = OrgFacts {
        id: RecordId::parse("00DDG0000000001").unwrap(),
        name: "Acme".to_owned(),
        instance_url: "http://127.0.0.1:1".to_owned(),
        embedded: true,
    };
    let start = Start {
        run_id: "0f3a",
        name: "Spring demo/../x",
        command: "apply",
        org: &org,
        anchor: Day::from_date("2026-11-22".parse().unwrap()),
        seed: 42,
        config: "run:\n  name: spring\n",
    };
    RunLog::create(runs, &start, clock()).unwrap()
}

fn done(path: &str, object: Object, action: Action, id: &str) -> Event {
    Event::Done {
        address: format!("{DEAL}/{path}").parse().unwrap(),
        object,
        action,
        id: Some(RecordId::parse(id).unwrap()),
        day: None,
    }
}

fn events() -> Vec<Event> {
    let opportunity = crate::model::id::RootId(RecordId::parse(DEAL).unwrap());
    vec![
        Event::Truncated {
            left_out: 12,
            limit: 100,
        },
        Event::Selected {
            opportunity,
            name: "Acme \"x\"\n".to_owned(),
        },
        Event::Skipped {
            opportunity,
            reason: "owner inactive".to_owned(),
        },
        done(
            "meeting/past/03",
            Object::Event,
            Action::Create,
            "00UDG0000000001",
        ),
        done(
            "thread/02/01",
            Object::Task,
            Action::Delete,
            "00TDG0000000001",
        ),
        done(
            "scorecard/meddicc",
            Object::Scorecard,
            Action::Update,
            "a00DG0000000001",
        ),
        done(
            "scorecard/meddicc/champion",
            Object::ScorecardAnswer,
            Action::Create,
            "a01DG0000000001",
        ),
        Event::Failed(Failure {
            address: format!("{DEAL}/meeting/past/04").parse().unwrap(),
            object: Object::Event,
            action: Action::Create,
            code: "STRING_TOO_LONG".to_owned(),
            message: "Subject: data value too large".to_owned(),
            retryable: false,
        }),
    ]
}

fn read(folder: &Path, name: &str) -> Vec<Json> {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    assert!(
        text.is_empty() || text.ends_with('\n'),
        "{name} ends in a whole line"
    );
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn read_one(folder: &Path, name: &str) -> Json {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn the_folder_has_the_files_of_the_earlier_tool() {
    let runs = tempfile::tempdir().unwrap();
    let log = open(runs.path());
    let folder = log.folder().to_owned();
    assert_eq!(
        folder.strip_prefix(runs.path()).unwrap(),
        Path::new("20261122T120000Z_Spring-demo-..-x_0f3a")
    );
    assert_eq!(read_one(&folder, "run.json")["status"], "running");
    let coverage = Coverage::default();
    let closing = Closing {
        outcome: &Outcome::default(),
        opportunities: &coverage,
        coverage: None,
    };
    log.finish(&closing).unwrap();
    assert_eq!(read_one(&folder, "run.json")["status"], "completed");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "config.resolved.yaml",
            "errors.jsonl",
            "events.jsonl",
            "run.json",
            "summary.json"
        ]
    );
}

#[test]
fn lines_have_the_keys_of_the_earlier_tool() {
    let runs = tempfile::tempdir().unwrap();
    let mut log = open(runs.path());
    let folder = log.folder().to_owned();
    for event in events() {
        log.event(&event).unwrap();
    }
    assert_eq!(
        read(&folder, "events.jsonl").len(),
        0,
        "lines wait for the end of their batch"
    );
    log.event(&Event::Progress {
        done: 1,
        total: 2,
        calls: 3,
    })
    .unwrap();
    let lines = read(&folder, "events.jsonl");
    let actions: Vec<_> = lines
        .iter()
        .map(|line| line["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "opportunity_truncated",
            "opportunity_selected",
            "opportunity_skipped",
            "meeting_created",
            "email_deleted",
            "scorecard_upserted",
            "scorecard_answer_written",
        ]
    );
    assert_eq!(
        lines[3],
        json!({
            "ts": "2026-11-22T12:00:00Z",
            "run_id": "0f3a",
            "action": "meeting_created",
            "opportunity_id": DEAL,
            "activity_id": "00UDG00000000012AA",
            "address": format!("{DEAL}/meeting/past/03"),
            "object": "Event",
        })
    );
    assert_eq!(lines[5]["scorecard_id"], "a00DG0000000001YAA");
}

#[test]
fn errors_have_the_keys_of_the_earlier_tool() {
    let runs = tempfile::tempdir().unwrap();
    let mut log = open(runs.path());
    let folder = log.folder().to_owned();
    for event in events() {
        log.event(&event).unwrap();
    }
    drop(log);
    assert_eq!(
        read(&folder, "errors.jsonl"),
        [json!({
            "ts": "2026-11-22T12:00:00Z",
            "run_id": "0f3a",
            "stage": "meetings",
            "error": "Subject: data value too large",
            "retryable": false,
            "opportunity_id": DEAL,
            "code": "STRING_TOO_LONG",
            "address": format!("{DEAL}/meeting/past/04"),
            "object": "Event",
            "action": "create",
        })]
    );
}

fn partly_done() -> Outcome {
    Outcome {
        done: Counts {
            add: 2,
            change: 1,
            destroy: 1,
            ..Counts::default()
        },
        failed: BTreeMap::from([("STRING_TOO_LONG".to_owned(), (1, "too long".to_owned()))]),
        not_tried: 3,
        stopped: Some(Stopped::Lost {
            why: "reset".to_owned(),
            hint: None,
        }),
        calls: 9,
        ..Outcome::default()
    }
}

fn one_of_thirteen() -> Coverage {
    Coverage {
        opportunities: 1,
        in_scope: 1,
        beyond_limit: 12,
        ..Coverage::default()
    }
}

#[test]
fn the_summary_counts_what_was_done() {
    let runs = tempfile::tempdir().unwrap();
    let mut log = open(runs.path());
    let folder = log.folder().to_owned();
    for event in events() {
        log.event(&event).unwrap();
    }
    let (outcome, coverage) = (partly_done(), one_of_thirteen());
    let closing = Closing {
        outcome: &outcome,
        opportunities: &coverage,
        coverage: Some(0.75),
    };
    log.finish(&closing).unwrap();
    assert_eq!(read_one(&folder, "run.json")["status"], "failed");
    assert_eq!(
        read_one(&folder, "summary.json"),
        json!({
            "run_id": "0f3a",
            "started_at": "2026-11-22T12:00:00Z",
            "finished_at": "2026-11-22T12:00:00Z",
            "opps_selected": 1,
            "meetings_created": 1,
            "emails_created": 0,
            "scorecards_created": 0,
            "scorecard_answers_written": 1,
            "failures": 1,
            "coverage": 0.75,
            "opportunities": {
                "opportunities": 1, "in_scope": 1, "beyond_limit": 12,
                "kept": 0, "skipped": 0, "overlaps": 0, "questions": 0, "answered": 0,
            },
            "added": 2,
            "changed": 1,
            "destroyed": 1,
            "adopted": 0,
            "forgotten": 0,
            "calls": 9,
            "halted": [],
            "not_tried": 3,
            "unresolved": 0,
            "kept": [],
            "texts": {"generated": 0, "fallback": 0, "tokens": 0}, "stopped": "org_lost",
            "failures_by_code": {"STRING_TOO_LONG": 1},
        })
    );
}

#[test]
fn a_run_that_is_dropped_stays_running_and_keeps_its_lines() {
    let runs = tempfile::tempdir().unwrap();
    let mut log = open(runs.path());
    let folder = log.folder().to_owned();
    for event in events() {
        log.event(&event).unwrap();
    }
    drop(log);
    assert_eq!(read_one(&folder, "run.json")["status"], "running");
    assert_eq!(read(&folder, "events.jsonl").len(), 7);
    assert!(!folder.join("summary.json").exists());
}

#[test]
fn a_run_that_could_not_go_on_says_why() {
    let runs = tempfile::tempdir().unwrap();
    let log = open(runs.path());
    let folder = log.folder().to_owned();
    log.fail("the org cannot be reached").unwrap();
    let run = read_one(&folder, "run.json");
    assert_eq!(
        (&run["status"], &run["error"]),
        (&json!("failed"), &json!("the org cannot be reached"))
    );
}
