//! Bulk API 2.0, end to end.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::TestOrg;
use crate::embedded_org::bulk::Told;

/// A reply as bulk clients see it.
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Raw {
    /// The lines of a body of CSV, without the header, sorted.
    pub(super) fn lines(&self) -> Vec<&str> {
        let mut lines: Vec<&str> = self.body.lines().skip(1).collect();
        lines.sort_unstable();
        lines
    }
}

/// Sends a body as it is.
pub(super) async fn raw(org: &TestOrg, verb: &str, path: &str, body: &str) -> Raw {
    let url = format!("{}/services/data/v67.0/{path}", org.server.url());
    let request = org
        .client
        .request(verb.parse().unwrap(), url)
        .bearer_auth(org.token())
        .header("Content-Type", "text/csv")
        .body(body.to_owned());
    let reply = request.send().await.unwrap();
    Raw {
        status: reply.status().as_u16(),
        headers: reply.headers().clone(),
        body: reply.text().await.unwrap(),
    }
}

/// Opens a job and uploads to it.
pub(super) async fn uploaded(org: &TestOrg, order: &Value, csv: &str) -> String {
    let (status, job) = org.post("jobs/ingest", order).await;
    assert_eq!((status, &job["state"]), (200, &json!("Open")), "{job}");
    let id = job["id"].as_str().unwrap().to_owned();
    let put = raw(org, "PUT", &format!("jobs/ingest/{id}/batches"), csv).await;
    assert_eq!((put.status, put.body.as_str()), (201, ""));
    id
}

/// Runs a job to its end and gives what is told of it.
pub(super) async fn run(org: &TestOrg, order: &Value, csv: &str) -> Value {
    let id = uploaded(org, order, csv).await;
    close(org, &id).await;
    ended(org, &format!("jobs/ingest/{id}")).await
}

pub(super) async fn close(org: &TestOrg, id: &str) {
    let body = json!({"state": "UploadComplete"});
    let (status, job) = org.patch(&format!("jobs/ingest/{id}"), &body).await;
    assert_eq!((status, &job["state"]), (200, &body["state"]), "{job}");
}

/// Asks for a job until it has ended.
pub(super) async fn ended(org: &TestOrg, path: &str) -> Value {
    loop {
        let (status, job) = org.get(path).await;
        assert_eq!(status, 200, "{job}");
        match job["state"].as_str().unwrap() {
            "Open" | "UploadComplete" | "InProgress" => {}
            _ => return job,
        }
    }
}

pub(super) async fn results(org: &TestOrg, job: &Value, which: &str) -> Raw {
    let path = format!("jobs/ingest/{}/{which}", job["id"].as_str().unwrap());
    let reply = raw(org, "GET", &path, "").await;
    assert_eq!(
        (reply.status, reply.headers["content-type"].as_bytes()),
        (200, b"text/csv".as_slice()),
        "{}",
        reply.body
    );
    reply
}

#[tokio::test]
async fn a_job_is_told_as_salesforce_tells_it() {
    let org = TestOrg::start().await;
    let order = json!({"object": "task", "operation": "insert", "contentType": "CSV"});
    let (_, opened) = org.post("jobs/ingest", &order).await;
    let id = opened["id"].as_str().unwrap();
    assert!(id.starts_with("750") && id.len() == 18, "{id}");
    assert_eq!(opened["object"], "Task");
    assert_eq!(opened["apiVersion"].to_string(), "67.0");
    assert_eq!(opened["lineEnding"], "LF");
    let path = format!("jobs/ingest/{id}");
    let url = format!("services/data/v67.0/{path}/batches");
    assert_eq!(opened["contentUrl"], url);
    let put = raw(&org, "PUT", &format!("{path}/batches"), "Subject\nA\n").await;
    assert_eq!(put.status, 201);
    let (_, closed) = org.patch(&path, &json!({"state": "UploadComplete"})).await;
    for later in ["contentUrl", "lineEnding", "jobType", "errorMessage"] {
        assert_eq!(closed[later], Value::Null, "{closed}");
    }
    let job = ended(&org, &path).await;
    assert_eq!(job["jobType"], "V2Ingest");
    assert_eq!(job["totalProcessingTime"], 0);
    assert_eq!(org.send("DELETE", &path, None).await.0, 204);
    assert_eq!(org.get(&path).await.0, 404);
}

#[tokio::test]
async fn a_job_inserts_what_it_can_and_tells_the_rest() {
    let org = TestOrg::start().await;
    let row = |number: i32| {
        let priority = if number == 7 { "" } else { "High" };
        let key = if number == 8 { 9 } else { number };
        format!("\"Mail \"\"{number}\"\"\",{priority},k-{key},0\n")
    };
    let rows: Vec<String> = (0..450).map(row).collect();
    let csv = format!(
        "Subject,Priority,Demo_Key__c,IsReminderSet\n{}",
        rows.concat()
    );
    let job = run(
        &org,
        &json!({"object": "Task", "operation": "insert"}),
        &csv,
    )
    .await;
    let counts = (&job["numberRecordsProcessed"], &job["numberRecordsFailed"]);
    assert_eq!(counts, (&json!(450), &json!(1)), "{job}");
    let saved = results(&org, &job, "successfulResults").await;
    let header = r#""sf__Id","sf__Created","Subject","Priority","Demo_Key__c","IsReminderSet""#;
    assert_eq!(saved.body.lines().next(), Some(header));
    assert_eq!(saved.lines().len(), 449);
    // The first of the results is not the first of the rows.
    let first = saved.body.lines().nth(1).unwrap();
    let values = r#","true","Mail ""449""","High","k-449","0""#;
    assert!(first.ends_with(values), "{first}");
    let failed = results(&org, &job, "failedResults").await;
    let line = failed.lines()[0];
    let error = r#""","DUPLICATE_VALUE:duplicate value found: Demo_Key__c "#;
    assert!(line.starts_with(error), "{line}");
    let values = r#":--","Mail ""9""","High","k-9","0""#;
    assert!(line.ends_with(values), "{line}");
    let rest = results(&org, &job, "unprocessedrecords").await;
    let header = "\"Subject\",\"Priority\",\"Demo_Key__c\",\"IsReminderSet\"\n";
    assert_eq!(rest.body, header);
    let soql = "SELECT Priority FROM Task WHERE Demo_Key__c = 'k-7'";
    assert_eq!(org.value(soql, "Priority").await, "Normal");
}

#[tokio::test]
async fn parents_are_found_by_their_keys() {
    let org = TestOrg::start().await;
    let account = org
        .create("Account", &json!({"Name": "A", "Demo_Key__c": "ac-1"}))
        .await;
    let contact = org
        .create(
            "Contact",
            &json!({"LastName": "C", "AccountId": account, "Demo_Key__c": "co-1"}),
        )
        .await;
    let order = json!({"object": "Task", "operation": "insert", "lineEnding": "CRLF", "columnDelimiter": "SEMICOLON"});
    let csv = "Subject;Contact:Who.Demo_Key__c;Account:What.Demo_Key__c\r\nA;co-1;ac-1\r\nB;co-2;\r\nC;;#N/A\r\n";
    let job = run(&org, &order, csv).await;
    assert_eq!(job["state"], "JobComplete", "{job}");
    let task = org
        .query("SELECT WhoId, WhatId FROM Task WHERE Subject = 'A'")
        .await["records"][0]
        .clone();
    assert_eq!(
        (&task["WhoId"], &task["WhatId"]),
        (&json!(contact), &json!(account))
    );
    let failed = results(&org, &job, "failedResults").await;
    assert!(
        failed
            .body
            .contains("Foreign key external ID: co-2 not found"),
        "{}",
        failed.body
    );
    let line = "\";\"B\";\"co-2\";\"\"\r\n";
    assert!(failed.body.ends_with(line), "{}", failed.body);
    let order = json!({"object": "Contact", "operation": "update"});
    let csv = format!("Id,Title,Account.Demo_Key__c\n{contact},CFO,#N/A\n");
    assert_eq!(run(&org, &order, &csv).await["numberRecordsFailed"], 0);
    let found = org
        .query("SELECT AccountId, Title FROM Contact WHERE LastName = 'C'")
        .await["records"][0]
        .clone();
    assert_eq!(
        (&found["AccountId"], &found["Title"]),
        (&Value::Null, &json!("CFO"))
    );
}

#[tokio::test]
async fn updates_upserts_and_deletes() {
    let org = TestOrg::start().await;
    let upsert =
        json!({"object": "Contact", "operation": "upsert", "externalIdFieldName": "Demo_Key__c"});
    let csv = "Demo_Key__c,LastName,Title\nu-1,One,CFO\nu-2,Two,\n";
    let job = run(&org, &upsert, csv).await;
    assert_eq!(job["externalIdFieldName"], "Demo_Key__c");
    assert!(results(&org, &job, "successfulResults").await.lines()[0].contains("\"true\""));
    // An empty value leaves a field, `#N/A` empties it.
    let csv = "Demo_Key__c,LastName,Title\nu-1,Eins,\nu-2,Zwei,#N/A\nu-3,,CTO\n";
    let job = run(&org, &upsert, csv).await;
    assert_eq!(job["numberRecordsFailed"], 1);
    let failed = results(&org, &job, "failedResults").await;
    assert_eq!(
        failed.lines(),
        [
            r#""","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --","u-3","","CTO""#
        ]
    );
    let soql =
        "SELECT Id, LastName, Title FROM Contact WHERE Demo_Key__c LIKE 'u-%' ORDER BY Demo_Key__c";
    let found = org.query(soql).await["records"].clone();
    assert_eq!(
        (&found[0]["LastName"], &found[0]["Title"]),
        (&json!("Eins"), &json!("CFO"))
    );
    assert_eq!(
        (&found[1]["LastName"], &found[1]["Title"]),
        (&json!("Zwei"), &Value::Null)
    );
    let id = found[0]["Id"].as_str().unwrap();
    let update = json!({"object": "Contact", "operation": "update"});
    let csv =
        format!("Id,DoNotCall,Birthdate\n{id},1,\n{id},,tomorrow\n003000000000000AAA,,\n,,\n");
    let job = run(&org, &update, &csv).await;
    let failed = results(&org, &job, "failedResults").await;
    let expect = [
        "MISSING_ARGUMENT:Id not specified in an update call:Id --",
        "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
        "INVALID_TYPE_ON_FIELD_IN_RECORD:Birthdate: value not of required type: tomorrow:Birthdate --",
    ];
    for (line, expect) in failed.lines().into_iter().zip(expect) {
        assert!(line.contains(expect), "{line}");
    }
    let delete = json!({"object": "Contact", "operation": "delete"});
    let job = run(&org, &delete, &format!("Id\n{id}\n{id}\n")).await;
    assert_eq!(job["numberRecordsFailed"], 1);
    let failed = results(&org, &job, "failedResults").await;
    assert_eq!(
        failed.lines(),
        [format!(
            "\"{id}\",\"ENTITY_IS_DELETED:entity is deleted:--\",\"{id}\""
        )]
    );
}

#[tokio::test]
async fn every_step_at_its_time() {
    let org = TestOrg::start().await;
    let order = json!({"object": "Account", "operation": "insert"});
    let id = uploaded(&org, &order, "Name\nA\n").await;
    let path = format!("jobs/ingest/{id}");
    let again = raw(&org, "PUT", &format!("{path}/batches"), "Name\nB\n").await;
    assert!(
        again.status == 400 && again.body.contains("INVALIDJOBSTATE"),
        "{}",
        again.body
    );
    assert_eq!(raw(&org, "DELETE", &path, "").await.status, 400);
    assert_eq!(
        raw(&org, "GET", &format!("{path}/failedResults"), "")
            .await
            .status,
        400
    );
    let (_, aborted) = org.patch(&path, &json!({"state": "Aborted"})).await;
    assert_eq!(aborted["state"], "Aborted");
    let (status, error) = org.patch(&path, &json!({"state": "UploadComplete"})).await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (400, &json!("INVALIDJOBSTATE"))
    );
    let rest = raw(&org, "GET", &format!("{path}/unprocessedrecords"), "").await;
    assert_eq!(rest.body, "\"Name\"\n\"A\"\n");
    let (_, list) = org.get("jobs/ingest?jobType=V2Ingest").await;
    assert_eq!(
        (&list["done"], &list["records"][0]["id"]),
        (&json!(true), &json!(id))
    );
    assert_eq!(
        org.get("jobs/ingest?jobType=Classic").await.1["records"],
        json!([])
    );
    assert_eq!(raw(&org, "DELETE", &path, "").await.status, 204);
    assert_eq!(org.get(&path).await.0, 404);
}

#[tokio::test]
async fn a_small_job_in_one_request() {
    let org = TestOrg::start().await;
    let body = "--B\r\nContent-Type: application/json\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\n\
                {\"object\":\"Account\",\"operation\":\"insert\",\"lineEnding\":\"LF\"}\r\n--B\r\nContent-Type: text/csv\r\n\
                Content-Disposition: form-data; name=\"content\"; filename=\"content\"\r\n\r\nName\nInline\n\r\n--B--\r\n";
    let reply = org
        .client
        .post(format!(
            "{}/services/data/v67.0/jobs/ingest",
            org.server.url()
        ))
        .bearer_auth(org.token())
        .header("Content-Type", "multipart/form-data; boundary=B")
        .body(body)
        .send()
        .await
        .unwrap();
    let job: Value = reply.json().await.unwrap();
    assert_eq!(job["state"], "UploadComplete", "{job}");
    let job = ended(
        &org,
        &format!("jobs/ingest/{}", job["id"].as_str().unwrap()),
    )
    .await;
    assert_eq!(
        (&job["state"], &job["numberRecordsProcessed"]),
        (&json!("JobComplete"), &json!(1))
    );
}

#[tokio::test]
async fn a_server_that_starts_again_goes_on_with_its_jobs() {
    let org = TestOrg::start().await;
    org.server.tell(Told::Hang);
    let order = json!({"object": "Account", "operation": "insert"});
    let id = uploaded(&org, &order, "Name\nLeft over\n").await;
    close(&org, &id).await;
    let TestOrg { server, folder, .. } = org;
    server.stop().await;
    let org = TestOrg::start_in(folder).await;
    let job = ended(&org, &format!("jobs/ingest/{id}")).await;
    assert_eq!(
        (&job["state"], &job["numberRecordsProcessed"]),
        (&json!("JobComplete"), &json!(1))
    );
}

#[tokio::test]
async fn a_job_can_be_told_to_fail_or_to_hang() {
    let org = TestOrg::start().await;
    let order = json!({"object": "Account", "operation": "insert"});
    org.server.tell(Told::Fail("a bad day".to_owned()));
    let job = run(&org, &order, "Name\nA\n").await;
    assert_eq!(job["errorMessage"], "ClientInputError : a bad day");
    org.server.tell(Told::Hang);
    let id = uploaded(&org, &order, "Name\nA\n").await;
    close(&org, &id).await;
    let path = format!("jobs/ingest/{id}");
    let (_, job) = org.get(&path).await;
    assert_eq!(job["state"], "UploadComplete");
    org.server.tell(Told::Work);
    assert_eq!(ended(&org, &path).await["state"], "JobComplete");
}
