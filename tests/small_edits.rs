//! A small edit of the manifest, or of the org, makes a small plan.

use std::collections::BTreeSet;

use serde_json::json;

use crate::env::{Change, Plan, TestEnv};

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
    let is_gone = |change: &&Change| change.action == "delete";
    let gone: Vec<_> = plan.of("Event").filter(is_gone).collect();
    assert!(!gone.is_empty(), "{:?}", plan.summary());
    // Emails go with the meetings that they belong to, and no other email or task goes.
    for task in plan.of("Task").filter(is_gone) {
        let of_gone = |meeting: &&Change| {
            let below = task.address.strip_prefix(&*meeting.address);
            below.is_some_and(|below| below.starts_with('/'))
        };
        assert!(gone.iter().any(of_gone), "{}", task.address);
    }
    // What was learned in the meetings that go is told in those that stay.
    check_only_worded_anew(&plan);
}

/// Expects that activities are deleted at most, or told in other words: none is made and none is
/// moved.
#[track_caller]
fn check_only_worded_anew(plan: &Plan) {
    for change in plan.of("Event").chain(plan.of("Task")) {
        let fields: Vec<_> = change.fields.iter().map(|field| &*field.name).collect();
        match &*change.action {
            "delete" => {}
            // It notes what the org holds already, and writes nothing there.
            "record" => assert_eq!(change.reason, "already_right", "{}", change.address),
            "update" => assert_eq!(fields, ["Description"], "{}", change.address),
            action => panic!("{action} {}", change.address),
        }
    }
}

/// Writes subjects under `activity`, and expects updates of subjects alone: of this object, and of
/// nothing outside of these addresses.
#[track_caller]
fn check_only_subjects(subjects: &str, object: &str, place: &str) {
    let plan = after_edit(
        "activity:\n",
        &format!("activity:\n  subjects:\n    {subjects}\n"),
    );
    assert_eq!(plan.actions(), ["update"], "{:?}", plan.summary());
    assert_eq!(plan.fields(), ["Subject"]);
    assert!(plan.of(object).count() > 0, "{:?}", plan.summary());
    for change in &plan.0 {
        assert!(change.address.contains(place), "{}", change.address);
    }
}

#[test]
fn a_changed_list_of_meeting_subjects_updates_subjects() {
    // An email that belongs to a meeting names the meeting in its subject.
    check_only_subjects(
        "meetings: [Discovery call, Deep dive, Pricing talk]",
        "Event",
        "/meeting/",
    );
}

#[test]
fn a_changed_list_of_email_subjects_updates_subjects() {
    check_only_subjects(
        "emails: [Quick question, Following up, The numbers]",
        "Task",
        "/thread/",
    );
}

#[test]
fn one_more_opportunity_gets_its_own_records_and_changes_no_others() {
    let env = TestEnv::new();
    env.edit("limit: 6", "limit: 100");
    env.apply();
    let (id, account) = env.in_org(|org| {
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
        let account = model["AccountId"].as_str().unwrap().to_owned();
        (org.create("Opportunity", &deal), account)
    });
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["create"], "{:?}", plan.summary());
    // Its account may need more people for it.
    let people = format!("{account}/contact/");
    for change in &plan.0 {
        let is_its_own = [&id, &people]
            .iter()
            .any(|place| change.address.starts_with(place.as_str()));
        assert!(is_its_own, "{}", change.address);
    }
    assert!(plan.of("Event").count() > 0, "{:?}", plan.summary());
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
    let answers = env.in_org(|org| {
        org.query(
            "SELECT Evidence_Activity_Id__c FROM Demo_Scorecard_Answer__c \
             WHERE Evidence_Activity_Id__c != null",
        )
    });
    let cited: BTreeSet<_> = answers
        .iter()
        .flat_map(|answer| {
            answer["Evidence_Activity_Id__c"]
                .as_str()
                .unwrap()
                .split(';')
        })
        .collect();
    let plan = env.plan("");
    let (gone, left): (Vec<_>, Vec<_>) =
        plan.0.iter().partition(|change| change.action == "delete");
    assert!(!gone.is_empty(), "{:?}", plan.summary());
    for change in gone {
        assert!(
            change.object.starts_with("Demo_Scorecard"),
            "{}",
            change.address
        );
    }
    // What an answer cited said what the answer says, and need not say it any more.
    for change in left {
        let id = change.id.as_deref().unwrap_or_default();
        assert!(cited.contains(id), "{} {}", change.action, change.address);
    }
    check_only_worded_anew(&plan);
    env.apply();
    env.nothing_to_do();
}
