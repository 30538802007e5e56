//! Scorecards: one per deal and framework, with an answer per element.
//!
//! An answer is given only where an activity stands behind it, and cites that activity. What
//! is cited exists at the manifest's minimum counts, so a raised maximum changes no scorecard.

mod meddicc;

use super::timeline::{Held, Kind};
use super::{Deal, field, person_or_null};
use crate::draw::{Draw, RootDraw};
use crate::model::address::{Address, Path};
use crate::model::object::Object;
use crate::model::person::Person;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Text, Value};

use meddicc::{ELEMENTS, Element, MAX_SCORE};

/// The earlier tool's weights of confidence and coverage in the overall score.
const CONFIDENCE_WEIGHT: f64 = 0.7;
const COVERAGE_WEIGHT: f64 = 0.3;

/// Below the first it is red, from the second on green.
const RATINGS: (f64, f64) = (40.0, 70.0);

/// The draws of one answer, by purpose.
const CONFIDENCE: usize = 0;
const WORDING: usize = 1;
const EVIDENCE: usize = 2;

/// One element and what is known of it.
struct Finding {
    element: &'static Element,
    number: usize,
    answer: Option<Answer>,
}

struct Answer {
    /// `0.0..=1.0`, never below the manifest's floor.
    confidence: f64,
    score: u32,
    evidence: Path,
    wording: usize,
}

/// Makes the deal's scorecards, by the templates that the manifest names.
pub(super) fn make(deal: &Deal, draw: &mut RootDraw, records: &mut Vec<Desired>) {
    for template in &deal.planner.situation.manifest.scorecards.templates {
        let path = format!("scorecard/{template}");
        let findings = findings(deal, &path, draw);
        let scorecard = Path::new(path.clone());
        let parent = deal.address(&scorecard);
        deal.add(
            records,
            scorecard,
            Object::Scorecard,
            totals(deal, &findings),
        );
        for finding in &findings {
            let path = Path::new(format!("{path}/{}", finding.element.key));
            let fields = answer(deal, finding, &parent);
            deal.add(records, path, Object::ScorecardAnswer, fields);
        }
    }
}

/// What is known: as many elements as the coverage asks for, in the order in which they are
/// usually learned.
fn findings(deal: &Deal, path: &str, draw: &mut RootDraw) -> Vec<Finding> {
    let scorecards = &deal.planner.situation.manifest.scorecards;
    let total = ELEMENTS.len() as f64;
    // Rounded up or down by a draw, so that the mean over all deals is the target.
    let known = (scorecards.coverage_target * total + draw.at(path).unit(0)).floor() as usize;
    let find = |(number, element): (usize, &'static Element)| {
        let draws = draw.at(&format!("{path}/{}", element.key));
        let answer = evidence(deal, &draws).filter(|_| element.learned < known);
        let answer = answer.map(|evidence| {
            let floor = scorecards.confidence_floor;
            let progress = 0.4 + 0.6 * f64::from(deal.pins.position) / 100.0;
            let confidence = floor + (1.0 - floor) * draws.unit(CONFIDENCE) * progress;
            Answer {
                confidence,
                score: 1 + (confidence * f64::from(MAX_SCORE - 1)).round() as u32,
                evidence,
                wording: draws.below(WORDING, 1 << 32) as usize,
            }
        });
        Finding {
            element,
            number,
            answer,
        }
    };
    ELEMENTS.iter().enumerate().map(find).collect()
}

/// An activity of the deal that exists at the minimum counts.
fn evidence(deal: &Deal, draws: &Draw) -> Option<Path> {
    let capabilities = deal.planner.situation.capabilities;
    let steps = || deal.timeline.steps.iter().filter(|step| step.core);
    let meetings = || steps().filter(|step| step.kind == Kind::Meeting(Held::Yes));
    let count = meetings().count() as u64;
    if count > 0 && capabilities.has(Object::Event) {
        let cited = meetings().nth(draws.below(EVIDENCE, count) as usize);
        return cited.map(|step| step.path.clone());
    }
    let mut mails = steps().filter(|step| matches!(step.kind, Kind::Mail(..)));
    let mail = mails.next().filter(|_| capabilities.has(Object::Task));
    mail.map(|step| step.path.clone())
}

fn totals(deal: &Deal, findings: &[Finding]) -> Vec<(FieldName, Value)> {
    let answers: Vec<_> = findings
        .iter()
        .filter_map(|finding| finding.answer.as_ref())
        .collect();
    let score: u32 = answers.iter().map(|answer| answer.score).sum();
    let coverage = answers.len() as f64 / findings.len() as f64;
    let confidence: f64 = answers.iter().map(|answer| answer.confidence).sum();
    let confidence = confidence / (answers.len().max(1)) as f64;
    let percent = 100.0 * (CONFIDENCE_WEIGHT * confidence + COVERAGE_WEIGHT * coverage);
    let rating = match percent {
        percent if percent < RATINGS.0 => "Red",
        percent if percent < RATINGS.1 => "Yellow",
        _ => "Green",
    };
    let open: Vec<_> = findings
        .iter()
        .filter(|finding| finding.answer.is_none())
        .collect();
    let status = if open.is_empty() {
        "Complete"
    } else {
        "In Progress"
    };
    let anchor = deal.planner.situation.anchor;
    vec![
        field("Opportunity__c", Value::Id(deal.root.0)),
        field("Framework__c", Value::Word("MEDDICC".into())),
        field("Template_Version__c", Value::Word("1".into())),
        field("Total_Score__c", Value::Tenths(i64::from(score) * 10)),
        field(
            "Max_Score__c",
            Value::Tenths((findings.len() * MAX_SCORE as usize * 10) as i64),
        ),
        field("Percent__c", Value::Tenths((percent * 10.0).round() as i64)),
        field("Rating__c", Value::Word(rating.into())),
        field(
            "As_Of_Date__c",
            Value::Day(deal.pins.ends.base(anchor).day()),
        ),
        field("Status__c", Value::Word(status.into())),
        field(
            "Summary__c",
            Value::Word(summary(coverage, confidence, &open).into()),
        ),
        field("Demo_Pack__c", pack(deal)),
    ]
}

fn pack(deal: &Deal) -> Value {
    Value::Word(deal.planner.situation.manifest.run.name.clone().into())
}

fn summary(coverage: f64, confidence: f64, open: &[&Finding]) -> String {
    let known = format!(
        "Coverage {:.0} %, confidence {:.0} %.",
        coverage * 100.0,
        confidence * 100.0
    );
    match open {
        [] => format!("{known} Every element is answered; confirm them with the customer."),
        open => {
            let names: Vec<_> = open.iter().map(|finding| finding.element.name).collect();
            format!("{known} Still open: {}.", names.join(", "))
        }
    }
}

fn answer(deal: &Deal, finding: &Finding, scorecard: &Address) -> Vec<(FieldName, Value)> {
    let Finding {
        element,
        number,
        answer,
    } = finding;
    let contact = answer.as_ref().and_then(|_| holder(deal, element.about?));
    let score = answer.as_ref().map_or(0, |answer| answer.score);
    let status = match answer.as_ref().map(|answer| answer.score) {
        None => "Unknown",
        Some(..=1) => "Red",
        Some(2) => "Yellow",
        Some(3..) => "Green",
    };
    let confidence = answer.as_ref().map_or(0.0, |answer| answer.confidence);
    let pool = deal.planner.catalogue.answers(*number);
    let words = answer.as_ref().map(|answer| Text {
        template: pool.template(answer.wording % pool.len()),
        person: contact.or_else(|| holder(deal, "champion")),
        day: None,
        reply: false,
        round: 0,
    });
    let evidence = answer.as_ref().map(|answer| deal.address(&answer.evidence));
    vec![
        field("Scorecard__c", Value::Ref(scorecard.clone())),
        field("Element__c", Value::Word(element.name.into())),
        field("Question_Key__c", Value::Word(element.key.into())),
        field("Question__c", Value::Word(element.question.into())),
        field("Answer__c", words.map_or(Value::Null, Value::Text)),
        field("Score__c", Value::Tenths(i64::from(score) * 10)),
        field("Max_Score__c", Value::Tenths(i64::from(MAX_SCORE) * 10)),
        field("Weight__c", Value::Tenths(10)),
        field("Status__c", Value::Word(status.into())),
        field(
            "Confidence__c",
            Value::Tenths((confidence * 100.0).round() as i64 * 10),
        ),
        field(
            "Evidence_Activity_Id__c",
            evidence.map_or(Value::Null, Value::Ref),
        ),
        field("Contact__c", person_or_null(contact)),
        field("Demo_Pack__c", pack(deal)),
        field("Sort_Order__c", Value::Tenths((*number as i64 + 1) * 10)),
    ]
}

fn holder(deal: &Deal, role: &str) -> Option<Person> {
    let part = deal.pins.cast.iter().find(|part| part.role == role)?;
    part.person
}
