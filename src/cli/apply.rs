//! `demo-gen apply`, and `run` as the earlier tool called it.

use std::path::PathBuf;

use super::carry_out::{self, Order};
use super::context::Context;
use super::exit::Exit;
use super::options::{Allow, ApplyOptions, OutputOptions, PlanOptions, SHAPING};
use crate::plan_file::{Command, Plan};
use crate::reconcile::{self, Request, Stop};

/// Plan, ask, and make the changes; or make those of a saved plan without asking.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A plan that `demo-gen plan --out` saved. Nothing but what it shows is done.
    #[arg(value_name = "PLANFILE", conflicts_with_all = SHAPING)]
    saved: Option<PathBuf>,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    apply: ApplyOptions,
}

/// The earlier tool's name for `apply --auto-approve --allow create,update`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    apply: ApplyOptions,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let manifest = context.manifest()?;
    let saved = args.saved.as_deref().map(Plan::load).transpose()?;
    let command = saved
        .as_ref()
        .map_or(Command::Apply, |plan| plan.header.command);
    let connection = context.connect(&manifest).await?;
    let request = Request {
        model: context.model(&manifest)?,
        ..context.request(&manifest, command, true, args.plan.resolve())
    };
    let approved = saved.is_some() || args.apply.auto_approve;
    let planned = match saved {
        Some(plan) => reconcile::load_saved(&connection.org, &request, plan),
        None => Box::pin(reconcile::plan(&connection.org, &request)).await,
    };
    let order = Order {
        request: &request,
        org: &connection.org,
        apply: &args.apply,
        output: &args.output,
        saved: args.saved.as_deref(),
        approved,
    };
    let exit = match planned {
        Ok(planned) => Box::pin(carry_out::carry_out(context, order, planned)).await,
        Err(error) => Err(error),
    };
    connection.close().await;
    exit
}

pub(super) async fn run_as_before(
    args: &RunArgs,
    context: &mut Context<'_>,
) -> anyhow::Result<Exit> {
    let RunArgs {
        mut plan,
        output,
        mut apply,
    } = args.clone();
    if plan.allow.contains(&Allow::Delete) {
        return Err(Stop::Usage("`run` never deletes; use `demo-gen apply`".to_owned()).into());
    }
    if plan.allow.is_empty() {
        plan.allow = vec![Allow::Create, Allow::Update];
    }
    apply.auto_approve = true;
    let args = Args {
        saved: None,
        plan,
        output,
        apply,
    };
    Box::pin(run(&args, context)).await
}
