//! Sessions, tokens, versions and headers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{TestOrg, clock};

/// Posts a form to the token endpoint.
async fn token(org: &TestOrg, form: &[(&str, &str)]) -> (u16, Value) {
    let url = format!("{}/services/oauth2/token", org.server.url());
    let reply = org.client.post(url).form(form).send().await.unwrap();
    (reply.status().as_u16(), reply.json().await.unwrap())
}

/// Posts a form with the right client.
async fn grant(org: &TestOrg, form: &[(&str, &str)]) -> (u16, Value) {
    let known = org.server.credentials();
    let secret = known.client_secret.expose_secret();
    let client = [
        ("client_id", known.client_id.as_str()),
        ("client_secret", secret),
    ];
    token(org, &[&client, form].concat()).await
}

#[tokio::test]
async fn the_grants() {
    let org = TestOrg::start().await;
    let known = org.server.credentials();
    let password = known.password.expose_secret();
    let refresh = known.refresh_token.expose_secret();
    for form in [
        vec![
            ("grant_type", "password"),
            ("username", &known.username),
            ("password", password),
        ],
        vec![("grant_type", "client_credentials")],
        vec![("grant_type", "refresh_token"), ("refresh_token", refresh)],
    ] {
        let (status, body) = grant(&org, &form).await;
        assert_eq!(status, 200, "{form:?}");
        let session = body["access_token"].as_str().unwrap();
        assert_ne!(session, org.token());
        assert_eq!(org.status_for(session).await, 200, "{form:?}");
        assert_eq!(body["instance_url"], org.server.url());
    }
    let url = format!("{}/services/oauth2/token", org.server.url());
    let request = org
        .client
        .post(url)
        .form(&[("grant_type", "client_credentials")]);
    let request = request.basic_auth(&known.client_id, Some(known.client_secret.expose_secret()));
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_session_can_be_ended_and_the_token_of_the_file_cannot() {
    let org = TestOrg::start().await;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let (_, body) = grant(&org, &[("grant_type", "client_credentials")]).await;
        sessions.push(body["access_token"].as_str().unwrap().to_owned());
    }
    let url = format!("{}/services/oauth2/revoke", org.server.url());
    for (token, status) in [
        (sessions[0].as_str(), 200),
        (&sessions[0], 400),
        (org.token(), 200),
        ("nothing", 400),
    ] {
        let reply = org.client.post(&url).form(&[("token", token)]).send().await;
        assert_eq!(reply.unwrap().status().as_u16(), status);
    }
    assert_eq!(org.status_for(&sessions[0]).await, 401);
    assert_eq!(org.status_for(&sessions[1]).await, 200);
    assert_eq!(org.status_for(org.token()).await, 200);
}

#[tokio::test]
async fn refused_grants() {
    let org = TestOrg::start().await;
    let username = org.server.credentials().username.as_str();
    for (form, error, description) in [
        (
            vec![
                ("grant_type", "password"),
                ("username", username),
                ("password", "x"),
            ],
            "invalid_grant",
            "authentication failure",
        ),
        (
            vec![("grant_type", "refresh_token"), ("refresh_token", "x")],
            "invalid_grant",
            "expired access/refresh token",
        ),
        (
            vec![("grant_type", "magic")],
            "unsupported_grant_type",
            "grant type not supported",
        ),
    ] {
        let (status, body) = grant(&org, &form).await;
        assert_eq!(
            (status, body),
            (
                400,
                json!({"error": error, "error_description": description})
            )
        );
    }
    let (status, body) = token(
        &org,
        &[("grant_type", "client_credentials"), ("client_id", "x")],
    )
    .await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_client_id")));
}

#[tokio::test]
async fn a_session_is_needed() {
    let org = TestOrg::start().await;
    let url = format!("{}/services/data/v67.0/limits", org.server.url());
    for header in [None, Some("Bearer x"), Some("OAuth x")] {
        let mut request = org.client.get(&url);
        if let Some(header) = header {
            request = request.header("Authorization", header);
        }
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 401);
        let body: Value = reply.json().await.unwrap();
        assert_eq!(
            body,
            json!([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
        );
    }
    let reply = org
        .client
        .get(&url)
        .header("Authorization", format!("OAuth {}", org.token()))
        .send()
        .await
        .unwrap();
    assert_eq!(
        reply.headers()["content-type"],
        "application/json;charset=UTF-8"
    );
    assert_eq!(reply.headers()["date"], "Sun, 22 Nov 2026 12:00:00 GMT");
    assert_eq!(reply.headers()["sforce-limit-info"], "api-usage=1/100000");
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body["DailyApiRequests"]["Remaining"], 99_999);
}

#[tokio::test]
async fn versions_paths_and_verbs() {
    let org = TestOrg::start().await;
    let status = |verb: &'static str, path: &'static str| {
        let request = org
            .client
            .request(verb.parse().unwrap(), format!("{}{path}", org.server.url()));
        let request = request.bearer_auth(org.token());
        async move {
            let reply = request.send().await.unwrap();
            let status = reply.status().as_u16();
            let body: Value = reply.json().await.unwrap_or_default();
            let code = body[0]["errorCode"].as_str().unwrap_or_default().to_owned();
            (status, code)
        }
    };
    for (verb, path, expect, code) in [
        ("GET", "/services/data", 200, ""),
        ("GET", "//services/data/v31.0//limits/", 200, ""),
        ("HEAD", "/services/data/v67.0", 200, ""),
        ("GET", "/services/data/v30.0/limits", 410, "GONE"),
        ("GET", "/services/data/v68.0/limits", 404, "NOT_FOUND"),
        ("GET", "/services/data/v67/limits", 404, "NOT_FOUND"),
        ("GET", "/services/data/v67.0/nothing", 404, "NOT_FOUND"),
        ("GET", "/", 404, "NOT_FOUND"),
        (
            "PATCH",
            "/services/data/v67.0/query",
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (
            "GET",
            "/services/data/v67.0/sobjects/account/describe",
            200,
            "",
        ),
        (
            "GET",
            "/services/data/v67.0/sobjects/Nothing/describe",
            404,
            "NOT_FOUND",
        ),
        ("GET", "/services/oauth2/userinfo", 200, ""),
    ] {
        assert_eq!(
            status(verb, path).await,
            (expect, code.to_owned()),
            "{verb} {path}"
        );
    }
    let (_, identity) = org.get("").await;
    let reply = org
        .client
        .get(identity["identity"].as_str().unwrap())
        .bearer_auth(org.token())
        .send();
    let body: Value = reply.await.unwrap().json().await.unwrap();
    assert_eq!(body["username"], "morgan.hale@larkfield.example");
}

#[tokio::test]
async fn composite_requests() {
    let org = TestOrg::start().await;
    let part = |method: &str, url: &str, id: &str, body: Value| json!({"method": method, "url": format!("/services/data/v67.0/{url}"), "referenceId": id, "body": body});
    let parts = |name: &str| {
        json!([
            part("POST", "sobjects/Account", "a", json!({"Name": name})),
            part(
                "POST",
                "sobjects/Contact",
                "c",
                json!({"LastName": "B", "AccountId": "@{a.id}"})
            ),
            part(
                "GET",
                "query?q=SELECT+Name+FROM+Account+WHERE+Id='@{a.id}'",
                "q",
                Value::Null
            ),
            part("GET", "sobjects/Nothing/describe", "d", Value::Null),
            part("GET", "sobjects/Account/@{d.Id}", "e", Value::Null),
        ])
    };
    let body = json!({"allOrNone": false, "compositeRequest": parts("One")});
    let (status, reply) = org.post("composite", &body).await;
    assert_eq!(status, 200);
    let answers = &reply["compositeResponse"];
    assert_eq!(
        (&answers[0]["httpStatusCode"], &answers[1]["httpStatusCode"]),
        (&json!(201), &json!(201)),
        "{answers}"
    );
    assert_eq!(answers[2]["body"]["records"][0]["Name"], "One");
    assert_eq!(answers[3]["httpStatusCode"], 404);
    assert_eq!(answers[4]["body"][0]["errorCode"], "PROCESSING_HALTED");
    let body = json!({"allOrNone": true, "compositeRequest": parts("Two")});
    let (_, reply) = org.post("composite", &body).await;
    assert_eq!(
        reply["compositeResponse"][0]["body"][0]["errorCode"],
        "PROCESSING_HALTED"
    );
    assert_eq!(
        org.query("SELECT COUNT() FROM Account WHERE Name = 'Two'")
            .await["totalSize"],
        0
    );
    let body = json!({"compositeRequest": [part("GET", "limits", "x[1]", Value::Null)]});
    assert_eq!(
        org.post("composite", &body).await.1[0]["errorCode"],
        "JSON_PARSER_ERROR"
    );
}

#[tokio::test]
async fn changes_are_told() {
    let org = TestOrg::start().await;
    let task = org.create("Task", &json!({"Subject": "A"})).await;
    org.send("DELETE", &format!("sobjects/Task/{task}"), None)
        .await;
    let span = "start=2026-11-22T11:00:00%2B00:00&end=2026-11-22T13:00:00Z";
    let (_, deleted) = org.get(&format!("sobjects/Task/deleted?{span}")).await;
    assert_eq!(
        deleted["deletedRecords"],
        json!([{"id": task, "deletedDate": "2026-11-22T12:00:00.001+0000"}])
    );
    let (_, updated) = org.get(&format!("sobjects/Task/updated?{span}")).await;
    assert_eq!(updated["ids"], json!([]));
    let (status, _) = org
        .get("sobjects/Task/deleted?start=2026-10-01T00:00:00Z&end=2026-11-01T00:00:00Z")
        .await;
    assert_eq!(status, 400);
}

/// Signs in with an assertion of these claims, signed with the key of the app's certificate.
async fn assert_claims(org: &TestOrg, claims: &Value) -> (u16, Value) {
    let pem = include_bytes!("../../../tests/keys/pkcs8.pem");
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    let assertion = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    token(
        org,
        &[("grant_type", grant_type), ("assertion", &assertion)],
    )
    .await
}

/// When an assertion ends that is made at the instant of the tests.
fn exp() -> i64 {
    clock().now().as_second() + 180
}

/// Claims that are good, but for one.
fn claims(org: &TestOrg, name: &str, value: Value) -> Value {
    let known = org.server.credentials();
    let mut claims = json!({
        "iss": known.client_id,
        "sub": known.username,
        "aud": "https://login.salesforce.com",
        "exp": exp(),
    });
    claims[name] = value;
    claims
}

#[tokio::test]
async fn assertions() {
    let org = TestOrg::start().await;
    for (name, value) in [
        ("exp", json!(exp())),
        ("exp", json!(exp().to_string())),
        ("aud", json!("https://test.salesforce.com/")),
        ("aud", json!(org.server.url())),
        (
            "sub",
            json!(org.server.credentials().username.to_uppercase()),
        ),
    ] {
        let (status, body) = assert_claims(&org, &claims(&org, name, value)).await;
        assert_eq!(status, 200, "{name}");
        let session = body["access_token"].as_str().unwrap();
        assert_eq!(org.status_for(session).await, 200, "{name}");
    }
}

#[tokio::test]
async fn refused_assertions() {
    let org = TestOrg::start().await;
    for (name, value, error, description) in [
        (
            "iss",
            json!("x"),
            "invalid_client_id",
            "client identifier invalid",
        ),
        (
            "sub",
            json!("x"),
            "invalid_grant",
            "user hasn't approved this consumer",
        ),
        (
            "aud",
            json!("https://acme.example"),
            "invalid_grant",
            "audience is invalid",
        ),
        (
            "exp",
            json!(exp() - 180),
            "invalid_grant",
            "invalid assertion",
        ),
        (
            "exp",
            json!(exp() + 31),
            "invalid_grant",
            "invalid assertion",
        ),
        ("exp", Value::Null, "invalid_grant", "invalid assertion"),
    ] {
        let expect = json!({"error": error, "error_description": description});
        let claims = claims(&org, name, value);
        assert_eq!(
            assert_claims(&org, &claims).await,
            (400, expect),
            "{claims}"
        );
    }
}

#[tokio::test]
async fn assertions_that_are_none() {
    let org = TestOrg::start().await;
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let claims = part(json!({"iss": org.server.credentials().client_id}));
    for assertion in [
        String::new(),
        "a.b.c".to_owned(),
        format!("{}.{claims}.", part(json!({"alg": "none"}))),
        format!("{}.{claims}.AAAA", part(json!({"alg": "RS256"}))),
    ] {
        let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let form = [("grant_type", grant_type), ("assertion", &assertion)];
        let expect = json!({"error": "invalid_grant", "error_description": "invalid assertion"});
        assert_eq!(token(&org, &form).await, (400, expect), "{assertion}");
    }
}
