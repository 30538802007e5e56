//! A record that is not ours is never changed or deleted, whatever the state says.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::json;

use crate::env::TestEnv;

/// The sample company's own records of these objects, as CSV lines.
fn own_lines(export: &BTreeMap<String, String>, ids: &[String]) -> Vec<String> {
    let lines = export.values().flat_map(|text| text.lines());
    let is_one = |line: &&str| ids.iter().any(|id| line.starts_with(&format!("\"{id}\"")));
    lines.filter(is_one).map(str::to_owned).collect()
}

/// Makes rows of the state claim these records of the object, which the state knows by number.
fn forge(env: &TestEnv, object: i64, ids: &[String]) {
    let state = Connection::open(env.state_file()).unwrap();
    for (offset, id) in (0_i64..).zip(ids) {
        let sql = "UPDATE records SET id = ?1 WHERE (root, path) = \
                   (SELECT root, path FROM records WHERE object = ?2 LIMIT 1 OFFSET ?3)";
        assert_eq!(state.execute(sql, params![id, object, offset]).unwrap(), 1);
    }
}

/// Forges rows of all activities, and lets the program loose.
fn check_forged(env: &TestEnv, objects: &[&str]) {
    let ids =
        |object: &&str| env.in_org(|org| org.ids(&format!("SELECT Id FROM {object} ORDER BY Id")));
    let foreign: Vec<_> = objects.iter().map(ids).collect();
    let all = foreign.concat();
    let before = own_lines(&env.export(), &all);
    assert_eq!(before.len(), all.len());
    env.apply();
    for (object, ids) in (0..).zip(&foreign) {
        forge(env, object, ids);
    }
    // Every meeting and every Task changes, so that every row that is believed would be written:
    // the subjects of calls and to-dos cannot be set, and so another field is.
    env.edit(
        "activity:\n",
        "fields: {Task: {CallObject: Forged}}\nactivity:\n  \
         subjects: {meetings: [Forged], emails: [Forged]}\n",
    );
    env.run("apply -y --accept-vanished").exits(0);
    assert_eq!(own_lines(&env.export(), &all), before);
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(own_lines(&env.export(), &all), before);
}

#[test]
fn a_forged_row_never_reaches_a_foreign_record() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    check_forged(&env, &["Event", "Task"]);
    assert_eq!(env.export(), before, "and ours are found by their keys");
}

#[test]
fn a_forged_row_never_reaches_a_foreign_record_without_keys() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    // What is ours and forgotten would hold people of ours back.
    env.edit("activity:\n", "contacts: {generate: false}\nactivity:\n");
    check_forged(&env, &["Event", "Task"]);
}

#[test]
fn a_forged_row_never_takes_a_foreign_invitation() {
    let env = TestEnv::new();
    env.run("org reset --without shared-activities").exits(0);
    env.in_org(|org| {
        let (event, person) = ("SELECT Id FROM Event", "SELECT Id FROM Contact");
        let (event, person) = (org.ids(event).remove(0), org.ids(person).remove(0));
        let invitation = json!({ "EventId": event, "RelationId": person });
        org.create("EventRelation", &invitation);
    });
    check_forged(&env, &["Event", "Task", "EventRelation"]);
}

#[test]
fn a_forged_row_is_forgotten_by_destroy() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    env.apply();
    let foreign = env.in_org(|org| org.ids("SELECT Id FROM Event WHERE Demo_Key__c = null"));
    forge(&env, 0, &foreign);
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn a_forged_row_gives_way_to_our_own_record() {
    let env = TestEnv::new();
    env.apply();
    let during = env.export();
    let foreign = env.in_org(|org| org.ids("SELECT Id FROM Event WHERE Demo_Key__c = null"));
    forge(&env, 0, &foreign[..2]);
    // Nothing in the org changed, so that only a look at all of it shows the difference.
    let plan = env.plan("--refresh full");
    assert_eq!(plan.actions(), ["adopt"], "{:?}", plan.summary());
    // With each meeting its attendee, who is found by it.
    let attendees = plan.of("EventRelation").count();
    assert_eq!((plan.of("Event").count(), plan.0.len()), (2, 2 + attendees));
    env.run("apply -y --refresh full").exits(0);
    let is_kept = |file: &str| file != "Demo_Pack__c.csv";
    let differing = env.export().into_iter().zip(during);
    for ((file, now), (_, then)) in differing.filter(|((file, _), _)| is_kept(file)) {
        assert_eq!(now, then, "{file}");
    }
    env.nothing_to_do();
}

#[test]
fn a_forged_row_reaches_nothing_either_when_the_org_is_not_read() {
    for bare in [false, true] {
        let env = TestEnv::new();
        if bare {
            env.run("org reset --bare").exits(0);
        }
        let ids = |object: &str| {
            env.in_org(|org| org.ids(&format!("SELECT Id FROM {object} ORDER BY Id")))
        };
        let foreign = [ids("Event"), ids("Task")];
        env.apply();
        let before = own_lines(&env.export(), &foreign.concat());
        for (object, ids) in (0..).zip(&foreign) {
            forge(&env, object, ids);
        }
        let refused = env.run("destroy -y --refresh none").exits(3);
        refused.says("NOT_OURS");
        assert_eq!(own_lines(&env.export(), &foreign.concat()), before);
    }
}

#[test]
fn what_was_taken_over_after_a_plan_was_saved_is_left_alone() {
    let env = TestEnv::new();
    // A person of ours whom a Task that is theirs now names would be kept.
    env.edit("activity:\n", "contacts: {generate: false}\nactivity:\n");
    env.apply();
    env.run("plan --destroy --out destroy.plan").exits(0);
    let taken = env.in_org(|org| {
        let ids = org.ids("SELECT Id FROM Task WHERE Demo_Key__c LIKE 'tk-%' ORDER BY Id LIMIT 3");
        for id in &ids {
            let theirs =
                serde_json::json!({"Demo_Key__c": format!("theirs-{id}"), "Subject": "Theirs"});
            org.update("Task", id, &theirs);
        }
        ids
    });
    env.run("apply destroy.plan").exits(3).says("NOT_OURS");
    let left =
        env.in_org(|org| org.ids("SELECT Id FROM Task WHERE Subject = 'Theirs' ORDER BY Id"));
    assert_eq!(left, taken);
    env.run("destroy -y").exits(0);
}
