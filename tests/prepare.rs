//! `org prepare`: an org gets what demo-gen can use, and is rid of it again.

use serde_json::{Value as Json, json};

use crate::env::{Served, TestEnv, files};

/// What describe shows of an object; nothing where it has none for us.
fn fields(served: &Served, object: &str) -> Option<Vec<String>> {
    let described = served.get(&format!("sobjects/{object}/describe"));
    let fields = described["fields"].as_array()?;
    let name = |field: &Json| field["name"].as_str().unwrap().to_owned();
    Some(fields.iter().map(name).collect())
}

fn shows(served: &Served, object: &str, field: &str) -> bool {
    fields(served, object).is_some_and(|fields| fields.iter().any(|name| name == field))
}

#[test]
fn the_whole_way_from_a_bare_org_and_back() {
    let host = TestEnv::empty();
    let served = Served::start(&host, &["--bare"]);
    let env = TestEnv::against(&served);
    env.run("plan").exits(0).says("`demo-gen org prepare`");
    let strict = TestEnv::against(&served);
    strict.edit("seed: 7\n", "seed: 7\n  idempotency_mode: tag\n");
    strict.run("plan").exits(1).says("`demo-gen org prepare`");

    env.run("org prepare")
        .exits(4)
        .says("+ Activity.Demo_Key__c");
    assert!(!shows(&served, "Event", "Demo_Key__c"));
    env.run("org prepare -y").exits(0).says("Prepare complete!");
    for (object, field) in [
        ("Event", "Demo_Key__c"),
        ("Task", "Demo_Run__c"),
        ("OpportunityContactRole", "Demo_Key__c"),
        ("Demo_Pack__c", "Lease_Until__c"),
        ("Demo_Scorecard_Answer__c", "Demo_Key__c"),
    ] {
        assert!(shows(&served, object, field), "{object}.{field}");
    }
    env.run("org prepare").exits(0).says("Nothing to do.");

    strict.apply();
    strict.nothing_to_do();
    assert_eq!(
        served
            .ids("SELECT Id FROM Event WHERE Demo_Key__c = null AND Demo_Run__c != null")
            .len(),
        0
    );
    strict
        .run("org prepare --remove -y")
        .exits(7)
        .says("demo-gen destroy");
    strict.run("destroy -y").exits(0);
    strict
        .run("org prepare --remove -y")
        .exits(0)
        .says("Removal complete!");
    assert!(!shows(&served, "Event", "Demo_Key__c"));
    assert_eq!(fields(&served, "Demo_Pack__c"), None);
    env.run("org prepare --remove -y")
        .exits(0)
        .says("Nothing to do.");
    // Once more, on the names that were removed.
    env.run("org prepare -y").exits(0);
    strict.apply();
    strict.nothing_to_do();
}

#[test]
fn the_embedded_org_of_a_manifest_can_be_prepared() {
    let env = TestEnv::new();
    env.run("org prepare").exits(0).says("Nothing to do.");
    env.run("org reset --bare").exits(0);
    env.run("org prepare -y").exits(0);
    env.apply();
    env.nothing_to_do();
    assert!(env.export()["Event.csv"].contains("ev-"));
}

#[test]
fn another_tag_field_is_made_beside_the_first() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    env.run("org prepare -y").exits(0);
    env.edit("seed: 7\n", "seed: 7\n  run_tag_field: Made_By__c\n");
    let run = env.run("org prepare -y").exits(0);
    run.says("+ Activity.Made_By__c");
    assert!(!run.stdout.contains("Demo_Key__c"), "{run}");
    env.edit("  run_tag_field: Made_By__c\n", "");
    env.run("org prepare").exits(0).says("Nothing to do.");
}

#[test]
fn what_is_there_in_another_form_is_left_as_it_is() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    let field = json!({
        "FullName": "Contact.Demo_Key__c",
        "Metadata": {"label": "Demo Key", "type": "Text", "length": 20},
    });
    env.in_org(|org| org.define("CustomField", &field));
    let run = env.run("org prepare -y").exits(1);
    run.says("Contact.Demo_Key__c").says("it is Text(20)");
    env.run("org prepare").exits(1).says("Nothing to do");
    env.in_org(|org| {
        assert!(shows(org, "Account", "Demo_Key__c"));
        let described = org.get("sobjects/Contact/describe");
        let fields = described["fields"].as_array().unwrap();
        let key = fields.iter().find(|field| field["name"] == "Demo_Key__c");
        assert_eq!(key.unwrap()["length"], 20);
    });
}

#[test]
fn what_is_there_and_hidden_is_only_shown() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    env.run("org prepare -y").exits(0);
    env.in_org(|org| {
        let assignments =
            "SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Demo_Gen'";
        org.delete("PermissionSetAssignment", &org.ids(assignments)[0]);
        assert!(!shows(org, "Event", "Demo_Key__c"));
    });
    let run = env.run("org prepare -y").exits(0);
    run.says("~ Activity.Demo_Key__c");
    assert!(!run.stdout.contains("  + "), "{run}");
    env.run("org prepare").exits(0).says("Nothing to do.");
}

#[test]
fn keys_are_taken_away_only_when_told() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    env.run("org prepare -y").exits(0);
    env.apply();
    let refused = env.run("org prepare --remove -y").exits(7);
    refused
        .says("records stay, and lose their keys")
        .says("records go with it");
    env.run("org prepare --remove --force -y").exits(0);
    let exported = env.export();
    assert!(!exported["Event.csv"].contains("Demo_Key__c"));
    assert!(!exported.contains_key("Demo_Scorecard__c.csv"));
}

#[test]
fn it_tells_programs_what_it_found() {
    let env = TestEnv::new();
    env.run("org reset --bare").exits(0);
    env.run("org prepare --json")
        .exits(64)
        .says("--auto-approve");
    let run = env.run("org prepare --json -y").exits(0);
    let told: Json = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["prepared"], true);
    let components = told["components"].as_array().unwrap();
    let is_ready = |component: &Json| component["status"] == "ready";
    assert!(
        components.len() > 40 && components.iter().all(is_ready),
        "{run}"
    );
}

#[test]
fn an_admin_gets_files_without_any_org() {
    let env = TestEnv::new();
    env.edit("embedded", "https://nobody.example");
    env.run("org prepare --out meta")
        .exits(0)
        .says("sf project deploy start --metadata-dir meta");
    let package = env.read("meta/package.xml");
    for member in [
        "Activity.Demo_Key__c",
        "Activity.Demo_Run__c",
        "Demo_Pack__c",
        "Demo_Gen",
    ] {
        assert!(
            package.contains(&format!("<members>{member}</members>")),
            "{member}"
        );
    }
    assert!(package.contains("<version>67.0</version>"));
    assert_eq!(files(&env.path("meta/objects")).len(), 7);
    // An org without Enhanced Email would refuse all of it.
    assert!(!package.contains("EmailMessage"));
    env.run("org prepare --remove --out gone").exits(0);
    assert!(
        env.read("gone/destructiveChanges.xml")
            .contains("<members>Demo_Pack__c</members>")
    );
    assert!(!env.read("gone/package.xml").contains("members"));
    env.edit("activity:\n", "activity:\n  email_object: email_message\n");
    env.run("org prepare --out meta").exits(0);
    let package = env.read("meta/package.xml");
    assert!(package.contains("<members>EmailMessage.Demo_Key__c</members>"));
    assert_eq!(files(&env.path("meta/objects")).len(), 8);
}
