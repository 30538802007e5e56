//! Signing in to an org by what the environment holds.

use crate::env::{Served, TestEnv};

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
        for path in env
            .run_logs()
            .iter()
            .flat_map(|folder| crate::env::files(folder))
        {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(
                !text.contains(&org.token),
                "{} holds the token",
                path.display()
            );
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
