//! From an org to a first manifest, and to a copy that one can rehearse on.

use crate::env::{Served, TestEnv};

/// A folder whose environment names the served org.
fn env_of(served: &Served) -> TestEnv {
    let mut env = TestEnv::empty();
    env.set("SF_INSTANCE_URL", &served.url);
    env.set("SF_ACCESS_TOKEN", &served.token);
    env
}

#[test]
fn a_first_manifest_speaks_of_the_orgs_own_deals() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &[]);
    let env = env_of(&served);
    env.run("init --from-org").exits(0).says("Wrote demo.yaml");
    let manifest = env.read("demo.yaml");
    for part in [
        &*format!("instance_url: {}\n", served.url),
        "      - Negotiation/Review   # 3 open\n",
        "      - New Business   # ",
        "Dashiell Crane: 1 open deal, not active\n",
    ] {
        assert!(manifest.contains(part), "{part}\n{manifest}");
    }
    env.run("validate").exits(0);
    env.run("plan --detailed-exitcode").exits(2);
    env.run("init --from-org").exits(1).says("--force");
    assert_eq!(env.read("demo.yaml"), manifest);
}

#[test]
fn an_org_that_is_not_named_is_asked_for() {
    let env = TestEnv::empty();
    env.run("init --from-org").exits(64).says("SF_INSTANCE_URL");
    env.run("init --from-org not-a-url").exits(65);
    assert!(!env.path("demo.yaml").exists());
    env.run("init --from-org embedded").exits(0);
    env.run("validate").exits(0);
}

#[test]
fn a_rehearsal_plans_what_the_org_itself_would_get() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &[]);
    let env = env_of(&served);
    env.run("init --from-org").exits(0);
    env.run("plan").exits(0);
    let changes = served
        .query("SELECT Id, SystemModstamp FROM Opportunity")
        .len();

    env.run("org import --from-org")
        .exits(0)
        .says("Opportunity")
        .says("Contact");
    let manifest = env.read("demo.yaml");
    env.write("rehearsal.yaml", &manifest.replace(&served.url, "embedded"));
    let planned = |config: &str| {
        let plan = env.run(&format!("plan -c {config} --json")).exits(0);
        let lines = plan.stdout.lines().skip(1).map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    assert_eq!(planned("demo.yaml"), planned("rehearsal.yaml"));
    env.run("apply -y -c rehearsal.yaml").exits(0);
    env.run("plan -c rehearsal.yaml --detailed-exitcode")
        .exits(0);

    // The org itself was only read.
    let after = served
        .query("SELECT Id, SystemModstamp FROM Opportunity")
        .len();
    assert_eq!(after, changes);
    assert_eq!(
        served
            .ids("SELECT Id FROM Event WHERE Demo_Key__c != null")
            .len(),
        0
    );
}

#[test]
fn the_embedded_org_is_not_copied_onto_itself() {
    let env = TestEnv::new();
    env.run("plan").exits(0);
    let before = env.export();
    env.run("org import --from-org").exits(64).says("-c");
    env.run("org import").exits(64);
    assert_eq!(env.export(), before);
}
