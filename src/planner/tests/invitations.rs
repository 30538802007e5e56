//! Nobody real gets an invitation.

use super::*;
use crate::model::address::Path;

/// Whether all contacts have addresses at which somebody reads.
fn with_addresses(mut world: World, domain: &str) -> World {
    for contact in world
        .inventory
        .contacts
        .values_mut()
        .flat_map(BTreeMap::values_mut)
    {
        contact.email = Some(format!("somebody@{domain}").into());
    }
    world
}

/// How many of the customer's people are invited.
fn attendees(told: &Told) -> usize {
    let all = of(&told.records, Object::EventRelation);
    all.filter(|(address, _)| !is_colleague(address)).count()
}

fn is_colleague(attendee: &Address) -> bool {
    attendee.path.as_str().ends_with("/attendee/colleague")
}

/// A colleague comes along to exactly those meetings of which the story says so.
#[track_caller]
fn check_colleagues(world: &World) {
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let mut expect = BTreeMap::new();
    for (root, pins) in &planner.stories.pins {
        let timeline = planner.timeline(*root).expect("the deal is covered");
        for step in timeline.steps.iter().filter(|step| step.colleague) {
            let path = Path::new(format!("{}/attendee/colleague", step.path));
            let colleague = pins.colleague.expect("somebody comes along");
            assert_ne!(colleague, step.owner);
            expect.insert(Address { root: *root, path }, colleague.0.to_string());
        }
    }
    assert!(!expect.is_empty());
    let records = world.plan().records;
    let attendees = of(&records, Object::EventRelation);
    let colleagues = attendees.filter(|(address, _)| is_colleague(address));
    let colleagues = colleagues.map(|(address, record)| {
        let meeting = record.refers_to("EventId").expect("a meeting of ours");
        let path = address.path.as_str();
        assert_eq!(
            Some(meeting.path.as_str()),
            path.strip_suffix("/attendee/colleague")
        );
        (address.clone(), record.text("RelationId").to_owned())
    });
    assert_eq!(colleagues.collect::<BTreeMap<_, _>>(), expect);
}

#[test]
fn a_colleague_comes_along_where_the_story_says_so() {
    check_colleagues(&plain_world(8));
    check_colleagues(&plain_world(8).without_shared_activities());
}

#[test]
fn who_is_not_active_any_more_comes_along_no_longer() {
    let mut world = plain_world(8);
    let before = world.apply().records;
    let (_, attendee) = of(&before, Object::EventRelation)
        .next()
        .expect("somebody comes along");
    let colleague = attendee.text("RelationId").to_owned();
    let of_them = |records: &Records| {
        let attendees = of(records, Object::EventRelation);
        attendees
            .filter(|(_, attendee)| attendee.text("RelationId") == colleague)
            .count()
    };
    let mut users = world.inventory.users.iter_mut();
    let (_, user) = users.find(|(id, _)| id.0.as_str() == colleague).unwrap();
    user.active = false;
    let after = world.plan().records;
    assert!(of_them(&before) > 0);
    assert_eq!(of_them(&after), 0);
}

#[test]
fn who_takes_a_deal_over_does_not_come_along_to_his_own_meetings() {
    let mut world = plain_world(8);
    let before = world.apply().records;
    let is_to_come = |address: &Address| address.path.as_str().starts_with("meeting/future/");
    let mut attendees = of(&before, Object::EventRelation);
    let (taken, attendee) = attendees
        .find(|(address, _)| is_to_come(address))
        .expect("somebody comes along to a meeting to come");
    let mut colleagues = world.inventory.users.keys();
    let colleague = colleagues.find(|id| id.0.as_str() == attendee.text("RelationId"));
    let deal = world.inventory.opportunities.get_mut(&taken.root);
    deal.unwrap().owner = *colleague.unwrap();
    let after = world.plan().records;
    let mut left =
        of(&after, Object::EventRelation).filter(|(address, _)| address.root == taken.root);
    assert!(left.all(|(address, _)| !is_to_come(address)));
}

#[test]
fn where_activities_are_shared_people_are_related_and_nobody_is_invited() {
    for domain in ["acme.com", "acme.example"] {
        let mut world = with_addresses(plain_world(5), domain);
        world.settings.invite_real = true;
        let told = world.plan();
        assert_eq!((attendees(&told), told.uninvited), (0, 0));
        let several = |(_, record): &(&Address, &Record)| {
            record
                .json("EventWhoIds")
                .as_array()
                .is_some_and(|ids| ids.len() > 1)
        };
        assert!(of(&told.records, Object::Event).any(|meeting| several(&meeting)));
    }
}

#[test]
fn elsewhere_only_those_are_invited_who_can_get_no_mail() {
    let mut world = plain_world(5).without_shared_activities();
    world.settings.added = "contacts: {generate: false}\n".to_owned();
    let reserved = with_addresses(world.clone(), "acme.example").plan();
    assert!(attendees(&reserved) > 0);
    assert_eq!(reserved.uninvited, 0);
    let mut real = with_addresses(world, "acme.com");
    let told = real.plan();
    assert_eq!((attendees(&told), told.uninvited), (0, 5));
    real.settings.invite_real = true;
    let told = real.plan();
    assert_eq!(
        (attendees(&told), told.uninvited),
        (attendees(&reserved), 0)
    );
}

#[test]
fn an_address_that_becomes_real_takes_only_its_owners_invitations_away() {
    let mut world = plain_world(5).without_shared_activities();
    let before = world.apply().records;
    let account = AccountId(id("001", 0));
    let people = world.inventory.contacts.get_mut(&account).unwrap();
    let (person, contact) = people.iter_mut().nth(1).unwrap();
    contact.email = Some("grace@acme.com".into());
    let person = person.to_string();
    let after = world.plan().records;
    let differing = differing(&before, &after);
    assert!(!differing.is_empty());
    for address in differing {
        let Some(kept) = after.get(&address) else {
            assert_eq!(before[&address].text("RelationId"), person);
            continue;
        };
        // Messages to and from her tell her address.
        let message = kept.text("Description");
        assert!(message.contains("<grace@acme.com>"), "{address}");
    }
}
