//! Emails as records of their own, beside which the org keeps tasks that it makes itself.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::env::{Served, TestEnv};

/// The small story with emails as records, in a new org with these features.
fn story(options: &str) -> TestEnv {
    let env = TestEnv::new();
    env.run(&format!("org reset {options}")).exits(0);
    env.edit("activity:\n", "activity:\n  email_object: email_message\n");
    env
}

const OURS: &str = "SELECT Id, ActivityId, FromId, FromName, FromAddress, ToIds, CcIds, Incoming, MessageDate, \
     Status, RelatedToId, MessageIdentifier, ThreadIdentifier, ReplyToEmailMessageId, Subject, TextBody \
     FROM EmailMessage WHERE Demo_Key__c LIKE 'em-%' ORDER BY MessageDate, Id";

fn text<'a>(email: &'a Json, field: &str) -> &'a str {
    email[field].as_str().unwrap_or_default()
}

#[test]
fn emails_go_the_whole_way_and_leave_no_task() {
    let env = story("");
    let before = env.export_of_a_new_org();
    let applied = env.apply();
    applied.says("emails");
    env.nothing_to_do();
    env.run("plan --refresh full --detailed-exitcode").exits(0);
    let during = env.export();
    assert!(during["EmailMessage.csv"].lines().count() > 10);
    env.apply().says("No changes.");
    assert_eq!(env.export(), during);
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn an_email_names_its_people_and_what_it_answers() {
    let env = story("");
    env.apply();
    env.in_org(|org| {
        let emails = org.query(OURS);
        let by_id: BTreeMap<_, _> = emails
            .iter()
            .map(|email| (text(email, "Id"), email))
            .collect();
        let mut answers = 0;
        for email in &emails {
            check_people(email);
            if let Some(before) = by_id.get(text(email, "ReplyToEmailMessageId")) {
                answers += 1;
                assert_eq!(email["ThreadIdentifier"], before["ThreadIdentifier"]);
                assert!(text(email, "MessageDate") > text(before, "MessageDate"));
                assert!(text(email, "Subject").starts_with("Re: "), "{email}");
            } else {
                assert_eq!(email["ReplyToEmailMessageId"], Json::Null);
                assert_eq!(email["ThreadIdentifier"], email["MessageIdentifier"]);
            }
        }
        assert!(answers > 3, "{answers}");
        check_tasks(org, &emails);
    });
}

fn check_people(email: &Json) {
    let list = |field: &str| email[field].as_array().cloned().unwrap_or_default();
    let is = |id: &Json, prefix: &str| id.as_str().unwrap().starts_with(prefix);
    let incoming = email["Incoming"] == true;
    let (from, to) = if incoming {
        ("003", "005")
    } else {
        ("005", "003")
    };
    assert!(is(&email["FromId"], from), "{email}");
    assert!(
        list("ToIds").iter().all(|id| is(id, to)) && list("ToIds").len() == 1,
        "{email}"
    );
    assert!(list("CcIds").iter().all(|id| is(id, "003")), "{email}");
    assert_eq!(incoming, text(email, "Status") != "3", "{email}");
    assert!(text(email, "FromAddress").contains('@') && !text(email, "FromName").is_empty());
    assert!(text(email, "MessageIdentifier").ends_with("@demo-gen.invalid>"));
    assert!(!text(email, "TextBody").is_empty());
}

/// Each email has one task, and no task of the kind is there without one.
fn check_tasks(org: &Served, emails: &[Json]) {
    let tasks =
        org.query("SELECT Id, WhatId, WhoId, Demo_Key__c FROM Task WHERE TaskSubtype = 'Email'");
    let ours = emails.iter().map(|email| text(email, "ActivityId"));
    let mut ours: Vec<_> = ours.collect();
    ours.sort_unstable();
    let is_ours = |task: &&Json| ours.binary_search(&text(task, "Id")).is_ok();
    let automatic: Vec<_> = tasks.iter().filter(is_ours).collect();
    assert_eq!(automatic.len(), emails.len());
    for task in automatic {
        assert!(text(task, "WhatId").starts_with("006") && task["Demo_Key__c"].is_null());
        assert!(text(task, "WhoId").starts_with("003"), "{task}");
    }
}

/// Lets us see and fill a field.
fn show(org: &Served, field: &str) {
    let set = org.create("PermissionSet", &json!({"Name": "Shown", "Label": "Shown"}));
    let (object, _) = field.split_once('.').unwrap();
    let shown = json!({"ParentId": set, "SobjectType": object, "Field": field,
        "PermissionsRead": true, "PermissionsEdit": true});
    org.create("FieldPermissions", &shown);
    let us = "SELECT Id FROM User WHERE Username = 'morgan.hale@larkfield.example'";
    let us = org.ids(us).remove(0);
    org.create(
        "PermissionSetAssignment",
        &json!({"PermissionSetId": set, "AssigneeId": us}),
    );
}

#[test]
fn a_field_of_the_orgs_own_is_put_right_and_any_other_makes_it_anew() {
    let env = story("");
    let field = json!({"label": "Mood", "type": "Text", "length": 40});
    env.in_org(|org| {
        let definition = json!({"FullName": "EmailMessage.Mood__c", "Metadata": field});
        org.define("CustomField", &definition);
        show(org, "EmailMessage.Mood__c");
    });
    let manifest = env.read("demo.yaml");
    env.write(
        "demo.yaml",
        &format!("{manifest}fields:\n  EmailMessage:\n    Mood__c: good\n"),
    );
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| {
        let emails = org.ids(OURS);
        org.update("EmailMessage", &emails[0], &json!({"Mood__c": "bad"}));
        // That nobody sees it in the org's tasks any more is not our business.
        let task = text(&org.query(OURS)[1], "ActivityId").to_owned();
        org.delete("Task", &task);
    });
    let plan = env.plan("");
    assert_eq!(
        (plan.summary(), plan.fields()),
        (vec!["update EmailMessage: 1".to_owned()], vec!["Mood__c"])
    );
    assert_eq!(plan.0[0].reason, "drift");
    env.apply();
    env.nothing_to_do();
    // What was written once stays, but for fields of the org's own.
    env.edit("Mood__c: good", "Mood__c: better");
    assert_eq!(env.plan("").actions(), ["update"]);
}

#[test]
fn a_deleted_email_comes_back_with_what_answers_it() {
    let env = story("");
    env.apply();
    let deleted = env.in_org(|org| {
        let answered = org.query("SELECT ReplyToEmailMessageId FROM EmailMessage WHERE ReplyToEmailMessageId != null ORDER BY Id LIMIT 1");
        let id = text(&answered[0], "ReplyToEmailMessageId").to_owned();
        org.delete("EmailMessage", &id);
        id
    });
    let plan = env.plan("");
    let reasons = |action: &str| -> Vec<_> {
        let of = plan.0.iter().filter(|change| change.action == action);
        of.map(|change| change.reason.clone()).collect()
    };
    assert_eq!(reasons("create"), ["vanished"], "{deleted}");
    assert!(!reasons("replace").is_empty());
    assert!(
        reasons("replace")
            .iter()
            .all(|reason| reason == "reference_changed")
    );
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| check_tasks(org, &org.query(OURS)));
}

#[test]
fn a_moved_story_writes_its_emails_anew() {
    let env = story("");
    let before = env.export_of_a_new_org();
    env.run("apply -y --as-of 2026-11-05").exits(0);
    let first = env.in_org(|org| org.query(OURS).len());
    let plan = env.plan("--as-of 2026-11-19");
    assert!(
        plan.of("EmailMessage")
            .all(|email| email.action == "replace")
    );
    assert!(plan.of("Event").all(|event| event.action == "update"));
    env.run("plan --as-of 2026-11-19")
        .exits(0)
        .says("anchor moved");
    env.run("apply -y --as-of 2026-11-19").exits(0);
    env.nothing_to_do();
    env.in_org(|org| {
        let emails = org.query(OURS);
        assert_eq!(emails.len(), first);
        check_tasks(org, &emails);
    });
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn tasks_and_emails_take_each_others_place() {
    for options in ["", "--feature email-tasks-stay"] {
        let env = TestEnv::new();
        env.run(&format!("org reset {options}")).exits(0);
        let before = env.export_of_a_new_org();
        env.apply();
        let as_tasks = env.plan("--destroy").summary();
        env.edit("activity:\n", "activity:\n  email_object: email_message\n");
        let plan = env.plan("");
        let replaced = plan
            .of("EmailMessage")
            .all(|email| email.action == "replace");
        assert!(
            replaced && plan.of("Task").count() == 0,
            "{:?}",
            plan.summary()
        );
        env.apply();
        env.nothing_to_do();
        env.in_org(|org| {
            let emails = "SELECT Id FROM Task WHERE TaskSubtype = 'Email' AND Demo_Key__c != null";
            assert!(org.ids(emails).is_empty());
            check_tasks(org, &org.query(OURS));
        });
        env.edit("email_object: email_message", "email_object: task");
        env.apply();
        env.nothing_to_do();
        assert_eq!(env.plan("--destroy").summary(), as_tasks);
        env.in_org(|org| assert!(org.ids("SELECT Id FROM EmailMessage").is_empty()));
        env.run("destroy -y").exits(0);
        assert_eq!(env.export(), before, "{options}");
    }
}

/// The task is the org's own, and what it refuses to let go of keeps its email.
#[test]
fn an_email_whose_task_may_not_be_deleted_stays_until_it_may() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    env.edit("activity:\n", "activity:\n  email_object: email_message\n");
    let census = || {
        (
            served.ids("SELECT Id FROM Task"),
            served.ids("SELECT Id FROM EmailMessage"),
        )
    };
    let before = census();
    env.apply();
    let during = census();
    served.script(
        "version: 1\nrules:\n  - when: {object: Task}\n    \
         reject_rows: {code: INSUFFICIENT_ACCESS_OR_READONLY, message: Tasks stay}\n",
    );
    env.run("destroy -y").exits(3).says("Tasks stay");
    let (_, emails) = census();
    assert_eq!(emails, during.1);
    served.end_script();
    check_tasks(&served, &served.query(OURS));
    env.run("destroy -y").exits(0);
    assert_eq!(census(), before);
    env.run("plan --destroy").exits(0).says("No changes.");
}

#[test]
fn lost_state_is_found_by_keys_whatever_the_emails_are() {
    let env = story("");
    let before = env.export_of_a_new_org();
    env.apply();
    std::fs::remove_file(env.state_file()).unwrap();
    env.edit("email_object: email_message", "email_object: task");
    env.run("apply -y --adopt").exits(0);
    env.nothing_to_do();
    env.in_org(|org| assert!(org.ids("SELECT Id FROM EmailMessage").is_empty()));
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn without_keys_a_task_of_the_orgs_is_nobodys() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &["--bare"]);
    let env = TestEnv::against(&served);
    env.edit("activity:\n", "activity:\n  email_object: email_message\n");
    let census = || {
        (
            served.ids("SELECT Id FROM Task"),
            served.ids("SELECT Id FROM EmailMessage"),
        )
    };
    let before = census();
    env.apply();
    env.nothing_to_do();
    assert!(served.ids("SELECT Id FROM EmailMessage").len() > 5);
    env.run("destroy -y").exits(0);
    assert_eq!(census(), before);
}

#[test]
fn a_prepared_org_takes_keys_on_emails() {
    let env = story("--bare");
    env.run("org prepare -y").exits(0);
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| {
        let keyless = "SELECT Id FROM EmailMessage WHERE Demo_Key__c = null OR Demo_Run__c = null";
        assert!(org.ids(keyless).is_empty());
        assert!(!org.query(OURS).is_empty());
    });
}

#[test]
fn an_org_without_emails_refuses_them_before_the_first_write() {
    let env = story("--without enhanced-email");
    let before = env.export();
    let refused = env.run("apply -y").exits(65);
    refused
        .says("activity.email_object")
        .says("Enhanced Email")
        .says("email_object: task");
    assert_eq!(env.export(), before);
    env.run("doctor --json")
        .says("Enhanced Email seems to be off");
    env.edit("email_object: email_message", "email_object: task");
    env.apply();
    env.nothing_to_do();
    env.run("org prepare").exits(0);
}

#[test]
fn doctor_says_that_nothing_is_sent() {
    let env = story("");
    env.run("doctor --json")
        .exits(0)
        .says("creating them sends nothing");
    env.run("doctor --probe").says("email: would be taken");
}
