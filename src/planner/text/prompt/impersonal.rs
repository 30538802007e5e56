//! Takes out of a text what people may have put into a name: people, addresses, numbers, amounts.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::super::super::Deal;
use crate::model::inventory::Contact;

/// Stands where something was taken out.
const REMOVED: &str = "(…)";

/// The text without what may be personal.
pub(super) fn impersonal(deal: &Deal, text: &str) -> String {
    let inventory = deal.planner.situation.inventory;
    let contacts = deal.opportunity.account;
    let contacts = contacts.and_then(|account| inventory.contacts.get(&account));
    let contacts = contacts.into_iter().flat_map(BTreeMap::values);
    // A part of a contact's name tells who it is, at this account; of a colleague's it may be any
    // word.
    let holders = [
        deal.pins.owner,
        deal.pins.next_owner,
        deal.opportunity.owner,
    ];
    let holders = holders
        .iter()
        .filter_map(|owner| inventory.users.get(owner));
    let holders = holders.map(|user| user.name.as_str().into());
    let names: Vec<CompactString> = contacts.flat_map(names).chain(holders).collect();
    without(text, &names)
}

fn without(text: &str, names: &[CompactString]) -> String {
    // An empty name would be found everywhere, and without end.
    let unnamed = names
        .iter()
        .filter(|name| !name.is_empty())
        .fold(text.to_owned(), |text, name| without_name(&text, name));
    let words = unnamed.split(' ').map(|word| match is_telling(word) {
        true => REMOVED,
        false => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whole names only: a Vest is no part of an investment.
fn without_name(text: &str, name: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let begins = !before.ends_with(char::is_alphanumeric);
        let ends = !after.starts_with(char::is_alphanumeric);
        kept.push_str(before);
        kept.push_str(if begins && ends { REMOVED } else { name });
        rest = after;
    }
    kept + rest
}

/// The whole name, and its parts where they are long enough to be nobody's initials.
fn names(contact: &Contact) -> impl Iterator<Item = CompactString> {
    let parts = contact.first_name.iter().chain([&contact.last_name]);
    [contact.full_name()]
        .into_iter()
        .chain(parts.cloned())
        .filter(|name| name.chars().count() > 3)
}

/// An e-mail address, an amount of money, or the greater part of a telephone number.
fn is_telling(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_amount = word.contains(['$', '€', '£', '¥']) && digits > 0;
    word.contains('@') || is_amount || digits >= 5
}

#[cfg(test)]
mod tests {
    use super::without;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let names = ["Dana Vest", "Dana", "Vest", ""].map(Into::into);
        assert_eq!(without(text, &names), expect);
    }

    #[test]
    fn names_keep_what_they_say_of_the_deal() {
        check("Acme - 500 Widgets", "Acme - 500 Widgets");
        check("Investment platform 2027", "Investment platform 2027");
    }

    #[test]
    fn names_lose_what_they_say_of_people() {
        check("Acme (Dana Vest)", "Acme ((…))");
        check("Vest/Dana: renewal", "(…)/(…): renewal");
        check("Renewal dana@acme.com", "Renewal (…)");
        check("Renewal $50k, €1.2m", "Renewal (…) (…)");
        check("Call +1 415-555-0100", "Call +1 (…)");
    }
}
