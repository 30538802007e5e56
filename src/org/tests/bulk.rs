//! Jobs of the Bulk API: what is sent, and what is made of their results.

use serde_json::json;

use super::double::{Answer, Double, Seen};
use super::{ROOT, api_error};
use crate::org::*;

const JOB: &str = "7505fEXAMPLE4C2AAM";

fn info(state: &str, failed: u64) -> serde_json::Value {
    json!({
        "id": JOB, "operation": "insert", "object": "Task", "state": state,
        "contentType": "CSV", "apiVersion": 67.0, "numberRecordsProcessed": 2,
        "numberRecordsFailed": failed,
    })
}

fn id() -> JobId {
    JobId::parse(JOB).unwrap()
}

#[tokio::test]
async fn a_job_is_opened_filled_and_closed() {
    let double = Double::start(|seen| match seen.method.as_str() {
        "POST" => Answer::Json(200, info("Open", 0)),
        "PATCH" => Answer::Json(200, info("UploadComplete", 0)),
        _ => Answer::Json(201, json!("")),
    })
    .await;
    let org = double.connect().await;
    let job = org.open_job("Task", Operation::Insert).await.unwrap();
    org.upload(&job, b"Subject\na\n".to_vec()).await.unwrap();
    let closed = org.close_job(&job).await.unwrap();
    assert_eq!((job, closed.state), (id(), JobState::UploadComplete));
    let seen = double.seen();
    let lines: Vec<_> = seen.iter().map(Seen::line).collect();
    let job = format!("{ROOT}/jobs/ingest/{JOB}");
    let expect = [
        format!("POST {ROOT}/jobs/ingest"),
        format!("PUT {job}/batches"),
        format!("PATCH {job}"),
    ];
    assert_eq!(lines, expect);
    let opened = json!({
        "object": "Task", "operation": "insert", "contentType": "CSV",
        "lineEnding": "LF", "columnDelimiter": "COMMA",
    });
    assert_eq!(seen[0].json(), opened);
    assert_eq!(seen[1].headers["content-type"], "text/csv");
    assert_eq!(seen[1].body, "Subject\na\n");
    assert_eq!(seen[2].json(), json!({"state": "UploadComplete"}));
}

#[tokio::test]
async fn an_upload_whose_reply_is_lost_is_not_repeated() {
    let double = Double::start(|_| Answer::Cut).await;
    let org = double.connect().await;
    let lost = org.upload(&id(), b"Id\n".to_vec()).await.unwrap_err();
    assert_eq!((lost.kind(), double.seen().len()), (Kind::Lost, 1));
}

#[tokio::test]
async fn closing_what_is_closed_asks_how_it_stands() {
    let double = Double::start(|seen| match seen.method.as_str() {
        "PATCH" => Answer::Json(400, api_error("INVALIDJOBSTATE", "closed already")),
        _ => Answer::Json(200, info("InProgress", 0)),
    })
    .await;
    let job = double.connect().await.close_job(&id()).await.unwrap();
    assert_eq!(job.state, JobState::InProgress);

    let open = Double::start(|seen| match seen.method.as_str() {
        "PATCH" => Answer::Json(400, api_error("INVALIDJOB", "no data")),
        _ => Answer::Json(200, info("Open", 0)),
    })
    .await;
    let refused = open.connect().await.close_job(&id()).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Rejected("INVALIDJOB"));
}

/// How often results are asked for, of a job that ended so.
async fn check_asked(state: &'static str, failed: u64, expect: &[&str]) {
    let double = Double::start(move |seen| {
        if seen.target.ends_with(JOB) {
            Answer::Json(200, info(state, failed))
        } else {
            Answer::Html(
                200,
                "\"sf__Id\",\"sf__Error\",\"Demo_Key__c\"\n\"\",\"CODE:why:--\",\"k\"\n",
            )
        }
    })
    .await;
    let org = double.connect().await;
    let job = org.job(&id()).await.unwrap();
    let rows = org.job_rows(&job, "Demo_Key__c").await.unwrap();
    assert_eq!(rows.len(), expect.len());
    let asked: Vec<_> = double.seen().iter().skip(1).map(Seen::line).collect();
    let expect = expect
        .iter()
        .map(|which| format!("GET {ROOT}/jobs/ingest/{JOB}/{which}"));
    assert!(asked.iter().cloned().eq(expect), "{asked:?}");
}

#[tokio::test]
async fn only_results_that_there_are_are_asked_for() {
    check_asked("JobComplete", 0, &["successfulResults"]).await;
    let both = ["successfulResults", "failedResults"];
    check_asked("JobComplete", 1, &both).await;
    check_asked("Aborted", 0, &both).await;
    check_asked("Failed", 0, &both).await;
}

#[test]
fn the_id_of_a_job_may_stand_in_a_url() {
    assert_eq!(JobId::parse("750/../x"), None);
    assert_eq!(JobId::parse(""), None);
}
