//! Scorecards: one per deal and framework, with an answer per element.
//!
//! An answer is given only where steps of the story stand behind it, and cites them. What is
//! cited exists at the manifest's minimum counts, so a raised maximum changes no scorecard.

pub(super) mod close_plan;
pub(super) mod fields;
mod findings;
mod overall;
mod score;

use super::evidence::{self, AskedBy};
use super::timeline::{Direction, Kind, Timeline};
use super::{Deal, field, person_or_null, text};
use crate::draw::RootDraw;
use crate::listing::counted;
use crate::manifest::framework::Element;
use crate::model::address::Path;
use crate::model::object::Object;
use crate::model::person::Person;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Rests, Value};

use findings::{Finding, STATUSES};

/// One scorecard: what is asked, and what there is to say.
struct Card<'a> {
    by: &'a AskedBy<'a>,
    /// In the order of the framework.
    answers: Vec<Answer<'a>>,
}

/// What a scorecard says of one element.
struct Answer<'a> {
    element: &'a Element,
    /// None where it is open.
    given: Option<Given>,
}

#[derive(Debug, Clone, Copy)]
struct Given {
    finding: Finding,
    score: u32,
    status: &'static str,
}

/// Makes the deal's scorecards, by the templates that the manifest names.
pub(super) fn make(deal: &Deal, draw: &mut RootDraw, records: &mut Vec<Desired>) {
    if !deal.planner.situation.manifest.scorecards.are_records() {
        return;
    }
    let timeline = deal.timeline;
    let findings = findings_of(deal, draw);
    for card in cards(deal, &findings) {
        let path = format!("scorecard/{}", card.by.framework.key);
        let scorecard = Path::new(path.clone());
        let parent = deal.address(&scorecard);
        deal.add(
            records,
            scorecard,
            Object::Scorecard,
            overall::fields(deal, &card),
        );
        for (number, answer) in card.answers.iter().enumerate() {
            let path = Path::joined(&[&path, "/", &answer.element.key]);
            let mut fields = vec![field("Scorecard__c", Value::Ref(parent.clone()))];
            fields.extend(fields_of(deal, timeline, (&card, answer)));
            fields.push(field(
                "Sort_Order__c",
                Value::Tenths((number as i64 + 1) * 10),
            ));
            deal.add(records, path, Object::ScorecardAnswer, fields);
        }
    }
}

fn findings_of(deal: &Deal, draw: &mut RootDraw) -> Vec<Option<Finding>> {
    let end = deal.pins.ends.base(deal.planner.situation.anchor);
    findings::findings(deal.timeline, &deal.planner.asked, deal.pins, end, draw)
}

/// All scorecards, those of the first templates first.
fn cards<'a>(deal: &'a Deal, findings: &[Option<Finding>]) -> Vec<Card<'a>> {
    let frameworks = deal.planner.asked.frameworks.iter();
    frameworks.map(|by| card(by, findings)).collect()
}

fn card<'a>(by: &'a AskedBy<'a>, findings: &[Option<Finding>]) -> Card<'a> {
    let framework = by.framework;
    let answer = |(element, place): (&'a Element, &usize)| {
        let given = findings[*place].map(|finding| {
            let (score, status) = score::score(&framework.scores(element), finding.strength);
            Given {
                finding,
                score,
                status,
            }
        });
        Answer { element, given }
    };
    let elements = framework.elements.iter().zip(&by.elements);
    Card {
        by,
        answers: elements.map(answer).collect(),
    }
}

fn fields_of(
    deal: &Deal,
    timeline: &Timeline,
    (card, Answer { element, given }): (&Card, &Answer),
) -> Vec<(FieldName, Value)> {
    let contact = given.and_then(|_| holder(deal, element));
    let score = given.map_or(0, |given| given.score);
    let confidence = given.map_or(0.0, |given| given.finding.support.confidence);
    let cited: Vec<usize> = given
        .iter()
        .flat_map(|given| given.finding.support.steps())
        .collect();
    let summary = given.map_or(Value::Null, |_| {
        let label = card.by.framework.label(score);
        Value::Word(summary(timeline, &cited, label).into())
    });
    vec![
        field("Element__c", Value::Word(element.name.as_str().into())),
        field("Question_Key__c", Value::Word(element.key.as_str().into())),
        field("Question__c", Value::Word(element.question().into())),
        field(
            "Answer__c",
            given.map_or(Value::Null, |given| {
                words(deal, element, (given.status, &cited))
            }),
        ),
        field("Score__c", Value::Tenths(i64::from(score) * 10)),
        field("Max_Score__c", Value::Tenths(i64::from(element.max) * 10)),
        field("Weight__c", Value::Tenths(element.weight())),
        field(
            "Status__c",
            Value::Word(given.map_or("Unknown", |given| given.status).into()),
        ),
        field(
            "Confidence__c",
            Value::Tenths((confidence * 100.0).round() as i64 * 10),
        ),
        field("Evidence_Activity_Id__c", citation(deal, timeline, &cited)),
        field("Evidence_Summary__c", summary),
        field("Contact__c", person_or_null(contact)),
        field("Demo_Pack__c", pack(deal)),
    ]
}

/// Who it is about, where somebody plays that part.
fn holder(deal: &Deal, element: &Element) -> Option<Person> {
    let place = evidence::place(deal.pins, element.about?)?;
    deal.pins.cast[place].person
}

/// The answer in words: the surer, the better the element looks, whatever the scale of the
/// framework; and claiming no more than what is cited.
fn words(deal: &Deal, element: &Element, (status, cited): (&str, &[usize])) -> Value {
    let Some(best) = cited.first() else {
        return Value::Null;
    };
    let sure = STATUSES.iter().take_while(|(name, _)| *name != status);
    let sure = sure.count() as u8 + 1;
    let mut asked = deal.planner.asked.elements.iter();
    let asked = asked.position(|asks| asks.key == element.key);
    let asked = asked.expect("its framework asks for it");
    let who = holder(deal, element);
    let rests = rests(deal.timeline, cited);
    text::answer((asked, &element.key), *best, who, (sure, rests))
}

/// What the cited steps are worth together.
fn rests(timeline: &Timeline, cited: &[usize]) -> Rests {
    let is_theirs = |step: &usize| {
        let kind = timeline.steps[*step].kind;
        matches!(kind, Kind::Mail(Direction::Inbound, _))
    };
    match cited {
        [] | [_] => Rests::OneSource,
        _ if cited.iter().any(is_theirs) => Rests::Written,
        _ => Rests::Several,
    }
}

/// References to the cited steps.
fn citation(deal: &Deal, timeline: &Timeline, cited: &[usize]) -> Value {
    let address = |step: &usize| deal.address(&timeline.steps[*step].path);
    match cited {
        [] => Value::Null,
        cited => Value::Refs(cited.iter().map(address).collect()),
    }
}

/// What a score stands for, and what the cited steps are: `Agreed: 2 meetings, 1 email, last on 12
/// November`.
fn summary(timeline: &Timeline, cited: &[usize], label: Option<&str>) -> String {
    const KINDS: [(&str, &str); 3] = [
        ("meeting", "meetings"),
        ("call", "calls"),
        ("email", "emails"),
    ];
    let mut counts = [0; KINDS.len()];
    for step in cited {
        let kind = match timeline.steps[*step].kind {
            Kind::Meeting(_) | Kind::Todo => 0,
            Kind::Call(_) => 1,
            Kind::Mail(..) => 2,
        };
        counts[kind] += 1;
    }
    let mut summary = String::with_capacity(80);
    if let Some(label) = label {
        summary.push_str(&capitalised(label));
        summary.push_str(": ");
    }
    for (count, (one, many)) in counts.into_iter().zip(KINDS) {
        if count > 0 {
            summary.push_str(&counted(count, one, many));
            summary.push_str(", ");
        }
    }
    let days = cited.iter().map(|step| timeline.steps[*step].when.day);
    if let Some(last) = days.max() {
        summary.push_str(if cited.len() == 1 { "on " } else { "last on " });
        summary.push_str(&text::spoken(last));
    }
    summary
}

fn pack(deal: &Deal) -> Value {
    Value::Word(deal.planner.situation.manifest.run.name.as_str().into())
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.collect::<String>() + chars.as_str()
}
