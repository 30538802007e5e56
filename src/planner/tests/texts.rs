//! What is written: read as a whole pack would be.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const INDUSTRIES: [&str; 14] = [
    "Banking",
    "Biotechnology",
    "Manufacturing",
    "Retail",
    "Technology",
    "Telecommunications",
    "Energy",
    "Transportation",
    "Education",
    "Hospitality",
    "Consulting",
    "Other",
    "Construction",
    "Electronics",
];

const PRODUCTS: [&str; 6] = [
    "Analytics Platform",
    "Standby Generators",
    "SLA",
    "GTX Plus Basic",
    "Planning Suite",
    "Emergency Generator",
];

const LEVELS: [&str; 2] = ["light", "heavy"];

/// Deals of all sorts, at accounts of all industries.
fn pack(deals: usize, level: &str) -> World {
    let mut world = plain_world(deals);
    let accounts = deals / 8 + 1;
    let people = world.inventory.contacts.values().next().cloned().unwrap();
    world.inventory.accounts.clear();
    world.inventory.contacts.clear();
    for number in 0..accounts {
        let account = AccountId(id("001", number));
        let contact = |(place, contact): (usize, &Contact)| {
            let contact = Contact {
                last_name: format!("{}{}", contact.last_name, number % 17),
                ..contact.clone()
            };
            (ContactId(id("003", number * 10 + place)), contact)
        };
        let theirs = people.values().enumerate().map(contact).collect();
        world.inventory.contacts.insert(account, theirs);
        let name = format!("Halvorsen {number}");
        let industry = Some(INDUSTRIES[number % INDUSTRIES.len()].to_owned());
        let account_is = Account {
            name,
            industry,
            ..Account::default()
        };
        world.inventory.accounts.insert(account, account_is);
    }
    for (number, deal) in world.inventory.opportunities.values_mut().enumerate() {
        deal.account = Some(AccountId(id("001", number % accounts)));
        deal.name = format!(
            "Halvorsen {} {}",
            number % accounts,
            PRODUCTS[number / 7 % PRODUCTS.len()]
        );
        deal.probability = f64::from(number as u32 * 37 % 100);
        deal.closed = number % 9 == 0;
        if deal.closed {
            deal.probability = if number % 2 == 0 { 100.0 } else { 0.0 };
            deal.close_date = day("2026-11-01");
        }
    }
    world.settings.past_days = 120;
    world.settings.realism = level.to_owned();
    world.inventory.organization = "Larkfield".to_owned();
    world.with_an_owner_each()
}

/// The bodies of a pack, without the lines that tell who writes to whom.
fn bodies(records: &Records) -> BTreeMap<&Address, &str> {
    let mut bodies = BTreeMap::new();
    for (address, record) in records {
        if !record.fields.contains_key("Description") {
            continue;
        }
        let text = record.text("Description");
        let body = match text.strip_prefix("From: ") {
            Some(message) => message.split_once("\n\n").expect("a header ends").1,
            None => text,
        };
        bodies.insert(address, body);
    }
    bodies
}

/// The sentences of six words and more.
fn sentences(body: &str) -> BTreeSet<&str> {
    let parts = body.split(['\n', '.', '?', '!', ';']);
    let parts = parts.map(|part| part.trim_matches([' ', '-', '1', '2', '3']));
    parts
        .filter(|part| part.split_whitespace().count() >= 6)
        .collect()
}

#[test]
fn no_two_bodies_of_a_pack_are_the_same_and_no_sentence_is_everywhere() {
    for level in LEVELS {
        let records = pack(200, level).plan().records;
        let bodies = bodies(&records);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for sentence in bodies.values().flat_map(|body| sentences(body)) {
            *counts.entry(sentence).or_default() += 1;
        }
        let most = bodies.len() / 50;
        for (sentence, count) in counts {
            assert!(count <= most, "{count} of {}: {sentence}", bodies.len());
        }
        let distinct: BTreeSet<_> = bodies.values().collect();
        assert_eq!(distinct.len(), bodies.len(), "{level}");
    }
}
