//! Stories that hold up: what an apply leaves in an org, measured on the org itself.

use jiff::civil::date;
use serde_json::{Value as Json, json};

use crate::env::TestEnv;
use crate::figures::{Org, figures};

#[test]
fn nothing_in_the_sample_company_gives_a_story_away() {
    let env = TestEnv::empty();
    env.write(
        "demo.yaml",
        "run: {name: stories}\n\
         salesforce: {instance_url: embedded, query: {include_closed: true}}\n",
    );
    env.run("apply --auto-approve").exits(0);
    env.run("org export out").exits(0);
    let org = Org::read(&env.path("out")).unwrap();
    assert!(org.meetings.len() > 100, "{} meetings", org.meetings.len());
    let wrong: Vec<_> = figures(&org, date(2026, 11, 20))
        .into_iter()
        .filter(|figure| figure.wrong > 0)
        .map(|figure| figure.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_assigned_and_comes_to_nothing_is_said() {
    let env = TestEnv::new();
    let won = "  - {shape: won, opportunity: \"*\"}\n";
    env.edit(
        "activity:\n",
        &format!("stories:\n  assign:\n  - {{shape: new, opportunity: Nobody}}\n{won}activity:\n"),
    );
    // The item's own line.
    env.run("plan").exits(65).says("demo.yaml:12:5");
    env.edit(won, "");
    let nobody = "`stories.assign[0]` (\"Nobody\") names no opportunity of this plan";
    env.run("plan").exits(0).says(nobody);
    env.apply();
    env.edit("opportunity: Nobody", "opportunity: \"*\"");
    let kept = env.run("plan").exits(0);
    kept.says("No changes.");
    kept.says("keep the shapes that they were told with, though `stories` now says otherwise");
    let anew = env.run("plan --recast *").exits(0);
    assert!(!anew.to_string().contains("now says otherwise"), "{anew}");
    // What no deal that is open can be: a plan goes on with what was told, and a recast cannot.
    env.edit("shape: new", "shape: won");
    let kept = env.run("plan").exits(0);
    kept.says("No changes.");
    kept.says("cannot have the shapes that `stories.assign` gives them, and keep their own: ");
    kept.says("(won is for won deals, and this one is open)");
    env.run("plan --recast *").exits(65);
}

/// All deals were to be accelerating, and none has meetings enough.
fn none_can_be_accelerating() -> TestEnv {
    let env = TestEnv::empty();
    env.write(
        "demo.yaml",
        "run: {name: stories}\nsalesforce: {instance_url: embedded}\n\
         stories: {mix: {accelerating: 1}}\n\
         activity: {meetings: {past_min: 0, past_max: 2, future_min: 0, future_max: 0}}\n",
    );
    env
}

#[test]
fn a_program_reads_what_the_stories_come_to() {
    let env = none_can_be_accelerating();
    let plan = env.run("plan --json").exits(0).stdout;
    let mut lines = plan.lines();
    let head: Json = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(head["format_version"], "1.1");
    let told: Json = serde_json::from_str(lines.next().unwrap()).unwrap();
    let because = "needs 4 past meetings, and `activity.meetings.past_max` is 2";
    let fell = |to: &str, deals: u64, example: &Json| {
        json!({
            "from": "accelerating", "to": to, "because": because,
            "deals": deals, "example": example,
        })
    };
    let examples = [&told["fallen"][0]["example"], &told["fallen"][1]["example"]];
    assert_eq!(
        told,
        json!({
            "type": "story_summary",
            "shapes": [
                {"shape": "at-risk", "deals": 21, "classes": {"risk": 21}, "broken": 0, "rules": {}},
                {
                    "shape": "single-threaded", "deals": 1, "classes": {"risk": 1},
                    "broken": 0, "rules": {},
                },
            ],
            "fallen": [fell("at-risk", 21, examples[0]), fell("single-threaded", 1, examples[1])],
            "calendars": {"overlaps": 0, "forced": 0, "dropped": 0, "apart": 2},
        })
    );
    assert!(
        examples
            .iter()
            .all(|id| id.as_str().unwrap().starts_with("006"))
    );
    let removal = env.run("plan --destroy --json").exits(0).stdout;
    assert!(!removal.contains("story_summary"), "{removal}");
}

#[test]
fn what_is_said_of_stories_is_of_the_deals_that_the_plan_is_about() {
    let env = none_can_be_accelerating();
    let deals = |counts: &Json| -> u64 {
        let counts = counts.as_array().unwrap().iter();
        counts.map(|count| count["deals"].as_u64().unwrap()).sum()
    };
    for (most, apart) in [(3, 0), (8, 1), (22, 2)] {
        let plan = env.run(&format!("plan --json --max-opps {most}"));
        let plan = plan.exits(0).stdout;
        let told: Json = serde_json::from_str(plan.lines().nth(1).unwrap()).unwrap();
        assert_eq!(
            (deals(&told["shapes"]), deals(&told["fallen"])),
            (most, most)
        );
        assert_eq!(told["calendars"]["apart"], apart, "{most}");
    }
    let plan = env.run("plan --max-opps 1").exits(0);
    plan.says("1 deal cannot be accelerating");
    assert!(!plan.stdout.contains("working hours"), "{plan}");
}

#[test]
fn a_plan_says_which_shapes_of_the_mix_do_not_hold() {
    let env = TestEnv::empty();
    let check = |added: &str, expect: &str| {
        env.write(
            "demo.yaml",
            &format!(
                "run: {{name: stories}}\nsalesforce: {{instance_url: embedded}}\n\
                 stories: {{mix: {{accelerating: 1}}}}\n{added}\n"
            ),
        );
        let plan = env.run("plan").stdout;
        // As many lines as the terminal's width asks for.
        let plan = plan.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(plan.contains(expect), !added.is_empty(), "{added}: {plan}");
    };
    check("", "deals cannot be accelerating");
    check(
        "activity: {meetings: {past_min: 0, past_max: 2, future_min: 0, future_max: 0}}",
        "22 deals cannot be accelerating and are told as at-risk (21), single-threaded (1): \
         the shape needs 4 past meetings, and `activity.meetings.past_max` is 2 (22 of 22, such as ",
    );
}

#[test]
fn a_deal_that_closes_and_is_opened_again_moves_along_with_the_others() {
    let env = TestEnv::empty();
    env.write(
        "demo.yaml",
        "run: {name: stories}\n\
         salesforce: {instance_url: embedded, query: {include_closed: true}}\n\
         stories: {mix: {healthy: 1}}\nactivity: {todos: {min: 1, max: 2}}\n",
    );
    let stage = |deal: &str, stage: &str| {
        env.in_org(|org| org.update("Opportunity", deal, &json!({ "StageName": stage })));
    };
    let planned = |deal: &str| -> Vec<String> {
        let soql = format!(
            "SELECT ActivityDate FROM Event WHERE WhatId = '{deal}' AND IsChild = FALSE \
             AND ActivityDate >= 2026-11-20 ORDER BY ActivityDate"
        );
        let days = env.in_org(|org| org.query(&soql));
        let days = days
            .iter()
            .map(|event| event["ActivityDate"].as_str().unwrap().to_owned());
        days.collect()
    };
    env.run("apply -y --as-of 2026-11-02").exits(0);
    let open =
        "SELECT WhatId FROM Event WHERE ActivityDate > 2026-11-02 AND What.Type = 'Opportunity'";
    let deal = env.in_org(|org| org.query(open))[0]["WhatId"]
        .as_str()
        .unwrap()
        .to_owned();
    let was = env.in_org(|org| org.get(&format!("/sobjects/Opportunity/{deal}")));
    stage(&deal, "Closed Lost");
    env.apply();
    env.nothing_to_do();
    env.run("apply -y --as-of 2026-11-20").exits(0);
    assert_eq!(planned(&deal), [] as [&str; 0]);
    stage(&deal, was["StageName"].as_str().unwrap());
    env.apply();
    env.nothing_to_do();
    assert!(!planned(&deal).is_empty());
    let story = env.run(&format!("plan --explain {deal}")).exits(0).stdout;
    assert!(!story.contains("not as a story"), "{story}");
}
