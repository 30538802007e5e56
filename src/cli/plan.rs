//! `demo-gen plan`

use std::path::PathBuf;

use super::context::Context;
use super::exit::Exit;
use super::options::{self, OutputOptions, PlanOptions};
use super::show;
use crate::model::told::Told;
use crate::plan_file::{Command, Plan};
use crate::reconcile::{self, Options, Request, Stop, Survey};
use crate::report::{self, Terminal};

/// Show what `apply` would change. Writes nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    output: OutputOptions,
    /// Save the plan, so that `demo-gen apply FILE` makes exactly these changes.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Tell the story of one opportunity instead: what People.ai's rules read of it, and all that
    /// happens in it.
    #[arg(long, value_name = "ID|NAME", conflicts_with_all = ["destroy", "out"])]
    explain: Option<String>,
    /// Plan the removal of everything instead.
    #[arg(long)]
    destroy: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let manifest = context.manifest()?;
    for path in args.out.iter().chain(&args.output.json_into) {
        options::refuse_manifest(path, &manifest)?;
    }
    let connection = context.connect(&manifest).await?;
    let command = if args.destroy {
        Command::Destroy
    } else {
        Command::Apply
    };
    let options = Options {
        explain: args.explain.clone(),
        ..args.plan.resolve()
    };
    let request = Request {
        model: context.model(&manifest)?,
        ..context.request(&manifest, command, false, options)
    };
    let survey = reconcile::survey(&connection.org, &request).await;
    connection.close().await;
    let Survey {
        planned, explained, ..
    } = survey?;
    if let Some(told) = explained {
        return explain(&told, args, context.terminal);
    }
    show::plan(
        &planned.plan,
        &args.output,
        args.out.as_deref(),
        context.terminal,
    )?;
    if !planned.refusals.is_empty() {
        return Err(Stop::Refused(planned.refusals).into());
    }
    if let Some(path) = &args.out {
        planned.plan.save(path)?;
        let name = path.display();
        writeln!(
            context.terminal.err(),
            "\nSaved the plan. To make exactly these changes, run: demo-gen apply {name}"
        )?;
    }
    Ok(exit(&planned.plan, &args.output))
}

fn explain(told: &Told, args: &Args, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    if args.output.json {
        report::story_json(told, terminal.data())?;
    } else {
        let width = terminal.look().width;
        report::story(told, width, terminal.out())?;
    }
    Ok(Exit::Done)
}

/// 2 says that there are changes, where that was asked for.
pub(super) fn exit(plan: &Plan, output: &OutputOptions) -> Exit {
    match output.detailed_exitcode && !plan.counts().is_empty() {
        true => Exit::Changes,
        false => Exit::Done,
    }
}
