//! Signing in to an org by what the environment holds.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::env::{Served, TestEnv, files};

/// A manifest for a served org, and nothing in the environment to sign in with.
fn client(org: &Served) -> TestEnv {
    let env = TestEnv::new();
    env.edit(
        "instance_url: embedded",
        &format!("instance_url: {}", org.url),
    );
    env
}

/// The served org's credentials of these names, as lines of an `.env` file.
fn lines(org: &Served, names: &[&str]) -> String {
    let chosen = org
        .credentials
        .iter()
        .filter(|(name, _)| names.contains(&&**name));
    let lines: Vec<_> = chosen
        .map(|(name, value)| format!("{name}='{value}'"))
        .collect();
    lines.join("\n")
}

/// All files in a folder, however deep.
fn everything(folder: &Path) -> Vec<PathBuf> {
    let (folders, mut found): (Vec<_>, Vec<_>) =
        files(folder).into_iter().partition(|path| path.is_dir());
    found.extend(folders.iter().flat_map(|folder| everything(folder)));
    found
}

const OAUTH: &[&str] = &[
    "SF_USERNAME",
    "SF_PASSWORD",
    "SF_CLIENT_ID",
    "SF_CLIENT_SECRET",
];

#[test]
fn secrets_come_from_an_env_file_beside_the_manifest() {
    TestEnv::new().in_org(|org| {
        let env = client(org);
        env.write(".env", &lines(org, &["SF_ACCESS_TOKEN"]));
        env.apply();
        env.nothing_to_do();
        env.edit("past_max: 4", "past_max: 5");
        env.run("plan --out saved.plan --json-into saved.json")
            .exits(0);
        let secret = org.token.as_bytes();
        for path in everything(&env.path(""))
            .iter()
            .filter(|path| !path.ends_with(".env"))
        {
            let bytes = std::fs::read(path).unwrap();
            let has_it = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!has_it, "{} holds the token", path.display());
        }
    });
}

#[test]
fn env_names_the_file() {
    TestEnv::new().in_org(|org| {
        let env = client(org);
        env.write(".env.acme", &lines(org, &["SF_ACCESS_TOKEN"]));
        env.run("plan").exits(9);
        env.run("plan --env acme").exits(0);
        env.run("plan --env other").exits(1).says(".env.other");
    });
}

#[test]
fn every_flow_of_oauth_signs_in() {
    TestEnv::new().in_org(|org| {
        for names in [OAUTH, &["SF_CLIENT_ID", "SF_CLIENT_SECRET"]] {
            let env = client(org);
            env.edit("  query:\n", "  auth: oauth\n  query:\n");
            env.write(".env", &lines(org, names));
            env.run("plan").exits(0);
        }
    });
}

/// A file that lies with the tests.
fn fixture(name: &str) -> String {
    format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_key_file_signs_in() {
    let home = TestEnv::new();
    let org = Served::start(
        &home,
        &["--jwt-certificate", &fixture("keys/certificate.pem")],
    );
    let env = client(&org);
    for key in ["pkcs1.pem", "pkcs8.pem"] {
        env.write(
            "server.key",
            &std::fs::read_to_string(fixture(&format!("keys/{key}"))).unwrap(),
        );
        let app = lines(&org, &["SF_CLIENT_ID", "SF_USERNAME"]);
        env.write(".env", &format!("{app}\nSF_JWT_KEY_FILE=server.key\n"));
        env.run("plan").exits(0);
    }
    env.edit("  query:\n", "  auth: jwt\n  query:\n");
    env.apply();
    env.write(
        ".env",
        &env.read(".env").replace("SF_USERNAME='", "SF_USERNAME='x"),
    );
    let run = env.run("plan").exits(9);
    run.says("user hasn't approved this consumer")
        .says("hint: Pre-authorize");
    env.write("server.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    env.run("plan")
        .exits(9)
        .says("is encrypted")
        .says("openssl");
}

/// Lets the stand-in for the Salesforce CLI answer, when it is run in the folder.
fn answers(env: &mut TestEnv, url: &str, token: &str) {
    let path = fixture("bin");
    env.set("PATH", &path);
    let shown = "[REDACTED] Use 'sf org auth show-access-token' to view";
    let display = json!({"status": 0, "result": {"instanceUrl": url, "accessToken": shown}});
    let shown = json!({"status": 0, "result": {"accessToken": token}});
    env.write("display.json", &display.to_string());
    env.write("show-access-token.json", &shown.to_string());
}

#[test]
#[cfg(unix)]
fn the_salesforce_cli_signs_in() {
    TestEnv::new().in_org(|org| {
        let mut env = client(org);
        answers(&mut env, &org.url, &org.token);
        env.run("plan").exits(0);
        env.edit("  query:\n", "  auth: sf_cli\n  query:\n");
        env.apply();
        env.nothing_to_do();
        let unknown =
            r#"{"status":1,"name":"NoDefaultEnvError","message":"No default environment found."}"#;
        env.write("display.json", unknown);
        env.run("plan")
            .exits(9)
            .says("no default org")
            .says("hint: ");
        env.set("PATH", "");
        env.run("plan")
            .exits(9)
            .says("no `sf` on the PATH")
            .says("hint: Install it");
    });
}

#[test]
#[cfg(unix)]
fn the_salesforce_cli_must_be_in_the_same_org() {
    let mut env = TestEnv::new();
    env.edit(
        "instance_url: embedded",
        "instance_url: https://acme.my.salesforce.com",
    );
    answers(&mut env, "https://other.my.salesforce.com", "00Dxx!AQ4");
    let run = env.run("plan").exits(9);
    run.says("write `instance_url: https://other.my.salesforce.com`");
    assert!(!run.stderr.contains("AQ4"), "{run}");
}

#[test]
fn without_any_secret_the_ways_are_recommended_in_order() {
    let env = TestEnv::new();
    env.edit(
        "instance_url: embedded",
        "instance_url: https://acme.my.salesforce.com",
    );
    let run = env.run("plan").exits(9);
    let ways: Vec<_> = ["sf_cli", "access_token", "jwt", "oauth"]
        .iter()
        .map(|way| {
            run.stderr
                .find(&format!("\n  {way} "))
                .expect("each way has a line")
        })
        .collect();
    assert!(ways.is_sorted(), "{run}");
    env.write(".env", "SF_USERNAME=sam\nSF_PASSWORD=hunter2\n");
    let run = env.run("plan").exits(9);
    run.says("no longer suffice").says("  jwt ");
    assert!(!run.stderr.contains("hunter2"), "{run}");
}

#[test]
fn a_sign_in_that_fails_says_what_to_do() {
    TestEnv::new().in_org(|org| {
        let wrong =
            |name: &str| lines(org, OAUTH).replace(&format!("{name}='"), &format!("{name}='x"));
        for (auth, secrets) in [
            ("access_token", String::new()),
            ("access_token", "SF_ACCESS_TOKEN='00Dxx!wrong'\n".to_owned()),
            ("oauth", wrong("SF_PASSWORD")),
            ("oauth", wrong("SF_CLIENT_SECRET")),
        ] {
            let env = client(org);
            env.edit("  query:\n", &format!("  auth: {auth}\n  query:\n"));
            env.write(".env", &secrets);
            let run = env.run("apply -y").exits(9);
            run.says("hint: ");
            let said = run.stdout.clone() + &run.stderr;
            for (name, value) in org
                .credentials
                .iter()
                .filter(|(name, _)| name.contains("SECRET"))
            {
                assert!(!said.contains(value), "{name} is told: {said}");
            }
            assert!(!said.contains("!wrong"), "{said}");
        }
    });
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    let mut env = TestEnv::new();
    env.edit(
        "instance_url: embedded",
        "instance_url: http://org.example.com",
    );
    env.set("SF_ACCESS_TOKEN", "00Dxx!secret");
    let run = env.run("plan");
    assert_ne!(run.code, Some(0), "{run}");
    run.says("https");
}
