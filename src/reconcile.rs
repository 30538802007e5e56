//! The story of a run: what is read, planned, guarded and carried out, and in which order.

mod head;
mod judge;
mod pass;
mod request;
mod selection;
mod steps;
mod stop;
mod surroundings;
mod told;

pub(crate) use request::{Execution, Options, RefreshMode, Request};
pub(crate) use stop::Stop;

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::apply::{self, Job, pack};
use crate::guard::{self, Refusal};
use crate::model::event::{Event, Outcome};
use crate::model::id::{RecordId, RootId};
use crate::model::recorded::{Found, Row};
use crate::org::Org;
use crate::plan_file::{Builder, Command, Plan};
use crate::planner::{Planner, Situation};
use crate::refresh;
use crate::state::{Opening, RunStatus, State};

use pass::{Pass, Seen};
use surroundings::Surroundings;

/// A plan, with the state that it was made against and what speaks against carrying it out.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) state: State,
    pub(crate) refusals: Vec<Refusal>,
    /// What planning needs of the org, for plans without refresh; none where it was not read.
    snapshot: Vec<(&'static str, String)>,
    /// Which opportunities are covered, left out or passed over.
    opening: Vec<Event>,
}

impl Planned {
    /// Whether the manifest selects the opportunity.
    pub(crate) fn covers(&self, opportunity: RootId) -> bool {
        self.plan.pins.contains_key(&opportunity)
    }

    /// What is known before anything is written, for the log of the run.
    pub(crate) fn opening_events(&self) -> Vec<Event> {
        self.opening.clone()
    }
}

/// Reads, plans and compares. Writes nothing to the org.
pub(crate) async fn plan(org: &Org, request: &Request<'_>) -> anyhow::Result<Planned> {
    let mut state = steps::open_state(org, request)?;
    steps::settle(org, &mut state, request).await?;
    let surroundings = surroundings::surroundings(org, &state, request).await?;
    let roots = state.roots().context("reading the state")?;
    let pins: BTreeMap<_, _> = roots
        .iter()
        .filter_map(|(root, pins)| Some((*root, pins.clone()?)))
        .collect();
    let covered = state.covered().context("reading the state")?;
    let read = selection::inventory(org, &state, request, &surroundings, &covered).await?;
    let recast = request.options.recast(&read.inventory);
    let situation = Situation {
        manifest: request.manifest,
        capabilities: &surroundings.capabilities,
        inventory: &read.inventory,
        pins: &pins,
        recast: &recast,
        seed: surroundings.told.seed,
        anchor: surroundings.told.anchor,
        told_at: surroundings.told.told_at,
    };
    let planner = (request.command == Command::Apply).then(|| Planner::new(situation));
    let in_scope = selection::in_scope(request, &surroundings, &read, planner.as_ref(), &roots)?;
    let accounts = selection::accounts(org, &state, request, &in_scope, &read).await?;
    let mut pass = Pass {
        org,
        state: &state,
        capabilities: &surroundings.capabilities,
        inventory: &read.inventory,
        planner: planner.as_ref(),
        accounts: &accounts,
        runs: steps::runs(&state)?,
        refresh: request.options.refresh,
        found: &Found::new(),
        anchor_moved: surroundings
            .told
            .told_at
            .is_some_and(|at| at != surroundings.told.anchor),
        scope: &request.options.scope,
        protect: steps::protect(request),
        policies: steps::policies(request),
        only_run: steps::only_run(&state, request)?,
        gone_reason: steps::gone_reason(request),
    };
    let (builder, seen) = compare(&mut pass, &surroundings, &in_scope).await?;
    let opening = selection::opening_events(request, &read, planner.as_ref(), &in_scope);
    let header = head::header(
        org,
        &state,
        request,
        &surroundings,
        (&read, planner.as_ref(), &in_scope, &seen),
    );
    let chosen = selection::chosen_pins(planner, (&covered, &in_scope), &seen.touched);
    let mut plan = builder.finish(header, chosen)?;
    plan.header.estimate = head::estimate(plan.counts());
    judge::refuse_look_alikes(org, &state, request, &plan).await?;
    let facts = judge::facts(org, &state, request, &plan, seen).await?;
    let refusals = guard::refusals(&facts, &request.options.allowed);
    let snapshot = surroundings::snapshot(request, &surroundings, read);
    Ok(Planned {
        plan,
        state,
        refusals,
        snapshot,
        opening,
    })
}

/// One pass, and another one where the org turns out to hold records of ours that state does
/// not know: these are adopted, or go.
async fn compare(
    pass: &mut Pass<'_>,
    surroundings: &Surroundings,
    roots: &[RootId],
) -> anyhow::Result<(Builder, Seen)> {
    let mut builder = Builder::new()?;
    let seen = pass.run(roots, &mut builder).await?;
    let unknown = surroundings.unknown_kinds(&seen.ours);
    if unknown.is_empty() || !pass.looks_for_unknown() {
        return Ok((builder, seen));
    }
    let found = pass.find(&unknown, roots).await?;
    let pass = Pass {
        found: &found,
        runs: std::mem::take(&mut pass.runs),
        protect: pass.protect.clone(),
        policies: std::mem::take(&mut pass.policies),
        ..*pass
    };
    let mut builder = Builder::new()?;
    let seen = pass.run(roots, &mut builder).await?;
    Ok((builder, seen))
}

/// The state of the manifest's pack in this org, to look at it; `None` where there is none.
pub(crate) fn look(org: &Org, request: &Request) -> anyhow::Result<Option<State>> {
    steps::look_at_state(org, request)
}

/// How many managed records others have changed, and how many are gone.
pub(crate) async fn drift(
    org: &Org,
    state: &State,
    request: &Request<'_>,
) -> anyhow::Result<(u64, u64)> {
    let (capabilities, _) = refresh::capabilities(org, request.manifest).await?;
    let proof = refresh::Proof {
        capabilities: &capabilities,
        pack: &state.meta().key_prefix,
        runs: &steps::runs(state)?,
    };
    pass::drift(org, state, (&proof, &steps::policies(request))).await
}

/// The ids of the deal's managed records whose paths match.
pub(crate) fn ids_under(
    org: &Org,
    request: &Request,
    root: RootId,
    paths: &[&str],
) -> anyhow::Result<Vec<(&'static str, RecordId)>> {
    let state = steps::open_state(org, request)?;
    let globs: Vec<_> = paths
        .iter()
        .map(|path| wildmatch::WildMatch::new(path))
        .collect();
    let rows = state.rows(root).context("reading the state")?;
    let hit = |row: &&Row| globs.iter().any(|glob| glob.matches(row.path.as_str()));
    let found = rows
        .iter()
        .filter(hit)
        .map(|row| (row.object.facts().label.0, row.id));
    Ok(found.collect())
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
        refusals,
        snapshot,
        opening: _,
    } = planned;
    if !refusals.is_empty() {
        return Err(Stop::Refused(refusals).into());
    }
    if plan.entries().is_empty() && steps::is_recorded(&plan, state.meta()) {
        steps::leave(org, &mut state, &plan).await?;
        return Ok(Outcome {
            calls: org.calls(),
            ..Outcome::default()
        });
    }
    let capabilities = &plan.header.capabilities;
    let run = state.begin_run(&Opening {
        run_id: &execution.run_id,
        command: &execution.command,
        user: &org.identity().user_id,
        keyed: capabilities.has_key(crate::model::object::Object::Event),
        at: steps::now(org, request),
        anchor: plan.header.anchor,
        seed: plan.header.seed,
        manifest_seed: request.manifest.run.seed,
        query: &plan.header.query,
        left: &plan.header.left,
        pins: &plan.pins,
        snapshot: &snapshot,
    })?;
    let entry = pack::Entry {
        meta: state.meta(),
        anchor: plan.header.anchor,
        seed: plan.header.seed,
        run_id: &execution.run_id,
        host: &execution.host,
    };
    pack::write(org, capabilities, &entry)
        .await
        .context("writing the pack's record")?;
    let job = Job {
        org,
        state: &mut state,
        plan: &plan,
        run,
        run_id: &execution.run_id,
        options: steps::apply_options(request, &execution),
        interrupted: execution.interrupted,
        events,
    };
    let outcome = apply::apply(job).await?;
    let status = if outcome.is_complete() {
        RunStatus::Completed
    } else {
        RunStatus::Failed
    };
    state.finish_run(run, status, steps::now(org, request), &outcome.done)?;
    steps::leave(org, &mut state, &plan).await?;
    Ok(Outcome {
        calls: org.calls(),
        ..outcome
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
        refusals,
        snapshot: Vec::new(),
        opening: Vec::new(),
    })
}
