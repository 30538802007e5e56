//! demo-gen: a declarative reconciler for Salesforce demo data.

mod apply;
#[doc(hidden)]
pub mod bench;
mod cli;
mod clock;
mod diff;
mod draw;
mod embedded_org;
mod guard;
mod manifest;
mod model;
mod org;
mod plan_file;
mod planner;
mod reconcile;
mod refresh;
mod report;
mod scope;
mod state;

/// Runs the command line of this process and gives its exit code.
pub fn main() -> std::process::ExitCode {
    cli::main()
}
