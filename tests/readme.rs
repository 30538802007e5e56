//! What the README says is so: its commands run, its options and keys are those that there are.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::env::{Run, TestEnv};
use crate::usage::COMMANDS;

const README: &str = include_str!("../README.md");

/// A fenced block: what stands behind its fence, and its lines.
struct Block {
    kind: &'static str,
    lines: Vec<&'static str>,
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for line in README.lines() {
        match line.strip_prefix("```") {
            Some(_) if is_inside => is_inside = false,
            Some(kind) => {
                is_inside = true;
                blocks.push(Block {
                    kind,
                    lines: Vec::new(),
                });
            }
            None if is_inside => blocks.last_mut().unwrap().lines.push(line),
            None => {}
        }
    }
    blocks
}

/// The lines of all blocks of this kind, without comments.
fn commands(kind: &str) -> Vec<&'static str> {
    let blocks = blocks().into_iter().filter(|block| block.kind == kind);
    let lines = blocks.flat_map(|block| block.lines);
    lines
        .map(|line| line.split('#').next().unwrap().trim())
        .collect()
}

/// Runs a line with the binary that is there, in place of the one that `cargo run` would build.
#[track_caller]
fn run(env: &TestEnv, line: &str) -> Run {
    let words = line
        .strip_prefix("cargo run --release -- ")
        .or(line.strip_prefix("demo-gen "));
    env.run(words.unwrap_or_else(|| panic!("{line} does not run demo-gen")))
}

#[test]
fn the_quick_start_does_what_it_promises() {
    let env = TestEnv::empty();
    env.write("demo.example.yaml", include_str!("../demo.example.yaml"));
    let lines = commands("sh quick-start");
    assert!(lines.len() >= 3, "{lines:?}");
    let said: String = lines
        .iter()
        .map(|line| run(&env, line).exits(0).stdout)
        .collect();
    let promises = [
        "Plan: ",
        "No changes.",
        "Apply complete!",
        "Destroy complete!",
    ];
    let shown = blocks()
        .into_iter()
        .filter(|block| block.kind == "text")
        .flat_map(|block| block.lines);
    let promised: Vec<_> = shown
        .filter(|line| promises.iter().any(|promise| line.starts_with(promise)))
        .collect();
    assert!(promised.len() >= 3, "{promised:?}");
    for line in promised {
        assert!(
            said.lines().any(|told| told == line),
            "{line:?} is not in\n{said}"
        );
    }
}

#[test]
fn a_manifest_of_your_own_begins_as_it_says() {
    let env = TestEnv::empty();
    let lines = commands("sh");
    let codes: Vec<_> = lines.iter().map(|line| run(&env, line).code).collect();
    // The last one asks, and here is nobody to answer.
    assert_eq!(
        (lines.len(), &codes[..]),
        (3, &[Some(0), Some(0), Some(4)][..]),
        "{lines:?}"
    );
}

/// The options that stand between backticks, up to where it tells what is still to come.
fn quoted_options() -> BTreeSet<String> {
    let (today, _) = README
        .split_once("\n## Not there yet")
        .expect("it tells what is still to come");
    let code = today.split('`').skip(1).step_by(2);
    let words = code.flat_map(|text| text.split([' ', '|', ',', '\\', '\n']));
    let options = words.filter(|word| word.starts_with("--") && *word != "--");
    options.map(str::to_owned).collect()
}

#[test]
fn its_options_are_those_that_there_are() {
    let env = TestEnv::empty();
    let mut known = BTreeSet::new();
    for command in COMMANDS {
        let help = env.run(&format!("{command} --help")).exits(0).stdout;
        let words = help.split(|character: char| !character.is_alphanumeric() && character != '-');
        known.extend(
            words
                .filter(|word| word.starts_with("--"))
                .map(str::to_owned),
        );
    }
    let mut told = quoted_options();
    // It is cargo's.
    told.remove("--release");
    known.remove("--help");
    known.remove("--version");
    assert_eq!(told, known);
}

/// The paths of all keys below this value.
fn paths(value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                paths(value, &format!("{path}.{key}"), found);
            }
        }
        _ => found.push(path.trim_start_matches('.').to_owned()),
    }
}

#[test]
fn its_tables_name_every_key_of_the_manifest() {
    let env = TestEnv::new();
    env.apply();
    let resolved = std::fs::read_to_string(env.run_logs()[0].join("config.resolved.yaml")).unwrap();
    let resolved: Json = serde_yaml::from_str(&resolved).unwrap();
    let mut keys = Vec::new();
    paths(&resolved, "", &mut keys);
    assert!(keys.len() > 30, "{keys:?}");
    let is_told = |key: &&String| {
        let rest = key.split_once('.').map_or(key.as_str(), |(_, rest)| rest);
        // A row may tell of a map as a whole, such as weights by the hour.
        let map = key.rsplit_once('.').map(|(map, _)| map);
        [Some(rest), Some(key.as_str()), map]
            .into_iter()
            .flatten()
            .any(has_row)
    };
    let untold: Vec<_> = keys.iter().filter(|key| !is_told(key)).collect();
    assert!(untold.is_empty(), "not in the README: {untold:?}");
}

/// Whether a row tells of this key, or rows tell of the entries of its list.
fn has_row(key: &str) -> bool {
    [
        format!("| `{key}`"),
        format!(", `{key}`"),
        format!("| `{key}[]."),
    ]
    .iter()
    .any(|row| README.contains(row))
}
