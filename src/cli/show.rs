//! `demo-gen show`, and how every command shows a plan.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::exit::Exit;
use super::options::OutputOptions;
use crate::plan_file::Plan;
use crate::report::{self, Terminal, View, json};

/// Show a saved plan again, or everything in it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A plan that `demo-gen plan --out` saved.
    #[arg(value_name = "PLANFILE")]
    plan: PathBuf,
    /// Every change with every field, not just groups and samples.
    #[arg(long)]
    all: bool,
    /// Print JSON, one line per change.
    #[arg(long, conflicts_with = "all")]
    json: bool,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let saved = Plan::load(&args.plan)?;
    if args.all {
        let width = terminal.look().width;
        for change in saved.changes() {
            report::record(&change?, width, terminal.out())?;
        }
    } else {
        let output = OutputOptions {
            json: args.json,
            json_into: None,
            detailed_exitcode: false,
        };
        plan(&saved, &output, Some(&args.plan), terminal)?;
    }
    Ok(Exit::Done)
}

/// Shows a plan in the form that was asked for; `file` is where it is, or will be, saved.
pub(super) fn plan(
    plan: &Plan,
    output: &OutputOptions,
    file: Option<&Path>,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    if let Some(path) = &output.json_into {
        let writing = || format!("writing {}", path.display());
        let file = File::create(path).with_context(writing)?;
        json::plan(plan, &mut BufWriter::new(file)).with_context(writing)?;
    }
    if output.json {
        json::plan(plan, terminal.data())?;
        return Ok(());
    }
    let more = match file {
        Some(file) => format!("demo-gen show --all {}", file.display()),
        None => "demo-gen plan --out FILE, then demo-gen show --all FILE".to_owned(),
    };
    let view = View {
        width: terminal.look().width,
        more: &more,
    };
    report::plan(plan, &view, terminal.out())?;
    Ok(())
}
