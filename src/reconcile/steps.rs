//! The small steps of a run, each in its own words.

use std::time::Duration;

use anyhow::Context as _;

use super::judge;
use super::request::{Execution, Request};
use super::stop::Stop;
use crate::apply::lease::{self, Lease, Taken};
use crate::apply::{self, pack};
use crate::diff::{Policies, Replacing};
use crate::manifest::{InstanceUrl, OnReanchor};
use crate::model::change::Reason;
use crate::model::event::Outcome;
use crate::model::id::RecordId;
use crate::org::Org;
use crate::plan_file::{Command, Plan};
use crate::refresh::{self, Patience};
use crate::state::{Meta, Opening, RunStatus, State};

pub(super) fn open_state(org: &Org, request: &Request) -> anyhow::Result<State> {
    let folder = request.state_folder();
    let org = RecordId::parse(&org.identity().org_id).context("reading the org's id")?;
    let place = request.place(&folder, org);
    let state = match request.writes {
        true => State::open(place, &request.holder),
        false => State::peek(place, &request.holder),
    };
    Ok(state?)
}

pub(super) fn look_at_state(org: &Org, request: &Request) -> anyhow::Result<Option<State>> {
    let folder = request.state_folder();
    let org = RecordId::parse(&org.identity().org_id).context("reading the org's id")?;
    Ok(State::look(request.place(&folder, org))?)
}

/// How long is waited for what may still come. In the embedded org no create arrives late.
fn patience(request: &Request) -> Patience {
    let salesforce = &request.manifest.salesforce;
    Patience {
        create: match salesforce.instance_url {
            InstanceUrl::Embedded => 0,
            InstanceUrl::Url(_) => i64::from(salesforce.settle_after),
        },
        job: Duration::from_secs(u64::from(salesforce.bulk_patience)),
    }
}

/// Nothing is planned while it is not known what an earlier call did.
pub(super) async fn settle(
    org: &Org,
    state: &mut State,
    request: &Request<'_>,
) -> anyhow::Result<()> {
    let left = refresh::settle(org, state, patience(request)).await;
    match left.context("settling what an interrupted run left open")? {
        None => Ok(()),
        Some(left) => Err(Stop::Unsettled(left).into()),
    }
}

pub(super) fn protect(request: &Request) -> Vec<wildmatch::WildMatch> {
    request
        .manifest
        .protect
        .iter()
        .map(|glob| wildmatch::WildMatch::new(glob))
        .collect()
}

pub(super) fn policies(request: &Request) -> Policies {
    let drift = &request.manifest.drift;
    Policies::new(&drift.ignore, &drift.create_only)
}

pub(super) fn replacing(request: &Request) -> Replacing {
    let peopleai = &request.manifest.peopleai;
    Replacing {
        on_reanchor: peopleai.on_reanchor == OnReanchor::Replace,
        on_rematch: peopleai.replace_on_rematch,
    }
}

pub(super) fn only_run(state: &State, request: &Request) -> anyhow::Result<Option<i64>> {
    let Some(run_id) = &request.options.only_run else {
        return Ok(None);
    };
    match state.run(run_id)? {
        Some(run) => Ok(Some(run.number)),
        None => Err(Stop::Usage(format!(
            "no run {run_id:?} is recorded; `demo-gen status` lists them"
        ))
        .into()),
    }
}

/// Why records go that a root has and its plan does not ask for.
pub(super) fn gone_reason(request: &Request, planned: bool) -> Reason {
    match request.command {
        Command::Destroy => Reason::Destroy,
        Command::Apply if planned => Reason::NoLongerWanted,
        Command::Apply => Reason::OutOfSelection,
    }
}

pub(super) fn apply_options(request: &Request, execution: &Execution) -> apply::Options {
    apply::Options {
        concurrency: execution.concurrency,
        patience: patience(request),
        max_failures: execution.max_failures,
        api_budget: execution.api_budget,
        bulk_threshold: request.manifest.salesforce.bulk_threshold as usize,
        api_share: u64::from(request.manifest.salesforce.api_share),
    }
}

/// The org's time, in seconds since 1970.
pub(super) fn now(org: &Org, request: &Request) -> i64 {
    let now = org.server_time().unwrap_or_else(|| request.clock.now());
    now.as_second()
}

/// Writes down how the run ended.
pub(super) fn finish(
    (org, request): (&Org, &Request),
    state: &mut State,
    run: i64,
    outcome: &Outcome,
) -> anyhow::Result<()> {
    let status = match outcome.is_complete() {
        true => RunStatus::Completed,
        false => RunStatus::Failed,
    };
    Ok(state.finish_run(run, status, now(org, request), &outcome.done)?)
}

/// Whether the state already tells what the plan rests on.
pub(super) fn is_recorded(plan: &Plan, meta: &Meta) -> bool {
    let header = &plan.header;
    let query = header.command == Command::Destroy
        || meta
            .query
            .as_ref()
            .is_none_or(|query| *query == header.query);
    query && meta.anchor.is_none_or(|anchor| anchor == header.anchor)
}

/// Gives the lease back. When nothing of ours is left, the pack itself goes too.
pub(super) async fn leave(
    org: &Org,
    state: &mut State,
    plan: &Plan,
    lease: Option<Lease>,
) -> anyhow::Result<()> {
    let nothing_left = state.count()?.is_empty() && state.open_intents()?.is_empty();
    if plan.header.command == Command::Destroy && nothing_left {
        let removed = match lease {
            Some(lease) => lease.remove().await,
            None => pack::remove(org, &plan.header.capabilities, &plan.header.pack).await,
        };
        removed.context("removing the pack's record")?;
        state.forget_story()?;
    } else {
        release(lease).await;
    }
    Ok(())
}

/// A lease that cannot be given back ends by itself, and holds off only others.
pub(super) async fn release(lease: Option<Lease>) {
    if let Some(lease) = lease {
        drop(lease.release().await);
    }
}

/// What the run writes down before it does anything.
pub(super) fn opening<'a>(
    (org, request): (&'a Org, &Request),
    plan: &'a Plan,
    execution: &'a Execution,
    snapshot: &'a [(&'static str, String)],
) -> Opening<'a> {
    let header = &plan.header;
    Opening {
        run_id: &execution.run_id,
        command: &execution.command,
        user: &org.identity().user_id,
        keyed: judge::unkeyed(request, &header.capabilities).is_empty(),
        at: now(org, request),
        anchor: header.anchor,
        seed: header.seed,
        manifest_seed: request.manifest.run.seed,
        manifest: &header.manifest,
        query: &header.query,
        left: &header.left,
        pins: &plan.pins,
        snapshot,
    }
}

/// Tells the org, where it has a place for that, what the pack is and who applies it, and takes
/// the pack's lease.
pub(super) async fn take_lease(
    (org, request): (&Org, &Request<'_>),
    state: &State,
    plan: &Plan,
    execution: &Execution,
) -> anyhow::Result<Option<Lease>> {
    let entry = pack::Entry {
        meta: state.meta(),
        anchor: plan.header.anchor,
        seed: plan.header.seed,
        run_id: &execution.run_id,
        host: &request.host,
    };
    let taken = lease::take(org, &plan.header.capabilities, &entry).await;
    match taken.context("taking the pack's lease")? {
        Taken::Ours(lease) => Ok(Some(lease)),
        Taken::Others(row) => Err(Stop::leased(&plan.header.pack, &row).into()),
        Taken::Nowhere => Ok(None),
    }
}
