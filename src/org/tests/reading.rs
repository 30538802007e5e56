//! Who the org is, what it has, and its records.

use serde::Deserialize;
use serde_json::{Value, json};

use super::double::{Answer, Double, Seen};
use super::{ROOT, api_error, fields};
use crate::org::limits::Allowance;
use crate::org::*;

#[tokio::test]
async fn connecting_tells_who_is_who() {
    let double = Double::start(|_| panic!("nothing else is asked")).await;
    let org = double.connect().await;
    let identity = org.identity();
    assert_eq!(identity.org_id, "00Dxx0000001gPFEAY");
    assert_eq!(identity.org_name, "Acme");
    assert_eq!(identity.organization_type, "Developer Edition");
    assert!(!identity.is_sandbox);
    assert_eq!(identity.time_zone, "America/Los_Angeles");
    let expiry = identity.trial_expiry.unwrap();
    assert_eq!(expiry.to_string(), "2026-12-24T09:30:00Z");
    assert_eq!(identity.user_id, "005xx000001SwiUAAS");
    assert_eq!(identity.username, "sam@acme.example");
    assert_eq!(identity.instance_url, double.url);
    assert_eq!(org.calls(), 2);
    assert_eq!(
        org.usage(),
        Some(ApiUsage {
            used: 18,
            max: 5_000
        })
    );
    let time = org.server_time().unwrap();
    assert_eq!(time.to_string(), "2026-11-24T08:12:31Z");
}

#[tokio::test]
async fn every_call_says_who_makes_it() {
    let double =
        Double::start(|_| Answer::Json(200, json!({"totalSize": 7, "done": true, "records": []})))
            .await;
    let org = double.connect().await;
    let rows = org.query("SELECT Id FROM Event", Scope::Query);
    assert!(rows.all::<Value>().await.unwrap().is_empty());
    let [seen] = &double.seen()[..] else { panic!() };
    assert!(seen.line().starts_with(&format!("GET {ROOT}/query?q=")));
    let header = |name| seen.headers.get(name).unwrap().to_str().unwrap();
    assert_eq!(seen.bearer(), "first");
    assert_eq!(header("user-agent"), "demo-gen/test");
    assert_eq!(header("sforce-call-options"), "client=demo-gen");
    assert_eq!(header("sforce-query-options"), "batchSize=2000");
    assert_eq!(header("accept-encoding"), "gzip");
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

fn page(names: &[&str], next: Option<&str>) -> Answer {
    let records: Vec<_> = names.iter().map(|name| json!({"Name": name})).collect();
    let mut body = json!({"totalSize": 3, "done": next.is_none(), "records": records});
    if let Some(next) = next {
        body["nextRecordsUrl"] = next.into();
    }
    Answer::Json(200, body)
}

#[tokio::test]
async fn a_query_is_read_page_by_page() {
    let double = Double::start(|seen| match seen.target.as_str() {
        "/services/data/v67.0/queryAll?q=SELECT Name FROM Task WHERE Subject = 'a+b & c'" => {
            page(&["A", "B"], Some("/services/data/v67.0/query/01gxx-2"))
        }
        "/services/data/v67.0/query/01gxx-2" => page(&["C"], None),
        other => panic!("{other}"),
    })
    .await;
    let org = double.connect().await;
    let soql = "SELECT Name FROM Task WHERE Subject = 'a+b & c'";
    let mut pages = org.query(soql, Scope::QueryAll);
    let first: Vec<Named> = pages.next().await.unwrap().unwrap();
    assert_eq!((first.len(), double.seen().len()), (2, 1));
    let second: Vec<Named> = pages.next().await.unwrap().unwrap();
    assert_eq!(
        second,
        [Named {
            name: "C".to_owned()
        }]
    );
    assert_eq!(pages.next::<Named>().await.unwrap(), None);
    assert_eq!(double.seen().len(), 2);
}

#[tokio::test]
async fn a_next_page_elsewhere_or_the_same_again_is_not_followed() {
    for next in [
        "https://evil.example/services/data/v67.0/query/01g",
        "/x",
        "//evil.example/",
    ] {
        let double = Double::start(move |_| page(&["A"], Some(next))).await;
        let rows = double
            .connect()
            .await
            .query("SELECT", Scope::Query)
            .all::<Named>()
            .await;
        assert_eq!(rows.unwrap_err().kind(), Kind::NotSalesforce, "{next}");
        assert_eq!(double.seen().len(), 1);
    }
    let double = Double::start(|_| page(&["A"], Some("/services/data/v67.0/query/01g-1"))).await;
    let rows = double
        .connect()
        .await
        .query("SELECT", Scope::Query)
        .all::<Named>()
        .await;
    assert_eq!(rows.unwrap_err().kind(), Kind::NotSalesforce);
    assert_eq!(double.seen().len(), 2);
}

#[tokio::test]
async fn a_long_query_travels_in_the_body() {
    let double = Double::start(|seen| {
        assert_eq!(seen.line(), "POST /services/data/v67.0/composite");
        let body = seen.json();
        let url = body["compositeRequest"][0]["url"].as_str().unwrap();
        assert!(
            url.starts_with("/services/data/v67.0/query?q=SELECT+Name+FROM+"),
            "{url}"
        );
        let page = json!({"totalSize": 1, "done": true, "records": [{"Name": "A"}]});
        let refused = api_error("MALFORMED_QUERY", "\nunexpected\ntoken: \u{1b}");
        let (status, body) = if url.contains("Broken") {
            (400, refused)
        } else {
            (200, page)
        };
        Answer::Json(
            200,
            json!({"compositeResponse": [
                {"body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": "query"},
            ]}),
        )
    })
    .await;
    let org = double.connect().await;
    let long = |object| {
        format!(
            "SELECT Name FROM {object} WHERE Name = '{}'",
            "x".repeat(14_000)
        )
    };
    let rows: Vec<Named> = org.query(long("Task"), Scope::Query).all().await.unwrap();
    assert_eq!(
        rows,
        [Named {
            name: "A".to_owned()
        }]
    );
    let broken = org.query(long("Broken"), Scope::Query);
    let error = broken.all::<Named>().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Rejected("MALFORMED_QUERY"));
    assert_eq!(
        error.to_string(),
        "MALFORMED_QUERY: unexpected token: \\u{1b}"
    );
}

/// Answers each part of a composite call, the last one first.
fn composite(seen: &Seen, answer: impl Fn(&Value) -> (u16, Value)) -> Answer {
    let body = seen.json();
    let parts = body["compositeRequest"].as_array().unwrap();
    let reply = |part: &Value| {
        let (status, body) = answer(part);
        json!({"body": body, "httpHeaders": {}, "httpStatusCode": status,
               "referenceId": part["referenceId"]})
    };
    let replies: Vec<_> = parts.iter().rev().map(reply).collect();
    Answer::Json(200, json!({ "compositeResponse": replies }))
}

fn described(name: &str) -> Value {
    json!({
        "name": name, "label": name, "keyPrefix": "00U", "createable": true, "updateable": true,
        "deletable": true, "queryable": true,
        "childRelationships": [{"childSObject": "EventRelation", "field": "EventId",
            "cascadeDelete": true, "relationshipName": "EventRelations"}],
        "fields": [{"name": "ShowAs", "label": "Show Time As", "type": "picklist", "length": 40,
            "precision": 0, "scale": 0, "createable": true, "updateable": true, "nillable": true,
            "defaultedOnCreate": true, "externalId": false, "unique": false,
            "restrictedPicklist": true, "referenceTo": [], "relationshipName": null,
            "picklistValues": [{"active": true, "defaultValue": true, "label": "Busy",
                "validFor": null, "value": "Busy"}]}],
    })
}

#[tokio::test]
async fn describes_many_objects_in_few_calls() {
    let double = Double::start(|seen| {
        composite(seen, |part| {
            let url = part["url"].as_str().unwrap();
            let name = url.split('/').nth(5).unwrap();
            match name {
                "Absent__c" => (
                    404,
                    api_error("NOT_FOUND", "The requested resource does not exist"),
                ),
                _ => (200, described(name)),
            }
        })
    })
    .await;
    let org = double.connect().await;
    let mut names: Vec<_> = (0..25).map(|n| format!("Object{n}__c")).collect();
    names.push("Absent__c".to_owned());
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let described = org.describe(&names).await.unwrap();
    assert_eq!((described.len(), double.seen().len()), (26, 2));
    assert_eq!(described["Absent__c"], None);
    let object = described["Object7__c"].as_ref().unwrap();
    assert_eq!(object.name, "Object7__c");
    assert_eq!(object.child_relationships[0].child_object, "EventRelation");
    let field = object.field("showas").unwrap();
    assert_eq!((field.kind.as_str(), field.length), ("picklist", 40));
    assert_eq!(field.picklist_values[0].value, "Busy");

    let error = org.describe(&["Event/describe?"]).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
}

#[tokio::test]
async fn retrieves_in_the_order_of_the_ids() {
    let double = Double::start(|seen| {
        composite(seen, |part| {
            let url = part["url"].as_str().unwrap();
            if url.ends_with("/Hidden__c") {
                return (403, api_error("INSUFFICIENT_ACCESS", "no"));
            }
            let ids = part["body"]["ids"].as_array().unwrap();
            assert!(ids.len() <= 2_000);
            let row = |id: &Value| match id.as_str().unwrap() {
                "gone" => Value::Null,
                id => json!({"attributes": {"type": "Event"}, "Id": id, "Subject": null}),
            };
            (200, ids.iter().map(row).collect())
        })
    })
    .await;
    let org = double.connect().await;
    let ids: Vec<_> = (0..10_001).map(|n| format!("00U{n:015}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let retrieve = |object, ids| Retrieve {
        object,
        fields: &["Id", "Subject"],
        ids,
    };
    let requests = [
        retrieve("Task", &["b", "gone", "a"]),
        retrieve("Event", &ids),
    ];
    let found = org.retrieve(&requests).await.unwrap();
    let expect = |id| Some(fields(json!({"Id": id, "Subject": null})));
    assert_eq!(found[0], [expect("b"), None, expect("a")]);
    let found: Vec<_> = found[1]
        .iter()
        .map(|row| row.as_ref().unwrap()["Id"].as_str().unwrap())
        .collect();
    assert_eq!(found, ids);
    assert_eq!(double.seen().len(), 2);

    let hidden = org.retrieve(&[retrieve("Hidden__c", &["a"])]).await;
    assert_eq!(
        hidden.unwrap_err().kind(),
        Kind::Rejected("INSUFFICIENT_ACCESS")
    );
}

#[tokio::test]
async fn garbage_is_quoted_briefly_and_harmlessly() {
    let double =
        Double::start(|_| Answer::Html(200, "<html>\u{1b}[2J 00Dxx!AQ4secret </html>")).await;
    let error = double.connect().await.limits().await.unwrap_err();
    let message = error.to_string();
    assert_eq!(error.kind(), Kind::NotSalesforce);
    assert!(
        message.contains("<html>\\u{1b}[2J (token) </html>"),
        "{message}"
    );
    assert!(error.hint().unwrap().contains("instance_url"));
}

#[tokio::test]
async fn limits_that_the_user_may_not_see_are_unknown() {
    let double = Double::start(|_| {
        Answer::Json(200, json!({
            "DailyApiRequests": {"Max": 15_000, "Remaining": 14_998},
            "PermissionSets": {"CreateCustom": {"Max": 1, "Remaining": 1}, "Max": 1, "Remaining": 1},
        }))
    })
    .await;
    let limits = double.connect().await.limits().await.unwrap();
    let requests = Allowance {
        max: 15_000,
        remaining: 14_998,
    };
    assert_eq!(limits.daily_api_requests, Some(requests));
    assert_eq!(limits.data_storage_mb, None);
}
