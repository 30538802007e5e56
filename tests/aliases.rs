//! What the earlier tool's users type keeps working.

use crate::env::TestEnv;

#[test]
fn dry_run_is_plan() {
    let env = TestEnv::new();
    let run = env.run("dry-run --detailed-exitcode").exits(2);
    assert_eq!(
        run.stdout.lines().last(),
        env.run("plan").stdout.lines().last()
    );
    assert!(env.run_logs().is_empty());
}

#[test]
fn run_is_an_approved_apply_that_never_deletes() {
    let env = TestEnv::new();
    env.run("run --config demo.yaml --concurrency 2")
        .exits(0)
        .says("Apply complete!");
    env.nothing_to_do();
    env.edit("past_max: 4", "past_max: 2");
    env.run("run").exits(7).says("delete");
    env.run("run --allow delete")
        .exits(64)
        .says("demo-gen apply");
}

#[test]
fn reset_is_destroy() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    env.apply();
    env.run("reset --yes").exits(0).says("Destroy complete!");
    assert_eq!(env.export(), before);
}

#[test]
fn max_opps_applies_the_oldest_alone() {
    let env = TestEnv::new();
    env.run("run --max-opps 2").exits(0);
    let managed = env.plan("--destroy");
    let mut deals: Vec<_> = managed
        .0
        .iter()
        .map(|change| &change.address[..18])
        .filter(|root| root.starts_with("006"))
        .collect();
    deals.dedup();
    deals.sort_unstable();
    deals.dedup();
    assert_eq!(deals.len(), 2);
}
