//! Interrupted runs, and runs that meet: what is in flight is finished and recorded.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::env::{Served, TestEnv};
use crate::proxy::{Counts, Event, Fault, Harm, Proxy};

/// An apply whose third write has been done, and that waits for the reply.
struct Held {
    apply: Child,
    stderr: BufReader<ChildStderr>,
    proxy: Proxy,
    reply: Sender<()>,
    _events: Receiver<Event>,
}

fn hold(env: &TestEnv, served: &Served) -> Held {
    let (events, happened) = channel();
    let fault = Fault {
        harm: Harm::Hold,
        counts: Counts::Writes,
        after: 2,
    };
    let proxy = Proxy::start(&served.url, Some(fault), events);
    env.edit(&served.url, &format!("http://{}", proxy.address));
    let mut command = env.command(&["apply", "-y"]);
    let mut apply = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(apply.stderr.take().expect("it is piped"));
    let Ok(Event::Struck(reply)) = happened.recv() else {
        panic!("no third write came")
    };
    env.edit(&format!("http://{}", proxy.address), &served.url);
    Held {
        apply,
        stderr,
        proxy,
        reply,
        _events: happened,
    }
}

impl Held {
    /// Presses Ctrl-C.
    fn interrupt(&self) {
        let id = self.apply.id().to_string();
        let status = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(status.success());
    }

    /// Reads what the program says until it says this.
    fn wait_for(&mut self, text: &str) {
        let mut said = String::new();
        while !said.contains(text) {
            let read = self.stderr.read_line(&mut said).unwrap();
            assert_ne!(read, 0, "{text:?} is not in\n{said}");
        }
    }

    /// Lets the reply through, and gives the exit code.
    fn end(mut self) -> Option<i32> {
        // After a second Ctrl-C nobody waits for it any more.
        let _ = self.reply.send(());
        // The pipe is emptied, so that the program is not kept from writing.
        std::io::copy(&mut self.stderr, &mut std::io::sink()).unwrap();
        let status = self.apply.wait().unwrap();
        self.proxy.finish();
        status.code()
    }
}

#[test]
fn ctrl_c_finishes_and_records_what_is_in_flight() {
    let host = TestEnv::new();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    let mut held = hold(&env, &served);
    held.interrupt();
    held.wait_for("Interrupted");
    assert_eq!(held.end(), Some(130));
    let before = env.plan("--destroy");
    assert!(!before.is_empty(), "what was made is recorded");
    assert!(!env.plan("").is_empty(), "the rest was not tried");
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_second_ctrl_c_leaves_at_once() {
    let host = TestEnv::new();
    let before = host.export_of_a_new_org();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    let mut held = hold(&env, &served);
    held.interrupt();
    held.wait_for("Interrupted");
    held.interrupt();
    let status = held.apply.wait().unwrap();
    assert_eq!(status.code(), Some(130), "while the reply still waits");
    held.end();
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(host.export(), before);
}

#[test]
fn of_two_applies_at_once_one_has_the_state() {
    let host = TestEnv::new();
    let served = Served::start(&host, &[]);
    let env = TestEnv::against(&served);
    let held = hold(&env, &served);
    let id = held.apply.id().to_string();
    for command in ["apply -y", "destroy -y", "plan"] {
        env.run(command).exits(5).says("demo-gen apply").says(&id);
    }
    assert_eq!(held.end(), Some(0));
    env.nothing_to_do();
}
