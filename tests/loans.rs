//! Fields of records that are not ours: lent, kept in step, and given back.

use std::collections::BTreeSet;

use serde_json::json;

use crate::env::{Plan, Served, TestEnv};

const KEPT: &str = "opportunities:\n  keep_fresh: [CloseDate, NextStep]\nactivity:\n";

/// With opportunities that are kept fresh; some of them are past their close date.
fn fresh() -> TestEnv {
    let env = TestEnv::new();
    env.edit("activity:\n", KEPT);
    env.in_org(|org| {
        for (number, id) in open_deals(org).into_iter().take(4).enumerate() {
            let day = format!("2026-10-{:02}", number + 5);
            org.update(
                "Opportunity",
                &id,
                &json!({ "CloseDate": day, "NextStep": "Call Bob" }),
            );
        }
    });
    env
}

fn open_deals(org: &Served) -> Vec<String> {
    org.ids("SELECT Id FROM Opportunity WHERE IsClosed = FALSE ORDER BY CreatedDate, Id LIMIT 6")
}

/// The lent fields of the plan, without what is not.
fn lent(plan: &Plan) -> Vec<String> {
    let of = plan
        .0
        .iter()
        .filter(|change| change.address.ends_with("/loan"));
    let line = |change: &crate::env::Change| {
        let names: Vec<_> = change.fields.iter().map(|field| &*field.name).collect();
        format!("{} {} {}", change.action, change.reason, names.join(" "))
    };
    of.map(line).collect()
}

/// What the org holds, but when and by whom records were last saved.
fn unstamped(env: &TestEnv) -> BTreeSet<String> {
    let line = |(file, line): (&String, &str)| {
        let columns: Vec<_> = line.splitn(7, "\",\"").collect();
        let saved = 3..columns.len().min(6);
        let kept = columns.iter().enumerate();
        let kept = kept.filter(|(place, _)| !saved.contains(place));
        let kept: Vec<_> = kept.map(|(_, column)| *column).collect();
        format!("{file} {}", kept.join(" "))
    };
    let export = env.export();
    let lines = export.iter();
    let lines = lines.flat_map(|(file, text)| text.lines().map(move |line| (file, line)));
    lines.map(line).collect()
}

#[track_caller]
fn check_given_back(env: &TestEnv, before: &BTreeSet<String>) {
    let after = unstamped(env);
    let differing: Vec<_> = after.symmetric_difference(before).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn what_is_lent_is_given_back() {
    let env = fresh();
    let before = unstamped(&env);
    let plan = env.plan("");
    assert_eq!(lent(&plan).len(), 6, "{:?}", lent(&plan));
    env.apply();
    env.nothing_to_do();
    let stale = "SELECT Id FROM Opportunity WHERE CloseDate < 2026-11-20 AND IsClosed = FALSE";
    let covered = env.in_org(open_deals);
    let stale = env.in_org(|org| org.ids(stale));
    assert!(covered.iter().all(|id| !stale.contains(id)), "{stale:?}");
    env.run("destroy -y").exits(0);
    check_given_back(&env, &before);
}
