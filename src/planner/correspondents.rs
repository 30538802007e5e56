//! What those who write emails are called, and from where they write.

use super::{Deal, people};
use crate::model::inventory::Contact;
use crate::model::person::{Correspondent, Person};

/// Who it is, as the org knows him.
pub(super) fn name(deal: &Deal, who: Correspondent) -> Option<String> {
    match who {
        Correspondent::Person(person) => Some(contact(deal, person)?.full_name().into()),
        Correspondent::User(id) => {
            let user = deal.planner.situation.inventory.users.get(&id)?;
            Some(user.name.clone())
        }
    }
}

/// His e-mail address, where the org tells it.
pub(super) fn address(deal: &Deal, who: Correspondent) -> Option<String> {
    match who {
        Correspondent::Person(person) => Some(contact(deal, person)?.email.as_ref()?.to_string()),
        Correspondent::User(id) => {
            let user = deal.planner.situation.inventory.users.get(&id)?;
            user.email.clone()
        }
    }
}

fn contact<'a>(deal: &Deal<'a>, person: Person) -> Option<&'a Contact> {
    let account = deal.opportunity.account?;
    let planner = deal.planner;
    people::contact(
        planner.situation.inventory,
        &planner.stories.people,
        (account, person),
    )
}

/// The longest text of addresses that a field of an activity holds.
const LONGEST: usize = 255;

/// Their addresses, as many as there is room for.
pub(super) fn addresses(deal: &Deal, people: &[Correspondent]) -> Option<String> {
    let addresses = people.iter().filter_map(|who| address(deal, *who));
    addresses.reduce(
        |list, address| match list.len() + 2 + address.len() <= LONGEST {
            true => format!("{list}; {address}"),
            false => list,
        },
    )
}
