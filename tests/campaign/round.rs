//! A round: runs on bad days, then one on a good day, after which nothing may be left to wish for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, PipeReader};
use std::path::PathBuf;
use std::process::{self, Child};
use std::sync::mpsc::{Receiver, channel};

use super::census::{Census, Measure, differences};
use super::faults::{self, Kind};
use super::reference::{Reference, manifest};
use super::schedule::{BadRun, Command, Login, STORIES, Schedule};
use crate::env::{Served, TestEnv};
use crate::proxy::{Event, Fault, Harm, Proxy};

pub(super) const ORG: &str = ".demo-gen/org.sqlite";

/// How often each thing happened.
pub(super) type Tally = BTreeMap<String, usize>;

/// What is wrong, for whoever has to find out why.
type Check = Result<(), String>;

struct Round<'a> {
    schedule: &'a Schedule,
    reference: &'a Reference,
    env: TestEnv,
    served: Served,
    /// By what the manifest of the last run asks for.
    story: usize,
    tally: Tally,
    /// All kinds of faults that have struck.
    met: Vec<&'static Kind>,
    /// The commands, and what they said.
    log: Vec<String>,
}

/// A run that has ended, or was killed.
struct Ended {
    command: String,
    code: Option<i32>,
    said: String,
    /// The harm that it came to.
    harm: Option<Harm>,
}

/// Plays a round; what happened, or what went wrong.
pub(super) fn play(schedule: &Schedule) -> Result<Tally, String> {
    let reference = Reference::of(schedule.org);
    let env = TestEnv::empty();
    fs::create_dir(env.path(".demo-gen")).unwrap();
    fs::write(env.path(ORG), &reference.file).unwrap();
    let served = Served::start(&env, &[]);
    let mut round = Round {
        schedule,
        reference: &reference,
        env,
        served,
        story: 0,
        tally: Tally::new(),
        met: Vec::new(),
        log: Vec::new(),
    };
    match round.play() {
        Ok(()) => Ok(round.tally),
        Err(why) => Err(format!(
            "{why}\n{:#?}\n{}\nDEMO_GEN_CAMPAIGN_SEED={} plays this round alone",
            round.schedule,
            round.log.join("\n"),
            round.schedule.seed
        )),
    }
}

impl Round<'_> {
    fn play(&mut self) -> Check {
        for run in &self.schedule.runs {
            self.bad_run(run)?;
        }
        self.converge()?;
        self.destroy()
    }

    /// One run with faults, which must end as they permit.
    fn bad_run(&mut self, run: &BadRun) -> Check {
        self.story = run.story;
        self.sign_in(run.login);
        let mut arguments = match run.command {
            Command::Apply => vec!["apply", "-y"],
            Command::Destroy => vec!["destroy", "-y"],
            Command::ApplySaved => {
                let plan = self.run(&["plan", "--out", "saved.plan"], None);
                match plan.code {
                    Some(0) => vec!["apply", "saved.plan"],
                    _ => return self.judge(&plan, &[]),
                }
            }
        };
        arguments.extend(["--concurrency", run.concurrency]);
        let rules = run.faults.concat();
        self.served.script(&format!(
            "version: 1\nseed: {}\nrules:\n{rules}",
            self.schedule.seed
        ));
        let ended = self.run(&arguments, run.harm);
        let struck = self.struck();
        self.served.end_script();
        self.judge(&ended, &struck)?;
        let now = Census::read(&self.env.path(ORG));
        nothing("foreign records", &now.losses(&self.reference.before))
    }

    fn sign_in(&mut self, login: Login) {
        let names = match login {
            Login::Token => &["SF_ACCESS_TOKEN"][..],
            Login::App => &["SF_CLIENT_ID", "SF_CLIENT_SECRET"],
        };
        self.env.forget_variables();
        for (name, value) in &self.served.credentials {
            if names.contains(&name.as_str()) {
                self.env.set(name, value);
            }
        }
    }

    /// The kinds of faults that this run has met.
    fn struck(&mut self) -> Vec<&'static Kind> {
        let script = self.served.script_so_far();
        let rules = script["rules"].as_array().expect("it tells its rules");
        let struck = rules.iter().filter(|rule| rule["fired"] != 0);
        let kinds: Vec<_> = struck
            .map(|rule| faults::kind(rule["name"].as_str().expect("all have names")))
            .collect();
        for kind in &kinds {
            self.count(kind.name);
        }
        self.met.extend(&kinds);
        kinds
    }

    fn count(&mut self, what: &str) {
        *self.tally.entry(what.to_owned()).or_default() += 1;
    }

    /// Whether a run ended as what it met permits.
    fn judge(&mut self, ended: &Ended, struck: &[&Kind]) -> Check {
        let Ended {
            command,
            code,
            said,
            harm,
        } = ended;
        if said.contains("panicked") || said.contains(&self.served.token) {
            return Err(format!("`{command}` says what nobody may see"));
        }
        let Some(code) = *code else {
            return match harm {
                Some(_) => Ok(()),
                None => Err(format!("`{command}` died by itself")),
            };
        };
        self.count(&format!("exit {code}"));
        let permits = struck.iter().flat_map(|kind| kind.permits);
        let mut permits: Vec<_> = permits.copied().collect();
        permits.extend((*harm == Some(Harm::Hold)).then_some((130, "to resume")));
        // What was deleted in an earlier run is missed in this one.
        let was_deleted = self.met.iter().any(|kind| kind.name.contains("deleted"));
        permits.extend(was_deleted.then_some((7, "--accept-vanished")));
        let is_permitted =
            |(permitted, text): &(i32, &str)| code == *permitted && said.contains(text);
        match code == 0 || permits.iter().any(is_permitted) {
            true => Ok(()),
            false => Err(format!(
                "`{command}` ended with {code}, of which {permits:?} says nothing"
            )),
        }
    }

    /// On a good day one apply makes good what the bad ones left.
    fn converge(&mut self) -> Check {
        self.sign_in(Login::Token);
        let ended = self.run(&["apply", "-y"], None);
        self.judge(&ended, &[])?;
        if ended.code == Some(7) {
            self.run(&["apply", "-y", "--accept-vanished"], None)
                .is_well()?;
        }
        self.run(&["plan", "--detailed-exitcode"], None).is_well()?;
        let before = &self.reference.before;
        let now = Census::read(&self.env.path(ORG));
        nothing("records", &now.faults(before))?;
        nothing("foreign records", &now.losses(before))?;
        let loosens =
            |kind: &&Kind| kind.name == "trigger on subjects" || kind.name.starts_with("sees");
        let measure = match self.met.iter().any(loosens) {
            true => Measure::Loose,
            false => Measure::Exact,
        };
        let here = now.content(before, measure);
        let beside = |clean: &Census| differences(&clean.content(before, measure), &here);
        let stories = self.schedule.runs.iter().map(|run| run.story);
        let differing = match beside(self.reference.applied(self.story)) {
            none if none.is_empty() => none,
            // What another manifest has laid into the calendar stays where it is.
            _ if stories.collect::<BTreeSet<_>>().len() > 1 => {
                beside(&self.reference.applied_as_pinned(self.story, &self.state()))
            }
            some => some,
        };
        nothing("records beside a clean run", &differing)
    }

    /// The folder with the state of the org, beside which lies the org's own file.
    fn state(&self) -> PathBuf {
        let entries = fs::read_dir(self.env.path(".demo-gen")).unwrap();
        let mut folders = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir());
        folders.next().expect("something was applied")
    }

    /// Takes everything away; what is left is what was there, what strangers made of it, and
    /// whom of ours they refer to.
    fn destroy(&mut self) -> Check {
        let before = &self.reference.before;
        let now = Census::read(&self.env.path(ORG));
        let (strangers, mut kept) = (now.strangers(before), now.clung_to(before));
        let ended = self.run(&["destroy", "-y"], None);
        let is_told = ended.code == Some(3) && ended.said.contains("others' records refer to it");
        if kept.is_empty() || !is_told {
            ended.is_well()?;
        } else {
            // The pack stays for as long as anything of it does.
            kept.insert(("Demo_Pack__c".to_owned(), Vec::new()), 1);
        }
        let now = Census::read(&self.env.path(ORG));
        let left = now.content(before, Measure::Exact);
        nothing("records left by destroy", &differences(&kept, &left))?;
        nothing("foreign records after destroy", &now.losses(before))?;
        match now.strangers(before) == strangers {
            true => Ok(()),
            false => Err("what strangers made is not there any more as it was".to_owned()),
        }
    }

    /// Runs the program, through a proxy where it comes to harm; everything that it sent is
    /// served when this returns.
    fn run(&mut self, arguments: &[&str], harm: Option<Fault>) -> Ended {
        let (events, happened) = channel();
        let proxy = harm.map(|harm| Proxy::start(&self.served.url, Some(harm), events.clone()));
        let url = match &proxy {
            Some(proxy) => format!("http://{}", proxy.address),
            None => self.served.url.clone(),
        };
        self.env
            .write("demo.yaml", &manifest(&url, &STORIES[self.story]));
        let (said, saying) = std::io::pipe().unwrap();
        let mut command = self.env.command(arguments);
        command.stdout(saying.try_clone().unwrap()).stderr(saying);
        let mut child = command.spawn().unwrap();
        // The pipe ends with the child once nobody else can write to it.
        drop(command);
        let (interrupted, noticed) = channel();
        let reader = std::thread::spawn(move || {
            let said = read(said, || interrupted.send(()).unwrap_or_default());
            events.send(Event::Ended).unwrap();
            said
        });
        let mut struck = None;
        while let Ok(Event::Struck(done)) = happened.recv() {
            let harm = harm.expect("only harm strikes").harm;
            self.strike(harm, &mut child, &noticed);
            struck = Some(harm);
            // Where the program is gone, so is the connection that waits.
            let _ = done.send(());
        }
        let code = child.wait().unwrap().code();
        drop(happened);
        if let Some(proxy) = proxy {
            proxy.finish();
        }
        let said = reader.join().unwrap();
        let command = arguments.join(" ");
        self.log
            .push(format!("$ demo-gen {command}\n{said}[exit {code:?}]"));
        Ended {
            command,
            code,
            said,
            harm: struck,
        }
    }

    fn strike(&mut self, harm: Harm, child: &mut Child, noticed: &Receiver<()>) {
        if harm == Harm::Hold {
            self.count("Ctrl-C");
            let id = child.id().to_string();
            let status = process::Command::new("kill").args(["-INT", &id]).status();
            assert!(status.unwrap().success());
            // It may also end before it says so.
            let _ = noticed.recv();
        } else {
            self.count("kill");
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Ended {
    fn is_well(&self) -> Check {
        let Self { command, code, .. } = self;
        match code {
            Some(0) => Ok(()),
            _ => Err(format!("`{command}` ended with {code:?} on a good day")),
        }
    }
}

fn nothing(what: &str, wrong: &[String]) -> Check {
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!("{what}: {}", wrong.join("\n"))),
    }
}

/// Everything that is said; tells when an interrupt was noticed.
fn read(said: PipeReader, noticed: impl Fn()) -> String {
    let mut text = String::new();
    let mut said = BufReader::new(said);
    loop {
        let start = text.len();
        if said.read_line(&mut text).unwrap() == 0 {
            return text;
        }
        if text[start..].starts_with("Interrupted: ") {
            noticed();
        }
    }
}
