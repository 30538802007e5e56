//! What others wrote, unmodified: Salesforce clients on the embedded org, simple-salesforce and jsforce;
//! and a stand-in for `OpenAI`, aimock, that our own client asks for texts.
//!
//! Where they are not installed these tests are skipped, and say so; `.ci/run` installs them and does not
//! let them be skipped.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};

use crate::env::{Served, TestEnv};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

/// Which Python has simple-salesforce, if not the one on the path.
const PYTHON: &str = "DEMO_GEN_TEST_PYTHON";
/// The folder of Node modules that has jsforce and aimock.
const NODE_MODULES: &str = "DEMO_GEN_TEST_NODE_MODULES";
/// Set where a client that is missing is a failure.
const REQUIRED: &str = "DEMO_GEN_TEST_CLIENTS_REQUIRED";

#[test]
fn simple_salesforce_over_https() {
    if let Some(python) = python() {
        judge(&["--tls"], python, "conformance.py");
    }
}

#[test]
fn jsforce_over_http() {
    if let Some(node) = node() {
        judge(&[], node, "conformance.mjs");
    }
}

#[test]
fn jsforce_over_https() {
    if let Some(node) = node() {
        judge(&["--tls"], node, "conformance.mjs");
    }
}

#[test]
fn texts_of_aimock() {
    let Some(model) = Aimock::start() else {
        return;
    };
    let mut env = TestEnv::new();
    let manifest = env.read("demo.yaml");
    let llm = format!("llm: {{enabled: true, base_url: '{}/v1'}}\n", model.url);
    env.write("demo.yaml", &(manifest + &llm));
    env.set("OPENAI_API_KEY", "any");
    env.apply().says("The model wrote ");
    let log = env.run_logs()[0].join("summary.json");
    let summary: Json = serde_json::from_str(&std::fs::read_to_string(log).unwrap()).unwrap();
    assert!(
        summary["texts"]["generated"].as_u64() > Some(10),
        "{summary}"
    );
    let export = env.export();
    assert!(export["Event.csv"].contains("We went through the plan"));
    assert!(export["Task.csv"].contains("thank you for your time"));
    env.nothing_to_do();
}

/// A stand-in for `OpenAI` that is not ours. It ends when dropped.
struct Aimock {
    url: String,
    child: Child,
    /// Held open, so that the server can go on writing.
    _stdout: BufReader<ChildStdout>,
}

impl Aimock {
    fn start() -> Option<Self> {
        let folder = std::env::var(NODE_MODULES).unwrap_or_default();
        let program = Path::new(&folder).join(".bin/llmock");
        if !program.exists() {
            return skip("aimock", NODE_MODULES);
        }
        let fixtures = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        std::fs::write(fixtures.path(), Self::fixtures().to_string()).unwrap();
        let mut child = Command::new("node")
            .arg(program)
            .args(["-p", "0", "--strict", "-f"])
            .arg(fixtures.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node is there, as its modules are");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        let url = loop {
            line.clear();
            let read = stdout.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended before it listened");
            if let Some((_, url)) = line.split_once("listening on ") {
                break url.trim().to_owned();
            }
        };
        Some(Self {
            url,
            child,
            _stdout: stdout,
        })
    }

    /// A thread of each length, and notes for the rest.
    fn fixtures() -> Json {
        let notes = "We went through the plan with {{person_1}} and agreed on the next steps.";
        let message =
            "Hi {{person_1_first}}, thank you for your time. All the best, {{owner_first}}";
        let thread = |count: usize| {
            let messages = json!(vec![message; count]).to_string();
            let asked = format!("number of messages: {count}");
            json!({"match": {"userMessage": asked}, "response": {"content": messages}})
        };
        let mut fixtures: Vec<Json> = (1..=8).map(thread).collect();
        fixtures.push(json!({"match": {"userMessage": "Facts:"}, "response": {"content": notes}}));
        json!({"fixtures": fixtures})
    }
}

impl Drop for Aimock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a script against a served org; what it says is the test's message where a step failed.
fn judge(options: &[&str], mut client: Command, script: &str) {
    let env = TestEnv::empty();
    let org = Served::start(&env, options);
    let certificate = env.path(".demo-gen/org.sqlite.cert.pem");
    assert_eq!(certificate.exists(), options.contains(&"--tls"));
    let output = client
        .arg(Path::new(SCRIPTS).join(script))
        .envs(org.credentials.iter().cloned())
        .env("REQUESTS_CA_BUNDLE", &certificate)
        .env("NODE_EXTRA_CA_CERTS", &certificate)
        .output()
        .expect("it was started before");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(
        said.contains(" steps\n"),
        "it did not come to its end: {said}"
    );
}

fn python() -> Option<Command> {
    let name = std::env::var(PYTHON).unwrap_or_else(|_| "python3".to_owned());
    let python = || Command::new(&name);
    installed(python().args(["-c", "import simple_salesforce"]))
        .then(python)
        .or_else(|| skip("simple-salesforce", PYTHON))
}

fn node() -> Option<Command> {
    let node = || {
        let mut node = Command::new("node");
        if let Ok(folder) = std::env::var(NODE_MODULES) {
            node.env("NODE_PATH", folder);
        }
        node
    };
    installed(node().args(["-e", "require('jsforce')"]))
        .then(node)
        .or_else(|| skip("jsforce", NODE_MODULES))
}

fn installed(client: &mut Command) -> bool {
    client.output().is_ok_and(|output| output.status.success())
}

/// Straight to stderr, since the harness keeps what a test that succeeds prints to itself.
fn skip<T>(client: &str, variable: &str) -> Option<T> {
    assert!(
        std::env::var_os(REQUIRED).is_none(),
        "{client} is not installed, and {REQUIRED} is set"
    );
    let line = format!("skipped: {client} is not installed; {variable} names where it is\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}
