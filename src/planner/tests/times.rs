//! When things happen: business hours, windows, anchors, and owners' calendars.

use jiff::Zoned;
use jiff::civil::Weekday;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::prelude::*;

use super::*;
use crate::model::pins::Ends;
use crate::planner::timeline::{Direction, Held, Kind, Step};

/// A meeting in its owner's own time.
struct Meeting {
    deal: RootId,
    owner: UserId,
    past: bool,
    start: Zoned,
    end: Zoned,
}

impl Meeting {
    fn day(&self) -> Day {
        Day::from_date(self.start.date())
    }
}

fn zone(world: &World, owner: UserId) -> TimeZone {
    let name = &world.inventory.users[&owner].time_zone;
    TimeZoneDatabase::bundled()
        .get(name)
        .unwrap_or(TimeZone::UTC)
}

fn meetings(world: &World, records: &Records) -> Vec<Meeting> {
    let meeting = |(address, record): (&Address, &Record)| {
        let owner = UserId(RecordId::parse(record.text("OwnerId")).unwrap());
        let local = |name| {
            let instant: Timestamp = record.text(name).parse().unwrap();
            instant.to_zoned(zone(world, owner))
        };
        Meeting {
            deal: address.root,
            owner,
            past: address.path.as_str().starts_with("meeting/past/"),
            start: local("StartDateTime"),
            end: local("EndDateTime"),
        }
    };
    of(records, Object::Event).map(meeting).collect()
}

fn emails(records: &Records) -> Vec<(RootId, Day)> {
    let emails = |record: &Record| record.text("TaskSubtype") == "Email";
    of(records, Object::Task)
        .filter(|(_, record)| emails(record))
        .map(|(address, record)| (address.root, day(record.text("ActivityDate"))))
        .collect()
}

/// The day that the deal's story leads up to.
fn base(world: &World, told: &Told, deal: RootId) -> Day {
    told.pins[&deal].ends.base(world.anchor).day()
}

/// The last day on which the past of a deal may lie, from the day that its story leads up to.
fn last_day(told: &Told, deal: RootId) -> i32 {
    match told.pins[&deal].ends {
        // Ten business days at the most.
        Ends::Won(..) => 14,
        Ends::AtAnchor | Ends::Closed(_) | Ends::Frozen(_) => -1,
    }
}

/// The least that a window of so many days can be is one business day.
fn reach(days: u32) -> i32 {
    (days as i32).max(3)
}

fn weekday(zoned: &Zoned) -> bool {
    !matches!(zoned.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// For each meeting whether it lies on an earlier one of its owner.
fn double_booked(meetings: &[Meeting]) -> usize {
    let mut by_owner: BTreeMap<UserId, Vec<(&Zoned, &Zoned)>> = BTreeMap::new();
    for meeting in meetings {
        by_owner
            .entry(meeting.owner)
            .or_default()
            .push((&meeting.start, &meeting.end));
    }
    let mut count = 0;
    for spans in by_owner.values_mut() {
        spans.sort();
        count += spans
            .windows(2)
            .filter(|pair| pair[0].1 > pair[1].0)
            .count();
    }
    count
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn meetings_lie_in_business_hours_and_in_their_window(world in worlds()) {
        let told = world.plan();
        // Some are early or late for who shares no working hour with the customer.
        let (opens, closes) = if told.calendars.apart.is_empty() { (9, 17) } else { (6, 22) };
        for meeting in meetings(&world, &told.records) {
            prop_assert!(weekday(&meeting.start), "{}", meeting.start);
            prop_assert!((opens..closes).contains(&meeting.start.hour()), "{}", meeting.start);
            let closing_time = meeting.start.with().hour(closes).minute(0).build().unwrap();
            prop_assert!(meeting.end <= closing_time, "{}", meeting.end);
            let days = meeting.day().number() - base(&world, &told, meeting.deal).number();
            if meeting.past {
                prop_assert!(meeting.day() < world.anchor);
                let last = last_day(&told, meeting.deal);
                prop_assert!((-reach(world.settings.past_days)..=last).contains(&days), "{days}");
            } else {
                prop_assert!(meeting.day() > world.anchor);
                let days = meeting.day().number() - world.anchor.number();
                prop_assert!((1..=reach(world.settings.future_days)).contains(&days), "{days}");
            }
        }
    }

    #[test]
    fn emails_are_dated_before_the_anchor_on_business_days(world in worlds()) {
        let told = world.plan();
        for (deal, day) in emails(&told.records) {
            prop_assert!(day == day.business().day() && day < world.anchor, "{day}");
            let days = base(&world, &told, deal).number() - day.number();
            let last = -last_day(&told, deal);
            prop_assert!((last..=reach(world.settings.past_days)).contains(&days), "{days}");
        }
    }

    #[test]
    fn answers_come_after_what_they_answer_and_summaries_after_their_meetings(world in worlds()) {
        let manifest = world.settings.manifest();
        let planner = world.planner(&manifest);
        for root in planner.stories.pins.keys() {
            let timeline = planner.timeline(*root).expect("covered");
            for step in &timeline.steps {
                let (Kind::Mail(..), Some(about)) = (step.kind, step.about) else {
                    continue;
                };
                let about = &timeline.steps[about];
                let path = step.path.as_str();
                if ["/invite", "/prep"].iter().any(|end| path.ends_with(end)) {
                    prop_assert!(step.when.at < about.when.at, "{root} {path}");
                } else {
                    let over = about.when.at + i64::from(about.when.minutes) * 60;
                    prop_assert!(step.when.at > over, "{root} {path}");
                }
            }
        }
    }

    #[test]
    fn nothing_but_a_kick_off_happens_after_a_deal_is_closed(world in worlds()) {
        let told = world.plan();
        for (root, deal) in &world.inventory.opportunities {
            if !deal.closed || told.skipped.contains(root) {
                continue;
            }
            prop_assert!(told.pins[root].ends.is_closed());
            let of_deal = |deal: &RootId| deal == root;
            let is_kick_off = |day: Day| day < world.anchor && last_day(&told, *root) > 0;
            let mut later = 0;
            for meeting in meetings(&world, &told.records) {
                if of_deal(&meeting.deal) && !(meeting.past && meeting.day() < deal.close_date) {
                    prop_assert!(meeting.past && is_kick_off(meeting.day()));
                    later += 1;
                }
            }
            prop_assert!(later <= 1);
            for (of, day) in emails(&told.records) {
                prop_assert!(!of_deal(&of) || day < deal.close_date || later == 1 && is_kick_off(day));
            }
        }
    }

    #[test]
    fn whole_weeks_keep_weekdays_and_other_moves_keep_order_and_gaps(
        mut world in worlds(),
        moved in -20..40i32,
    ) {
        // Holidays are in nobody's way, nor are closed deals, which stay behind, and whose meetings
        // colleagues join.
        world = world.with_an_owner_each();
        for deal in world.inventory.opportunities.values_mut() {
            deal.closed = false;
        }
        world.settings.added =
            "calendar: {public_holidays: false, quiet_days: false}\n".to_owned();
        world.inventory.contacts.clear();
        // Clocks change for all on one day.
        for user in world.inventory.users.values_mut() {
            "Europe/Berlin".clone_into(&mut user.time_zone);
        }
        let before = world.apply();
        let old = meetings(&world, &before.records);
        let then = world.clone();
        world.anchor = world.anchor.plus(moved);
        let after = world.plan();
        let new = meetings(&world, &after.records);
        prop_assert!(before.records.keys().eq(after.records.keys()));
        for (old, new) in old.iter().zip(&new) {
            let ends = after.pins[&old.deal].ends;
            let bases = [base(&then, &before, old.deal), ends.base(world.anchor).day()];
            let gaps = [(old.day(), bases[0]), (new.day(), bases[1])]
                .map(|(day, base)| day.business().since(base.business()));
            prop_assert_eq!(gaps[0], gaps[1]);
            prop_assert_eq!(old.start.time(), new.start.time());
            prop_assert_eq!(old.start.weekday() == new.start.weekday() || moved % 7 != 0, true);
            prop_assert_eq!(new.past, old.past);
            prop_assert_eq!(new.day() < world.anchor, new.past);
            prop_assert_ne!(new.day(), world.anchor);
        }
        for ((of, old), (_, new)) in emails(&before.records).iter().zip(emails(&after.records)) {
            let bases = [base(&then, &before, *of), base(&world, &after, *of)];
            let gaps = [(*old, bases[0]), (new, bases[1])]
                .map(|(day, base)| day.business().since(base.business()));
            prop_assert_eq!(gaps[0], gaps[1]);
            prop_assert!(new < world.anchor);
        }
    }

    #[test]
    fn who_has_room_is_never_in_two_meetings_at_once(world in worlds()) {
        let mut world = world.with_an_owner_each();
        // Room for all slots of one deal.
        world.settings.past_days = world.settings.past_days.max(40);
        world.settings.future_days = world.settings.future_days.max(14);
        let told = world.plan();
        prop_assert_eq!(double_booked(&meetings(&world, &told.records)), 0);
        prop_assert_eq!(told.overlaps, 0);
    }

    #[test]
    fn the_overlaps_are_those_that_the_records_show(world in worlds(), pinned: bool, moved in 0..9i32) {
        let mut world = world;
        world.settings.past = (5, 12);
        world.settings.past_days = 7;
        world.settings.future_days = 7;
        let owner = user_id(0);
        for deal in world.inventory.opportunities.values_mut() {
            deal.owner = owner;
        }
        if pinned {
            world.apply();
            world.anchor = world.anchor.plus(moved);
        }
        let told = world.plan();
        prop_assert_eq!(told.overlaps, double_booked(&meetings(&world, &told.records)) as u32);
    }
}

#[test]
fn a_deal_that_closes_stays_where_it_was_when_the_anchor_moves() {
    let mut world = plain_world(2);
    let before = world.apply();
    world.deal(1).closed = true;
    world.deal(1).close_date = world.anchor.plus(2);
    world.anchor = world.anchor.plus(7);
    let after = world.apply();
    let moved = differing(&before.records, &after.records);
    assert!(!moved.is_empty() && moved.iter().all(|address| address.root == root_id(0)));
    assert_eq!(
        after.pins[&root_id(1)].ends,
        Ends::Frozen(day("2026-11-20"))
    );
    world.anchor = world.anchor.plus(7);
    let later = world.apply();
    assert_eq!(
        later.pins[&root_id(1)].ends,
        Ends::Frozen(day("2026-11-20"))
    );
    // Opened again, it moves along with the others again, as though it had never been closed.
    world.deal(1).closed = false;
    let again = world.apply();
    assert_eq!(again.pins[&root_id(1)].ends, Ends::AtAnchor);
    let now = world.anchor;
    let of_deal = |records: &Records| {
        let mut held = meetings(&world, records);
        held.retain(|meeting| meeting.deal == root_id(1));
        held
    };
    assert_eq!(
        of_deal(&again.records).len(),
        of_deal(&before.records).len()
    );
    for meeting in of_deal(&again.records) {
        assert_eq!(meeting.past, meeting.day() < now, "{}", meeting.day());
    }
    assert_eq!(world.plan(), again);
}

#[test]
fn a_deal_that_closes_keeps_what_was_and_loses_what_was_to_come() {
    let mut world = plain_world(4);
    let before = world.apply().records;
    let to_come = before.iter().filter(|record| is_to_come(*record));
    let objects: BTreeSet<_> = to_come.map(|(_, record)| record.object).collect();
    assert!(objects.contains(&Object::Event) && objects.contains(&Object::Task));
    for deal in world.inventory.opportunities.values_mut() {
        deal.closed = true;
    }
    // An invitation that was sent stays sent.
    let mut left = before.clone();
    left.retain(|address, record| !is_to_come((address, record)));
    assert_eq!(world.plan().records, left);
    // And gets it back when it opens again.
    for deal in world.inventory.opportunities.values_mut() {
        deal.closed = false;
    }
    assert_eq!(world.plan().records, before);
}

#[test]
fn a_closed_deal_leads_up_to_its_close_date() {
    let mut world = plain_world(1);
    world.deal(0).closed = true;
    for (close, base) in [
        ("2026-10-30", "2026-10-30"),
        ("2026-10-31", "2026-10-30"),
        // Closed before its date: the story has been told up to today.
        ("2027-01-15", "2026-11-20"),
    ] {
        world.deal(0).close_date = day(close);
        let told = world.plan();
        let ends = told.pins[&root_id(0)].ends;
        assert_eq!(ends.base(world.anchor).day(), day(base), "{close}");
        assert!(
            !told
                .records
                .keys()
                .any(|a| a.path.as_str().starts_with("meeting/future"))
        );
    }
}

#[test]
fn everybody_writes_in_their_own_working_day_and_speaks_in_that_of_both() {
    let mut world = plain_world(60);
    // After Easter and Labour Day, which Brazil and Germany keep; but we know no holidays of Brazil.
    world.anchor = day("2026-05-08");
    world.settings.emails = (10, 30);
    world.settings.own = "calls: {min: 2, max: 4}".to_owned();
    for deal in world.inventory.opportunities.values_mut() {
        deal.owner = user_id(4);
    }
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let holidays = ["2026-04-03", "2026-04-06", "2026-05-01"].map(day);
    let mut mails = [0, 0];
    for root in planner.stories.pins.keys() {
        for step in &planner.timeline(*root).unwrap().steps {
            let at = Timestamp::from_second(step.when.at).unwrap();
            let ours = at.in_tz("America/Sao_Paulo").unwrap();
            let theirs = at.in_tz("Europe/Berlin").unwrap();
            let told = format!("{root} {} {theirs}", step.path);
            match step.kind {
                Kind::Mail(Direction::Inbound, _) => {
                    assert!(
                        weekday(&theirs) && (9..18).contains(&theirs.hour()),
                        "{told}"
                    );
                    assert!(!holidays.contains(&step.when.day), "{told}");
                    assert_eq!(step.when.day, Day::from_date(theirs.date()), "{told}");
                    mails[0] += 1;
                }
                Kind::Mail(Direction::Outbound, _) => {
                    assert!(weekday(&ours) && (9..18).contains(&ours.hour()), "{told}");
                    mails[1] += 1;
                }
                Kind::Call(_) => {
                    assert!((9..18).contains(&ours.hour()), "{told}");
                    assert!((8..18).contains(&theirs.hour()), "{told}");
                    assert!(!holidays.contains(&step.when.day), "{told}");
                }
                Kind::Meeting(_) | Kind::Todo => {}
            }
        }
    }
    assert!(mails.iter().all(|mails| *mails > 100), "{mails:?}");
}

#[test]
fn nobody_writes_or_calls_from_within_a_meeting_that_is_held_in_any_case() {
    let mut world = plain_world(400).with_an_owner_each();
    world.settings.emails = (10, 30);
    world.settings.own = "calls: {min: 2, max: 4}".to_owned();
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    // What is written takes no time.
    let end = |step: &Step| step.when.at + i64::from(step.when.minutes * 60).max(1);
    let mut seen = [0, 0];
    for root in planner.stories.pins.keys() {
        let steps = &planner.timeline(*root).unwrap().steps;
        let is_held = |step: &&Step| step.core && step.kind == Kind::Meeting(Held::Yes);
        for step in steps {
            match step.kind {
                Kind::Mail(..) => seen[0] += 1,
                Kind::Call(_) => seen[1] += 1,
                Kind::Meeting(_) | Kind::Todo => continue,
            }
            let is_ours = !matches!(step.kind, Kind::Mail(Direction::Inbound, _));
            let writer = step.people.main.map(usize::from);
            let mut within = steps.iter().filter(is_held).filter(|meeting| {
                let mut attending = meeting.people.places();
                let is_there = is_ours || attending.any(|place| Some(place) == writer);
                is_there && step.when.at < end(meeting) && meeting.when.at < end(step)
            });
            let meeting = within.next();
            assert!(meeting.is_none(), "{root} {} {meeting:?}", step.path);
        }
    }
    assert!(seen.iter().all(|seen| *seen > 500), "{seen:?}");
}

#[test]
fn our_own_mails_are_written_in_our_working_day() {
    for (zone, country) in [
        ("Europe/Berlin", "Germany"),
        ("Europe/Berlin", "US"),
        ("America/Los_Angeles", "Japan"),
    ] {
        let mut world = plain_world(60);
        for user in world.inventory.users.values_mut() {
            zone.clone_into(&mut user.time_zone);
        }
        for account in world.inventory.accounts.values_mut() {
            account.country = Some(country.to_owned());
        }
        let manifest = world.settings.manifest();
        let planner = world.planner(&manifest);
        let mut mails = 0;
        for root in planner.stories.pins.keys() {
            for step in &planner.timeline(*root).unwrap().steps {
                if !matches!(step.kind, Kind::Mail(Direction::Outbound, _)) {
                    continue;
                }
                let at = Timestamp::from_second(step.when.at).unwrap();
                let at = at.in_tz(zone).unwrap();
                let told = format!("{root} {} {at}", step.path);
                assert!(weekday(&at) && (9..18).contains(&at.hour()), "{told}");
                mails += 1;
            }
        }
        assert!(mails > 100, "{zone} {country} {mails}");
    }
}
