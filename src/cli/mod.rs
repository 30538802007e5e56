//! The command line: one file per command, each with its arguments and its `run`.

mod approve;
mod carry_out;
mod context;
mod exit;
mod global;
mod interrupt;
mod options;
mod stats;

mod apply;
mod content;
mod destroy;
mod doctor;
mod init;
mod org;
mod plan;
mod prepare;
mod show;
mod smoke;
mod status;
mod validate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::clock::Clock;
use crate::report::{ColorChoice, Terminal};
use exit::Exit;
use global::Global;

/// Makes a Salesforce org demo-ready, and keeps it so.
///
/// A YAML manifest says what the org should look like; `plan` shows what would change, `apply`
/// makes exactly those changes, `destroy` takes away exactly what was made.
#[derive(Debug, Parser)]
#[command(
    name = "demo-gen",
    version,
    propagate_version = true,
    max_term_width = 100
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Validate(validate::Args),
    #[command(visible_alias = "dry-run")]
    Plan(plan::Args),
    Apply(Box<apply::Args>),
    Run(Box<apply::RunArgs>),
    #[command(visible_alias = "reset")]
    Destroy(Box<destroy::Args>),
    Status(status::Args),
    Show(show::Args),
    Smoke(smoke::Args),
    Doctor(doctor::Args),
    Content(content::Args),
    Org(org::Args),
}

/// Runs the command line of this process.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let mut terminal = Terminal::of_process(ColorChoice::from(cli.global.color));
    let exit = match run(cli, &mut terminal) {
        Ok(exit) => exit,
        Err(error) => exit::report(&error, &mut terminal),
    };
    let told = stats::tell(terminal.err());
    match told.and_then(|()| terminal.finish()) {
        Ok(()) => ExitCode::from(exit as u8),
        // A result that could not be written is no result.
        Err(_) => ExitCode::from(Exit::Error as u8),
    }
}

fn run(cli: Cli, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    let clock = Clock::from_environment()?;
    let Cli { global, command } = cli;
    // These need neither an org nor a runtime.
    match &command {
        Command::Init(args) if args.from_org.is_none() => {
            return init::run(args, &global, terminal);
        }
        Command::Validate(args) => return validate::run(args, &global, terminal),
        Command::Show(args) => return show::run(args, terminal),
        Command::Content(args) => return content::run(args, &global, terminal),
        _ => {}
    }
    // A provider may be there already, where several runs share a process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(4)
        .enable_all()
        .build()?;
    let mut context = context::Context {
        global: &global,
        terminal,
        clock,
    };
    let context = &mut context;
    runtime.block_on(async {
        match command {
            Command::Init(args) => init::run_from_org(&args, context).await,
            Command::Validate(_) | Command::Show(_) | Command::Content(_) => {
                unreachable!("done above")
            }
            Command::Plan(args) => plan::run(&args, context).await,
            Command::Apply(args) => Box::pin(apply::run(&args, context)).await,
            Command::Run(args) => Box::pin(apply::run_as_before(&args, context)).await,
            Command::Destroy(args) => Box::pin(destroy::run(&args, context)).await,
            Command::Status(args) => status::run(&args, context).await,
            Command::Smoke(args) => Box::pin(smoke::run(&args, context)).await,
            Command::Doctor(args) => doctor::run(&args, context).await,
            Command::Org(args) => org::run(&args, context).await,
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
