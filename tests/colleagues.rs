//! A colleague of the owner takes part in demos and security reviews, in the org too.

use std::collections::BTreeSet;

use serde_json::json;

use crate::env::{Served, TestEnv};

/// The meetings to which somebody of us is invited, with whom. A new org has none.
fn invitations(org: &Served) -> BTreeSet<(String, String)> {
    let soql = "SELECT EventId, RelationId FROM EventRelation WHERE Relation.Type = 'User'";
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let relations = org.query(soql).into_iter();
    let pairs = relations.map(|row| (text(&row["EventId"]), text(&row["RelationId"])));
    pairs.collect()
}

/// Whose calendars show a copy of a meeting.
fn copies(org: &Served) -> Vec<String> {
    let copies = org.query("SELECT OwnerId FROM Event WHERE IsChild = true");
    let owner = |copy: &serde_json::Value| copy["OwnerId"].as_str().unwrap().to_owned();
    copies.iter().map(owner).collect()
}

/// Colleagues are attendees while the story stands, each with a copy of the meeting in his own
/// calendar, which is neither drift nor left behind.
#[track_caller]
fn check(options: &str, manifest: &str) {
    let env = TestEnv::new();
    env.run(&format!("org reset {options}")).exits(0);
    env.edit("activity:\n", &format!("{manifest}activity:\n"));
    let before = env.export();
    env.apply();
    let invited = env.in_org(invitations);
    assert!(!invited.is_empty());
    let mut of_them: Vec<_> = invited.iter().map(|(_, user)| user.clone()).collect();
    of_them.sort();
    let mut shown = env.in_org(copies);
    shown.sort();
    assert_eq!(shown, of_them);
    env.nothing_to_do();
    env.run("plan --refresh full --detailed-exitcode").exits(0);
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn they_are_busy_where_activities_are_shared() {
    check("", "");
}

#[test]
fn they_are_busy_where_activities_are_not_shared() {
    check("--without shared-activities", "");
}

#[test]
fn they_are_busy_where_peopleai_reads_calendars() {
    check("", "peopleai: {ingestion_mode: calendar}\n");
}

#[test]
fn they_are_busy_where_nothing_carries_a_key() {
    check("--bare", "");
}

#[test]
fn who_is_taken_off_a_meeting_is_asked_again() {
    let env = TestEnv::new();
    env.apply();
    let before = env.in_org(invitations);
    env.in_org(|org| {
        let ours = "SELECT Id FROM EventRelation WHERE Relation.Type = 'User'";
        org.delete("EventRelation", &org.ids(ours)[0]);
    });
    let plan = env.plan("");
    assert_eq!(plan.summary(), ["create EventRelation: 1"]);
    assert_eq!(plan.0[0].reason, "vanished");
    env.apply();
    env.nothing_to_do();
    assert_eq!(env.in_org(invitations), before);
}

/// Somebody of the org whom we did not invite, and who joined a meeting of ours.
fn join_a_meeting(org: &Served) -> String {
    let invited = invitations(org);
    let alone = "SELECT Id, OwnerId FROM Event WHERE Demo_Key__c != null ORDER BY Id";
    let alone = org.query(alone).into_iter().find(|meeting| {
        let id = &meeting["Id"];
        invited.iter().all(|(meeting, _)| id != meeting)
    });
    let meeting = alone.unwrap();
    let users = org.ids("SELECT Id FROM User WHERE IsActive = true ORDER BY Id");
    let user = users.iter().find(|user| meeting["OwnerId"] != **user);
    let fields = json!({ "EventId": meeting["Id"], "RelationId": user });
    org.create("EventRelation", &fields)
}

#[test]
fn who_joins_without_us_is_left_alone() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(join_a_meeting);
    let joined = env.in_org(invitations);
    env.nothing_to_do();
    env.apply().says("No changes.");
    // Not even a lost state makes him one of ours.
    std::fs::remove_file(env.state_file()).unwrap();
    let adopted = env.run("apply -y --adopt").exits(0);
    adopted.says("Apply complete! Resources: 0 added, 0 changed, 0 destroyed.");
    env.nothing_to_do();
    assert_eq!(env.in_org(invitations), joined);
}
