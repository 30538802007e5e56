//! A record that is not ours is never changed or deleted, whatever the state says.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

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
fn check_forged(env: &TestEnv) {
    let objects = ["Event", "Task", "EventRelation"];
    let foreign = env.in_org(|org| {
        objects.map(|object| org.ids(&format!("SELECT Id FROM {object} ORDER BY Id")))
    });
    let all = foreign.concat();
    let before = own_lines(&env.export(), &all);
    assert_eq!(before.len(), all.len());
    env.apply();
    for (object, ids) in (0..).zip(&foreign) {
        forge(env, object, ids);
    }
    // All subjects change, so that every row that is believed would be written.
    env.edit(
        "activity:\n",
        "activity:\n  subjects: {meetings: [Forged], emails: [Forged]}\n",
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
    check_forged(&env);
    assert_eq!(env.export(), before, "and ours are found by their keys");
}

#[test]
fn a_forged_row_never_reaches_a_foreign_record_without_keys() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    check_forged(&env);
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
