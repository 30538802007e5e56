//! What the stories are worth: figures of the data that an apply leaves in an org.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;
use jiff::civil::Date;

use super::figures::{Figure, Org, figures};
use super::program::demo_gen;

/// The day that each story leads up to, unless `DEMO_GEN_BENCH_AS_OF` says another.
const AS_OF: &str = "2026-11-20";

/// Of a larger org so many open deals are taken, unless `DEMO_GEN_BENCH_DEALS` says another number.
const DEALS: usize = 300;

const MANIFEST: &str = "\
run: {name: stories}
salesforce:
  instance_url: embedded
  query: {include_closed: true, limit: 1000000}
contacts: {generate: true}
";

/// The shapes of stories, as a plan lists them.
const SHAPES: [&str; 10] = [
    "accelerating",
    "healthy",
    "at-risk",
    "stalled",
    "single-threaded",
    "champion-left",
    "won",
    "lost-to-competitor",
    "no-decision",
    "new",
];

/// Measures the sample company, and each of the folders of Data Exports.
pub(crate) fn run(folders: &[std::path::PathBuf], out: &mut dyn io::Write) -> anyhow::Result<()> {
    measure(None, out)?;
    for folder in folders {
        measure(Some(folder), out)?;
    }
    Ok(())
}

fn measure(export: Option<&Path>, out: &mut dyn io::Write) -> anyhow::Result<()> {
    let as_of = std::env::var("DEMO_GEN_BENCH_AS_OF").unwrap_or_else(|_| AS_OF.to_owned());
    let anchor: Date = as_of.parse().context("reading DEMO_GEN_BENCH_AS_OF")?;
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("demo.yaml"), MANIFEST)?;
    let now = format!("{anchor}T18:00:00Z");
    let run = |args: &[&str]| demo_gen(folder.path(), args, Some(&now));
    match export {
        None => writeln!(out, "\nThe sample company, as of {anchor}")?,
        Some(export) => {
            let sampled = folder.path().join("sample");
            let deals = sample(export, &sampled)?;
            let name = export.file_name().unwrap_or_default().display();
            writeln!(out, "\n{name}, {deals} deals, as of {anchor}")?;
            run(&["org", "import", "sample"])?;
        }
    }
    let told = run(&["apply", "--auto-approve", "--max-opps", "1000000"])?;
    let plan = told
        .lines()
        .take_while(|line| !line.contains("Apply complete"));
    for line in plan.filter(|line| is_of_all(line)) {
        writeln!(out, "{line}")?;
    }
    run(&["org", "export", "out"])?;
    let org = Org::read(&folder.path().join("out"))?;
    writeln!(out, "    {:44} {:>7}    {:>7}", "Figure", "Wrong", "Of")?;
    let figures = figures(&org, anchor).into_iter();
    for figure in figures.chain([rules(&told)]) {
        writeln!(out, "    {figure}")?;
    }
    let again = run(&["plan", "--max-opps", "1000000"])?;
    let again = again
        .lines()
        .rfind(|line| line.contains("No changes") || line.contains("Plan:"));
    writeln!(out, "    planned again: {}", again.unwrap_or_default())?;
    Ok(())
}

/// Whether a line of a plan is about all deals, and what had to give; not one of its samples.
fn is_of_all(line: &str) -> bool {
    let counts = |line: &str| {
        let first = line.trim_start_matches(['+', ' ']).split(' ').next();
        first.is_some_and(|word| word.replace(',', "").parse::<u64>().is_ok())
    };
    let is_head = line.trim_start().starts_with("Count ");
    line.starts_with('!') || is_head || line.starts_with("  ") && counts(line)
}

/// The stories that are short of what their shapes stand for, as the plan counts them.
fn rules(told: &str) -> Figure {
    let mut figure = Figure {
        name: "stories short of what their shape stands for",
        wrong: 0,
        of: 0,
        example: None,
    };
    for line in told.lines().filter(|line| line.starts_with("    ")) {
        let number = |text: &str| text.trim().replace(',', "").parse::<usize>().ok();
        let mut words = line.split_whitespace();
        let (Some(deals), Some(shape)) = (words.next().and_then(number), words.next()) else {
            continue;
        };
        if !SHAPES.contains(&shape) {
            continue;
        }
        figure.of += deals;
        if let Some((before, _)) = line.split_once(" short of what the shape stands for") {
            let short = before.rsplit('(').next().and_then(number);
            figure.wrong += short.unwrap_or_default();
            figure.example.get_or_insert_with(|| shape.to_owned());
        }
    }
    figure
}

/// Copies the export with so many of its open deals that have an account, chosen by their hash;
/// all deals where there are not more than that. Gives their number.
fn sample(export: &Path, to: &Path) -> anyhow::Result<usize> {
    fs::create_dir(to)?;
    for file in fs::read_dir(export)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    let path = to.join("Opportunity.csv");
    let mut reader = csv::Reader::from_path(&path)?;
    let headers = reader.headers()?.clone();
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
    let most = match std::env::var("DEMO_GEN_BENCH_DEALS") {
        Ok(text) => text.parse().context("reading DEMO_GEN_BENCH_DEALS")?,
        Err(_) => DEALS,
    };
    if rows.len() <= most {
        return Ok(rows.len());
    }
    let column = |name: &str| {
        let place = headers.iter().position(|header| header == name);
        place.with_context(|| format!("{name} is not in Opportunity.csv"))
    };
    let (id, account, closed) = (column("Id")?, column("AccountId")?, column("IsClosed")?);
    let hash = |row: &csv::StringRecord| *blake3::hash(row[id].as_bytes()).as_bytes();
    let open = rows
        .iter()
        .filter(|row| &row[closed] == "false" && !row[account].is_empty());
    let mut hashes: Vec<_> = open.map(hash).collect();
    hashes.sort_unstable();
    let chosen: BTreeSet<_> = hashes.into_iter().take(most).collect();
    let mut writer = csv::Writer::from_path(&path)?;
    writer.write_record(&headers)?;
    for row in rows.iter().filter(|row| chosen.contains(&hash(row))) {
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(chosen.len())
}
