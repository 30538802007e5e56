//! Where meetings find room: whose hours and holidays they keep, and who is where when.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::prelude::*;

use super::*;
use crate::model::shape::Shape;
use crate::planner::story::{Because, Fallen, Stories};

/// A meeting in UTC, with who is there.
#[derive(Debug)]
struct Meeting {
    address: Address,
    owner: UserId,
    start: Timestamp,
    end: Timestamp,
    contacts: Vec<String>,
}

impl Meeting {
    fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

fn meetings(records: &Records) -> Vec<Meeting> {
    let meeting = |(address, record): (&Address, &Record)| {
        let contacts = match &record.fields["EventWhoIds"] {
            Datum::People(people) => people.iter().map(ToString::to_string).collect(),
            Datum::Json(serde_json::Value::Array(ids)) => {
                let ids = ids.iter().filter_map(serde_json::Value::as_str);
                ids.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        Meeting {
            address: address.clone(),
            owner: UserId(RecordId::parse(record.text("OwnerId")).unwrap()),
            start: record.text("StartDateTime").parse().unwrap(),
            end: record.text("EndDateTime").parse().unwrap(),
            contacts,
        }
    };
    of(records, Object::Event).map(meeting).collect()
}

fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

/// Puts all accounts into a country, and all users into a time zone.
fn between(world: &mut World, country: &str, time_zone: &str) {
    for account in world.inventory.accounts.values_mut() {
        account.country = Some(country.to_owned());
    }
    for user in world.inventory.users.values_mut() {
        time_zone.clone_into(&mut user.time_zone);
    }
}

/// All meetings are held, in both parties' hours and on neither's days off.
fn check_hours(world: &World, [ours, theirs]: [&str; 2], off: &[&str]) {
    let told = world.plan();
    let meetings = meetings(&told.records);
    assert!(!meetings.is_empty() && told.calendars.clashes.is_empty());
    for meeting in &meetings {
        for (name, first, last) in [(ours, 9, 17), (theirs, 8, 18)] {
            let [start, end] = [meeting.start, meeting.end].map(|at| at.to_zoned(zone(name)));
            let full = |hour: i8| start.with().time(jiff::civil::time(hour, 0, 0, 0)).build();
            assert!(
                start >= full(first).unwrap() && end <= full(last).unwrap(),
                "{start}"
            );
            assert!(start.weekday().to_monday_zero_offset() < 5, "{start}");
            let date = start.date().to_string();
            assert!(!off.contains(&date.as_str()), "{date}");
        }
    }
}

#[test]
fn meetings_keep_the_hours_and_holidays_of_both_sides() {
    let mut world = plain_world(4).with_an_owner_each();
    world.settings.past_days = 60;
    world.settings.future_days = 60;
    between(&mut world, "Germany", "America/New_York");
    world.anchor = day("2026-11-20");
    let off = [
        "2026-11-26",
        "2026-11-27",
        "2026-12-25",
        "2026-10-12",
        "2026-11-11",
    ];
    check_hours(&world, ["America/New_York", "Europe/Berlin"], &off);
    // Clocks change on different days in March.
    world.anchor = day("2027-03-24");
    let off = ["2027-03-26", "2027-03-29", "2027-05-06", "2027-05-17"];
    check_hours(&world, ["America/New_York", "Europe/Berlin"], &off);
    between(&mut world, "India", "Europe/London");
    let off = [
        "2027-03-22",
        "2027-03-26",
        "2027-03-29",
        "2027-05-03",
        "2027-05-20",
    ];
    check_hours(&world, ["Europe/London", "Asia/Kolkata"], &off);
    world.anchor = day("2027-01-04");
    let quiet = [
        "2026-12-23",
        "2026-12-24",
        "2026-12-28",
        "2026-12-31",
        "2027-01-01",
    ];
    check_hours(&world, ["Europe/London", "Asia/Kolkata"], &quiet);
}

#[test]
fn the_manifest_may_say_otherwise() {
    let mut world = plain_world(6).with_an_owner_each();
    between(&mut world, "US", "America/New_York");
    world.anchor = day("2027-01-08");
    let dates = |world: &World| -> BTreeSet<String> {
        let zone = zone("America/New_York");
        let meetings = meetings(&world.plan().records);
        let date = |meeting: Meeting| meeting.start.to_zoned(zone.clone()).date().to_string();
        meetings.into_iter().map(date).collect()
    };
    assert!(!dates(&world).contains("2026-12-28"));
    world.settings.added = "calendar: {quiet_days: false, public_holidays: false}\n".to_owned();
    let without = dates(&world);
    let quiet = "2026-12-23".to_owned().."2027-01-03".to_owned();
    assert!(without.range(quiet).next().is_some(), "{without:?}");
    world.settings.added =
        "calendar: {quiet_days: {from: 11-20, to: 01-02}, countries: [JP], holidays: [\"2027-01-04..2027-01-06\"]}\n"
            .to_owned();
    let with = dates(&world);
    let off = "2026-11-20".to_owned().."2027-01-07".to_owned();
    assert_eq!(with.range(off).next(), None);
    assert!(!with.contains("2027-01-11"), "Coming of Age Day");
}

/// How many meetings are held with people who share no hour with the owner.
fn apart(told: &Told) -> usize {
    told.calendars.apart.values().sum::<u32>() as usize
}

#[test]
fn who_shares_no_hour_is_met_in_his_own_day_and_counted() {
    let mut world = plain_world(3).with_an_owner_each();
    between(&mut world, "India", "America/Los_Angeles");
    world.settings.added = "calendar: {public_holidays: false}\n".to_owned();
    let told = world.plan();
    let meetings = meetings(&told.records);
    assert_eq!(apart(&told), meetings.len());
    for meeting in meetings {
        let start = meeting.start.to_zoned(zone("America/Los_Angeles"));
        // Half past eight in the morning there, or an hour later. On a Friday that would be their
        // Saturday, and nobody is called early enough for their Friday.
        let there = start.with_time_zone(zone("Asia/Kolkata"));
        assert!(
            (6..22).contains(&start.hour()) && (8..=10).contains(&there.hour()),
            "{start} {there}"
        );
        assert_ne!(start.weekday(), jiff::civil::Weekday::Friday, "{start}");
    }
    between(&mut world, "Atlantis", "America/Los_Angeles");
    let told = world.plan();
    assert_eq!((apart(&told), told.calendars.placeless.len()), (0, 1));
}

/// Deals of several owners with the same few contacts.
fn busy_world(deals: usize, owners: usize) -> World {
    let mut world = plain_world(deals);
    between(&mut world, "US", "America/New_York");
    let active: Vec<_> = (0..owners).map(|number| user_id(200 + number)).collect();
    let some = world.inventory.users[&user_id(0)].clone();
    world.inventory.users = active.iter().map(|id| (*id, some.clone())).collect();
    for number in 0..deals {
        world.deal(number).owner = active[number % owners];
        world.deal(number).probability = (number * 13 % 90) as f64;
    }
    world
}

#[test]
fn days_and_hours_without_weight_are_left_free_while_there_is_room() {
    let mut world = plain_world(12).with_an_owner_each().with_an_account_each();
    between(&mut world, "US", "America/New_York");
    world.settings.added = "calendar: {public_holidays: false, quiet_days: false, \
                            weekdays: {tuesday: 1, thursday: 2}, hours: {9: 1, 11: 2, 14: 3}}\n"
        .to_owned();
    let meetings = meetings(&world.plan().records);
    let is_weighty = |meeting: &&Meeting| {
        let start = meeting.start.to_zoned(zone("America/New_York"));
        let weekday = start.weekday().to_monday_zero_offset();
        [1, 3].contains(&weekday) && [9, 11, 14].contains(&start.hour())
    };
    let outside = meetings.len() - meetings.iter().filter(is_weighty).count();
    // A few have to lie on the very days that their stories give them.
    assert!(
        meetings.len() > 30 && outside * 10 < meetings.len(),
        "{outside} of {}",
        meetings.len()
    );
}

fn check_nobody_is_twice(meetings: &[Meeting]) {
    for (number, one) in meetings.iter().enumerate() {
        for other in &meetings[number + 1..] {
            let shared = one
                .contacts
                .iter()
                .any(|contact| other.contacts.contains(contact));
            let clash = one.overlaps(other) && (one.owner == other.owner || shared);
            assert!(!clash, "{one:?}\n{other:?}");
        }
    }
}

#[test]
fn while_there_is_room_nobody_is_in_two_places_and_days_are_not_too_long() {
    let world = busy_world(15, 3);
    let told = world.plan();
    assert!(told.calendars.clashes.is_empty(), "{:?}", told.calendars);
    let meetings = meetings(&told.records);
    check_nobody_is_twice(&meetings);
    let mut days: BTreeMap<_, u32> = BTreeMap::new();
    for meeting in &meetings {
        let start = meeting.start.to_zoned(zone("America/New_York"));
        *days.entry((meeting.owner, start.date())).or_default() += 1;
    }
    assert!(days.values().all(|count| *count <= 6));
}

#[test]
fn where_there_is_no_room_fewer_meetings_are_held_and_then_they_overlap() {
    let mut world = busy_world(40, 1);
    world.settings.past_days = 25;
    world.settings.past = (1, 12);
    let told = world.plan();
    let dropped: u32 = told
        .calendars
        .clashes
        .values()
        .map(|clashes| clashes.dropped)
        .sum();
    assert!(dropped > 0);
    world.settings.past_days = 5;
    world.settings.past = (4, 4);
    let told = world.plan();
    let forced: u32 = told
        .calendars
        .clashes
        .values()
        .map(|clashes| clashes.forced)
        .sum();
    assert!(
        forced > 0 && told.overlaps > 0,
        "{forced} {}",
        told.overlaps
    );
}

/// Of so many deals of one owner, how many are told with a weaker shape for want of room, and how
/// many meetings overlap all the same.
fn check_weakened(deals: usize, past: (u32, u32), expect: impl Fn(usize, u32) -> bool) {
    let mut world = busy_world(deals, 1).with_an_account_each();
    world.settings.past_days = 14;
    world.settings.past = past;
    world.settings.added = "stories: {mix: {accelerating: 1}}\n".to_owned();
    let manifest = world.settings.manifest();
    let Stories {
        fallen,
        pins,
        overlaps,
        ..
    } = world.planner(&manifest).stories;
    let for_room = |fallen: &&Fallen| matches!(fallen.because, Because::NoRoom(1..));
    let overlaps = overlaps.values().sum();
    let fell = fallen.values().filter(for_room).count();
    assert!(expect(fell, overlaps), "{deals}: {fell} {overlaps}");
    for (root, Fallen { from, .. }) in &fallen {
        assert!(*from == Shape::Accelerating && pins[root].shape != *from);
    }
    // What was told keeps its shape, however little room there is.
    let told = world.apply();
    assert!(told.pins == pins && world.plan() == told);
}

#[test]
fn where_there_is_no_room_a_weaker_shape_comes_before_an_overlap() {
    check_weakened(12, (0, 12), |fell, overlaps| (fell, overlaps) == (0, 0));
    check_weakened(24, (0, 12), |fell, overlaps| fell > 0 && overlaps == 0);
    check_weakened(40, (2, 12), |fell, overlaps| fell > 0 && overlaps > 0);
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn in_full_calendars_what_was_told_stays(
        deals in 8..30usize,
        past_days in 8..30u32,
        moved in 0..9i32,
        younger in opportunity(),
    ) {
        let mut world = busy_world(deals, 2);
        world.settings.past_days = past_days;
        world.settings.past = (2, 9);
        let first = world.apply();
        prop_assert!(world.plan() == first);
        world.anchor = world.anchor.plus(moved);
        let told = world.apply();
        prop_assert!(world.plan() == told);
        let younger = Opportunity {
            name: "Younger".to_owned(),
            story_key: "younger".to_owned(),
            account: None,
            owner: user_id(200),
            created: Timestamp::from_second(1_800_000_000).unwrap(),
            ..younger
        };
        world.inventory.opportunities.insert(root_id(999), younger);
        let with = world.plan().records;
        for meeting in meetings(&told.records) {
            prop_assert_eq!(with.get(&meeting.address), told.records.get(&meeting.address));
        }
    }
}

#[test]
fn what_found_no_room_stays_out_until_the_anchor_moves_or_it_is_asked_for_anew() {
    let mut world = busy_world(40, 1);
    world.settings.past_days = 25;
    world.settings.past = (1, 12);
    let told = world.apply();
    let held = |told: &Told| meetings(&told.records).len();
    for root in told.pins.keys().step_by(2) {
        world.inventory.opportunities.remove(root);
        world.pins.remove(root);
    }
    let fewer = world.plan();
    let kept = |address: &Address| world.pins.contains_key(&address.root);
    let mut kept_records = told.records.clone();
    kept_records.retain(|address, record| record.object == Object::Event && kept(address));
    let events: Records = of(&fewer.records, Object::Event)
        .map(|(address, record)| (address.clone(), record.clone()))
        .collect();
    assert_eq!(events, kept_records);
    assert!(
        fewer
            .calendars
            .clashes
            .values()
            .any(|clashes| clashes.dropped > 0)
    );

    let mut moved = world.clone();
    moved.anchor = moved.anchor.plus(7);
    assert!(held(&moved.plan()) > held(&fewer));

    let mut anew = world.clone();
    anew.settings.past = (1, 1);
    anew.apply();
    anew.settings.past = (1, 12);
    assert!(held(&anew.plan()) > held(&fewer));
}

/// Where all meetings lie that are held.
fn places(pins: &BTreeMap<RootId, Pins>) -> BTreeMap<(RootId, bool, usize), (i16, u8)> {
    let of = |(root, pins): (&RootId, &Pins)| {
        let sides = [
            (&pins.past, pins.held.past),
            (&pins.future, pins.held.future),
        ];
        let mut places = Vec::new();
        for (is_future, (slots, held)) in [false, true].into_iter().zip(sides) {
            let slots = slots.iter().enumerate();
            let held = slots.filter(|(number, _)| held >> number & 1 == 1);
            places
                .extend(held.map(|(number, slot)| ((*root, is_future, number), (slot.0, slot.1))));
        }
        places
    };
    pins.iter().flat_map(of).collect()
}

/// How many meetings of the same owner's other deals lie elsewhere when one deal is gone, and how
/// many there are, over several deals. (That one is put in the middle is the same, backwards.)
fn moved_by_one_that_goes(world: &World) -> (usize, usize) {
    let before = places(&world.plan().pins);
    let (mut moved, mut all) = (0, 0);
    // The five oldest have shapes by their places, which others would take over.
    for gone in world.inventory.opportunities.keys().skip(5).step_by(3) {
        let mut world = world.clone();
        let owner = world.inventory.opportunities.remove(gone).unwrap().owner;
        let after = places(&world.plan().pins);
        let deals = &world.inventory.opportunities;
        let alike = |root| deals.get(root).is_some_and(|deal| deal.owner == owner);
        for (key, place) in before.iter().filter(|((root, ..), _)| alike(root)) {
            all += 1;
            moved += usize::from(after.get(key) != Some(place));
        }
    }
    (moved, all)
}

#[test]
fn a_deal_that_goes_moves_few_others_even_if_nothing_is_pinned() {
    // Eight owners, and one who has all deals.
    for owners in [8, 1] {
        let mut world = busy_world(40, owners).with_an_account_each();
        world.settings.past_days = 90;
        world.settings.future_days = 45;
        let (moved, all) = moved_by_one_that_goes(&world);
        assert!(all > 200 && moved * 50 < all, "{moved} of {all}");
        world.apply();
        assert_eq!(moved_by_one_that_goes(&world).0, 0);
    }
}

#[test]
fn a_meeting_that_comes_to_lie_on_a_holiday_moves_and_no_other_does() {
    let mut world = plain_world(4).with_an_owner_each();
    between(&mut world, "US", "America/New_York");
    world.anchor = day("2026-09-16");
    let before = places(&world.apply().pins);
    // A week later Labor Day still is behind; a month later Columbus Day and others are.
    for anchor in ["2026-09-23", "2026-10-21", "2026-12-02"] {
        let mut world = world.clone();
        world.anchor = day(anchor);
        let told = world.plan();
        let after = places(&told.pins);
        let off = [
            "2026-09-07",
            "2026-10-12",
            "2026-11-11",
            "2026-11-26",
            "2026-11-27",
        ];
        let base = world.anchor.business();
        for (key, place) in &before {
            let date = base.plus(i32::from(place.0)).day();
            let is_off = off.contains(&date.to_string().as_str()) || date >= day("2026-12-23");
            assert_eq!(after[key] != *place, is_off, "{anchor} {date}");
        }
    }
}

#[test]
fn deals_of_one_owner_are_spread_over_several_by_a_hash() {
    let holders = |names: &str| {
        let mut world = plain_world(60);
        world.settings.added = format!("owners: {{spread: [{names}]}}\n");
        let told = world.plan();
        let pins = told.pins.iter();
        let holders: Vec<_> = pins.map(|(_, pins)| pins.owner).collect();
        let misfits = told.misfits.into_iter().map(|misfit| misfit.message);
        (holders, misfits.collect::<Vec<_>>())
    };
    let (two, misfits) = holders("owner2@example.com, OWNER3@example.com");
    assert_eq!(misfits, Vec::<String>::new());
    let (three, _) = holders("owner2@example.com, OWNER3@example.com, owner4@example.com");
    for number in [2, 3, 4] {
        let share = three.iter().filter(|id| **id == user_id(number)).count();
        assert!((10..=30).contains(&share), "{share}");
    }
    let moved = |(one, other): &(&UserId, &UserId)| one != other;
    let mut moved = two.iter().zip(&three).filter(moved);
    assert!(moved.all(|(_, to)| *to == user_id(4)));
    let (alone, misfits) = holders("owner1@example.com, owner2@example.com, ada@example.com");
    assert!(alone.iter().all(|id| *id == user_id(2)));
    assert_eq!(
        misfits,
        [
            "owner1@example.com is not active in this org",
            "ada@example.com is no user of this org"
        ]
    );
}
