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

/// A manifest whose answers go to ClosePlan alone, in an org that has it.
fn close_plan() -> TestEnv {
    let env = TestEnv::new();
    env.run("org reset --feature close-plan").exits(0);
    with(&env, "  target: closeplan\n");
    env
}

const ANSWERS: &str = "SELECT Id, TSPC__TextAnswer__c, TSPC__RichTextAnswer__c, TSPC__Mode__c, \
    TSPC__QuestionCategory__r.Name, TSPC__Deal__r.TSPC__Opportunity__c FROM TSPC__DealQuestion__c \
    WHERE TSPC__IsAnswered__c = TRUE";
const SELECTED: &str = "SELECT Id, TSPC__Text__c, TSPC__DealQuestion__c \
    FROM TSPC__DealQuestionAnswer__c WHERE TSPC__IsSelected__c = TRUE";

#[test]
fn answers_of_close_plan_are_lent() {
    let env = close_plan();
    let before = env.unstamped();
    let ids = |env: &TestEnv| {
        let kinds = [
            "Deal",
            "DealQuestionCategory",
            "DealQuestion",
            "DealQuestionAnswer",
        ];
        env.in_org(|org| kinds.map(|kind| org.ids(&format!("SELECT Id FROM TSPC__{kind}__c"))))
    };
    let there = ids(&env);
    let (answered, selected) =
        env.in_org(|org| (org.query(ANSWERS).len(), org.query(SELECTED).len()));
    let plan = env.run("plan").exits(0);
    plan.says("no ClosePlan scorecard, and so no answers there, for");
    plan.says("no question of ClosePlan asks for competition, decision_process (`scorecards.closeplan.questions`");
    env.apply();
    env.nothing_to_do();
    assert_eq!(ids(&env), there);
    env.in_org(|org| check_answers(org, answered, selected));
    // What somebody writes over it is set back.
    env.in_org(|org| {
        let answers = org.query(ANSWERS);
        let metrics = answers
            .iter()
            .find(|one| one["TSPC__QuestionCategory__r"]["Name"] == "Metrics");
        let edited = json!({ "TSPC__TextAnswer__c": "Nobody knows." });
        org.update(
            "TSPC__DealQuestion__c",
            metrics.unwrap()["Id"].as_str().unwrap(),
            &edited,
        );
    });
    assert_eq!(env.plan("").fields(), ["TSPC__TextAnswer__c"]);
    env.apply();
    env.run("destroy -y").exits(0);
    assert_eq!(ids(&env), there);
    let after = env.unstamped();
    let differing: Vec<_> = after.symmetric_difference(&before).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

/// Texts stand where the question asks for one, and of the others one choice is selected.
fn check_answers(org: &crate::env::Served, answered: usize, selected: usize) {
    assert!(org.ids("SELECT Id FROM Demo_Scorecard__c").is_empty());
    let answers = org.query(ANSWERS);
    assert!(
        answers.len() > answered + 10,
        "{} {answered}",
        answers.len()
    );
    for answer in &answers {
        let field = match answer["TSPC__Mode__c"].as_str().unwrap() {
            "RichText" => "TSPC__RichTextAnswer__c",
            "Answers" => continue,
            _ => "TSPC__TextAnswer__c",
        };
        assert!(
            answer[field].as_str().is_some_and(|text| text.len() > 20),
            "{answer}"
        );
    }
    let chosen = org.query(SELECTED);
    assert!(chosen.len() > selected, "{} {selected}", chosen.len());
    let questions: std::collections::BTreeSet<_> = chosen
        .iter()
        .map(|choice| choice["TSPC__DealQuestion__c"].to_string())
        .collect();
    assert_eq!(questions.len(), chosen.len(), "one choice each");
    assert!(
        chosen
            .iter()
            .any(|choice| choice["TSPC__Text__c"] != "Unknown")
    );
}

#[test]
fn an_org_without_close_plan_is_told_at_its_line() {
    let env = TestEnv::new();
    with(&env, "  target: [objects, closeplan]\n");
    env.run("plan")
        .exits(65)
        .says("scorecards.target: this org has no objects TSPC__DealQuestion__c and TSPC__DealQuestionAnswer__c")
        .says("or take `closeplan` out");
    env.run("doctor").says("TSPC__DealQuestionAnswer__c that");
    let env = close_plan();
    env.edit(
        "target: closeplan",
        "target: closeplan\n  closeplan: {points: TSPC__Points__c}",
    );
    env.run("plan")
        .exits(65)
        .says("scorecards.closeplan.points: this org has no number field TSPC__Points__c on TSPC__DealQuestionAnswer__c");
}
