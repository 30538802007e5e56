//! The schema: every key of the manifest, with what it may say and what holds where it is left out.

use std::path::PathBuf;

use super::accounts::accounts;
use super::added::{fields, record_types};
use super::bounds::Bounds;
use super::calendar::calendar;
use super::framework;
use super::names::{
    as_of, base_url, owned_field, owner_fallback, role, run_name, story_key, tag_field, username,
};
use super::people::contacts;
use super::peopleai::peopleai;
use super::roles::Role;
use super::salesforce::salesforce;
use super::section::Section;
use super::seller::seller;
use super::stories::stories;
use super::types::{
    Activity, Drift, EmailObject, IdempotencyMode, KeptFresh, Llm, Manifest, Meetings,
    Opportunities, OwnerFallback, Owners, Provider, RealismLevel, Run, ScorecardMode,
    ScorecardTarget, Scorecards, StoryKey,
};
use super::values::{decimal, flag, text, whole, word};
use super::wordings::{bodies, subjects};

/// Reads a manifest. Where there were problems the result only serves to find them all.
pub(super) fn manifest(mut file: Section, source: PathBuf) -> Manifest {
    let run = run(file.section("run"));
    Manifest {
        source,
        salesforce: salesforce(file.section("salesforce")),
        opportunities: opportunities(file.section("opportunities")),
        accounts: accounts(file.section("accounts")),
        peopleai: peopleai(file.section("peopleai")),
        activity: activity(file.section("activity")),
        contacts: contacts(file.section("contacts")),
        calendar: calendar(file.section("calendar")),
        seller: seller(file.section("seller")),
        stories: stories(file.section("stories")),
        owners: Owners {
            spread: file
                .section("owners")
                .distinct("spread", username)
                .unwrap_or_default(),
        },
        llm: llm(file.section("llm")),
        scorecards: scorecards(file.section("scorecards")),
        drift: drift(file.section("drift")),
        record_types: record_types(file.section("record_types")),
        fields: fields(file.section("fields"), run.run_tag_field.as_deref()),
        protect: file.list("protect", text).unwrap_or_default(),
        run,
    }
}

fn drift(mut drift: Section) -> Drift {
    Drift {
        ignore: drift.distinct("ignore", owned_field).unwrap_or_default(),
        create_only: drift
            .distinct("create_only", owned_field)
            .unwrap_or_default(),
    }
}

fn run(mut run: Section) -> Run {
    let run_tag_field = run.value("run_tag_field", tag_field);
    let run_tag_field = match run_tag_field {
        None if run.says_null("run_tag_field") => None,
        field => Some(field.unwrap_or_else(|| "Demo_Run__c".to_owned())),
    };
    Run {
        name: run
            .required("name", "q4-demo", run_name)
            .unwrap_or_default(),
        seed: run.value("seed", whole(0..=u64::MAX)).unwrap_or(42),
        idempotency_mode: run.value("idempotency_mode", word(IdempotencyMode::WORDS)),
        run_tag_field,
        dry_run: run.value("dry_run", flag).unwrap_or(false),
        as_of: run.value("as_of", as_of),
        story_key: run.value("story_key", story_key).unwrap_or(StoryKey::Id),
    }
}

fn opportunities(mut opportunities: Section) -> Opportunities {
    Opportunities {
        keep_fresh: opportunities
            .distinct("keep_fresh", word(KeptFresh::WORDS))
            .unwrap_or_default(),
    }
}

fn activity(mut activity: Section) -> Activity {
    Activity {
        past_days: activity.value("past_days", whole(1..=365)).unwrap_or(45),
        future_days: activity.value("future_days", whole(0..=180)).unwrap_or(21),
        meetings: meetings(activity.section("meetings")),
        emails: activity
            .section("emails")
            .bounds(("min", "max"), &(0..=100), usual(5, 20)),
        calls: activity
            .section("calls")
            .bounds(("min", "max"), &(0..=20), usual(0, 2)),
        todos: activity
            .section("todos")
            .bounds(("min", "max"), &(0..=5), usual(0, 2)),
        email_object: activity
            .value("email_object", word(EmailObject::WORDS))
            .unwrap_or(EmailObject::Task),
        participant_roles: activity
            .filled("participant_roles")
            .distinct("participant_roles", role)
            .unwrap_or_else(|| {
                vec![
                    Role::Champion,
                    Role::EconomicBuyer,
                    Role::TechnicalEvaluator,
                ]
            }),
        realism_level: activity
            .value("realism_level", word(RealismLevel::WORDS))
            .unwrap_or(RealismLevel::Light),
        invite_real: activity.value("invite_real", flag).unwrap_or(false),
        subjects: subjects(activity.section("subjects")),
        bodies: bodies(activity.section("bodies")),
        owner_fallback: activity
            .value("owner_fallback", owner_fallback)
            .unwrap_or(OwnerFallback::Manager),
    }
}

fn meetings(mut meetings: Section) -> Meetings {
    Meetings {
        past: meetings.bounds(("past_min", "past_max"), &(0..=25), usual(3, 8)),
        future: meetings.bounds(("future_min", "future_max"), &(0..=8), usual(1, 3)),
        duration_minutes: meetings
            .filled("duration_minutes")
            .list("duration_minutes", whole(15..=120))
            .unwrap_or_else(|| vec![25, 30, 45, 60]),
    }
}

fn llm(mut llm: Section) -> Llm {
    let allow_http = llm.value("allow_http", flag).unwrap_or(false);
    Llm {
        enabled: llm.value("enabled", flag).unwrap_or(false),
        provider: llm
            .value("provider", word(Provider::WORDS))
            .unwrap_or(Provider::OpenAi),
        base_url: llm.value("base_url", base_url(allow_http)),
        allow_http,
        model: llm
            .value("model", text)
            .unwrap_or_else(|| "gpt-4.1-mini".to_owned()),
        temperature: llm.value("temperature", decimal(0.0..=2.0)).unwrap_or(0.4),
        max_tokens: llm.value("max_tokens", whole(1..=100_000)).unwrap_or(500),
        max_tokens_total: llm
            .value("max_tokens_total", whole(0..=1_000_000_000))
            .unwrap_or(2_000_000),
        concurrency: llm.value("concurrency", whole(1..=64)).unwrap_or(6),
        timeout: llm.value("timeout", whole(1..=600)).unwrap_or(60),
        send_amounts: llm.value("send_amounts", flag).unwrap_or(false),
    }
}

fn scorecards(mut scorecards: Section) -> Scorecards {
    let templates = framework::all(&mut scorecards);
    let target = scorecards
        .filled("target")
        .one_or_list("target", word(ScorecardTarget::WORDS))
        .unwrap_or_else(|| vec![ScorecardTarget::Objects]);
    Scorecards {
        mapping: framework::mapping(&mut scorecards, &target, &templates),
        closeplan: framework::close_plan(&mut scorecards, &target, &templates),
        templates,
        target,
        coverage_target: scorecards
            .value("coverage_target", decimal(0.0..=1.0))
            .unwrap_or(0.8),
        confidence_floor: scorecards
            .value("confidence_floor", decimal(0.0..=1.0))
            .unwrap_or(0.55),
        mode: scorecards
            .value("mode", word(ScorecardMode::WORDS))
            .unwrap_or(ScorecardMode::Heuristic),
    }
}

fn usual(min: u32, max: u32) -> Bounds<u32> {
    Bounds::new(min, max).expect("the usual counts are the right way round")
}
