//! What a person sees of a whole day's work, kept as it was reviewed.

use serde_json::json;
use snapbox::{Assert, Data, data::DataFormat};

use crate::env::TestEnv;

/// A day: its commands, with what is changed in between.
struct Day {
    env: TestEnv,
    transcript: String,
}

impl Day {
    fn of_one_deal() -> Self {
        let env = TestEnv::new();
        env.edit("limit: 6", "limit: 1");
        Self {
            env,
            transcript: String::new(),
        }
    }

    fn run(&mut self, words: &str) {
        let run = self.env.run(words);
        self.transcript += &self.env.redact(&run.transcript());
    }

    #[track_caller]
    fn is(&self, name: &str) {
        let path = format!(
            "{}/tests/snapshots/transcripts/{name}.txt",
            env!("CARGO_MANIFEST_DIR")
        );
        let expect = Data::read_from(path.as_ref(), Some(DataFormat::Text));
        Assert::new()
            .action_env("SNAPSHOTS")
            .eq(&*self.transcript, expect);
    }
}

#[test]
fn a_story_is_told_and_taken_away() {
    let mut day = Day::of_one_deal();
    day.run("validate");
    day.run("apply -y");
    day.run("plan");
    day.run("status");
    day.run("destroy -y");
    day.is("whole-way");
}

#[test]
fn others_change_what_is_ours() {
    let mut day = Day::of_one_deal();
    day.env.apply();
    let managed = day.env.plan("--destroy");
    let ids = |object| {
        managed
            .of(object)
            .map(|change| change.id.as_deref().unwrap())
    };
    day.env.in_org(|org| {
        let event = ids("Event").next().unwrap();
        org.update(
            "Event",
            event,
            &json!({"Subject": "Lunch", "Description": "At noon\nin the canteen"}),
        );
        org.delete("Task", ids("Task").next().unwrap());
    });
    day.run("plan");
    day.env.edit("past_max: 4", "past_max: 2");
    day.run("apply -y --accept-vanished --max-destroy 0");
    day.is("drift");
}

#[test]
fn an_org_is_looked_at() {
    let mut day = Day::of_one_deal();
    day.run("doctor --probe");
    day.is("doctor");
}

#[test]
fn a_manifest_is_wrong_in_many_ways() {
    let mut day = Day::of_one_deal();
    day.env.edit("past_min: 2", "past_min: 12");
    day.env.edit("emails:", "email:");
    day.env.edit("seed: 7", "seed: seven");
    day.run("validate");
    day.is("bad-manifest");
}
