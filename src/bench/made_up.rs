//! An org that was made up: its deals, people and owners, and what it lets us write.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::capabilities::{Capabilities, KEY_FIELD, ObjectCapabilities, Places};
use crate::model::day::Day;
use crate::model::id::{AccountId, ContactId, RecordId, RootId, UserId};
use crate::model::inventory::{Account, Contact, Inventory, Opportunity, User};
use crate::model::object::{Facts, OBJECTS, Object};

const ZONES: [&str; 4] = [
    "America/New_York",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
];

const TITLES: [&str; 3] = ["CFO", "Director, Operations", "Data Engineer"];

/// Open deals, of so many owners, at half as many accounts with three contacts each.
pub(super) fn inventory(deals: usize, owners: usize) -> Inventory {
    let accounts = deals.div_ceil(2);
    let account = |number| AccountId(id("001", number));
    let named = |number| {
        let named = Account {
            name: format!("Account {number}"),
            ..Account::default()
        };
        (account(number), named)
    };
    Inventory {
        opportunities: (0..deals).map(|n| deal(n, owners)).collect(),
        accounts: (0..accounts).map(named).collect(),
        contacts: (0..accounts).map(|n| (account(n), contacts(n))).collect(),
        questions: BTreeMap::new(),
        users: (0..owners).map(user).collect(),
        contact_roles: BTreeMap::new(),
        organization: "Northwind".to_owned(),
    }
}

fn deal(number: usize, owners: usize) -> (RootId, Opportunity) {
    let root = RootId(id("006", number));
    let deal = Opportunity {
        name: format!("Deal {number}"),
        account: Some(AccountId(id("001", number / 2))),
        owner: UserId(id("005", number % owners)),
        stage: "Proposal".to_owned(),
        probability: (number % 10 * 10) as f64,
        amount: Some((number % 100 * 5_000) as f64),
        close_date: anchor().plus(30),
        created: Timestamp::from_second(1_700_000_000 + number as i64)
            .expect("an instant of this century"),
        closed: false,
        won: None,
        story_key: root.to_string(),
    };
    (root, deal)
}

fn contacts(account: usize) -> BTreeMap<ContactId, Contact> {
    let contact = |(number, title): (usize, &&str)| {
        let contact = Contact {
            first_name: Some(format!("First {number}").into()),
            last_name: format!("Last {account}").into(),
            title: Some((*title).into()),
            email: Some(format!("person{number}@account{account}.example").into()),
            ..Contact::default()
        };
        (ContactId(id("003", account * 10 + number)), contact)
    };
    TITLES.iter().enumerate().map(contact).collect()
}

fn user(number: usize) -> (UserId, User) {
    let user = User {
        name: format!("Owner {number}"),
        username: format!("owner{number}@example.com"),
        email: Some(format!("owner{number}@seller.example")),
        title: None,
        active: true,
        time_zone: ZONES[number % ZONES.len()].to_owned(),
        manager: None,
    };
    (UserId(id("005", number)), user)
}

/// The date that "today" means here.
pub(super) fn anchor() -> Day {
    Day::from_date(jiff::civil::date(2026, 11, 20))
}

/// A record's id: the prefix of its kind, and a number.
pub(super) fn id(prefix: &str, number: usize) -> RecordId {
    RecordId::parse(&format!("{prefix}DG{number:010}")).expect("three and twelve characters")
}

/// The fields that the platform takes at creation and never again.
const CREATE_ONLY: [&str; 5] = [
    "TaskSubtype",
    "EventId",
    "RelationId",
    "Scorecard__c",
    "Opportunity__c",
];

/// What a prepared org lets us write.
pub(crate) fn capabilities() -> Capabilities {
    let object = |facts: &Facts| {
        let keyed = (facts.object != Object::EventRelation).then_some(KEY_FIELD);
        let fields = || facts.filled.iter().copied().chain(keyed);
        let all = || fields().map(str::to_owned);
        let is_frozen = facts.object == Object::EmailMessage;
        let updateable = |field: &String| !(is_frozen || CREATE_ONLY.contains(&field.as_str()));
        let capabilities = ObjectCapabilities {
            readable: all().collect(),
            createable: all().collect(),
            updateable: all().filter(updateable).collect(),
        };
        (facts.object, capabilities)
    };
    Capabilities {
        objects: OBJECTS.iter().map(object).collect(),
        pack_object: true,
        places: Places::Texts,
        ..Capabilities::default()
    }
}
