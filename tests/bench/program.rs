//! The real program over a real org's export.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;

const MANIFEST: &str = "\
run: {name: bench}
salesforce:
  instance_url: embedded
  query: {include_closed: true, limit: 1000000}
";

/// What is run, in this order.
const COMMANDS: [&[&str]; 4] = [
    &["plan"],
    &["apply", "--auto-approve"],
    &["plan", "--refresh", "none"],
    &["plan"],
];

/// Imports the export into an embedded org, and fills it.
pub(crate) fn run(export: &Path, out: &mut dyn io::Write) -> anyhow::Result<()> {
    let export = fs::canonicalize(export).context("finding the Data Export")?;
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("demo.yaml"), MANIFEST)?;
    let export = export.to_string_lossy();
    demo_gen(folder.path(), &["org", "import", &export], None)?;
    for command in COMMANDS {
        let all = [command, &["--max-opps", "1000000"]].concat();
        let started = Instant::now();
        let told = demo_gen(folder.path(), &all, None)?;
        let wall = started.elapsed().as_secs_f64();
        writeln!(out, "{}: {wall:.2} s", command.join(" "))?;
        let telling = |line: &&str| {
            [
                "Plan:",
                "No changes",
                "Apply complete",
                "peak memory",
                "API calls",
            ]
            .iter()
            .any(|word| line.contains(word))
        };
        let lines: Vec<_> = told.lines().filter(telling).collect();
        // The last line of the progress is the one that counts.
        let last_call = lines.iter().rposition(|line| line.contains("records, "));
        for (number, line) in lines.iter().enumerate() {
            if !line.contains("records, ") || Some(number) == last_call {
                writeln!(out, "    {}", line.trim())?;
            }
        }
    }
    Ok(())
}

/// Runs the program, perhaps as if it were another time, and gives what it printed and told.
pub(crate) fn demo_gen(folder: &Path, args: &[&str], now: Option<&str>) -> anyhow::Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_demo-gen"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("DEMO_GEN_STATS", "1")
        .envs(now.map(|now| ("DEMO_GEN_NOW", now)))
        .output()?;
    let told = [&output.stdout[..], &output.stderr[..]].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    anyhow::ensure!(output.status.success(), "{args:?} failed:\n{told}");
    Ok(told)
}
