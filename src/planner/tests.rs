//! The laws of the planner, on small worlds drawn by proptest.

mod added;
mod calendars;
mod edits;
mod emails;
mod golden;
mod invitations;
mod people;
mod peopleai;
mod prompts;
mod scorecards;
mod stories;
mod subjects;
mod texts;
mod times;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::people::People;
use super::{Calendars, Grammars, Planner, Situation};
use crate::bench::capabilities;
use crate::manifest::{self, Manifest, Misfit};
use crate::model::address::Address;
use crate::model::capabilities::Capabilities;
use crate::model::day::Day;
use crate::model::id::{AccountId, ContactId, RecordId, RootId, UserId};
use crate::model::inventory::{Account, Contact, Inventory, Opportunity, User};
use crate::model::object::Object;
use crate::model::pins::Pins;
use crate::model::value::{Datum, Want};

/// The same cases on every machine and every day.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}

/// Everything that a plan depends on, owned, so that a test can edit it.
#[derive(Debug, Clone)]
struct World {
    settings: Settings,
    capabilities: Capabilities,
    inventory: Inventory,
    pins: BTreeMap<RootId, Pins>,
    people: People,
    recast: BTreeSet<RootId>,
    seed: u64,
    anchor: Day,
    told_at: Option<Day>,
    grammars: Grammars,
}

/// What the manifest says, as far as the laws speak of it.
#[derive(Debug, Clone)]
struct Settings {
    past: (u32, u32),
    future: (u32, u32),
    emails: (u32, u32),
    email_object: &'static str,
    durations: Vec<u32>,
    past_days: u32,
    future_days: u32,
    meeting_subjects: Vec<String>,
    email_subjects: Vec<String>,
    coverage: f64,
    templates: &'static str,
    roles: Vec<&'static str>,
    fallback: &'static str,
    invite_real: bool,
    realism: String,
    /// Further keys of `activity`.
    own: String,
    /// Further lines of the manifest.
    added: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            past: (3, 8),
            future: (1, 3),
            emails: (5, 20),
            email_object: "task",
            durations: vec![25, 30, 45, 60],
            past_days: 45,
            future_days: 21,
            meeting_subjects: Vec::new(),
            email_subjects: Vec::new(),
            coverage: 0.8,
            templates: "meddicc",
            roles: vec!["champion", "economic_buyer", "technical_evaluator"],
            fallback: "manager",
            invite_real: false,
            realism: "light".to_owned(),
            own: String::new(),
            added: String::new(),
        }
    }
}

impl Settings {
    fn manifest(&self) -> Manifest {
        let Self {
            past,
            future,
            emails,
            email_object,
            durations,
            past_days,
            future_days,
            meeting_subjects,
            email_subjects,
            coverage,
            templates,
            roles,
            fallback,
            invite_real,
            realism,
            own,
            added,
        } = self;
        let mut yaml = String::from("run: {name: laws}\nsalesforce: {instance_url: embedded}\n");
        write!(
            yaml,
            "activity:\n  past_days: {past_days}\n  future_days: {future_days}\n  \
             meetings: {{past_min: {}, past_max: {}, future_min: {}, future_max: {}, \
             duration_minutes: {durations:?}}}\n  emails: {{min: {}, max: {}}}\n  \
             email_object: {email_object}\n  participant_roles: {roles:?}\n  owner_fallback: {fallback}\n  invite_real: {invite_real}\n  \
             realism_level: {realism}\n  {own}\n  \
             subjects: {{meetings: {meeting_subjects:?}, emails: {email_subjects:?}}}\n\
             scorecards: {{coverage_target: {coverage}, templates: [{templates}]}}\n{added}",
            past.0, past.1, future.0, future.1, emails.0, emails.1,
        )
        .expect("a text takes everything");
        manifest::parse(&yaml, "laws.yaml").unwrap_or_else(|problems| panic!("{yaml}\n{problems}"))
    }
}

/// One record as it would be sent.
#[derive(Debug, Clone, PartialEq)]
struct Record {
    object: Object,
    want: Want,
    fields: BTreeMap<String, Datum>,
}

type Records = BTreeMap<Address, Record>;

/// What came of planning a world.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    pins: BTreeMap<RootId, Pins>,
    people: People,
    skipped: BTreeSet<RootId>,
    calendars: Calendars,
    overlaps: u32,
    uninvited: u64,
    misfits: Vec<Misfit>,
    /// What exists whatever the maximum counts are.
    core: BTreeSet<Address>,
    records: Records,
}

impl World {
    fn plan(&self) -> Told {
        let manifest = self.settings.manifest();
        let planner = self.planner(&manifest);
        let mut records = Records::new();
        let mut core = BTreeSet::new();
        let deals = self.inventory.opportunities.keys().copied();
        let accounts = self.inventory.accounts.keys().copied().map(RootId::from);
        for root in &accounts
            .chain(deals)
            .chain(planner.stories.org)
            .collect::<Vec<_>>()
        {
            let mut desired = Vec::new();
            planner.plan(*root, &mut desired);
            let timeline = planner.timeline(*root);
            let steps = timeline.iter().flat_map(|timeline| &timeline.steps);
            core.extend(steps.filter(|step| step.core).map(|step| Address {
                root: *root,
                path: step.path.clone(),
            }));
            for record in desired {
                let fields = planner.render(*root, &record).into_iter();
                let fields = fields.map(|(name, datum)| (name.into_owned(), datum));
                let address = Address {
                    root: *root,
                    path: record.path.clone(),
                };
                let rendered = Record {
                    object: record.object,
                    want: record.want,
                    fields: fields.collect(),
                };
                let twice = records.insert(address, rendered);
                assert!(twice.is_none(), "{} is planned twice", record.path);
            }
        }
        Told {
            pins: planner.stories.pins.clone(),
            people: planner.stories.people.clone(),
            skipped: planner.stories.skipped.clone(),
            calendars: planner.stories.calendars.clone(),
            overlaps: planner.stories.overlaps.values().sum(),
            uninvited: planner.stories.uninvited,
            misfits: planner.misfits(),
            core,
            records,
        }
    }

    fn planner<'a>(&'a self, manifest: &'a Manifest) -> Planner<'a> {
        Planner::new(Situation {
            manifest,
            capabilities: &self.capabilities,
            inventory: &self.inventory,
            pins: &self.pins,
            people: &self.people,
            recast: &self.recast,
            seed: self.seed,
            anchor: self.anchor,
            told_at: self.told_at,
            grammars: self.grammars,
        })
    }

    /// Plans the world and keeps what an apply would.
    fn apply(&mut self) -> Told {
        let told = self.plan();
        self.pins = told.pins.clone();
        self.people = told.people.clone();
        self.told_at = Some(self.anchor);
        told
    }

    /// In an org where an event is related to one contact only.
    fn without_shared_activities(mut self) -> Self {
        let events = self.capabilities.objects.get_mut(&Object::Event);
        let events = events.expect("worlds have meetings");
        events.createable.remove("EventWhoIds");
        self
    }

    fn deal(&mut self, number: usize) -> &mut Opportunity {
        let number = number % self.inventory.opportunities.len();
        let mut deals = self.inventory.opportunities.values_mut();
        deals.nth(number).expect("counted")
    }

    /// From the fifth open deal on, the oldest of them have shapes of their own.
    fn has_four_open_deals(&self) -> bool {
        let deals = self.inventory.opportunities.values();
        deals.filter(|deal| !deal.closed).count() == 4
    }

    /// Gives nobody two deals, so that everybody's calendar has room.
    fn with_an_owner_each(mut self) -> Self {
        let some = self.inventory.users.values().next().cloned();
        let some = some.expect("worlds have users");
        let roots: Vec<_> = self.inventory.opportunities.keys().copied().collect();
        for (number, root) in roots.into_iter().enumerate() {
            let owner = user_id(100 + number);
            self.inventory.users.insert(owner, some.clone());
            let deal = self.inventory.opportunities.get_mut(&root);
            deal.expect("just listed").owner = owner;
        }
        self
    }

    /// Each deal with an account of its own, with people of its own.
    fn with_an_account_each(mut self) -> Self {
        let Inventory {
            opportunities,
            accounts,
            contacts,
            ..
        } = &mut self.inventory;
        let account = accounts.values().next().cloned();
        let account = account.expect("worlds have accounts");
        let people = contacts.values().next().cloned();
        let people = people.expect("worlds have contacts");
        for (number, deal) in opportunities.values_mut().enumerate() {
            let id_of_account = AccountId(id("001", 500 + number));
            deal.account = Some(id_of_account);
            accounts.insert(id_of_account, account.clone());
            let own = people.values().cloned().enumerate();
            let own = own.map(|(place, contact)| {
                let id_of_contact = ContactId(id("003", 5000 + number * 10 + place));
                (id_of_contact, contact)
            });
            contacts.insert(id_of_account, own.collect());
        }
        self
    }
}

impl Record {
    fn json(&self, name: &str) -> &serde_json::Value {
        match &self.fields[name] {
            Datum::Json(json) => json,
            Datum::Ref(address) => panic!("{name} refers to {address}"),
            Datum::Draft(draft) => panic!("{name} is to be written: {draft:?}"),
            Datum::People(people) => panic!("{name} refers to {people:?}"),
            Datum::Refs(addresses) => panic!("{name} refers to {addresses:?}"),
        }
    }

    fn text(&self, name: &str) -> &str {
        let json = self.json(name);
        json.as_str().unwrap_or_else(|| panic!("{name} is {json}"))
    }

    /// The people in a field: contacts by their ids, those whom we make by their addresses.
    fn people(&self, name: &str) -> Vec<String> {
        let text = |json: &serde_json::Value| json.as_str().map(str::to_owned);
        match self.fields.get(name) {
            Some(Datum::Json(serde_json::Value::Array(ids))) => {
                ids.iter().filter_map(text).collect()
            }
            Some(Datum::Json(id)) => text(id).into_iter().collect(),
            Some(Datum::Ref(address)) => vec![address.to_string()],
            Some(Datum::People(people)) => people.iter().map(ToString::to_string).collect(),
            Some(Datum::Refs(_) | Datum::Draft(_)) | None => Vec::new(),
        }
    }

    /// The records that the answer of a scorecard cites.
    fn cites(&self) -> &[Address] {
        match &self.fields["Evidence_Activity_Id__c"] {
            Datum::Refs(addresses) => addresses,
            _ => &[],
        }
    }

    fn refers_to(&self, name: &str) -> Option<&Address> {
        match &self.fields[name] {
            Datum::Json(_) | Datum::Draft(_) | Datum::People(_) | Datum::Refs(_) => None,
            Datum::Ref(address) => Some(address),
        }
    }
}

fn id(prefix: &str, number: usize) -> RecordId {
    RecordId::parse(&format!("{prefix}DG{number:010}")).unwrap()
}

fn root_id(number: usize) -> RootId {
    RootId(id("006", number))
}

fn user_id(number: usize) -> UserId {
    UserId(id("005", number))
}

fn day(text: &str) -> Day {
    Day::from_date(text.parse().unwrap())
}

/// The records of one kind.
fn of(records: &Records, object: Object) -> impl Iterator<Item = (&Address, &Record)> {
    let hit = move |(_, record): &(&Address, &Record)| record.object == object;
    records.iter().filter(hit)
}

/// Whether the record is of a planned meeting, or of what is still to be done.
fn is_to_come((address, record): (&Address, &Record)) -> bool {
    let path = address.path.as_str();
    let is_about_meeting = record.object == Object::Task;
    path.starts_with("todo/") || path.starts_with("meeting/future/") && !is_about_meeting
}

/// The addresses whose records differ, or that only one of the two has.
fn differing(one: &Records, other: &Records) -> Vec<Address> {
    let addresses: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let differs = addresses.into_iter().filter(|a| one.get(a) != other.get(a));
    differs.cloned().collect()
}

const ZONES: [&str; 6] = [
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "No/Such_Zone",
];

const TITLES: [&str; 8] = [
    "CFO",
    "Director, Operations",
    "VP Sales",
    "IT Architect",
    "Head of Purchasing",
    "Legal Counsel",
    "Analyst",
    "Gardener",
];

/// Six users, of whom the second is not active and reports to the first.
fn users() -> BTreeMap<UserId, User> {
    let user = |(number, zone): (usize, &&str)| {
        let user = User {
            name: format!("Owner {number}"),
            username: format!("owner{number}@example.com"),
            email: Some(format!("owner{number}@seller.example")),
            title: None,
            active: number != 1,
            time_zone: (*zone).to_owned(),
            manager: (number == 1).then(|| user_id(0)),
        };
        (user_id(number), user)
    };
    ZONES.iter().enumerate().map(user).collect()
}

prop_compose! {
    /// An account's contacts, as numbers of titles; the last stands for none.
    fn people()(titles in vec(0..=TITLES.len(), 0..6)) -> Vec<Option<&'static str>> {
        titles.into_iter().map(|title| TITLES.get(title).copied()).collect()
    }
}

prop_compose! {
    fn opportunity()(
        account in prop::option::weighted(0.9, 0..3usize),
        owner in 0..ZONES.len(),
        probability in 0..=100u8,
        amount in prop::option::of(0.0..900_000.0f64),
        close in -60..60i32,
        created in 0..1_000i64,
        closed in prop::bool::weighted(0.25),
    ) -> Opportunity {
        Opportunity {
            name: String::new(),
            account: account.map(|number| AccountId(id("001", number))),
            owner: user_id(owner),
            stage: String::from("Qualification"),
            probability: f64::from(probability),
            amount,
            close_date: day("2026-11-22").plus(close),
            created: Timestamp::from_second(1_700_000_000 + created * 3600).unwrap(),
            closed,
            won: None,
            story_key: String::new(),
        }
    }
}

prop_compose! {
    fn settings()(
        past in (0..5u32, 0..6u32),
        future in (0..3u32, 0..4u32),
        emails in (0..6u32, 0..9u32),
        durations in prop::sample::select(vec![vec![25, 30, 45, 60], vec![30], vec![60], vec![45, 90, 120]]),
        past_days in 1..70u32,
        future_days in 0..40u32,
        coverage in 0..=10u32,
    ) -> Settings {
        Settings {
            past: (past.0, past.0 + past.1),
            future: (future.0, future.0 + future.1),
            emails: (emails.0, emails.0 + emails.1),
            durations,
            past_days,
            future_days,
            coverage: f64::from(coverage) / 10.0,
            ..Settings::default()
        }
    }
}

prop_compose! {
    fn worlds()(
        settings in settings(),
        people in vec(people(), 3),
        deals in vec(opportunity(), 1..8),
        seed in any::<u64>(),
        anchor in 0..14i32,
    ) -> World {
        let account = |number| AccountId(id("001", number));
        let contact = |number: usize, of: usize, title: Option<&str>| {
            let contact = Contact {
                first_name: (!number.is_multiple_of(3)).then(|| format!("First{of}{number}").into()),
                last_name: format!("Last{of}{number}").into(),
                title: title.map(Into::into),
                email: Some(format!("person{number}@corp.example").into()),
                ..Contact::default()
            };
            (ContactId(id("003", of * 100 + number)), contact)
        };
        let contacts = people.iter().enumerate().map(|(of, titles)| {
            let titles = titles.iter().enumerate();
            (account(of), titles.map(|(number, title)| contact(number, of, *title)).collect())
        });
        let accounts = (0..3).map(|number| (account(number), Account { name: format!("Account {number}"), ..Account::default() }));
        let deals = deals.into_iter().enumerate().map(|(number, deal)| {
            let deal = Opportunity {
                name: format!("Deal {number}"),
                story_key: root_id(number).to_string(),
                ..deal
            };
            (root_id(number), deal)
        });
        World {
            settings,
            capabilities: capabilities(),
            inventory: Inventory {
                questions: BTreeMap::new(),
                opportunities: deals.collect(),
                accounts: accounts.collect(),
                contacts: contacts.collect(),
                users: users(),
                contact_roles: BTreeMap::new(),
                organization: "Northwind".to_owned(),
            },
            pins: BTreeMap::new(),
            people: BTreeMap::new(),
            recast: BTreeSet::new(),
            seed,
            anchor: day("2026-11-16").plus(anchor),
            told_at: None,
            grammars: Grammars::keep(),
        }
    }
}

/// A world of one kind of deal, for tests that look at one thing.
fn plain_world(deals: usize) -> World {
    let opportunity = |number: usize| Opportunity {
        name: format!("Deal {number}"),
        account: Some(AccountId(id("001", 0))),
        owner: user_id(0),
        stage: "Proposal".to_owned(),
        probability: 65.0,
        amount: Some(120_000.0),
        close_date: day("2026-12-18"),
        created: Timestamp::from_second(1_700_000_000 + number as i64).unwrap(),
        closed: false,
        won: None,
        story_key: root_id(number).to_string(),
    };
    let names = ["Ada", "Grace", "Edsger", "Barbara", "Alan"];
    let contact = |(number, first): (usize, &&str)| {
        let contact = Contact {
            first_name: Some((*first).into()),
            last_name: format!("Person{number}").into(),
            title: Some(TITLES[number].into()),
            email: Some(format!("person{number}@acme.example").into()),
            ..Contact::default()
        };
        (ContactId(id("003", number)), contact)
    };
    let account = AccountId(id("001", 0));
    let acme = Account {
        name: "Acme".to_owned(),
        country: Some("Germany".to_owned()),
        ..Account::default()
    };
    World {
        settings: Settings::default(),
        capabilities: capabilities(),
        inventory: Inventory {
            questions: BTreeMap::new(),
            opportunities: (0..deals).map(|n| (root_id(n), opportunity(n))).collect(),
            accounts: BTreeMap::from([(account, acme)]),
            contacts: BTreeMap::from([(account, names.iter().enumerate().map(contact).collect())]),
            users: users(),
            contact_roles: BTreeMap::new(),
            organization: "Northwind".to_owned(),
        },
        pins: BTreeMap::new(),
        people: BTreeMap::new(),
        recast: BTreeSet::new(),
        seed: 42,
        anchor: day("2026-11-20"),
        told_at: None,
        grammars: Grammars::keep(),
    }
}
