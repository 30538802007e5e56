//! The org lives, and the story stays: what people change in their deals rewrites nothing.

use serde_json::{Value as Json, json};

use crate::env::{Served, TestEnv};

/// Applies, lets somebody work in the org, and expects no change of any activity.
#[track_caller]
fn check_story_stays(work: impl FnOnce(&Served, &Json)) {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let covered = "SELECT Id, AccountId, StageName FROM Opportunity \
                       WHERE IsClosed = FALSE ORDER BY CreatedDate, Id LIMIT 1";
        work(org, &org.query(covered)[0]);
    });
    env.nothing_to_do();
}

/// Whether it is still to come: a meeting, not the mail that invites to it, or something to do.
fn is_ahead(address: &str) -> bool {
    let path: Vec<_> = address.split('/').skip(1).collect();
    matches!(path[..], ["meeting", "future", _] | ["todo", _])
}

fn id<'a>(record: &'a Json, field: &str) -> &'a str {
    record[field].as_str().unwrap()
}

#[test]
fn a_stage_that_moves_on() {
    check_story_stays(|org, deal| {
        assert_ne!(deal["StageName"], "Proposal/Price Quote");
        let fields = json!({"StageName": "Proposal/Price Quote"});
        org.update("Opportunity", id(deal, "Id"), &fields);
    });
}

#[test]
fn an_amount_that_is_edited() {
    check_story_stays(|org, deal| {
        org.update("Opportunity", id(deal, "Id"), &json!({"Amount": 9_000_000}));
    });
}

#[test]
fn a_contact_that_is_added() {
    check_story_stays(|org, deal| {
        let fields = json!({
            "LastName": "Abara",
            "Title": "Chief Executive Officer",
            "AccountId": deal["AccountId"],
        });
        org.create("Contact", &fields);
    });
}

#[test]
fn titles_that_change() {
    check_story_stays(|org, deal| {
        let account = id(deal, "AccountId");
        let contacts = org.ids(&format!(
            "SELECT Id FROM Contact WHERE AccountId = '{account}' AND Demo_Key__c = NULL"
        ));
        assert!(!contacts.is_empty());
        for contact in contacts {
            org.update("Contact", &contact, &json!({"Title": "Head of Everything"}));
        }
    });
}

#[test]
fn a_close_date_that_slips() {
    check_story_stays(|org, deal| {
        org.update(
            "Opportunity",
            id(deal, "Id"),
            &json!({"CloseDate": "2027-03-31"}),
        );
    });
}

#[test]
fn a_new_owner_changes_what_is_ahead_only() {
    let env = TestEnv::new();
    env.apply();
    let deal = env.in_org(|org| {
        let open = "SELECT Id, OwnerId FROM Opportunity \
                    WHERE IsClosed = FALSE ORDER BY CreatedDate, Id LIMIT 1";
        let deal = org.query(open).remove(0);
        let owner = id(&deal, "OwnerId");
        let others = format!(
            "SELECT Id FROM User WHERE IsActive = TRUE AND Id != '{owner}' ORDER BY Id DESC"
        );
        let fields = json!({"OwnerId": org.ids(&others)[0]});
        org.update("Opportunity", id(&deal, "Id"), &fields);
        id(&deal, "Id").to_owned()
    });
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["update"], "{:?}", plan.summary());
    for change in &plan.0 {
        assert!(change.address.starts_with(&deal), "{}", change.address);
        assert!(is_ahead(&change.address), "{}", change.address);
    }
    assert!(plan.of("Event").next().is_some(), "{:?}", plan.summary());
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_deal_that_is_deleted_takes_its_records_along_and_changes_no_others() {
    let env = TestEnv::new();
    env.apply();
    let deal = env.in_org(|org| {
        let open =
            "SELECT Id FROM Opportunity WHERE IsClosed = FALSE ORDER BY CreatedDate, Id LIMIT 1";
        let deal = org.ids(open).remove(0);
        org.delete("Opportunity", &deal);
        deal
    });
    let plan = env.plan("--accept-vanished");
    for change in plan
        .0
        .iter()
        .filter(|change| change.address.starts_with(&deal))
    {
        assert!(
            ["forget", "delete"].contains(&&*change.action),
            "{change:?}"
        );
    }
    let others = plan
        .0
        .iter()
        // Whom it alone had made goes too.
        .filter(|change| !change.address.starts_with(&deal) && change.object != "Contact");
    let roots: std::collections::BTreeSet<_> = others
        .map(|change| {
            assert_eq!(change.action, "create", "{change:?}");
            &change.address[..18]
        })
        .collect();
    assert_eq!(roots.len(), 1, "the place goes to the next deal: {roots:?}");
    env.run("apply -y --accept-vanished").exits(0);
    env.nothing_to_do();
}

#[test]
fn an_owner_who_leaves_keeps_what_was_held() {
    let env = TestEnv::new();
    env.apply();
    let owner = env.in_org(|org| {
        let open = "SELECT OwnerId FROM Opportunity \
                    WHERE IsClosed = FALSE ORDER BY CreatedDate, Id LIMIT 1";
        let owner = id(&org.query(open).remove(0), "OwnerId").to_owned();
        org.update("User", &owner, &json!({"IsActive": false}));
        owner
    });
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["update"], "{:?}", plan.summary());
    assert!(plan.of("Event").next().is_some(), "{:?}", plan.summary());
    for change in &plan.0 {
        assert!(is_ahead(&change.address), "{}", change.address);
    }
    env.apply();
    env.nothing_to_do();
    // One more past meeting of each deal goes to whoever stands in, for he cannot get any.
    let before =
        env.in_org(|org| org.ids(&format!("SELECT Id FROM Event WHERE OwnerId = '{owner}'")));
    env.edit("past_max: 4", "past_max: 9");
    env.apply();
    env.nothing_to_do();
    let after =
        env.in_org(|org| org.ids(&format!("SELECT Id FROM Event WHERE OwnerId = '{owner}'")));
    assert_eq!(after, before);
}
