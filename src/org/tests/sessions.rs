//! Sessions that expire.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::double::{Answer, Double, Seen, connect};
use super::{api_error, created, fields};
use crate::org::*;

fn client_credentials(url: &str) -> SignIn {
    let environment =
        Environment::from_iter([("SF_CLIENT_ID", "app"), ("SF_CLIENT_SECRET", "hush")]);
    let folder = std::path::Path::new("");
    SignIn::from_environment(Some(AuthKind::Oauth), url, folder, &environment).unwrap()
}

fn expired() -> Answer {
    Answer::Json(
        401,
        api_error("INVALID_SESSION_ID", "Session expired or invalid"),
    )
}

/// An org whose first token expires as soon as we are connected; `again` is what the token
/// endpoint answers then.
async fn expiring(again: fn(&str) -> Answer) -> Double {
    let logins = AtomicUsize::new(0);
    Double::start(move |seen| match seen.target.as_str() {
        "/services/oauth2/token" => {
            let host = seen.headers.get("host").unwrap().to_str().unwrap();
            match logins.fetch_add(1, Ordering::Relaxed) {
                0 => token("first", host),
                _ => again(host),
            }
        }
        _ if seen.bearer() == "first" => expired(),
        _ => Answer::Json(200, created(1)),
    })
    .await
}

fn token(token: &str, host: &str) -> Answer {
    Answer::Json(
        200,
        json!({"access_token": token, "instance_url": format!("http://{host}")}),
    )
}

fn logins(double: &Double) -> usize {
    let is_login = |seen: &&Seen| seen.target == "/services/oauth2/token";
    double.seen().iter().filter(is_login).count()
}

#[tokio::test]
async fn an_expired_session_is_renewed_once_for_all_calls() {
    let double = expiring(|host| token("second", host)).await;
    let org = connect(client_credentials(&double.url)).await.unwrap();
    let create = |object: &'static str| {
        let org = org.clone();
        let row = fields(json!({"Subject": "a"}));
        tokio::spawn(async move { org.create(object, &[row]).await })
    };
    for call in [create("Event"), create("Task"), create("Event")] {
        assert!(call.await.unwrap().is_ok());
    }
    assert_eq!(logins(&double), 2);
    assert_eq!(
        double.seen()[0].body,
        "grant_type=client_credentials&client_id=app&client_secret=hush"
    );
}

#[tokio::test]
async fn a_refused_renewal_is_the_error_and_is_not_tried_again() {
    let double = expiring(|_| {
        Answer::Json(
            400,
            json!({"error": "inactive_user", "error_description": "user is inactive"}),
        )
    })
    .await;
    let org = connect(client_credentials(&double.url)).await.unwrap();
    for _ in 0..2 {
        let error = org.create("Event", &[Fields::new()]).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Login);
        assert_eq!(
            error.to_string(),
            "cannot sign in: inactive_user: user is inactive"
        );
        assert!(error.hint().unwrap().contains("deactivated"));
    }
    assert_eq!(logins(&double), 2);
}

#[tokio::test]
async fn a_renewed_session_that_is_refused_too_is_the_end() {
    let double = expiring(|host| token("first", host)).await;
    let org = connect(client_credentials(&double.url)).await.unwrap();
    let error = org.create("Event", &[Fields::new()]).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Login);
    assert_eq!(logins(&double), 2);
}

#[tokio::test]
async fn an_expired_access_token_needs_the_user() {
    let double = Double::start(|_| expired()).await;
    let error = double.connect().await.limits().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Login);
    assert!(error.hint().unwrap().contains("SF_ACCESS_TOKEN"));
    assert_eq!(double.seen().len(), 1);
}

/// What connecting ends with where the org refuses a good token at the door.
async fn check_door(status: u16, code: &'static str, message: &'static str, hint: &str) {
    let double = Double::stranger(move |_| Answer::Json(status, api_error(code, message))).await;
    let sign_in = SignIn::with_access_token(&double.url, "first".into()).unwrap();
    let error = connect(sign_in).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Login, "{error}");
    assert!(error.to_string().contains(code), "{error}");
    assert!(error.hint().unwrap().contains(hint), "{error}");
}

#[tokio::test]
async fn who_is_refused_at_the_door_is_not_signed_in() {
    check_door(
        403,
        "OAUTH_APP_BLOCKED",
        "this app is blocked by admin",
        "Unblock",
    )
    .await;
    check_door(
        403,
        "API_DISABLED_FOR_ORG",
        "API is disabled",
        "API Enabled",
    )
    .await;
    check_door(
        403,
        "FORBIDDEN",
        "High assurance session required",
        "sf org login web",
    )
    .await;
    check_door(
        401,
        "INVALID_SESSION_ID",
        "Session expired or invalid",
        "sf_cli",
    )
    .await;
}
