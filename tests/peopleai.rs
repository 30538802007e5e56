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

/// The values of the four fields, of every activity of a kind.
fn told(env: &TestEnv, soql: &str) -> Vec<[Option<String>; 4]> {
    let names = [
        "Demo_Direction__c",
        "Demo_From__c",
        "Demo_To__c",
        "Demo_Participants__c",
    ];
    let soql = format!("SELECT {} FROM {soql}", names.join(", "));
    let rows = env.in_org(|org| org.query(&soql));
    let value = |row: &serde_json::Value, name| row[name].as_str().map(str::to_owned);
    let rows = rows.iter();
    rows.map(|row| names.map(|name| value(row, name))).collect()
}

#[test]
fn activities_tell_who_took_part_and_which_way_they_went() {
    let env = TestEnv::new();
    env.edit("activity:\n", FIELDS);
    env.run("org prepare -y").exits(0);
    env.apply();
    env.nothing_to_do();
    let users = env.in_org(|org| org.query("SELECT Email FROM User"));
    let is_ours = |address: &str| users.iter().any(|user| user["Email"] == address);
    let emails = told(
        &env,
        "Task WHERE TaskSubtype = 'Email' AND Demo_Key__c != null",
    );
    let mut ways = [0, 0];
    for email in &emails {
        let [Some(way), Some(from), Some(to), Some(all)] = email else {
            panic!("{email:?}");
        };
        let (ours, theirs) = match way.as_str() {
            "Outbound" => (from, to),
            "Inbound" => (to, from),
            _ => panic!("{email:?}"),
        };
        ways[usize::from(way == "Inbound")] += 1;
        assert!(is_ours(ours) && !is_ours(theirs), "{email:?}");
        assert!(
            all.contains(&**ours) && all.contains(&**theirs),
            "{email:?}"
        );
    }
    assert!(ways[0] > 0 && ways[1] > 0, "{ways:?}");
    let meetings = told(&env, "Event WHERE Demo_Key__c != null AND IsChild = false");
    assert!(!meetings.is_empty());
    for meeting in &meetings {
        let [None, None, None, Some(all)] = meeting else {
            panic!("{meeting:?}");
        };
        assert!(all.contains('@'), "{meeting:?}");
    }
}
