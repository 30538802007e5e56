//! Writing much: what fails for all is given up early, what is locked comes back, and what
//! somebody changed since the plan was made is left alone.

use std::sync::mpsc::channel;

use serde_json::{Value as Json, json};

use crate::env::{Run, Served, TestEnv};
use crate::proxy::{Counts, Fault, Harm, Proxy};

/// Runs the command with every write refused with the code from the given one on.
fn refused(
    env: &TestEnv,
    served: &Served,
    (code, after): (&'static str, usize),
    command: &str,
) -> Run {
    let (events, _happened) = channel();
    let fault = Fault {
        harm: Harm::Refuse(code),
        counts: Counts::Writes,
        after,
    };
    let proxy = Proxy::start(&served.url, Some(fault), events);
    let through = format!("http://{}", proxy.address);
    env.edit(&served.url, &through);
    let run = env.run(command);
    env.edit(&through, &served.url);
    proxy.finish();
    run
}

fn summary(env: &TestEnv) -> Json {
    let log = env.run_logs().pop().unwrap().join("summary.json");
    serde_json::from_str(&std::fs::read_to_string(log).unwrap()).unwrap()
}

/// Enough records that a kind fills several calls.
pub(crate) const MANY: (&str, &str) = ("min: 3\n    max: 6", "min: 60\n    max: 90");

/// The rows of a full call. The first calls of all kinds together come to less.
const A_CALL: u64 = 200;

/// How many tasks were not even tried, because their kind was given up.
fn tasks_given_up(summary: &Json) -> u64 {
    let mut halted = summary["halted"].as_array().unwrap().iter();
    let tasks = halted.find(|kind| kind["object"] == json!("Task"));
    tasks.map_or(0, |tasks| tasks["not_tried"].as_u64().unwrap())
}

#[test]
fn a_full_org_is_not_asked_again_for_each_record() {
    let host = TestEnv::new();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    env.edit(MANY.0, MANY.1);
    // The pack's own record is written first.
    let run = refused(&env, &served, ("STORAGE_LIMIT_EXCEEDED", 1), "apply -y").exits(3);
    run.says("Creating tasks was given up");
    run.says("Storage Usage");
    let summary = summary(&env);
    let failed = summary["failures"].as_u64().unwrap();
    let not_tried = summary["not_tried"].as_u64().unwrap();
    assert!(failed < A_CALL && not_tried > 300, "{summary}");
    assert!(tasks_given_up(&summary) > 300, "{summary}");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_rule_that_fails_the_first_call_stops_its_kind() {
    let host = TestEnv::new();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    env.edit(MANY.0, MANY.1);
    let rule = "FIELD_CUSTOM_VALIDATION_EXCEPTION";
    let run = refused(&env, &served, (rule, 1), "apply -y").exits(3);
    run.says("A validation rule of the org refuses it");
    let summary = summary(&env);
    let failed = summary["failures_by_code"][rule].as_u64().unwrap();
    assert!((20..A_CALL).contains(&failed), "{summary}");
    // Some of the first call's tasks name contacts that could not be made, and are not sent.
    assert!(tasks_given_up(&summary) > 300, "{summary}");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn too_many_failures_stop_a_run_that_can_be_resumed() {
    let host = TestEnv::new();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    for option in ["--fail-fast", "--max-failures 1%"] {
        let refusal = ("STRING_TOO_LONG", 1);
        let run = refused(&env, &served, refusal, &format!("apply -y {option}")).exits(3);
        run.says("Stopped, because too much failed.");
        assert_eq!(summary(&env)["stopped"], json!("too_many_failures"));
    }
    env.apply();
    env.nothing_to_do();
}

#[test]
fn the_share_of_the_days_calls_is_not_exceeded() {
    let host = TestEnv::new();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    env.edit("  settle_after: 0\n", "  settle_after: 0\n  api_share: 1\n");
    // One percent of the org's hundred thousand calls.
    for _ in 0..1_000 {
        served.query("SELECT Id FROM Organization");
    }
    let run = env.run("apply -y").exits(8);
    run.says("`salesforce.api_share` says how many may be");
    assert_eq!(summary(&env)["added"], json!(0));
    env.edit("api_share: 1\n", "api_share: 90\n");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn what_was_changed_since_the_plan_is_left_for_the_next_one() {
    let env = TestEnv::new();
    env.apply();
    env.edit(
        "activity:\n",
        "activity:\n  subjects: {meetings: [Call], emails: [Note]}\n",
    );
    env.run("plan --out saved.plan").exits(0);
    let id = env.in_org(|org| {
        let ids = org.ids("SELECT Id FROM Event WHERE Demo_Key__c != null ORDER BY Id LIMIT 2");
        // Nobody minds a field that we do not own, but a subject is ours.
        org.update(
            "Event",
            &ids[0],
            &json!({"ReminderDateTime": "2026-11-20T10:00:00Z"}),
        );
        org.update("Event", &ids[1], &json!({"Subject": "Edited by a person"}));
        ids[1].clone()
    });
    let run = env.run("apply saved.plan").exits(3);
    run.says("       1  CHANGED_MEANWHILE  somebody changed Subject after the plan was made");
    let soql = format!("SELECT Subject FROM Event WHERE Id = '{id}'");
    let subject = |env: &TestEnv| env.in_org(|org| org.query(&soql).remove(0)["Subject"].clone());
    assert_eq!(subject(&env), json!("Edited by a person"));
    env.apply();
    assert_ne!(subject(&env), json!("Edited by a person"));
    env.nothing_to_do();
}
