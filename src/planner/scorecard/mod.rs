//! Scorecards: one per deal and framework, with an answer per element.
//!
//! An answer is given only where an activity stands behind it, and cites that activity. What
//! is cited exists at the manifest's minimum counts, so a raised maximum changes no scorecard.

use super::timeline::{Held, Kind};
use super::{Deal, field, person_or_null};
use crate::draw::{Draw, RootDraw};
use crate::manifest::framework::{Element, Framework};
use crate::model::address::{Address, Path};
use crate::model::object::Object;
use crate::model::person::Person;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Text, Value};

/// The earlier tool's weights of confidence and coverage in the overall score.
const CONFIDENCE_WEIGHT: f64 = 0.7;
const COVERAGE_WEIGHT: f64 = 0.3;

/// The draws of one answer, by purpose.
const CONFIDENCE: usize = 0;
const WORDING: usize = 1;
const EVIDENCE: usize = 2;

/// One element and what is known of it.
struct Finding<'a> {
    element: &'a Element,
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
    for framework in &deal.planner.situation.manifest.scorecards.templates {
        let path = format!("scorecard/{}", framework.key);
        let findings = findings(deal, (framework, &path), draw);
        let scorecard = Path::new(path.clone());
        let parent = deal.address(&scorecard);
        deal.add(
            records,
            scorecard,
            Object::Scorecard,
            totals(deal, framework, &findings),
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
fn findings<'a>(
    deal: &Deal,
    (framework, path): (&'a Framework, &str),
    draw: &mut RootDraw,
) -> Vec<Finding<'a>> {
    let scorecards = &deal.planner.situation.manifest.scorecards;
    let total = framework.elements.len() as f64;
    // Rounded up or down by a draw, so that the mean over all deals is the target.
    let known = (scorecards.coverage_target * total + draw.at(path).unit(0)).floor() as usize;
    let find = |(number, element): (usize, &'a Element)| {
        let draws = draw.at(&format!("{path}/{}", element.key));
        let answer = evidence(deal, &draws).filter(|_| element.learned as usize <= known);
        let answer = answer.map(|evidence| {
            let floor = scorecards.confidence_floor;
            let progress = 0.4 + 0.6 * f64::from(deal.pins.position) / 100.0;
            let confidence = floor + (1.0 - floor) * draws.unit(CONFIDENCE) * progress;
            Answer {
                confidence,
                score: score(framework, element, confidence),
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
    framework.elements.iter().enumerate().map(find).collect()
}

fn score(framework: &Framework, element: &Element, share: f64) -> u32 {
    let scores = framework.scores(element);
    scores[(share * (scores.len() - 1) as f64).round() as usize]
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

fn totals(deal: &Deal, framework: &Framework, findings: &[Finding]) -> Vec<(FieldName, Value)> {
    let answers: Vec<_> = findings
        .iter()
        .filter_map(|finding| finding.answer.as_ref())
        .collect();
    let points = |finding: &Finding| {
        let score = finding.answer.as_ref().map_or(0, |answer| answer.score);
        i64::from(score) * finding.element.weight()
    };
    let total = findings.iter().map(points).sum();
    let coverage = answers.len() as f64 / findings.len() as f64;
    let confidence: f64 = answers.iter().map(|answer| answer.confidence).sum();
    let confidence = confidence / (answers.len().max(1)) as f64;
    let percent = 100.0 * (CONFIDENCE_WEIGHT * confidence + COVERAGE_WEIGHT * coverage);
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
        field("Framework__c", Value::Word(framework.name.clone().into())),
        field(
            "Template_Version__c",
            Value::Word(framework.version().into()),
        ),
        field("Total_Score__c", Value::Tenths(total)),
        field("Max_Score__c", Value::Tenths(framework.most())),
        field("Percent__c", Value::Tenths((percent * 10.0).round() as i64)),
        field(
            "Rating__c",
            Value::Word(framework.rating(total).to_owned().into()),
        ),
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
            let names: Vec<_> = open
                .iter()
                .map(|finding| finding.element.name.as_str())
                .collect();
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
    let contact = answer
        .as_ref()
        .and_then(|_| holder(deal, element.about?.as_str()));
    let score = answer.as_ref().map_or(0, |answer| answer.score);
    let share = answer
        .as_ref()
        .map(|answer| f64::from(answer.score) / f64::from(element.max));
    let status = match share {
        None => "Unknown",
        Some(..0.5) => "Red",
        Some(0.5..0.85) => "Yellow",
        Some(_) => "Green",
    };
    let confidence = answer.as_ref().map_or(0.0, |answer| answer.confidence);
    let pool = deal.planner.catalogue.answers(*number % 7);
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
        field("Element__c", Value::Word(element.name.clone().into())),
        field("Question_Key__c", Value::Word(element.key.clone().into())),
        field("Question__c", Value::Word(element.question().into())),
        field("Answer__c", words.map_or(Value::Null, Value::Text)),
        field("Score__c", Value::Tenths(i64::from(score) * 10)),
        field("Max_Score__c", Value::Tenths(i64::from(element.max) * 10)),
        field("Weight__c", Value::Tenths(element.weight())),
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
