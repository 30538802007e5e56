//! What activities tell People.ai in fields of the org's own.

use super::*;
use crate::model::address::Path;

const NAMED: &str =
    "peopleai: {fields: {direction: Way__c, from: From__c, to: To__c, participants: All__c}}\n";

/// Every activity has its fields; each email is between its owner and the customer.
#[test]
fn emails_and_meetings_tell_who_took_part() {
    let mut world = plain_world(3);
    NAMED.clone_into(&mut world.settings.added);
    for object in [Object::Event, Object::Task] {
        let able = world.capabilities.objects.get_mut(&object).unwrap();
        for name in ["Way__c", "From__c", "To__c", "All__c"] {
            able.createable.insert(name.to_owned());
        }
    }
    for user in world.inventory.users.values_mut() {
        user.email = Some(format!("{}@ours.example", user.name.replace(' ', ".")));
    }
    let records = world.plan().records;
    let mut ways = BTreeSet::new();
    // A to-do goes no way.
    let is_email = |address: &Address| !address.path.as_str().starts_with("todo/");
    for (address, email) in of(&records, Object::Task).filter(|(address, _)| is_email(address)) {
        let [way, from, to, all] =
            ["Way__c", "From__c", "To__c", "All__c"].map(|name| email.text(name));
        let (ours, theirs) = match way {
            "Outbound" => (from, to),
            "Inbound" => (to, from),
            other => panic!("{address}: {other:?}"),
        };
        assert!(ours.ends_with("@ours.example"), "{address}: {ours:?}");
        assert!(!theirs.contains("@ours.example"), "{address}: {theirs:?}");
        assert!(all.starts_with(ours), "{address}: {all:?}");
        ways.insert(way.to_owned());
    }
    assert_eq!(ways.len(), 2, "{ways:?}");
    for (address, meeting) in of(&records, Object::Event) {
        let attendee = Address {
            root: address.root,
            path: Path::new(format!("{}/attendee/colleague", address.path)),
        };
        let ours = 1 + usize::from(records.contains_key(&attendee));
        let told = meeting.text("All__c").matches("@ours.example").count();
        assert_eq!(told, ours, "{address}");
        assert_eq!(
            meeting.fields["Way__c"],
            Datum::Json(serde_json::Value::Null)
        );
    }
}

/// A contact's new address rewrites nothing that was made.
#[test]
fn an_address_that_changes_changes_no_activity() {
    let mut world = plain_world(2);
    NAMED.clone_into(&mut world.settings.added);
    let task = world.capabilities.objects.get_mut(&Object::Task).unwrap();
    task.createable.insert("From__c".to_owned());
    let before = world.apply().records;
    for contact in world
        .inventory
        .contacts
        .values_mut()
        .flat_map(BTreeMap::values_mut)
    {
        contact.email = Some("new@elsewhere.example".into());
    }
    let after = world.plan().records;
    for (address, task) in of(&before, Object::Task) {
        assert_eq!(task.want, after[address].want, "{address}");
    }
}
