//! What speaks against carrying a plan out.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::ground::Ground;
use super::request::{RefreshMode, Request};
use super::seen::Seen;
use super::stop::Stop;
use crate::guard::{self, Facts, Refusal};
use crate::listing::counted;
use crate::manifest::{self, IdempotencyMode, InstanceUrl};
use crate::model::capabilities::{Capabilities, KEY_FIELD};
use crate::model::change::{Action, Change};
use crate::model::day::Day;
use crate::model::id::{RecordId, UserId};
use crate::model::inventory::Inventory;
use crate::model::object::{self, Object};
use crate::model::value::Datum;
use crate::org::Org;
use crate::plan_file::{Command, Plan};
use crate::planner::Planner;
use crate::refresh;
use crate::state::State;

/// Options that name nothing are mistakes, not empty plans.
pub(super) fn refuse_empty_globs(ground: &Ground, seen: &Seen) -> Result<(), Stop> {
    let Ground { request, read, .. } = ground;
    let options = &request.options;
    if let Some(deal) = options.smoke.filter(|_| !seen.targeted) {
        return Err(Stop::Impossible {
            why: format!("the manifest does not cover the opportunity {deal}"),
            hint: "Check `salesforce.query`; `demo-gen plan` shows what it selects.",
        });
    }
    if !options.scope.target.is_empty() && !seen.targeted {
        return Err(Stop::Usage(
            "--target names no address, opportunity id or name of this plan".to_owned(),
        ));
    }
    if !options.recast.is_empty() && options.recast(&read.inventory).is_empty() {
        return Err(Stop::Usage(
            "--recast names no opportunity of this plan".to_owned(),
        ));
    }
    Ok(())
}

/// What came of the manifest's templates must fit the org, for every record that is written.
pub(super) fn refuse_misfits(request: &Request, planner: Option<&Planner>) -> anyhow::Result<()> {
    let misfits = planner.map(Planner::misfits).unwrap_or_default();
    match misfits.is_empty() {
        true => Ok(()),
        false => Err(manifest::misfits(request.manifest, misfits).into()),
    }
}

pub(super) async fn facts(ground: &Ground<'_>, plan: &Plan, seen: Seen) -> anyhow::Result<Facts> {
    let Ground {
        org,
        state,
        request,
        ..
    } = ground;
    let identity = org.identity();
    let last = state.runs(1)?.pop().map(|run| run.user);
    let other_user = last.filter(|user| *user != identity.user_id);
    let adds = plan.counts().add > plan.counts().destroy;
    let synchronised = synchronised(ground, plan).await?;
    let limits = match adds && request.options.refresh.reads() {
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
        synchronised,
    })
}

/// Owners and attendees of meetings to come, and owners of meetings with invitations, whose
/// calendars are synchronised.
async fn synchronised(ground: &Ground<'_>, plan: &Plan) -> anyhow::Result<Vec<String>> {
    let Ground {
        org, request, read, ..
    } = ground;
    let accepted = request.manifest.salesforce.calendar_sync.is_some();
    if accepted || plan.counts().add == 0 || request.options.refresh == RefreshMode::None {
        return Ok(Vec::new());
    }
    let synchronised = refresh::synchronised(org).await;
    let synchronised = synchronised.context("reading whose calendars are synchronised")?;
    if synchronised.is_empty() {
        return Ok(Vec::new());
    }
    let mut owners = BTreeSet::new();
    for change in plan.changes() {
        let change = change?;
        let is_made = matches!(change.action, Action::Create | Action::Replace);
        let reached = reached(&change, &read.inventory, plan.header.anchor);
        owners.extend(reached.filter(|user| is_made && synchronised.contains(user)));
    }
    let users = &read.inventory.users;
    let name = |owner: &UserId| {
        let user = users.get(owner);
        user.map_or_else(|| owner.0.to_string(), |user| user.name.clone())
    };
    Ok(owners.iter().map(name).collect())
}

/// Whose calendar a new record reaches.
fn reached(change: &Change, inventory: &Inventory, anchor: Day) -> Option<UserId> {
    let deal = inventory.opportunities.get(&change.address.root);
    let owner = deal.map(|deal| deal.owner);
    match change.object {
        Object::Event => owner.filter(|_| change.day.is_some_and(|day| day > anchor)),
        Object::EventRelation => match user(change, inventory) {
            // What is over is in nobody's way.
            Some(user) => Some(user).filter(|_| is_to_come(change)),
            // An invitation of the customer's people goes out whenever the meeting is.
            None => owner,
        },
        Object::Account
        | Object::Contact
        | Object::OpportunityContactRole
        | Object::Task
        | Object::EmailMessage
        | Object::Scorecard
        | Object::ScorecardAnswer
        | Object::AccountLoan
        | Object::OpportunityLoan
        | Object::QuestionLoan
        | Object::ChoiceLoan => None,
    }
}

/// The user of the org whom an attendee is; none of the customer's people is one.
fn user(attendee: &Change, inventory: &Inventory) -> Option<UserId> {
    let mut fields = attendee.fields.iter();
    let invited = fields.find(|field| field.name == "RelationId")?;
    let Datum::Json(id) = &invited.after else {
        return None;
    };
    let id = UserId(RecordId::parse(id.as_str()?).ok()?);
    inventory.users.contains_key(&id).then_some(id)
}

/// Whether the attendee's meeting is to come, of which his own record has no date.
fn is_to_come(attendee: &Change) -> bool {
    let path = attendee.address.path.as_str();
    path.starts_with("meeting/future/")
}

/// What can be judged of a plan without the pass that made it.
pub(super) fn facts_of_saved(
    org: &Org,
    state: &State,
    request: &Request,
    plan: &Plan,
) -> anyhow::Result<Facts> {
    Ok(Facts {
        counts: *plan.counts(),
        recorded: state.count().context("reading the state")?,
        destroying: plan.header.command == Command::Destroy,
        production: production(org, request),
        ..Facts::default()
    })
}

/// Refuses an org that nothing may be written to.
pub(crate) fn refuse_production(org: &Org, request: &Request) -> Result<(), Stop> {
    match production(org, request) {
        Some(org) => Err(Stop::Refused(vec![guard::unnamed_production(&org)])),
        None => Ok(()),
    }
}

/// The org's id, where it is a production org that the manifest does not name.
fn production(org: &Org, request: &Request) -> Option<String> {
    let identity = org.identity();
    let allowed = &request.manifest.salesforce.allow_production;
    let allowed = allowed.iter().any(|id| identity.is_org(id));
    let embedded = request.manifest.salesforce.instance_url == InstanceUrl::Embedded;
    (identity.is_production() && !allowed && !embedded).then(|| identity.org_id.clone())
}

/// Without keys and without state, records that look like the planned ones are probably ours.
pub(super) async fn refuse_look_alikes(ground: &Ground<'_>, plan: &Plan) -> anyhow::Result<()> {
    let Ground {
        org,
        state,
        request,
        ..
    } = ground;
    let keyless = !plan.header.capabilities.has_key(Object::Event);
    if state.meta().serial > 0
        || !keyless
        || request.options.new_pack
        || !request.options.refresh.reads()
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
        why: format!(
            "the org already holds {}, and there is no state that tells whose they are",
            counted(
                alike,
                "record that looks like a planned one",
                "records that look like planned ones"
            )
        ),
        lift: "`--new-pack` goes on all the same; or bring the state file back".to_owned(),
    }])
    .into())
}

/// The kinds that the manifest asks for and whose records cannot carry our key. No org has fields
/// of its own for attendees: those are told by their meeting.
pub(super) fn unkeyed(request: &Request, capabilities: &Capabilities) -> Vec<&'static str> {
    let asked = object::made().filter(|facts| match request.command {
        Command::Apply => request.manifest.asks_for(facts.object),
        // What was made goes, whatever else could be made now.
        Command::Destroy => facts.object == Object::Event,
    });
    let unkeyed = asked.filter(|facts| {
        facts.object != Object::EventRelation
            && capabilities.has(facts.object)
            && !capabilities.has_key(facts.object)
    });
    unkeyed.map(|facts| facts.api_name).collect()
}

/// Without keys the state alone tells which records are ours. Where some kinds have the key and
/// others not, as after an older version's `org prepare`, nothing is written: what is made without
/// a key could be neither found nor proved to be ours later.
pub(super) fn refuse_unkeyed(request: &Request, capabilities: &Capabilities) -> Result<(), Stop> {
    let unkeyed = unkeyed(request, capabilities);
    let is_mixed = object::made().any(|facts| capabilities.has_key(facts.object));
    let (reason, hint) = match request.manifest.run.idempotency_mode {
        _ if unkeyed.is_empty() => return Ok(()),
        Some(IdempotencyMode::Tag) => (
            "`idempotency_mode: tag` needs it",
            "`demo-gen org prepare` makes it; or use `idempotency_mode: external_state`.",
        ),
        None if is_mixed && request.command == Command::Apply => (
            "other objects have it",
            "`demo-gen org prepare` makes it, also where an older version has prepared the org; `idempotency_mode: external_state` goes without.",
        ),
        Some(IdempotencyMode::ExternalState) | None => return Ok(()),
    };
    Err(Stop::Impossible {
        why: format!(
            "this org has no {KEY_FIELD} on {}, or does not show it to you, and {reason}",
            unkeyed.join(", ")
        ),
        hint,
    })
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
