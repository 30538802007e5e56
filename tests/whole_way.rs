//! The main job: apply, nothing left to do, destroy, and the org is as it was.

use crate::env::TestEnv;

#[test]
fn apply_then_nothing_then_destroy_leaves_the_org_as_it_was() {
    let env = TestEnv::new();
    env.run("plan --detailed-exitcode").exits(2);
    let before = env.export();

    let applied = env.apply();
    applied.says("Apply complete! Resources: ");
    let during = env.export();
    for file in [
        "Contact.csv",
        "OpportunityContactRole.csv",
        "Event.csv",
        "Task.csv",
        "EventRelation.csv",
        "Demo_Scorecard__c.csv",
    ] {
        assert_ne!(before.get(file), during.get(file), "{file}");
    }
    env.nothing_to_do();
    env.apply().says("No changes.");
    assert_eq!(env.export(), during, "a second apply writes nothing");

    env.run("destroy -y")
        .exits(0)
        .says("Destroy complete! Resources: ");
    assert_eq!(env.export(), before);
    env.run("destroy -y").exits(0);
}

#[test]
fn the_starter_manifest_goes_the_whole_way() {
    let env = TestEnv::empty();
    env.run("init").exits(0);
    assert_eq!(env.read("demo.yaml"), include_str!("../demo.example.yaml"));
    env.run("validate").exits(0).says("demo.yaml is valid");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn an_apply_after_a_destroy_makes_all_of_it_again() {
    let env = TestEnv::new();
    env.apply();
    let before = env.plan("--destroy").summary();
    env.run("destroy -y").exits(0);
    env.apply();
    env.nothing_to_do();
    assert_eq!(env.plan("--destroy").summary(), before);
}

#[test]
fn files_lie_beside_the_manifest_and_not_in_the_working_directory() {
    let env = TestEnv::empty();
    let folder = env.path("elsewhere");
    std::fs::create_dir(&folder).unwrap();
    env.write("elsewhere/demo.yaml", crate::env::MANIFEST);
    env.run("apply -y -c elsewhere/demo.yaml").exits(0);
    let names = |path: &std::path::Path| -> Vec<_> {
        let files = crate::env::files(path).into_iter();
        files
            .map(|path| path.file_name().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&env.path("")), ["elsewhere"]);
    assert_eq!(names(&folder), [".demo-gen", "demo.yaml", "runs"]);
}
