//! Trees, batches and graphs: many records in one call.

use serde_json::{Value, json};

use super::TestOrg;

async fn count(org: &TestOrg, soql: &str) -> Value {
    org.query(&format!("SELECT COUNT() FROM {soql}")).await["totalSize"].clone()
}

fn record(kind: &str, reference_id: &str, fields: &Value) -> Value {
    let mut record = fields.clone();
    record["attributes"] = json!({"type": kind, "referenceId": reference_id});
    record
}

#[tokio::test]
async fn a_tree_is_made_whole() {
    let org = TestOrg::start().await;
    let tree = json!({"records": [
        record("account", "a", &json!({
            "name": "Root",
            "Contacts": {"records": [
                record("Contact", "c1", &json!({"LastName": "One"})),
                record("Contact", "c2", &json!({"LastName": "Two"})),
            ]},
            "Opportunities": {"records": [record("Opportunity", "o", &json!({
                "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-01",
            }))]},
        })),
        record("Account", "b", &json!({"Name": "Other root"})),
    ]});
    let (status, made) = org.post("composite/tree/Account", &tree).await;
    assert_eq!((status, &made["hasErrors"]), (201, &json!(false)), "{made}");
    let results = made["results"].as_array().unwrap();
    let names: Vec<_> = results.iter().map(|it| it["referenceId"].clone()).collect();
    assert_eq!(names, ["a", "c1", "c2", "o", "b"]);
    let filter = "WHERE Account.Name = 'Root'";
    assert_eq!(count(&org, &format!("Contact {filter}")).await, 2);
    assert_eq!(count(&org, &format!("Opportunity {filter}")).await, 1);
}

#[tokio::test]
async fn a_tree_with_an_error_leaves_nothing() {
    let org = TestOrg::start().await;
    let before = count(&org, "Account").await;
    let tree = json!({"records": [
        record("Account", "a", &json!({"Name": "Good"})),
        record("Account", "b", &json!({"Site": "No name"})),
    ]});
    let (status, made) = org.post("composite/tree/Account", &tree).await;
    assert_eq!(status, 400);
    let error = json!({
        "statusCode": "REQUIRED_FIELD_MISSING",
        "message": "Required fields are missing: [Name]",
        "fields": ["Name"],
    });
    let expect = json!({"hasErrors": true, "results": [{"referenceId": "b", "errors": [error]}]});
    assert_eq!(made, expect);
    assert_eq!(count(&org, "Account").await, before);
}

#[tokio::test]
async fn trees_that_are_no_trees() {
    let org = TestOrg::start().await;
    let twin = record("Account", "a", &json!({"Name": "A"}));
    let many: Vec<_> = (0..201)
        .map(|number| record("Account", &format!("r{number}"), &json!({"Name": "A"})))
        .collect();
    for (records, code, message) in [
        (json!([]), "INVALID_INPUT", "no records"),
        (
            json!([twin, twin]),
            "INVALID_INPUT",
            "Duplicate ReferenceId",
        ),
        (json!(many), "INVALID_INPUT", "more than 200 records"),
        (
            json!([{"Name": "A"}]),
            "INVALID_INPUT",
            "attributes property",
        ),
        (
            json!([record(
                "Account",
                "a",
                &json!({"Name": "A", "Nothing": {"records": []}})
            )]),
            "INVALID_FIELD",
            "No such column 'Nothing'",
        ),
    ] {
        let body = json!({ "records": records });
        let (status, error) = org.post("composite/tree/Account", &body).await;
        assert_eq!((status, &error[0]["errorCode"]), (400, &json!(code)));
        let text = error[0]["message"].as_str().unwrap();
        assert!(text.contains(message), "{text}");
    }
}

#[tokio::test]
async fn the_parts_of_a_batch_stand_alone() {
    let org = TestOrg::start().await;
    let id = org.create("Account", &json!({"Name": "A"})).await;
    let row = format!("v67.0/sobjects/account/{id}");
    let parts = json!([
        {"method": "PATCH", "url": row, "richInput": {"Name": "B"}},
        {"method": "PATCH", "url": row, "richInput": {"Nothing": 1}},
        {"method": "GET", "url": format!("/services/data/{row}?fields=Name")},
    ]);
    let (status, answer) = org
        .post("composite/batch", &json!({"batchRequests": parts}))
        .await;
    assert_eq!((status, &answer["hasErrors"]), (200, &json!(true)));
    let results = &answer["results"];
    assert_eq!(results[0], json!({"statusCode": 204, "result": null}));
    assert_eq!(results[1]["result"][0]["errorCode"], "INVALID_FIELD");
    assert_eq!(results[2]["result"]["Name"], "B");

    let (_, answer) = org
        .post(
            "composite/batch",
            &json!({"haltOnError": true, "batchRequests": parts}),
        )
        .await;
    let codes: Vec<_> = (0..3)
        .map(|at| answer["results"][at]["statusCode"].clone())
        .collect();
    assert_eq!(codes, [204, 400, 412]);
    assert_eq!(
        answer["results"][2]["result"][0]["errorCode"],
        "BATCH_PROCESSING_HALTED"
    );
    let too_many = json!({"batchRequests": vec![json!({"method": "GET", "url": row}); 26]});
    assert_eq!(org.post("composite/batch", &too_many).await.0, 400);
}

#[tokio::test]
async fn a_batch_costs_a_call_for_each_part() {
    let org = TestOrg::start().await;
    let used = |limits: Value| limits["DailyApiRequests"]["Remaining"].as_i64().unwrap();
    let before = used(org.get("limits").await.1);
    let part = json!({"method": "GET", "url": "v67.0/limits"});
    org.post("composite/batch", &json!({"batchRequests": vec![part; 5]}))
        .await;
    assert_eq!(before - used(org.get("limits").await.1), 5 + 2);
}

#[tokio::test]
async fn each_graph_is_done_whole_or_not_at_all() {
    let org = TestOrg::start().await;
    let path = "/services/data/v67.0/sobjects";
    let graph = |id: &str, last_name: Value| {
        json!({"graphId": id, "compositeRequest": [
            {"method": "POST", "url": format!("{path}/Account"), "referenceId": "a", "body": {"Name": id}},
            {"method": "POST", "url": format!("{path}/Contact"), "referenceId": "c",
             "body": {"LastName": last_name, "AccountId": "@{a.id}"}},
        ]})
    };
    let graphs = json!({"graphs": [graph("good", json!("C")), graph("bad", Value::Null)]});
    let (status, answer) = org.post("composite/graph", &graphs).await;
    assert_eq!(status, 200);
    let [good, bad] = [&answer["graphs"][0], &answer["graphs"][1]];
    assert_eq!(
        (&good["graphId"], &good["isSuccessful"]),
        (&json!("good"), &json!(true))
    );
    assert_eq!(bad["isSuccessful"], false);
    let parts = &bad["graphResponse"]["compositeResponse"];
    assert_eq!(parts[0]["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert_eq!(parts[1]["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(
        count(&org, "Account WHERE Name IN ('good', 'bad')").await,
        1
    );

    for (wrong, expect) in [
        (
            json!([graph("a.b", json!("C"))]),
            "Provided graphId ('a.b')",
        ),
        (json!(vec![graph("g", json!("C")); 76]), "number of graphs"),
        (
            json!([{"graphId": "g", "compositeRequest": [
                {"method": "GET", "url": "/services/data/v67.0/limits", "referenceId": "a"},
            ]}]),
            "Only sObject resources",
        ),
    ] {
        let (status, error) = org.post("composite/graph", &json!({"graphs": wrong})).await;
        assert_eq!(status, 400);
        let text = error[0]["message"].as_str().unwrap();
        assert!(text.contains(expect), "{text}");
    }
}
