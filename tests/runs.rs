//! One run out of several: its log, its records, and what is left after it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::env::{Change, Plan, TestEnv, files};

fn json(path: &Path) -> Json {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn lines(path: &Path) -> Vec<Json> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The ids of the runs, the oldest first.
fn run_ids(env: &TestEnv) -> Vec<String> {
    let logs = env.run_logs().into_iter();
    let id = |folder: std::path::PathBuf| {
        json(&folder.join("run.json"))["run_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    logs.map(id).collect()
}

#[track_caller]
fn check_keys(value: &Json, expect: &[&str]) {
    for key in expect {
        assert!(value.get(key).is_some(), "{key} is missing in {value}");
    }
}

/// Applies, and gives the folder of the run's log with what was planned.
fn applied(env: &TestEnv) -> (PathBuf, Plan) {
    let planned = env.plan("");
    assert!(env.run_logs().is_empty(), "a plan leaves no log");
    env.apply();
    let [folder] = &env.run_logs()[..] else {
        panic!("there is one run")
    };
    (folder.clone(), planned)
}

#[test]
fn the_log_of_a_run_is_a_folder_of_five_files() {
    let env = TestEnv::new();
    let (folder, _) = applied(&env);
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let names: Vec<_> = files(&folder).iter().map(name).collect();
    let expect = [
        "config.resolved.yaml",
        "errors.jsonl",
        "events.jsonl",
        "run.json",
        "summary.json",
    ];
    assert_eq!(names, expect);
    let run = json(&folder.join("run.json"));
    assert_eq!(run["status"], "completed");
    let run_id = run["run_id"].as_str().unwrap();
    assert_eq!(name(&folder), format!("20261120T150000Z_story_{run_id}"));
    assert!(lines(&folder.join("errors.jsonl")).is_empty());
    let resolved = fs::read_to_string(folder.join("config.resolved.yaml")).unwrap();
    assert!(
        resolved.contains("coverage_target"),
        "defaults are written out: {resolved}"
    );
}

/// Calls and to-dos are Tasks too.
fn emails(planned: &Plan) -> usize {
    let is_email = |address: &str| !address.contains("/call/") && !address.contains("/todo/");
    let tasks = planned.of("Task");
    tasks.filter(|change| is_email(&change.address)).count()
}

#[test]
fn the_summary_of_a_run_counts_by_the_earlier_tools_keys() {
    let env = TestEnv::new();
    let (folder, planned) = applied(&env);
    let summary = json(&folder.join("summary.json"));
    for (key, object) in [
        ("meetings_created", "Event"),
        ("scorecards_created", "Demo_Scorecard__c"),
        ("scorecard_answers_written", "Demo_Scorecard_Answer__c"),
    ] {
        assert_eq!(summary[key], planned.of(object).count(), "{key}");
    }
    assert_eq!(summary["emails_created"], emails(&planned));
    assert_eq!(
        (&summary["opps_selected"], &summary["failures"]),
        (&json!(6), &json!(0))
    );
    check_keys(
        &summary,
        &["run_id", "started_at", "finished_at", "coverage"],
    );
}

#[test]
fn the_events_of_a_run_have_the_earlier_tools_names() {
    let env = TestEnv::new();
    let (folder, planned) = applied(&env);
    let events = lines(&folder.join("events.jsonl"));
    for (action, count, keys) in [
        ("opportunity_selected", 6, &["opportunity_id"][..]),
        (
            "meeting_created",
            planned.of("Event").count(),
            &["opportunity_id", "activity_id"],
        ),
        (
            "email_created",
            emails(&planned),
            &["opportunity_id", "activity_id"],
        ),
        ("scorecard_upserted", 6, &["opportunity_id", "scorecard_id"]),
        (
            "scorecard_answer_written",
            planned.of("Demo_Scorecard_Answer__c").count(),
            &["opportunity_id"],
        ),
    ] {
        let told: Vec<_> = events
            .iter()
            .filter(|event| event["action"] == action)
            .collect();
        assert_eq!(told.len(), count, "{action}");
        check_keys(told[0], &["ts", "run_id"]);
        check_keys(told[0], keys);
    }
}

#[test]
fn logs_go_where_they_are_told_to() {
    let env = TestEnv::new();
    env.run("apply -y --log-dir kept/here").exits(0);
    assert!(env.run_logs().is_empty());
    assert_eq!(files(&env.path("kept/here")).len(), 1);
}

#[test]
fn nothing_to_do_leaves_no_log() {
    let env = TestEnv::new();
    env.apply();
    env.apply();
    assert_eq!(env.run_logs().len(), 1);
}

#[test]
fn one_run_can_be_destroyed_alone() {
    let env = TestEnv::new();
    env.apply();
    let first = env.export();
    let [first_id] = &run_ids(&env)[..] else {
        panic!("there is one run")
    };
    env.edit("past_max: 4", "past_max: 6");
    let added = env.plan("");
    env.apply();
    let second_id = run_ids(&env).into_iter().find(|id| id != first_id).unwrap();

    let run = env
        .run(&format!("destroy -y --run-id {second_id}"))
        .exits(0);
    run.says("the next apply would make it again");
    assert_eq!(env.export()["Event.csv"], first["Event.csv"]);
    let again = env.plan("");
    let addresses =
        |plan: &Plan| -> Vec<_> { plan.0.iter().map(|change| change.address.clone()).collect() };
    assert_eq!(addresses(&again), addresses(&added));
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y --run-id 20200101-000000-abcdef")
        .exits(64)
        .says("demo-gen status");
}

#[test]
fn status_lists_runs_and_shows_one() {
    let env = TestEnv::new();
    env.apply();
    env.edit("past_max: 4", "past_max: 6");
    env.apply();
    let status = env.run("status").exits(0);
    for id in run_ids(&env) {
        status.says(&id);
        env.run(&format!("status --run-id {id}"))
            .exits(0)
            .says(&id)
            .says("completed");
    }
    env.run("status --run-id nobody-knows").exits(64);
    for line in env.run("status --json").exits(0).stdout.lines() {
        let _: Json = serde_json::from_str(line).unwrap();
    }
}

#[test]
fn smoke_makes_the_first_records_of_one_deal_at_their_real_addresses() {
    let env = TestEnv::new();
    let all = env.plan("");
    let deal = &all.of("Event").next().unwrap().address[..18];
    let smoke = env.run(&format!("smoke --opp-id {deal} -y")).exits(0);
    smoke.says("People.ai").says("http://127.0.0.1");
    let made = env.plan("--destroy");
    let has = |path: &str| {
        made.0
            .iter()
            .any(|change| change.address == format!("{deal}/{path}"))
    };
    assert!(
        has("meeting/past/01") && has("thread/01/01") && has("scorecard/meddicc"),
        "{made:?}"
    );
    // Beside these there is only what they go with: what the scorecard cites, the mails around
    // the meeting, and whom they name.
    assert!(
        made.of("Event").count() + made.of("Task").count() <= 2 + 7,
        "{:?}",
        made.summary()
    );
    let account = env.in_org(|org| {
        let deal = format!("SELECT AccountId FROM Opportunity WHERE Id = '{deal}'");
        org.query(&deal)[0]["AccountId"].clone()
    });
    let people = format!("{}/contact/", account.as_str().unwrap());
    let belongs = |change: &Change| {
        change.address.starts_with(deal)
            || (change.object == "Contact" && change.address.starts_with(&people))
    };
    assert!(made.0.iter().all(belongs), "{made:?}");
    assert!(made.of("Contact").count() < all.of("Contact").count());

    let rest = env.plan("");
    assert_eq!(rest.actions(), ["create"], "{:?}", rest.summary());
    assert_eq!(rest.0.len() + made.0.len(), all.0.len());
    env.apply();
    env.nothing_to_do();
    env.run("smoke --opp-id 006Em00000000zzIAA -y").exits(1);
    env.run("smoke --opp-id nonsense -y")
        .exits(64)
        .says("--opp-id");
}
