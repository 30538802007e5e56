//! Plans that are saved, reviewed, and applied as they were.

use crate::env::{Plan, TestEnv};

#[test]
fn a_saved_plan_is_applied_without_asking() {
    let env = TestEnv::new();
    let plan = env.plan("");
    env.run("plan --out first.plan")
        .exits(0)
        .says("demo-gen apply first.plan");
    let shown = env.run("show first.plan --json").exits(0);
    assert_eq!(Plan::read(&shown.stdout), plan);
    env.run("show first.plan --all")
        .exits(0)
        .says(&plan.0[0].address);
    env.run("apply first.plan").exits(0).says("Apply complete!");
    env.nothing_to_do();
}

#[test]
fn a_saved_plan_is_applied_as_it_was_saved_and_in_no_other_shape() {
    let env = TestEnv::new();
    env.run("plan --out demo.yaml")
        .exits(64)
        .says("is the manifest");
    env.run("plan --json-into demo.yaml").exits(64);
    env.run("plan --out first.plan").exits(0);
    let before = env.export();
    env.run("apply first.plan --target nothing*").exits(64);
    env.run("apply first.plan --max-opps 1").exits(64);
    let plan = env.read("first.plan");
    let edited = plan.replacen("\"Description\"", "\"Location\"", 1);
    assert_ne!(edited, plan);
    env.write("edited.plan", &edited);
    env.run("apply edited.plan")
        .exits(1)
        .says("changed after it was saved");
    assert_eq!(env.export(), before);
}

#[test]
fn a_saved_plan_is_good_for_one_apply() {
    let env = TestEnv::new();
    env.run("plan --out first.plan").exits(0);
    env.apply();
    let applied = env.export();
    env.run("apply first.plan").exits(6).says("another run");
    env.edit("past_max: 4", "past_max: 6");
    env.run("plan --out second.plan").exits(0);
    env.apply();
    env.run("apply second.plan").exits(6);
    assert_ne!(env.export(), applied);
    env.nothing_to_do();
}

#[test]
fn a_saved_plan_is_for_one_manifest_and_one_org() {
    let env = TestEnv::new();
    env.run("plan --out first.plan").exits(0);
    env.edit("past_max: 4", "past_max: 5");
    env.run("apply first.plan").exits(6).says("manifest");
    env.edit("past_max: 5", "past_max: 4");
    env.run("org reset").exits(0);
    env.run("apply first.plan").exits(6).says("org");
    env.edit("name: story", "name: another");
    env.run("apply first.plan").exits(6);
}

#[test]
fn a_saved_destroy_destroys() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    env.apply();
    env.run("plan --destroy --out end.plan").exits(0);
    env.run("apply end.plan").exits(0).says("Destroy complete!");
    assert_eq!(env.export(), before);
}

#[test]
fn what_is_no_saved_plan_is_refused() {
    let env = TestEnv::new();
    env.write("no.plan", "run: {name: story}\n");
    for command in ["apply no.plan", "show no.plan", "apply absent.plan"] {
        env.run(command).exits(1).says(".plan");
    }
}
