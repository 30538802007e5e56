//! What the stories are worth: figures of the data that an apply leaves in an org.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;
use jiff::civil::Date;

use super::figures::{Org, figures};
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
    for line in plan.filter(|line| line.starts_with("  ") || line.starts_with('!')) {
        writeln!(out, "{line}")?;
    }
    run(&["org", "export", "out"])?;
    let org = Org::read(&folder.path().join("out"))?;
    for figure in figures(&org, anchor) {
        writeln!(out, "    {figure}")?;
    }
    let again = run(&["plan", "--max-opps", "1000000"])?;
    let again = again
        .lines()
        .rfind(|line| line.contains("No changes") || line.contains("Plan:"));
    writeln!(out, "    planned again: {}", again.unwrap_or_default())?;
    Ok(())
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
