//! What a plan knows of the customer's people, and what it says of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::listing::some_of;
use crate::manifest::Role;
use crate::model::id::AccountId;
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

/// What is missing on the customer's side, and what becomes of it.
pub(super) fn notices(inventory: &Inventory, planner: &Planner) -> Vec<String> {
    let told = planner.stories.pins.keys();
    let told = told.filter_map(|deal| inventory.opportunities.get(deal));
    let orphans = told.filter(|deal| deal.account.is_none());
    let orphans: Vec<_> = orphans.map(|deal| &*deal.name).collect();
    let Customers {
        roles,
        placeless,
        domainless,
    } = Customers::of(Some(planner));
    let accounts = |ids: &BTreeSet<AccountId>| {
        let accounts = ids.iter().filter_map(|id| inventory.accounts.get(id));
        accounts.map(|account| &*account.name).collect::<Vec<_>>()
    };
    let nameless = roles.iter().filter(|(_, name)| name.is_none());
    let nameless: Vec<_> = nameless.map(|(role, _)| role.as_str()).collect();
    let notices = [
        (
            "without an account nobody takes part in a deal, and People.ai ignores activities without people",
            orphans,
        ),
        (
            "accounts without a country that we know, whose people count as being where the owner is",
            accounts(&placeless),
        ),
        (
            "`contacts.email_domain: website`, but no website: who is made there has an address that nobody can have (`accounts: {website: fill}` lends one)",
            accounts(&domainless),
        ),
        (
            "this org's picklist of contact roles has no name for these, so their Role stays empty",
            nameless,
        ),
    ];
    let notices = notices.iter().filter(|(_, names)| !names.is_empty());
    notices
        .map(|(notice, names)| format!("{notice}: {}", some_of(names)))
        .collect()
}
