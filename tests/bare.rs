//! An org without our fields and objects, where nothing tells our records but the state.

use crate::env::TestEnv;

#[test]
fn the_whole_way_without_keys() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    let before = env.export();
    assert!(!before["Event.csv"].contains("Demo_Key__c"));
    env.apply();
    env.nothing_to_do();
    env.edit("past_max: 4", "past_max: 6");
    assert_eq!(env.plan("").actions(), ["create"]);
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn what_the_org_cannot_hold_is_said_and_the_rest_goes_on() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    let plan = env.run("plan").exits(0);
    plan.says("Demo_Scorecard__c").says("scorecards.templates");
    assert!(
        env.plan("")
            .0
            .iter()
            .all(|change| !change.object.ends_with("__c"))
    );
}

#[test]
fn tag_mode_needs_the_field() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    env.edit("seed: 7\n", "seed: 7\n  idempotency_mode: tag\n");
    env.run("apply -y")
        .exits(1)
        .says("Demo_Key__c")
        .says("external_state");
}
