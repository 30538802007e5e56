//! Who takes part, and how much there is of everything.

use proptest::prelude::*;

use super::*;
use crate::model::pins::Ends;

/// The people of each meeting: whom it is held with, and who joins.
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
        with.extend(record.people("RelationId"));
    }
    people
}

proptest! {
    #![proptest_config(cases(32))]

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
