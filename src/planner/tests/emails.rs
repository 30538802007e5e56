//! Emails as records of their own.

use proptest::prelude::*;

use super::*;

prop_compose! {
    fn worlds_of_emails()(mut world in worlds()) -> World {
        world.settings.email_object = "email_message";
        world
    }
}

fn instant(record: &Record) -> Timestamp {
    record.text("MessageDate").parse().unwrap()
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn an_email_is_at_the_address_of_the_task_that_it_would_be(world in worlds_of_emails()) {
        let mut as_tasks = world.clone();
        as_tasks.settings.email_object = "task";
        let addresses = |world: &World, object| -> BTreeSet<Address> {
            let records = world.plan().records;
            let is_email = |address: &Address| {
                let path = address.path.as_str();
                !path.starts_with("call/") && !path.starts_with("todo/")
            };
            let of_kind = of(&records, object).map(|(address, _)| address.clone());
            of_kind.filter(is_email).collect()
        };
        let emails = addresses(&world, Object::EmailMessage);
        prop_assert_eq!(emails, addresses(&as_tasks, Object::Task));
    }

    #[test]
    fn an_answer_follows_what_it_answers(world in worlds_of_emails()) {
        let records = world.plan().records;
        for (address, answer) in of(&records, Object::EmailMessage) {
            let thread = answer.text("ThreadIdentifier");
            let Some(before) = answer.refers_to("ReplyToEmailMessageId") else {
                prop_assert_eq!(thread, answer.text("MessageIdentifier"));
                continue;
            };
            // The order of paths is that of the plan.
            prop_assert!(before < address, "{} before {}", before, address);
            let before = &records[before];
            prop_assert_eq!(thread, before.text("ThreadIdentifier"));
            prop_assert!(instant(before) < instant(answer), "{}", address);
        }
    }

    #[test]
    fn a_raised_maximum_changes_no_email(mut world in worlds_of_emails(), more in 1..6u32) {
        world.settings.emails.1 = world.settings.emails.1.max(1);
        let before = world.apply();
        world.settings.past.1 += more;
        world.settings.emails.1 += more;
        let after = world.plan().records;
        for (address, email) in of(&before.records, Object::EmailMessage) {
            prop_assert_eq!(Some(email.want), after.get(address).map(|email| email.want));
        }
    }

    #[test]
    fn an_address_that_changes_in_the_org_writes_no_email_anew(mut world in worlds_of_emails()) {
        let before = world.apply();
        for contact in world.inventory.contacts.values_mut().flat_map(BTreeMap::values_mut) {
            contact.email = Some("elsewhere@corp.example".into());
        }
        for user in world.inventory.users.values_mut() {
            user.email = None;
        }
        let after = world.plan().records;
        for (address, email) in of(&before.records, Object::EmailMessage) {
            prop_assert_eq!(email.want, after[address].want);
        }
    }
}

#[test]
fn an_owner_who_has_left_writes_to_nobody() {
    let mut world = plain_world(1);
    world.settings.email_object = "email_message";
    world.capabilities.running_user = Some(user_id(1));
    world.apply();
    world.inventory.users.get_mut(&user_id(0)).unwrap().active = false;
    world.settings.emails = (20, 20);
    let records = world.plan().records;
    let owner = user_id(0).0.to_string();
    let mut written = 0;
    for (address, email) in of(&records, Object::EmailMessage) {
        let Datum::Json(people) = &email.fields["ToIds"] else {
            panic!("{address}: the people are known");
        };
        assert!(!people.to_string().contains(&owner), "{address}: {people}");
        assert_ne!(email.text("FromId"), owner, "{address}");
        written += usize::from(email.text("FromId").starts_with("005"));
    }
    assert!(written > 0);
}
