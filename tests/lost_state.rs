//! The state is gone, and the org still holds what it told of.

use std::fs;

use crate::env::TestEnv;

/// Applies, and loses the state.
fn lost(env: &TestEnv) {
    env.apply();
    fs::remove_file(env.state_file()).unwrap();
}

#[test]
fn with_keys_all_of_it_is_taken_over() {
    let env = TestEnv::new();
    env.edit("seed: 7\n", "seed: 7\n  idempotency_mode: tag\n");
    let before = env.export_of_a_new_org();
    lost(&env);
    let applied = env.export();
    for command in ["plan", "apply -y", "destroy -y"] {
        env.run(command)
            .exits(7)
            .says("--adopt")
            .says("morgan.hale@larkfield.example");
    }
    assert_eq!(env.export(), applied, "nothing was written");

    let run = env.run("apply -y --adopt").exits(0);
    run.says("Apply complete! Resources: 0 added, 0 changed, 0 destroyed.");
    let [mut before_it, mut after_it] = [applied, env.export()];
    // The pack's own record says who applied last.
    assert!(before_it.remove("Demo_Pack__c.csv") != after_it.remove("Demo_Pack__c.csv"));
    assert_eq!(after_it, before_it);
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

/// An attendee carries no key: it is known by whom it invites, and that may be one of ours.
#[test]
fn attendees_whom_we_made_are_taken_over_as_well() {
    let env = TestEnv::new();
    env.run("org reset --without shared-activities").exits(0);
    let before = env.export_of_a_new_org();
    lost(&env);
    let ours = "SELECT Id FROM EventRelation WHERE RelationId IN \
                (SELECT Id FROM Contact WHERE Demo_Key__c != null)";
    assert!(!env.in_org(|org| org.ids(ours)).is_empty());
    let run = env.run("apply -y --adopt").exits(0);
    run.says("Apply complete! Resources: 0 added, 0 changed, 0 destroyed.");
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn with_keys_destroy_can_adopt_too() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    lost(&env);
    env.run("destroy -y --adopt").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn with_keys_the_story_goes_on_where_it_was() {
    let mut env = TestEnv::new();
    env.run("apply -y --as-of 2026-11-10 --seed 99").exits(0);
    fs::remove_file(env.state_file()).unwrap();
    env.set("DEMO_GEN_NOW", "2026-12-01T15:00:00Z");
    let plan = env.plan("--adopt");
    assert_eq!(plan.actions(), ["adopt"], "{:?}", plan.summary());
    env.run("apply -y --adopt").exits(0);
    env.nothing_to_do();
}

#[test]
fn somebody_elses_state_is_not_overruled() {
    let env = TestEnv::new();
    env.apply();
    let state = fs::read(env.state_file()).unwrap();
    fs::remove_file(env.state_file()).unwrap();
    env.run("apply -y --adopt").exits(0);
    // The older state comes back, as on the machine of a colleague.
    fs::write(env.state_file(), state).unwrap();
    env.run("apply -y").exits(7).says("--adopt");
}

#[test]
fn without_keys_look_alikes_are_refused() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    lost(&env);
    let applied = env.export();
    env.run("plan").exits(7).says("--new-pack");
    env.run("apply -y").exits(7).says("--new-pack");
    assert_eq!(env.export(), applied, "nothing was written");
    env.run("apply -y --new-pack").exits(0);
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), applied, "of the first pack nobody knows");
}

#[test]
fn a_reset_org_starts_afresh() {
    let env = TestEnv::new();
    env.apply();
    env.run("org reset").exits(0);
    assert_eq!(env.plan("").actions(), ["create"]);
    env.run("plan").exits(0).says("this org has no state yet");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_state_that_was_emptied_takes_nothing_of_another_machine() {
    let env = TestEnv::new();
    env.apply();
    env.run("destroy -y").exits(0);
    let state = env.state_file();
    let emptied = state.with_extension("kept");
    fs::rename(&state, &emptied).unwrap();
    // Another machine, which has a state of its own, makes the same pack.
    env.apply();
    fs::rename(&emptied, &state).unwrap();
    let applied = env.export();
    for command in ["plan", "apply -y", "destroy -y"] {
        env.run(command).exits(7).says("--adopt");
    }
    assert_eq!(env.export(), applied, "nothing was written");
}

#[test]
fn without_keys_destroy_says_what_it_cannot_know() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    lost(&env);
    env.run("destroy -y").exits(0).says("cannot be found");
}
