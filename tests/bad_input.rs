//! Bad input has a clear end, and nothing is overwritten on the way there.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::env::TestEnv;

/// Writes the manifest, and expects `validate`, `plan` and `apply` to end alike.
#[track_caller]
fn check_manifest(manifest: &str, code: i32, says: &[&str]) {
    let env = TestEnv::empty();
    env.write("demo.yaml", manifest);
    for command in ["validate", "plan", "apply -y"] {
        let run = env.run(command).exits(code);
        for text in says {
            run.says(text);
        }
    }
    assert_eq!(
        crate::env::files(&env.path("")).len(),
        1,
        "nothing but the manifest is there"
    );
}

#[test]
fn manifests_that_are_none() {
    check_manifest("run: [unclosed", 65, &["demo.yaml"]);
    check_manifest("", 65, &["demo.yaml"]);
    check_manifest("just words", 65, &["demo.yaml"]);
    check_manifest("run: {name: x}\n", 65, &["instance_url"]);
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_known_one() {
    let manifest =
        "run: {name: x}\nsalesforce: {instance_url: embedded}\nactivity: {past_day: 3}\n";
    check_manifest(manifest, 65, &["past_day", "past_days", "3"]);
}

#[test]
fn all_problems_are_told_at_once() {
    let manifest = "\
run: {name: x, seed: -4}
salesforce: {instance_url: embedded}
activity:
  meetings: {past_min: 9, past_max: 2}
  emails: {min: 8, max: 3}
scorecards: {coverage_target: 7}
";
    check_manifest(
        manifest,
        65,
        &["seed", "past_min", "emails", "coverage_target"],
    );
}

#[test]
fn a_manifest_that_is_not_there() {
    let env = TestEnv::empty();
    for command in ["plan", "apply -y", "validate", "status"] {
        env.run(command).exits(1).says("demo.yaml");
    }
    env.run("plan -c other.yaml").exits(1).says("other.yaml");
}

#[test]
fn init_overwrites_nothing() {
    let env = TestEnv::new();
    env.run("init").exits(1).says("--force");
    assert_eq!(env.read("demo.yaml"), crate::env::MANIFEST);
    env.run("init --force").exits(0);
    assert_ne!(env.read("demo.yaml"), crate::env::MANIFEST);
}

#[test]
fn a_corrupt_state_is_said_and_left_as_it_is() {
    let env = TestEnv::new();
    env.apply();
    let state = env.state_file();
    let broken = b"this is not a database, whatever its name says".repeat(100);
    fs::write(&state, &broken).unwrap();
    for command in ["plan", "apply -y", "destroy -y", "status"] {
        env.run(command)
            .exits(1)
            .says("story.sqlite")
            .says("hint: ");
    }
    assert_eq!(fs::read(&state).unwrap(), broken);
}

#[test]
fn a_state_that_is_cut_short_is_said() {
    let env = TestEnv::new();
    env.apply();
    let state = env.state_file();
    let whole = fs::read(&state).unwrap();
    fs::write(&state, &whole[..whole.len() / 2]).unwrap();
    let run = env.run("apply -y");
    assert!(matches!(run.code, Some(1)), "{run}");
    run.says("story.sqlite");
}

#[test]
fn a_renamed_pack_is_refused() {
    let env = TestEnv::new();
    env.apply();
    env.edit("name: story", "name: tale");
    env.run("apply -y").exits(1).says("story").says("destroy");
    env.edit("name: tale", "name: story");
    env.run("destroy -y").exits(0);
    env.edit("name: story", "name: tale");
    env.apply();
}

#[test]
fn a_state_of_another_org_is_refused() {
    let env = TestEnv::new();
    env.apply();
    let state = env.state_file();
    env.run("org reset").exits(0);
    let before = env.export();
    let reset = env.in_org(|org| org.ids("SELECT Id FROM Organization").remove(0));
    let moved = env.path(".demo-gen").join(reset);
    fs::rename(state.parent().unwrap(), &moved).unwrap();
    env.run("apply -y").exits(1).says("another org");
    assert_eq!(env.export(), before);
}

#[test]
fn a_port_that_is_in_use() {
    let env = TestEnv::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = env.run(&format!("org serve --listen {address}")).exits(1);
    run.says(&address).says("use");
}

#[test]
fn a_folder_that_cannot_be_written() {
    let env = TestEnv::new();
    // A file where the folder should be stops root as well.
    env.write(".demo-gen", "");
    env.run("plan").exits(1).says(".demo-gen");
    let env = TestEnv::new();
    env.write("runs", "");
    env.run("apply -y").exits(1).says("runs");
    assert_eq!(
        env.plan("").actions(),
        ["create"],
        "nothing was applied without a log"
    );
}

/// Answers every request with the same bytes, until the test is over.
fn answers(reply: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 8192];
            // Whether the client still listens is its own affair.
            let _ = stream.read(&mut request);
            let _ = stream.write_all(reply.as_bytes());
        }
    });
    url
}

#[test]
fn an_org_that_answers_garbage() {
    for reply in [
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 19\r\nConnection: close\r\n\r\n<html>hello</html>\n",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{]",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "SSH-2.0-OpenSSH_9.6\r\n",
    ] {
        let mut env = TestEnv::new();
        env.edit(
            "instance_url: embedded",
            &format!("instance_url: {}", answers(reply)),
        );
        env.set("SF_ACCESS_TOKEN", "00Dxx0000001gPF!AQ4wrong");
        let run = env.run("plan");
        assert!(matches!(run.code, Some(1 | 9)), "{run}");
        run.says("error: ");
        assert!(!run.stderr.contains("AQ4wrong"), "{run}");
    }
}

#[test]
fn an_org_that_is_not_there() {
    let mut env = TestEnv::new();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    env.edit(
        "instance_url: embedded",
        &format!("instance_url: http://{free}"),
    );
    env.set("SF_ACCESS_TOKEN", "00Dxx0000001gPF!AQ4wrong");
    env.run("plan").exits(1).says("cannot reach the org");
}

#[test]
fn a_data_export_that_is_none() {
    let env = TestEnv::new();
    env.run("plan").exits(0);
    let before = env.export();
    env.run("org import nowhere").exits(1).says("nowhere");
    std::fs::create_dir(env.path("broken")).unwrap();
    env.write(
        "broken/Account.csv",
        "\"Id\",\"Name\"\n\"not an id\",\"Acme\"\n",
    );
    env.run("org import broken").exits(1).says("Account");
    assert_eq!(env.export(), before, "the org is as it was");
}

#[test]
fn a_clock_that_is_none() {
    let mut env = TestEnv::new();
    env.set("DEMO_GEN_NOW", "half past ten");
    env.run("plan").exits(1);
}
