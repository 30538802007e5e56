//! Plans that are refused, and what lifts the refusal.

use std::fs;

use serde_json::Value as Json;

use crate::env::TestEnv;

/// Refused with the option, and written without any change before.
#[track_caller]
fn check_refused(env: &TestEnv, options: &str, why: &str) {
    let before = env.export();
    env.run(&format!("plan {options}")).exits(7).says(why);
    env.run(&format!("apply -y {options}"))
        .exits(7)
        .says(why)
        .says("hint: ");
    assert_eq!(env.export(), before);
}

#[test]
fn more_deletes_than_allowed() {
    let env = TestEnv::new();
    env.apply();
    env.edit("past_max: 4", "past_max: 2");
    check_refused(&env, "--max-destroy 0", "--max-destroy");
    check_refused(&env, "--max-destroy 1%", "--max-destroy");
    env.run("apply -y --max-destroy 100%").exits(0);
    env.nothing_to_do();
    env.run("destroy -y --max-destroy 3")
        .exits(7)
        .says("--max-destroy");
}

#[test]
fn actions_that_are_not_allowed() {
    let env = TestEnv::new();
    env.run("plan").exits(0);
    check_refused(&env, "--allow update,delete", "create");
    env.run("apply -y --allow create").exits(0);
    env.edit("past_max: 4", "past_max: 2");
    // What is told of a meeting is told otherwise once it is gone.
    check_refused(&env, "--allow create,update", "delete");
    check_refused(&env, "--allow create,delete", "update");
    env.run("apply -y --allow delete,update").exits(0);
    env.edit(
        "activity:\n",
        "activity:\n  subjects: {emails: [Hello, Again]}\n",
    );
    check_refused(&env, "--allow create,delete", "update");
    env.run("apply -y --allow update").exits(0);
    env.nothing_to_do();
}

#[test]
fn many_records_that_vanished_at_once() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let events = org.ids("SELECT Id FROM Event WHERE Demo_Key__c != null");
        for event in &events[..events.len() / 2] {
            org.delete("Event", event);
        }
    });
    check_refused(&env, "", "vanished");
    env.run("plan").exits(7).says("--accept-vanished");
    env.run("apply -y --accept-vanished").exits(0);
    env.nothing_to_do();
}

#[test]
fn a_selection_that_became_empty() {
    let env = TestEnv::new();
    env.apply();
    env.edit("limit: 6", "limit: 6\n    stages_allowed: [No such stage]");
    check_refused(&env, "", "selects no opportunity any more");
}

#[test]
fn protected_addresses_stay() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    env.apply();
    env.write(
        "demo.yaml",
        &format!("{}protect: [\"006*/scorecard/*\"]\n", env.read("demo.yaml")),
    );
    let plan = env.plan("--destroy");
    assert!(
        plan.0
            .iter()
            .all(|change| !change.address.contains("/scorecard/"))
    );
    env.run("destroy -y").exits(0).says("protected");
    let left = env.export();
    assert_eq!(left["Event.csv"], before["Event.csv"]);
    assert!(left.contains_key("Demo_Scorecard__c.csv"));
}

#[test]
fn a_production_org_must_be_named() {
    let env = TestEnv::new();
    env.run("plan").exits(0);
    env.run("org export company").exits(0);
    let organization = env.read("company/Organization.csv");
    assert!(organization.contains("Developer Edition"));
    let production = organization.replace("Developer Edition", "Enterprise Edition");
    env.write("company/Organization.csv", &production);
    env.run("org import company").exits(0);
    env.in_org(|org| {
        let mut client = TestEnv::against(org);
        let refused = client.run("apply -y").exits(7);
        refused.says("production org").says("allow_production");
        let id = org.ids("SELECT Id FROM Organization").remove(0);
        client.edit(
            "  query:\n",
            &format!("  allow_production: [{id}]\n  query:\n"),
        );
        client.set("SF_ACCESS_TOKEN", &org.token);
        client.apply();
        client.nothing_to_do();
        client.edit(&format!("allow_production: [{id}]"), "allow_production: []");
        client.run("destroy -y").exits(7).says("production org");
        client.run("plan --destroy --out saved.plan").exits(7);
    });
}

#[test]
fn an_api_budget_stops_a_run_that_can_be_resumed() {
    let unlimited = TestEnv::new();
    unlimited.apply();
    let summary = unlimited.run_logs()[0].join("summary.json");
    let summary: Json = serde_json::from_str(&fs::read_to_string(summary).unwrap()).unwrap();
    let budget = summary["calls"].as_u64().unwrap() - 3;

    let env = TestEnv::new();
    let stopped = env.run(&format!("apply -y --api-budget {budget}")).exits(8);
    stopped.says("Run the same command again to resume.");
    assert!(!env.plan("").is_empty());
    env.apply();
    env.nothing_to_do();
}
