//! What others do to our records, and what is made of it.

use serde_json::json;

use crate::env::TestEnv;

#[test]
fn an_edited_subject_is_put_right() {
    let env = TestEnv::new();
    env.apply();
    let id = env.in_org(|org| {
        let id = org
            .ids("SELECT Id FROM Event WHERE Demo_Key__c != null ORDER BY Id")
            .remove(0);
        org.update("Event", &id, &json!({"Subject": "Lunch"}));
        id
    });
    let plan = env.plan("");
    assert_eq!(plan.summary(), ["update Event: 1"]);
    let [change] = &plan.0[..] else {
        unreachable!("there is one")
    };
    assert_eq!(
        (change.id.as_deref(), &*change.reason),
        (Some(&*id), "drift")
    );
    assert_eq!(plan.fields(), ["Subject"]);
    assert_eq!(change.fields[0].before, "Lunch");
    env.run("plan")
        .exits(0)
        .says("Lunch")
        .says("changed outside");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_field_that_is_not_ours_may_be_anything() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let id = org
            .ids("SELECT Id FROM Task WHERE Demo_Key__c != null ORDER BY Id")
            .remove(0);
        org.update("Task", &id, &json!({"CallDisposition": "Left a message"}));
    });
    env.nothing_to_do();
}

#[test]
fn a_deleted_event_is_made_again_with_its_attendees() {
    let env = TestEnv::new();
    env.run("org reset --without shared-activities").exits(0);
    env.apply();
    let managed = env.plan("--destroy");
    let attendee = managed
        .of("EventRelation")
        .next()
        .expect("somebody attends");
    let (meeting, _) = attendee.address.split_once("/attendee").unwrap();
    let event = managed
        .of("Event")
        .find(|event| event.address == meeting)
        .unwrap();
    env.in_org(|org| org.delete("Event", event.id.as_deref().unwrap()));

    let plan = env.plan("");
    let (made, others): (Vec<_>, Vec<_>) = plan
        .0
        .iter()
        .partition(|change| change.address.starts_with(meeting));
    assert_eq!(made.len(), 2, "{made:?}");
    assert!(
        made.iter().all(|change| change.action == "create"),
        "{made:?}"
    );
    assert_eq!(
        (&*made[0].reason, made[0].generation),
        ("vanished", 2),
        "no key is used twice"
    );
    // Answers that cite the meeting learn its new id, and nothing else happens.
    for change in others {
        assert_eq!(change.reason, "reference_changed", "{change:?}");
    }
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_record_that_lost_its_key_is_not_ours_any_more() {
    let env = TestEnv::new();
    env.apply();
    let id = env.in_org(|org| {
        // Of ours, its contact would be kept for the sake of the task.
        let of_theirs = "SELECT Id FROM Task WHERE Demo_Key__c != null \
                         AND WhoId IN (SELECT Id FROM Contact WHERE Demo_Key__c = null) ORDER BY Id";
        let id = org.ids(of_theirs).remove(0);
        org.update(
            "Task",
            &id,
            &json!({"Demo_Key__c": "somebody-elses", "Subject": "Mine now"}),
        );
        id
    });
    let plan = env.plan("");
    assert!(
        plan.0.iter().all(|change| change.reason == "taken_over"),
        "{plan:?}"
    );
    assert!(
        plan.0.iter().all(|change| change.action == "create"),
        "{:?}",
        plan.summary()
    );
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    let left = env.in_org(|org| org.query(&format!("SELECT Subject FROM Task WHERE Id = '{id}'")));
    assert_eq!(left[0]["Subject"], "Mine now");
}

#[test]
fn what_somebody_else_put_right_is_only_noted() {
    let env = TestEnv::new();
    env.edit(
        "activity:\n",
        "activity:\n  subjects:\n    meetings: [First, Second, Third]\n",
    );
    env.apply();
    env.edit("[First, Second, Third]", "[One, Two, Three]");
    let wanted = env.plan("");
    assert_eq!(wanted.fields(), ["Subject"]);
    env.in_org(|org| {
        for change in &wanted.0 {
            let subject = json!({"Subject": change.fields[0].after});
            org.update(&change.object, change.id.as_deref().unwrap(), &subject);
        }
    });
    env.nothing_to_do();
    env.apply();
    env.nothing_to_do();
}

#[test]
fn without_refresh_the_org_is_not_looked_at() {
    let env = TestEnv::new();
    env.run("plan --refresh none")
        .exits(1)
        .says("--refresh none");
    env.apply();
    env.in_org(|org| {
        let id = org
            .ids("SELECT Id FROM Event WHERE Demo_Key__c != null ORDER BY Id")
            .remove(0);
        org.update("Event", &id, &json!({"Subject": "Lunch"}));
    });
    assert!(env.plan("--refresh none").is_empty());
    assert_eq!(env.plan("").summary(), ["update Event: 1"]);
    env.edit("past_max: 4", "past_max: 6");
    assert_eq!(env.plan("--refresh none").actions(), ["create"]);
}

#[test]
fn status_tells_what_others_changed() {
    let env = TestEnv::new();
    env.run("status").exits(0).says("Nothing was applied");
    env.apply();
    env.run("status")
        .exits(0)
        .says("Nothing was changed outside of demo-gen.");
    env.in_org(|org| {
        let ids = org.ids("SELECT Id FROM Event WHERE Demo_Key__c != null ORDER BY Id");
        org.update("Event", &ids[0], &json!({"Subject": "Lunch"}));
        org.delete("Event", &ids[1]);
    });
    let status = env.run("status").exits(0);
    assert!(!status.stdout.contains("Nothing was changed"), "{status}");
}

/// Adds a drift policy, applies, and lets somebody write another location and subject.
fn after_an_edit(policy: &str) -> TestEnv {
    let env = TestEnv::new();
    env.write(
        "demo.yaml",
        &format!("{}drift: {{{policy}}}\n", env.read("demo.yaml")),
    );
    env.apply();
    env.in_org(|org| {
        let id = org
            .ids("SELECT Id FROM Event WHERE Demo_Key__c != null ORDER BY Id")
            .remove(0);
        org.update(
            "Event",
            &id,
            &json!({"Subject": "Lunch", "Location": "Canteen"}),
        );
    });
    env
}

#[test]
fn a_field_may_be_left_to_others() {
    let env = after_an_edit("ignore: [Event.Location]");
    let plan = env.plan("");
    assert_eq!(
        (plan.summary(), plan.fields()),
        (vec!["update Event: 1".to_owned()], vec!["Subject"])
    );
    env.apply();
    env.nothing_to_do();
    let left = env.in_org(|org| org.query("SELECT Subject FROM Event WHERE Location = 'Canteen'"));
    assert_eq!(left.len(), 1);
    assert_ne!(left[0]["Subject"], "Lunch");
}

#[test]
fn a_field_may_be_written_once_and_never_again() {
    let env = after_an_edit("create_only: [Event.Location, Event.Subject, Task.Subject]");
    env.nothing_to_do();
    // The mails around a meeting are named after it.
    env.edit("activity:\n", "activity:\n  subjects: {meetings: [Call]}\n");
    env.nothing_to_do();
    assert_eq!(
        env.plan("").actions(),
        ["record"],
        "the state takes note that it was asked for"
    );
    env.apply();
    assert!(env.plan("").is_empty());
}
