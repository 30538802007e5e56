//! Killed at any moment, the next apply converges: no duplicate, no orphan.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::process::ExitStatus;
use std::sync::mpsc::channel;

use serde_json::json;

use crate::env::{Draws, MANIFEST, Served, TestEnv};
use crate::proxy::{Counts, Event, Fault, Harm, Proxy};

const ROUNDS: u64 = 20;

/// Every round has so many runs that may be harmed, for the apply as for the destroy.
const HARMED_RUNS: usize = 4;

const ORG: &str = ".demo-gen/org.sqlite";

#[test]
fn killed_runs_converge_with_keys() {
    let kills = campaign(&[], MANIFEST, 1);
    println!("{kills} kills in {ROUNDS} rounds with keys");
}

#[test]
fn killed_runs_converge_without_keys() {
    let kills = campaign(&["--bare"], MANIFEST, 2);
    println!("{kills} kills in {ROUNDS} rounds without keys");
}

#[test]
fn killed_runs_give_back_what_was_lent() {
    let kept = "opportunities: {keep_fresh: [CloseDate, NextStep]}\nactivity:\n";
    let kills = campaign(&[], &MANIFEST.replace("activity:\n", kept), 3);
    println!("{kills} kills in {ROUNDS} rounds with loans");
}

#[test]
fn killed_runs_leave_no_task_without_its_email() {
    let emails = "activity:\n  email_object: email_message\n";
    let manifest = MANIFEST.replace("activity:\n", emails);
    let kills = campaign(&["--feature", "email-tasks-stay"], &manifest, 4);
    println!("{kills} kills in {ROUNDS} rounds with emails as records");
}

/// Gives the number of kills.
fn campaign(options: &[&str], manifest: &str, seed: u64) -> usize {
    let narrow = Reference::new(options, manifest);
    // Enough records that several calls are under way at once.
    let wide = manifest
        .replace("limit: 6", "limit: 50")
        .replace("min: 3\n    max: 6", "min: 15\n    max: 30");
    let wide = Reference::new(options, &wide);
    let mut kills = 0;
    for number in 0..ROUNDS {
        let (reference, writes) = if number % 7 == 6 {
            (&wide, 12)
        } else {
            (&narrow, 4)
        };
        let mut round = Round::new(reference, writes, seed << 32 | number);
        round.converge(&["apply", "-y"]);
        assert_eq!(
            content(&round.env.export()),
            reference.applied,
            "{:#?}",
            round.story
        );
        if number % 2 == 0 {
            round.manifest = &reference.edited_manifest;
            round.converge(&["apply", "-y"]);
            assert_eq!(
                content(&round.env.export()),
                reference.edited,
                "{:#?}",
                round.story
            );
        }
        round.converge(&["destroy", "-y"]);
        let left = round.env.unstamped();
        let differing: Vec<_> = left.symmetric_difference(&reference.before).collect();
        assert!(differing.is_empty(), "{differing:#?} {:#?}", round.story);
        kills += round.kills;
    }
    assert!(kills as u64 >= ROUNDS, "{kills} kills are no campaign");
    kills
}

type Content = BTreeMap<(String, Vec<String>), usize>;

/// An org, and what runs that nobody harmed made of it.
struct Reference {
    org: Vec<u8>,
    before: BTreeSet<String>,
    manifest: String,
    applied: Content,
    /// With other subjects and fewer meetings: a plan that updates and deletes.
    edited_manifest: String,
    edited: Content,
}

impl Reference {
    fn new(options: &[&str], manifest: &str) -> Self {
        let env = TestEnv::empty();
        env.write("demo.yaml", manifest);
        env.run_with(&[&["org", "reset"], options].concat())
            .exits(0);
        env.in_org(|org| {
            let oldest = "SELECT Id FROM Opportunity WHERE IsClosed = FALSE ORDER BY CreatedDate";
            for id in org.ids(oldest).iter().take(3) {
                org.update("Opportunity", id, &json!({ "CloseDate": "2026-10-05" }));
            }
        });
        // What was saved while a server ran is in the file once the program has closed it.
        let before = env.unstamped();
        let org = fs::read(env.path(ORG)).unwrap();
        env.apply();
        let applied = content(&env.export());
        env.edit("past_max: 4", "past_max: 2");
        let manifest_before = env.read("demo.yaml");
        let other = manifest_before.replace("[CloseDate, NextStep]", "[CloseDate]");
        env.write("demo.yaml", &other);
        env.edit(
            "activity:\n",
            "activity:\n  subjects: {meetings: [Call], emails: [Note]}\n",
        );
        env.apply();
        Self {
            org,
            before,
            manifest: manifest.to_owned(),
            applied,
            edited_manifest: env.read("demo.yaml"),
            edited: content(&env.export()),
        }
    }
}

/// A copy of that org, and what was done to the runs that worked in it.
struct Round<'a> {
    env: TestEnv,
    served: Served,
    manifest: &'a str,
    draws: Draws,
    /// About how many calls of a run write.
    writes: usize,
    kills: usize,
    /// What to read where a round fails.
    story: Vec<String>,
}

impl<'a> Round<'a> {
    fn new(reference: &'a Reference, writes: usize, seed: u64) -> Self {
        let mut env = TestEnv::empty();
        fs::create_dir(env.path(".demo-gen")).unwrap();
        fs::write(env.path(ORG), &reference.org).unwrap();
        let served = Served::start(&env, &[]);
        env.set("SF_ACCESS_TOKEN", &served.token);
        let manifest = &reference.manifest;
        Self {
            env,
            served,
            manifest,
            draws: Draws(seed),
            writes,
            kills: 0,
            story: Vec::new(),
        }
    }

    /// Runs the command, with harm at first, until it ends by itself; then nothing may be left.
    fn converge(&mut self, command: &[&str]) {
        for _ in 0..HARMED_RUNS {
            let fault = fault(&mut self.draws, self.writes);
            match self.run(command, Some(fault)).code() {
                // Killed, or stopped by what cannot be known yet.
                None | Some(3) => {}
                Some(0) => break,
                code => panic!("ended with {code:?}: {:#?}", self.story),
            }
        }
        self.run_unharmed(command);
        if command[0] == "apply" {
            self.run_unharmed(&["plan", "--detailed-exitcode"]);
        }
    }

    fn run_unharmed(&mut self, command: &[&str]) {
        let status = self.run(command, None);
        assert!(
            status.success(),
            "{command:?} ended with {status}: {:#?}",
            self.story
        );
    }

    /// Runs the program through a proxy; everything that it sent is served when this returns.
    fn run(&mut self, arguments: &[&str], fault: Option<Fault>) -> ExitStatus {
        let (events, happened) = channel();
        let proxy = Proxy::start(&self.served.url, fault, events.clone());
        let url = format!("instance_url: http://{}", proxy.address);
        self.env.write(
            "demo.yaml",
            &self.manifest.replace("instance_url: embedded", &url),
        );
        let (mut said, saying) = std::io::pipe().unwrap();
        let mut command = self.env.command(arguments);
        command.stdout(saying.try_clone().unwrap()).stderr(saying);
        let mut child = command.spawn().unwrap();
        // The pipe ends with the child once nobody else can write to it.
        drop(command);
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            said.read_to_string(&mut text).unwrap();
            events.send(Event::Ended).unwrap();
            text
        });
        while let Ok(Event::Struck(done)) = happened.recv() {
            child.kill().unwrap();
            child.wait().unwrap();
            self.kills += 1;
            done.send(()).unwrap();
        }
        let status = child.wait().unwrap();
        drop(happened);
        proxy.finish();
        let said = reader.join().unwrap();
        self.story.push(format!(
            "{arguments:?} with {fault:?} ended with {status}:\n{said}"
        ));
        status
    }
}

/// What tells the records of each file; of others only the number counts, as ids differ.
const TOLD_BY: &[(&str, &[&str])] = &[
    ("Opportunity.csv", &["Id", "CloseDate", "NextStep"]),
    ("Event.csv", &["WhatId", "Subject", "StartDateTime"]),
    ("Task.csv", &["WhatId", "Subject", "ActivityDate"]),
    ("EmailMessage.csv", &["RelatedToId", "MessageIdentifier"]),
    ("EmailMessageRelation.csv", &["RelationType", "RelationId"]),
    ("EventRelation.csv", &["RelationId"]),
    ("TaskRelation.csv", &["RelationId"]),
    (
        "Demo_Scorecard__c.csv",
        &["Opportunity__c", "Total_Score__c"],
    ),
    (
        "Demo_Scorecard_Answer__c.csv",
        &["Question_Key__c", "Score__c"],
    ),
];

/// How often each record is there, by file and by what tells it.
fn content(export: &BTreeMap<String, String>) -> Content {
    let mut content = BTreeMap::new();
    for (file, text) in export {
        let names = TOLD_BY
            .iter()
            .find(|(known, _)| known == file)
            .map_or(&[][..], |(_, names)| names);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let column = |name: &&str| header.iter().position(|known| known == *name).unwrap();
        let columns: Vec<_> = names.iter().map(column).collect();
        for record in reader.into_records() {
            let record = record.unwrap();
            let told = columns.iter().map(|at| record[*at].to_owned()).collect();
            *content.entry((file.clone(), told)).or_default() += 1;
        }
    }
    content
}

/// Mostly at one of the writes, sometimes at any call.
fn fault(draws: &mut Draws, writes: usize) -> Fault {
    let harms = [
        Harm::KillBefore,
        Harm::KillAfter,
        Harm::KillAfter,
        Harm::KillAnswered,
        Harm::Cut,
        Harm::LoseReply,
    ];
    let harm = harms[draws.below(harms.len())];
    match draws.below(4) {
        0 => Fault {
            harm,
            counts: Counts::All,
            after: draws.below(16),
        },
        _ => Fault {
            harm,
            counts: Counts::Writes,
            after: draws.below(writes),
        },
    }
}
