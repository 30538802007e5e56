//! What has changed since the last plan is all that is read, and nothing of it is missed.

use serde_json::{Value as Json, json};

use crate::env::{Served, TestEnv};

/// The calls that the org has counted, looking itself included.
fn calls(env: &TestEnv) -> u64 {
    let status = env.run("status --json --no-drift").exits(0);
    let line = status.stdout.lines().last().unwrap();
    let status: Json = serde_json::from_str(line).unwrap();
    status["api_calls"]["used"].as_u64().unwrap()
}

/// The calls that a run of the program takes.
fn cost(env: &TestEnv, words: &str) -> u64 {
    let (first, second) = (calls(env), calls(env));
    env.run(words).exits(0);
    calls(env) - second - (second - first)
}

/// An org that somebody else works in too, with a story told and read.
fn told() -> (TestEnv, Served) {
    let home = TestEnv::new();
    let served = Served::start(&home, &[]);
    let env = TestEnv::against(&served);
    env.apply();
    env.nothing_to_do();
    (env, served)
}

fn ids(served: &Served, object: &str) -> Vec<String> {
    served.ids(&format!(
        "SELECT Id FROM {object} WHERE Demo_Key__c LIKE '%-%' ORDER BY Id"
    ))
}

#[test]
fn reading_costs_few_calls() {
    let (env, _served) = told();
    // Who we are (two), what there is of the pack (two, as a call takes five queries and there is
    // one for each kind), opportunities, people, and what has changed (two, of six kinds).
    assert_eq!(cost(&env, "plan"), 8);
    assert_eq!(cost(&env, "plan --refresh none"), 2);
}

#[test]
fn what_others_changed_is_seen_until_it_is_put_right() {
    let (env, served) = told();
    let id = ids(&served, "Event").remove(0);
    let before = served.query(&format!("SELECT Subject FROM Event WHERE Id = '{id}'"));
    served.update("Event", &id, &json!({"Subject": "Lunch"}));
    for _ in 0..3 {
        let plan = env.plan("");
        assert_eq!(plan.summary(), ["update Event: 1"]);
        assert_eq!(plan.0[0].fields[0].before, "Lunch");
    }
    served.update("Event", &id, &json!({"Subject": before[0]["Subject"]}));
    env.nothing_to_do();
    assert!(env.plan("--refresh full").is_empty());
}

#[test]
fn what_others_deleted_is_seen_until_it_is_made_again() {
    let (env, served) = told();
    served.delete("Task", &ids(&served, "Task")[0]);
    let attendees = "SELECT Id FROM EventRelation WHERE IsParent = TRUE AND IsWhat = FALSE \
                     AND Event.Demo_Key__c LIKE 'ev-%' ORDER BY Id DESC LIMIT 1";
    served.delete("EventRelation", &served.ids(attendees)[0]);
    let full = env.plan("--refresh full --accept-vanished");
    for _ in 0..2 {
        assert_eq!(env.plan("--accept-vanished"), full);
    }
    env.run("apply -y --accept-vanished").exits(0);
    env.nothing_to_do();
}

#[test]
fn what_a_narrow_plan_saw_is_seen_by_the_next() {
    let (env, served) = told();
    for id in ids(&served, "Task") {
        served.update("Task", &id, &json!({"Priority": "Low"}));
    }
    let full = env.plan("--refresh full");
    assert!(env.plan("--max-opps 1").0.len() < full.0.len());
    assert_eq!(env.plan(""), full);
}

#[test]
fn a_plan_shows_what_was_before_although_nothing_changed_in_the_org() {
    let (env, _served) = told();
    env.edit(
        "activity:\n",
        "activity:\n  subjects: {meetings: [Call], emails: [Hello]}\n",
    );
    let plan = env.plan("");
    assert_eq!(plan, env.plan("--refresh full"));
    assert!(
        plan.0
            .iter()
            .all(|change| change.fields[0].before.is_string())
    );
    let destroy = env.plan("--destroy");
    assert_eq!(destroy, env.plan("--destroy --refresh full"));
}

#[test]
fn without_keys_the_org_tells_what_changed() {
    let home = TestEnv::new();
    home.run("org reset --bare").exits(0);
    let served = Served::start(&home, &[]);
    let env = TestEnv::against(&served);
    env.apply();
    env.nothing_to_do();
    let managed = env.plan("--destroy");
    let of = |object| managed.of(object).next().unwrap().id.clone().unwrap();
    served.update("Event", &of("Event"), &json!({"Subject": "Lunch"}));
    served.delete("Task", &of("Task"));
    for _ in 0..2 {
        assert_eq!(
            env.plan("").summary(),
            ["create Task: 1", "update Event: 1"]
        );
    }
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_large_inventory_is_read_by_a_job_and_is_the_same() {
    let env = TestEnv::new();
    let paged = env.plan("--seed 7");
    env.edit("limit: 6", "limit: 6\n  bulk_threshold: 2");
    assert_eq!(env.plan("--seed 7"), paged);
    assert!(!paged.is_empty());
}

#[test]
fn what_the_org_has_archived_is_still_ours() {
    let mut env = TestEnv::new();
    let before = env.export_of_a_new_org();
    env.apply();
    env.set("DEMO_GEN_NOW", "2028-01-10T15:00:00Z");
    env.in_org(|org| {
        // A to-do that is still open is never archived.
        for archived in ["Event WHERE", "Task WHERE IsClosed = true AND"] {
            let ours = format!("SELECT Id FROM {archived} Demo_Key__c != null");
            assert!(org.query(&ours).is_empty(), "{archived}");
        }
    });
    env.nothing_to_do();
    env.run("plan --refresh full --detailed-exitcode").exits(0);
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}
