//! What accounts lend: a website where they have none, and a parent where the manifest names one.

use std::collections::{BTreeMap, BTreeSet};

use super::super::accounts::known;
use super::super::people::Labels;
use super::super::{Situation, field};
use crate::manifest::Misfit;
use crate::model::id::{AccountId, RootId};
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
            let website = website.of(&labels.of_account(id));
            let website = field("Website", Value::Word(website.into()));
            lent.entry(id).or_default().push(website);
        }
        let named = [account.name.as_str(), id.0.as_str()];
        let parent = named.iter().find_map(|name| manifest.parents.get(*name));
        if let Some(parent) = parent.and_then(|parent| known(situation, parent)) {
            lent.entry(id).or_default().push(field("ParentId", parent));
        }
    }
    lent
}

/// The accounts that the manifest names and nobody knows.
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
    parents.filter_map(misfit).chain(lost).collect()
}

fn unknown(name: &str) -> String {
    format!("no account of a covered opportunity is called {name:?}")
}
