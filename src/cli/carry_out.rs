//! Showing a plan, asking, and carrying it out: what apply, destroy and smoke share.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;

use super::approve::{self, Answer};
use super::context::Context;
use super::exit::Exit;
use super::options::{ApplyOptions, OutputOptions};
use super::{interrupt, plan, show};
use crate::model::event::{Event, Outcome, Stopped};
use crate::org::Org;
use crate::plan_file::{Command, Coverage};
use crate::reconcile::{self, Execution, Planned, Request, Stop};
use crate::report::json::ApplyLines;
use crate::report::{self, Closing, Progress, RunLog, Start};

/// What is to be carried out, and how.
pub(super) struct Order<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) org: &'a Org,
    pub(super) apply: &'a ApplyOptions,
    pub(super) output: &'a OutputOptions,
    /// A plan that was reviewed before is not shown again.
    pub(super) saved: Option<&'a Path>,
    pub(super) approved: bool,
}

/// Shows the plan, asks where that is needed, and carries it out.
pub(super) async fn carry_out(
    context: &mut Context<'_>,
    order: Order<'_>,
    planned: Planned,
) -> anyhow::Result<Exit> {
    if order.output.json && !order.approved {
        return Err(Stop::Usage(
            "--json cannot ask: add --auto-approve, or give a saved plan".to_owned(),
        )
        .into());
    }
    let shown = OutputOptions {
        json_into: None,
        ..order.output.clone()
    };
    if order.saved.is_none() && !shown.json {
        show::plan(&planned.plan, &shown, None, context.terminal)?;
    }
    if !planned.refusals.is_empty() {
        return Err(Stop::Refused(planned.refusals).into());
    }
    let command = planned.plan.header.command;
    if order.request.manifest.run.dry_run && command == Command::Apply {
        writeln!(
            context.terminal.err(),
            "\nThe manifest says `run.dry_run: true`, so nothing was applied."
        )?;
        return Ok(plan::exit(&planned.plan, order.output));
    }
    if !order.approved && planned.plan.counts().writes() > 0 {
        match approve::ask(command, &planned.plan.header.org.name, context.terminal)? {
            Answer::Yes => {}
            Answer::No => {
                writeln!(context.terminal.err(), "Cancelled. Nothing was changed.")?;
                return Ok(Exit::NotApproved);
            }
            Answer::Nobody => {
                writeln!(
                    context.terminal.err(),
                    "error: nobody is there to approve the plan\nhint: add --auto-approve, or apply a saved plan"
                )?;
                return Ok(Exit::NotApproved);
            }
        }
    }
    execute(context, &order, planned).await
}

async fn execute(
    context: &mut Context<'_>,
    order: &Order<'_>,
    planned: Planned,
) -> anyhow::Result<Exit> {
    let header = planned.plan.header.clone();
    let opening = planned.opening_events();
    let execution = execution(context, order);
    let nothing = planned.plan.entries().is_empty();
    let mut log = match nothing {
        true => None,
        false => Some(open_log(context, order, &planned, &execution)?),
    };
    let mut lines = lines(context, order)?;
    let mut progress = Progress::new(context.terminal.look(), planned.plan.counts().writes());
    let mut broken = None;
    let mut events = |event: Event| {
        progress.event(&event);
        let logged = log.as_mut().map_or(Ok(()), |log| log.event(&event));
        let listed = lines.as_mut().map_or(Ok(()), |lines| lines.event(&event));
        if let Err(error) = logged.and(listed) {
            broken.get_or_insert(error);
        }
    };
    opening.into_iter().for_each(&mut events);
    let outcome = reconcile::apply(order.org, planned, order.request, execution, &mut events).await;
    progress.finish();
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            if let Some(log) = log {
                log.fail(&format!("{error:#}"))?;
            }
            return Err(error);
        }
    };
    close_log(log, &outcome, &header.coverage)?;
    if let Some(lines) = lines {
        lines.finish(&outcome)?;
    }
    if !order.output.json {
        let width = context.terminal.look().width;
        report::outcome(&outcome, header.command, width, context.terminal.out())?;
    }
    if let Some(error) = broken {
        writeln!(
            context.terminal.err(),
            "warning: the log of the run is incomplete: {error}"
        )?;
    }
    Ok(exit(&outcome))
}

fn open_log(
    context: &Context,
    order: &Order,
    planned: &Planned,
    execution: &Execution,
) -> anyhow::Result<RunLog> {
    let folder = context.log_dir(order.request.manifest);
    let header = &planned.plan.header;
    let start = Start {
        run_id: &execution.run_id,
        name: &header.pack,
        command: &execution.command,
        org: &header.org,
        anchor: header.anchor,
        seed: header.seed,
        config: &order.request.manifest.resolved_yaml(),
    };
    let log = RunLog::create(&folder, &start, context.clock);
    log.with_context(|| format!("creating the log of the run in {}", folder.display()))
}

fn close_log(log: Option<RunLog>, outcome: &Outcome, coverage: &Coverage) -> anyhow::Result<()> {
    let Some(log) = log else { return Ok(()) };
    let closing = Closing {
        outcome,
        opportunities: coverage,
        coverage: None,
    };
    log.finish(&closing).context("writing the log of the run")
}

/// Where the run is told in JSON, line by line.
fn lines(context: &mut Context, order: &Order) -> anyhow::Result<Option<ApplyLines>> {
    let to: Box<dyn std::io::Write> = match &order.output.json_into {
        Some(path) => {
            let file = File::create(path).with_context(|| format!("writing {}", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        None if order.output.json => {
            context.terminal.out().flush()?;
            Box::new(std::io::stdout())
        }
        None => return Ok(None),
    };
    Ok(Some(ApplyLines::new(to)))
}

fn execution(context: &Context, order: &Order) -> Execution {
    let command = match order.request.command {
        Command::Apply => "apply",
        Command::Destroy => "destroy",
    };
    Execution {
        run_id: run_id(context),
        command: command.to_owned(),
        host: gethostname::gethostname().to_string_lossy().into_owned(),
        concurrency: order.apply.concurrency as usize,
        max_failures: if order.apply.fail_fast {
            Some(0)
        } else {
            order.apply.max_failures
        },
        api_budget: order.apply.api_budget,
        interrupted: interrupt::watch(),
    }
}

/// Sorts by time, and two runs of one second differ.
fn run_id(context: &Context) -> String {
    let now = context.clock.now();
    let salt = format!(
        "{}-{now:?}-{:?}",
        std::process::id(),
        std::time::Instant::now()
    );
    let salt = &blake3::hash(salt.as_bytes()).to_hex()[..6];
    format!("{}-{salt}", now.strftime("%Y%m%d-%H%M%S"))
}

fn exit(outcome: &Outcome) -> Exit {
    match &outcome.stopped {
        Some(Stopped::Interrupted) => Exit::Interrupted,
        Some(Stopped::ApiBudget) => Exit::ApiBudget,
        Some(Stopped::TooManyFailures | Stopped::Lost(_)) => Exit::Partly,
        None if outcome.is_complete() => Exit::Done,
        None => Exit::Partly,
    }
}
