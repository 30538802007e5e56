//! What a plan knows of the customer's people, and what it says of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::Role;
use crate::model::id::{AccountId, RootId};
use crate::model::inventory::Inventory;
use crate::planner::Planner;

/// Whom the stories take part with, and what is missing to tell them well.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    /// The parts that are played, with what the org calls each; nothing where it has no name.
    pub(crate) roles: BTreeMap<Role, Option<String>>,
    /// Accounts whose people are taken to be where the owner is, as no country is known.
    pub(crate) placeless: BTreeSet<AccountId>,
    /// Accounts whose people were to have addresses of its own domain, and it has none.
    pub(crate) domainless: BTreeSet<AccountId>,
}

impl Customers {
    pub(super) fn of(planner: Option<&Planner>) -> Self {
        planner.map_or_else(Self::default, |planner| Self {
            roles: planner.roles_called(),
            placeless: planner.stories.calendars.placeless.clone(),
            domainless: planner.domainless(),
        })
    }
}

/// So many names a notice has.
const MOST_NAMED: usize = 3;

/// What is missing on the customer's side, and what becomes of it.
pub(super) fn notices(inventory: &Inventory, planner: &Planner) -> Vec<String> {
    let told: Vec<_> = planner.stories.pins.keys().copied().collect();
    let Customers {
        roles,
        placeless,
        domainless,
    } = Customers::of(Some(planner));
    let accounts = |ids: &BTreeSet<AccountId>| {
        let name = |id| inventory.accounts.get(id).map(|account| &*account.name);
        named(&ids.iter().filter_map(name).collect::<Vec<_>>(), "account")
    };
    let mut notices = Vec::new();
    notices.extend(without_account(inventory, &told).map(|deals| {
        format!("without an account nobody takes part in a deal, and People.ai ignores activities without people: {deals}")
    }));
    notices.extend(accounts(&placeless).map(|names| {
        format!("accounts without a country that we know, whose people count as being where the owner is: {names}")
    }));
    notices.extend(accounts(&domainless).map(|names| {
        format!("`contacts.email_domain: website`, but no website: who is made there has an address that nobody can have (`accounts: {{website: fill}}` lends one): {names}")
    }));
    let nameless = roles.iter().filter(|(_, name)| name.is_none());
    let nameless: Vec<_> = nameless.map(|(role, _)| role.as_str()).collect();
    notices.extend(named(&nameless, "role").map(|names| {
        format!("this org's picklist of contact roles has no name for these, so their Role stays empty: {names}")
    }));
    notices
}

/// Which deals are told from a day on which they had not been created: in a fresh org all are young.
pub(super) fn predating(inventory: &Inventory, planner: &Planner) -> Option<String> {
    let predating = &planner.stories.predating;
    let deals = predating
        .iter()
        .filter_map(|deal| inventory.opportunities.get(deal));
    let names = named(&deals.map(|deal| &*deal.name).collect::<Vec<_>>(), "deal")?;
    Some(match predating.len() {
        1 => format!("1 deal is so young that activities may lie before it was created: {names}"),
        more => format!(
            "{more} deals are so young that activities may lie before they were created: {names}"
        ),
    })
}

fn without_account(inventory: &Inventory, told: &[RootId]) -> Option<String> {
    let deals = told
        .iter()
        .filter_map(|deal| inventory.opportunities.get(deal));
    let without = deals.filter(|deal| deal.account.is_none());
    named(&without.map(|deal| &*deal.name).collect::<Vec<_>>(), "deal")
}

/// The first few names, and how many more there are.
fn named(names: &[&str], one: &str) -> Option<String> {
    let shown = names.iter().take(MOST_NAMED).copied().collect::<Vec<_>>();
    let shown = shown.join(", ");
    match names.len().saturating_sub(MOST_NAMED) {
        _ if names.is_empty() => None,
        0 => Some(shown),
        1 => Some(format!("{shown} and 1 more {one}")),
        more => Some(format!("{shown} and {more} more {one}s")),
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_few_are_named_and_the_others_counted() {
        let check = |names: &[&str], expect| {
            assert_eq!(named(names, "deal").as_deref(), expect, "{names:?}");
        };
        check(&[], None);
        check(&["a", "b", "c"], Some("a, b, c"));
        check(&["a", "b", "c", "d"], Some("a, b, c and 1 more deal"));
        check(&["a", "b", "c", "d", "e"], Some("a, b, c and 2 more deals"));
    }
}
