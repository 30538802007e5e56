//! The org as a client sees it: over HTTP, on a free port of the loopback.

mod activities;
mod bulk;
mod bulk_classic;
mod bulk_query;
mod bulk_refusals;
mod emails;
mod exchange;
mod faults;
mod features;
mod many_at_once;
mod metadata;
mod other_forms;
mod over_http;
mod permissions;
mod queries;
mod rules;
mod searches;
mod signing_in;
mod tooling;

use secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::TempDir;

use super::{Options, Server, serve};
use crate::clock::Clock;

/// A served org with a fixed clock, in a folder that goes with it.
pub(super) struct TestOrg {
    pub(super) server: Server,
    pub(super) folder: TempDir,
    pub(super) client: reqwest::Client,
}

/// The instant at which the tests take place.
pub(super) fn clock() -> Clock {
    Clock::Fixed("2026-11-22T12:00:00Z".parse().unwrap())
}

impl TestOrg {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start_in(folder).await
    }

    /// Serves an org without our fields and objects.
    pub(super) async fn start_bare() -> Self {
        Self::start_as((true, super::Features::default())).await
    }

    /// Serves an org that has these features too.
    pub(super) async fn start_with(features: &[super::Feature]) -> Self {
        Self::start_as((false, super::Features::of(features, &[]))).await
    }

    async fn start_as((bare, features): (bool, super::Features)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        super::reset(&folder.path().join("org.sqlite"), bare, features, clock()).unwrap();
        Self::start_in(folder).await
    }

    /// Serves the org of a folder.
    pub(super) async fn start_in(folder: TempDir) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let data = folder.path().join("org.sqlite");
        let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/certificate.pem");
        let server = serve(Options {
            jwt_certificate: Some(certificate.into()),
            ..Options::new(data, ([127, 0, 0, 1], 0).into(), clock())
        });
        Self {
            server: server.await.unwrap(),
            folder,
            client: reqwest::Client::new(),
        }
    }

    pub(super) fn token(&self) -> &str {
        self.server.credentials().access_token.expose_secret()
    }

    /// The status of a request with this token.
    pub(super) async fn status_for(&self, token: &str) -> u16 {
        let url = format!("{}/services/data/v67.0/limits", self.server.url());
        let reply = self.client.get(url).bearer_auth(token).send().await;
        reply.unwrap().status().as_u16()
    }

    /// Sends a request to a path below the version; gives the status, and the body or null.
    pub(super) async fn send(&self, verb: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let url = format!("{}/services/data/v67.0/{path}", self.server.url());
        let mut request = self
            .client
            .request(verb.parse().unwrap(), url)
            .bearer_auth(self.token());
        if let Some(body) = body {
            request = request.json(body);
        }
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        let body = reply.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    pub(super) async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, Some(body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("PATCH", path, Some(body)).await
    }

    /// Creates a record that must be good, and gives its id.
    pub(super) async fn create(&self, object: &str, body: &Value) -> String {
        let (status, reply) = self.post(&format!("sobjects/{object}"), body).await;
        assert_eq!(status, 201, "{object} {body}: {reply}");
        reply["id"].as_str().unwrap().to_owned()
    }

    /// Runs a query that must succeed.
    pub(super) async fn query(&self, soql: &str) -> Value {
        let (status, body) = self.get(&format!("query?q={}", encode(soql))).await;
        assert_eq!(status, 200, "{soql}: {body}");
        body
    }

    /// The one value of a query for a single field of a single record.
    pub(super) async fn value(&self, soql: &str, field: &str) -> Value {
        let body = self.query(soql).await;
        body["records"][0][field].clone()
    }
}

pub(super) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
