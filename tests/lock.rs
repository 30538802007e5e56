//! Two runs at once: one has the state, the other says so.

use std::fs::File;

use crate::env::TestEnv;

#[test]
fn a_locked_state_is_left_alone() {
    let env = TestEnv::new();
    env.apply();
    let lock = File::open(env.state_file().with_extension("lock")).unwrap();
    lock.lock().unwrap();
    for command in ["apply -y", "destroy -y", "plan"] {
        env.run(command).exits(5).says("error: ").says("hint: ");
    }
    env.run("status").exits(0);
    lock.unlock().unwrap();
    env.nothing_to_do();
}

#[test]
fn the_embedded_org_has_one_server() {
    let env = TestEnv::new();
    env.in_org(|_| {
        env.run("plan").exits(5).says("org.sqlite");
        env.run("org reset").exits(5).says("org.sqlite");
    });
    env.run("plan").exits(0);
}
