//! What accounts lend: a website where they have none, and a parent where the manifest names one.

use std::collections::{BTreeMap, BTreeSet};

use super::super::accounts::{known, path};
use super::super::people::Labels;
use super::super::{Situation, field};
use crate::manifest::Misfit;
use crate::model::address::Address;
use crate::model::id::{AccountId, RootId};
use crate::model::loan;
use crate::model::value::{FieldName, Value};

/// The fields that accounts lend.
pub(crate) type Accounts = BTreeMap<AccountId, Vec<(FieldName, Value)>>;

/// The loans of the accounts of these deals.
pub(in crate::planner) fn accounts<'a>(
    situation: &Situation,
    labels: &Labels,
    deals: impl Iterator<Item = &'a RootId>,
) -> Accounts {
    let manifest = &situation.manifest.accounts;
    if manifest.website.is_none() && manifest.parents.is_empty() {
        return Accounts::new();
    }
    let inventory = situation.inventory;
    let deals = deals.filter_map(|deal| inventory.opportunities.get(deal));
    let covered: BTreeSet<AccountId> = deals.filter_map(|deal| deal.account).collect();
    let mut lent = Accounts::new();
    for id in covered {
        let Some(account) = inventory.accounts.get(&id) else {
            continue;
        };
        let has_none = account
            .website
            .as_deref()
            .is_none_or(|url| url.trim().is_empty());
        if let Some(website) = manifest.website.as_ref().filter(|_| has_none) {
            let website = website.of(&labels.of_account(situation, id));
            let website = field("Website", Value::Word(website.into()));
            lent.entry(id).or_default().push(website);
        }
        let (_, parent) = named(situation, id).unzip();
        if let Some(parent) = parent.and_then(|parent| known(situation, parent)) {
            lent.entry(id).or_default().push(field("ParentId", parent));
        }
    }
    lent
}

/// The line of the manifest that gives the account a parent.
fn named<'a>(situation: &Situation<'a>, id: AccountId) -> Option<(&'a String, &'a String)> {
    let account = situation.inventory.accounts.get(&id)?;
    let parents = &situation.manifest.accounts.parents;
    let names = [account.name.as_str(), id.0.as_str()];
    names.iter().find_map(|name| parents.get_key_value(*name))
}

/// The accounts that the manifest names and nobody knows, and those that would belong to themselves.
pub(in crate::planner) fn misfits(situation: &Situation) -> Vec<Misfit> {
    let parents = situation.manifest.accounts.parents.iter();
    let misfit = |(child, parent): (&String, &String)| {
        let ids = [child, parent].map(|name| known(situation, name));
        let (message, hint) = match ids {
            [None, _] => (unknown(child), "name an account of a covered opportunity"),
            [_, None] => (
                unknown(parent),
                "name an account of a covered opportunity, or write its id",
            ),
            [Some(child), Some(parent)] if child == parent => (
                "an account cannot belong to itself".to_owned(),
                "name another parent",
            ),
            _ => return None,
        };
        Some(Misfit {
            path: format!("accounts.parents.{child}"),
            message,
            hint: hint.to_owned(),
        })
    };
    let create = situation.manifest.accounts.create.iter();
    let lost = create.filter_map(|(key, new)| {
        let parent = new.parent.as_deref()?;
        known(situation, parent).is_none().then(|| Misfit {
            path: format!("accounts.create.{key}.parent"),
            message: unknown(parent),
            hint: "name a key of `accounts.create`, an account of a covered opportunity, or an id"
                .to_owned(),
        })
    });
    let circles = circles(situation);
    parents
        .filter_map(misfit)
        .chain(lost)
        .chain(circles)
        .collect()
}

/// The lines of the manifest that lead an account back to itself, over what the org and other lines
/// have for parents. A circle must pass through one of them.
fn circles(situation: &Situation) -> impl Iterator<Item = Misfit> {
    let returns = |start: Value| {
        let above = |account: &Value| parent_of(situation, account);
        // An account that is its own parent is told of already.
        let first = above(&start).filter(|parent| *parent != start);
        // Another circle above this account is told at its own lines.
        let most = situation.inventory.accounts.len() + situation.manifest.accounts.create.len();
        let mut reached = std::iter::successors(first, above).take(most);
        reached.any(|account| account == start)
    };
    let accounts = situation.inventory.accounts.keys();
    accounts.filter_map(move |id| {
        let (child, _) = named(situation, *id)?;
        returns(Value::Id(id.0)).then(|| Misfit {
            path: format!("accounts.parents.{child}"),
            message: format!("{child:?} would belong to itself, in the end"),
            hint: "name another parent, or give one above it another".to_owned(),
        })
    })
}

/// What an account belongs to once the plan is carried out.
fn parent_of(situation: &Situation, account: &Value) -> Option<Value> {
    match account {
        Value::Id(id) => {
            let id = AccountId(*id);
            match named(situation, id) {
                Some((_, parent)) => known(situation, parent),
                None => Some(Value::Id(situation.inventory.accounts.get(&id)?.parent?.0)),
            }
        }
        Value::Ref(made) => {
            let create = &situation.manifest.accounts.create;
            let (_, new) = create.iter().find(|(key, _)| path(key) == made.path)?;
            known(situation, new.parent.as_deref()?)
        }
        _ => None,
    }
}

/// Where the account is that another belongs to once the plan is carried out.
pub(in crate::planner) fn above(situation: &Situation, account: &Address) -> Option<Address> {
    let account = match account.root.account() {
        Some(id) => Value::Id(id.0),
        None => Value::Ref(account.clone()),
    };
    match parent_of(situation, &account)? {
        Value::Id(id) => Some(loan::of_account(AccountId(id))),
        Value::Ref(made) => Some(made),
        _ => None,
    }
}

fn unknown(name: &str) -> String {
    format!("no account of a covered opportunity is called {name:?}")
}
