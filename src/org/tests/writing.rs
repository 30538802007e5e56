//! Rows that are written, and what is known of them when the reply is not what it should be.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::double::{Answer, DATE, Double, Seen};
use super::{ROOT, api_error, created, fields};
use crate::org::*;

/// Answers one after the other, and then the last one again.
fn script(answers: Vec<fn() -> Answer>) -> impl Fn(&Seen) -> Answer + Send + Sync {
    let turn = AtomicUsize::new(0);
    move |_| {
        let at = turn.fetch_add(1, Ordering::Relaxed);
        answers[at.min(answers.len() - 1)]()
    }
}

#[tokio::test]
async fn rows_are_written_and_answered_in_order() {
    let double = Double::start(|_| {
        Answer::Json(200, json!([
            {"id": "00U000000000001AAA", "success": true, "errors": []},
            {"success": false, "errors": [
                {"statusCode": "STRING_TOO_LONG", "message": "Subject:\ntoo large", "fields": ["Subject"]},
            ]},
        ]))
    })
    .await;
    let org = double.connect().await;
    let subject = |text: &str| fields(json!({ "Subject": text }));
    let rows = [subject("a"), subject("b")];
    let sent = org.create("Event", &rows).await.unwrap();
    let at = jiff::fmt::rfc2822::parse(DATE).unwrap().timestamp();
    assert_eq!(sent.at, at);
    let ok = RowOk {
        id: "00U000000000001AAA".to_owned(),
    };
    let refused = RowError {
        code: "STRING_TOO_LONG".to_owned(),
        message: "Subject: too large".to_owned(),
        fields: vec!["Subject".to_owned()],
    };
    assert_eq!(sent.rows, [Ok(ok), Err(refused)]);

    let [one, two] = ["00U000000000001AAA", "00U000000000002AAA"];
    let changes = [(one, subject("c")), (two, subject("d"))];
    assert_eq!(org.update("Event", &changes).await.unwrap(), sent);
    assert_eq!(org.delete(&[one, two]).await.unwrap(), sent);

    let seen = double.seen();
    let duplicates = seen[0].headers.get("sforce-duplicate-rule-header");
    assert_eq!(duplicates.unwrap(), "allowSave=true", "as it was asked for");
    assert_eq!(seen[0].line(), format!("POST {ROOT}/composite/sobjects"));
    assert_eq!(
        seen[0].json(),
        json!({"allOrNone": false, "records": [
            {"attributes": {"type": "Event"}, "Subject": "a"},
            {"attributes": {"type": "Event"}, "Subject": "b"},
        ]})
    );
    assert_eq!(seen[1].line(), format!("PATCH {ROOT}/composite/sobjects"));
    assert_eq!(
        seen[1].json()["records"][1],
        json!(
            {"attributes": {"type": "Event"}, "id": two, "Subject": "d"}
        )
    );
    let target = format!("{ROOT}/composite/sobjects?ids={one},{two}&allOrNone=false");
    assert_eq!(seen[2].line(), format!("DELETE {target}"));
    let forged = org.delete(&["00U000000000001&allOrNone=true"]).await;
    assert_eq!(forged.unwrap_err().kind(), Kind::Unsupported);
}

/// Creates one row against a double that answers so; tells the outcome and how often it was sent.
async fn check_create(answers: Vec<fn() -> Answer>, expect: Result<(), Kind<'_>>, sent: usize) {
    let double = Double::start(script(answers)).await;
    let org = double.connect().await;
    let created = org
        .create("Event", &[fields(json!({"Subject": "a"}))])
        .await;
    let outcome = created.as_ref().map(drop).map_err(Error::kind);
    assert_eq!(
        (outcome, double.seen().len()),
        (expect, sent),
        "{created:?}"
    );
}

#[tokio::test]
async fn a_create_without_a_valid_reply_is_lost_and_never_repeated() {
    check_create(vec![|| Answer::Cut], Err(Kind::Lost), 1).await;
    check_create(
        vec![|| Answer::Html(502, "<h1>Bad gateway")],
        Err(Kind::Lost),
        1,
    )
    .await;
    check_create(
        vec![|| Answer::Html(200, "<h1>Welcome")],
        Err(Kind::Lost),
        1,
    )
    .await;
    check_create(vec![|| Answer::Html(404, "<h1>Who?")], Err(Kind::Lost), 1).await;
    check_create(
        vec![|| Answer::Json(503, api_error("SERVER_UNAVAILABLE", "later"))],
        Err(Kind::Lost),
        1,
    )
    .await;
    check_create(
        vec![|| Answer::Json(500, api_error("UNKNOWN_EXCEPTION", "oh"))],
        Err(Kind::Lost),
        1,
    )
    .await;
    check_create(vec![|| Answer::Json(200, created(2))], Err(Kind::Lost), 1).await;
    check_create(
        vec![|| Answer::Json(200, json!([{"success": true}]))],
        Err(Kind::Lost),
        1,
    )
    .await;
}

#[tokio::test]
async fn a_create_that_was_refused_whole_is_not_lost() {
    check_create(
        vec![|| Answer::Json(400, api_error("JSON_PARSER_ERROR", "?"))],
        Err(Kind::Rejected("JSON_PARSER_ERROR")),
        1,
    )
    .await;
    check_create(
        vec![|| {
            Answer::Json(
                403,
                api_error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
            )
        }],
        Err(Kind::RequestLimit),
        1,
    )
    .await;
}

#[tokio::test]
async fn a_create_is_repeated_when_it_certainly_had_no_effect() {
    let later: fn() -> Answer = || {
        let body = api_error("REQUEST_LIMIT_EXCEEDED", "too many");
        Answer::With(429, body, ("retry-after", "0"))
    };
    let concurrency: fn() -> Answer = || {
        let body = api_error(
            "REQUEST_LIMIT_EXCEEDED",
            "ConcurrentPerOrgLongTxn Limit exceeded.",
        );
        Answer::With(403, body, ("retry-after", "0"))
    };
    let done: fn() -> Answer = || Answer::Json(200, created(1));
    check_create(vec![later, concurrency, done], Ok(()), 3).await;
}

#[tokio::test]
async fn an_update_is_repeated_after_a_fault() {
    let unavailable: fn() -> Answer = || {
        let body = api_error("SERVER_UNAVAILABLE", "later");
        Answer::With(503, body, ("retry-after", "0"))
    };
    let done: fn() -> Answer = || Answer::Json(200, created(1));
    let double = Double::start(script(vec![unavailable, unavailable, done])).await;
    let org = double.connect().await;
    let change = [("00U000000000000AAA", fields(json!({"Subject": "a"})))];
    let sent = org.update("Event", &change).await.unwrap();
    assert_eq!((sent.rows.len(), double.seen().len()), (1, 3));
    assert_eq!(org.calls(), 2 + 3);
}
