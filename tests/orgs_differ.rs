//! Orgs differ: what an admin switched on, renamed or required.

use serde_json::json;

use crate::env::{Served, TestEnv};

/// The story in a new org with these features.
fn org(options: &str) -> TestEnv {
    let env = TestEnv::new();
    env.run(&format!("org reset {options}")).exits(0);
    env
}

/// Applies, finds nothing left to do, and leaves the org as it was.
#[track_caller]
fn goes_the_whole_way(env: &TestEnv) {
    let before = env.export();
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

/// Gives all contacts addresses at which somebody might read.
fn make_addresses_real(org: &Served) {
    for id in org.ids("SELECT Id FROM Contact") {
        let fields = json!({ "Email": format!("{id}@larkfield-customers.com") });
        org.update("Contact", &id, &fields);
    }
}

#[test]
fn people_are_related_to_meetings_and_not_invited() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let several = org.query("SELECT EventWhoIds FROM Event WHERE Demo_Key__c != null");
        let most = several
            .iter()
            .map(|event| event["EventWhoIds"].as_array().unwrap().len());
        assert!(most.max() > Some(1));
        let ours = "FROM EventRelation WHERE Event.Demo_Key__c != null";
        assert_eq!(
            org.query(&format!("SELECT Id {ours} AND IsInvitee = true"))
                .len(),
            0
        );
        assert!(!org.query(&format!("SELECT Id {ours}")).is_empty());
        assert!(
            org.query("SELECT Id FROM Event WHERE Demo_Key__c != null AND IsReminderSet = true")
                .is_empty()
        );
    });
}

#[test]
fn a_contact_taken_off_a_meeting_is_drift() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let meetings =
            org.query("SELECT Id, WhoId, EventWhoIds FROM Event WHERE Demo_Key__c != null");
        let several =
            |event: &&serde_json::Value| event["EventWhoIds"].as_array().unwrap().len() > 1;
        let meeting = meetings.iter().find(several).unwrap();
        let alone = json!({ "EventWhoIds": [meeting["WhoId"]] });
        org.update("Event", meeting["Id"].as_str().unwrap(), &alone);
    });
    let plan = env.plan("");
    assert_eq!(plan.summary(), ["update Event: 1"]);
    assert_eq!(plan.fields(), ["EventWhoIds"]);
    assert_eq!(plan.0[0].reason, "drift");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn without_shared_activities_only_unreal_people_are_invited() {
    let env = org("--without shared-activities");
    let plan = env.plan("");
    assert!(plan.of("EventRelation").count() > 0);
    assert!(!plan.fields().contains(&"EventWhoIds"));
    goes_the_whole_way(&env);

    env.in_org(make_addresses_real);
    env.run("plan")
        .exits(0)
        .says("people are not invited to meetings")
        .says("activity.invite_real: true");
    assert_eq!(env.plan("").of("EventRelation").count(), 0);
    goes_the_whole_way(&env);

    env.edit("activity:\n", "activity:\n  invite_real: true\n");
    assert!(env.plan("").of("EventRelation").count() > 0);
    goes_the_whole_way(&env);
}

#[test]
fn an_org_is_served_with_the_features_that_it_has() {
    let env = org("--without shared-activities");
    let served = Served::start(&env, &["--without", "shared-activities"]);
    assert!(served.query("SELECT Id FROM EventRelation").is_empty());
    drop(served);
    let other = "org serve --listen 127.0.0.1:0 --feature record-types";
    env.run(other).exits(1).says("org reset --feature");
}
