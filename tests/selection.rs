//! Which opportunities are covered, and what becomes of those that are not any more.

use std::collections::BTreeSet;

use serde_json::json;

use crate::env::{Plan, TestEnv};

/// The deals that a plan is about.
fn deals(plan: &Plan) -> BTreeSet<&str> {
    roots(plan, "006")
}

/// The accounts to which a plan adds people, or from which it takes them.
fn accounts(plan: &Plan) -> BTreeSet<&str> {
    roots(plan, "001")
}

fn roots<'a>(plan: &'a Plan, prefix: &str) -> BTreeSet<&'a str> {
    let roots = plan.0.iter().map(|change| &change.address[..18]);
    roots.filter(|root| root.starts_with(prefix)).collect()
}

/// The addresses that a plan is about.
fn addresses(plan: &Plan) -> BTreeSet<&str> {
    plan.0.iter().map(|change| &*change.address).collect()
}

/// The accounts of these deals.
fn accounts_of(env: &TestEnv, deals: &BTreeSet<&str>) -> BTreeSet<String> {
    let read = env.in_org(|org| org.query("SELECT Id, AccountId FROM Opportunity"));
    let theirs = read
        .iter()
        .filter(|deal| deal["Id"].as_str().is_some_and(|id| deals.contains(id)));
    theirs
        .filter_map(|deal| deal["AccountId"].as_str().map(str::to_owned))
        .collect()
}

/// Expects that people are added to and taken from the accounts of these deals alone.
#[track_caller]
fn people_are_of(env: &TestEnv, plan: &Plan, of: &BTreeSet<&str>) {
    let theirs = accounts_of(env, of);
    let strangers: Vec<_> = accounts(plan)
        .into_iter()
        .filter(|account| !theirs.contains(*account))
        .collect();
    assert!(strangers.is_empty(), "{strangers:?} of {theirs:?}");
}

/// An applied story of all new business, one deal of which was renamed an existing one since.
fn after_a_deal_left(on_leave: &str) -> (TestEnv, String) {
    let env = TestEnv::new();
    let query =
        format!("limit: 50\n    opportunity_type: [New Business]\n    on_leave: {on_leave}");
    env.edit("limit: 6", &query);
    env.apply();
    let deal = env.in_org(|org| {
        let new = "SELECT Id FROM Opportunity WHERE IsClosed = FALSE AND Type = 'New Business' ORDER BY Id";
        let deal = org.ids(new).remove(0);
        org.update("Opportunity", &deal, &json!({"Type": "Existing Business"}));
        deal
    });
    (env, deal)
}

#[test]
fn a_deal_that_leaves_the_query_is_kept() {
    let (env, _) = after_a_deal_left("keep");
    env.nothing_to_do();
    env.run("plan").exits(0).says("Kept: 1 opportunity");
}

#[test]
fn a_deal_that_leaves_the_query_goes_where_that_is_wanted() {
    let (env, deal) = after_a_deal_left("destroy");
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["delete"], "{:?}", plan.summary());
    let gone = BTreeSet::from([&*deal]);
    assert_eq!(deals(&plan), gone);
    people_are_of(&env, &plan, &gone);
    env.apply();
    env.nothing_to_do();
}

#[test]
fn an_edited_query_takes_away_what_it_does_not_choose_any_more() {
    let env = TestEnv::new();
    env.edit("limit: 6", "limit: 50");
    env.apply();
    let covered = env.plan("--destroy");
    env.edit(
        "limit: 50",
        "limit: 50\n    opportunity_type: [New Business]",
    );
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["delete"], "{:?}", plan.summary());
    let new = env.in_org(|org| org.ids("SELECT Id FROM Opportunity WHERE Type = 'New Business'"));
    let mut expect = deals(&covered);
    expect.retain(|deal| !new.iter().any(|id| id == deal));
    assert_eq!(deals(&plan), expect);
    people_are_of(&env, &plan, &expect);
    env.apply();
    env.nothing_to_do();
    // People stay only where there is a story left that they can be in.
    let left = env.plan("--destroy");
    people_are_of(&env, &left, &deals(&left));
    assert!(!accounts(&left).is_empty());
}

#[test]
fn what_an_edited_query_takes_away_stays_away_after_an_interruption() {
    let env = TestEnv::new();
    env.edit("limit: 6", "limit: 50");
    env.apply();
    env.edit(
        "limit: 50",
        "limit: 50\n    opportunity_type: [New Business]",
    );
    let before = env.plan("");
    // As many calls as let something go, and not all of it.
    let stopped = (8..).map(|budget| {
        let command = format!("apply -y --api-budget {budget}");
        env.run(&command).exits(8);
        env.plan("")
    });
    let mut stopped = stopped.skip_while(|rest| rest.0.len() == before.0.len());
    let rest = stopped.next().expect("a budget grows without end");
    assert_eq!(rest.actions(), ["delete"], "{:?}", rest.summary());
    env.apply();
    env.nothing_to_do();
}

#[test]
fn an_edit_of_the_query_is_noted_even_where_it_changes_nothing() {
    let env = TestEnv::new();
    env.edit(
        "limit: 6",
        "limit: 50\n    opportunity_type: [New Business]",
    );
    env.apply();
    env.edit("[New Business]", "[New Business, No such type]");
    env.apply().says("No changes.");
    env.in_org(|org| {
        let new = "SELECT Id FROM Opportunity WHERE IsClosed = FALSE AND Type = 'New Business'";
        org.update(
            "Opportunity",
            &org.ids(new)[0],
            &json!({"Type": "Existing Business"}),
        );
    });
    env.nothing_to_do();
}

#[test]
fn an_older_deal_never_pushes_a_covered_one_out() {
    let env = TestEnv::new();
    env.apply();
    let covered = env.plan("--destroy");
    env.edit("limit: 6", "limit: 4");
    env.nothing_to_do();
    env.edit("limit: 4", "limit: 7");
    let more = env.plan("");
    assert_eq!(more.actions(), ["create"]);
    assert_eq!(deals(&more).len(), 1);
    assert!(deals(&more).is_disjoint(&deals(&covered)));
    people_are_of(&env, &more, &deals(&more));
}

#[test]
fn what_is_beyond_the_limit_is_said() {
    let env = TestEnv::new();
    let plan = env.plan("");
    assert_eq!(deals(&plan).len(), 6);
    env.run("plan")
        .exits(0)
        .says("Beyond the limit: 16 opportunities");
    let plan = env.plan("--max-opps 2");
    assert_eq!(deals(&plan).len(), 2);
}

#[test]
fn options_narrow_what_is_written_and_never_what_is_wanted() {
    let env = TestEnv::new();
    let all = env.plan("");
    let one = deals(&all).into_iter().next().unwrap().to_owned();
    let [target, rest] =
        ["--target", "--exclude"].map(|option| env.plan(&format!("{option} {one}")));
    let only = BTreeSet::from([&*one]);
    assert_eq!(deals(&target), only);
    people_are_of(&env, &target, &only);
    assert!(!deals(&rest).contains(&*one));
    let (targeted, others) = (addresses(&target), addresses(&rest));
    assert_eq!(&targeted | &others, addresses(&all));
    // The people whom the deal needs are not of the deal, so leaving it out leaves them in.
    let both = &targeted & &others;
    assert!(
        both.iter().all(|address| address.starts_with("001")),
        "{both:?}"
    );

    env.run(&format!("apply -y --target {one}")).exits(0);
    let left = env.plan("");
    assert_eq!(addresses(&left), &others - &targeted);
    assert_eq!(left.actions(), ["create"], "{:?}", left.summary());
    env.apply();
    env.nothing_to_do();
    let narrowed = env.plan(&format!("--destroy --target {one}/meeting/*"));
    assert!(
        narrowed
            .0
            .iter()
            .all(|change| change.address.contains("/meeting/")),
        "{narrowed:?}"
    );
    assert!(narrowed.of("EventRelation").count() <= narrowed.0.len());
}

#[test]
fn a_target_takes_along_what_it_refers_to() {
    let env = TestEnv::new();
    env.run("org reset --without shared-activities").exits(0);
    let plan = env.plan("--target 006*/meeting/*/attendee/*");
    assert!(plan.of("EventRelation").count() > 0);
    assert!(plan.of("Event").count() > 0, "{:?}", plan.summary());
    assert_eq!(plan.of("Task").count(), 0);
}

#[test]
fn a_recast_deal_is_told_anew_and_no_other() {
    let env = TestEnv::new();
    env.apply();
    let deal = env.in_org(|org| {
        let open =
            "SELECT Id FROM Opportunity WHERE IsClosed = FALSE ORDER BY CreatedDate, Id LIMIT 1";
        let deal = org.ids(open).remove(0);
        org.update(
            "Opportunity",
            &deal,
            &json!({"StageName": "Prospecting", "Amount": 5}),
        );
        deal
    });
    env.nothing_to_do();
    let plan = env.plan(&format!("--recast {deal}"));
    let recast = BTreeSet::from([&*deal]);
    assert_eq!(deals(&plan), recast);
    people_are_of(&env, &plan, &recast);
    env.run(&format!("apply -y --recast {deal}")).exits(0);
    env.nothing_to_do();
}

#[test]
fn another_seed_tells_another_story_until_the_manifest_says_otherwise() {
    let env = TestEnv::new();
    let first = env.plan("");
    assert_ne!(env.plan("--seed 8"), first);
    assert_eq!(env.plan("--seed 7"), first);
    env.run("apply -y --seed 8").exits(0);
    env.nothing_to_do();
    env.edit("seed: 7", "seed: 9");
    assert!(!env.plan("").is_empty());
}

#[test]
fn when_nothing_matches_the_filters_are_counted() {
    let env = TestEnv::new();
    env.edit(
        "limit: 6",
        "limit: 6\n    stages_allowed: [Discovery, Solutioning]",
    );
    let run = env.run("plan").exits(1);
    run.says("no opportunity matches")
        .says("stages_allowed: 0")
        .says("all opportunities: 30");
}

#[test]
fn options_that_name_nothing_are_mistakes() {
    let env = TestEnv::new();
    for options in ["--target nothing-like-it", "--recast nothing-like-it"] {
        env.run(&format!("plan {options}"))
            .exits(64)
            .says("names no");
    }
    env.run("plan --max-opps 0").exits(64);
}
