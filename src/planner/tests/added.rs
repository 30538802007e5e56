//! Fields and record types that a manifest adds.

use crate::model::field_kind::FieldKind;

use super::*;

/// The world in an org that has this text field on events.
fn with_field(template: &str) -> World {
    let mut world = plain_world(3);
    world.settings.added = format!("fields: {{Event: {{Note__c: \"{template}\"}}}}\n");
    let kinds = BTreeMap::from([("Note__c".to_owned(), FieldKind::Text { most: 20 })]);
    world.capabilities.added_fields.insert(Object::Event, kinds);
    let events = world.capabilities.objects.get_mut(&Object::Event).unwrap();
    events.createable.insert("Note__c".to_owned());
    world
}

fn notes(told: &Told) -> BTreeSet<&str> {
    of(&told.records, Object::Event)
        .map(|(_, record)| record.text("Note__c"))
        .collect()
}

#[test]
fn a_template_speaks_of_its_record() {
    assert_eq!(
        notes(&with_field("{{ kind }} at {{ account.name }}").plan()),
        BTreeSet::from(["meeting at Acme"])
    );
    let told = with_field("{{ date }}").plan();
    for (address, record) in of(&told.records, Object::Event) {
        let start: Timestamp = record.text("StartDateTime").parse().unwrap();
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(ZONES[0]).unwrap();
        assert_eq!(
            record.text("Note__c"),
            start.to_zoned(zone).date().to_string(),
            "{address}"
        );
    }
}

#[test]
fn another_template_changes_its_records_and_no_other() {
    let before = with_field("one").plan().records;
    let after = with_field("two").plan().records;
    let events: Vec<_> = of(&before, Object::Event)
        .map(|(address, _)| address.clone())
        .collect();
    assert_eq!(differing(&before, &after), events);
}

#[test]
fn a_deal_that_moves_on_changes_no_recipe() {
    let mut world = with_field("{{ opportunity.stage }}");
    let before = world.apply().records;
    for number in 0..3 {
        world.deal(number).stage = "Closing".to_owned();
        world.deal(number).amount = Some(1.0);
    }
    let after = world.plan().records;
    for (address, record) in &before {
        assert_eq!(record.want, after[address].want, "{address}");
    }
}

#[test]
fn what_does_not_fit_is_told_once() {
    let told = with_field("{{ opportunity.name }} and a lot more than fits").plan();
    assert_eq!(told.misfits.len(), 1);
    assert_eq!(told.misfits[0].path, "fields.Event.Note__c");
    assert!(
        told.misfits[0].message.ends_with("characters, and 20 fit"),
        "{:?}",
        told.misfits
    );
    assert!(with_field("fits").plan().misfits.is_empty());
}

/// What no deal knows of is told of people and accounts too, and of nothing else.
#[test]
fn people_and_accounts_of_ours_get_their_fields() {
    let mut world = plain_world(3);
    world.inventory.contacts.clear();
    let org = "accounts: {create: {group: {name: Acme Group, industry: Media}}}\n";
    let plan = |world: &mut World, title: &str| {
        world.settings.added = format!(
            "{org}fields: {{Contact: {{Note__c: '{title}'}}, Account: {{Tier__c: '{{{{ industry }}}} 3'}}}}\n"
        );
        world.plan()
    };
    for (object, name) in [(Object::Contact, "Note__c"), (Object::Account, "Tier__c")] {
        let kinds = BTreeMap::from([(name.to_owned(), FieldKind::Text { most: 60 })]);
        world.capabilities.added_fields.insert(object, kinds);
        let able = world.capabilities.objects.entry(object).or_default();
        able.createable
            .extend([name, "RecordTypeId"].map(str::to_owned));
        let record_type = id("012", object.number().into());
        world.capabilities.record_types.insert(object, record_type);
    }
    world.capabilities.org = Some(id("00D", 1));
    let before = plan(&mut world, "{{ contact.first_name }} of {{ account.name }}").records;
    for (address, contact) in of(&before, Object::Contact) {
        let expect = format!("{} of Acme", contact.text("FirstName"));
        assert_eq!(contact.text("Note__c"), expect, "{address}");
        assert_eq!(
            contact.text("RecordTypeId"),
            id("012", Object::Contact.number().into()).to_string()
        );
    }
    let accounts: Vec<_> = of(&before, Object::Account).collect();
    assert_eq!(accounts[0].1.text("Tier__c"), "Media 3");
    let contacts: Vec<_> = of(&before, Object::Contact)
        .map(|(address, _)| address.clone())
        .collect();
    assert!(!contacts.is_empty());
    let after = plan(&mut world, "{{ contact.title }}").records;
    assert_eq!(differing(&before, &after), contacts);
    let misfits = plan(&mut world, &"{{ contact.title }}".repeat(9)).misfits;
    assert_eq!(misfits.len(), 1);
    assert_eq!(misfits[0].path, "fields.Contact.Note__c");
}

#[test]
fn a_record_type_goes_to_its_kind_alone() {
    let mut world = plain_world(1);
    let tasks = world.capabilities.objects.get_mut(&Object::Task).unwrap();
    tasks.createable.insert("RecordTypeId".to_owned());
    world
        .capabilities
        .record_types
        .insert(Object::Task, id("012", 1));
    let records = world.plan().records;
    for (address, record) in &records {
        let has = record.fields.contains_key("RecordTypeId");
        assert_eq!(has, record.object == Object::Task, "{address}");
    }
}
