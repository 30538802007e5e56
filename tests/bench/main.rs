//! The figures that the design promises: `cargo bench`, or `cargo bench -- NAME…` for some of them.
//!
//! `DEMO_GEN_BENCH_ORG=<folder of a Data Export> cargo bench` also runs the real program over
//! that org (or several, separated as in `PATH`): plan, apply, and plan again with and without
//! reading it, and measures the stories that it is left with.

mod calls;
#[path = "../figures/mod.rs"]
mod figures;
mod program;
mod site;
mod stories;

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use demo_gen::bench::{Refresh, Texts, World};

const DEALS: usize = 54_000;
const OWNERS: usize = 2_200;

/// So many deals are compared: their records have to fit into memory.
const COMPARED: usize = 5_000;

const MILLION: f64 = 1_000_000.0;

/// A figure, or a few that are found together.
type Bench = fn(&mut dyn io::Write) -> anyhow::Result<()>;

/// All of them by name.
const BENCHES: [(&str, Bench); 6] = [
    ("inside", inside),
    ("small", calls::small),
    ("medium", calls::medium),
    ("large", calls::large),
    ("program", program),
    ("stories", stories),
];

fn main() -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    // Cargo adds `--bench`.
    let names: Vec<String> = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with('-'))
        .collect();
    let known = |name: &&String| BENCHES.iter().any(|(known, _)| known == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        anyhow::bail!("{unknown} is none of {:?}", BENCHES.map(|(name, _)| name));
    }
    for (name, bench) in BENCHES {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            bench(&mut out)?;
        }
    }
    Ok(())
}

/// What goes on inside, without an org.
fn inside(out: &mut dyn io::Write) -> anyhow::Result<()> {
    let world = World::new(DEALS, OWNERS);
    for texts in [Texts::None, Texts::Offline] {
        plan(&world, texts, out)?;
    }
    for refresh in [Refresh::Full, Refresh::None] {
        compare(&world, refresh, out)?;
    }
    record(&world, out)
}

/// The real program over somebody's own org.
fn program(out: &mut dyn io::Write) -> anyhow::Result<()> {
    let orgs = orgs();
    if orgs.is_empty() {
        let why =
            "DEMO_GEN_BENCH_ORG names no folder of a Data Export: the program itself is not run";
        writeln!(out, "{why}")?;
    }
    orgs.iter().try_for_each(|org| program::run(org, out))
}

/// What the stories are worth, in the sample company and in somebody's own orgs.
fn stories(out: &mut dyn io::Write) -> anyhow::Result<()> {
    stories::run(&orgs(), out)
}

/// The folders of Data Exports that are named in the environment.
fn orgs() -> Vec<PathBuf> {
    let named = std::env::var_os("DEMO_GEN_BENCH_ORG");
    named.map_or_else(Vec::new, |paths| std::env::split_paths(&paths).collect())
}

fn plan(world: &World, texts: Texts, out: &mut dyn io::Write) -> anyhow::Result<()> {
    let (started, before) = (Instant::now(), cpu_seconds()?);
    let planned = world.plan(texts);
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds()? - before);
    let per_million = cpu * MILLION / planned.activities as f64;
    writeln!(
        out,
        "planner, texts {texts:?}: {} activities ({} records, {} MB of texts) of {DEALS} deals in \
         {wall:.2} s: {:.0} records/s, {per_million:.2} CPU s per million activities",
        planned.activities,
        planned.records,
        planned.characters / 1_000_000,
        planned.records as f64 / wall,
    )?;
    Ok(())
}

fn compare(world: &World, refresh: Refresh, out: &mut dyn io::Write) -> anyhow::Result<()> {
    let applied = world.applied(COMPARED, refresh);
    let records = applied.records();
    let started = Instant::now();
    let changes = applied.diff();
    let wall = started.elapsed().as_secs_f64();
    if let Some(first) = changes.first() {
        let count = changes.len();
        anyhow::bail!("{count} changes of what was just applied, such as {first}");
    }
    writeln!(
        out,
        "differ, refresh {refresh:?}: {records} unchanged records in {wall:.3} s: {:.0} records/s",
        records as f64 / wall,
    )?;
    Ok(())
}

fn record(world: &World, out: &mut dyn io::Write) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let applied = world.applied(COMPARED, Refresh::None);
    let bytes = applied.state_bytes(folder.path())? as f64 / applied.records() as f64;
    writeln!(
        out,
        "state: {bytes:.0} bytes a record, {bytes:.0} MB per million"
    )?;
    Ok(())
}

/// The CPU time of this process, in seconds.
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in parentheses; user and system time are 14 and 15.
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks: Result<Vec<f64>, _> = fields.skip(11).take(2).map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() / 100.0)
}
