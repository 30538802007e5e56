//! A served org: a process of its own, answered over HTTP as any other org, and a manifest for it.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use serde_json::Value as Json;

/// What each run is told beside its command.
const ALL: [&str; 2] = ["--max-opps", "1000000"];

/// A served org, and a folder with a manifest for it.
pub(crate) struct Site {
    folder: tempfile::TempDir,
    url: String,
    token: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    server: Child,
    /// Held open, so that the server can go on writing.
    _stdout: BufReader<ChildStdout>,
}

/// What kind of org is served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) deals: usize,
    /// How much later each reply comes. The wait holds nothing up in the server.
    pub(crate) latency_ms: u64,
    /// `salesforce.bulk_threshold`.
    pub(crate) bulk_threshold: usize,
}

/// What a run came to.
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    /// API calls, as the org counts them.
    pub(crate) calls: u64,
    /// The most memory that the process has held.
    pub(crate) peak_mb: f64,
    pub(crate) cpu_seconds: f64,
    /// The line that says what was done: `Apply complete! …`, `No changes. …`.
    pub(crate) told: String,
    /// How the writing went, where there was any.
    pub(crate) writing: Option<Writing>,
}

/// From the first reply to a write to the last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writing {
    pub(crate) seconds: f64,
    pub(crate) calls: u64,
}

impl Site {
    pub(crate) fn new(setup: Setup) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let at = folder.path();
        fs::write(at.join("demo.yaml"), manifest("embedded", setup))?;
        let Setup { latency_ms, .. } = setup;
        let script = format!("version: 1\nrules:\n  - latency: {{ms: {latency_ms}}}\n");
        fs::write(at.join("latency.yaml"), script)?;
        fs::create_dir(at.join("org"))?;
        export(setup.deals, &at.join("org"))?;
        finished(&mut command(at, "", &["org", "import", "org"]))?;
        let mut serve = vec!["org", "serve", "--listen", "127.0.0.1:0"];
        if latency_ms > 0 {
            serve.extend(["--fault", "latency.yaml"]);
        }
        let mut serve = command(at, "", &serve);
        let mut server = serve.stdout(Stdio::piped()).spawn()?;
        let mut stdout = BufReader::new(server.stdout.take().context("it is piped")?);
        let url = value(&mut stdout, "SF_INSTANCE_URL=")?;
        let token = value(&mut stdout, "SF_ACCESS_TOKEN=")?;
        fs::write(at.join("demo.yaml"), manifest(&url, setup))?;
        // Only the first one counts.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            folder,
            url,
            token,
            client: reqwest::Client::new(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            server,
            _stdout: stdout,
        })
    }

    /// Runs the program on all deals.
    pub(crate) fn run(&self, args: &[&str]) -> anyhow::Result<Measured> {
        let args = [args, &ALL].concat();
        // Looking is a call itself.
        let (first, second) = (self.used()?, self.used()?);
        let started = Instant::now();
        let told = finished(&mut command(self.folder.path(), &self.token, &args))?;
        let seconds = started.elapsed().as_secs_f64();
        let calls = self.used()? - second - (second - first);
        let numbers = told.lines().find_map(|line| {
            let (cpu, memory) = line.split_once(" CPU s, peak memory ")?;
            let kb: f64 = memory.strip_suffix(" kB")?.parse().ok()?;
            Some((cpu.parse::<f64>().ok()?, kb / 1024.0))
        });
        let (cpu_seconds, peak_mb) = numbers.context("the program tells what it used")?;
        let says = |line: &&str| {
            let ends = ["Apply complete", "No changes", "Plan:"];
            ends.iter().any(|end| line.starts_with(end))
        };
        Ok(Measured {
            seconds,
            calls,
            peak_mb,
            cpu_seconds,
            told: told.lines().rfind(says).unwrap_or_default().to_owned(),
            writing: None,
        })
    }

    /// Applies, and looks at how the writing went.
    pub(crate) fn apply(&self) -> anyhow::Result<Measured> {
        let measured = self.run(&["apply", "--auto-approve", "--json-into", "told.jsonl"])?;
        let told = fs::read_to_string(self.folder.path().join("told.jsonl"))?;
        let mut progress = Vec::new();
        for line in told.lines().filter(|line| line.contains("\"progress\"")) {
            let line: Json = serde_json::from_str(line)?;
            let at: jiff::Timestamp = line["ts"].as_str().unwrap_or_default().parse()?;
            let calls = line["calls"].as_u64().context("progress counts calls")?;
            progress.push((at.as_millisecond(), calls));
        }
        let writing = progress
            .first()
            .zip(progress.last())
            .map(|(first, last)| Writing {
                seconds: (last.0 - first.0) as f64 / 1000.0,
                calls: last.1 - first.1,
            });
        Ok(Measured {
            writing,
            ..measured
        })
    }

    /// The API calls that the org has counted.
    fn used(&self) -> anyhow::Result<u64> {
        let url = format!("{}/services/data/v67.0/limits", self.url);
        let request = self.client.get(url).bearer_auth(&self.token);
        let limits: Json = self
            .runtime
            .block_on(async { request.send().await?.json().await })?;
        let calls = |name: &str| limits["DailyApiRequests"][name].as_u64();
        let used = calls("Max")
            .zip(calls("Remaining"))
            .map(|(max, left)| max - left);
        used.context("the org counts its calls")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What the server prints of itself, line by line.
fn value(stdout: &mut impl io::BufRead, name: &str) -> anyhow::Result<String> {
    for line in stdout.lines() {
        if let Some(value) = line?.strip_prefix(name) {
            return Ok(value.trim_matches('\'').to_owned());
        }
    }
    anyhow::bail!("the server ended before it told {name}")
}

/// Runs a command to its end, and gives what it printed and told.
fn finished(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output()?;
    let told = [&output.stdout[..], &output.stderr[..]].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    anyhow::ensure!(output.status.success(), "{command:?} failed:\n{told}");
    Ok(told)
}

fn command(folder: &Path, token: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo-gen"));
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("SF_ACCESS_TOKEN", token)
        .env("DEMO_GEN_STATS", "1");
    command
}

fn manifest(url: &str, setup: Setup) -> String {
    let threshold = setup.bulk_threshold;
    format!(
        "run: {{name: bench}}\nsalesforce:\n  instance_url: {url}\n  bulk_threshold: {threshold}\n  query: {{limit: 1000000}}\n"
    )
}

/// A Data Export of a company with so many open deals, four to an account with five contacts.
fn export(deals: usize, folder: &Path) -> io::Result<()> {
    let (mut users, mut accounts, mut contacts, mut all) = (
        "Id,FirstName,LastName,Username,Email,IsActive,TimeZoneSidKey\n".to_owned(),
        "Id,Name,OwnerId,CreatedDate\n".to_owned(),
        "Id,FirstName,LastName,Title,AccountId,CreatedDate\n".to_owned(),
        "Id,Name,AccountId,StageName,Amount,CloseDate,OwnerId,CreatedDate\n".to_owned(),
    );
    let id = |prefix: &str, number: usize| format!("{prefix}DG{number:010}");
    let owner = |number: usize| id("005", 1 + number % 100);
    let day = "2026-09-01T08:00:00.000Z";
    for n in 0..100 {
        let mail = format!("owner{n}@example.com");
        let owner = owner(n);
        let _ = writeln!(
            users,
            "{owner},First,Owner {n},{mail},{mail},true,America/New_York"
        );
    }
    for n in 1..=deals.div_ceil(4) {
        let (account, owner) = (id("001", n), owner(n));
        let _ = writeln!(accounts, "{account},Account {n},{owner},{day}");
        for (place, title) in TITLES.iter().enumerate() {
            let contact = id("003", n * TITLES.len() + place);
            let _ = writeln!(
                contacts,
                "{contact},First,Contact {n},{title},{account},{day}"
            );
        }
    }
    for n in 0..deals {
        let (deal, account, owner) = (id("006", n + 1), id("001", n / 4 + 1), owner(n));
        let amount = (n % 90 + 1) * 1_000;
        let _ = writeln!(
            all,
            "{deal},Deal {n},{account},Negotiation/Review,{amount},2027-01-15,{owner},{day}"
        );
    }
    fs::write(folder.join("User.csv"), users)?;
    fs::write(folder.join("Account.csv"), accounts)?;
    fs::write(folder.join("Contact.csv"), contacts)?;
    fs::write(folder.join("Opportunity.csv"), all)
}

const TITLES: [&str; 5] = [
    "Chief Financial Officer",
    "VP Engineering",
    "Director of IT",
    "Procurement Manager",
    "Analyst",
];
