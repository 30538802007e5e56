//! The lease of a pack: of two machines that work on one pack, one waits.

use std::process::Stdio;

use serde_json::{Value as Json, json};

use crate::env::{Served, TestEnv};

const LEASE: &str = "SELECT Id, Lease_Owner__c, Lease_Until__c, Last_Run__c FROM Demo_Pack__c";

/// The pack's record is leased to another machine until this instant.
fn lease(served: &Served, until: &str) -> String {
    let id = served.ids(LEASE).remove(0);
    let fields = json!({"Lease_Owner__c": "another machine", "Lease_Until__c": until});
    served.update("Demo_Pack__c", &id, &fields);
    id
}

#[test]
fn a_lease_is_given_back() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    env.apply();
    let row = served.query(LEASE).remove(0);
    assert_eq!(row["Lease_Owner__c"], Json::Null);
    assert_eq!(row["Lease_Until__c"], Json::Null);
    assert_ne!(row["Last_Run__c"], Json::Null);
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(served.query(LEASE), [] as [Json; 0]);
}

#[test]
fn a_lock_on_the_packs_record_is_waited_for() {
    let host = TestEnv::empty();
    // The second write, and every other one from then on.
    host.write(
        "locked.yaml",
        "version: 1\nrules:\n  - when: {object: Demo_Pack__c}\n    reject_rows: {every: 2, code: UNABLE_TO_LOCK_ROW}\n",
    );
    let served = Served::start(&host, &["--fault", "locked.yaml"]);
    let env = TestEnv::against(&served);
    env.apply();
    assert_eq!(served.query(LEASE)[0]["Lease_Owner__c"], Json::Null);
    env.edit("past_max: 4", "past_max: 6");
    env.apply();
    assert_eq!(served.query(LEASE)[0]["Lease_Owner__c"], Json::Null);
    let faults = served.get("../../../__demo-gen/faults");
    assert!(
        faults["rules"][0]["rows"].as_u64().unwrap() >= 6,
        "{faults}"
    );
}

#[test]
fn another_machines_lease_holds_until_it_ends() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    env.apply();
    env.edit("past_max: 4", "past_max: 6");
    env.run("plan --out waiting.plan").exits(0);
    let id = lease(&served, "2026-11-20T15:10:00Z");
    let events = served.ids("SELECT Id FROM Event");
    for command in ["apply -y", "destroy -y", "apply waiting.plan"] {
        env.run(command)
            .exits(5)
            .says("morgan.hale@larkfield.example")
            .says("2026-11-20T15:10:00Z");
    }
    assert_eq!(served.ids("SELECT Id FROM Event"), events);
    let row = served.query(LEASE).remove(0);
    assert_eq!(row["Lease_Owner__c"], "another machine", "{id}");
    // It ended a moment ago.
    lease(&served, "2026-11-20T15:00:00Z");
    env.run("apply waiting.plan").exits(0);
    env.nothing_to_do();
}

#[test]
fn what_is_taken_over_waits_too() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &[]);
    TestEnv::against(&served).apply();
    let another = TestEnv::against(&served);
    lease(&served, "2026-11-20T15:10:00Z");
    another.run("apply -y --adopt").exits(5).says("lease");
    another.run("plan").exits(7).says("--adopt");
    lease(&served, "2026-11-20T14:50:00Z");
    another.run("apply -y --adopt").exits(0);
    another.nothing_to_do();
}

#[test]
fn of_two_machines_at_once_one_applies() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &[]);
    let machines = [(); 3].map(|()| TestEnv::against(&served));
    let runs: Vec<_> = machines
        .iter()
        .map(|env| {
            let mut command = env.command(&["apply", "-y"]);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    let codes: Vec<_> = runs
        .into_iter()
        .map(|mut run| run.wait().unwrap().code().unwrap())
        .collect();
    let winners = codes.iter().filter(|code| **code == 0).count();
    assert_eq!(winners, 1, "{codes:?}");
    // Who comes late finds the pack, and not its lease.
    assert!(
        codes.iter().all(|code| [0, 5, 7].contains(code)),
        "{codes:?}"
    );
    let winner = codes.iter().position(|code| *code == 0).unwrap();
    machines[winner].nothing_to_do();
    machines[winner].run("destroy -y").exits(0);
    assert_eq!(
        served.ids("SELECT Id FROM Event WHERE Demo_Key__c != null"),
        [] as [String; 0]
    );
}
