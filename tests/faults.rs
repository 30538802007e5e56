//! Scripts of faults: the one that the README shows is good, and bad ones say where.

use crate::env::{Served, TestEnv};

/// The script of the README.
fn script() -> &'static str {
    let readme = include_str!("../README.md");
    let (_, rest) = readme
        .split_once("```yaml faults\n")
        .expect("the README shows a script");
    rest.split("```").next().expect("the block ends")
}

#[test]
fn the_script_of_the_readme_is_served() {
    let env = TestEnv::new();
    env.write("bad-day.yaml", script());
    let served = Served::start(&env, &["--fault", "bad-day.yaml"]);
    // The first calls meet nothing but a wait.
    assert_eq!(served.ids("SELECT Id FROM Opportunity").len(), 30);
}

#[test]
fn a_bad_script_is_placed() {
    let env = TestEnv::new();
    env.write("bad-day.yaml", "version: 1\nrules:\n  - cut: sideways\n");
    env.run("org serve --fault bad-day.yaml")
        .exits(1)
        .says("bad-day.yaml: rules[0].cut: `sideways` is none of before, after, truncate");
    env.write("bad-day.yaml", "version: 1\nrules:\n  - colour: red\n");
    env.run("org serve --fault bad-day.yaml")
        .exits(1)
        .says("unknown field `colour`")
        .says("line 3");
}
