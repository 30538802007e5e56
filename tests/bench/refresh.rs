//! What reading costs: API calls of a small apply, and of plans over many unchanged records.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;

/// So many deals have about 2,000 records, and so many 100,000.
const SMALL: usize = 62;
const LARGE: usize = 3_100;

/// Applies to orgs of both sizes and plans again, over HTTP as in any other org.
pub(crate) fn run(out: &mut dyn io::Write) -> anyhow::Result<()> {
    let all = ["apply", "--auto-approve", "--max-opps", "1000000"];
    let plan = ["plan", "--max-opps", "1000000"];
    let small = Site::new(SMALL)?;
    small.measure("apply to a small org", &all, out)?;
    let large = Site::new(LARGE)?;
    large.measure("apply to a large org", &all, out)?;
    large.measure("first plan after it", &plan, out)?;
    large.measure("second plan", &plan, out)?;
    let full = [&plan[..], &["--refresh", "full"]].concat();
    large.measure("plan --refresh full", &full, out)
}

/// A served org, and a manifest for it.
struct Site {
    folder: tempfile::TempDir,
    token: String,
    server: Child,
}

impl Site {
    fn new(deals: usize) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("demo.yaml"), manifest("embedded"))?;
        let org = folder.path().join("org");
        fs::create_dir(&org)?;
        export(deals, &org)?;
        command(folder.path(), "", &["org", "import", "org"]).output()?;
        let mut server = command(
            folder.path(),
            "",
            &["org", "serve", "--listen", "127.0.0.1:0"],
        )
        .stdout(Stdio::piped())
        .spawn()?;
        let lines = BufReader::new(server.stdout.take().context("it is piped")?).lines();
        let (mut url, mut token) = (String::new(), String::new());
        for line in lines {
            let line = line?;
            let value = |name| {
                line.strip_prefix(name)
                    .map(|value| value.trim_matches('\''))
            };
            url = value("SF_INSTANCE_URL=").map_or(url, str::to_owned);
            token = value("SF_ACCESS_TOKEN=").map_or(token, str::to_owned);
            if !url.is_empty() && !token.is_empty() {
                break;
            }
        }
        fs::write(folder.path().join("demo.yaml"), manifest(&url))?;
        Ok(Self {
            folder,
            token,
            server,
        })
    }

    fn run(&self, args: &[&str]) -> anyhow::Result<String> {
        let output = command(self.folder.path(), &self.token, args).output()?;
        let told = [&output.stdout[..], &output.stderr[..]].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        anyhow::ensure!(output.status.success(), "{args:?} failed:\n{told}");
        Ok(told)
    }

    /// The calls that the org has counted.
    fn calls(&self) -> anyhow::Result<u64> {
        let told = self.run(&["status", "--no-drift"])?;
        let line = told
            .lines()
            .find_map(|line| line.split_once("API calls of the day: "));
        let Some((_, used)) = line else {
            return Ok(0);
        };
        let used = used.split(' ').next().unwrap_or_default().replace(',', "");
        Ok(used.parse()?)
    }

    /// Prints calls, time and memory of a run.
    fn measure(&self, name: &str, args: &[&str], out: &mut dyn io::Write) -> anyhow::Result<()> {
        // Looking takes calls itself.
        let (first, second) = (self.calls()?, self.calls()?);
        let started = Instant::now();
        let told = self.run(args)?;
        let wall = started.elapsed().as_secs_f64();
        // Before the first apply there is no status, which takes as many calls to find out.
        let calls = match self.calls()? {
            last if second == 0 => last.to_string() + ", with three looks at the status",
            last => (last - second - (second - first)).to_string(),
        };
        writeln!(out, "{name}: {calls} API calls, {wall:.2} s")?;
        let telling = ["Plan:", "No changes", "Apply complete", "peak memory"];
        let lines = told.lines();
        for line in lines.filter(|line| telling.iter().any(|word| line.contains(word))) {
            writeln!(out, "    {}", line.trim())?;
        }
        Ok(())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
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

fn manifest(url: &str) -> String {
    format!(
        "run: {{name: bench}}\nsalesforce:\n  instance_url: {url}\n  query: {{limit: 1000000}}\n"
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
