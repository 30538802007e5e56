//! Bulk API 1.0, end to end.

use serde_json::{Value, json};

use super::TestOrg;

const OPEN: &str =
    "<?xml version=\"1.0\"?>\n<jobInfo xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\">";

/// A reply: its status, its content type, and its body.
type Told = (u16, String, String);

/// Sends a request with the session in the header of this API.
async fn send(org: &TestOrg, path: &str, content_type: &str, body: Option<&str>) -> Told {
    let url = format!("{}/services/async/67.0/job{path}", org.server.url());
    let request = match body {
        Some(body) => org.client.post(url).body(body.to_owned()),
        None => org.client.get(url),
    };
    let request = request.header("X-SFDC-Session", org.token());
    let request = match content_type {
        "" => request,
        name => request.header("Content-Type", name),
    };
    let reply = request.send().await.unwrap();
    let kind = reply.headers()["content-type"].to_str().unwrap().to_owned();
    (reply.status().as_u16(), kind, reply.text().await.unwrap())
}

async fn send_json(org: &TestOrg, path: &str, body: Option<&Value>) -> (u16, Value) {
    let body = body.map(Value::to_string);
    let (status, _, text) = send(org, path, "application/json", body.as_deref()).await;
    (status, serde_json::from_str(&text).unwrap())
}

/// Opens a job of JSON, and gives its path.
async fn open(org: &TestOrg, operation: &str, object: &str) -> String {
    let order = json!({
        "operation": operation, "object": object, "contentType": "JSON", "concurrencyMode": 1,
        "externalIdFieldName": if operation == "upsert" { "Demo_Key__c" } else { "" },
    });
    let (status, job) = send_json(org, "", Some(&order)).await;
    let told = (status, &job["state"], &job["concurrencyMode"]);
    assert_eq!(told, (201, &json!("Open"), &json!("Serial")), "{job}");
    format!("/{}", job["id"].as_str().unwrap())
}

/// Adds a batch, asks for it until it has ended, and gives its path.
async fn add(org: &TestOrg, job: &str, records: &Value) -> String {
    let (status, batch) = send_json(org, &format!("{job}/batch"), Some(records)).await;
    assert_eq!((status, &batch["state"]), (201, &json!("Queued")));
    let path = format!("{job}/batch/{}", batch["id"].as_str().unwrap());
    loop {
        let (_, batch) = send_json(org, &path, None).await;
        match batch["state"].as_str().unwrap() {
            "Queued" | "InProgress" => {}
            "Completed" => return path,
            _ => panic!("{batch}"),
        }
    }
}

#[tokio::test]
async fn batches_of_json() {
    let org = TestOrg::start().await;
    let job = open(&org, "insert", "Account").await;
    let rows = json!([
        {"Name": "One", "Demo_Key__c": "c-1"},
        {"Site": "no name"},
        {"Name": "Two", "Demo_Key__c": "c-2", "Parent": {"Demo_Key__c": "c-1"}},
    ]);
    let batch = add(&org, &job, &rows).await;
    // Results come in the order of the rows.
    let (_, results) = send_json(&org, &format!("{batch}/result"), None).await;
    let success: Vec<_> = (0..3).map(|row| results[row]["success"].clone()).collect();
    assert_eq!(success, [true, false, true], "{results}");
    let error = &results[1]["errors"][0];
    assert_eq!(
        (&error["statusCode"], &error["fields"]),
        (&json!("REQUIRED_FIELD_MISSING"), &json!(["Name"]))
    );
    let (_, request) = send_json(&org, &format!("{batch}/request"), None).await;
    assert_eq!(request, rows);
    let delete = open(&org, "delete", "Account").await;
    let id = results[2]["id"].clone();
    let batch = add(&org, &delete, &json!([{ "Id": id }])).await;
    let (_, results) = send_json(&org, &format!("{batch}/result"), None).await;
    assert_eq!(
        (&results[0]["id"], &results[0]["success"]),
        (&id, &json!(true))
    );
    let (_, closed) = send_json(&org, &job, Some(&json!({"state": "Closed"}))).await;
    let told = (
        &closed["state"],
        &closed["numberBatchesCompleted"],
        &closed["numberRecordsFailed"],
    );
    assert_eq!(told, (&json!("Closed"), &json!(1), &json!(1)));
    let (_, list) = send_json(&org, &format!("{job}/batch"), None).await;
    assert_eq!(list["batchInfo"][0]["numberRecordsProcessed"], 3, "{list}");
    let (status, error) = send_json(&org, &format!("{job}/batch"), Some(&rows)).await;
    assert_eq!(
        (status, &error["exceptionCode"]),
        (400, &json!("InvalidJobState"))
    );
    let (_, limits) = org.get("limits").await;
    assert_eq!(limits["DailyBulkApiBatches"]["Remaining"], 14_998);
}

#[tokio::test]
async fn queries_of_json_count_milliseconds() {
    let org = TestOrg::start().await;
    let job = open(&org, "query", "Account").await;
    let (_, _, batch) = send(
        &org,
        &format!("{job}/batch"),
        "application/json",
        Some("SELECT Id, Owner.Name, CreatedDate FROM Account ORDER BY Id LIMIT 2"),
    )
    .await;
    let batch: Value = serde_json::from_str(&batch).unwrap();
    let path = format!("{job}/batch/{}", batch["id"].as_str().unwrap());
    let ids = loop {
        let (status, ids) = send_json(&org, &format!("{path}/result"), None).await;
        if status == 200 {
            break ids;
        }
        assert_eq!(ids["exceptionCode"], "InvalidBatch");
    };
    let result = format!("{path}/result/{}", ids[0].as_str().unwrap());
    let (_, found) = send_json(&org, &result, None).await;
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!(found[0]["attributes"]["type"], "Account");
    assert!(found[0]["CreatedDate"].is_i64(), "{found}");
    assert!(found[0]["Owner"]["Name"].is_string(), "{found}");
}

#[tokio::test]
async fn jobs_of_xml_with_batches_of_csv_and_of_xml() {
    let org = TestOrg::start().await;
    let xml = "application/xml; charset=UTF-8";
    for (content_type, media_type, rows, expect) in [
        (
            "CSV",
            "text/csv",
            "Name,Site\nA,#N/A\n,x\n",
            "\"Id\",\"Success\",\"Created\",\"Error\"\n\"001",
        ),
        (
            "XML",
            "application/xml",
            "<sObjects><sObject><Name>A &amp; B</Name><Site xsi:nil=\"true\"/></sObject><sObject/></sObjects>",
            "<statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><id xsi:nil=\"true\"/><success>false</success>",
        ),
    ] {
        let order = format!(
            "{OPEN}<operation>insert</operation><object>Account</object><contentType>{content_type}</contentType></jobInfo>"
        );
        let (status, kind, job) = send(&org, "", xml, Some(&order)).await;
        assert_eq!((status, kind.as_str()), (201, "application/xml"), "{job}");
        let job = format!("/{}", element(&job, "id"));
        let (status, _, batch) = send(&org, &format!("{job}/batch"), media_type, Some(rows)).await;
        assert_eq!(
            (status, element(&batch, "state")),
            (201, "Queued"),
            "{batch}"
        );
        let batch = format!("{job}/batch/{}", element(&batch, "id"));
        let results = loop {
            let (status, kind, results) = send(&org, &format!("{batch}/result"), "", None).await;
            if status == 200 {
                assert!(kind.starts_with(media_type), "{kind}");
                break results;
            }
        };
        assert!(results.contains(expect), "{results}");
        let abort = format!("{OPEN}<state>Aborted</state></jobInfo>");
        let (_, _, job) = send(&org, &job, xml, Some(&abort)).await;
        assert_eq!(element(&job, "state"), "Aborted");
        assert_eq!(element(&job, "numberRecordsFailed"), "1");
    }
}

#[tokio::test]
async fn problems_have_a_form_of_their_own() {
    let org = TestOrg::start().await;
    let (status, error) = send_json(&org, "/750000000000001AAA", None).await;
    let message = "Unable to find job with id: 750000000000001AAA";
    let expect = json!({"exceptionCode": "InvalidJob", "exceptionMessage": message});
    assert_eq!((status, error), (400, expect));
    let (_, kind, error) = send(&org, "/x", "", None).await;
    assert_eq!(
        (kind.as_str(), element(&error, "exceptionCode")),
        ("application/xml", "InvalidJob")
    );
    let url = format!("{}/services/async/67.0/job", org.server.url());
    let reply = org
        .client
        .post(url)
        .bearer_auth(org.token())
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status().as_u16(), 400);
    assert_eq!(
        element(&reply.text().await.unwrap(), "exceptionCode"),
        "InvalidSessionId"
    );
    let url = format!("{}/services/async/20.0/job", org.server.url());
    let request = org.client.post(url).header("X-SFDC-Session", org.token());
    let reply = request.send().await.unwrap().text().await.unwrap();
    assert_eq!(element(&reply, "exceptionCode"), "InvalidVersion");
}

/// The text of the first element of a name.
fn element<'a>(document: &'a str, name: &str) -> &'a str {
    let rest = document.split_once(&format!("<{name}>"));
    let found = rest.and_then(|(_, rest)| rest.split_once("</"));
    found.map_or("", |(text, _)| text)
}
