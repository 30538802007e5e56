//! Moving the story to another day.

use std::collections::BTreeMap;

use crate::env::{NOW, TODAY, TestEnv};

/// The day of each activity, by address.
fn days(env: &TestEnv) -> BTreeMap<String, jiff::civil::Date> {
    let plan = env.plan("--destroy");
    let dated = plan
        .0
        .into_iter()
        .filter_map(|change| Some((change.address, change.day?)));
    dated
        .map(|(address, day)| (address, day.parse().unwrap()))
        .collect()
}

/// Applies as of one day, moves to another, and gives the days before and after.
fn moved(from: &str, to: &str) -> [BTreeMap<String, jiff::civil::Date>; 2] {
    let env = TestEnv::new();
    // What would lie on a holiday is moved to the nearest day that is none.
    env.edit(
        "activity:",
        "calendar: {public_holidays: false, quiet_days: false}\nactivity:",
    );
    env.run(&format!("apply -y --as-of {from}")).exits(0);
    let before = days(&env);
    let plan = env.plan(&format!("--as-of {to}"));
    assert_eq!(plan.actions(), ["update"], "{:?}", plan.summary());
    env.run(&format!("apply -y --as-of {to}")).exits(0);
    env.nothing_to_do();
    let after = days(&env);
    assert!(before.keys().eq(after.keys()));
    [before, after]
}

#[test]
fn whole_weeks_keep_weekdays_and_gaps() {
    let [before, after] = moved("2026-11-05", "2026-11-19");
    for (address, day) in &before {
        let later = after[address];
        assert_eq!((later - *day).get_days(), 14, "{address}: {day} to {later}");
    }
}

/// Whether it is still to come: a meeting, not the mail that invites to it, or something to do.
fn is_ahead(address: &str) -> bool {
    let path: Vec<_> = address.split('/').skip(1).collect();
    matches!(path[..], ["meeting", "future", _] | ["todo", _])
}

/// Past stays past, future stays future, on business days; within a deal the order stays.
#[track_caller]
fn check_order(from: &str, to: &str) {
    let [before, after] = moved(from, to);
    let to: jiff::civil::Date = to.parse().unwrap();
    for (address, day) in &after {
        let weekday = day.weekday().to_monday_zero_offset();
        assert!(weekday < 5, "{address} is on {day}");
        if is_ahead(address) {
            assert!(*day > to, "{address} is on {day}");
        } else {
            assert!(*day < to, "{address} is on {day}");
        }
    }
    for (one, day) in &before {
        for (other, other_day) in &before {
            let same_deal = one[..18] == other[..18];
            if same_deal && day < other_day {
                assert!(
                    after[one] <= after[other],
                    "{one} and {other} change places"
                );
            }
        }
    }
}

#[test]
fn days_later_the_order_stays() {
    check_order("2026-11-12", "2026-11-19");
    check_order("2026-11-16", "2026-11-18");
}

#[test]
fn days_earlier_the_order_stays() {
    check_order("2026-11-19", "2026-11-10");
}

#[test]
fn the_anchor_stays_until_it_is_moved() {
    let mut env = TestEnv::new();
    env.apply();
    env.set("DEMO_GEN_NOW", "2026-12-10T15:00:00Z");
    env.nothing_to_do();
    env.run("plan").exits(0).says(TODAY);
    let plan = env.plan("--as-of today");
    assert_eq!(plan.actions(), ["update"], "{:?}", plan.summary());
    assert!(plan.0.iter().all(|change| change.reason == "anchor_moved"));
    env.run("apply -y --as-of today").exits(0);
    env.nothing_to_do();
    env.run("plan").exits(0).says("2026-12-10");
}

#[test]
fn closed_deals_do_not_move() {
    let env = TestEnv::new();
    env.edit("  query:\n", "  query:\n    include_closed: true\n");
    env.edit("limit: 6", "limit: 100");
    env.run("apply -y --as-of 2026-11-06").exits(0);
    let closed = env.in_org(|org| org.ids("SELECT Id FROM Opportunity WHERE IsClosed = TRUE"));
    let told = days(&env);
    let of_closed = |address: &str| closed.iter().any(|id| address.starts_with(id));
    assert!(
        told.keys().any(|address| of_closed(address)),
        "a closed deal has a story"
    );
    let plan = env.plan(&format!("--as-of {TODAY}"));
    assert!(!plan.is_empty());
    for change in &plan.0 {
        assert!(!of_closed(&change.address), "{change:?}");
    }
}

#[test]
fn a_day_after_today_is_refused() {
    let mut env = TestEnv::new();
    env.run("plan --as-of 2026-11-21")
        .exits(64)
        .says("after today");
    // In New York it is still the evening before.
    env.set("DEMO_GEN_NOW", "2026-11-21T03:00:00Z");
    env.run("plan --as-of 2026-11-21").exits(64).says(TODAY);
    env.set("DEMO_GEN_NOW", NOW);
    env.run(&format!("plan --as-of {TODAY}")).exits(0);
}

#[test]
fn a_part_of_the_story_is_not_moved_alone() {
    let env = TestEnv::new();
    env.apply();
    for options in [
        "--target 006*/meeting/*",
        "--exclude 006*/thread/*",
        "--max-opps 2",
    ] {
        env.run(&format!("plan --as-of 2026-11-12 {options}"))
            .exits(64);
    }
    env.nothing_to_do();
}

#[test]
fn activities_are_made_anew_where_the_manifest_says_so() {
    let env = TestEnv::new();
    env.edit(
        "activity:\n",
        "peopleai: {on_reanchor: replace}\nactivity:\n",
    );
    env.run("apply -y --as-of 2026-11-05").exits(0);
    let plan = env.plan("--as-of 2026-11-12");
    for object in ["Event", "Task"] {
        let replaced = plan.of(object);
        assert!(
            replaced
                .map(|change| &change.action)
                .all(|action| action == "replace")
        );
        assert!(plan.of(object).next().is_some());
    }
    env.run("apply -y --as-of 2026-11-12").exits(0);
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
}
