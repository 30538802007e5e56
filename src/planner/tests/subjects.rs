//! What things are called.

use proptest::prelude::*;

use super::*;

/// Per deal the subjects of one kind, with the slot or thread that each stands for.
fn subjects(records: &Records, object: Object) -> BTreeMap<(RootId, String), BTreeSet<String>> {
    let mut subjects: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for (address, record) in of(records, object) {
        let path = address.path.as_str();
        if !path.starts_with("thread/") && object == Object::Task {
            continue;
        }
        let slot = match object {
            Object::Task => &path[..path.rfind('/').unwrap()],
            _ => path,
        };
        let subject = record.text("Subject");
        subjects
            .entry((address.root, subject.to_owned()))
            .or_default()
            .insert(slot.to_owned());
    }
    subjects
}

fn are_distinct(records: &Records) -> Result<(), TestCaseError> {
    for object in [Object::Event, Object::Task] {
        for ((deal, subject), slots) in subjects(records, object) {
            prop_assert_eq!(slots.len(), 1, "{} {:?} {:?}", deal, subject, slots);
        }
    }
    let threads = |address: &Address| address.path.as_str().starts_with("thread/");
    for (address, record) in of(records, Object::Task).filter(|(address, _)| threads(address)) {
        let (thread, message) = address.path.as_str().rsplit_once('/').unwrap();
        let first = format!("{}/{thread}/01", address.root);
        let opening = records[&first.parse::<Address>().unwrap()].text("Subject");
        let expect = match message {
            "01" => opening.to_owned(),
            _ => format!("Re: {opening}"),
        };
        prop_assert_eq!(record.text("Subject"), expect);
    }
    Ok(())
}

fn fit(records: &Records) -> Result<(), TestCaseError> {
    for (address, record) in records {
        if let Some(Datum::Json(subject)) = record.fields.get("Subject") {
            let length = subject.as_str().unwrap().chars().count();
            prop_assert!((1..=255).contains(&length), "{address}: {length}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn no_two_meetings_or_threads_of_a_deal_share_a_subject(mut world in worlds()) {
        world.settings.past = (0, 25);
        world.settings.future = (0, 8);
        world.settings.emails = (0, 100);
        let records = world.plan().records;
        are_distinct(&records)?;
        fit(&records)?;
    }

    #[test]
    fn a_list_shorter_than_the_count_is_numbered(mut world in worlds(), length in 1..5usize) {
        world.settings.past = (8, 25);
        world.settings.emails = (20, 40);
        let list = |name: &str| (0..length).map(|number| format!("{name} {number}")).collect();
        world.settings.meeting_subjects = list("Sync");
        world.settings.email_subjects = list("Note");
        are_distinct(&world.plan().records)?;
    }

    #[test]
    fn long_names_make_no_long_subjects(mut world in worlds()) {
        let long = |length| "Ä long näme ".chars().cycle().take(length).collect::<String>();
        for account in world.inventory.accounts.values_mut() {
            account.name = long(255);
        }
        for deal in world.inventory.opportunities.values_mut() {
            deal.name = long(120);
        }
        world.settings.past = (8, 25);
        world.settings.emails = (20, 40);
        let records = world.plan().records;
        fit(&records)?;
        are_distinct(&records)?;
    }

    #[test]
    fn the_longest_subjects_of_a_manifest_fit_with_their_marks(mut world in worlds()) {
        world.settings.past = (8, 25);
        world.settings.emails = (20, 40);
        world.settings.meeting_subjects = vec!["m".repeat(255)];
        world.settings.email_subjects = vec!["é".repeat(255)];
        let records = world.plan().records;
        fit(&records)?;
        for object in [Object::Event, Object::Task] {
            for ((deal, subject), slots) in subjects(&records, object) {
                prop_assert!(slots.len() == 1 || subject.starts_with("Re: "), "{deal} {slots:?}");
            }
        }
    }
}

#[test]
fn nobody_says_the_same_twice_in_a_thread() {
    let mut world = plain_world(4);
    world.settings.emails = (20, 40);
    let mut said = BTreeSet::new();
    let records = world.plan().records;
    let threads = |address: &Address| address.path.as_str().starts_with("thread/");
    for (address, email) in of(&records, Object::Task).filter(|(address, _)| threads(address)) {
        let (thread, _) = address.path.as_str().rsplit_once('/').unwrap();
        let body = email.text("Description").to_owned();
        assert!(
            said.insert((address.root, thread.to_owned(), body)),
            "{address}"
        );
    }
}

#[test]
fn a_list_may_look_like_its_own_numbering() {
    let mut world = plain_world(3);
    world.settings.past = (9, 25);
    world.settings.emails = (20, 40);
    let list = ["Sync", "Sync (2)", "Sync (3)"].map(str::to_owned).to_vec();
    world.settings.meeting_subjects.clone_from(&list);
    world.settings.email_subjects = list;
    are_distinct(&world.plan().records).unwrap();
}

#[test]
fn subjects_fit_how_far_the_deal_had_come() {
    let mut world = plain_world(6);
    world.settings.past = (12, 12);
    for deal in world.inventory.opportunities.values_mut() {
        deal.probability = 10.0;
    }
    let records = world.plan().records;
    for (_, record) in of(&records, Object::Event) {
        let subject = record.text("Subject");
        assert!(
            !subject.contains("Contract") && !subject.contains("procurement"),
            "{subject}"
        );
    }
}
