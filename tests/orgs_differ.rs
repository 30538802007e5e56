//! Orgs differ: what an admin switched on, renamed or required.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::env::{Plan, Served, TestEnv};

/// The story in a new org with these features.
fn org(options: &str) -> TestEnv {
    let env = TestEnv::new();
    env.run(&format!("org reset {options}")).exits(0);
    env
}

/// Applies, finds nothing left to do, and leaves the org as it was.
#[track_caller]
fn goes_the_whole_way(env: &TestEnv) {
    let before = env.export();
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

/// Gives all contacts addresses at which somebody might read.
fn make_addresses_real(org: &Served) {
    for id in org.ids("SELECT Id FROM Contact") {
        let fields = json!({ "Email": format!("{id}@larkfield-customers.com") });
        org.update("Contact", &id, &fields);
    }
}

#[test]
fn people_are_related_to_meetings_and_not_invited() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let several = org.query("SELECT EventWhoIds FROM Event WHERE Demo_Key__c != null");
        let most = several
            .iter()
            .map(|event| event["EventWhoIds"].as_array().unwrap().len());
        assert!(most.max() > Some(1));
        let ours = "FROM EventRelation WHERE Event.Demo_Key__c != null";
        let invited = format!("SELECT RelationId {ours} AND IsInvitee = true");
        for invitee in org.query(&invited) {
            let id = invitee["RelationId"].as_str().unwrap();
            assert!(id.starts_with("005"), "a colleague, and no customer: {id}");
        }
        assert!(!org.query(&format!("SELECT Id {ours}")).is_empty());
        assert!(
            org.query("SELECT Id FROM Event WHERE Demo_Key__c != null AND IsReminderSet = true")
                .is_empty()
        );
    });
}

#[test]
fn a_contact_taken_off_a_meeting_is_drift() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let meetings =
            org.query("SELECT Id, WhoId, EventWhoIds FROM Event WHERE Demo_Key__c != null");
        let several =
            |event: &&serde_json::Value| event["EventWhoIds"].as_array().unwrap().len() > 1;
        let meeting = meetings.iter().find(several).unwrap();
        let alone = json!({ "EventWhoIds": [meeting["WhoId"]] });
        org.update("Event", meeting["Id"].as_str().unwrap(), &alone);
    });
    let plan = env.plan("");
    assert_eq!(plan.summary(), ["update Event: 1"]);
    assert_eq!(plan.fields(), ["EventWhoIds"]);
    assert_eq!(plan.0[0].reason, "drift");
    env.apply();
    env.nothing_to_do();
}

/// How many invitations go to contacts of the org: a person of ours has no id before he is made.
fn invitations_of_contacts(plan: &Plan) -> usize {
    let fields = plan
        .of("EventRelation")
        .flat_map(|change| &change.fields)
        .filter(|field| field.name == "RelationId");
    let is_contact = |id: &str| id.starts_with("003");
    fields
        .filter(|field| field.after.as_str().is_some_and(is_contact))
        .count()
}

#[test]
fn without_shared_activities_only_unreal_people_are_invited() {
    let env = org("--without shared-activities");
    let plan = env.plan("");
    assert!(invitations_of_contacts(&plan) > 0);
    assert!(!plan.fields().contains(&"EventWhoIds"));
    goes_the_whole_way(&env);

    env.in_org(make_addresses_real);
    env.run("plan")
        .exits(0)
        .says("people are not invited to meetings")
        .says("activity.invite_real: true");
    let plan = env.plan("");
    assert_eq!(invitations_of_contacts(&plan), 0);
    // Those whom we make have addresses at which nobody reads.
    assert!(plan.of("EventRelation").count() > 0);
    goes_the_whole_way(&env);

    env.edit("activity:\n", "activity:\n  invite_real: true\n");
    assert!(invitations_of_contacts(&env.plan("")) > 0);
    goes_the_whole_way(&env);
}

#[test]
fn an_org_is_served_with_the_features_that_it_has() {
    let env = org("--without shared-activities");
    let served = Served::start(&env, &["--without", "shared-activities"]);
    assert!(served.query("SELECT Id FROM EventRelation").is_empty());
    drop(served);
    let other = "org serve --listen 127.0.0.1:0 --feature record-types";
    env.run(other).exits(1).says("org reset --feature");
}

/// Puts these lines at the end of the manifest.
fn add(env: &TestEnv, lines: &str) {
    env.write("demo.yaml", &format!("{}{lines}", env.read("demo.yaml")));
}

#[test]
fn a_required_field_is_asked_for_before_the_first_write() {
    let env = org("--feature required-field");
    let before = env.export();
    let refused = env.run("apply -y").exits(1);
    refused
        .says("Event.Channel__c (picklist: Direct, Partner, Online)")
        .says("Task.Channel__c")
        .says("`fields: {Event:");
    assert_eq!(env.export(), before);
    add(
        &env,
        "fields:\n  Event: {Channel__c: Partner}\n  Task: {Channel__c: \"{% if contact.name %}Direct{% else %}Online{% endif %}\"}\n",
    );
    goes_the_whole_way(&env);
}

#[test]
fn fields_follow_their_templates() {
    let env = TestEnv::new();
    add(
        &env,
        "fields:\n  Event:\n    Type: \"{{ kind | title }}\"\n    IsPrivate: false\n  \
         Task:\n    CallObject: \"{{ account.name }} on {{ date }} by {{ owner.name }}\"\n    CallDisposition: 90\n",
    );
    env.apply();
    env.nothing_to_do();
    let ours = "WHERE Demo_Key__c != null";
    env.in_org(|org| {
        for event in org.query(&format!("SELECT Type FROM Event {ours}")) {
            assert_eq!(event["Type"], "Meeting");
        }
        let fields = "CallObject, CallDisposition, ActivityDate, Account.Name, Owner.Name";
        for task in org.query(&format!("SELECT {fields} FROM Task {ours}")) {
            let expect = format!(
                "{} on {} by {}",
                task["Account"]["Name"].as_str().unwrap(),
                task["ActivityDate"].as_str().unwrap(),
                task["Owner"]["Name"].as_str().unwrap()
            );
            assert_eq!(task["CallObject"], *expect);
            assert_eq!(task["CallDisposition"], "90");
        }
        // The org lives, and the story stays.
        for deal in org.ids("SELECT Id FROM Opportunity WHERE IsClosed = false") {
            org.update(
                "Opportunity",
                &deal,
                &json!({ "Amount": 5, "NextStep": "Call" }),
            );
        }
    });
    env.nothing_to_do();

    env.edit("CallDisposition: 90", "CallDisposition: 60");
    let plan = env.plan("");
    assert_eq!(
        (plan.actions(), plan.fields()),
        (vec!["update"], vec!["CallDisposition"])
    );
    env.edit("    CallDisposition: 60\n", "");
    let plan = env.plan("");
    assert_eq!(plan.fields(), ["CallDisposition"], "it is emptied");
    assert!(plan.0.iter().all(|change| change.fields[0].after.is_null()));
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
}

#[test]
fn people_and_accounts_that_are_made_have_their_fields_too() {
    let env = TestEnv::new();
    add(
        &env,
        "accounts: {create: {group: {name: Acme Group}}}\n\
         fields:\n  Account: {AccountSource: Web}\n  \
         Contact: {Description: \"{{ contact.first_name }} works for {{ account.name }}\"}\n",
    );
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| {
        let ours = "WHERE Demo_Key__c != null";
        let contacts = format!("SELECT FirstName, Account.Name, Description FROM Contact {ours}");
        for contact in org.query(&contacts) {
            let [first, account] = [&contact["FirstName"], &contact["Account"]["Name"]]
                .map(|text| text.as_str().unwrap());
            assert_eq!(
                contact["Description"],
                format!("{first} works for {account}")
            );
        }
        let accounts = org.query(&format!("SELECT AccountSource FROM Account {ours}"));
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0]["AccountSource"], "Web");
    });
    env.edit("AccountSource: Web", "AccountSource: Other");
    let plan = env.plan("");
    assert_eq!(
        (plan.actions(), plan.fields()),
        (vec!["update"], vec!["AccountSource"])
    );
    env.run("destroy -y").exits(0);
}

#[test]
fn a_field_that_does_not_fit_the_org_is_an_error_at_its_line() {
    let env = TestEnv::new();
    add(
        &env,
        "fields:\n  Event:\n    Regoin__c: West\n    ReminderDateTime: tomorrow\n    IsChild: true\n    EventSubtype: Sideways\n",
    );
    env.run("org reset").exits(0);
    let before = env.export();
    let plan = env.run("apply -y").exits(65);
    plan.says("demo.yaml:20:16")
        .says("fields.Event.Regoin__c: this org has no field Regoin__c on Event")
        .says("`tomorrow` is not a date with a time")
        .says("fields.Event.IsChild: Event.IsChild cannot be set")
        .says("`Sideways` is not one of: Event")
        .says("4 problems in demo.yaml");
    assert_eq!(env.export(), before);
}

#[test]
fn what_a_template_gives_must_fit_too() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    add(
        &env,
        "fields:\n  Event:\n    EventSubtype: \"{{ kind }}\"\n",
    );
    env.run("apply -y")
        .exits(65)
        .says("fields.Event.EventSubtype: `meeting` is not one of: Event")
        .says("for every record");
    assert_eq!(env.export(), before);
}

#[test]
fn record_types_go_by_either_name() {
    let env = org("--feature record-types");
    add(
        &env,
        "record_types: {Event: Customer Meeting, Task: Customer_Email}\n",
    );
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| {
        for (object, name) in [("Event", "Customer Meeting"), ("Task", "Customer Email")] {
            let ours = format!("SELECT RecordType.Name FROM {object} WHERE Demo_Key__c != null");
            let records = org.query(&ours);
            assert!(!records.is_empty());
            assert!(
                records
                    .iter()
                    .all(|record| record["RecordType"]["Name"] == name)
            );
        }
    });
    env.edit("Customer Meeting", "Internal_Meeting");
    assert_eq!(env.plan("").fields(), ["RecordTypeId"]);
    env.edit("Internal_Meeting", "Trade Fair");
    env.run("plan")
        .exits(65)
        .says("\"Trade Fair\" on Event is not available")
        .says("one of: Customer Meeting, Internal Meeting");
    env.edit("Trade Fair", "Lunch");
    env.run("plan")
        .exits(65)
        .says("no record type \"Lunch\" on Event");
}

#[test]
fn record_types_that_an_org_has_not_are_said_so() {
    let env = TestEnv::new();
    add(&env, "record_types: {Event: Customer Meeting}\n");
    env.run("plan")
        .exits(65)
        .says("Event has no record types that you can use");
}

#[test]
fn new_fields_need_a_look_at_the_org() {
    let env = TestEnv::new();
    env.apply();
    add(&env, "fields: {Event: {Type: Call}}\n");
    env.run("plan --refresh none")
        .exits(1)
        .says("--refresh full");
    env.apply();
    env.run("plan --refresh none --detailed-exitcode").exits(0);
}

#[test]
fn synchronised_calendars_need_to_be_accepted() {
    let env = org("--feature calendar-sync");
    let before = env.export();
    env.run("apply -y")
        .exits(7)
        .says("are synchronised with the org")
        .says("`calendar_sync: accepted`");
    assert_eq!(env.export(), before);
    env.edit(
        "settle_after: 0\n",
        "settle_after: 0\n  calendar_sync: accepted\n",
    );
    goes_the_whole_way(&env);
}

#[test]
fn meetings_of_the_past_reach_nobodys_calendar() {
    let env = org("--feature calendar-sync");
    env.edit("activity:\n", "activity:\n  future_days: 0\n");
    goes_the_whole_way(&env);
}

#[test]
fn a_customer_who_is_a_person_is_the_only_one_met() {
    let env = org("--feature person-accounts");
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| {
        let of_them = "WhatId IN (SELECT Id FROM Opportunity WHERE Account.IsPersonAccount = true)";
        let ours = format!("{of_them} AND Demo_Key__c != null");
        for object in ["Event", "Task"] {
            let people = org.query(&format!("SELECT Who.Name FROM {object} WHERE {ours}"));
            assert!(!people.is_empty());
            assert!(
                people
                    .iter()
                    .all(|record| record["Who"]["Name"] == "Ines Calloway")
            );
        }
    });
}

#[test]
fn a_deal_in_another_currency_is_as_large_as_its_worth() {
    let env = org("--feature multi-currency");
    let deals = env.in_org(|org| {
        let deals = org.ids(
            "SELECT Id FROM Opportunity WHERE IsClosed = false ORDER BY CreatedDate, Id LIMIT 6",
        );
        for deal in &deals {
            // About 10,000 dollars; as dollars it would be a strategic deal.
            let fields = json!({ "CurrencyIsoCode": "JPY", "Amount": 1_500_000 });
            org.update("Opportunity", deal, &fields);
        }
        deals
    });
    env.apply();
    env.nothing_to_do();
    let state = rusqlite::Connection::open(env.state_file()).unwrap();
    let mut pins = state
        .prepare("SELECT pins FROM roots WHERE pins LIKE '{\"deal\"%'")
        .unwrap();
    let pins: Vec<String> = pins
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let small = pins
        .iter()
        .filter(|pins| pins.contains("\"segment\":\"small\""))
        .count();
    assert_eq!((pins.len(), small), (deals.len(), deals.len()), "{pins:?}");
}

/// Where the accounts are that an apply has read, each place once.
fn places(env: &TestEnv) -> Vec<String> {
    env.in_org(|org| {
        let americans = "SELECT Id FROM Account WHERE BillingCountry = 'United States'";
        for id in org.ids(americans) {
            org.update("Account", &id, &json!({ "BillingState": "Ohio" }));
        }
    });
    env.apply();
    let state = rusqlite::Connection::open(env.state_file()).unwrap();
    let snapshot = "SELECT body FROM snapshot WHERE name = 'inventory'";
    let snapshot: String = state.query_row(snapshot, [], |row| row.get(0)).unwrap();
    let inventory: serde_json::Value = serde_json::from_str(&snapshot).unwrap();
    let accounts = inventory["accounts"].as_object().unwrap().values();
    let place = |account: &serde_json::Value| {
        let parts = [&account["country"], &account["state"]];
        parts.map(|part| part.as_str().unwrap_or("-")).join(" ")
    };
    let places: BTreeSet<String> = accounts.map(place).collect();
    places.into_iter().collect()
}

#[test]
fn where_accounts_are_is_read_as_codes_where_there_are_codes() {
    let texts = places(&TestEnv::new());
    assert_eq!(
        texts,
        [
            "Germany -",
            "Japan -",
            "United Kingdom -",
            "United States Ohio"
        ]
    );
    let env = org("--feature country-picklists");
    assert_eq!(places(&env), ["DE -", "GB -", "JP -", "US OH"]);
    env.run("doctor").exits(0).says("codes are used");
    env.nothing_to_do();
}

/// Where the accounts that we make are: as the manifest says it, and as this org then shows it.
#[track_caller]
fn check_made_in(env: &TestEnv, (country, state): (&str, &str), expect: &Json) {
    let line = format!("  create: {{made: {{name: Made, country: {country}, state: {state}}}}}\n");
    env.edit("activity:\n", &format!("accounts:\n{line}activity:\n"));
    env.apply();
    env.nothing_to_do();
    let soql = "SELECT FIELDS(STANDARD) FROM Account WHERE Name = 'Made' LIMIT 1";
    let made = env.in_org(|org| org.query(soql).remove(0));
    let names = ["Country", "CountryCode", "State", "StateCode"];
    let places = names.map(|name| made[format!("Billing{name}")].clone());
    assert_eq!(json!(places), *expect, "{country} {state}");
}

#[test]
fn an_account_is_made_where_the_manifest_says_by_code_or_by_name() {
    let codes = || org("--feature country-picklists");
    let ohio = json!(["United States", "US", "Ohio", "OH"]);
    check_made_in(&codes(), ("USA", "Ohio"), &ohio);
    check_made_in(&codes(), ("US", "OH"), &ohio);
    let texts = json!(["Germany", null, "Bavaria", null]);
    check_made_in(&TestEnv::new(), ("Germany", "Bavaria"), &texts);
}

#[test]
fn a_country_that_the_org_does_not_list_is_an_error_of_the_manifest() {
    let env = org("--feature country-picklists");
    let create = "accounts:\n  create:\n    made: {name: Made, country: Atlantis}\n";
    env.edit("activity:\n", &format!("{create}activity:\n"));
    let before = env.export();
    env.run("apply -y")
        .exits(65)
        .says("accounts.create.made.country")
        .says("this org's lists have no country \"Atlantis\"");
    assert_eq!(env.export(), before);
}

#[test]
fn what_a_duplicate_rule_holds_up_is_saved_on_request() {
    let host = TestEnv::empty();
    host.write(
        "rules.yaml",
        "version: 1\nrules:\n  - when: {object: Task}\n    reject_rows: {code: DUPLICATES_DETECTED}\n",
    );
    let served = Served::start(&host, &["--fault", "rules.yaml"]);
    let env = TestEnv::against(&served);
    env.run("apply -y")
        .exits(3)
        .says("DUPLICATES_DETECTED")
        .says("`salesforce.allow_duplicates: true`");
    let emails = "SELECT Id FROM Task WHERE Demo_Key__c != null";
    assert!(served.query(emails).is_empty());
    env.edit(
        "settle_after: 0\n",
        "settle_after: 0\n  allow_duplicates: true\n",
    );
    env.apply();
    env.nothing_to_do();
    assert!(!served.query(emails).is_empty());
}

#[test]
fn duplicate_rules_are_told_of() {
    let env = org("--feature duplicate-rules");
    env.run("doctor")
        .exits(0)
        .says("active: Account: Standard Account");
    goes_the_whole_way(&env);
}
