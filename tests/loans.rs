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
    lent_by(plan, &[""])
}

/// And of these records alone.
fn lent_by(plan: &Plan, lenders: &[impl AsRef<str>]) -> Vec<String> {
    let is_of = |address: &str| {
        let mut lenders = lenders.iter();
        lenders.any(|lender| address.starts_with(lender.as_ref()))
    };
    let of = plan
        .0
        .iter()
        .filter(|change| change.address.ends_with("/loan") && is_of(&change.address));
    let line = |change: &crate::env::Change| {
        let names: Vec<_> = change.fields.iter().map(|field| &*field.name).collect();
        format!("{} {} {}", change.action, change.reason, names.join(" "))
    };
    of.map(line).collect()
}

#[track_caller]
fn check_given_back(env: &TestEnv, before: &BTreeSet<String>) {
    let after = env.unstamped();
    let differing: Vec<_> = after.symmetric_difference(before).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn what_is_lent_is_given_back() {
    let env = fresh();
    let before = env.unstamped();
    let plan = env.plan("");
    assert!(lent(&plan).len() >= 4, "{:?}", lent(&plan));
    env.apply();
    env.nothing_to_do();
    let stale = "SELECT Id FROM Opportunity WHERE CloseDate < 2026-11-20 AND IsClosed = FALSE";
    let covered = env.in_org(open_deals);
    let stale = env.in_org(|org| org.ids(stale));
    assert!(covered.iter().all(|id| !stale.contains(id)), "{stale:?}");
    env.run("destroy -y").exits(0);
    check_given_back(&env, &before);
}

/// The first covered deals, which are past their close date.
fn stale(env: &TestEnv) -> Vec<String> {
    env.in_org(|org| open_deals(org)[..4].to_vec())
}

fn close_date(env: &TestEnv, deal: &str) -> String {
    let soql = format!("SELECT CloseDate FROM Opportunity WHERE Id = '{deal}'");
    env.in_org(|org| {
        org.query(&soql)[0]["CloseDate"]
            .as_str()
            .unwrap()
            .to_owned()
    })
}

fn edit_close_date(env: &TestEnv, deal: &str, day: &str) {
    env.in_org(|org| org.update("Opportunity", deal, &json!({ "CloseDate": day })));
}

#[test]
fn without_it_the_plan_tells_of_stale_deals() {
    let env = fresh();
    env.edit(KEPT, "activity:\n");
    env.run("plan")
        .exits(0)
        .says("4 open deals are past their close date");
    env.edit("activity:\n", KEPT);
    let plan = env.run("plan").exits(0);
    assert!(!plan.stdout.contains("past their close date"), "{plan}");
    plan.says("opportunity loans");
    plan.says("lent");
}

#[test]
fn what_somebody_edits_later_is_set_back_but_never_by_destroy() {
    let env = fresh();
    env.apply();
    let deals = stale(&env);
    edit_close_date(&env, &deals[0], "2027-03-01");
    let plan = env.plan("");
    assert_eq!(lent(&plan), ["update drift CloseDate"]);
    edit_close_date(&env, &deals[1], "2027-04-01");
    env.run("plan --destroy")
        .exits(0)
        .says("2 lent fields that were changed by others");
    env.run("destroy -y").exits(0).says("changed by others");
    assert_eq!(close_date(&env, &deals[0]), "2027-03-01");
    assert_eq!(close_date(&env, &deals[1]), "2027-04-01");
    assert_eq!(close_date(&env, &deals[2]), "2026-10-07");
}

#[test]
fn an_edit_that_others_may_make_stays() {
    let env = fresh();
    env.edit(
        "activity:\n",
        "drift: {ignore: [Opportunity.CloseDate]}\nactivity:\n",
    );
    env.apply();
    let deals = stale(&env);
    edit_close_date(&env, &deals[0], "2027-03-01");
    env.nothing_to_do();
    assert_eq!(close_date(&env, &deals[0]), "2027-03-01");
}

#[test]
fn a_field_that_is_named_no_more_is_given_back() {
    let env = fresh();
    let before = env.unstamped();
    env.apply();
    env.edit("[CloseDate, NextStep]", "[NextStep]");
    let plan = env.plan("");
    let expect = vec!["update manifest_changed CloseDate"; 4];
    assert_eq!(lent(&plan), expect);
    env.apply();
    env.nothing_to_do();
    assert_eq!(close_date(&env, &stale(&env)[0]), "2026-10-05");
    env.edit("opportunities:\n  keep_fresh: [NextStep]\n", "");
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    check_given_back(&env, &before);
}

#[test]
fn what_is_lent_moves_with_the_anchor_and_is_still_given_back() {
    let env = fresh();
    let before = env.unstamped();
    env.run("apply -y --as-of 2026-11-12").exits(0);
    let deals = stale(&env);
    let then: jiff::civil::Date = close_date(&env, &deals[0]).parse().unwrap();
    let plan = env.plan("--as-of 2026-11-19");
    // One more has come so near to its close date that what is planned would lie after it.
    let mut expect = vec!["update anchor_moved CloseDate NextStep"; 4];
    expect.push("update new CloseDate");
    assert_eq!(lent(&plan), expect);
    let others = plan
        .0
        .iter()
        .filter(|change| change.reason != "anchor_moved");
    assert_eq!(others.count(), 1);
    env.run("apply -y --as-of 2026-11-19").exits(0);
    env.nothing_to_do();
    let now: jiff::civil::Date = close_date(&env, &deals[0]).parse().unwrap();
    assert_eq!((now - then).get_days(), 7);
    env.run("destroy -y").exits(0);
    check_given_back(&env, &before);
}

/// The four stale deals close in the first half of October, and are lent later dates.
#[test]
fn what_is_lent_leads_no_deal_out_of_the_query_nor_into_it() {
    let env = fresh();
    let october = "{start: 2026-10-01, end: 2026-10-31}";
    let query = format!("limit: 50\n    on_leave: destroy\n    close_date_range: {october}");
    env.edit("limit: 6", &query);
    env.apply();
    let deals = stale(&env);
    for deal in &deals {
        assert!(*close_date(&env, deal) > *"2026-11-20");
    }
    env.nothing_to_do();
    env.run("plan --refresh full").exits(0).says("No changes.");
    env.edit(october, "{start: 2026-11-20, end: 2027-12-31}");
    let plan = env.plan("");
    let back = ["update out_of_selection CloseDate NextStep"; 4];
    assert_eq!(lent_by(&plan, &deals), back);
    env.apply();
    env.nothing_to_do();
    assert_eq!(close_date(&env, &deals[0]), "2026-10-05");
}

#[test]
fn a_deal_that_closes_gets_back_what_it_lent() {
    let env = fresh();
    env.apply();
    let deals = stale(&env);
    env.in_org(|org| {
        org.update(
            "Opportunity",
            &deals[0],
            &json!({"StageName": "Closed Won"}),
        );
        let won = json!({"StageName": "Closed Won", "CloseDate": "2026-11-19"});
        org.update("Opportunity", &deals[1], &won);
    });
    let plan = env.plan("");
    let expect = [
        "update no_longer_wanted CloseDate NextStep",
        "update no_longer_wanted NextStep",
    ];
    assert_eq!(lent_by(&plan, &deals[..2]), expect);
    let is_told = |change: &&crate::env::Change| {
        let mut closed = deals[..2].iter();
        closed.any(|deal| change.address.starts_with(deal))
    };
    let changes = plan.0.iter().filter(is_told);
    let (gone, lent): (Vec<_>, Vec<_>) = changes.partition(|change| change.action == "delete");
    assert_eq!(lent.len(), 2, "what has happened stays");
    for change in &gone {
        let is_meeting = change.address.contains("/meeting/future/") && change.object != "Task";
        assert!(
            is_meeting || change.address.contains("/todo/"),
            "{change:?}"
        );
    }
    assert!(!gone.is_empty(), "what was to come comes no more");
    env.apply();
    env.nothing_to_do();
    assert_eq!(close_date(&env, &deals[0]), "2026-10-05");
    assert_eq!(close_date(&env, &deals[1]), "2026-11-19");
    env.run("destroy -y").exits(0);
    assert_eq!(close_date(&env, &deals[1]), "2026-11-19");
    assert_eq!(close_date(&env, &deals[2]), "2026-10-07");
}

#[test]
fn status_and_runs_know_of_loans_as_of_records() {
    let env = fresh();
    env.edit(KEPT, "activity:\n");
    env.apply();
    let deals = || env.in_org(|org| org.query("SELECT Id, CloseDate, NextStep FROM Opportunity"));
    let before = deals();
    env.edit("activity:\n", KEPT);
    env.apply();
    let status = env.run("status").exits(0);
    status.says("6 opportunities, ").says(" opportunity loans");
    status.says("Nothing was changed outside of demo-gen.");
    edit_close_date(&env, &stale(&env)[0], "2027-03-01");
    env.run("status").exits(0).says("1 record changed");
    edit_close_date(&env, &stale(&env)[0], "2026-10-05");
    let run = env.run_logs().pop().unwrap();
    let (_, run_id) = run.to_str().unwrap().rsplit_once('_').unwrap();
    env.run(&format!("destroy -y --run-id {run_id}")).exits(0);
    assert_eq!(deals(), before);
    let status = env.run("status").exits(0);
    assert!(!status.stdout.contains("opportunity loan"), "{status}");
}

#[test]
fn what_we_lent_changes_no_story() {
    let env = fresh();
    env.edit(KEPT, "activity:\n");
    env.apply();
    env.edit("activity:\n", KEPT);
    env.apply();
    env.nothing_to_do();
    let plan = env.plan("--recast *");
    assert!(plan.is_empty(), "{:?}", plan.summary());
}

#[test]
fn a_saved_plan_and_a_target_lend_as_well() {
    let env = fresh();
    let before = env.unstamped();
    env.run("plan --target */loan --out lend.plan").exits(0);
    env.run("apply lend.plan").exits(0);
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["create"], "{:?}", plan.summary());
    env.run("plan --destroy --out back.plan").exits(0);
    let deals = stale(&env);
    edit_close_date(&env, &deals[0], "2027-03-01");
    env.run("apply back.plan")
        .exits(3)
        .says("CHANGED_MEANWHILE");
    edit_close_date(&env, &deals[0], "2026-10-05");
    env.run("destroy -y").exits(0);
    check_given_back(&env, &before);
}

#[test]
fn a_record_that_is_gone_lends_nothing() {
    let env = fresh();
    env.apply();
    let deals = stale(&env);
    env.in_org(|org| org.delete("Opportunity", &deals[0]));
    env.run("destroy -y --accept-vanished").exits(0);
    env.run("plan --destroy").exits(0).says("No changes.");
}

#[test]
fn nothing_is_lent_that_was_not_read() {
    let env = fresh();
    env.edit(KEPT, "activity:\n");
    env.apply();
    env.edit("activity:\n", KEPT);
    let plan = env.plan("--refresh none");
    assert!(plan.is_empty(), "{:?}", plan.summary());
    env.apply();
    env.run("destroy -y --refresh none").exits(0);
    assert_eq!(close_date(&env, &stale(&env)[0]), "2026-10-05");
}

#[test]
fn after_lost_state_nobody_guesses_what_was_there() {
    let env = fresh();
    env.apply();
    let lent = close_date(&env, &stale(&env)[0]);
    std::fs::remove_file(env.state_file()).unwrap();
    env.run("apply -y --adopt")
        .exits(0)
        .says("what lent fields held before");
    env.nothing_to_do();
    env.run("destroy -y")
        .exits(0)
        .says("lent fields that held nobody knows what before");
    assert_eq!(close_date(&env, &stale(&env)[0]), lent);
}

fn account(env: &TestEnv, name: &str) -> serde_json::Value {
    let soql = format!("SELECT Website, Parent.Name FROM Account WHERE Name = '{name}'");
    env.in_org(|org| org.query(&soql).remove(0))
}

#[test]
fn accounts_lend_a_website_where_they_have_none_and_a_parent() {
    let env = TestEnv::new();
    env.edit(
        "activity:\n",
        "accounts:\n  website: fill\n  parents: {Brightwater Health: Halvorsen Group}\nactivity:\n",
    );
    env.in_org(|org| {
        let soql = "SELECT Id FROM Account WHERE Name = 'Brightwater Health'";
        org.update("Account", &org.ids(soql)[0], &json!({ "Website": null }));
    });
    let before = env.unstamped();
    let plan = env.plan("");
    assert_eq!(lent(&plan), ["update new Website ParentId"]);
    env.apply();
    env.nothing_to_do();
    let brightwater = account(&env, "Brightwater Health");
    assert_eq!(
        brightwater["Website"],
        "https://www.brightwater-health.example"
    );
    assert_eq!(brightwater["Parent"]["Name"], "Halvorsen Group");
    let kept = account(&env, "Halvorsen Group");
    assert_eq!(kept["Website"], "https://www.halvorsen.example");
    env.edit("  website: fill\n", "");
    env.apply();
    env.nothing_to_do();
    assert!(account(&env, "Brightwater Health")["Website"].is_null());
    env.run("destroy -y").exits(0);
    check_given_back(&env, &before);
}

#[test]
fn a_parent_that_nobody_knows_is_refused() {
    let env = TestEnv::new();
    env.edit(
        "activity:\n",
        "accounts: {parents: {Brightwater Health: Nobody, Halvorsen Group: Halvorsen Group}}\nactivity:\n",
    );
    let refused = env.run("plan").exits(65);
    refused.says("no account of a covered opportunity is called \"Nobody\"");
    refused.says("an account cannot belong to itself");
}

#[test]
fn accounts_in_a_circle_are_refused_whoever_made_the_rest_of_it() {
    let env = TestEnv::new();
    env.in_org(|org| {
        let named =
            |name| org.ids(&format!("SELECT Id FROM Account WHERE Name = '{name}'"))[0].clone();
        let group = json!({ "ParentId": named("Halvorsen Group") });
        org.update("Account", &named("Brightwater Health"), &group);
    });
    let by_the_org = "parents: {Halvorsen Group: Brightwater Health}";
    let by_a_made_one =
        "parents: {Halvorsen Group: top}, create: {top: {name: Top, parent: Brightwater Health}}";
    let none = "parents: {Halvorsen Group: Brightwater Health, Brightwater Health: top}, create: {top: {name: Top}}";
    env.edit(
        "activity:\n",
        &format!("accounts: {{{by_the_org}}}\nactivity:\n"),
    );
    let refused = env.run("plan").exits(65);
    refused.says("\"Halvorsen Group\" would belong to itself, in the end");
    env.edit(by_the_org, by_a_made_one);
    let refused = env.run("plan").exits(65);
    refused.says("\"Halvorsen Group\" would belong to itself, in the end");
    env.edit(by_a_made_one, none);
    env.apply();
    env.nothing_to_do();
}
