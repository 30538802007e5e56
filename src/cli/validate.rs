//! `demo-gen validate`

use super::exit::Exit;
use super::global::Global;
use crate::manifest::{self, LoadError};
use crate::report::Terminal;
use crate::report::json;

/// Check the manifest alone, offline: every problem at once.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the problems as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, global: &Global, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let name = global.config.display().to_string();
    match manifest::load(&global.config) {
        Ok(_) if args.json => json::validation(&name, None, terminal.data())?,
        Ok(_) => writeln!(terminal.out(), "{name} is valid.")?,
        Err(LoadError::Invalid(problems)) if args.json => {
            json::validation(&name, Some(&problems), terminal.data())?;
            return Ok(Exit::Invalid);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Exit::Done)
}
