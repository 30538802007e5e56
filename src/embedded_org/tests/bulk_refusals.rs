//! Jobs of Bulk API 2.0 that are refused, and data that makes them fail.

use serde_json::json;

use super::TestOrg;
use super::bulk::{results, run};

/// An operation on an sObject, data for it, and why the job fails.
const DATA: &[(&str, &str, &str, &str)] = &[
    (
        "insert",
        "Account",
        "Name,Foo__c\nA,b\n",
        "InvalidBatch : Field name not found : Foo__c",
    ),
    (
        "insert",
        "Account",
        "Name,name\nA,b\n",
        "InvalidBatch : Field name duplicated : name",
    ),
    (
        "insert",
        "Task",
        "Who.Demo_Key__c\nx\n",
        "InvalidBatch : Field name not found : Who.Demo_Key__c",
    ),
    (
        "insert",
        "Contact",
        "Account:Account.Demo_Key__c\nx\n",
        "InvalidBatch : Field name not found : Account:Account.Demo_Key__c",
    ),
    (
        "delete",
        "Account",
        "Id,Name\nx,y\n",
        "InvalidBatch : Delete operations take rows with the column Id and no other",
    ),
    (
        "insert",
        "Account",
        "Name\r\nA\r\n",
        "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
    ),
    (
        "insert",
        "Account",
        "Name,Site\nA,b\nC\n",
        "ClientInputError : The number of columns of a row (1) is not that of the header (2)",
    ),
    (
        "insert",
        "Account",
        "Name,Site\nA, \"b\"\n",
        "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote",
    ),
    (
        "insert",
        "Account",
        "",
        "ClientInputError : The upload holds no header",
    ),
];

/// What is asked for beside the sObject Task, and why it is refused.
const ORDERS: &[(&str, &str, &str)] = &[
    (
        "operation",
        "query",
        "InvalidJob : \"query\" is not a valid operation of this kind of job",
    ),
    (
        "lineEnding",
        "CR",
        "InvalidJob : \"CR\" is not a valid lineEnding of this kind of job",
    ),
    (
        "contentType",
        "JSON",
        "InvalidJob : \"JSON\" is not a valid contentType of this kind of job",
    ),
    (
        "object",
        "Nothing",
        "InvalidEntity : Unable to find object: Nothing",
    ),
    (
        "operation",
        "hardDelete",
        "FeatureNotEnabled : hardDelete operation requires special user profile permission, please contact your \
         system administrator",
    ),
    (
        "externalIdFieldName",
        "",
        "InvalidJob : External ID was blank for Task. An External ID must be specified for upsert.",
    ),
    (
        "externalIdFieldName",
        "Subject",
        "InvalidJob : Field name provided, Subject does not match an External ID, Salesforce Id, or indexed field \
         for Task",
    ),
];

#[tokio::test]
async fn data_that_cannot_be_worked_on_fails_the_job() {
    let org = TestOrg::start().await;
    for (operation, object, csv, expect) in DATA {
        let order = json!({"object": object, "operation": operation});
        let job = run(&org, &order, csv).await;
        let told = (job["state"].as_str(), job["errorMessage"].as_str());
        assert_eq!(told, (Some("Failed"), Some(*expect)), "{csv}");
    }
    let count = org
        .query("SELECT COUNT() FROM Account WHERE Name = 'A'")
        .await;
    assert_eq!(count["totalSize"], 0);
}

#[tokio::test]
async fn rows_that_were_not_processed_are_given_back() {
    let org = TestOrg::start().await;
    let order = json!({"object": "Account", "operation": "insert"});
    let job = run(&org, &order, "Name,Foo__c\nA,b\n").await;
    let rest = results(&org, &job, "unprocessedRecords").await;
    assert_eq!(rest.body, "\"Name\",\"Foo__c\"\n\"A\",\"b\"\n");
    // The first chunk stays, though a later row cannot be read.
    let csv = format!("Name\n{}A,b\n", "Good\n".repeat(250));
    let job = run(&org, &order, &csv).await;
    assert_eq!(job["numberRecordsProcessed"], 200, "{job}");
    let saved = results(&org, &job, "successfulResults").await;
    assert_eq!(saved.lines().len(), 200);
    let rest = results(&org, &job, "unprocessedRecords").await;
    assert_eq!(rest.lines().len(), 51);
    let job = run(&org, &order, "\u{feff}Name\n").await;
    assert_eq!(job["state"], "JobComplete", "{job}");
}

#[tokio::test]
async fn orders_that_are_refused() {
    let org = TestOrg::start().await;
    for (member, value, expect) in ORDERS {
        let mut order =
            json!({"object": "Task", "operation": "upsert", "externalIdFieldName": "Demo_Key__c"});
        order[*member] = json!(value);
        let (status, error) = org.post("jobs/ingest", &order).await;
        let told = (status, error[0]["message"].as_str());
        assert_eq!(told, (400, Some(*expect)), "{order}");
    }
}
