//! Signing in to an org by what the environment holds.

use std::path::{Path, PathBuf};

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
