//! Nothing is written that nobody approved.

use crate::env::TestEnv;

#[test]
fn without_a_terminal_nobody_can_approve() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    env.run("apply").exits(4).says("--auto-approve");
    assert_eq!(env.export(), before);
    env.apply();
    let applied = env.export();
    env.run("destroy").exits(4).says("--auto-approve");
    env.run("reset").exits(4);
    assert_eq!(env.export(), applied);
    env.run("apply").exits(0).says("No changes.");
}

#[test]
fn json_cannot_ask() {
    let env = TestEnv::new();
    env.run("apply --json").exits(64).says("--auto-approve");
    let run = env.run("apply --json -y").exits(0);
    for line in run.stdout.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["type"].is_string(), "{line}");
    }
    env.nothing_to_do();
}

#[test]
fn a_dry_run_in_the_manifest_writes_nothing() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    env.edit("seed: 7\n", "seed: 7\n  dry_run: true\n");
    env.run("apply -y")
        .exits(0)
        .says("run.dry_run: true")
        .says("to add");
    env.run("run").exits(0).says("run.dry_run: true");
    assert_eq!(env.export(), before);
    assert!(env.run_logs().is_empty());
}
