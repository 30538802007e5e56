//! Texts: recipes, what their hash depends on, and their wording.
//!
//! The wording is offline; texts from a language model are the business of `content`.

pub(crate) mod catalogue;
mod steps;
mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::draw::fnv1a;
use crate::model::day::Day;
use crate::model::id::ContactId;
use crate::model::inventory::{Contact, Inventory, Opportunity};
use crate::model::person::Person;
use crate::model::pins::Pins;
use crate::model::value::Text;

use super::people::People;
use catalogue::{Catalogue, Piece, Placeholder};
pub(super) use steps::{body, subject};

/// Longer names are shortened where they are spoken of. That is the longest that the name of an
/// opportunity can be; an account's can be twice as long, and would fill a subject alone.
const LONGEST_NAME: usize = 120;

/// What the texts of one deal can speak of.
pub(crate) struct Speaker<'a> {
    catalogue: &'a Catalogue,
    /// The account's.
    contacts: Option<&'a BTreeMap<ContactId, Contact>>,
    /// Whom we make.
    made: &'a People,
    name: Cow<'a, str>,
    account: Cow<'a, str>,
    owner: &'a str,
    /// The hashes of the three names above, for the hashes of recipes.
    names: [u64; 3],
}

impl<'a> Speaker<'a> {
    pub(crate) fn new(
        catalogue: &'a Catalogue,
        (inventory, made): (&'a Inventory, &'a People),
        opportunity: &'a Opportunity,
        pins: &Pins,
    ) -> Self {
        let account = opportunity
            .account
            .and_then(|id| inventory.accounts.get(&id));
        // A deal without an account is spoken of by its own name.
        let account = account.map_or(opportunity.name.as_str(), |account| &account.name);
        let [name, account] =
            [&opportunity.name, account].map(|name| shortened(name, LONGEST_NAME));
        let contacts = opportunity
            .account
            .and_then(|id| inventory.contacts.get(&id));
        let owner = inventory
            .users
            .get(&pins.owner)
            .map_or("", |user| &user.name);
        let names = [&name, &account, owner].map(|name| fnv1a(name.as_bytes()));
        Self {
            catalogue,
            contacts,
            made,
            name,
            account,
            owner,
            names,
        }
    }

    /// The hash of everything that the text would be rendered from.
    pub(crate) fn hash(&self, text: &Text) -> u64 {
        let template = self.catalogue.get(text.template);
        let salt = u64::from(text.reply) << 32 | u64::from(text.round);
        let mut hash = template.hash ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for piece in &template.pieces {
            let Piece::Of(placeholder) = piece else {
                continue;
            };
            let part = match placeholder {
                Placeholder::Opportunity => self.names[0],
                Placeholder::Account => self.names[1],
                Placeholder::Owner => self.names[2],
                Placeholder::Person => self.person_hash(text.person),
                Placeholder::PersonFirst => self.first_name_hash(text.person),
                Placeholder::Day => text.day.map_or(0, |day| day.number() as u64),
            };
            hash = (hash.rotate_left(5) ^ part).wrapping_mul(0x0100_0000_01b3);
        }
        hash
    }

    /// The text as a person reads it, with at most so many characters.
    pub(crate) fn render(&self, text: &Text, most: usize) -> String {
        let mut rendered = String::new();
        for piece in &self.catalogue.get(text.template).pieces {
            match piece {
                Piece::Verbatim(verbatim) => rendered.push_str(verbatim),
                Piece::Of(placeholder) => {
                    let value = self.value(*placeholder, text);
                    let starts =
                        rendered.is_empty() || rendered.ends_with(". ") || rendered.ends_with('\n');
                    let unnamed = starts && text.person.is_none();
                    rendered.push_str(&if unnamed { capitalised(&value) } else { value });
                }
            }
        }
        let before = if text.reply { "Re: " } else { "" };
        let after = match text.round {
            0 => String::new(),
            round => format!(" ({})", u32::from(round) + 1),
        };
        if before.is_empty() && after.is_empty() && rendered.len() <= most {
            return rendered;
        }
        let room = most.saturating_sub(before.len() + after.len());
        format!("{before}{}{after}", shortened(&rendered, room))
    }

    fn value(&self, placeholder: Placeholder, text: &Text) -> String {
        match placeholder {
            Placeholder::Opportunity => self.name.to_string(),
            Placeholder::Account => self.account.to_string(),
            Placeholder::Owner => self.owner.to_owned(),
            Placeholder::Person => self.person(text.person).0,
            Placeholder::PersonFirst => self.person(text.person).1,
            Placeholder::Day => text.day.map(spoken).unwrap_or_default(),
        }
    }

    /// Full name and form of address; the account's team where nobody is known.
    fn person(&self, person: Option<Person>) -> (String, String) {
        match person.and_then(|id| self.contact(id)) {
            Some(contact) => (contact.full_name(), first_name(contact).to_owned()),
            None => (
                format!("the team at {}", self.account),
                "everyone".to_owned(),
            ),
        }
    }

    fn person_hash(&self, person: Option<Person>) -> u64 {
        let Some(contact) = person.and_then(|id| self.contact(id)) else {
            return self.names[1];
        };
        let first = contact.first_name.as_deref().unwrap_or_default();
        fnv1a(first.as_bytes()) ^ fnv1a(contact.last_name.as_bytes()).rotate_left(32)
    }

    fn first_name_hash(&self, person: Option<Person>) -> u64 {
        let contact = person.and_then(|id| self.contact(id));
        contact.map_or(0, |contact| fnv1a(first_name(contact).as_bytes()))
    }

    /// The contact that a person is.
    pub(crate) fn contact(&self, person: Person) -> Option<&'a Contact> {
        match person {
            Person::Contact(id) => self.contacts?.get(&id),
            Person::Made(account, number) => {
                let identity = self.made.get(&account)?.get(&number)?;
                Some(&identity.contact)
            }
        }
    }
}

/// How somebody is addressed.
fn first_name(contact: &Contact) -> &str {
    contact.first_name.as_ref().unwrap_or(&contact.last_name)
}

/// At most so many characters; what is cut off shows.
fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.chars().count() <= most {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// `12 November`.
pub(crate) fn spoken(day: Day) -> String {
    let date = day.date();
    let months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    format!("{} {}", date.day(), months[date.month() as usize - 1])
}

/// `The team` for `the team`: a sentence may begin with people whose names are not known.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::spoken;
    use crate::model::day::Day;

    #[test]
    fn days_are_spoken_as_people_do() {
        let day = Day::from_date(jiff::civil::date(2026, 11, 3));
        assert_eq!(spoken(day), "3 November");
    }
}
