//! A small edit of the manifest, or of the org, makes a small plan.

use serde_json::json;

use crate::env::{Plan, TestEnv};

/// Edits the applied manifest, and gives the plan; the edit must converge as well.
#[track_caller]
fn after_edit(from: &str, to: &str) -> Plan {
    let env = TestEnv::new();
    env.apply();
    env.edit(from, to);
    let plan = env.plan("");
    env.apply();
    env.nothing_to_do();
    plan
}

#[track_caller]
fn check_only_creates(from: &str, to: &str, object: &str) {
    let plan = after_edit(from, to);
    assert_eq!(plan.actions(), ["create"], "{:?}", plan.summary());
    assert!(plan.of(object).count() > 0, "{:?}", plan.summary());
}

#[test]
fn a_raised_maximum_of_meetings_only_adds() {
    check_only_creates("past_max: 4", "past_max: 6", "Event");
}

#[test]
fn a_raised_maximum_of_future_meetings_only_adds() {
    check_only_creates("future_max: 2", "future_max: 4", "Event");
}

#[test]
fn a_raised_maximum_of_emails_only_adds() {
    check_only_creates("max: 6\n", "max: 8\n", "Task");
}

#[test]
fn a_lowered_maximum_only_takes_away() {
    let plan = after_edit("past_max: 4", "past_max: 2");
    assert!(
        plan.of("Event").all(|change| change.action == "delete"),
        "{:?}",
        plan.summary()
    );
    assert!(plan.of("Event").count() > 0);
    assert_eq!(plan.of("Task").count(), 0);
}

/// Writes subjects under `activity`, and expects updates of subjects of this object alone.
#[track_caller]
fn check_only_subjects(subjects: &str, object: &str) {
    let plan = after_edit(
        "activity:\n",
        &format!("activity:\n  subjects:\n    {subjects}\n"),
    );
    assert_eq!(plan.actions(), ["update"], "{:?}", plan.summary());
    assert_eq!(plan.fields(), ["Subject"]);
    assert!(
        plan.0.iter().all(|change| change.object == object),
        "{:?}",
        plan.summary()
    );
}

#[test]
fn a_changed_list_of_meeting_subjects_updates_subjects() {
    check_only_subjects(
        "meetings: [Discovery call, Deep dive, Pricing talk]",
        "Event",
    );
}

#[test]
fn a_changed_list_of_email_subjects_updates_subjects() {
    check_only_subjects(
        "emails: [Quick question, Following up, The numbers]",
        "Task",
    );
}

#[test]
fn one_more_opportunity_gets_its_own_records_and_changes_no_others() {
    let env = TestEnv::new();
    env.edit("limit: 6", "limit: 100");
    env.apply();
    let id = env.in_org(|org| {
        let model = &org.query(
            "SELECT AccountId, OwnerId FROM Opportunity WHERE IsClosed = FALSE ORDER BY Id LIMIT 1",
        )[0];
        let deal = json!({
            "Name": "A younger deal",
            "AccountId": model["AccountId"],
            "OwnerId": model["OwnerId"],
            "StageName": "Qualification",
            "CloseDate": "2027-01-29",
            "Amount": 50_000,
        });
        org.create("Opportunity", &deal)
    });
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["create"], "{:?}", plan.summary());
    for change in &plan.0 {
        assert!(change.address.starts_with(&id), "{}", change.address);
    }
    env.apply();
    env.nothing_to_do();
}

#[test]
fn scorecards_that_are_not_wanted_any_more_go_alone() {
    let env = TestEnv::new();
    env.apply();
    env.write(
        "demo.yaml",
        &format!("{}scorecards:\n  templates: []\n", env.read("demo.yaml")),
    );
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["delete"]);
    assert!(
        plan.0
            .iter()
            .all(|change| change.object.starts_with("Demo_Scorecard"))
    );
    env.apply();
    env.nothing_to_do();
}
