//! The mail domains of accounts: where the addresses are of people whom we make there.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::Situation;
use crate::draw::fnv1a;
use crate::model::email;
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::Inventory;
use crate::model::person::EmailDomain;

/// What stands for each account in a domain that nobody can have, such as `acme` in `acme.example`;
/// no two accounts have the same.
#[derive(Debug, Default)]
pub(in crate::planner) struct Labels {
    /// The accounts in the order of their oldest deals, so that one with a new deal takes nothing
    /// from the others.
    pub(super) order: Vec<AccountId>,
    /// Told when one is first needed.
    by_account: OnceCell<BTreeMap<AccountId, String>>,
}

impl Labels {
    /// Of the accounts of these deals, which come in the order of their creation.
    pub(in crate::planner) fn of(inventory: &Inventory, deals: &[RootId]) -> Self {
        let mut known = BTreeSet::new();
        let accounts = deals
            .iter()
            .filter_map(|deal| inventory.opportunities[deal].account);
        Self {
            order: accounts.filter(|account| known.insert(*account)).collect(),
            by_account: OnceCell::new(),
        }
    }

    pub(in crate::planner) fn of_account(&self, situation: &Situation, id: AccountId) -> String {
        let all = self.by_account.get_or_init(|| told(situation, &self.order));
        all.get(&id).cloned().unwrap_or_else(|| numbered(id))
    }

    /// A domain that nobody can have, and no other account.
    pub(super) fn reserved(&self, situation: &Situation, id: AccountId) -> String {
        format!("{}{RESERVED}", self.of_account(situation, id))
    }
}

/// Gives each account the best label that none before it has, and nobody whom we made elsewhere.
fn told(situation: &Situation, order: &[AccountId]) -> BTreeMap<AccountId, String> {
    let mut taken: BTreeMap<String, AccountId> = BTreeMap::new();
    for (id, label) in pinned(situation) {
        taken.entry(label).or_insert(id);
    }
    let kept = taken.iter().map(|(label, id)| (*id, label.clone()));
    let kept: BTreeMap<_, _> = kept.collect();
    let mut labels = BTreeMap::new();
    for id in order {
        let account = situation.inventory.accounts.get(id);
        let name = account.map_or("", |account| &account.name);
        let mut own = kept
            .get(id)
            .cloned()
            .into_iter()
            .chain(candidates(*id, name));
        let is_free = |label: &String| taken.get(label).is_none_or(|other| other == id);
        let label = own.find(is_free).unwrap_or_else(|| numbered(*id));
        taken.insert(label.clone(), *id);
        labels.insert(*id, label);
    }
    labels
}

const RESERVED: &str = ".example";

/// The labels that people of ours already have in their addresses.
fn pinned<'a>(situation: &Situation<'a>) -> impl Iterator<Item = (AccountId, String)> + use<'a> {
    let all = situation.people.iter();
    all.flat_map(|(id, people)| {
        let reserved = people
            .values()
            .filter(|one| one.email_domain == EmailDomain::Reserved);
        reserved.filter_map(|one| {
            let (_, domain) = one.contact.email.as_deref()?.rsplit_once('@')?;
            Some((*id, domain.strip_suffix(RESERVED)?.to_owned()))
        })
    })
}

/// From the account's name alone: without its legal form, with it, and told from a namesake.
fn candidates(id: AccountId, name: &str) -> impl Iterator<Item = String> {
    let name = email::plain(name, "-");
    let words: Vec<_> = name.split('-').filter(|word| !word.is_empty()).collect();
    let short = words.iter().filter(|word| !FORMS.contains(word)).copied();
    let [short, whole] = [short.collect(), words.clone()].map(label);
    // Most names are the only ones of their kind.
    let namesake = short.clone();
    let told_apart = std::iter::once_with(move || {
        let number = fnv1a(id.0.as_bytes()) & 0xffff;
        Some(format!("{}-{number:04x}", namesake?))
    });
    [short, whole].into_iter().chain(told_apart).flatten()
}

/// What stands for an account whose name says nothing, or nothing of its own.
fn numbered(id: AccountId) -> String {
    format!("account-{}", id.to_string().to_lowercase())
}

/// The words in one label. One of a domain has 63 characters at most.
fn label(mut words: Vec<&str>) -> Option<String> {
    const LONGEST: usize = 55;
    while words.iter().map(|word| word.len() + 1).sum::<usize>() > LONGEST && words.len() > 1 {
        words.pop();
    }
    let label = words.join("-");
    (!label.is_empty() && label.len() <= LONGEST).then_some(label)
}

/// Legal forms, which are no part of a company's domain.
const FORMS: &[&str] = &[
    "inc",
    "corp",
    "corporation",
    "ltd",
    "limited",
    "llc",
    "plc",
    "gmbh",
    "ag",
    "kg",
    "sa",
    "sas",
    "bv",
    "ab",
    "oy",
    "spa",
    "srl",
    "co",
    "company",
    "pty",
    "pvt",
    "kk",
];

/// The account's own domain: that of its website, held or lent. Colleagues have one domain, so where
/// all contacts use another one, it is theirs.
pub(in crate::planner) fn own(
    situation: &Situation,
    labels: &Labels,
    id: AccountId,
) -> Option<String> {
    let account = situation.inventory.accounts.get(&id);
    let held = account.and_then(|account| email::domain_of_website(account.website.as_deref()?));
    let lent = situation.manifest.accounts.website.as_ref();
    let lent = || email::domain_of_website(&lent?.of(&labels.of_account(situation, id)));
    let used = used(situation.inventory, id);
    match (held.or_else(lent), most(&used)) {
        (Some(website), _) if used.keys().any(|used| email::is_within(used, &website)) => {
            Some(website)
        }
        (_, Some(used)) => Some(used.to_owned()),
        (website, None) => website,
    }
}

/// The domains of the contacts' addresses, and how many have each.
fn used(inventory: &Inventory, id: AccountId) -> BTreeMap<String, usize> {
    let contacts = inventory
        .contacts
        .get(&id)
        .into_iter()
        .flat_map(BTreeMap::values);
    let domains = contacts.filter_map(|contact| {
        let (_, domain) = contact.email.as_deref()?.rsplit_once('@')?;
        Some(domain.trim().to_lowercase())
    });
    let mut used = BTreeMap::new();
    for domain in domains.filter(|domain| !PUBLIC.contains(&&**domain)) {
        *used.entry(domain).or_default() += 1;
    }
    used
}

fn most(used: &BTreeMap<String, usize>) -> Option<&str> {
    let most = used.iter().rev().max_by_key(|(_, count)| **count);
    most.map(|(domain, _)| domain.as_str())
}

/// Where people of any company have addresses.
const PUBLIC: &[&str] = &[
    "aol.com",
    "gmail.com",
    "gmx.de",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "web.de",
    "yahoo.com",
];

/// The accounts whose people were to have addresses of its own domain, and it has none.
pub(in crate::planner) fn domainless(
    situation: &Situation,
    labels: &Labels,
    accounts: impl Iterator<Item = AccountId>,
) -> BTreeSet<AccountId> {
    let is_wanted = situation.manifest.contacts.email_domain == EmailDomain::Website;
    let without = accounts.filter(|id| is_wanted && own(situation, labels, *id).is_none());
    without.collect()
}
