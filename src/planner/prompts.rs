//! What a language model is asked for, where the manifest has one: planned facts, and nothing that
//! is personal or may change in the org while the story stays.

use std::borrow::Cow;

use super::text::catalogue::Phase;
use super::{Deal, text};
use crate::draw::fnv1a;
use crate::manifest::ScorecardMode;
use crate::model::address::Path;
use crate::model::inventory::Contact;
use crate::model::person::Person;
use crate::model::prompt::{Asking, Draft, Kind, Place, Prompt};
use crate::model::value::{FieldName, Text, Value};

/// The version of all instructions that new texts are asked with.
const VERSION: u32 = 1;

type Field<'a> = (&'a str, &'a Value);

/// A hash of all drafts among the fields; 0 where there are none.
pub(super) fn hash(deal: &Deal, path: &Path, fields: &[(FieldName, Value)]) -> u64 {
    if !deal.planner.situation.manifest.llm.enabled {
        return 0;
    }
    let drafts = fields
        .iter()
        .filter_map(|(name, value)| draft(deal, path, (name, value), fields));
    drafts.fold(0, |hash: u64, draft| {
        let Draft {
            hash: prompt,
            part,
            fills,
            head,
            prompt: _,
            offline: _,
        } = draft;
        let mut next = fnv1a(prompt.as_bytes()) ^ fnv1a(head.as_bytes()) ^ u64::from(part);
        for (name, value) in &fills {
            next = next.rotate_left(7) ^ fnv1a(name.as_bytes()) ^ fnv1a(value.as_bytes());
        }
        hash.rotate_left(1) ^ next
    })
}

/// What is asked for a field; none for what is no text of its own, and where no model is asked.
pub(super) fn draft(
    deal: &Deal,
    path: &Path,
    (name, value): Field,
    fields: &[(FieldName, Value)],
) -> Option<Draft> {
    let manifest = deal.planner.situation.manifest;
    let Value::Text(text) = value else {
        return None;
    };
    if !manifest.llm.enabled {
        return None;
    }
    let kind = kind(name, path)?;
    let mode = manifest.scorecards.mode;
    if kind == Kind::ScorecardAnswer && mode == ScorecardMode::Heuristic {
        return None;
    }
    let prompt = prompt(deal, kind, text, fields);
    let is_left_open = kind == Kind::ScorecardAnswer && mode == ScorecardMode::Llm;
    let llm = &manifest.llm;
    let asking = Asking {
        model: &llm.model,
        temperature: llm.temperature,
        max_tokens: llm.max_tokens,
    };
    Some(Draft {
        hash: prompt.hash(asking),
        fills: fills(deal, text, &prompt),
        prompt,
        part: 0,
        offline: (!is_left_open).then(|| text::below_head(deal, text)),
        head: text::head(deal, text),
    })
}

fn kind(name: &str, path: &Path) -> Option<Kind> {
    let of = |prefix: &str| path.as_str().starts_with(prefix);
    match name {
        "Description" if of("meeting/past/") => Some(Kind::MeetingNotes),
        "Description" if of("meeting/future/") => Some(Kind::Agenda),
        "Description" | "TextBody" if of("thread/") => Some(Kind::EmailThread),
        "Answer__c" => Some(Kind::ScorecardAnswer),
        _ => None,
    }
}

fn prompt(deal: &Deal, kind: Kind, text: &Text, fields: &[(FieldName, Value)]) -> Prompt {
    let mut facts: Vec<(Cow<str>, String)> = vec![
        ("deal".into(), deal.opportunity.name.clone()),
        ("stage".into(), phase(deal.pins.position).into()),
        (
            "size of the deal".into(),
            format!("{:?}", deal.pins.segment).to_lowercase(),
        ),
    ];
    let subject = fields
        .iter()
        .find(|(name, _)| name == "Subject" || name == "Question__c");
    if let Some((name, value)) = subject {
        let said = match value {
            Value::Text(subject) => text::render(deal, subject, usize::MAX),
            Value::Word(word) => word.clone().into_owned(),
            _ => String::new(),
        };
        facts.push((name.trim_end_matches("__c").to_lowercase().into(), said));
    }
    let role = text::person(deal, text).and_then(|person| {
        let part = deal
            .pins
            .cast
            .iter()
            .find(|part| part.person == Some(person));
        part.map(|part| part.role.replace('_', " "))
    });
    let mut places = vec![place("owner", "the salesperson".to_owned(), false)];
    if text::person(deal, text).is_some() {
        let role = role.unwrap_or_else(|| "contact".to_owned());
        places.push(place("person_1", format!("the customer's {role}"), false));
    }
    places.push(place("account", "the customer's company".to_owned(), false));
    for (_, value) in &mut facts {
        *value = impersonal(deal, value);
    }
    let amount = deal
        .opportunity
        .amount
        .filter(|_| deal.planner.situation.manifest.llm.send_amounts);
    Prompt {
        kind,
        version: VERSION,
        facts,
        passing: amount
            .map(|amount| ("amount".into(), amount.to_string()))
            .into_iter()
            .collect(),
        places,
        parts: 1,
    }
}

fn place(name: &'static str, what: String, needed: bool) -> Place {
    Place {
        name: name.into(),
        what,
        needed,
    }
}

fn fills(deal: &Deal, text: &Text, prompt: &Prompt) -> Vec<(Cow<'static, str>, String)> {
    let situation = &deal.planner.situation;
    let account = deal.opportunity.account;
    let contact = match text::person(deal, text) {
        Some(Person::Contact(id)) => account
            .and_then(|account| situation.inventory.contacts.get(&account))
            .and_then(|contacts| contacts.get(&id)),
        _ => None,
    };
    let named = |name: Option<&String>| name.cloned().unwrap_or_default();
    let value = |place: &Place| match place.name.as_ref() {
        "owner" => named(
            situation
                .inventory
                .users
                .get(&deal.pins.owner)
                .map(|user| &user.name),
        ),
        "account" => named(
            account
                .and_then(|id| situation.inventory.accounts.get(&id))
                .map(|account| &account.name),
        ),
        _ => contact.map(Contact::full_name).unwrap_or_default(),
    };
    let places = prompt.places.iter();
    places
        .map(|place| (place.name.clone(), value(place)))
        .collect()
}

fn phase(position: u8) -> &'static str {
    match Phase::at(position) {
        Phase::Opening => "opening",
        Phase::Discovery => "discovery",
        Phase::Evaluation => "evaluation",
        Phase::Proposal => "proposal",
        Phase::Closing => "closing",
    }
}

/// The text without what a name that people gave may hold: people, addresses, numbers, amounts.
fn impersonal(deal: &Deal, text: &str) -> String {
    let mut text = text.to_owned();
    let account = deal.opportunity.account;
    let contacts = account.and_then(|id| deal.planner.situation.inventory.contacts.get(&id));
    for contact in contacts.into_iter().flat_map(|contacts| contacts.values()) {
        for name in names(contact) {
            text = text.replace(&name, "a contact");
        }
    }
    let words = text.split(' ').map(|word| match is_telling(word) {
        true => "(…)",
        false => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The names that nobody else is called by.
fn names(contact: &Contact) -> impl Iterator<Item = String> {
    let whole = contact.full_name();
    [whole, contact.last_name.clone()]
        .into_iter()
        .filter(|name| name.chars().count() > 3)
}

/// An e-mail address, an amount, or the greater part of a telephone number.
fn is_telling(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_amount = word.contains(['$', '€', '£', '¥']) && digits > 0;
    word.contains('@') || is_amount || digits >= 5
}
