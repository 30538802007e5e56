//! `demo-gen smoke`

use super::carry_out::{self, Order};
use super::context::Context;
use super::exit::Exit;
use super::options::{ApplyOptions, OutputOptions, PlanOptions};
use crate::manifest::Manifest;
use crate::model::id::{RecordId, RootId};
use crate::org::Org;
use crate::plan_file::Command;
use crate::reconcile::{self, Request, Stop};
use crate::scope::Scope;

/// Make the first past meeting, the first email and the scorecard of one deal, to see whether
/// they reach People.ai. They lie at their real addresses: a later apply adds only the rest.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The opportunity's id.
    #[arg(long, value_name = "ID")]
    opp_id: String,
    #[command(flatten)]
    plan: PlanOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    apply: ApplyOptions,
}

/// What is made, below the deal's id.
const FIRST: &[&str] = &["meeting/past/01*", "thread/01/01", "scorecard/*"];

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let opportunity =
        RecordId::parse(&args.opp_id).map_err(|error| Stop::Usage(format!("--opp-id: {error}")))?;
    let manifest = context.manifest()?;
    let connection = context.connect(&manifest).await?;
    let mut options = args.plan.resolve();
    let globs: Vec<_> = FIRST
        .iter()
        .map(|path| format!("{opportunity}/{path}"))
        .collect();
    options.scope = Scope::new(&globs, &[]);
    options.smoke = Some(RootId(opportunity));
    // One deal is made, wherever it stands among the others.
    options.max_opps = u64::MAX;
    let request = Request {
        model: context.model(&manifest)?,
        ..context.request(&manifest, Command::Apply, true, options)
    };
    let order = Order {
        request: &request,
        org: &connection.org,
        apply: &args.apply,
        output: &args.output,
        saved: None,
        approved: args.apply.auto_approve,
    };
    let exit = carry_out::plan_and_carry_out(context, order).await;
    if let Ok(Exit::Done) = exit
        && !args.output.json
    {
        let made = reconcile::ids_under(&connection.org, &request, RootId(opportunity))?;
        tell(&made, &connection.org, &manifest, context.terminal.out())?;
    }
    connection.close().await;
    exit
}

/// What was made, and when and where to look for it.
fn tell(
    made: &[(&str, RecordId)],
    org: &Org,
    manifest: &Manifest,
    out: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    writeln!(out)?;
    for (kind, id) in made {
        writeln!(
            out,
            "  {kind:<10}  {id}  {}/{id}",
            org.identity().instance_url
        )?;
    }
    let minutes = manifest.peopleai.expected_latency_minutes;
    writeln!(
        out,
        "\nLook for them in People.ai from about {minutes} minutes on; new activities can take up to 48 hours."
    )
}
