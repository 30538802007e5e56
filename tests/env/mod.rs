//! A fresh folder to run the real binary in, with nothing of the machine around it.

mod draws;
mod model;
mod plan;
mod redact;
mod served;

pub(crate) use draws::Draws;
pub(crate) use model::{Answer, Model};
pub(crate) use plan::{Change, Plan};
pub(crate) use served::Served;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// It is always this moment: a Friday morning in the sample company's New York.
pub(crate) const NOW: &str = "2026-11-20T15:00:00Z";

/// The day of [`NOW`] in the org's time zone.
pub(crate) const TODAY: &str = "2026-11-20";

/// A small story for a few deals of the sample company. Tests edit it by replacing its text.
pub(crate) const MANIFEST: &str = "\
run:
  name: story
  seed: 7
salesforce:
  instance_url: embedded
  settle_after: 0
  query:
    limit: 6
activity:
  meetings:
    past_min: 2
    past_max: 4
    future_min: 1
    future_max: 2
  emails:
    min: 3
    max: 6
";

/// One folder with a manifest in it.
pub(crate) struct TestEnv {
    folder: TempDir,
    variables: BTreeMap<String, String>,
}

/// How one run of the program ended.
#[derive(Debug)]
pub(crate) struct Run {
    command: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl TestEnv {
    /// With [`MANIFEST`] as its `demo.yaml`.
    pub(crate) fn new() -> Self {
        let env = Self::empty();
        env.write("demo.yaml", MANIFEST);
        env
    }

    /// Without any file.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        Self {
            folder,
            variables: BTreeMap::new(),
        }
    }

    /// With [`MANIFEST`] for an org that a server holds, which somebody else works in too.
    pub(crate) fn against(served: &Served) -> Self {
        let mut env = Self::new();
        env.edit(
            "instance_url: embedded",
            &format!("instance_url: {}", served.url),
        );
        env.set("SF_ACCESS_TOKEN", &served.token);
        env
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sets a variable of the program's environment, which is empty otherwise.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn forget_variables(&mut self) {
        self.variables.clear();
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Replaces text of the manifest that must be there.
    #[track_caller]
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let manifest = self.read("demo.yaml");
        assert_eq!(manifest.matches(from).count(), 1, "{from:?} in\n{manifest}");
        self.write("demo.yaml", &manifest.replace(from, to));
    }

    /// The text without what differs from run to run.
    pub(crate) fn redact(&self, text: &str) -> String {
        let folder = self
            .folder
            .path()
            .to_str()
            .expect("the folder's name is ASCII");
        redact::redact(text, folder)
    }

    /// The program, ready to be started in the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo-gen"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("DEMO_GEN_NOW", NOW)
            .env("HOME", self.folder.path())
            .envs(&self.variables)
            .stdin(Stdio::null());
        command
    }

    /// Runs the program with these words as its arguments.
    pub(crate) fn run(&self, words: &str) -> Run {
        let arguments: Vec<_> = words.split_whitespace().collect();
        self.run_with(&arguments)
    }

    pub(crate) fn run_with(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        Run {
            command: arguments.join(" "),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code(),
        }
    }

    /// Applies without being asked, which must succeed.
    #[track_caller]
    pub(crate) fn apply(&self) -> Run {
        self.run("apply -y").exits(0)
    }

    /// What a plan with these options would change.
    #[track_caller]
    pub(crate) fn plan(&self, options: &str) -> Plan {
        let run = self.run(&format!("plan --json {options}")).exits(0);
        Plan::read(&run.stdout)
    }

    /// The law of laws: after an apply nothing is left to do.
    #[track_caller]
    pub(crate) fn nothing_to_do(&self) {
        let run = self.run("plan --detailed-exitcode").exits(0);
        run.says("No changes. Your org matches the manifest.");
    }

    /// What the embedded org holds, a CSV file for each sObject.
    pub(crate) fn export(&self) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let to = folder.path().to_str().expect("the folder's name is ASCII");
        self.run_with(&["org", "export", to]).exits(0);
        files(folder.path())
            .into_iter()
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    /// What the embedded org holds, but when and by whom records were last saved.
    pub(crate) fn unstamped(&self) -> BTreeSet<String> {
        let line = |(file, line): (&String, &str)| {
            let columns: Vec<_> = line.splitn(7, "\",\"").collect();
            let saved = 3..columns.len().min(6);
            let kept = columns.iter().enumerate();
            let kept = kept.filter(|(place, _)| !saved.contains(place));
            let kept: Vec<_> = kept.map(|(_, column)| *column).collect();
            format!("{file} {}", kept.join(" "))
        };
        let export = self.export();
        let lines = export.iter();
        let lines = lines.flat_map(|(file, text)| text.lines().map(move |line| (file, line)));
        lines.map(line).collect()
    }

    /// What the embedded org holds before anything was applied.
    pub(crate) fn export_of_a_new_org(&self) -> BTreeMap<String, String> {
        self.run("plan").exits(0);
        self.export()
    }

    /// The pack's state file.
    pub(crate) fn state_file(&self) -> PathBuf {
        self.state_file_of("story")
    }

    pub(crate) fn state_file_of(&self, pack: &str) -> PathBuf {
        let mut orgs = files(&self.path(".demo-gen"));
        orgs.retain(|path| path.is_dir());
        assert_eq!(orgs.len(), 1, "one org has a state: {orgs:?}");
        orgs.remove(0).join(format!("{pack}.sqlite"))
    }

    /// The folders of the runs' logs, the oldest first.
    pub(crate) fn run_logs(&self) -> Vec<PathBuf> {
        let runs = self.path("runs");
        if !runs.exists() {
            return Vec::new();
        }
        // By their names all are of the same second.
        let mut logs = files(&runs);
        logs.sort_by_key(|log| log.metadata().and_then(|log| log.modified()).ok());
        logs
    }

    /// Lets somebody else work in the embedded org while the program does not.
    pub(crate) fn in_org<T>(&self, work: impl FnOnce(&Served) -> T) -> T {
        let served = Served::start(self, &[]);
        work(&served)
    }
}

impl Run {
    /// Asserts how it ended, and shows what it said where it ended otherwise.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Asserts that stdout or stderr holds the text.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        let is_said = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(is_said, "{text:?} is not in\n{self}");
        self
    }
}

impl Run {
    /// Command, output and exit code, as they stand in a terminal; how many calls are under way
    /// when a line of progress is written is left to chance.
    pub(crate) fn transcript(&self) -> String {
        let Self {
            command,
            stdout,
            stderr,
            code,
        } = self;
        let mut lines = vec![format!("$ demo-gen {command}")];
        lines.extend(stdout.lines().map(str::to_owned));
        let said = stderr.lines().filter(|line| !line.contains(" API calls"));
        lines.extend(said.map(|line| format!("2> {line}")));
        lines.push(format!("[exit {}]", code.expect("nobody killed it")));
        lines.join("\n") + "\n\n"
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            command,
            stdout,
            stderr,
            code,
        } = self;
        write!(
            f,
            "demo-gen {command}\nexit {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}"
        )
    }
}

/// What lies in a folder, by name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut named: Vec<(OsString, PathBuf)> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name(), entry.path()))
        .collect();
    named.sort();
    named.into_iter().map(|(_, path)| path).collect()
}
