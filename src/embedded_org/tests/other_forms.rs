//! The forms in which other clients sign in and speak: SOAP, identity, compression, lists of fields.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::TestOrg;

async fn soap(org: &TestOrg, version: &str, header: &str, body: &str) -> (u16, String) {
    let url = format!("{}/services/Soap/u/{version}", org.server.url());
    let envelope = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header>{header}</s:Header>\
         <s:Body>{body}</s:Body></s:Envelope>"
    );
    let request = org.client.post(url).header("Content-Type", "text/xml");
    let reply = request.body(envelope).send().await.unwrap();
    let status = reply.status().as_u16();
    assert_eq!(reply.headers()["content-type"], "text/xml;charset=UTF-8");
    (status, reply.text().await.unwrap())
}

/// What stands in the first element of that name.
fn element<'t>(xml: &'t str, name: &str) -> &'t str {
    let after = xml.split_once(&format!("<{name}>")).map(|(_, after)| after);
    let text = after
        .and_then(|after| after.split_once("</"))
        .map(|(text, _)| text);
    text.unwrap_or_else(|| panic!("no {name} in {xml}"))
}

#[tokio::test]
async fn soap_login_and_logout() {
    let org = TestOrg::start().await;
    let known = org.server.credentials();
    let login = |password: &str| {
        format!(
            "<login><username>{}</username><password>{password}</password></login>",
            known.username
        )
    };
    let good = login(known.password.expose_secret());
    let (status, reply) = soap(&org, "64.0/00D000000000001", "", &good).await;
    assert_eq!(status, 200, "{reply}");
    let token = element(&reply, "sessionId").to_owned();
    assert_ne!(token, org.token());
    assert!(
        element(&reply, "serverUrl")
            .starts_with(&format!("{}/services/Soap/u/64.0/00D", org.server.url()))
    );
    assert_eq!(element(&reply, "userFullName"), "Morgan Hale");

    let session = format!("<SessionHeader><sessionId>{token}</sessionId></SessionHeader>");
    let (status, reply) = soap(&org, "64.0", &session, "<getUserInfo/>").await;
    assert_eq!(
        (status, element(&reply, "userName")),
        (200, known.username.as_str())
    );
    let (status, _) = soap(&org, "67.0", &session, "<logout/>").await;
    assert_eq!(status, 200);
    let (_, fault) = soap(&org, "67.0", &session, "<logout/>").await;
    assert_eq!(element(&fault, "sf:exceptionCode"), "INVALID_SESSION_ID");

    let session = format!(
        "<SessionHeader><sessionId>{}</sessionId></SessionHeader>",
        org.token()
    );
    for (version, header, body, code) in [
        ("64.0", "", login("wrong"), "INVALID_LOGIN"),
        ("65.0", "", good, "UNSUPPORTED_API_VERSION"),
        ("x", "", login("wrong"), "UNSUPPORTED_API_VERSION"),
        ("64.0", "", "<logout/>".to_owned(), "INVALID_SESSION_ID"),
        (
            "64.0",
            session.as_str(),
            "<convertLead/>".to_owned(),
            "UNKNOWN_EXCEPTION",
        ),
        ("64.0", "", "<broken>".to_owned(), "UNKNOWN_EXCEPTION"),
    ] {
        let (status, fault) = soap(&org, version, header, &body).await;
        assert_eq!(
            (status, element(&fault, "sf:exceptionCode")),
            (500, code),
            "{body}"
        );
    }
}

#[tokio::test]
async fn identity_takes_the_token_from_the_url() {
    let org = TestOrg::start().await;
    let (_, resources) = org.get("").await;
    let url = resources["identity"].as_str().unwrap().to_owned();
    let get = async |query: String| {
        org.client
            .get(format!("{url}?{query}"))
            .send()
            .await
            .unwrap()
    };
    let token = org.token().replace('!', "%21");
    let reply = get(format!("format=json&version=latest&oauth_token={token}")).await;
    let identity: Value = reply.json().await.unwrap();
    assert_eq!(identity["username"], "morgan.hale@larkfield.example");
    let rest = format!("{}/services/data/v67.0/", org.server.url());
    assert_eq!(identity["urls"]["rest"], rest);
    let bad = get("oauth_token=00D%21x".to_owned()).await;
    assert_eq!(bad.status().as_u16(), 403);
    assert_eq!(bad.text().await.unwrap(), "Bad_OAuth_Token");
}

#[tokio::test]
async fn bodies_come_compressed_and_go_laid_out() {
    let org = TestOrg::start().await;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(json!({"Name": "Squeezed"}).to_string().as_bytes())
        .unwrap();
    let url = format!(
        "{}//services/data/v67.0/sobjects/account/",
        org.server.url()
    );
    let request = org.client.post(url).bearer_auth(org.token());
    let request = request
        .header("Content-Encoding", "gzip")
        .header("X-PrettyPrint", "1");
    let reply = request.body(gzip.finish().unwrap()).send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 201);
    let text = reply.text().await.unwrap();
    assert!(text.contains("\n  \"success\" : true"), "{text}");
    let id: Value = serde_json::from_str(&text).unwrap();
    let path = format!("sobjects/Account/{}", id["id"].as_str().unwrap());
    assert_eq!(org.get(&path).await.1["Name"], "Squeezed");
    assert_eq!(org.send("HEAD", &path, None).await, (200, Value::Null));
}
