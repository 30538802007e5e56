//! The cast: which of the account's contacts plays which role in a deal.

use std::collections::BTreeMap;

use crate::draw::RootDraw;
use crate::manifest::Role;
use crate::model::id::ContactId;
use crate::model::inventory::Contact;
use crate::model::person::Person;
use crate::model::pins::Part;

/// Words of a title that speak for a role, the surest first.
const TITLES: &[(Role, &[&str])] = &[
    (
        Role::EconomicBuyer,
        &[
            "cfo",
            "chief financial",
            "ceo",
            "chief executive",
            "president",
            "svp",
            "vp",
            "vice president",
            "chief",
        ],
    ),
    (
        Role::Champion,
        &["director", "head of", "manager", "lead", "vp"],
    ),
    (
        Role::TechnicalEvaluator,
        &[
            "architect",
            "engineer",
            "cto",
            "it ",
            "technology",
            "technical",
            "systems",
            "security",
            "data",
        ],
    ),
    (
        Role::DecisionMaker,
        &["ceo", "president", "coo", "chief", "svp", "vp", "director"],
    ),
    (
        Role::Procurement,
        &["procurement", "purchasing", "sourcing", "buyer", "vendor"],
    ),
    (
        Role::Legal,
        &["legal", "counsel", "contracts", "compliance"],
    ),
    (
        Role::EndUser,
        &[
            "analyst",
            "specialist",
            "coordinator",
            "associate",
            "representative",
            "manager",
        ],
    ),
    (
        Role::ExecutiveSponsor,
        &["chief", "ceo", "coo", "president", "svp", "vp"],
    ),
    (
        Role::Influencer,
        &["director", "manager", "consultant", "analyst"],
    ),
];

/// Fills the roles, in their order, each with another contact. Who is pinned stays, and so does
/// a role for which there was nobody; a part whose contact is gone is cast again, and one whose
/// role the manifest no longer names is dropped.
///
/// A contact is chosen by title and then by its own draw, so that one who joins the account
/// later never changes how the others compare. Parts keep their places, because how often
/// somebody is spoken with depends on them.
pub(super) fn cast(
    roles: &[Role],
    contacts: &BTreeMap<ContactId, Contact>,
    pinned: &[Part],
    draw: &mut RootDraw,
) -> Vec<Part> {
    let is_named = |part: &&Part| roles.iter().any(|role| role.as_str() == part.role);
    let mut parts: Vec<Part> = pinned.iter().filter(is_named).cloned().collect();
    let mut open = Vec::new();
    let is_there = |person| match person {
        Person::Contact(id) => contacts.contains_key(&id),
        Person::Made(..) => true,
    };
    for (place, part) in parts.iter_mut().enumerate() {
        if part.person.is_some_and(|person| !is_there(person)) {
            part.person = None;
            open.push(place);
        }
    }
    for role in roles {
        if !parts.iter().any(|part| part.role == role.as_str()) {
            open.push(parts.len());
            parts.push(Part {
                role: role.as_str().to_owned(),
                person: None,
            });
        }
    }
    if open.is_empty() {
        return parts;
    }
    let titles: Vec<_> = contacts
        .iter()
        .map(|(id, contact)| (*id, title(contact)))
        .collect();
    for place in open {
        let role = roles.iter().find(|role| role.as_str() == parts[place].role);
        let role = *role.expect("other parts were dropped");
        let is_free = |id: &ContactId| {
            parts
                .iter()
                .all(|part| part.person != Some(Person::Contact(*id)))
        };
        let free = titles.iter().filter(|(id, _)| is_free(id));
        let free: Vec<_> = free
            .map(|(id, title)| (unfitness(role, title), *id))
            .collect();
        let fittest = free.iter().map(|(unfitness, _)| *unfitness).min();
        let alike = free
            .iter()
            .filter(|(unfitness, _)| Some(*unfitness) == fittest);
        let alike: Vec<_> = alike.map(|(_, id)| *id).collect();
        let fittest = match alike[..] {
            // Nobody to draw against.
            [one] => Some(one),
            _ => alike
                .into_iter()
                .min_by_key(|id| draw.at(&format!("cast/{role}/{id}")).below(0, u64::MAX)),
        };
        parts[place].person = fittest.map(Person::Contact);
    }
    parts
}

/// The title in lower case. It is padded, so that `it ` also ends a title, and every word of it
/// begins after a space.
fn title(contact: &Contact) -> String {
    let title = contact.title.as_deref().unwrap_or_default();
    format!(" {} ", title.to_lowercase().replace(',', " "))
}

/// 0 for the surest title; the number of words tried for one that says nothing.
fn unfitness(role: Role, title: &str) -> usize {
    let words = TITLES
        .iter()
        .find(|(of, _)| *of == role)
        .map_or(&[][..], |(_, words)| words);
    let begins = |word: &str| {
        let mut found = title.match_indices(word);
        found.any(|(at, _)| title.as_bytes()[at - 1] == b' ')
    };
    let found = words.iter().position(|word| begins(word));
    found.unwrap_or(words.len())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::cast;
    use crate::draw::RootDraw;
    use crate::manifest::Role;
    use crate::model::id::{ContactId, RecordId};
    use crate::model::inventory::Contact;
    use crate::model::person::Person;
    use crate::model::pins::Part;

    const ROLES: [Role; 3] = [
        Role::Champion,
        Role::EconomicBuyer,
        Role::TechnicalEvaluator,
    ];

    fn contacts(titles: &[&str]) -> BTreeMap<ContactId, Contact> {
        let contact = |(number, title): (usize, &&str)| {
            let id = RecordId::parse(&format!("003DG00000000{number:02}")).unwrap();
            let contact = Contact {
                first_name: None,
                last_name: format!("Person {number}"),
                title: Some((*title).to_owned()),
                email: None,
                ..Contact::default()
            };
            (ContactId(id), contact)
        };
        titles.iter().enumerate().map(contact).collect()
    }

    fn contact(part: &Part) -> ContactId {
        match part.person {
            Some(Person::Contact(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    fn titles(people: &BTreeMap<ContactId, Contact>, draw: u64) -> Vec<(String, String)> {
        let parts = cast(&ROLES, people, &[], &mut RootDraw::new(draw, "deal"));
        let title = |part: &Part| people[&contact(part)].title.clone().unwrap();
        parts
            .iter()
            .map(|part| (part.role.clone(), title(part)))
            .collect()
    }

    #[test]
    fn roles_go_to_fitting_titles() {
        let people = contacts(&[
            "Data Engineer",
            "CFO",
            "Office Clerk",
            "Director, Operations",
        ]);
        let expect = [
            ("champion", "Director, Operations"),
            ("economic_buyer", "CFO"),
            ("technical_evaluator", "Data Engineer"),
        ];
        let expect = expect.map(|(role, title)| (role.to_owned(), title.to_owned()));
        assert_eq!(titles(&people, 1), expect);
    }

    #[test]
    fn who_is_cast_stays_cast() {
        let few = contacts(&["Clerk", "Assistant"]);
        let mut draw = RootDraw::new(3, "deal");
        let before = cast(&ROLES, &few, &[], &mut draw);
        assert_eq!(before[2].person, None);
        let more = contacts(&["Clerk", "Assistant", "Director", "CFO"]);
        assert_eq!(cast(&ROLES, &more, &before, &mut draw), before);
    }

    #[test]
    fn a_part_whose_contact_is_gone_is_cast_again() {
        let mut people = contacts(&["Clerk", "CFO", "Director", "Engineer"]);
        let mut draw = RootDraw::new(3, "deal");
        let before = cast(&ROLES, &people, &[], &mut draw);
        people.remove(&contact(&before[1]));
        let after = cast(&ROLES, &people, &before, &mut draw);
        let of = |parts: &[Part], role: &str| parts.iter().find(|p| p.role == role).unwrap().person;
        for role in ["champion", "technical_evaluator"] {
            assert_eq!(of(&after, role), of(&before, role));
        }
        assert!(of(&after, "economic_buyer").is_some_and(
            |person| matches!(person, Person::Contact(id) if people.contains_key(&id))
        ));
    }

    #[test]
    fn an_account_without_contacts_has_no_cast() {
        let parts = cast(&ROLES, &BTreeMap::new(), &[], &mut RootDraw::new(1, "deal"));
        assert!(parts.iter().all(|part| part.person.is_none()));
    }
}
