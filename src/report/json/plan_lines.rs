//! The lines of a plan: its head, and one for each change.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value as Json;

use super::FORMAT_VERSION;
use crate::model::address::Address;
use crate::model::change::{Action, Change, FieldChange, Reason};
use crate::model::day::Day;
use crate::model::id::RecordId;
use crate::model::person::Person;
use crate::model::prompt::PromptHash;
use crate::model::value::Datum;
use crate::plan_file::{Blocked, Command, Coverage, Estimate, Header, OrgFacts};

/// What the plan was made from. The pack's state and capabilities are its own business.
#[derive(Serialize)]
pub(super) struct PlanLine<'a> {
    format_version: &'static str,
    version: &'a str,
    command: Command,
    org: &'a OrgFacts,
    pack: &'a str,
    manifest: &'a str,
    anchor: Day,
    told_at: Option<Day>,
    seed: u64,
    opportunities: &'a Coverage,
    blocked: &'a [Blocked],
    notices: &'a [String],
    estimate: &'a Estimate,
}

#[derive(Serialize)]
pub(super) struct ChangeLine<'a> {
    address: &'a Address,
    object: &'static str,
    action: Action,
    reason: Reason,
    id: Option<RecordId>,
    generation: u32,
    title: &'a str,
    day: Option<Day>,
    fields: Vec<FieldLine<'a>>,
}

#[derive(Serialize)]
struct FieldLine<'a> {
    name: &'a str,
    before: &'a Json,
    after: Cow<'a, Json>,
    /// The record of ours whose id the field gets; `after` is null then.
    #[serde(skip_serializing_if = "Option::is_none")]
    after_address: Option<&'a Address>,
    /// Of several records, whose ids the field names.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    after_addresses: &'a [Address],
    /// A language model is to write it; `after` is what stands in until it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    after_prompt: Option<PromptHash>,
    /// Several people of whom some are made, by id or address.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    after_people: &'a [Person],
}

pub(super) fn head(header: &Header) -> PlanLine<'_> {
    PlanLine {
        format_version: FORMAT_VERSION,
        version: &header.version,
        command: header.command,
        org: &header.org,
        pack: &header.pack,
        manifest: &header.manifest,
        anchor: header.anchor,
        told_at: header.told_at,
        seed: header.seed,
        opportunities: &header.coverage,
        blocked: &header.blocked,
        notices: &header.notices,
        estimate: &header.estimate,
    }
}

pub(super) fn change_line(change: &Change) -> ChangeLine<'_> {
    ChangeLine {
        address: &change.address,
        object: change.object.api_name(),
        action: change.action,
        reason: change.reason,
        id: change.id,
        generation: change.generation,
        title: &change.title,
        day: change.day,
        fields: change.fields.iter().map(field_line).collect(),
    }
}

fn field_line(field: &FieldChange) -> FieldLine<'_> {
    let line = FieldLine {
        name: &field.name,
        before: field.before.as_ref().unwrap_or(&Json::Null),
        after: Cow::Owned(Json::Null),
        after_address: None,
        after_addresses: &[],
        after_prompt: None,
        after_people: &[],
    };
    match &field.after {
        Datum::Json(json) => FieldLine {
            after: Cow::Borrowed(json),
            ..line
        },
        Datum::Ref(address) => FieldLine {
            after_address: Some(address),
            ..line
        },
        Datum::Refs(addresses) => FieldLine {
            after_addresses: addresses,
            ..line
        },
        Datum::Draft(draft) => FieldLine {
            after: Cow::Owned(draft.stand_in()),
            after_prompt: Some(draft.hash),
            ..line
        },
        Datum::People(people) => FieldLine {
            after_people: people,
            ..line
        },
    }
}
