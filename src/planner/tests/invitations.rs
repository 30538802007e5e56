//! Nobody real gets an invitation.

use super::*;

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

fn attendees(told: &Told) -> usize {
    of(&told.records, Object::EventRelation).count()
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
