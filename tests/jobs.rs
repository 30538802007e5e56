//! Jobs of the Bulk API: what goes by them, and what becomes of a job that ends badly, never ends,
//! or outlives its run.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use crate::env::{Run, Served, TestEnv};
use crate::moving_data::MANY;
use crate::proxy::{Counts, Event, Fault, Harm, Proxy};

/// Every kind of more than fifty changes goes by jobs.
fn by_jobs(env: &TestEnv) {
    env.edit(
        "  settle_after: 0\n",
        "  settle_after: 0\n  bulk_threshold: 50\n",
    );
    env.edit(MANY.0, MANY.1);
}

#[test]
fn large_kinds_go_by_jobs_of_the_bulk_api() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    by_jobs(&env);
    env.run("plan").exits(0).says("By Bulk API jobs: ");
    env.apply().says("tasks go by the Bulk API, as job 750");
    env.nothing_to_do();
    env.edit(
        "activity:\n",
        "activity:\n  subjects: {meetings: [Call], emails: [Note]}\n",
    );
    env.apply().says("tasks go by the Bulk API, as job 750");
    env.nothing_to_do();
    env.run("destroy -y").exits(0).says("as job 750");
    assert_eq!(env.export(), before);
}

/// Kills an apply at this request about a job, and gives what the next one says.
fn killed(harm: Harm, after: usize) -> Run {
    let host = TestEnv::new();
    let before = host.export_of_a_new_org();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    by_jobs(&env);
    let (events, happened) = channel();
    let fault = Fault {
        harm,
        counts: Counts::Jobs,
        after,
    };
    let proxy = Proxy::start(&served.url, Some(fault), events);
    let through = format!("http://{}", proxy.address);
    env.edit(&served.url, &through);
    let mut command = env.command(&["apply", "-y"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let Ok(Event::Struck(done)) = happened.recv() else {
        panic!("no request {after} about a job came")
    };
    child.kill().unwrap();
    child.wait().unwrap();
    drop(done);
    drop(happened);
    proxy.finish();
    env.edit(&through, &served.url);
    let next = env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(host.export(), before, "{harm:?} {after}");
    next
}

#[test]
fn a_job_that_outlives_its_run_is_picked_up() {
    // Opened, filled, closed, asked about, and asked for its results.
    for after in 0..5 {
        for harm in [Harm::KillBefore, Harm::KillAfter] {
            let next = killed(harm, after);
            // A job that was closed is not done again by another one.
            let closed = after > 2 || (after == 2 && harm == Harm::KillAfter);
            assert_ne!(
                next.stderr.contains("tasks go by"),
                closed,
                "{after} {next}"
            );
        }
    }
}

/// An org whose jobs all meet this, and a manifest whose emails go by one.
fn bad_day(host: &TestEnv, bulk: &str) -> (Served, TestEnv) {
    let script = format!("version: 1\nrules:\n  - when: {{path: 'jobs/*'}}\n    bulk: {bulk}\n");
    host.write("bad-day.yaml", &script);
    let served = Served::start(host, &["--fault", "bad-day.yaml"]);
    let env = TestEnv::against(&served);
    by_jobs(&env);
    (served, env)
}

/// On a better day the next apply does what is left, and a destroy takes all of it away.
fn mended(
    host: &TestEnv,
    before: &BTreeMap<String, String>,
    (served, env): (&Served, &TestEnv),
) -> Run {
    served.end_script();
    let next = env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(host.export(), *before);
    next
}

#[test]
fn a_job_that_fails_gives_its_kind_up() {
    let host = TestEnv::new();
    let before = host.export_of_a_new_org();
    let (served, env) = bad_day(&host, "fail");
    let run = env.run("apply -y").exits(3);
    run.says("ended early: ClientInputError : Unable to process the job");
    run.says("Creating tasks was given up");
    run.says("BULK_JOB_FAILED: The org gave the Bulk API job up");
    mended(&host, &before, (&served, &env)).says("tasks go by the Bulk API, as job 750");
}

#[test]
fn a_job_that_hangs_is_left_to_the_org_and_taken_up_again() {
    let host = TestEnv::new();
    let before = host.export_of_a_new_org();
    let (served, env) = bad_day(&host, "hang");
    env.edit(
        "bulk_threshold: 50\n",
        "bulk_threshold: 50\n  bulk_patience: 1\n",
    );
    let run = env.run("apply -y").exits(3);
    run.says("has made no progress for 1 second.");
    run.says("hint: The org may be busy: run again later");
    let run = env.run("apply -y").exits(3);
    run.says("an earlier run left");
    run.says("of an interrupted run makes no progress");
    let next = mended(&host, &before, (&served, &env));
    assert!(!next.stderr.contains("tasks go by"), "{next}");
}

#[test]
fn ctrl_c_aborts_a_job() {
    let host = TestEnv::new();
    let before = host.export_of_a_new_org();
    let (served, env) = bad_day(&host, "hang");
    let mut command = env.command(&["apply", "-y"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut apply = command.spawn().unwrap();
    let mut stderr = BufReader::new(apply.stderr.take().expect("it is piped"));
    let mut said = String::new();
    while !said.contains("tasks go by the Bulk API, as job 750") {
        assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let id = apply.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    // The pipe is emptied, so that the program is not kept from writing.
    std::io::copy(&mut stderr, &mut std::io::sink()).unwrap();
    let output = apply.wait_with_output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{stdout}");
    assert!(
        stdout.contains("Interrupted; what was in flight is recorded."),
        "{stdout}"
    );
    let jobs = served.get("jobs/ingest");
    assert_eq!(jobs["records"][0]["state"], "Aborted", "{jobs}");
    mended(&host, &before, (&served, &env)).says("tasks go by the Bulk API, as job 750");
}
