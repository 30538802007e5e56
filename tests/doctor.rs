//! `doctor`: what it says of an org, and that looking leaves nothing behind.

use serde_json::{Value as Json, json};

use crate::env::{Served, TestEnv};

/// What one check of `doctor --json` came to.
#[track_caller]
fn verdict(env: &TestEnv, options: &str, check: &str) -> (String, String) {
    let run = env.run(&format!("doctor --json {options}"));
    let report: Json = serde_json::from_str(&run.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}{}", run.stdout, run.stderr);
    });
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["check"] == check);
    let finding = finding.unwrap_or_else(|| panic!("no {check} in {report}"));
    let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    (text("verdict"), text("found"))
}

#[test]
fn the_sample_company_is_fit() {
    let env = TestEnv::new();
    let run = env.run("doctor");
    run.exits(0);
    assert_eq!(verdict(&env, "", "Plan").0, "good");
    assert_eq!(verdict(&env, "", "Owners").0, "good");
    // Of all deals, some belong to somebody who has left.
    env.edit("    limit: 6\n", "    limit: 100\n");
    assert_eq!(verdict(&env, "", "Owners").0, "warning");
    env.run("doctor").exits(0).says("Apply will work.");
}

#[test]
fn a_probe_tries_every_kind_and_leaves_nothing() {
    let env = TestEnv::new();
    env.run("plan").exits(0);
    let before = env.export();
    let run = env.run("doctor --probe");
    run.exits(0)
        .says("scorecard answer: would be taken")
        .says("meeting: would be taken");
    assert_eq!(env.export(), before);
    assert!(!env.path("runs").exists());

    // When everything is there already, there is still something to try.
    env.apply();
    let before = env.export();
    env.run("doctor --probe").exits(0).says("would be taken");
    assert_eq!(env.export(), before);
    env.nothing_to_do();
}

#[test]
fn an_org_that_is_not_prepared_is_warned_of() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &["--bare"]);
    let env = TestEnv::against(&served);
    env.run("doctor").exits(0).says("org prepare");
    assert_eq!(verdict(&env, "", "Key field").0, "warning");
    env.edit("  seed: 7\n", "  seed: 7\n  idempotency_mode: tag\n");
    env.run("doctor").exits(1).says("Apply will fail");
    assert_eq!(verdict(&env, "", "Key field").0, "failure");
}

#[test]
fn the_orgs_own_rules_are_named_and_speak() {
    let host = TestEnv::empty();
    host.write(
        "rules.yaml",
        "version: 1\nrules:\n  - name: Meetings need a room\n    when: {object: Event}\n    \
         reject_rows: {message: Where is it going to be?}\n  \
         - name: TidySubjects\n    when: {object: Task}\n    alter_rows: {field: Subject, trim: true}\n",
    );
    let served = Served::start(&host, &["--fault", "rules.yaml"]);
    let env = TestEnv::against(&served);
    env.run("doctor").exits(0);
    for (check, found) in [
        ("Validation rules", "active: Event: Meetings need a room"),
        ("Triggers", "active: Task: TidySubjects"),
    ] {
        let expect = ("warning".to_owned(), found.to_owned());
        assert_eq!(verdict(&env, "", check), expect);
    }
    env.run("doctor --probe")
        .exits(1)
        .says("Where is it going to be?")
        .says("email: would be taken");
    let ours = "SELECT Id FROM Task WHERE Demo_Key__c != null";
    assert!(served.query(ours).is_empty());
}

#[test]
fn words_that_the_org_does_not_know_are_named() {
    let env = TestEnv::new();
    env.edit(
        "    limit: 6\n",
        "    limit: 6\n    stages_allowed: [Prospecting, Qualification, Dreaming]\n",
    );
    let (verdict, found) = verdict(&env, "", "Stages and types");
    assert_eq!(verdict, "warning");
    assert!(
        found.contains("Dreaming") && !found.contains("Qualification"),
        "{found}"
    );
}

#[test]
fn a_manifest_that_does_not_fit_the_org_is_told_in_a_line() {
    let env = TestEnv::new();
    env.edit(
        "activity:\n",
        "accounts: {parents: {Nobody: Halvorsen Group, Noone: Halvorsen Group}}\nactivity:\n",
    );
    let (verdict, found) = verdict(&env, "", "Plan");
    assert_eq!(verdict, "failure");
    assert_eq!(
        found,
        "line 9: accounts.parents.Nobody: no account of a covered opportunity is called \"Nobody\", and 1 more"
    );
}

#[test]
fn what_is_missing_on_the_customers_side_is_named_and_does_not_stop_a_plan() {
    let env = TestEnv::new();
    env.edit("    limit: 6\n", "    limit: 100\n");
    env.in_org(|org| {
        let all = |object: &str| org.ids(&format!("SELECT Id FROM {object}"));
        for account in all("Account") {
            let blank = json!({"BillingCountry": null, "BillingState": null, "Website": null});
            org.update("Account", &account, &blank);
        }
        for contact in all("Contact") {
            // Without addresses there is no domain that the account's people have in common.
            let blank = json!({
                "Title": null, "Email": null, "MailingCountry": null, "MailingState": null,
            });
            org.update("Contact", &contact, &blank);
        }
        let deal = &org.ids("SELECT Id FROM Opportunity WHERE IsClosed = FALSE")[0];
        let named = json!({"Name": "Nobody's deal", "AccountId": null});
        org.update("Opportunity", deal, &named);
    });
    env.edit(
        "activity:\n",
        "contacts: {email_domain: website}\nactivity:\n",
    );
    let check = |check: &str, expect: &str| {
        let (verdict, found) = verdict(&env, "", check);
        assert!(
            verdict == "warning" && found.contains(expect),
            "{check} {verdict}: {found}"
        );
    };
    check("Accounts", "1 deal without one: Nobody's deal");
    check("Places", "without one that we know");
    check("Contacts' titles", "contacts without one");
    check("Domains", "have no website");
    check("Made addresses", "without a website");
    assert_eq!(verdict(&env, "", "Contact roles").0, "note");
    env.run("plan")
        .exits(0)
        .says("People.ai ignores activities without people: Nobody's deal")
        .says("accounts without a country that we know")
        .says("`contacts.email_domain: website`, but no website");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn nobody_signed_in_is_a_finding_too() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &[]);
    let mut env = TestEnv::against(&served);
    env.set("SF_ACCESS_TOKEN", "00Dxx0000000001!wrong");
    env.run("doctor")
        .exits(1)
        .says("Login")
        .says("Apply will fail");
    assert_eq!(verdict(&env, "", "Login").0, "failure");
}
