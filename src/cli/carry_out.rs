//! Showing a plan, asking, and carrying it out: what apply, destroy and smoke share.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::Context as _;

use super::approve::{self, Answer};
use super::context::Context;
use super::exit::Exit;
use super::options::{self, ApplyOptions, OutputOptions};
use super::{interrupt, plan, show};
use crate::apply::MaxFailures;
use crate::clock::Clock;
use crate::model::event::{Event, Outcome, Stopped};
use crate::org::Org;
use crate::plan_file::{Command, Coverage, Header};
use crate::reconcile::{self, Execution, Planned, Request, Stop};
use crate::report::{self, Closing, Progress, RunLog, Start, Terminal, json};

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

/// Makes the plan, and carries it out.
pub(super) async fn plan_and_carry_out(
    context: &mut Context<'_>,
    order: Order<'_>,
) -> anyhow::Result<Exit> {
    let planned = reconcile::plan(order.org, order.request).await?;
    carry_out(context, order, planned).await
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
    let execution = execution(context, order);
    let mut listeners = Listeners {
        log: match planned.plan.entries().is_empty() {
            true => None,
            false => Some(open_log(context, order, &planned, &execution)?),
        },
        lines: lines(order)?,
        progress: Progress::new(context.terminal.look(), context.clock),
        clock: context.clock,
        broken: None,
    };
    context.terminal.aside().stay_above(&listeners.progress);
    for event in planned.opening_events() {
        listeners.hear(&event, context.terminal);
    }
    let terminal = &mut *context.terminal;
    let mut events = |event: Event| listeners.hear(&event, terminal);
    let outcome = reconcile::apply(order.org, planned, order.request, execution, &mut events).await;
    match outcome {
        Ok(outcome) => {
            listeners.close(&outcome, &header, context.terminal)?;
            finish(context, order, &outcome, &header)
        }
        Err(error) => {
            if let Some(log) = listeners.log {
                log.fail(&format!("{error:#}"))?;
            }
            Err(error)
        }
    }
}

fn finish(
    context: &mut Context,
    order: &Order,
    outcome: &Outcome,
    header: &Header,
) -> anyhow::Result<Exit> {
    let command = header.command;
    if order.output.json {
        json::outcome(outcome, command, context.terminal.data())?;
    } else {
        let width = context.terminal.look().width;
        if outcome.done.writes() > 0 {
            report::look_at(header, context.terminal.out())?;
        }
        report::outcome(outcome, command, width, context.terminal.out())?;
    }
    Ok(exit(outcome))
}

/// Whoever is told what happens.
struct Listeners {
    log: Option<RunLog>,
    /// `--json-into`.
    lines: Option<BufWriter<File>>,
    progress: Progress,
    clock: Clock,
    /// What first went wrong with telling; it stops nothing.
    broken: Option<std::io::Error>,
}

impl Listeners {
    fn hear(&mut self, event: &Event, terminal: &mut Terminal) {
        self.keep_asides(terminal);
        let shown = self.progress.event(event, terminal.err());
        let logged = self.log.as_mut().map_or(Ok(()), |log| log.event(event));
        let lines = self.lines.as_mut();
        let listed = lines.map_or(Ok(()), |lines| json::event(event, self.clock.now(), lines));
        if let Err(error) = shown.and(logged).and(listed) {
            self.broken.get_or_insert(error);
        }
    }

    /// What the client said by itself has been shown, and belongs to the events all the same.
    fn keep_asides(&mut self, terminal: &Terminal) {
        let Some(lines) = &mut self.lines else {
            return;
        };
        for (at, text) in terminal.aside().take() {
            let notice = Event::Notice(text);
            if let Err(error) = json::event(&notice, at, &mut *lines) {
                self.broken.get_or_insert(error);
            }
        }
    }

    fn close(
        &mut self,
        outcome: &Outcome,
        header: &Header,
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        self.keep_asides(terminal);
        if let Some(lines) = &mut self.lines {
            json::outcome(outcome, header.command, lines).context("writing the JSON lines")?;
        }
        if let Some(log) = self.log.take() {
            let Coverage {
                questions,
                answered,
                ..
            } = header.coverage;
            let coverage = (questions > 0).then(|| answered as f64 / questions as f64);
            let closing = Closing {
                outcome,
                opportunities: &header.coverage,
                coverage,
            };
            let folder = log.folder().display().to_string();
            log.finish(&closing).context("writing the log of the run")?;
            writeln!(terminal.err(), "The log of the run is in {folder}")?;
        }
        match self.broken.take() {
            Some(error) => Err(error).context("the changes were made, but telling of them failed"),
            None => Ok(()),
        }
    }
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

/// Where the run is told in JSON beside the usual output.
fn lines(order: &Order) -> anyhow::Result<Option<BufWriter<File>>> {
    let Some(path) = &order.output.json_into else {
        return Ok(None);
    };
    options::refuse_manifest(path, order.request.manifest)?;
    let file = File::create(path).with_context(|| format!("writing {}", path.display()))?;
    Ok(Some(BufWriter::new(file)))
}

fn execution(context: &Context, order: &Order) -> Execution {
    let command = match order.request.command {
        Command::Apply => "apply",
        Command::Destroy => "destroy",
    };
    Execution {
        run_id: run_id(context),
        command: command.to_owned(),
        concurrency: order.apply.concurrency as usize,
        max_failures: if order.apply.fail_fast {
            Some(MaxFailures::Records(0))
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
        Some(Stopped::ApiBudget | Stopped::ApiShare { .. }) => Exit::ApiBudget,
        Some(Stopped::TooManyFailures | Stopped::Lost { .. } | Stopped::JobHangs { .. }) => {
            Exit::Partly
        }
        None if outcome.is_complete() => Exit::Done,
        None => Exit::Partly,
    }
}
