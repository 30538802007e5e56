//! The cast: who of the account plays which role in a deal.

use super::committee::{self, EXECUTIVE_ROLES};
use super::titles::{Title, is_executive};
use crate::draw::RootDraw;
use crate::manifest::Role;
use crate::model::id::{AccountId, ContactId, RootId};
use crate::model::inventory::{Contact, Inventory};
use crate::model::person::Person;
use crate::model::pins::Part;

/// What the parts of a deal are filled from.
pub(in crate::planner) struct Casting<'a> {
    pub(in crate::planner) roles: &'a [Role],
    pub(in crate::planner) account: Option<AccountId>,
    pub(in crate::planner) inventory: &'a Inventory,
    pub(in crate::planner) root: RootId,
    /// Whether people may be made.
    pub(in crate::planner) generate: bool,
    /// Whether the deal is told without executives: they play only what is theirs, and who sells
    /// for us is found before anybody else.
    pub(in crate::planner) spares_executives: bool,
}

/// Fills the roles, in their order, each with another person. Who is pinned stays. A part whose
/// contact is gone is cast again; one for which there was nobody only where people may be made;
/// one whose role is wanted no more is dropped.
///
/// A contact is chosen by title and then by its own draw, so that one who joins the account
/// later never changes how the others compare. Whose title speaks for another role is asked only
/// where nobody may be made. Parts keep their places, because how often somebody is spoken with
/// depends on them.
pub(in crate::planner) fn cast(
    casting: &Casting,
    pinned: &[Part],
    draw: &mut RootDraw,
) -> Vec<Part> {
    let makes_people = casting.makes_people();
    let (mut parts, mut open) = kept(casting, pinned, makes_people);
    if open.is_empty() {
        return parts;
    }
    if casting.spares_executives {
        open.sort_by_key(|role| *role != Role::Champion);
    }
    let contacts = casting.contacts();
    let titles = contacts.map(|(id, contact)| (*id, Title::of(contact.title.as_deref())));
    let mut candidates = Candidates {
        titles: titles.collect(),
        makes_people,
        committee: None,
    };
    for role in &open {
        let person = fittest(casting, (*role, &parts), &mut candidates, draw);
        let part = parts.iter_mut().find(|part| part.role == role.as_str());
        let part = part.expect("a part for every open role");
        part.person = person;
        part.related = person.is_some_and(|person| casting.is_related(person));
    }
    parts
}

/// Who may play a part.
struct Candidates {
    titles: Vec<(ContactId, Title)>,
    makes_people: bool,
    /// The number of the committee of those who are made, drawn when one is first needed.
    committee: Option<u8>,
}

/// The parts that stay, with new ones for new roles; and the roles that somebody is to be found
/// for.
fn kept(casting: &Casting, pinned: &[Part], makes_people: bool) -> (Vec<Part>, Vec<Role>) {
    let is_named = |part: &&Part| casting.roles.iter().any(|role| role.as_str() == part.role);
    let mut parts = Vec::with_capacity(casting.roles.len());
    parts.extend(pinned.iter().filter(is_named).cloned());
    let mut open = Vec::new();
    for role in casting.roles {
        let part = parts.iter_mut().find(|part| part.role == role.as_str());
        let Some(part) = part else {
            parts.push(Part {
                role: role.as_str().into(),
                person: None,
                related: false,
            });
            open.push(*role);
            continue;
        };
        let is_played = match part.person {
            Some(person) => casting.is_there(person, makes_people),
            None => !makes_people,
        };
        match part.person.filter(|_| is_played) {
            // Somebody else's contact role that is gone leaves room for one of ours.
            Some(person) => part.related &= casting.is_related(person),
            None => part.person = None,
        }
        if !is_played {
            open.push(*role);
        }
    }
    (parts, open)
}

/// Who plays the role best, of those who play no other.
fn fittest(
    casting: &Casting,
    (role, parts): (Role, &[Part]),
    candidates: &mut Candidates,
    draw: &mut RootDraw,
) -> Option<Person> {
    let Candidates {
        titles,
        makes_people,
        committee,
    } = candidates;
    let is_free = |id: ContactId| {
        let person = Some(Person::Contact(id));
        parts.iter().all(|part| part.person != person)
    };
    let unfitness = |title: &Title| match title.fitness(role) {
        Some(place) => Some(place),
        None if title.says_nothing() => Some(usize::MAX - 1),
        None if *makes_people => None,
        None => Some(usize::MAX),
    };
    let free = titles.iter().filter(|(id, _)| is_free(*id));
    let free = free.filter(|(id, _)| casting.may_play(role, *id));
    let free = free.filter_map(|(id, title)| Some((unfitness(title)?, *id)));
    let free: Vec<_> = free.collect();
    let least = free.iter().map(|(unfitness, _)| *unfitness).min();
    let alike = free
        .iter()
        .filter(|(unfitness, _)| Some(*unfitness) == least);
    let alike: Vec<_> = alike.map(|(_, id)| *id).collect();
    let contact = match alike[..] {
        // Nobody to draw against.
        [one] => Some(one),
        _ => alike
            .into_iter()
            .min_by_key(|id| draw.at(&format!("cast/{role}/{id}")).below(0, u64::MAX)),
    };
    let made = || {
        let account = casting.account.filter(|_| *makes_people)?;
        let committee = committee.get_or_insert_with(|| committee::committee(draw));
        Some(Person::Made(account, committee::number(role, *committee)))
    };
    contact.map(Person::Contact).or_else(made)
}

impl Casting<'_> {
    /// Whether whoever is missing is made. A deal without an account has nobody, and a customer
    /// who is a person has no colleagues.
    fn makes_people(&self) -> bool {
        let accounts = &self.inventory.accounts;
        let is_person = |id| accounts.get(&id).is_some_and(|account| account.person);
        self.generate && self.account.is_some_and(|id| !is_person(id))
    }

    fn contacts(&self) -> impl Iterator<Item = (&ContactId, &Contact)> {
        let of_account = self.account.and_then(|id| self.inventory.contacts.get(&id));
        of_account.into_iter().flatten()
    }

    fn may_play(&self, role: Role, id: ContactId) -> bool {
        if !self.spares_executives || EXECUTIVE_ROLES.contains(&role.as_str()) {
            return true;
        }
        let mut contacts = self.contacts();
        !contacts.any(|(other, who)| *other == id && is_executive(who))
    }

    fn is_there(&self, person: Person, makes_people: bool) -> bool {
        match person {
            Person::Contact(id) => {
                let of_account = self.account.and_then(|id| self.inventory.contacts.get(&id));
                of_account.is_some_and(|contacts| contacts.contains_key(&id))
            }
            Person::Made(account, _) => makes_people && self.account == Some(account),
        }
    }

    /// Whether the deal has a contact role for the person without us.
    fn is_related(&self, person: Person) -> bool {
        let roles = self.inventory.contact_roles.get(&self.root);
        roles.is_some_and(|roles| {
            let mut people = roles.iter().map(|role| Person::Contact(role.contact));
            people.any(|other| other == person)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Casting, cast};
    use crate::draw::RootDraw;
    use crate::manifest::Role;
    use crate::model::id::{AccountId, ContactId, RecordId, RootId};
    use crate::model::inventory::{Contact, ContactRole, Inventory};
    use crate::model::person::Person;
    use crate::model::pins::Part;

    const ROLES: [Role; 3] = [
        Role::Champion,
        Role::EconomicBuyer,
        Role::TechnicalEvaluator,
    ];

    fn account() -> AccountId {
        AccountId(RecordId::parse("001DG0000000001").unwrap())
    }

    fn root() -> RootId {
        RootId(RecordId::parse("006DG0000000001").unwrap())
    }

    fn contact_id(number: usize) -> ContactId {
        ContactId(RecordId::parse(&format!("003DG00000000{number:02}")).unwrap())
    }

    fn contacts(titles: &[&str]) -> Inventory {
        let contact = |(number, title): (usize, &&str)| {
            let contact = Contact {
                last_name: format!("Person {number}").into(),
                title: Some((*title).into()),
                ..Contact::default()
            };
            (contact_id(number), contact)
        };
        let contacts = titles.iter().enumerate().map(contact).collect();
        Inventory {
            contacts: BTreeMap::from([(account(), contacts)]),
            ..Inventory::default()
        }
    }

    fn told(inventory: &Inventory, generate: bool, pinned: &[Part]) -> Vec<Part> {
        let casting = Casting {
            roles: &ROLES,
            account: Some(account()),
            inventory,
            root: root(),
            generate,
            spares_executives: false,
        };
        cast(&casting, pinned, &mut RootDraw::new(3, "deal"))
    }

    /// By the titles of the account's contacts, who plays each role: the number of a contact, or
    /// of somebody who is made.
    fn check(titles: &[&str], generate: bool, expect: [&str; 3]) {
        let parts = told(&contacts(titles), generate, &[]);
        let name = |part: &Part| match part.person {
            None => "nobody".to_owned(),
            Some(Person::Made(_, number)) => format!("made {}", number % 10),
            Some(Person::Contact(id)) => {
                let number = (0..titles.len()).find(|number| contact_id(*number) == id);
                format!("contact {}", number.unwrap())
            }
        };
        let parts: Vec<_> = parts.iter().map(name).collect();
        assert_eq!(parts, expect, "{titles:?}");
    }

    #[test]
    fn roles_go_to_fitting_titles_and_then_to_people_of_ours() {
        let all = [
            "Data Engineer",
            "CFO",
            "Office Clerk",
            "Director, Operations",
        ];
        check(&all, true, ["contact 3", "contact 1", "contact 0"]);
        check(&all[..1], true, ["made 1", "made 2", "contact 0"]);
        check(&all[2..3], true, ["contact 0", "made 2", "made 3"]);
        check(&[], true, ["made 1", "made 2", "made 3"]);
    }

    #[test]
    fn without_generation_anybody_will_do() {
        check(&["Data Engineer"], false, ["contact 0", "nobody", "nobody"]);
        check(&[], false, ["nobody"; 3]);
    }

    #[test]
    fn a_customer_who_is_a_person_has_no_colleagues() {
        let mut inventory = contacts(&["Data Engineer"]);
        let people = |inventory: &Inventory| {
            let parts = told(inventory, true, &[]);
            parts.iter().filter(|part| part.person.is_some()).count()
        };
        assert_eq!(people(&inventory), 3);
        inventory.accounts.entry(account()).or_default().person = true;
        assert_eq!(people(&inventory), 1);
    }

    #[test]
    fn who_is_cast_stays_cast() {
        for generate in [true, false] {
            let before = told(&contacts(&["Clerk", "Assistant"]), generate, &[]);
            assert_eq!(before[2].person.is_some(), generate);
            let more = contacts(&["Clerk", "Assistant", "Director", "CFO"]);
            assert_eq!(told(&more, generate, &before), before);
        }
    }

    #[test]
    fn a_part_whose_person_is_gone_is_cast_again() {
        let mut people = contacts(&["Clerk", "CFO", "Director", "Engineer"]);
        let before = told(&people, false, &[]);
        let gone = before[1].person.unwrap();
        let of_account = people.contacts.get_mut(&account()).unwrap();
        of_account.retain(|id, _| Person::Contact(*id) != gone);
        let after = told(&people, false, &before);
        assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
        assert_ne!(after[1].person, Some(gone));
        assert!(after[1].person.is_some());
        // And so is one whose person is made no more.
        let made = told(&contacts(&[]), true, &[]);
        assert!(
            told(&contacts(&[]), false, &made)
                .iter()
                .all(|part| part.person.is_none())
        );
    }

    #[test]
    fn a_contact_role_of_somebody_else_is_noted_when_the_part_is_cast() {
        let mut people = contacts(&["Director", "CFO", "Engineer"]);
        let role = |number| ContactRole {
            contact: contact_id(number),
            primary: false,
        };
        people.contact_roles.insert(root(), vec![role(0)]);
        let before = told(&people, true, &[]);
        let related = |parts: &[Part]| parts.iter().map(|part| part.related).collect::<Vec<_>>();
        assert_eq!(related(&before), [true, false, false]);
        // One that comes later changes nothing; one that goes leaves room for ours.
        people.contact_roles.insert(root(), vec![role(1)]);
        assert_eq!(related(&told(&people, true, &before)), [false; 3]);
    }
}
