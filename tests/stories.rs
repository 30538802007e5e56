//! Stories that hold up: what an apply leaves in an org, measured on the org itself.

use jiff::civil::date;

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
        "22 deals cannot be accelerating and are told as at-risk: the shape needs 4 past meetings, \
         and `activity.meetings.past_max` is 2 (22 of 22, such as ",
    );
}
