//! `demo-gen status`

use std::path::{Path, PathBuf};

use super::context::Context;
use super::exit::Exit;
use super::options;
use crate::model::id::RecordId;
use crate::org::Org;
use crate::plan_file::{Command, OrgFacts};
use crate::reconcile::{self, Stop};
use crate::report::{self, Drift, Quota, RunDetails, Status};
use crate::state::State;

/// Show what is managed, the last runs, what failed or was left open, what others changed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Show one run.
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    /// Do not look whether others changed what is managed.
    #[arg(long)]
    no_drift: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// How many runs are listed.
const RUNS: usize = 10;

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let manifest = context.manifest()?;
    let connection = context.connect(&manifest).await?;
    let org = &connection.org;
    let request = context.request(&manifest, Command::Apply, false, options::plain());
    let Some(state) = reconcile::look(org, &request)? else {
        let name = &manifest.run.name;
        writeln!(
            context.terminal.out(),
            "Nothing was applied under the name {name:?} in {} yet.",
            org.identity().org_name
        )?;
        connection.close().await;
        return Ok(Exit::Done);
    };
    if let Some(run_id) = &args.run_id {
        one_run(run_id, args, &state, context, &manifest)?;
    } else {
        let drift = match args.no_drift {
            true => None,
            false => {
                let (changed, gone) = reconcile::drift(org, &state, &request).await?;
                Some(Drift { changed, gone })
            }
        };
        all(args, (org, &state, drift), &manifest, context)?;
    }
    connection.close().await;
    Ok(Exit::Done)
}

fn all(
    args: &Args,
    (org, state, drift): (&Org, &State, Option<Drift>),
    manifest: &crate::manifest::Manifest,
    context: &mut Context,
) -> anyhow::Result<()> {
    let identity = org.identity();
    let runs = state.runs(RUNS)?;
    let failures = runs
        .first()
        .map(|run| state.failures(run.number))
        .transpose()?;
    let status = Status {
        org: &OrgFacts {
            id: RecordId::parse(&identity.org_id)?,
            name: identity.org_name.clone(),
            instance_url: identity.instance_url.clone(),
            embedded: manifest.salesforce.instance_url == crate::manifest::InstanceUrl::Embedded,
        },
        pack: &state.meta().pack,
        anchor: state.meta().anchor,
        seed: state.meta().seed,
        opportunities: state
            .roots()?
            .iter()
            .filter(|(root, pins)| root.is_deal() && pins.is_some())
            .count() as u64,
        managed: &state.count()?,
        runs: &runs,
        failures: &failures.unwrap_or_default(),
        open_intents: state.open_intents()?.len() as u64,
        drift,
        quota: org.usage().map(|usage| Quota {
            used: usage.used,
            max: usage.max,
        }),
    };
    if args.json {
        report::status_json(&status, context.terminal.data())?;
    } else {
        let width = context.terminal.look().width;
        report::status(&status, width, context.terminal.out())?;
    }
    Ok(())
}

fn one_run(
    run_id: &str,
    args: &Args,
    state: &State,
    context: &mut Context,
    manifest: &crate::manifest::Manifest,
) -> anyhow::Result<()> {
    let Some(run) = state.run(run_id)? else {
        return Err(Stop::Usage(format!(
            "no run {run_id:?} is recorded; `demo-gen status` lists them"
        ))
        .into());
    };
    let log = log_folder(&context.log_dir(manifest), run_id);
    let details = RunDetails {
        run: &run,
        failures: &state.failures(run.number)?,
        log: log.as_deref(),
    };
    if args.json {
        report::run_json(&details, context.terminal.data())?;
    } else {
        let width = context.terminal.look().width;
        report::run(&details, width, context.terminal.out())?;
    }
    Ok(())
}

/// The folder whose name ends with the run's id.
fn log_folder(runs: &Path, run_id: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(runs).ok()?;
    let mut folders = entries.flatten().map(|entry| entry.path());
    folders.find(|path| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.ends_with(run_id))
    })
}
