//! Who takes part, and how much there is of everything.

use proptest::prelude::*;

use super::*;
use crate::model::pins::Ends;

/// The customer's people of each meeting: whom it is held with, and who joins.
fn people_of_meetings(records: &Records) -> BTreeMap<Address, Vec<String>> {
    let mut people: BTreeMap<Address, Vec<String>> = BTreeMap::new();
    for (address, record) in of(records, Object::Event) {
        let with = record.people("WhoId");
        let all = match record.fields.get("EventWhoIds") {
            Some(_) => record.people("EventWhoIds"),
            None => with.clone(),
        };
        assert!(with.iter().all(|with| all.contains(with)), "{address}");
        people.insert(address.clone(), all);
    }
    for (address, record) in of(records, Object::EventRelation) {
        let meeting = record.refers_to("EventId").expect("a meeting of ours");
        assert!(address.path.as_str().starts_with(meeting.path.as_str()));
        let with = people.get_mut(meeting).expect("the meeting is planned");
        let invited = record.people("RelationId").into_iter();
        with.extend(invited.filter(|id| !id.starts_with("005")));
    }
    people
}

/// Names of accounts that come down to one word, or to none.
const NAMES: [&str; 6] = ["Acme Inc.", "Acme, Ltd", "ACME", "Acme", "株式会社", "GmbH"];

/// The world with accounts of such names, with few contacts of their own.
fn of_namesakes(mut world: World, names: &[usize]) -> World {
    for (account, name) in world.inventory.accounts.values_mut().zip(names) {
        NAMES[*name].clone_into(&mut account.name);
    }
    for contacts in world.inventory.contacts.values_mut() {
        while contacts.len() > 1 {
            contacts.pop_last();
        }
    }
    world
}

/// The accounts that have people at each domain.
fn accounts_by_domain(people: &People) -> BTreeMap<String, BTreeSet<AccountId>> {
    let mut accounts: BTreeMap<String, BTreeSet<AccountId>> = BTreeMap::new();
    for (account, people) in people {
        for identity in people.values() {
            let email = identity
                .contact
                .email
                .as_deref()
                .expect("who is made has one");
            let (_, domain) = email.split_once('@').expect("an address");
            accounts
                .entry(domain.to_owned())
                .or_default()
                .insert(*account);
        }
    }
    accounts
}

/// Fails unless everybody has a name and an address of their own.
fn nobody_is_there_twice(world: &World, made: &People) -> Result<(), TestCaseError> {
    let mut emails = BTreeSet::new();
    for account in world.inventory.accounts.keys() {
        let of_org = world.inventory.contacts.get(account);
        let of_org = of_org.into_iter().flat_map(BTreeMap::values);
        let made = made.get(account).into_iter().flat_map(BTreeMap::values);
        let mut names = BTreeSet::new();
        for one in made.map(|identity| &identity.contact) {
            let email = one.email.clone().expect("who is made has one");
            prop_assert!(emails.insert(email.clone()), "{email} twice");
            prop_assert!(names.insert(one.full_name().to_lowercase()));
        }
        for one in of_org {
            prop_assert!(!names.contains(&one.full_name().to_lowercase()));
        }
    }
    for one in world.inventory.contacts.values().flat_map(BTreeMap::values) {
        let email = one.email.as_deref().unwrap_or_default();
        prop_assert!(
            !emails.contains(email.to_lowercase().as_str()),
            "{email} is taken"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn accounts_share_no_reserved_domain_and_people_no_address(
        world in worlds(),
        names in vec(0..NAMES.len(), 3),
        website in any::<bool>(),
    ) {
        let mut world = of_namesakes(world, &names);
        if website {
            "contacts: {email_domain: website}\n".clone_into(&mut world.settings.added);
            // One website for all, and people at it whose names are those that we give.
            let manifest = world.settings.manifest();
            let made = world.planner(&manifest).stories.people.clone();
            let taken = made.values().flat_map(BTreeMap::values).next().cloned();
            for account in world.inventory.accounts.values_mut() {
                account.website = Some("https://www.corp.example".to_owned());
            }
            if let (Some(taken), Some(contacts)) = (taken, world.inventory.contacts.values_mut().next()) {
                let name = taken.contact.email.as_deref().and_then(|email| email.split_once('@'));
                let email = name.map(|(name, _)| format!("{name}@corp.example").into());
                let contact = Contact { email, last_name: "Else".into(), ..Contact::default() };
                contacts.insert(ContactId(id("003", 999)), contact);
            }
        }
        let manifest = world.settings.manifest();
        let made = world.planner(&manifest).stories.people.clone();
        nobody_is_there_twice(&world, &made)?;
        let domains = accounts_by_domain(&made);
        if website {
            prop_assert!(domains.keys().all(|domain| domain == "corp.example"), "{domains:?}");
        } else {
            prop_assert!(domains.values().all(|accounts| accounts.len() == 1), "{domains:?}");
        }
    }

    /// Neither the people of other accounts nor who takes part in any other deal, whether or not
    /// anything was applied.
    #[test]
    fn a_new_deal_brings_people_of_its_own_account_alone(
        world in worlds(),
        names in vec(0..NAMES.len(), 4),
        deal in opportunity(),
        account in 0..4usize,
        applied: bool,
    ) {
        let mut world = of_namesakes(world, &names);
        prop_assume!(applied || !world.has_four_open_deals());
        let manifest = world.settings.manifest();
        if applied {
            let stories = world.planner(&manifest).stories;
            (world.pins, world.people) = (stories.pins, stories.people);
        }
        let before = world.planner(&manifest).stories;
        // The last of the accounts is new, and comes before all others by its id.
        let account = match account {
            3 => AccountId(RecordId::parse("001AA0000000000").unwrap()),
            number => AccountId(id("001", number)),
        };
        let new = world.inventory.accounts.entry(account).or_default();
        if new.name.is_empty() {
            NAMES[names[3]].clone_into(&mut new.name);
        }
        let youngest = Timestamp::from_second(1_800_000_000).unwrap();
        let deal = Opportunity { account: Some(account), created: youngest, ..deal };
        world.inventory.opportunities.insert(root_id(99), deal);
        let after = world.planner(&manifest).stories;
        for (root, pins) in &before.pins {
            prop_assert_eq!(&after.pins[root].cast, &pins.cast, "{}", root);
        }
        for (other, people) in before.people.iter().filter(|(other, _)| **other != account) {
            prop_assert_eq!(after.people.get(other), Some(people), "{}", other);
        }
        // At its own, whom others brought stays who he is.
        for (number, person) in before.people.get(&account).into_iter().flatten() {
            prop_assert_eq!(after.people[&account].get(number), Some(person), "{}", number);
        }
        let known = after.people.keys().filter(|id| **id != account);
        prop_assert!(known.eq(before.people.keys().filter(|id| **id != account)));
    }

    #[test]
    fn only_contacts_of_the_account_take_part_and_nobody_twice(
        mut world in worlds(),
        shared: bool,
    ) {
        if !shared {
            world = world.without_shared_activities();
        }
        world.settings.roles = vec!["champion", "legal", "end_user", "procurement"];
        let records = world.plan().records;
        let known = |root: RootId, person: &str| {
            let account = world.inventory.opportunities[&root].account;
            let contacts = account.and_then(|id| world.inventory.contacts.get(&id));
            let of_org = contacts.is_some_and(|all| all.keys().any(|id| id.to_string() == person));
            let made = person.parse::<Address>().ok();
            let made = made.filter(|made| made.root.account() == account);
            of_org || made.is_some_and(|made| records.contains_key(&made))
        };
        for (meeting, people) in people_of_meetings(&records) {
            let distinct: BTreeSet<_> = people.iter().collect();
            prop_assert_eq!(distinct.len(), people.len(), "{} {:?}", meeting, people);
            prop_assert!(people.iter().all(|person| known(meeting.root, person)));
        }
        for (address, record) in of(&records, Object::Task) {
            prop_assert!(record.people("WhoId").iter().all(|person| known(address.root, person)));
        }
    }

    #[test]
    fn counts_lie_within_the_bounds(world in worlds()) {
        let told = world.plan();
        let count = |root: &RootId, object, prefix: &str| {
            let hit = |address: &&Address| {
                address.root == *root && address.path.as_str().starts_with(prefix)
            };
            let records = of(&told.records, object).map(|(address, _)| address);
            records.filter(hit).count() as u32
        };
        let Settings { past, future, emails, .. } = world.settings;
        for (root, pins) in &told.pins {
            let within = |(min, max): (u32, u32), count: u32| (min..=max).contains(&count);
            // A shape may move the least of them, never the most.
            prop_assert!(within((0, past.1), count(root, Object::Event, "meeting/past/")));
            prop_assert!(within((0, emails.1), count(root, Object::Task, "thread/")));
            let ahead = count(root, Object::Event, "meeting/future/");
            let bounds = match pins.ends {
                Ends::Closed(_) | Ends::Won(..) => (0, 0),
                Ends::AtAnchor | Ends::Frozen(_) => (0, future.1),
            };
            prop_assert!(within(bounds, ahead), "{ahead}");
        }
    }

    #[test]
    fn everybody_who_acts_is_active(world in worlds()) {
        for record in world.plan().records.values() {
            if record.fields.contains_key("OwnerId") {
                let owner = UserId(RecordId::parse(record.text("OwnerId")).unwrap());
                prop_assert!(world.inventory.users[&owner].active);
            }
        }
    }
}

#[test]
fn every_field_that_the_org_has_a_place_for_is_filled() {
    let world = plain_world(3);
    let mut records = world.plan().records;
    let attendees = world.clone().without_shared_activities().plan().records;
    records.extend(
        attendees
            .into_iter()
            .filter(|(address, _)| !records.contains_key(address))
            .collect::<Vec<_>>(),
    );
    let mut with_emails = world.clone();
    with_emails.settings.email_object = "email_message";
    let emails = with_emails.plan().records;
    let made = world.capabilities.objects.iter();
    // Accounts are made where the manifest names them, which this one does not.
    let is_made = |object: &Object| !object.is_loan() && *object != Object::Account;
    for (object, able) in made.filter(|(object, _)| is_made(object)) {
        for name in able.createable.iter().filter(|name| *name != "Demo_Key__c") {
            let mut all = of(&records, *object).chain(of(&emails, *object));
            let is_filled = all.any(|(_, record)| record.fields.contains_key(name));
            assert!(is_filled, "{object:?}.{name}");
        }
    }
}

#[test]
fn what_the_org_lacks_is_left_out() {
    let mut world = plain_world(2);
    world.capabilities.objects.remove(&Object::Event);
    let records = world.plan().records;
    for object in [Object::Event, Object::EventRelation] {
        assert_eq!(of(&records, object).count(), 0);
    }
    let cited = of(&records, Object::ScorecardAnswer).flat_map(|(_, record)| record.cites());
    for address in cited {
        assert!(records.contains_key(address), "{address}");
    }
    world.capabilities.objects.remove(&Object::Scorecard);
    let records = world.plan().records;
    assert_eq!(of(&records, Object::ScorecardAnswer).count(), 0);
    let tasks = world.capabilities.objects.get_mut(&Object::Task).unwrap();
    tasks.createable.remove("TaskSubtype");
    let records = world.plan().records;
    assert!(of(&records, Object::Task).all(|(_, task)| !task.fields.contains_key("TaskSubtype")));
}

/// Where the addresses are of whom we make at an account with this website and these contacts.
#[track_caller]
fn check_domain(website: &str, contacts: &[&str], expect: &str) {
    let mut world = plain_world(3);
    "contacts: {email_domain: website}\n".clone_into(&mut world.settings.added);
    let account = world.inventory.accounts.values_mut().next().unwrap();
    account.website = Some(website.to_owned()).filter(|website| !website.is_empty());
    let of_account = world.inventory.contacts.values_mut().next().unwrap();
    of_account.clear();
    for (number, email) in contacts.iter().enumerate() {
        let contact = Contact {
            last_name: format!("Person{number}").into(),
            title: Some("Clerk".into()),
            email: Some((*email).into()),
            ..Contact::default()
        };
        of_account.insert(ContactId(id("003", number)), contact);
    }
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let domains = accounts_by_domain(&planner.stories.people);
    assert_eq!(
        domains.keys().collect::<Vec<_>>(),
        [expect],
        "{website} {contacts:?}"
    );
    let without = planner.domainless();
    assert_eq!(without.is_empty(), !expect.ends_with(".example"));
}

#[test]
fn people_have_the_domain_of_their_colleagues_or_of_the_website() {
    check_domain("", &[], "acme.example");
    check_domain("https://www.acme.com/en", &[], "acme.com");
    check_domain(
        "acme.com",
        &["a@mail.acme.com", "b@old.com", "c@old.com"],
        "acme.com",
    );
    check_domain(
        "acme.com",
        &["a@acme.net", "b@acme.net", "c@old.com"],
        "acme.net",
    );
    check_domain("", &["a@Acme.net"], "acme.net");
    check_domain("acme.com", &["a@gmail.com"], "acme.com");
    check_domain("", &["a@gmail.com", "nonsense"], "acme.example");
}

#[test]
fn a_lent_website_is_where_people_have_their_addresses() {
    let mut world = plain_world(3);
    world.inventory.contacts.clear();
    "contacts: {email_domain: website}\naccounts: {website: 'https://{{slug}}.demo.com'}\n"
        .clone_into(&mut world.settings.added);
    let told = world.apply();
    let domains = accounts_by_domain(&told.people);
    assert_eq!(domains.keys().collect::<Vec<_>>(), ["acme.demo.com"]);
}

#[test]
fn who_comes_later_has_the_domain_of_those_before_whatever_the_account_is_called() {
    let mut world = plain_world(1);
    world.inventory.contacts.clear();
    let before = world.apply().people;
    for account in world.inventory.accounts.values_mut() {
        "Zenith".clone_into(&mut account.name);
    }
    world.inventory.opportunities = plain_world(9).inventory.opportunities;
    let after = world.plan().people;
    let count = |people: &People| people.values().map(BTreeMap::len).sum::<usize>();
    assert!(count(&after) > count(&before));
    let domains = accounts_by_domain(&after);
    assert_eq!(domains.keys().collect::<Vec<_>>(), ["acme.example"]);
}
