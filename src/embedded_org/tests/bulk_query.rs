//! Query jobs of Bulk API 2.0, end to end.

use serde_json::json;

use super::TestOrg;
use super::bulk::{ended, raw};

#[tokio::test]
async fn query_jobs_keep_what_they_found() {
    let org = TestOrg::start().await;
    let soql = "SELECT Name, Account.Name, IsClosed, Amount, CreatedDate, Account.Industry FROM Opportunity ORDER BY Name";
    let (status, opened) = org
        .post(
            "jobs/query",
            &json!({"operation": "query", "query": soql, "columnDelimiter": "PIPE"}),
        )
        .await;
    assert_eq!(
        (status, &opened["state"]),
        (200, &json!("UploadComplete")),
        "{opened}"
    );
    let path = format!("jobs/query/{}", opened["id"].as_str().unwrap());
    let job = ended(&org, &path).await;
    assert_eq!(
        (&job["state"], &job["numberRecordsProcessed"]),
        (&json!("JobComplete"), &json!(30))
    );
    assert_eq!(
        (&job["jobType"], &job["object"]),
        (&json!("V2Query"), &json!("Opportunity"))
    );
    let first = raw(&org, "GET", &format!("{path}/results?maxRecords=20"), "").await;
    assert_eq!(first.headers["sforce-numberofrecords"], "20");
    let header = r#""Name"|"Account.Name"|"IsClosed"|"Amount"|"CreatedDate"|"Account.Industry""#;
    assert_eq!(first.body.lines().next(), Some(header));
    let line = first.body.lines().nth(1).unwrap();
    assert!(
        line.contains(r#"|"false"|""#) && line.contains(".000Z\""),
        "{line}"
    );
    let id = org.value("SELECT Id FROM Opportunity LIMIT 1", "Id").await;
    let row = format!("sobjects/Opportunity/{}", id.as_str().unwrap());
    assert_eq!(org.send("DELETE", &row, None).await.0, 204);
    let locator = first.headers["sforce-locator"].to_str().unwrap();
    let second = raw(
        &org,
        "GET",
        &format!("{path}/results?locator={locator}"),
        "",
    )
    .await;
    assert_eq!(second.headers["sforce-numberofrecords"], "10");
    assert_eq!(second.headers["sforce-locator"], "null");
    assert_eq!(second.body.lines().next(), Some(header));
    assert_eq!(
        raw(&org, "GET", &format!("{path}/results?locator=!"), "")
            .await
            .status,
        400
    );
    let other = format!("{}/services/data/v60.0/{path}/results", org.server.url());
    let reply = org
        .client
        .get(other)
        .bearer_auth(org.token())
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status().as_u16(), 409);
    let (_, limits) = org.get("limits").await;
    assert_eq!(limits["DailyBulkV2QueryJobs"]["Remaining"], 9_999);
    assert_eq!(raw(&org, "DELETE", &path, "").await.status, 204);
}

#[tokio::test]
async fn queries_that_are_not_for_bulk() {
    let org = TestOrg::start().await;
    for (soql, expect) in [
        (
            "SELECT COUNT() FROM Account",
            "Aggregate Queries not supported in Bulk Query",
        ),
        (
            "SELECT Type, COUNT(Id) FROM Account GROUP BY Type",
            "GROUP BY not supported in Bulk Query",
        ),
        (
            "SELECT MAX(Name) FROM Account",
            "Aggregate Queries not supported in Bulk Query",
        ),
        (
            "SELECT Id FROM Account LIMIT 1 OFFSET 1",
            "OFFSET not supported in Bulk Query",
        ),
        (
            "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
            "Aggregate Relationships not supported in Bulk Query",
        ),
        (
            "SELECT TYPEOF What WHEN Account THEN Name END FROM Task",
            "TYPEOF not supported in Bulk Query",
        ),
        (
            "SELECT BillingAddress FROM Account",
            "Selecting compound data not supported in Bulk Query: BillingAddress",
        ),
    ] {
        let (status, error) = org
            .post("jobs/query", &json!({"operation": "query", "query": soql}))
            .await;
        assert_eq!(
            (status, error[0]["message"].as_str()),
            (400, Some(expect)),
            "{soql}"
        );
    }
    let (_, error) = org
        .post(
            "jobs/query",
            &json!({"operation": "query", "query": "SELECT Foo FROM Account"}),
        )
        .await;
    assert_eq!(error[0]["errorCode"], "INVALID_FIELD");
}
