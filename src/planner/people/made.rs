//! Who the people are that we make: names that fit the country, a title that fits the role, and an
//! address at which nobody is reached unless the manifest asks for it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use compact_str::{CompactString, CompactStringExt as _, format_compact};

use super::super::Situation;
use super::committee::role;
use super::domains::{self, Labels};
use super::names::{Names, names};
use super::titles::title;
use crate::draw::{Draw, RootDraw, fnv1a};
use crate::manifest::StoryKey;
use crate::model::email;
use crate::model::id::AccountId;
use crate::model::inventory::{Account, Contact, Inventory};
use crate::model::person::{EmailDomain, Identity, Person};
use crate::model::pins::{self, Part, Pins};

/// The draws of one person, by purpose.
const FIRST: usize = 0;
const LAST: usize = 1;
const TITLE: usize = 2;

/// So many names are tried for one that shares neither first nor last name with anybody.
const TRIES: usize = 60;

/// All people whom we make, by account.
pub(in crate::planner) type People = BTreeMap<AccountId, pins::People>;

/// Everybody whom a deal's cast names and who is made. Who is pinned stays who he is; the others
/// get names that nobody of the account has, and addresses that nobody has at all, of whom we make
/// at other accounts neither. The deals come in the order of their creation: a new one takes no name
/// from people of the others.
pub(in crate::planner) fn people<'a>(
    situation: &Situation,
    (labels, others): (&Labels, &People),
    told: impl Iterator<Item = &'a Pins>,
) -> People {
    let mut wanted: BTreeMap<AccountId, Vec<u8>> = BTreeMap::new();
    for pins in told {
        let made = |part: &Part| match part.person? {
            Person::Made(account, number) => Some((account, number)),
            Person::Contact(_) => None,
        };
        // All of a deal are at its account.
        let mut made = pins.cast.iter().filter_map(made).peekable();
        if let Some((account, _)) = made.peek() {
            let numbers = wanted.entry(*account).or_default();
            for (_, number) in made {
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
        }
    }
    let mut taken = Taken {
        situation,
        others,
        addresses: None,
    };
    let mut people = People::new();
    for account in &labels.order {
        if let Some(numbers) = wanted.get(account) {
            let household = Household::of(situation, labels, *account);
            people.insert(*account, household.people(numbers, &mut taken));
        }
    }
    people
}

/// The addresses that people have, of the org's and of ours; looked up when one is first needed.
struct Taken<'a> {
    situation: &'a Situation<'a>,
    others: &'a People,
    /// The hashes of those in lower case: one that is taken for another gets a number, and that is all.
    addresses: Option<BTreeSet<u64>>,
}

impl Taken<'_> {
    /// Takes an address, unless somebody has it.
    fn take(&mut self, address: &str) -> bool {
        let Self {
            situation,
            others,
            addresses,
        } = self;
        let known = || {
            let contacts = situation.inventory.contacts.values();
            let contacts = contacts.flat_map(BTreeMap::values);
            let made = situation.people.values().chain(others.values());
            let made = made.flat_map(BTreeMap::values);
            let all = contacts.chain(made.map(|identity| &identity.contact));
            let email = |contact: &Contact| {
                let email = contact.email.as_deref()?.trim().to_lowercase();
                Some(fnv1a(email.as_bytes()))
            };
            all.filter_map(email).collect()
        };
        let addresses = addresses.get_or_insert_with(known);
        addresses.insert(fnv1a(address.as_bytes()))
    }
}

/// The contact that a person is, of the org's or of ours.
pub(in crate::planner) fn contact<'a>(
    inventory: &'a Inventory,
    made: &'a People,
    (account, person): (AccountId, Person),
) -> Option<&'a Contact> {
    match person {
        Person::Contact(id) => inventory.contacts.get(&account)?.get(&id),
        Person::Made(account, number) => {
            let identity = made.get(&account)?.get(&number)?;
            Some(&identity.contact)
        }
    }
}

/// One account, and what is needed to make people there.
struct Household<'a> {
    situation: &'a Situation<'a>,
    labels: &'a Labels,
    id: AccountId,
    account: Option<&'a Account>,
    contacts: Vec<&'a Contact>,
    pinned: Option<&'a pins::People>,
    email_domain: EmailDomain,
    /// Where the addresses are, told when one is first needed.
    domain: OnceCell<String>,
    draw: RootDraw,
}

impl<'a> Household<'a> {
    fn of(situation: &'a Situation<'a>, labels: &'a Labels, id: AccountId) -> Self {
        let Situation {
            inventory,
            manifest,
            people,
            seed,
            ..
        } = *situation;
        let account = inventory.accounts.get(&id);
        // An org that is built anew has other ids, and the same people all the same.
        let key = match (&manifest.run.story_key, account) {
            (StoryKey::Id, _) | (_, None) => id.to_string(),
            (StoryKey::Name | StoryKey::Field(_), Some(account)) => account.name.clone(),
        };
        let contacts = inventory.contacts.get(&id).into_iter();
        Self {
            situation,
            labels,
            id,
            account,
            contacts: contacts.flat_map(BTreeMap::values).collect(),
            pinned: people.get(&id),
            email_domain: manifest.contacts.email_domain,
            domain: OnceCell::new(),
            draw: RootDraw::new(seed, &key),
        }
    }

    fn people(mut self, numbers: &[u8], taken: &mut Taken) -> pins::People {
        let mut people = self.pinned.cloned().unwrap_or_default();
        for person in people.values_mut() {
            if person.email_domain != self.email_domain {
                // The manifest wants another one.
                person.email_domain = self.email_domain;
                person.contact.email = Some(self.address(&person.contact, taken));
            }
        }
        for number in numbers {
            if !people.contains_key(number) {
                let person = self.make(*number, &people, taken);
                people.insert(*number, Box::new(person));
            }
        }
        people.retain(|number, _| numbers.contains(number));
        people
    }

    fn make(&mut self, number: u8, people: &pins::People, taken: &mut Taken) -> Identity {
        let draw = self.draw.at(&format!("contact/{number:02}"));
        let country = self.account.and_then(|account| account.country.as_deref());
        let state = self.account.and_then(|account| account.state.as_deref());
        let industry = self.account.and_then(|account| account.industry.as_deref());
        let (title, department) = title(role(number), industry, &draw, TITLE);
        let made = people.values().map(|person| &person.contact);
        let others: Vec<_> = self.contacts.iter().copied().chain(made).collect();
        let mut contact = Contact {
            title: Some(title),
            ..name(names(country), &draw, &others)
        };
        contact.email = Some(self.address(&contact, taken));
        Identity {
            contact,
            department,
            email_domain: self.email_domain,
            country: country.map(CompactString::from),
            state: state.map(CompactString::from),
        }
    }

    /// `first.last@` the account's domain, with a number where somebody has that.
    fn address(&self, contact: &Contact, taken: &mut Taken) -> CompactString {
        let first = contact.first_name.as_deref().unwrap_or_default();
        let [first, last] = [first, &contact.last_name].map(|name| email::plain(name, ""));
        let domain = self.domain.get_or_init(|| self.told_domain());
        let numbered = |number: u32| match number {
            1 => [&first, ".", &last, "@", domain].concat_compact(),
            _ => format_compact!("{first}.{last}{number}@{domain}"),
        };
        let mut addresses = (1..).map(numbered);
        let free = addresses.find(|address| taken.take(address));
        free.expect("there is no end to numbers")
    }

    fn told_domain(&self) -> String {
        let own = match self.email_domain {
            EmailDomain::Reserved => None,
            EmailDomain::Website => domains::own(self.situation, self.labels, self.id),
        };
        own.unwrap_or_else(|| self.labels.reserved(self.situation, self.id))
    }
}

/// A name that nobody of these has; if it can be, with neither part of it.
fn name(names: &Names, draw: &Draw, others: &[&Contact]) -> Contact {
    let Names { first, last } = names;
    let start = (
        draw.below(FIRST, first.len() as u64) as usize,
        draw.below(LAST, last.len() as u64) as usize,
    );
    // Each try takes other names of both lists; all pairs come up in the end.
    let candidate = |number: usize| {
        (
            first[(start.0 + number) % first.len()],
            last[(start.1 + number + number / first.len()) % last.len()],
        )
    };
    let is_like = |(first, last): &(&str, &str), other: &Contact| {
        other.first_name.as_deref() == Some(*first) || other.last_name == *last
    };
    let distinct = (0..TRIES).map(candidate);
    let mut distinct = distinct.filter(|one| !others.iter().any(|other| is_like(one, other)));
    let (first, last) = distinct.next().unwrap_or_else(|| {
        let taken = others.iter().map(|other| other.full_name().to_lowercase());
        let taken: BTreeSet<_> = taken.collect();
        let is_free = |(first, last): &(&str, &str)| {
            !taken.contains(format!("{first} {last}").to_lowercase().as_str())
        };
        let mut all = (0..first.len() * last.len()).map(candidate);
        let free = all.find(is_free);
        free.unwrap_or_else(|| candidate(0))
    });
    Contact {
        first_name: Some(first.into()),
        last_name: last.into(),
        ..Contact::default()
    }
}
