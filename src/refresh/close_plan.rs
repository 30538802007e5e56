//! ClosePlan's scorecards: whether the org has them, and what they ask.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fit::kind;
use super::{Error, InventoryRequest, record_id};
use crate::manifest::{Manifest, Misfit};
use crate::model::capabilities::Capabilities;
use crate::model::close_plan::{Choice, Mode, Question, Ways};
use crate::model::field_kind::FieldKind;
use crate::model::id::{RecordId, RootId};
use crate::model::inventory::Opportunity;
use crate::model::object::{Facts, Object};
use crate::org::{Describe, Org, Read, Scope, Told, soql};

/// What a question tells, beside its deal and what we fill of it.
const QUESTION: &[&str] = &[
    "TSPC__Text__c",
    "TSPC__Mode__c",
    "TSPC__HasTextAnswer__c",
    "TSPC__QuestionCategory__c",
];

/// Settles how answers are found, where the manifest asks for them, and gives what is missing.
pub(super) fn fit(
    manifest: &Manifest,
    described: &BTreeMap<Object, (&'static Facts, &Describe)>,
    capabilities: &mut Capabilities,
) -> Option<Misfit> {
    if !manifest.scorecards.answer_close_plan() {
        return None;
    }
    let describe = |object| described.get(&object).map(|(_, describe)| *describe);
    let asked = describe(Object::QuestionLoan).zip(describe(Object::ChoiceLoan));
    let Some((question, choice)) = asked else {
        return Some(misfit(
            "target",
            "this org has no objects TSPC__DealQuestion__c and TSPC__DealQuestionAnswer__c that you may edit".to_owned(),
            "let an admin install ClosePlan and give you a license; or take `closeplan` out",
        ));
    };
    match ways(manifest, question, choice) {
        Ok(ways) => capabilities.close_plan = Some(ways),
        Err(misfit) => return Some(misfit),
    }
    let filled = Object::QuestionLoan.facts().filled.iter();
    let kinds = filled.filter_map(|name| {
        let kind = kind(question.field(name)?)?;
        Some(((*name).to_owned(), kind))
    });
    let fields = capabilities.added_fields.entry(Object::QuestionLoan);
    fields.or_default().extend(kinds);
    None
}

/// The ways from an answer to its deal, where all is there that is read and filled on them.
fn ways(manifest: &Manifest, question: &Describe, choice: &Describe) -> Result<Ways, Misfit> {
    let filled = Object::QuestionLoan.facts().filled;
    let needed = QUESTION.iter().chain(filled);
    let missing = needed.filter(|name| question.field(name).is_none());
    let missing: Vec<_> = missing.copied().collect();
    if !missing.is_empty() {
        return Err(misfit(
            "target",
            format!("{} does not show you {}", question.name, missing.join(", ")),
            "let an admin give you access to these fields",
        ));
    }
    let way = |from: &Describe, to: &str| {
        let message = format!("{} has no field that refers to {to}", from.name);
        let hint = "let an admin give you access to all of its fields";
        refers(from, to).ok_or_else(|| misfit("target", message, hint))
    };
    let ways = Ways {
        to_deal: way(question, "TSPC__Deal__c")?,
        to_question: way(choice, &question.name)?,
    };
    let points = &manifest.scorecards.closeplan.points;
    match choice.field(points).and_then(kind) {
        Some(FieldKind::Number | FieldKind::Whole) => Ok(ways),
        _ => Err(misfit(
            "closeplan.points",
            format!("this org has no number field {points} on {}", choice.name),
            "name the field that holds the points of an answer",
        )),
    }
}

fn misfit(key: &str, message: String, hint: &str) -> Misfit {
    Misfit {
        path: format!("scorecards.{key}"),
        message,
        hint: hint.to_owned(),
    }
}

/// The field of an object that refers to records of another.
fn refers(object: &Describe, to: &str) -> Option<String> {
    let is_to = |name: &String| name.eq_ignore_ascii_case(to);
    let mut fields = object.fields.iter();
    let field = fields.find(|field| field.reference_to.iter().any(is_to))?;
    Some(field.name.clone())
}

#[derive(Deserialize)]
struct QuestionRow {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "TSPC__Text__c")]
    text: Option<String>,
    #[serde(rename = "TSPC__Mode__c")]
    mode: Option<String>,
    #[serde(rename = "TSPC__HasTextAnswer__c")]
    has_text: Option<bool>,
    #[serde(rename = "TSPC__QuestionCategory__r")]
    category: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "Name")]
    name: Option<String>,
}

/// What ClosePlan asks of these deals, by deal; nothing of those that it was not deployed to.
pub(super) async fn questions(
    org: &Org,
    request: &InventoryRequest<'_>,
    deals: &BTreeMap<RootId, Opportunity>,
) -> Result<BTreeMap<RootId, Vec<Question>>, Error> {
    let Some(ways) = &request.capabilities.close_plan else {
        return Ok(BTreeMap::new());
    };
    let deals: Vec<_> = deals.keys().map(|deal| deal.0.as_str()).collect();
    let points = &request.manifest.scorecards.closeplan.points;
    let [asked, choices] = queries(ways, points, &deals);
    let count = asked.len();
    let reads = asked.into_iter().chain(choices);
    let reads: Vec<_> = reads.map(|soql| Read::Query(soql, Scope::Query)).collect();
    let mut told = org.read(&reads).await?;
    let mut choices = self::choices(told.split_off(count), ways, points).await?;
    let mut questions: BTreeMap<RootId, Vec<Question>> = BTreeMap::new();
    for told in told {
        for mut fields in told.pages()?.all::<crate::org::Fields>().await? {
            let deal = fields.remove(&related(&ways.to_deal)).unwrap_or_default();
            let row = serde_json::from_value(fields.into());
            let row: QuestionRow = row.map_err(|error| Error::Unexpected(error.to_string()))?;
            let deal = deal["TSPC__Opportunity__c"].as_str().map(record_id);
            let mode: Option<Mode> = row
                .mode
                .and_then(|mode| serde_json::from_value(mode.into()).ok());
            // What is answered in a way that nobody has told of stays as it is.
            let (Some(deal), Some(mode)) = (deal.transpose()?, mode) else {
                continue;
            };
            let id = record_id(&row.id)?;
            questions.entry(RootId(deal)).or_default().push(Question {
                id,
                text: row.text.unwrap_or_default(),
                category: row.category.and_then(|one| one.name).unwrap_or_default(),
                mode,
                has_text: row.has_text.unwrap_or_default(),
                choices: choices.remove(&id).unwrap_or_default(),
            });
        }
    }
    for questions in questions.values_mut() {
        questions.sort_by_key(|question| question.id);
    }
    Ok(questions)
}

/// The queries for the questions of deals, and for their choices.
fn queries(ways: &Ways, points: &str, deals: &[&str]) -> [Vec<String>; 2] {
    let Ways {
        to_deal,
        to_question,
    } = ways;
    let to_opportunity = format!("{}.TSPC__Opportunity__c", related(to_deal));
    let asked = format!(
        "SELECT Id, {to_opportunity}, TSPC__Text__c, TSPC__Mode__c, TSPC__HasTextAnswer__c, \
         TSPC__QuestionCategory__r.Name FROM TSPC__DealQuestion__c WHERE {to_opportunity} IN"
    );
    let choices = format!(
        "SELECT Id, {to_question}, {points} FROM TSPC__DealQuestionAnswer__c WHERE {}.{to_opportunity} IN",
        related(to_question)
    );
    [asked, choices].map(|select| soql::in_lists(&select, deals, ""))
}

/// The name of the relationship that a custom field stands for.
fn related(field: &str) -> String {
    format!("{}__r", field.trim_end_matches("__c"))
}

/// The choices by question.
async fn choices(
    told: Vec<Told>,
    ways: &Ways,
    points: &str,
) -> Result<BTreeMap<RecordId, Vec<Choice>>, Error> {
    let mut choices: BTreeMap<RecordId, Vec<Choice>> = BTreeMap::new();
    for told in told {
        for fields in told.pages()?.all::<crate::org::Fields>().await? {
            let id = |name: &str| record_id(fields[name].as_str().unwrap_or_default());
            let points = fields[points].as_f64().unwrap_or_default();
            let choice = Choice {
                id: id("Id")?,
                points,
            };
            choices
                .entry(id(&ways.to_question)?)
                .or_default()
                .push(choice);
        }
    }
    for choices in choices.values_mut() {
        choices.sort_by_key(|choice| choice.id);
    }
    Ok(choices)
}
