//! `demo-gen destroy`

use super::carry_out::{self, Order};
use super::context::Context;
use super::exit::Exit;
use super::options::{ApplyOptions, OutputOptions, PlanOptions};
use crate::plan_file::Command;

/// Plan the removal of everything that was made, ask, and remove it. Nothing else is touched.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Remove only what this run created, and what is part of it.
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    apply: ApplyOptions,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let manifest = context.manifest()?;
    let connection = context.connect(&manifest).await?;
    let mut options = args.plan.resolve();
    options.only_run.clone_from(&args.run_id);
    let request = context.request(&manifest, Command::Destroy, true, options);
    let order = Order {
        request: &request,
        org: &connection.org,
        apply: &args.apply,
        output: &args.output,
        saved: None,
        approved: args.apply.auto_approve,
    };
    let exit = carry_out::plan_and_carry_out(context, order).await;
    connection.close().await;
    exit
}
