//! Signing in as the Salesforce CLI is, with a stand-in for it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::double::{Answer, Double, connect};
use super::{api_error, created};
use crate::org::*;

const TOKEN: &str = "00Dxx0000001gPF!AQ4.first";
const REDACTED: &str = "[REDACTED] Use 'sf org auth show-access-token' to view";

/// A folder that the stand-in answers from, as the org that is meant.
fn cli(answers: &[(&str, Value)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, answer) in answers {
        fs::write(folder.path().join(name), answer.to_string()).unwrap();
    }
    folder
}

fn sign_in(url: &str, folder: &TempDir) -> SignIn {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bin");
    let target = folder.path().to_str().unwrap();
    let environment = Environment::from_iter([("PATH", path), ("SF_TARGET_ORG", target)]);
    let auth = Some(AuthKind::SfCli);
    SignIn::from_environment(auth, url, Path::new(""), &environment).unwrap()
}

fn calls(folder: &TempDir) -> Vec<String> {
    let calls = fs::read_to_string(folder.path().join("sf-calls")).unwrap();
    calls.lines().map(str::to_owned).collect()
}

fn display(url: &str, token: &str) -> Value {
    json!({"status": 0, "warnings": [], "result": {
        "id": "00Dxx0000001gPFEAY", "accessToken": token, "instanceUrl": url,
        "username": "sam@acme.example", "connectedStatus": "Connected",
    }})
}

fn token(token: &str) -> Value {
    json!({"status": 0, "warnings": ["secret"], "result": {"accessToken": token}})
}

#[tokio::test]
async fn a_token_is_taken_from_where_this_cli_shows_it() {
    let double = Double::start(|_| Answer::Json(200, json!({}))).await;
    let old = cli(&[("display.json", display(&double.url, TOKEN))]);
    let new = cli(&[
        ("display.json", display(&double.url, REDACTED)),
        ("show-access-token.json", token(TOKEN)),
    ]);
    for (folder, expect) in [
        (old, &["display"][..]),
        (new, &["display", "show-access-token"]),
    ] {
        let org = connect(sign_in(&double.url, &folder)).await.unwrap();
        org.limits().await.unwrap();
        assert_eq!(double.seen().last().unwrap().bearer(), TOKEN);
        assert_eq!(calls(&folder), expect);
    }
}

#[tokio::test]
async fn an_expired_session_asks_the_cli_once_more() {
    let double = Double::start(|seen| match seen.bearer() {
        TOKEN => Answer::Json(
            401,
            api_error("INVALID_SESSION_ID", "Session expired or invalid"),
        ),
        _ => Answer::Json(200, created(1)),
    })
    .await;
    let folder = cli(&[
        ("display.json", display(&double.url, REDACTED)),
        ("show-access-token.json", token(TOKEN)),
        (
            "show-access-token.2.json",
            token("00Dxx0000001gPF!AQ4.second"),
        ),
    ]);
    let org = connect(sign_in(&double.url, &folder)).await.unwrap();
    assert!(org.create("Event", &[Fields::new()]).await.is_ok());
    assert_eq!(calls(&folder).len(), 4);
}

/// What signing in to the double ends with: a part of the message, and one of the hint.
async fn check(answers: &[(&str, Value)], message: &str, hint: &str) {
    let error = connect(sign_in("https://acme.my.salesforce.com", &cli(answers)))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Login);
    assert!(error.to_string().contains(message), "{error}");
    assert!(error.hint().unwrap().contains(hint), "{error}");
    assert!(!error.to_string().contains("AQ4"), "{error}");
}

fn failure(name: &str, message: &str) -> [(&'static str, Value); 1] {
    let answer = json!({"status": 1, "name": name, "message": message, "exitCode": 1});
    [("display.json", answer)]
}

#[tokio::test]
async fn each_failure_of_the_cli_has_its_advice() {
    check(
        &failure(
            "NamedOrgNotFoundError",
            "No authorization information found for demo.",
        ),
        "not logged in to an org named",
        "sf org list",
    )
    .await;
    check(
        &failure("RefreshTokenAuthError", "expired access/refresh token"),
        "has expired",
        "sf org login web",
    )
    .await;
    check(
        &failure(
            "AuthDecryptError",
            "Failed to decipher 00Dxx0000001gPF!AQ4 auth data",
        ),
        "AuthDecryptError: Failed to decipher (token) auth data",
        "sf org display",
    )
    .await;
    check(
        &[("display.json", json!("Welcome!"))],
        "something else than JSON",
        "sf update",
    )
    .await;
    let without = json!({"status": 0, "result": {"accessToken": TOKEN}});
    check(
        &[("display.json", without)],
        "something else than JSON",
        "sf update",
    )
    .await;
    let url = "https://acme.my.salesforce.com";
    let mut lapsed = display(url, TOKEN);
    lapsed["result"]["connectedStatus"] = json!("RefreshTokenAuthError");
    check(
        &[("display.json", lapsed)],
        "has expired",
        "sf org login web",
    )
    .await;
}

#[tokio::test]
async fn the_cli_must_be_in_the_org_of_the_manifest() {
    let other = display("https://other.my.salesforce.com", TOKEN);
    check(
        &[("display.json", other)],
        "write `instance_url: https://other.my.salesforce.com`",
        "SF_TARGET_ORG",
    )
    .await;
}
