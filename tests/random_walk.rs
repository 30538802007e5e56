//! Any edits in any order: each apply converges, and destroy leaves the org as others made it.

use serde_json::json;

use crate::env::{Draws, MANIFEST, Served, TestEnv};

const WALKS: u64 = 6;
const STEPS: usize = 6;

/// What the manifest may be changed to: a text of it, and what may stand in its place.
const EDITS: &[(&str, &[&str])] = &[
    (
        "past_max: 4",
        &["past_max: 2", "past_max: 5", "past_max: 8"],
    ),
    ("future_max: 2", &["future_max: 1", "future_max: 3"]),
    ("max: 6\n", &["max: 3\n", "max: 9\n"]),
    (
        "limit: 6",
        &[
            "limit: 4",
            "limit: 9",
            "limit: 7\n    opportunity_type: [New Business]",
        ],
    ),
    (
        "seed: 7",
        &[
            "seed: 8",
            "seed: 7\n  as_of: 2026-11-10",
            "seed: 7\n  as_of: today",
        ],
    ),
    (
        "activity:\n",
        &[
            "activity:\n  subjects: {meetings: [Call, Review]}\n",
            "activity:\n  realism_level: none\n",
            "activity:\n  past_days: 30\n",
            "scorecards: {templates: []}\nactivity:\n",
            "scorecards: {coverage_target: 0.3}\nactivity:\n",
        ],
    ),
];

/// What others do to the records in the org.
const DEEDS: &[fn(&Served, &mut Draws)] = &[
    |org, draws| {
        let id = any(org, draws, "Event WHERE Demo_Key__c != null");
        org.update(
            "Event",
            &id,
            &json!({"Subject": "Lunch", "Location": "Canteen"}),
        );
    },
    |org, draws| {
        let id = any(org, draws, "Task WHERE Demo_Key__c != null");
        org.delete("Task", &id);
    },
    |org, draws| {
        let id = any(org, draws, "Demo_Scorecard__c WHERE Demo_Key__c != null");
        if !id.is_empty() {
            org.delete("Demo_Scorecard__c", &id);
        }
    },
    |org, draws| {
        let id = any(org, draws, "Event WHERE Demo_Key__c != null");
        org.delete("Event", &id);
    },
];

#[test]
fn every_walk_converges() {
    for walk in 0..WALKS {
        let env = TestEnv::new();
        let before = env.export_of_a_new_org();
        let mut draws = Draws(walk << 32);
        let mut story = Vec::new();
        for _ in 0..STEPS {
            story.push(step(&env, &mut draws));
            let applied = env.run("apply -y --accept-vanished");
            assert_eq!(applied.code, Some(0), "{story:#?}\n{applied}");
            let left = env.run("plan --detailed-exitcode");
            assert_eq!(left.code, Some(0), "{story:#?}\n{left}");
        }
        env.run("destroy -y").exits(0);
        assert!(env.export() == before, "something is left: {story:#?}");
    }
}

/// Changes the manifest or the org, and says how.
fn step(env: &TestEnv, draws: &mut Draws) -> String {
    if draws.below(3) == 0 && !env.plan("--destroy").is_empty() {
        let deed = draws.below(DEEDS.len());
        env.in_org(|org| DEEDS[deed](org, draws));
        return format!("deed {deed}");
    }
    let mut manifest = MANIFEST.to_owned();
    for (from, to) in EDITS {
        if draws.below(3) == 0 {
            manifest = manifest.replace(from, to[draws.below(to.len())]);
        }
    }
    env.write("demo.yaml", &manifest);
    manifest
}

fn any(org: &Served, draws: &mut Draws, from: &str) -> String {
    let mut ids = org.ids(&format!("SELECT Id FROM {from} ORDER BY Demo_Key__c"));
    if ids.is_empty() {
        String::new()
    } else {
        ids.swap_remove(draws.below(ids.len()))
    }
}
