//! `demo-gen doctor`

use super::context::Context;
use super::exit::{self, Exit};
use super::options;
use crate::doctor::{self, Probe};
use crate::model::finding::Verdict;
use crate::plan_file::Command;
use crate::report;

/// Look at the org before anything is written, and say what would go wrong.
///
/// Exit code 1 says that apply would fail.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Also send one record of each kind, in a request that is bound to fail, so that the org's
    /// rules and triggers speak. Nothing stays.
    #[arg(long)]
    probe: bool,
    /// Only print what is to be set up in People.ai, so that it pulls what is made here.
    #[arg(long, conflicts_with_all = ["probe", "json"])]
    peopleai: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let manifest = context.manifest()?;
    if args.peopleai {
        write!(context.terminal.out(), "{}", doctor::guide(&manifest))?;
        return Ok(Exit::Done);
    }
    let findings = match context.connect(&manifest).await {
        Ok(connection) => {
            let request = context.request(&manifest, Command::Apply, false, options::plain());
            let probe = if args.probe { Probe::Yes } else { Probe::No };
            let findings = doctor::examine(&connection.org, &request, probe).await;
            connection.close().await;
            findings
        }
        Err(error) => {
            let advice = exit::hint(&error).unwrap_or_default();
            doctor::no_login(exit::message(&error), advice)
        }
    };
    if args.json {
        report::findings_json(&findings, context.terminal.data())?;
    } else {
        let width = context.terminal.look().width;
        report::findings(&findings, width, context.terminal.out())?;
    }
    let fails = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Failure);
    Ok(if fails { Exit::Error } else { Exit::Done })
}
