//! Deployments, and records that are changed under a condition.

use serde_json::{Value, json};

use super::double::{Answer, Double};
use super::{ROOT, fields};
use crate::org::*;

#[tokio::test]
async fn a_package_travels_with_its_options() {
    let double = Double::start(|_| {
        Answer::Json(
            201,
            json!({"id": "0Af000000000001AAA", "deployResult": {
                "id": "0Af000000000001AAA", "status": "Pending", "done": false, "success": false,
            }}),
        )
    })
    .await;
    let org = double.connect().await;
    let deployment = org.deploy(b"PK-archive").await.unwrap();
    assert_eq!((&*deployment.status, deployment.done), ("Pending", false));
    let seen = &double.seen()[0];
    assert_eq!(seen.line(), format!("POST {ROOT}/metadata/deployRequest"));
    let kind = seen.headers["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let parts: Vec<_> = seen.body.split(&format!("--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[3]), (4, "", "--\r\n"));
    let options: Value = serde_json::from_str(parts[1].split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(options["deployOptions"]["rollbackOnError"], true);
    assert_eq!(options["deployOptions"]["purgeOnDelete"], false);
    assert!(parts[2].contains("Content-Type: application/zip"));
    assert!(parts[2].ends_with("\r\n\r\nPK-archive\r\n"));
}

#[tokio::test]
async fn a_failed_deployment_names_its_components() {
    let double = Double::start(|_| {
        Answer::Json(
            200,
            json!({"id": "0Af000000000001AAA", "deployResult": {
                "id": "0Af000000000001AAA", "status": "Failed", "done": true, "success": false,
                "numberComponentsTotal": 3, "errorMessage": null,
                "details": {"componentSuccesses": [], "componentFailures": [{
                    "componentType": "CustomField", "fullName": "Activity.Demo_Key__c",
                    "fileName": "objects/Activity.object", "problem": "no room", "problemType": "Error",
                }]},
            }}),
        )
    })
    .await;
    let org = double.connect().await;
    let deployment = org.deployment("0Af000000000001AAA").await.unwrap();
    let [failure] = deployment.failures() else {
        panic!("{deployment:?}");
    };
    assert_eq!(failure.problem.as_deref(), Some("no room"));
    assert!(org.deployment("../limits").await.is_err());
}

/// What becomes of a conditional change whose three parts are answered like this.
async fn check(
    free: Value,
    change: (u16, Value),
    there: Value,
    expect: Result<Conditional, Kind<'_>>,
) {
    let part = |reference: &str, (status, body): (u16, Value)| json!({"referenceId": reference, "httpStatusCode": status, "body": body});
    let rows = |rows: Value| {
        (
            200,
            json!({"totalSize": rows.as_array().unwrap().len(), "done": true, "records": rows}),
        )
    };
    let reply = json!({"compositeResponse": [
        part("free", rows(free)), part("change", change), part("there", rows(there)),
    ]});
    let double = Double::start(move |_| Answer::Json(200, reply.clone())).await;
    let org = double.connect().await;
    let change = fields(json!({"Lease_Owner__c": "me"}));
    let done = org
        .update_if("Demo_Pack__c", ("Name = 'a'", "B = 1"), &change)
        .await;
    assert_eq!(
        done.as_ref().map_err(Error::kind),
        expect.as_ref().map_err(|kind| *kind)
    );
    let parts = &double.seen()[0].json()["compositeRequest"];
    let url = parts[1]["url"].as_str().unwrap();
    assert!(
        url.ends_with("/sobjects/Demo_Pack__c/@{free.records[0].Id}"),
        "{url}"
    );
}

#[tokio::test]
async fn a_record_is_changed_only_while_the_condition_holds() {
    let row = || json!([{"Id": "a00000000000001AAA"}]);
    let halted = || {
        (
            400,
            json!([{"errorCode": "PROCESSING_HALTED", "message": "No value for free.records[0].Id"}]),
        )
    };
    let changed = Conditional::Changed("a00000000000001AAA".to_owned());
    check(row(), (204, Value::Null), row(), Ok(changed)).await;
    check(json!([]), halted(), row(), Ok(Conditional::Otherwise)).await;
    check(json!([]), halted(), json!([]), Ok(Conditional::Absent)).await;
    let locked = (
        400,
        json!([{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "held"}]),
    );
    check(
        row(),
        locked,
        row(),
        Err(Kind::Rejected("UNABLE_TO_LOCK_ROW")),
    )
    .await;
}
