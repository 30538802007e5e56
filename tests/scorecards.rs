//! Scorecards: by whose template, and where they are written.

use serde_json::{Value as Json, json};

use crate::env::TestEnv;

const OURS: &str = "\
name: Our Way
scale: {max: 5}
elements:
- {key: pain, name: Pain, weight: 2, questions: [What breaks today?]}
- {key: why_now, name: Why now, about: champion, questions: [Why now?, Why us?]}
";

/// Adds lines under `scorecards`, which the example has.
fn with(env: &TestEnv, lines: &str) {
    let manifest = env.read("demo.yaml");
    env.write("demo.yaml", &format!("{manifest}scorecards:\n{lines}"));
}

/// Custom fields of opportunities, in an org that is about to lend them.
fn define(env: &TestEnv, fields: &[(&str, Json)]) {
    env.in_org(|org| {
        for (name, metadata) in fields {
            let mut metadata = metadata.clone();
            metadata["label"] = json!(name);
            let name = format!("Opportunity.{name}__c");
            org.define(
                "CustomField",
                &json!({ "FullName": name, "Metadata": metadata }),
            );
        }
        // A new field is seen by nobody yet.
        let set = org.create("PermissionSet", &json!({ "Name": "Seen", "Label": "Seen" }));
        for (name, _) in fields {
            let field = format!("Opportunity.{name}__c");
            let grant = json!({
                "ParentId": set, "SobjectType": "Opportunity", "Field": field,
                "PermissionsRead": true, "PermissionsEdit": true,
            });
            org.create("FieldPermissions", &grant);
        }
        for user in org.ids("SELECT Id FROM User WHERE IsActive = TRUE") {
            let assigned = json!({ "AssigneeId": user, "PermissionSetId": set });
            org.create("PermissionSetAssignment", &assigned);
        }
    });
}

fn text(length: u32) -> Json {
    json!({ "type": "Text", "length": length })
}

fn colours(values: &[&str]) -> Json {
    let value = |name: &&str| json!({ "fullName": name, "label": name, "default": false });
    let values: Vec<_> = values.iter().map(value).collect();
    let definition = json!({ "sorted": false, "value": values });
    json!({ "type": "Picklist", "valueSet": { "restricted": true, "valueSetDefinition": definition } })
}

fn to_a_contact() -> Json {
    json!({ "type": "Lookup", "referenceTo": "Contact", "relationshipName": "Buyers" })
}

#[test]
fn a_template_of_ones_own_is_asked_like_any_other() {
    let env = TestEnv::new();
    env.write("ours.yaml", OURS);
    with(&env, "  templates: [ours.yaml, bant]\n");
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| {
        let cards = org.query("SELECT Framework__c, Max_Score__c, Rating__c FROM Demo_Scorecard__c");
        let ours = |card: &&Json| card["Framework__c"] == "Our Way";
        assert_eq!(cards.iter().filter(ours).count() * 2, cards.len());
        assert!(cards.iter().filter(ours).all(|card| card["Max_Score__c"] == 15.0));
        let answers = org.query(
            "SELECT Question__c, Answer__c, Score__c, Status__c, Evidence_Activity_Id__c, Evidence_Summary__c \
             FROM Demo_Scorecard_Answer__c WHERE Question_Key__c = 'why_now'",
        );
        for answer in answers {
            assert_eq!(answer["Question__c"], "Why now? Why us?");
            let is_open = answer["Status__c"] == "Unknown";
            for field in ["Answer__c", "Evidence_Activity_Id__c", "Evidence_Summary__c"] {
                assert_eq!(answer[field].is_null(), is_open, "{answer}");
            }
        }
    });
    // What the file says is part of what is asked for.
    env.write("ours.yaml", &OURS.replace("Why us?", "Why us, of all?"));
    let plan = env.plan("");
    assert_eq!(plan.fields(), ["Question__c", "Template_Version__c"]);
    env.write("ours.yaml", &OURS.replace("weight", "weigth"));
    env.run("plan")
        .exits(65)
        .says("`ours.yaml` is not a template")
        .says("ours.yaml:4:")
        .says("did you mean `weight`?");
    env.run("destroy -y").exits(65);
}

#[test]
fn fields_of_the_opportunity_are_lent_for_its_scorecards() {
    let env = TestEnv::new();
    define(
        &env,
        &[
            (
                "Metrics",
                json!({ "type": "LongTextArea", "length": 4000, "visibleLines": 3 }),
            ),
            ("Pain", text(100)),
            ("Economic_Buyer", to_a_contact()),
            ("Metrics_Status", colours(&["Red", "Yellow", "Green"])),
            (
                "MEDDICC_Score",
                json!({ "type": "Number", "precision": 5, "scale": 1 }),
            ),
        ],
    );
    let before = env.unstamped();
    with(
        &env,
        "  target: fields\n  mapping:\n    metrics: Metrics__c\n    pain: Pain__c\n    \
         economic_buyer: Economic_Buyer__c\n    metrics.status: Metrics_Status__c\n    \
         total: MEDDICC_Score__c\n",
    );
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| {
        assert!(org.ids("SELECT Id FROM Demo_Scorecard__c").is_empty());
        let deals = org.query(
            "SELECT Metrics__c, Pain__c, Economic_Buyer__r.AccountId, AccountId, \
             Metrics_Status__c, MEDDICC_Score__c FROM Opportunity WHERE MEDDICC_Score__c != NULL",
        );
        assert!(deals.len() > 3, "{}", deals.len());
        for deal in &deals {
            assert_eq!(
                deal["Metrics__c"].is_null(),
                deal["Metrics_Status__c"].is_null(),
                "{deal}"
            );
            let buyer = &deal["Economic_Buyer__r"];
            assert!(
                buyer.is_null() || buyer["AccountId"] == deal["AccountId"],
                "{deal}"
            );
            assert!((0.0..=27.0).contains(&deal["MEDDICC_Score__c"].as_f64().unwrap()));
        }
        assert!(
            deals
                .iter()
                .any(|deal| !deal["Economic_Buyer__r"].is_null())
        );
        assert!(deals.iter().any(|deal| !deal["Pain__c"].is_null()));
    });
    env.run("destroy -y").exits(0);
    let after = env.unstamped();
    let differing: Vec<_> = after.symmetric_difference(&before).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn a_field_that_cannot_hold_what_it_is_for_is_refused_at_its_line() {
    let env = TestEnv::new();
    define(
        &env,
        &[
            ("Metrics", text(40)),
            ("Status", colours(&["Amber", "Green"])),
            (
                "Champion",
                json!({ "type": "Checkbox", "defaultValue": "false" }),
            ),
        ],
    );
    let before = env.export();
    with(
        &env,
        "  target: fields\n  mapping:\n    metrics: Metrics__c\n    pain.status: Status__c\n    \
         champion: Champion__c\n    economic_buyer: Economic_Buyer__c\n",
    );
    env.run("apply -y")
        .exits(65)
        .says("scorecards.mapping.metrics: Opportunity.Metrics__c is of type string of 40 characters, which cannot hold it")
        .says("name a text field of 80 characters at least")
        .says("scorecards.mapping.pain.status: Opportunity.Status__c is of type picklist")
        .says("a picklist with Red, Yellow, Green")
        .says("or a lookup to Contact")
        .says("scorecards.mapping.economic_buyer: this org has no field Economic_Buyer__c on Opportunity")
        .says("4 problems in demo.yaml");
    assert_eq!(env.export(), before);
}
