//! Query jobs of Bulk API 2.0, end to end.

use serde_json::{Value, json};

use super::TestOrg;
use super::bulk::{ended, raw};
use crate::embedded_org::bulk::Told;

/// Opens a query job and waits until it has ended; gives its path and what is told of it.
async fn run(org: &TestOrg, order: &Value) -> (String, Value) {
    let (status, opened) = org.post("jobs/query", order).await;
    let told = (status, &opened["state"]);
    assert_eq!(told, (200, &json!("UploadComplete")), "{opened}");
    let path = format!("jobs/query/{}", opened["id"].as_str().unwrap());
    let job = ended(org, &path).await;
    (path, job)
}

#[tokio::test]
async fn query_jobs_keep_what_they_found() {
    let org = TestOrg::start().await;
    let soql = "SELECT Name, Account.Name, IsClosed, Amount, CreatedDate, Account.Industry FROM Opportunity ORDER BY Name";
    let order = json!({"operation": "query", "query": soql, "columnDelimiter": "PIPE"});
    let (path, job) = run(&org, &order).await;
    let told = (&job["state"], &job["numberRecordsProcessed"]);
    assert_eq!(told, (&json!("JobComplete"), &json!(30)), "{job}");
    let told = (&job["jobType"], &job["object"]);
    assert_eq!(told, (&json!("V2Query"), &json!("Opportunity")));
    let first = raw(&org, "GET", &format!("{path}/results?maxRecords=20"), "").await;
    assert_eq!(first.headers["sforce-numberofrecords"], "20");
    let header = r#""Name"|"Account.Name"|"IsClosed"|"Amount"|"CreatedDate"|"Account.Industry""#;
    assert_eq!(first.body.lines().next(), Some(header));
    let line = first.body.lines().nth(1).unwrap();
    assert!(
        line.contains(r#"|"false"|""#) && line.contains(".000Z\""),
        "{line}"
    );
    // What is deleted meanwhile is in the second page all the same.
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
    let wrong = raw(&org, "GET", &format!("{path}/results?locator=!"), "").await;
    assert_eq!(wrong.status, 400);
    let (_, limits) = org.get("limits").await;
    assert_eq!(limits["DailyBulkV2QueryJobs"]["Remaining"], 9_999);
}

#[tokio::test]
async fn query_jobs_end_in_several_ways() {
    let org = TestOrg::start().await;
    let order = json!({"operation": "queryAll", "query": "SELECT Id, IsDeleted FROM Contact"});
    let id = org.value("SELECT Id FROM Contact LIMIT 1", "Id").await;
    let row = format!("sobjects/Contact/{}", id.as_str().unwrap());
    assert_eq!(org.send("DELETE", &row, None).await.0, 204);
    let (path, _) = run(&org, &order).await;
    let all = raw(&org, "GET", &format!("{path}/results"), "").await;
    let deleted = format!("\"{}\",\"true\"", id.as_str().unwrap());
    assert!(all.body.contains(&deleted), "{}", all.body);
    // Another version of the API may have other columns.
    let other = format!("{}/services/data/v60.0/{path}/results", org.server.url());
    let reply = org.client.get(other).bearer_auth(org.token()).send().await;
    assert_eq!(reply.unwrap().status().as_u16(), 409);
    let (status, _) = org.patch(&path, &json!({"state": "Aborted"})).await;
    assert_eq!(status, 400);
    assert_eq!(raw(&org, "DELETE", &path, "").await.status, 204);
    assert_eq!(org.get(&path).await.0, 404);
    org.server.tell(Told::Hang);
    let (_, opened) = org.post("jobs/query", &order).await;
    let path = format!("jobs/query/{}", opened["id"].as_str().unwrap());
    let (_, aborted) = org.patch(&path, &json!({"state": "Aborted"})).await;
    assert_eq!(aborted["state"], "Aborted");
    let results = raw(&org, "GET", &format!("{path}/results"), "").await;
    assert!(results.body.contains("INVALIDJOBSTATE"), "{}", results.body);
    let (_, list) = org.get("jobs/query").await;
    assert_eq!(list["records"][0]["state"], "Aborted");
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
