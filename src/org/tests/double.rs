//! A stand-in for an org, for tests of this room: a loopback server with one handler.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::org::{Error, Notices, Options, Org, SignIn};

/// One request, as the double saw it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: Method,
    /// Path and query, decoded.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Seen {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Method and path, as in `GET /services/data/v67.0/limits`.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub(super) fn bearer(&self) -> &str {
        let header = self.headers.get("authorization").unwrap();
        header.to_str().unwrap().strip_prefix("Bearer ").unwrap()
    }
}

/// What the double answers.
pub(super) enum Answer {
    Json(u16, Value),
    /// Status, body, and a header more.
    With(u16, Value, (&'static str, &'static str)),
    Html(u16, &'static str),
    /// The headers of a reply and the beginning of its body, and then nothing.
    Cut,
}

pub(super) struct Double {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// What the double answers to every request for the org's time: the Date header.
pub(super) const DATE: &str = "Tue, 24 Nov 2026 08:12:31 GMT";

impl Double {
    /// Starts on a free port. The handler is asked whatever the double does not know itself: who
    /// the org is, and who the user.
    pub(super) async fn start(handler: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self::stranger(move |request| match who(request) {
            Some(body) => Answer::Json(200, body),
            None => handler(request),
        })
        .await
    }

    /// Starts on a free port, and asks the handler whatever is asked.
    pub(super) async fn stranger(
        handler: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = seen.clone();
        let answer = Arc::new(move |request: &Seen| {
            requests.lock().unwrap().push(request.clone());
            respond(handler(request))
        });
        let router = Router::new().fallback(move |parts: Parts, body: Bytes| {
            let answer = answer.clone();
            async move { answer(&read(&parts, &body)) }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    /// Signed in with the token `first`.
    pub(super) async fn connect(&self) -> Org {
        let sign_in = SignIn::with_access_token(&self.url, "first".into()).unwrap();
        connect(sign_in).await.unwrap()
    }

    /// The requests so far, without those of signing in.
    pub(super) fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .filter(|seen| who(seen).is_none())
            .cloned()
            .collect()
    }
}

pub(super) async fn connect(sign_in: SignIn) -> Result<Org, Error> {
    Org::connect(
        sign_in,
        Options {
            api_version: "67.0".to_owned(),
            user_agent: "demo-gen/test".to_owned(),
            clock: Clock::Fixed(Timestamp::UNIX_EPOCH),
            jitter_seed: 7,
            allow_duplicates: true,
            notices: Notices::new(|_| {}),
        },
    )
    .await
}

fn read(parts: &Parts, body: &Bytes) -> Seen {
    let decoded = reqwest::Url::parse(&format!("http://double{}", parts.uri)).unwrap();
    let query: Vec<_> = decoded
        .query_pairs()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut target = decoded.path().to_owned();
    if !query.is_empty() {
        target = format!("{target}?{}", query.join("&"));
    }
    Seen {
        method: parts.method.clone(),
        target,
        headers: parts.headers.clone(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

fn respond(answer: Answer) -> Response<Body> {
    let reply = Response::builder()
        .header("date", DATE)
        .header("sforce-limit-info", "api-usage=18/5000");
    match answer {
        Answer::Json(status, body) => reply.status(status).body(body.to_string().into()),
        Answer::With(status, body, (name, value)) => reply
            .status(status)
            .header(name, value)
            .body(body.to_string().into()),
        Answer::Html(status, body) => reply
            .status(status)
            .header("content-type", "text/html")
            .body(body.into()),
        Answer::Cut => reply
            .header("content-length", "1000")
            .body("[{\"id\":".into()),
    }
    .unwrap()
}

/// The answers to the questions that connecting asks.
fn who(request: &Seen) -> Option<Value> {
    let part = |name, row| {
        let body = json!({"totalSize": 1, "done": true, "records": [row]});
        json!({"referenceId": name, "httpStatusCode": 200, "httpHeaders": {}, "body": body})
    };
    if request.target == "/services/data/v67.0" {
        let identity = "https://login.salesforce.com/id/00Dxx0000001gPFEAY/005xx000001SwiUAAS";
        Some(json!({ "identity": identity, "query": "/services/data/v67.0/query" }))
    } else if request.target.ends_with("/composite") && request.body.contains("FROM+Organization") {
        assert!(
            request
                .body
                .contains("FROM+User+WHERE+Id+%3D+%27005xx000001SwiUAAS%27")
        );
        let organization = json!({
            "Id": "00Dxx0000001gPFEAY", "Name": "Acme", "IsSandbox": false,
            "OrganizationType": "Developer Edition",
            "TrialExpirationDate": "2026-12-24T09:30:00.000+0000",
            "TimeZoneSidKey": "America/Los_Angeles",
        });
        let user = json!({"Id": "005xx000001SwiUAAS", "Username": "sam@acme.example"});
        let parts = [part("user", user), part("organization", organization)];
        Some(json!({ "compositeResponse": parts }))
    } else {
        None
    }
}
