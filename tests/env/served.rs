//! `org serve` as a process of its own, and somebody else who works in that org.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::{Value as Json, json};

use super::TestEnv;

/// A served org. It ends when dropped.
pub(crate) struct Served {
    pub(crate) url: String,
    pub(crate) token: String,
    /// Everything that can be put into an `.env` file, by name.
    pub(crate) credentials: Vec<(String, String)>,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    child: Child,
    /// Held open, so that the server can go on writing.
    _stdout: BufReader<ChildStdout>,
}

impl Served {
    /// Serves the folder's org on any free port.
    pub(crate) fn start(env: &TestEnv, options: &[&str]) -> Self {
        let mut arguments = vec!["org", "serve", "--listen", "127.0.0.1:0"];
        arguments.extend(options);
        let mut command = env.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let credentials = credentials(&mut stdout);
        let value = |name: &str| {
            let found = credentials.iter().find(|(known, _)| known == name);
            found
                .unwrap_or_else(|| panic!("no {name} is printed"))
                .1
                .clone()
        };
        // Another test of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            url: value("SF_INSTANCE_URL"),
            token: value("SF_ACCESS_TOKEN"),
            credentials,
            client: reqwest::Client::new(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            child,
            _stdout: stdout,
        }
    }

    /// The records that a query gives.
    #[track_caller]
    pub(crate) fn query(&self, soql: &str) -> Vec<Json> {
        let url = self.resource("query");
        let mut page = self.send(self.client.get(url).query(&[("q", soql)]));
        let mut records = Vec::new();
        loop {
            let rows = page["records"]
                .as_array()
                .unwrap_or_else(|| panic!("{soql}: {page}"));
            records.extend(rows.iter().cloned());
            let Some(next) = page["nextRecordsUrl"].as_str() else {
                return records;
            };
            page = self.send(self.client.get(format!("{}{next}", self.url)));
        }
    }

    /// The ids that a query gives.
    #[track_caller]
    pub(crate) fn ids(&self, soql: &str) -> Vec<String> {
        let id = |record: &Json| record["Id"].as_str().unwrap().to_owned();
        self.query(soql).iter().map(id).collect()
    }

    #[track_caller]
    pub(crate) fn create(&self, object: &str, fields: &Json) -> String {
        let url = self.resource(&format!("sobjects/{object}"));
        let reply = self.send(self.client.post(url).json(fields));
        let id = reply["id"].as_str();
        id.unwrap_or_else(|| panic!("{object} {fields}: {reply}"))
            .to_owned()
    }

    /// What the org answers to a question for one of its resources.
    pub(crate) fn get(&self, resource: &str) -> Json {
        self.send(self.client.get(self.resource(resource)))
    }

    /// Creates a definition, as the Tooling API does.
    #[track_caller]
    pub(crate) fn define(&self, kind: &str, definition: &Json) {
        let url = self.resource(&format!("tooling/sobjects/{kind}"));
        let reply = self.send(self.client.post(url).json(definition));
        assert_eq!(reply["success"], true, "{kind} {definition}: {reply}");
    }

    #[track_caller]
    pub(crate) fn update(&self, object: &str, id: &str, fields: &Json) {
        let url = self.resource(&format!("sobjects/{object}/{id}"));
        let reply = self.send(self.client.patch(url).json(fields));
        assert_eq!(reply, Json::Null, "{object} {id} {fields}");
    }

    #[track_caller]
    pub(crate) fn delete(&self, object: &str, id: &str) {
        let url = self.resource(&format!("sobjects/{object}/{id}"));
        assert_eq!(
            self.send(self.client.delete(url)),
            Json::Null,
            "{object} {id}"
        );
    }

    /// Gives the org bad days from now on.
    #[track_caller]
    pub(crate) fn script(&self, script: &str) {
        let reply = self.send(self.client.post(self.faults()).body(script.to_owned()));
        assert!(reply["rules"].is_array(), "{script}\n{reply}");
    }

    /// How often each rule of the script was met.
    pub(crate) fn script_so_far(&self) -> Json {
        self.send(self.client.get(self.faults()))
    }

    pub(crate) fn end_script(&self) {
        let reply = self.send(self.client.delete(self.faults()));
        assert_eq!(reply, Json::Null);
    }

    fn faults(&self) -> String {
        format!("{}/__demo-gen/faults", self.url)
    }

    fn resource(&self, name: &str) -> String {
        format!("{}/services/data/v67.0/{name}", self.url)
    }

    /// The reply's JSON, null where it has no body.
    fn send(&self, request: reqwest::RequestBuilder) -> Json {
        let reply = async {
            let reply = request.bearer_auth(&self.token).send().await?;
            reply.text().await
        };
        let text = self.runtime.block_on(reply).expect("the org answers");
        if text.is_empty() {
            return Json::Null;
        }
        serde_json::from_str(&text).unwrap_or_else(|_| json!(text))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself; the file is whole however it ends.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the lines `NAME='value'` up to the last of them.
fn credentials(stdout: &mut impl std::io::BufRead) -> Vec<(String, String)> {
    let mut credentials = Vec::new();
    for line in stdout.lines() {
        let line = line.unwrap();
        if let Some((name, value)) = line.split_once('=') {
            credentials.push((name.to_owned(), value.trim_matches('\'').to_owned()));
            if name == "SF_REFRESH_TOKEN" {
                return credentials;
            }
        }
    }
    panic!("the server ended before it was ready: {credentials:?}");
}
