//! Small edits make small differences.

use proptest::prelude::*;

use super::*;

/// Every record of `before` is in `after` as it was.
fn only_adds(before: &Records, after: &Records) -> Result<(), TestCaseError> {
    for (address, record) in before {
        prop_assert_eq!(after.get(address), Some(record), "{}", address);
    }
    Ok(())
}

/// Only these fields differ between two plans of the same addresses.
fn only_fields(before: &Records, after: &Records, names: &[&str]) -> Result<(), TestCaseError> {
    prop_assert!(before.keys().eq(after.keys()));
    for (address, record) in before {
        for (name, value) in &record.fields {
            let same = after[address].fields.get(name) == Some(value);
            prop_assert!(same || names.contains(&&**name), "{address} {name}");
        }
        let fields_changed = record.fields != after[address].fields;
        prop_assert_eq!(
            record.want != after[address].want,
            fields_changed,
            "{}",
            address
        );
    }
    Ok(())
}

fn newcomer() -> Contact {
    Contact {
        first_name: Some("New".into()),
        last_name: "Comer".into(),
        title: Some("Chief Financial Officer".into()),
        email: None,
        ..Contact::default()
    }
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn the_order_of_planning_does_not_matter(world in worlds()) {
        let told = world.plan();
        let manifest = world.settings.manifest();
        let planner = Planner::new(Situation {
            manifest: &manifest,
            capabilities: &world.capabilities,
            inventory: &world.inventory,
            pins: &world.pins,
            people: &world.people,
            recast: &world.recast,
            seed: world.seed,
            anchor: world.anchor,
            told_at: None,
            grammars: Grammars::keep(),
        });
        for root in world.inventory.opportunities.keys().rev() {
            let mut desired = Vec::new();
            planner.plan(*root, &mut desired);
            for record in desired {
                let address = Address { root: *root, path: record.path };
                prop_assert_eq!(record.want, told.records[&address].want);
            }
        }
    }

    #[test]
    fn pins_decide_what_the_first_plan_decided(mut world in worlds()) {
        let first = world.apply();
        prop_assert_eq!(world.plan(), first);
    }

    #[test]
    fn a_raised_maximum_only_adds(mut world in worlds(), more in 1..6u32) {
        // Without mails nothing is asked of them; with some, each shape asks for its own.
        world.settings.emails.1 = world.settings.emails.1.max(1);
        let before = world.apply();
        world.settings.past.1 += more;
        world.settings.future.1 = (world.settings.future.1 + more).min(8);
        world.settings.emails.1 += more;
        only_adds(&before.records, &world.plan().records)?;
    }

    #[test]
    fn another_list_of_subjects_changes_subjects(world in worlds()) {
        let mut edited = world.clone();
        edited.settings.meeting_subjects = vec!["Sync".to_owned(), "Review".to_owned()];
        edited.settings.email_subjects = vec!["Hello".to_owned()];
        only_fields(&world.plan().records, &edited.plan().records, &["Subject"])?;
    }

    #[test]
    fn a_younger_deal_changes_no_other(world in worlds(), deal in opportunity(), pinned: bool) {
        // What all can do without comes after what any of them needs, where nothing is told yet.
        let mut world = if pinned { world } else { world.with_an_owner_each().with_an_account_each() };
        let before = if pinned { world.apply() } else { world.plan() };
        prop_assume!(pinned || !world.has_four_open_deals());
        let newest = world.inventory.opportunities.values().map(|deal| deal.created).max().unwrap();
        let younger = Opportunity {
            name: "Younger".to_owned(),
            story_key: "younger".to_owned(),
            created: newest + jiff::Span::new().seconds(1),
            ..deal
        };
        // Its id says nothing of its age.
        world.inventory.opportunities.insert(RootId(id("005", 0)), younger);
        only_adds(&before.records, &world.plan().records)?;
    }

    #[test]
    fn an_older_deal_changes_no_other_that_is_pinned(mut world in worlds(), deal in opportunity()) {
        let before = world.apply();
        let older = Opportunity {
            name: "Older".to_owned(),
            story_key: "older".to_owned(),
            created: Timestamp::from_second(1).unwrap(),
            ..deal
        };
        world.inventory.opportunities.insert(root_id(99), older);
        only_adds(&before.records, &world.plan().records)?;
    }

    #[test]
    fn a_deal_that_goes_changes_no_other_that_is_pinned(mut world in worlds(), number: usize) {
        let before = world.apply();
        let roots: Vec<_> = world.inventory.opportunities.keys().copied().collect();
        let gone = roots[number % roots.len()];
        world.inventory.opportunities.remove(&gone);
        world.pins.remove(&gone);
        let after = world.plan();
        only_adds(&after.records, &before.records)?;
        // Whom it alone had made goes with it.
        let stays = |address: &Address| address.root != gone && address.root.account().is_none();
        let mut stay = before.records.keys().filter(|address| stays(address));
        prop_assert!(stay.all(|address| after.records.contains_key(address)));
    }

    #[test]
    fn the_org_lives_and_the_story_stays(
        mut world in worlds(),
        number: usize,
        probability in 0..=100u8,
        amount in prop::option::of(0.0..1e7f64),
        closed: bool,
    ) {
        let before = world.apply();
        let deal = world.deal(number);
        deal.probability = f64::from(probability);
        deal.amount = amount;
        deal.stage = "Closed Won".to_owned();
        deal.closed = closed;
        deal.close_date = deal.close_date.plus(9);
        for contacts in world.inventory.contacts.values_mut() {
            contacts.insert(ContactId(id("003", 999)), newcomer());
            for contact in contacts.values_mut() {
                contact.title = Some("CFO".into());
            }
        }
        let mut left = before;
        let is_closed = |root: &RootId| {
            let deal = world.inventory.opportunities.get(root);
            deal.is_some_and(|deal| deal.closed)
        };
        left.records.retain(|address, record| {
            !is_closed(&address.root) || !is_to_come((address, record))
        });
        prop_assert_eq!(world.plan(), left);
    }

    #[test]
    fn a_new_owner_changes_only_future_meetings(mut world in worlds(), number: usize, owner in 2..6usize) {
        let before = world.apply();
        world.deal(number).owner = user_id(owner);
        let after = world.plan();
        for address in differing(&before.records, &after.records) {
            let path = address.path.as_str();
            let is_to_come = path.starts_with("meeting/future/") || path.starts_with("todo/");
            prop_assert!(is_to_come, "{address}");
            // The colleague who came along may hold it himself now.
            let is_same = [&before, &after].map(|told| told.records.contains_key(&address)) == [true; 2];
            prop_assert!(is_same || path.ends_with("/attendee/colleague"), "{address}");
        }
    }

    #[test]
    fn renaming_changes_what_speaks_of_it(mut world in worlds(), number: usize) {
        let before = world.apply().records;
        let check = |world: &World, old: &str| -> Result<(), TestCaseError> {
            let after = world.plan().records;
            // A recipe says what a text can speak of, and not that it does.
            for (address, record) in &before {
                let mut after = after[address].clone();
                if after.fields == record.fields {
                    after.want = record.want;
                    prop_assert_eq!(&after, record, "{}", address);
                    continue;
                }
                prop_assert!(after.want != record.want, "{address}");
                for (name, value) in &record.fields {
                    let is_text = ["Subject", "Description", "Answer__c"].contains(&&**name);
                    prop_assert!(is_text || after.fields.get(name) == Some(value), "{name}");
                }
                let speaks = record.fields.values().any(|value| match value {
                    Datum::Json(json) => json.as_str().is_some_and(|text| text.contains(old)),
                    Datum::Ref(_) | Datum::Refs(_) | Datum::Draft(_) | Datum::People(_) => false,
                });
                prop_assert!(speaks, "{address} does not speak of {old}");
            }
            Ok(())
        };
        let mut renamed = world.clone();
        let account = AccountId(id("001", number % 3));
        renamed.inventory.accounts.get_mut(&account).unwrap().name = "Renamed".to_owned();
        check(&renamed, &world.inventory.accounts[&account].name)?;

        let mut renamed = world.clone();
        let old = std::mem::replace(&mut renamed.deal(number).name, "Renamed".to_owned());
        check(&renamed, &old)?;

        let mut renamed = world.clone();
        let user = renamed.inventory.users.get_mut(&user_id(number % 6)).unwrap();
        let old = std::mem::replace(&mut user.name, "Renamed".to_owned());
        let first = old.split(' ').next().unwrap();
        check(&renamed, first)?;

        let people = renamed.inventory.contacts.get_mut(&account).unwrap();
        if let Some(person) = people.values_mut().next() {
            let mut renamed = world.clone();
            let old = person.last_name.clone();
            let people = renamed.inventory.contacts.get_mut(&account).unwrap();
            people.values_mut().next().unwrap().last_name = "Renamed".into();
            check(&renamed, &old)?;
        }
    }

    #[test]
    fn only_what_names_a_contact_changes_when_he_goes(mut world in worlds(), number: usize) {
        let before = world.apply();
        let account = AccountId(id("001", number % 3));
        let people = world.inventory.contacts.get_mut(&account).unwrap();
        let Some(gone) = people.keys().nth(number / 3 % people.len().max(1)).copied() else {
            return Ok(());
        };
        let name = people.remove(&gone).unwrap().last_name;
        let Told { pins, records: after, .. } = world.plan();
        // Somebody may be made in his place, and what an answer scores without him counts in the
        // scorecard.
        let is_scorecard = |address: &Address| after.get(address).is_some_and(|record| record.object == Object::Scorecard);
        // If he was an executive, others may be asked to come to meetings in his stead.
        let is_as_it_was = |address: &Address| {
            let executives = [&before.pins, &pins]
                .map(|pins| pins.get(&address.root).map(|pins| pins.executives));
            executives[0] == executives[1] || !address.path.as_str().starts_with("meeting/")
        };
        let is_of_deal = |address: &Address| {
            address.root.is_deal() && is_as_it_was(address) && !is_scorecard(address)
        };
        let fields = |records: &Records, address: &Address| Some(records.get(address)?.fields.clone());
        for address in differing(&before.records, &after).into_iter().filter(is_of_deal) {
            // A recipe says who a text can name, and not that it does.
            if fields(&before.records, &address) == fields(&after, &address) {
                continue;
            }
            // A meeting that was held with him may now be held with somebody who had joined it.
            let whole = address.path.as_str().split("/attendee").next().unwrap();
            let whole: Address = format!("{}/{whole}", address.root).parse().unwrap();
            let names = |record: &Record| {
                let text = format!("{:?}", record.fields);
                text.contains(&gone.to_string()) || text.contains(&*name)
            };
            let before = [&address, &whole].map(|address| before.records.get(address));
            let names_him = before.into_iter().flatten().any(names);
            prop_assert!(names_him, "{address}");
        }
        let gone = gone.to_string();
        let still_named = after.values().any(|record| format!("{:?}", record.fields).contains(&gone));
        prop_assert!(!still_named);
    }
}

#[test]
fn a_recast_deal_is_told_anew_and_no_other_is() {
    let mut world = plain_world(4);
    let before = world.apply();
    world.deal(2).probability = 10.0;
    world.recast.insert(root_id(2));
    let after = world.plan();
    assert_eq!(after.pins[&root_id(2)].position, 10);
    let changed = differing(&before.records, &after.records);
    assert!(!changed.is_empty() && changed.iter().all(|address| address.root == root_id(2)));
}

#[test]
fn a_role_that_the_manifest_drops_is_played_no_more() {
    let mut world = plain_world(3);
    world.apply();
    world.settings.roles = vec!["champion", "technical_evaluator"];
    let after = world.plan();
    let roles = |pins: &Pins| -> Vec<String> {
        pins.cast.iter().map(|part| part.role.to_string()).collect()
    };
    for pins in after.pins.values() {
        let roles = roles(pins);
        assert!(
            roles.contains(&"champion".to_owned())
                && roles.contains(&"technical_evaluator".to_owned())
        );
    }
    assert!(
        !after
            .records
            .keys()
            .any(|a| a.path.as_str().ends_with("/economic_buyer")
                && a.path.as_str().starts_with("meeting"))
    );
}

#[test]
fn a_deal_that_was_told_is_not_left_out_when_its_owner_leaves() {
    let mut world = plain_world(2);
    world.settings.fallback = "skip";
    world.inventory.users.get_mut(&user_id(1)).unwrap().active = true;
    world.deal(1).owner = user_id(1);
    let before = world.apply();
    world.inventory.users.get_mut(&user_id(1)).unwrap().active = false;
    let after = world.plan();
    assert!(after.skipped.is_empty());
    assert_eq!(after.records, before.records);
    // A deal that was never told is left out.
    world.pins.clear();
    assert_eq!(world.plan().skipped, BTreeSet::from([root_id(1)]));
}
