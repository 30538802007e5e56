//! What the running user does not see may be there all the same: it is neither forgotten nor made
//! a second time.

use serde_json::json;

use crate::env::{Run, Served, TestEnv};

/// A server, and a folder whose manifest is for its org.
fn served() -> (TestEnv, Served, TestEnv) {
    let host = TestEnv::new();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    (host, served, env)
}

/// Runs the command while this rule of a script of faults holds.
fn under(served: &Served, env: &TestEnv, rule: &str, command: &str) -> Run {
    served.script(&format!("version: 1\nrules:\n- {rule}\n"));
    let run = env.run(command);
    let met = &served.script_so_far()["rules"][0];
    assert_ne!(met["fired"], 0, "{met}\n{run}");
    served.end_script();
    run
}

fn ours(served: &Served, object: &str) -> usize {
    let soql = format!("SELECT Id FROM {object} WHERE Demo_Key__c != null");
    served.ids(&soql).len()
}

#[test]
fn destroy_does_not_forget_what_it_does_not_see() {
    let (_host, served, env) = served();
    env.apply();
    let emails = ours(&served, "Task");
    let run = under(&served, &env, "see_nothing: [Event, Task]", "destroy -y");
    run.exits(7).says("have vanished from the org");
    assert_eq!(ours(&served, "Task"), emails);
    env.run("destroy -y").exits(0);
    assert_eq!(ours(&served, "Task"), 0);
}

#[test]
fn a_delete_that_reaches_nothing_is_no_delete() {
    let (_host, served, env) = served();
    env.apply();
    // From the first delete on.
    let rule = "{when: {method: DELETE}, see_nothing: []}";
    let run = under(&served, &env, rule, "destroy -y").exits(3);
    run.says("INVALID_CROSS_REFERENCE_KEY")
        .says("hidden from you");
    assert!(ours(&served, "Task") > 0);
    env.run("destroy -y").exits(0);
    assert_eq!(ours(&served, "Task") + ours(&served, "Event"), 0);
}

#[test]
fn a_key_that_is_taken_unseen_is_not_replaced_by_another() {
    let (_host, served, env) = served();
    // The reply is lost, and what was made is not to be found.
    served.script(
        "version: 1\nrules:\n\
         - {when: {method: POST, path: composite/sobjects, object: Task, nth: 1}, cut: after}\n\
         - {when: {object: Task, from: 2}, see_nothing: [Task]}\n",
    );
    let run = env.run("apply -y").exits(3);
    run.says("DUPLICATE_VALUE").says("holds the key");
    served.end_script();
    let emails = ours(&served, "Task");
    env.run("apply -y").exits(0);
    assert_eq!(ours(&served, "Task"), emails);
    env.nothing_to_do();
}

#[test]
fn the_record_of_a_hidden_pack_is_not_made_twice() {
    let (_host, served, env) = served();
    env.apply();
    env.edit("past_max: 4", "past_max: 5");
    let rule = "{when: {object: Demo_Pack__c, from: 2}, see_nothing: [Demo_Pack__c]}";
    let run = under(&served, &env, rule, "apply -y").exits(1);
    run.says("hidden from you");
    env.apply();
    assert_eq!(served.ids("SELECT Id FROM Demo_Pack__c").len(), 1);
}

#[test]
fn of_two_records_with_one_place_the_unknown_one_goes() {
    let (_host, served, env) = served();
    env.apply();
    let email = served
        .query(
            "SELECT Id, Subject, WhatId, Demo_Key__c FROM Task WHERE Demo_Key__c != null LIMIT 1",
        )
        .remove(0);
    let key = email["Demo_Key__c"].as_str().unwrap();
    let (place, _generation) = key.rsplit_once('-').unwrap();
    for generation in [7, 9] {
        let twin = json!({
            "Subject": email["Subject"],
            "WhatId": email["WhatId"],
            "Demo_Key__c": format!("{place}-{generation}"),
        });
        served.create("Task", &twin);
    }
    let plan = env.plan("");
    assert_eq!(plan.summary(), ["delete Task: 2"]);
    assert!(
        plan.0
            .iter()
            .all(|change| change.id.as_deref() != email["Id"].as_str())
    );
    env.apply();
    env.nothing_to_do();
}

#[test]
fn what_somebody_saved_before_it_was_read_back_is_drift() {
    let (_host, served, env) = served();
    // Whatever is read after the first write is what a colleague made of it.
    let rule = "{when: {method: POST, path: composite, from: 4}, somebody: {edits: {object: Event, \
                where: \"Demo_Key__c != null\"}, set: {Subject: Lunch}}}";
    under(&served, &env, rule, "apply -y").exits(0);
    let lunches = "SELECT Id FROM Event WHERE Subject = 'Lunch'";
    assert_eq!(served.ids(lunches).len(), 1);
    assert_eq!(env.plan("").summary(), ["update Event: 1"]);
    env.apply();
    assert!(served.ids(lunches).is_empty());
    env.nothing_to_do();
}

#[test]
fn a_session_that_ends_on_the_way_says_what_to_do() {
    let (_host, served, env) = served();
    let rule = "{when: {method: POST, path: composite/sobjects, nth: 3}, session: expire}";
    let run = under(&served, &env, rule, "apply -y").exits(3);
    run.says("Stopped, because the org was lost")
        .says("Access tokens expire");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_free_lease_is_taken_whoever_made_the_packs_record() {
    let (_host, served, env) = served();
    env.apply();
    env.edit("past_max: 4", "past_max: 5");
    // Of the pack's record nothing is seen when it is to be written.
    let rule =
        "{when: {path: composite, object: Demo_Pack__c, nth: 2}, see_nothing: [Demo_Pack__c]}";
    under(&served, &env, rule, "apply -y").exits(0);
    env.nothing_to_do();
    assert_eq!(served.ids("SELECT Id FROM Demo_Pack__c").len(), 1);
}
