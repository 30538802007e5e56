//! What the benchmark under `tests/bench/` needs of the inside: work to be timed, and how much
//! of it was done.

mod made_up;

pub(crate) use made_up::capabilities;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::path::Path;

use crate::diff::fields::hash;
use crate::diff::{self, Context, Elsewhere, Policies, Replacing, Root};
use crate::manifest::{self, Manifest};
use crate::model::address::Address;
use crate::model::capabilities::Capabilities;
use crate::model::change::{Change, Reason};
use crate::model::id::RootId;
use crate::model::inventory::Inventory;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Found, Held, Live, LiveRecord, Row};
use crate::model::value::Datum;
use crate::planner::{Grammars, Planner, Situation};
use crate::state::{Holder, Opening, Place, Settlement, State};

use made_up::{anchor, id, inventory};

const MANIFEST: &str = "run: {name: bench}\nsalesforce: {instance_url: embedded}\n";

/// An org that nobody has touched, and the default manifest.
pub struct World {
    manifest: Manifest,
    capabilities: Capabilities,
    inventory: Inventory,
}

/// How many records were planned.
#[derive(Debug, Default, Clone, Copy)]
pub struct Planned {
    /// Meetings and emails.
    pub activities: u64,
    /// All records.
    pub records: u64,
    /// Rendered texts and other words, in bytes.
    pub characters: u64,
}

/// Whether the fields of activities are rendered, as they are before they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    None,
    Offline,
}

/// Roots as they are after an apply, in memory.
pub struct Applied<'a> {
    world: &'a World,
    /// The deals, and before them the accounts whose people they speak with.
    roots: Vec<AppliedRoot>,
}

struct AppliedRoot {
    root: RootId,
    desired: Vec<Desired>,
    rows: Vec<Row>,
    live: Vec<Live>,
}

/// What the differ is told of the org.
#[derive(Debug, Clone, Copy)]
pub enum Refresh {
    /// Every record, as it was.
    Full,
    None,
}

impl World {
    /// Open deals, of so many owners, at half as many accounts with three contacts each.
    pub fn new(deals: usize, owners: usize) -> Self {
        Self {
            manifest: manifest::parse(MANIFEST, "bench.yaml")
                .unwrap_or_else(|problems| panic!("{problems}")),
            capabilities: capabilities(),
            inventory: inventory(deals, owners),
        }
    }

    /// Pins all stories and plans all records, with their texts or without them.
    pub fn plan(&self, texts: Texts) -> Planned {
        let mut planned = Planned::default();
        self.each_root(usize::MAX, |planner, root, records| {
            let is_activity = |record: &&Desired| {
                matches!(
                    record.object,
                    Object::Event | Object::Task | Object::EmailMessage
                )
            };
            planned.records += records.len() as u64;
            for activity in records.iter().filter(is_activity) {
                planned.activities += 1;
                if texts == Texts::Offline {
                    let fields = planner.render(root, activity);
                    let texts = fields.iter().filter_map(|(_, datum)| match datum {
                        Datum::Json(json) => json.as_str(),
                        Datum::Ref(_) | Datum::Refs(_) | Datum::Draft(_) | Datum::People(_) => None,
                    });
                    planned.characters += texts.map(|text| text.len() as u64).sum::<u64>();
                }
            }
        });
        planned
    }

    /// The bodies of all activities, as they are sent.
    pub fn bodies(&self) -> Vec<String> {
        let mut bodies = Vec::new();
        self.each_root(usize::MAX, |planner, root, records| {
            for record in &records {
                let fields = planner.render(root, record).into_iter();
                bodies.extend(fields.filter_map(|(name, datum)| match datum {
                    Datum::Json(serde_json::Value::String(text)) if name == "Description" => {
                        Some(text)
                    }
                    _ => None,
                }));
            }
        });
        bodies
    }

    /// The first so many deals as if they had just been applied and read.
    pub fn applied(&self, deals: usize, refresh: Refresh) -> Applied<'_> {
        let mut applied = Vec::new();
        self.each_root(deals, |planner, root, mut desired| {
            desired.sort_by(|a, b| a.path.cmp(&b.path));
            let rows = desired.iter().map(|record| recorded(planner, root, record));
            let (rows, live): (Vec<_>, Vec<_>) = rows.unzip();
            let live = match refresh {
                Refresh::Full => live,
                Refresh::None => vec![Live::NotRead; rows.len()],
            };
            applied.push(AppliedRoot {
                root,
                desired,
                rows,
                live,
            });
        });
        Applied {
            world: self,
            roots: applied,
        }
    }

    /// Plans the first so many deals, and before them their accounts.
    fn each_root(&self, deals: usize, mut done: impl FnMut(&Planner, RootId, Vec<Desired>)) {
        let (pins, people, recast) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let planner = Planner::new(Situation {
            manifest: &self.manifest,
            capabilities: &self.capabilities,
            inventory: &self.inventory,
            pins: &pins,
            people: &people,
            recast: &recast,
            seed: 42,
            anchor: anchor(),
            told_at: None,
            grammars: Grammars::keep(),
        });
        let deals = || self.inventory.opportunities.iter().take(deals);
        let accounts: BTreeSet<_> = deals().filter_map(|(_, deal)| deal.account).collect();
        let accounts = accounts.into_iter().map(RootId::from);
        for root in accounts.chain(deals().map(|(root, _)| *root)) {
            let mut records = Vec::new();
            planner.plan(root, &mut records);
            done(&planner, root, records);
        }
    }
}

impl Applied<'_> {
    pub fn records(&self) -> u64 {
        self.roots.iter().map(|root| root.rows.len() as u64).sum()
    }

    /// Compares all records. Gives the changes in words; there are none.
    pub fn diff(self) -> Vec<String> {
        let found = Found::new();
        let (elsewhere, policies) = (self.elsewhere(), Policies::default());
        let context = Context {
            is_retold: &|_, _, _| false,
            capabilities: &self.world.capabilities,
            found: &found,
            generation_floor: 0,
            same_manifest: false,
            upgrades_texts: false,
            anchor_moved: false,
            elsewhere: &elsewhere,
            adopting: false,
            replacing: Replacing::default(),
            policies: &policies,
            render: &|_, _| Vec::new(),
        };
        let mut changes = Vec::new();
        for applied in &self.roots {
            let root = Root {
                id: applied.root,
                account: None,
                desired: &applied.desired,
                rows: &applied.rows,
                live: &applied.live,
                gone_reason: Reason::NoLongerWanted,
            };
            diff::diff(&context, &root, &mut |change| {
                let names: Vec<_> = change.fields.iter().map(|field| &field.name).collect();
                let Change { action, reason, .. } = &change;
                let told = format!("{}: {action:?} for {reason:?}, {names:?}", change.address);
                changes.push(told);
            });
        }
        changes
    }

    /// The ids of what hangs under accounts: deals refer to it.
    fn elsewhere(&self) -> Elsewhere {
        let of_accounts = self.roots.iter().filter(|root| !root.root.is_deal());
        let rows = of_accounts.flat_map(|AppliedRoot { root, rows, .. }| {
            rows.iter().map(|row| {
                let path = row.path.clone();
                (Address { root: *root, path }, Some(row.id))
            })
        });
        rows.collect()
    }

    /// Records everything in a new state below the folder. Gives the bytes that it takes.
    pub fn state_bytes(&self, folder: &Path) -> anyhow::Result<u64> {
        let place = Place {
            folder,
            org: id("00D", 1),
            pack: "bench",
            manifest: "bench.yaml",
        };
        let holder = Holder {
            command: "bench".to_owned(),
            process: 0,
            since: String::new(),
        };
        let mut state = State::open(place, &holder)?;
        let run = state.begin_run(&Opening {
            run_id: "bench",
            command: "bench",
            user: "",
            keyed: true,
            at: 0,
            anchor: anchor(),
            seed: 42,
            manifest_seed: 42,
            manifest: "bench",
            query: "",
            left: &BTreeSet::new(),
            pins: &BTreeMap::new(),
            snapshot: &[],
        })?;
        for AppliedRoot { root, rows, .. } in &self.roots {
            let put = rows.iter().map(|row| (*root, Row { run, ..row.clone() }));
            let settlement = Settlement {
                put: put.collect(),
                ..Settlement::default()
            };
            state.settle(run, None, &settlement)?;
        }
        drop(state);
        Ok(std::fs::metadata(place.file())?.len())
    }
}

/// The row of a record that was made and read back, and the record as the org gives it again.
fn recorded(planner: &Planner, root: RootId, record: &Desired) -> (Row, Live) {
    let id = id("00U", 7);
    let mut held = Held::default();
    let mut fields = serde_json::Map::new();
    for (name, datum) in planner.render(root, record) {
        let resolved = datum.resolve(|_| Ok::<_, Infallible>(Some(id)));
        let json = match (datum, resolved) {
            (Datum::Draft(draft), _) => draft.stand_in(),
            (_, Ok(json)) => json.expect("every record has an id here"),
        };
        held.0.push((name.clone(), hash(&json)));
        fields.insert(name.into_owned(), json);
    }
    let row = Row {
        path: record.path.clone(),
        object: record.object,
        id,
        generation: 1,
        run: 1,
        created: 1_700_000_000,
        want: record.want,
        stamp: Some(1_700_000_000_123),
        held,
        lent: Vec::new(),
    };
    let stamp = row.stamp;
    (row, Live::Ours(LiveRecord { id, stamp, fields }))
}
