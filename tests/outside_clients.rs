//! Salesforce clients that others wrote, unmodified, on the embedded org: simple-salesforce and jsforce.
//!
//! Where they are not installed these tests are skipped, and say so; `.ci/run` installs them and does not
//! let them be skipped.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::env::{Served, TestEnv};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

/// Which Python has simple-salesforce, if not the one on the path.
const PYTHON: &str = "DEMO_GEN_TEST_PYTHON";
/// The folder of Node modules that has jsforce.
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
fn skip(client: &str, variable: &str) -> Option<Command> {
    assert!(
        std::env::var_os(REQUIRED).is_none(),
        "{client} is not installed, and {REQUIRED} is set"
    );
    let line = format!("skipped: {client} is not installed; {variable} names where it is\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}
