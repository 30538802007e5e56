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
