//! The same inputs give the same plan, line for line, on any machine and any day.

use std::fs;

use crate::env::TestEnv;

/// The changes of a plan as they stand in its JSON; the first line tells where it comes from.
fn changes(env: &TestEnv) -> Vec<String> {
    let run = env.run("plan --json --as-of 2026-11-10").exits(0);
    run.stdout.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn the_day_and_the_place_do_not_matter() {
    let here = TestEnv::new();
    let first = changes(&here);
    assert!(first.len() > 50);
    let mut elsewhere = TestEnv::new();
    fs::create_dir(elsewhere.path(".demo-gen")).unwrap();
    fs::copy(
        here.path(".demo-gen/org.sqlite"),
        elsewhere.path(".demo-gen/org.sqlite"),
    )
    .unwrap();
    for (name, value) in [
        ("DEMO_GEN_NOW", "2027-02-13T23:30:00Z"),
        ("TZ", "Pacific/Auckland"),
        ("LANG", "de_DE.UTF-8"),
    ] {
        elsewhere.set(name, value);
        assert_eq!(changes(&elsewhere), first, "{name}={value}");
    }
}

#[test]
fn a_comment_and_the_order_of_keys_do_not_matter() {
    let env = TestEnv::new();
    let first = changes(&env);
    env.edit(
        "run:\n  name: story\n  seed: 7\n",
        "# Another way to say it.\n",
    );
    env.write(
        "demo.yaml",
        &format!("{}run: {{seed: 7, name: story}}\n", env.read("demo.yaml")),
    );
    assert_eq!(changes(&env), first);
}
