//! What a plan stands on: all that is read of the org and of the state before anything is planned.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use super::judge;
use super::request::{RefreshMode, Request};
use super::seen::Seen;
use super::stop::Stop;
use super::told::{Telling, told};
use crate::apply::lease;
use crate::content::Cache;
use crate::guard::Refusal;
use crate::listing::counted;
use crate::manifest::{self, OnLeave};
use crate::model::capabilities::Capabilities;
use crate::model::id::{AccountId, RootId};
use crate::model::object::Object;
use crate::model::pins::{People, Pins, RootPins};
use crate::org::Org;
use crate::plan_file::Command;
use crate::planner::{Grammars, Situation};
use crate::refresh::{self, Described, InventoryRequest, Read};
use crate::state::State;

/// The org, the state, and what was read of them.
pub(super) struct Ground<'a> {
    pub(super) org: &'a Org,
    pub(super) state: &'a State,
    /// What language models wrote.
    pub(super) texts: &'a Cache,
    pub(super) request: &'a Request<'a>,
    pub(super) surroundings: Surroundings,
    /// All roots that state knows.
    pub(super) roots: BTreeSet<RootId>,
    pins: BTreeMap<RootId, Pins>,
    people: BTreeMap<AccountId, People>,
    /// The roots that have records.
    pub(super) covered: BTreeSet<RootId>,
    pub(super) read: Read,
    recast: BTreeSet<RootId>,
}

/// What the org can do, and what it knows of the pack.
pub(super) struct Surroundings {
    pub(super) capabilities: Capabilities,
    has_default_exclusion: bool,
    pub(super) told: Telling,
    /// A hash of what chooses the opportunities.
    pub(super) query: String,
    /// By kind: how many records in the org carry the pack's key, or are part of one that does.
    pub(super) counts: BTreeMap<Object, u64>,
}

impl<'a> Ground<'a> {
    pub(super) async fn read(
        org: &'a Org,
        (state, texts): (&'a State, &'a Cache),
        request: &'a Request<'a>,
    ) -> anyhow::Result<Self> {
        let mut surroundings = surroundings(org, state, request).await?;
        let reading = "reading the state";
        let known = state.roots().context(reading)?;
        let covered = state.covered().context(reading)?;
        let read = inventory((org, state), request, &mut surroundings, &covered).await?;
        let roots = known.keys().copied().collect();
        let (mut pins, mut people) = (BTreeMap::new(), BTreeMap::new());
        for (root, pinned) in known {
            match (pinned, root.account()) {
                (Some(RootPins::Deal(pinned)), _) => drop(pins.insert(root, *pinned)),
                (Some(RootPins::People(pinned)), Some(account)) => {
                    people.insert(account, pinned);
                }
                (Some(RootPins::People(_)), None) | (None, _) => {}
            }
        }
        Ok(Self {
            org,
            state,
            texts,
            request,
            surroundings,
            roots,
            pins,
            people,
            covered,
            recast: request.options.recast(&read.inventory),
            read,
        })
    }

    /// What the planner depends on.
    pub(super) fn situation(&self) -> Situation<'_> {
        let Telling {
            anchor,
            told_at,
            seed,
        } = self.surroundings.told;
        Situation {
            manifest: self.request.manifest,
            capabilities: &self.surroundings.capabilities,
            inventory: &self.read.inventory,
            pins: &self.pins,
            people: &self.people,
            recast: &self.recast,
            seed,
            anchor,
            told_at,
            grammars: match self.request.options.upgrade_texts {
                true => Grammars::upgrade(),
                false => Grammars::keep(),
            },
        }
    }

    /// Whether the state is lost, and what the org holds of the pack is taken into a new one.
    pub(super) fn takes_over(&self) -> bool {
        let is_new = self.state.meta().serial == 0;
        let is_there = self.surroundings.counts.values().any(|count| *count > 0);
        self.request.options.adopt && is_new && is_there
    }

    /// Kinds of which the org holds more of ours than state knows.
    pub(super) fn unknown_kinds(&self, seen: &Seen) -> anyhow::Result<Vec<Object>> {
        let managed = self.state.count().context("reading the state")?;
        // What the plan is not about was not looked at, and counts as being there.
        let known = |object: &Object| {
            let of = |counts: &BTreeMap<Object, u64>| counts.get(object).copied().unwrap_or(0);
            of(&seen.ours) + of(&managed) - of(&seen.recorded)
        };
        let Surroundings {
            counts,
            capabilities,
            ..
        } = &self.surroundings;
        let keyed = counts
            .iter()
            .filter(|(kind, _)| capabilities.has_key(**kind));
        let kinds = keyed.filter(|(kind, count)| **count > known(kind));
        Ok(kinds.map(|(kind, _)| *kind).collect())
    }

    /// What the next plan without refresh rests on; nothing where the org was not read for it.
    pub(super) fn snapshot(&self) -> Vec<(&'static str, String)> {
        let options = &self.request.options;
        if self.request.command == Command::Destroy || !options.refresh.reads() {
            return Vec::new();
        }
        let Surroundings {
            capabilities,
            has_default_exclusion,
            ..
        } = &self.surroundings;
        let json = |value: serde_json::Result<String>| value.expect("inventories are plain data");
        vec![
            (
                "inventory",
                json(serde_json::to_string(&self.read.inventory)),
            ),
            (
                "capabilities",
                json(serde_json::to_string(&(
                    capabilities,
                    has_default_exclusion,
                ))),
            ),
        ]
    }
}

async fn surroundings(
    org: &Org,
    state: &State,
    request: &Request<'_>,
) -> anyhow::Result<Surroundings> {
    let manifest = request.manifest;
    let prefix = &*state.meta().key_prefix;
    let around = match request.options.refresh {
        RefreshMode::Full | RefreshMode::Changed => refresh::surroundings(org, manifest, prefix)
            .await
            .context("reading what the org can hold")?,
        RefreshMode::None => {
            let (capabilities, has_default_exclusion) = from_snapshot(state, "capabilities")?;
            refresh::Surroundings {
                described: Described {
                    capabilities,
                    has_default_exclusion,
                    ..Described::default()
                },
                ..refresh::Surroundings::default()
            }
        }
    };
    let refresh::Surroundings {
        described,
        pack,
        keyed,
    } = around;
    let (capabilities, has_default_exclusion) = fitting(request, described)?;
    refuse_unread(request, &capabilities)?;
    judge::refuse_unkeyed(request, &capabilities)?;
    refuse_leased((org, state), request, pack.as_ref())?;
    refuse_lost_state(state, request, pack.as_ref(), &keyed)?;
    let told = told(org, request, state.meta(), pack.as_ref())?;
    let query = refresh::query_digest(&manifest.salesforce.query, has_default_exclusion);
    Ok(Surroundings {
        capabilities,
        has_default_exclusion,
        told,
        query,
        counts: keyed,
    })
}

/// What the org can hold, where the manifest fits it.
fn fitting(request: &Request, described: Described) -> anyhow::Result<(Capabilities, bool)> {
    let Described {
        capabilities,
        has_default_exclusion,
        misfits,
        unfilled,
    } = described;
    // What was made goes, whatever else the manifest asks for.
    if request.command == Command::Apply {
        if !misfits.is_empty() {
            return Err(manifest::misfits(request.manifest, misfits).into());
        }
        if !unfilled.is_empty() {
            return Err(Stop::Impossible {
                why: format!("this org demands fields that nothing fills: {}", unfilled.join(", ")),
                hint: "Give each a value in the manifest, as in `fields: {Event: {Region__c: West}}`.",
            }
            .into());
        }
    }
    Ok((capabilities, has_default_exclusion))
}

/// Fields and record types that are new in the manifest have to be looked up in the org.
fn refuse_unread(request: &Request, capabilities: &Capabilities) -> Result<(), Stop> {
    let manifest = request.manifest;
    let fields = manifest.fields.iter().all(|(object, fields)| {
        let known = capabilities.added_fields.get(object);
        let is_known = |name| known.is_some_and(|known| known.contains_key(name));
        !capabilities.has(*object) || fields.keys().all(is_known)
    });
    let mut kinds = manifest.record_types.keys();
    let record_types = kinds
        .all(|object| !capabilities.has(*object) || capabilities.record_types.contains_key(object));
    let lent = capabilities.added_fields.get(&Object::OpportunityLoan);
    let mut mapping = manifest.scorecards.mapping.iter();
    let mapped = mapping.all(|one| lent.is_some_and(|lent| lent.contains_key(&one.field)));
    let has_ways = capabilities.close_plan.is_some() || !manifest.scorecards.answer_close_plan();
    if fields && record_types && mapped && has_ways || request.command == Command::Destroy {
        return Ok(());
    }
    Err(Stop::Impossible {
        why:
            "`fields`, `record_types`, `scorecards.mapping` or `scorecards.target` of the manifest \
              changed since the org was last read"
                .to_owned(),
        hint: "Run it once with `--refresh full`.",
    })
}

/// The org without us, as far as the manifest's query reaches.
async fn inventory(
    (org, state): (&Org, &State),
    request: &Request<'_>,
    surroundings: &mut Surroundings,
    covered: &BTreeSet<RootId>,
) -> anyhow::Result<Read> {
    if !request.options.refresh.reads() && request.command == Command::Apply {
        let inventory = from_snapshot(state, "inventory")?;
        return Ok(Read {
            inventory,
            ..Read::default()
        });
    }
    let prefix = &*state.meta().key_prefix;
    let (parts, counts) = refresh::part_counts(&surroundings.capabilities, prefix);
    if request.command == Command::Destroy {
        let told = match request.options.refresh.reads() {
            true => org.read(&counts).await?,
            false => Vec::new(),
        };
        surroundings.counts.extend(refresh::counted(parts, told)?);
        return Ok(Read::default());
    }
    let query = &request.manifest.salesforce.query;
    let edited = state
        .meta()
        .query
        .as_ref()
        .is_some_and(|digest| *digest != surroundings.query);
    let covered: BTreeSet<_> = covered
        .iter()
        .filter(|root| root.is_deal())
        .copied()
        .collect();
    let ours = state.ids_of(&[Object::Contact, Object::OpportunityContactRole]);
    let wanted = InventoryRequest {
        manifest: request.manifest,
        has_default_exclusion: surroundings.has_default_exclusion,
        capabilities: &surroundings.capabilities,
        covered: &covered,
        pack: prefix,
        ours: &ours.context("reading the state")?,
        keep_leaving: !edited && query.on_leave == OnLeave::Keep,
        loans: &state.loans()?,
    };
    let read = Box::pin(refresh::inventory(org, &wanted, counts)).await;
    let (read, told) = read.context("reading the org's opportunities")?;
    surroundings.counts.extend(refresh::counted(parts, told)?);
    if read.inventory.opportunities.is_empty() && covered.is_empty() {
        let counts = refresh::filter_counts(org, query, surroundings.has_default_exclusion).await?;
        return Err(Stop::NothingSelected(counts).into());
    }
    Ok(read)
}

fn from_snapshot<T: serde::de::DeserializeOwned>(state: &State, name: &str) -> anyhow::Result<T> {
    let Some((_, body)) = state.snapshot(name)? else {
        return Err(Stop::Impossible {
            why: "`--refresh none` plans on what the last apply read, and there was no apply yet"
                .to_owned(),
            hint: "Run it once without `--refresh none`.",
        }
        .into());
    };
    serde_json::from_str(&body).context("reading the snapshot of the org in the state")
}

/// What another machine is at work on is not planned for writing.
fn refuse_leased(
    (org, state): (&Org, &State),
    request: &Request,
    pack: Option<&refresh::PackRow>,
) -> Result<(), Stop> {
    let now = org.server_time().unwrap_or_else(|| request.clock.now());
    let us = (&*state.meta().lineage, &*request.host);
    match lease::holder(pack, us, now) {
        Some(row) if request.writes => Err(Stop::leased(&request.manifest.run.name, row)),
        Some(_) | None => Ok(()),
    }
}

/// Where the org holds the pack and state does not, or another state's, someone else applied it.
fn refuse_lost_state(
    state: &State,
    request: &Request,
    pack: Option<&refresh::PackRow>,
    keyed: &BTreeMap<Object, u64>,
) -> Result<(), Stop> {
    let records: u64 = keyed.values().sum();
    // A state that was emptied by a destroy knows as little as a new one. The pack's own record
    // alone may be ours: it is written before the run is.
    let fresh = state.meta().serial == 0 || state.meta().anchor.is_none();
    let other = pack.is_some_and(|pack| pack.lineage.as_ref() != Some(&state.meta().lineage));
    let lost = other || (fresh && records > 0);
    if !lost || request.options.adopt {
        return Ok(());
    }
    let by = pack.map_or(String::new(), |pack| {
        format!(", last applied {}", pack.applied())
    });
    let name = &request.manifest.run.name;
    Err(Stop::Refused(vec![Refusal {
        why: format!("the org already holds the pack {name:?} ({}{by}), which this state does not know", counted(records, "record", "records")),
        lift: "`--adopt` takes it over; or bring its state back, or give the manifest another `run.name`".to_owned(),
    }]))
}
