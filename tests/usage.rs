//! The command line as its users see it: help, version, wrong usage.

use std::process::Stdio;

use snapbox::{Assert, Data, data::DataFormat};

use crate::env::TestEnv;

/// Every command that there is; the first stands for the program itself.
pub(crate) const COMMANDS: &[&str] = &[
    "",
    "init",
    "validate",
    "plan",
    "apply",
    "run",
    "destroy",
    "doctor",
    "status",
    "show",
    "smoke",
    "content",
    "content list",
    "content export",
    "content import",
    "org",
    "org serve",
    "org import",
    "org export",
    "org reset",
    "org prepare",
];

#[test]
fn help_texts_are_as_they_were_reviewed() {
    let env = TestEnv::empty();
    let assert = Assert::new().action_env("SNAPSHOTS");
    for command in COMMANDS {
        let run = env.run(&format!("{command} --help")).exits(0);
        assert_eq!(run.stderr, "");
        let name = if command.is_empty() {
            "demo-gen".to_owned()
        } else {
            command.replace(' ', "-")
        };
        let path = format!("{}/tests/snapshots/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        let expect = Data::read_from(path.as_ref(), Some(DataFormat::Text));
        assert.eq(run.stdout, expect);
    }
}

#[test]
fn every_command_has_a_snapshot() {
    let env = TestEnv::empty();
    let listed = |words: &str| -> Vec<String> {
        let help = env.run(&format!("{words} --help")).exits(0).stdout;
        let commands = help
            .split("Commands:\n")
            .nth(1)
            .expect("help lists commands");
        let lines = commands.lines().take_while(|line| !line.is_empty());
        // A longer description goes on in lines that are indented further.
        let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        let names = names.filter(|name| !name.is_empty());
        let whole = names
            .filter(|name| *name != "help")
            .map(|name| format!("{words} {name}"));
        whole.map(|name| name.trim().to_owned()).collect()
    };
    for command in listed("").into_iter().chain(listed("org")) {
        assert!(
            COMMANDS.contains(&&*command),
            "{command} is not in the table"
        );
    }
}

#[test]
fn the_version_is_the_crates() {
    let env = TestEnv::empty();
    let run = env.run("--version").exits(0);
    assert_eq!(
        run.stdout,
        concat!("demo-gen ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn wrong_usage_is_64() {
    let env = TestEnv::new();
    for words in [
        "",
        "aply",
        "plan --frobnicate",
        "plan --as-of yesterday",
        "plan --seed many",
        "plan --refresh some",
        "apply --concurrency 0",
        "apply --concurrency 26",
        "apply --max-destroy few",
        "apply --allow everything",
        "apply --fail-fast --max-failures 3",
        "smoke",
        "show",
        "org",
        "org import",
    ] {
        let run = env.run(words).exits(64);
        assert_eq!(run.stdout, "", "{run}");
        assert_ne!(run.stderr, "", "{words}");
    }
}

#[test]
fn output_has_no_colours_unless_they_are_wanted() {
    let env = TestEnv::new();
    assert!(!env.run("plan").stdout.contains('\u{1b}'));
    assert!(env.run("plan --color always").stdout.contains('\u{1b}'));
    let mut forced = TestEnv::new();
    forced.set("CLICOLOR_FORCE", "1");
    assert!(forced.run("plan").stdout.contains('\u{1b}'));
    assert!(!forced.run("plan --color never").stdout.contains('\u{1b}'));
}

#[test]
fn a_plan_of_a_hundred_deals_fits_on_a_page() {
    let env = TestEnv::new();
    env.edit("limit: 6", "limit: 100");
    let run = env.run("plan").exits(0);
    let lines = run.stdout.lines().count();
    assert!(lines <= 70, "{lines} lines\n{run}");
    assert!(
        run.stdout.lines().any(|line| line.starts_with("Plan: ")),
        "{run}"
    );
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let env = TestEnv::new();
    let mut plan = env
        .command(&["plan"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(plan.stdout.take());
    assert_eq!(plan.wait().unwrap().code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_an_error() {
    let env = TestEnv::new();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = env.command(&["plan"]).stdout(full).status().unwrap();
    assert_eq!(status.code(), Some(1));
    env.run("plan --json-into /dev/full")
        .exits(1)
        .says("/dev/full");
}
