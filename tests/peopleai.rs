//! What People.ai needs of us, as far as the manifest and the org tell.

use crate::env::{Served, TestEnv};

#[test]
fn doctor_shows_what_is_to_be_set_up() {
    let env = TestEnv::new();
    let shown = env.run("doctor --peopleai").exits(0);
    shown.says("Demo_Key__c starts with ev-");
    shown.says("activity_source: ready");
}

#[test]
fn a_missing_activity_source_is_told_before_the_first_apply_alone() {
    let built_in = TestEnv::new();
    let embedded = built_in.run("plan").exits(0);
    assert!(!embedded.stdout.contains("activity source"), "{embedded}");
    let server = TestEnv::empty();
    let served = Served::start(&server, &[]);
    let env = TestEnv::against(&served);
    env.apply()
        .says("People.ai pulls only what is saved after its activity source exists");
    let later = env.run("plan").exits(0);
    assert!(!later.stdout.contains("activity source"), "{later}");
    env.edit(
        "activity:\n",
        "peopleai: {ingestion_mode: calendar}\nactivity:\n",
    );
    env.run("plan")
        .exits(0)
        .says("`peopleai.ingestion_mode: calendar` changes nothing");
}

const FIELDS: &str = "peopleai:\n  fields: {direction: Demo_Direction__c, from: Demo_From__c, to: Demo_To__c, participants: Demo_Participants__c}\nactivity:\n";

#[test]
fn fields_that_the_org_lacks_are_refused_until_they_are_made() {
    let env = TestEnv::new();
    env.edit("activity:\n", FIELDS);
    let refused = env.run("plan").exits(65);
    refused.says("this org has no text field Demo_Direction__c on Event");
    refused.says("`demo-gen org prepare` makes it");
    env.run("org prepare -y")
        .exits(0)
        .says("Activity.Demo_Participants__c");
    env.run("plan").exits(0);
}
