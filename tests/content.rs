//! Texts from a language model: asked for once, kept, judged, and never told anything personal.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use crate::env::{Answer, Model, TestEnv, files};

const KEY: &str = "sk-very-secret";

/// The small story with a model to write its texts.
fn env(model: &Model) -> TestEnv {
    let mut env = TestEnv::new();
    let manifest = env.read("demo.yaml");
    let llm = format!(
        "llm:\n  enabled: true\n  base_url: {}\n  max_tokens_total: 2000000\n",
        model.url
    );
    env.write("demo.yaml", &(manifest + &llm));
    env.set("OPENAI_API_KEY", KEY);
    env
}

fn good() -> Model {
    Model::start(|_| Answer::Good)
}

/// How many records of the org hold this in one of their long texts.
fn holding(env: &TestEnv, text: &str) -> usize {
    let export = env.export();
    let all = export.values().map(|file| file.matches(text).count());
    all.sum()
}

/// The lines of the last run's events with this action.
fn events(env: &TestEnv, action: &str) -> Vec<Json> {
    let log = env.run_logs().pop().unwrap().join("events.jsonl");
    let lines = fs::read_to_string(log).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|line: &Json| line["action"] == action)
        .collect()
}

fn summary(env: &TestEnv) -> Json {
    let log = env.run_logs().pop().unwrap().join("summary.json");
    serde_json::from_str(&fs::read_to_string(log).unwrap()).unwrap()
}

#[test]
fn a_plan_asks_nobody_and_apply_asks_once() {
    let model = good();
    let env = env(&model);
    let plan = env.run("plan").exits(0);
    plan.says("texts to generate, about");
    assert_eq!(model.asked().len(), 0);
    assert!(!env.path(".demo-gen/content.sqlite").exists());
    env.apply();
    let asked = model.asked().len();
    assert!(asked > 0 && holding(&env, "The zebra was with us") >= asked);
    assert_eq!(holding(&env, "{{"), 0, "every placeholder is filled in");
    assert_eq!(events(&env, "text_generated").len(), asked);
    assert_eq!(summary(&env)["texts"]["generated"], asked);
    assert_eq!(summary(&env)["texts"]["tokens"], asked * 100);
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    env.apply();
    assert_eq!(model.asked().len(), asked, "the cache knows them all");
    env.nothing_to_do();
}

#[test]
fn texts_can_be_reviewed_before_they_are_applied() {
    let model = good();
    let env = env(&model);
    let plan = env.run("plan --generate --out reviewed.plan").exits(0);
    assert!(!plan.stdout.contains("texts to generate"), "{plan}");
    let asked = model.asked().len();
    let shown = env.run("show --all reviewed.plan").exits(0);
    shown.says("The zebra was with us");
    env.run("apply reviewed.plan").exits(0);
    assert_eq!(model.asked().len(), asked);
    assert!(holding(&env, "The zebra was with us") >= asked);
    env.nothing_to_do();
}

#[test]
fn a_saved_plan_is_enough_to_write_its_texts() {
    let model = good();
    let env = env(&model);
    env.run("plan --out bare.plan").exits(0);
    env.run("show --all bare.plan")
        .exits(0)
        .says("(to be generated)");
    env.run("apply bare.plan").exits(0);
    assert!(holding(&env, "The zebra was with us") >= model.asked().len());
    env.nothing_to_do();
}

#[test]
fn what_fails_is_offline_until_it_is_asked_for_again() {
    let is_down = Arc::new(AtomicBool::new(true));
    let (refused, strange) = (OnceLock::new(), OnceLock::new());
    let is = Arc::clone(&is_down);
    // The same two texts fail whenever they are asked for; of a thread other things are said.
    let model = Model::start(move |asked| {
        if asked.is_thread() || !is.load(Ordering::SeqCst) {
            return Answer::Good;
        }
        let facts = asked.facts();
        if *refused.get_or_init(|| facts.clone()) == facts {
            return Answer::Says("I'm sorry, I can't do that.");
        }
        if *strange.get_or_init(|| facts.clone()) == facts {
            return Answer::Says("Nothing of use in it, just {{nobody}} at all.");
        }
        Answer::Good
    });
    let env = env(&model);
    env.apply();
    let reasons = events(&env, "text_fallback");
    let reasons: Vec<_> = reasons
        .iter()
        .map(|line| line["reason"].as_str().unwrap())
        .collect();
    assert!(reasons.contains(&"refused"), "{reasons:?}");
    assert!(
        reasons.contains(&"\"nobody\" stands for nothing"),
        "{reasons:?}"
    );
    assert_eq!(summary(&env)["texts"]["fallback"], 2);
    env.nothing_to_do();
    env.apply();
    let asked = model.asked().len();
    is_down.store(false, Ordering::SeqCst);
    let again = env.run("plan --generate").exits(0);
    again.says("text generated");
    assert_eq!(model.asked().len(), asked + 2);
    env.run("apply -y --generate").exits(0);
    assert_eq!(model.asked().len(), asked + 2);
    assert!(holding(&env, "The zebra was with us") >= asked);
    assert!(events(&env, "text_fallback").is_empty());
    env.nothing_to_do();
    env.run("plan --generate --detailed-exitcode").exits(0);
}

#[test]
fn without_a_key_texts_are_offline_and_that_is_said_once() {
    let mut env = TestEnv::new();
    let manifest = env.read("demo.yaml");
    env.write("demo.yaml", &(manifest + "llm: {enabled: true}\n"));
    let run = env.apply();
    let said = format!("{}{}", run.stdout, run.stderr);
    assert_eq!(said.matches("OPENAI_API_KEY").count(), 1, "{run}");
    env.nothing_to_do();
    let model = good();
    env.edit(
        "llm: {enabled: true}",
        &format!("llm: {{enabled: true, base_url: '{}'}}", model.url),
    );
    env.nothing_to_do();
    env.set("OPENAI_API_KEY", KEY);
    env.run("apply -y --generate").exits(0);
    assert!(holding(&env, "The zebra was with us") > 0);
    env.nothing_to_do();
}

#[test]
fn nothing_personal_is_sent() {
    let model = good();
    let env = env(&model);
    env.apply();
    let export = env.export();
    let mut forbidden = Vec::new();
    for (file, columns) in [
        (
            "Contact.csv",
            &["FirstName", "LastName", "Email", "Phone", "MobilePhone"][..],
        ),
        ("User.csv", &["LastName", "Email", "Username", "Phone"][..]),
        ("Opportunity.csv", &["Amount"][..]),
    ] {
        let mut reader = csv::Reader::from_reader(export[file].as_bytes());
        let headers = reader.headers().unwrap().clone();
        for row in reader.records() {
            let row = row.unwrap();
            let named = headers.iter().zip(row.iter());
            let values =
                named.filter(|(column, value)| columns.contains(column) && value.len() > 3);
            forbidden.extend(values.map(|(_, value)| value.to_owned()));
        }
    }
    assert!(
        forbidden.len() > 50,
        "the company has people: {forbidden:?}"
    );
    let asked = model.asked();
    assert!(!asked.is_empty());
    for asked in asked {
        let facts = asked.facts();
        let words: Vec<_> = facts.split(|char: char| !char.is_alphanumeric()).collect();
        for value in &forbidden {
            let is_told = words.contains(&value.as_str())
                || value.contains(['@', ' ', '.']) && asked.body.contains(value.as_str());
            assert!(!is_told, "{value:?} in {facts}");
        }
        assert!(!facts.contains('@') && !facts.contains('$'), "{facts}");
    }
}

#[test]
fn the_key_is_nowhere() {
    let model = Model::start(|_| Answer::Status(401, None));
    let env = env(&model);
    let run = env.run("apply -y").exits(0);
    run.says("the model answered 401: no, Bearer (the key)");
    assert_eq!(
        model.asked()[0].authorization.as_deref(),
        Some("Bearer sk-very-secret")
    );
    env.run("plan --generate --out saved.plan").exits(0);
    env.run("content export texts.jsonl").exits(0);
    env.run("content list")
        .exits(0)
        .says("failed: the model answered 401");
    assert_absent(&env.path("."), KEY);
}

/// No file in the folder, at any depth, holds the text.
#[track_caller]
fn assert_absent(folder: &std::path::Path, text: &str) {
    for path in files(folder) {
        if path.is_dir() {
            assert_absent(&path, text);
        } else {
            let bytes = fs::read(&path).unwrap();
            let is_in = bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes());
            assert!(!is_in, "{}", path.display());
        }
    }
}

#[test]
fn another_machine_with_the_texts_asks_nothing() {
    let model = good();
    let first = env(&model);
    first.run("plan --generate").exits(0);
    first.run("content export texts.jsonl").exits(0);
    let asked = model.asked().len();
    let second = env(&model);
    second.write("texts.jsonl", &first.read("texts.jsonl"));
    let import = second.run("content import texts.jsonl").exits(0);
    import.says(&format!("Imported {asked} of {asked} texts"));
    second.apply();
    assert_eq!(model.asked().len(), asked);
    second.nothing_to_do();
}

#[test]
fn a_budget_ends_the_asking() {
    let model = good();
    let env = env(&model);
    env.edit("max_tokens_total: 2000000", "max_tokens_total: 4000");
    let run = env.apply();
    run.says("`llm.max_tokens_total` allows 4000 tokens");
    let texts = &summary(&env)["texts"];
    assert!(texts["tokens"].as_u64().unwrap() <= 4000 && texts["generated"].as_u64().unwrap() > 0);
    assert!(texts["fallback"].as_u64().unwrap() > 0);
    env.nothing_to_do();
}

#[test]
fn moving_the_story_asks_for_no_text_again() {
    let model = good();
    let mut env = env(&model);
    // A meeting that makes way for a holiday may come to lie before another one, which then tells
    // of it.
    env.edit(
        "activity:",
        "calendar: {public_holidays: false, quiet_days: false}\nactivity:",
    );
    env.apply();
    let asked = model.asked().len();
    env.set("DEMO_GEN_NOW", "2026-11-27T15:00:00Z");
    let run = env.run("apply -y --as-of today").exits(0);
    run.says("anchor moved");
    assert_eq!(model.asked().len(), asked);
    env.nothing_to_do();
}

#[test]
fn answers_of_scorecards_follow_their_mode() {
    let refuses = || Model::start(|_| Answer::Says("I'm sorry, but no."));
    for (mode, expect_asked, expect_open) in [
        ("heuristic", false, false),
        ("hybrid", true, false),
        ("llm", true, true),
    ] {
        let model = refuses();
        let env = env(&model);
        let manifest = env.read("demo.yaml");
        env.write(
            "demo.yaml",
            &format!("{manifest}scorecards: {{mode: {mode}}}\n"),
        );
        env.apply();
        let is_asked = model
            .asked()
            .iter()
            .any(|asked| asked.facts().contains("- question:"));
        assert_eq!(is_asked, expect_asked, "{mode}");
        let answers = env.export()["Demo_Scorecard_Answer__c.csv"].clone();
        let mut reader = csv::Reader::from_reader(answers.as_bytes());
        let column = reader
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "Answer__c")
            .unwrap();
        let is_open = reader.records().all(|row| row.unwrap()[column].is_empty());
        assert_eq!(is_open, expect_open, "{mode}");
        env.nothing_to_do();
    }
}

#[test]
fn a_model_words_the_next_steps_that_deals_lend() {
    let model = good();
    let env = env(&model);
    env.edit(
        "activity:\n",
        "opportunities: {keep_fresh: [NextStep]}\nactivity:\n",
    );
    let before = env.unstamped();
    env.apply();
    let asked = model.asked();
    let asked = asked
        .iter()
        .filter(|asked| asked.facts().contains("- what comes next: "));
    let asked = asked.count();
    let steps = env.in_org(|org| org.query("SELECT NextStep FROM Opportunity"));
    let worded = steps.iter().filter_map(|deal| deal["NextStep"].as_str());
    let worded = worded.filter(|step| step.contains("The zebra was with us"));
    assert!(asked > 0);
    assert_eq!(worded.count(), asked);
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    let after = env.unstamped();
    let differing: Vec<_> = after.symmetric_difference(&before).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}
