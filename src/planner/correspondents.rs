//! What those who write emails are called, and from where they write.

use super::Deal;
use crate::model::person::Correspondent;

/// Who it is, as the org knows him.
pub(super) fn name(deal: &Deal, who: Correspondent) -> Option<String> {
    match who {
        Correspondent::Person(person) => {
            let contact = deal.speaker.contact(person)?;
            Some(contact.full_name())
        }
        Correspondent::User(id) => {
            let user = deal.planner.situation.inventory.users.get(&id)?;
            Some(user.name.clone())
        }
    }
}

/// His e-mail address, where the org tells it.
pub(super) fn address(deal: &Deal, who: Correspondent) -> Option<String> {
    match who {
        Correspondent::Person(person) => deal.speaker.contact(person)?.email.clone(),
        Correspondent::User(id) => {
            let user = deal.planner.situation.inventory.users.get(&id)?;
            user.email.clone()
        }
    }
}
