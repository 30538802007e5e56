//! demo-gen: a declarative reconciler for Salesforce demo data.

mod clock;
mod draw;
mod embedded_org;
mod manifest;
mod model;
mod org;
mod planner;
mod state;

/// Runs the command line of this process and gives its exit code.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
