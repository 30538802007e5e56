//! The story of a run: what is read, planned, guarded and carried out, and in which order.

mod compared;
mod customers;
mod explain;
mod ground;
mod head;
mod hierarchy;
mod judge;
mod loans;
mod look;
mod mix;
mod pass;
mod peopleai;
mod planned;
mod reader;
mod request;
mod seen;
mod selection;
mod steps;
mod stop;
mod stories;
mod survey;
mod texts;
mod told;

pub(crate) use customers::Customers;
pub(crate) use judge::refuse_production;
pub(crate) use look::{drift, ids_under, look};
pub(crate) use planned::Planned;
pub(crate) use request::{Execution, Options, RefreshMode, Request};
pub(crate) use stop::Stop;
pub(crate) use survey::{Sample, Survey};

use crate::apply::{self, Job};
use crate::content::Purpose;
use crate::guard;
use crate::model::event::{Event, Outcome};
use crate::org::Org;
use crate::plan_file::{Command, Plan};
use crate::planner::Planner;

use ground::Ground;

/// After so many writes the state is worth packing.
const MUCH: u64 = 10_000;

/// Reads, plans and compares. Writes nothing to the org.
pub(crate) async fn plan(org: &Org, request: &Request<'_>) -> anyhow::Result<Planned> {
    Ok(survey(org, request).await?.planned)
}

/// Makes a plan, and keeps what it was made from.
pub(crate) async fn survey(org: &Org, request: &Request<'_>) -> anyhow::Result<Survey> {
    let mut state = steps::open_state(org, request)?;
    steps::settle(org, &mut state, request).await?;
    let texts = texts::open(request)?;
    // What reading holds on the way is no part of what the whole run carries along.
    let ground = Box::pin(Ground::read(org, (&state, &texts), request)).await?;
    let mut planner = (request.command == Command::Apply).then(|| Planner::new(ground.situation()));
    let in_scope = selection::in_scope(&ground, planner.as_ref())?;
    if let Some(planner) = &mut planner {
        planner.stories.speak_of(&in_scope);
    }
    let accounts = selection::accounts(&ground, &in_scope).await?;
    let (builder, mut seen) = pass::compare(&ground, planner.as_ref(), &in_scope, accounts).await?;
    judge::refuse_misfits(request, planner.as_ref())?;
    let refreshed = seen.refreshed.take();
    judge::refuse_empty_globs(&ground, &seen)?;
    let header = head::header(&ground, planner.as_ref(), &in_scope, &seen);
    let pins = selection::chosen_pins(&ground, planner.as_ref(), &in_scope, &seen.touched);
    let mut plan = builder.finish(header, pins)?;
    if request.options.generate {
        plan = Box::pin(texts::generate(request, &texts, plan)).await?;
    }
    plan.header.estimate = head::estimate(&plan, request);
    judge::refuse_look_alikes(&ground, &plan).await?;
    let facts = Box::pin(judge::facts(&ground, &plan, seen)).await?;
    let opening = selection::opening_events(&ground, planner.as_ref(), &in_scope);
    let snapshot = ground.snapshot();
    let samples = survey::samples(planner.as_ref(), &in_scope);
    let customers = Customers::of(planner.as_ref());
    let explained = explain::explained(&ground, planner.as_ref())?;
    drop(planner);
    let inventory = ground.read.inventory;
    if let Some((mark, notes)) = refreshed {
        state.note_refresh(mark, &notes)?;
    }
    Ok(Survey {
        planned: Planned {
            refusals: guard::refusals(&facts, &request.options.allowed),
            plan,
            state,
            texts,
            snapshot,
            opening,
        },
        inventory,
        samples,
        customers,
        explained,
    })
}

/// Opens the state for a saved plan, and refuses one that does not fit any more.
pub(crate) fn load_saved(org: &Org, request: &Request<'_>, plan: Plan) -> anyhow::Result<Planned> {
    let state = steps::open_state(org, request)?;
    judge::still_fits(org, request, &state, &plan)?;
    // What had vanished or was left of storage was judged when the plan was saved.
    let facts = judge::facts_of_saved(org, &state, request, &plan)?;
    let refusals = guard::refusals(&facts, &request.options.allowed);
    Ok(Planned {
        plan,
        state,
        texts: texts::open(request)?,
        refusals,
        snapshot: Vec::new(),
        opening: Vec::new(),
    })
}

/// Carries a plan out, whether it was just made or saved.
pub(crate) async fn apply(
    org: &Org,
    planned: Planned,
    request: &Request<'_>,
    execution: Execution,
    events: &mut dyn FnMut(Event),
) -> anyhow::Result<Outcome> {
    let Planned {
        plan,
        mut state,
        texts,
        refusals,
        snapshot,
        opening: _,
    } = planned;
    if !refusals.is_empty() {
        return Err(Stop::Refused(refusals).into());
    }
    if plan.entries().is_empty() && steps::is_recorded(&plan, state.meta()) {
        steps::leave(org, &mut state, &plan, None).await?;
        return Ok(Outcome {
            calls: org.calls(),
            ..Outcome::default()
        });
    }
    let writing = texts::Writing {
        purpose: Purpose::Apply,
        total: plan.header.estimate.texts,
        interrupted: execution.interrupted.clone(),
        events: &mut *events,
    };
    let written = Box::pin(texts::write(request, &texts, &plan, writing)).await?;
    let lease = steps::take_lease((org, request), &state, &plan, &execution).await?;
    let opening = steps::opening((org, request), &plan, &execution, &snapshot);
    let run = state.begin_run(&opening)?;
    let job = Job {
        org,
        state: &mut state,
        plan: &plan,
        texts: &texts,
        run,
        run_id: &execution.run_id,
        options: steps::apply_options(request, &execution),
        lease: lease.as_ref(),
        interrupted: execution.interrupted,
        events,
    };
    let outcome = match Box::pin(apply::apply(job)).await {
        Ok(outcome) => outcome,
        Err(error) => {
            steps::release(lease).await;
            return Err(error.into());
        }
    };
    steps::finish((org, request), &mut state, run, &outcome)?;
    steps::leave(org, &mut state, &plan, lease).await?;
    if outcome.done.writes() >= MUCH {
        state.pack()?;
    }
    Ok(Outcome {
        calls: org.calls(),
        texts: written,
        ..outcome
    })
}
