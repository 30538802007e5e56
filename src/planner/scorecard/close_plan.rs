//! Scorecards of ClosePlan, where a deal has one: its answers are lent, and none is made.

use super::super::{Deal, field};
use super::{Answer, Given, cards, words};
use crate::draw::RootDraw;
use crate::model::close_plan::{Choice, Mode, Question};
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// Answers what the story tells of. What it does not support keeps the answer that it has.
pub(in crate::planner) fn make(deal: &Deal, draw: &mut RootDraw, records: &mut Vec<Desired>) {
    let situation = &deal.planner.situation;
    let scorecards = &situation.manifest.scorecards;
    let Some(questions) = situation.inventory.questions.get(&deal.root) else {
        return;
    };
    if !scorecards.answer_close_plan() {
        return;
    }
    let findings = super::findings_of(deal, draw);
    let cards = cards(deal, &findings);
    let mut told = vec![];
    for question in questions {
        let Some(element) = scorecards.element_of(question) else {
            continue;
        };
        let mut answers = cards.iter().flat_map(|card| &card.answers);
        let answer = answers.find(|answer| answer.element.key == element.key);
        let Some((answer, given)) = answer.and_then(|answer| Some((answer, answer.given?))) else {
            continue;
        };
        // Where several ask for one thing, each answer begins with another thing that shows it.
        let before = told.iter().filter(|key| **key == &element.key).count();
        told.push(&element.key);
        let path = format!("closeplan/{}", question.id);
        let lender = (Object::QuestionLoan, question.id);
        let text = text_of(deal, question, (answer, &given), before);
        deal.lend(records, &path, lender, text);
        let best = best(&question.choices, given.finding.strength);
        for choice in best.iter().flat_map(|_| &question.choices) {
            let is_selected = best.is_some_and(|best| best.id == choice.id);
            let fields = vec![field("TSPC__IsSelected__c", Value::Bool(is_selected))];
            let path = format!("{path}/{}", choice.id);
            deal.lend(records, &path, (Object::ChoiceLoan, choice.id), fields);
        }
    }
}

/// The words of an answer, in the field that its question shows them in.
fn text_of(
    deal: &Deal,
    question: &Question,
    (answer, given): (&Answer, &Given),
    before: usize,
) -> Vec<(FieldName, Value)> {
    let name = match question.mode {
        Mode::Text => "TSPC__TextAnswer__c",
        Mode::RichText => "TSPC__RichTextAnswer__c",
        Mode::YesNo | Mode::Answers if question.has_text => "TSPC__TextAnswer__c",
        Mode::YesNo | Mode::Answers if !question.choices.is_empty() => {
            return vec![field("TSPC__IsAnswered__c", Value::Bool(true))];
        }
        Mode::YesNo | Mode::Answers | Mode::Field => return Vec::new(),
    };
    let mut cited: Vec<usize> = given.finding.support.steps().collect();
    let first = before % cited.len().max(1);
    cited.rotate_left(first);
    vec![
        field(name, words(deal, answer.element, (given.status, &cited))),
        field("TSPC__IsAnswered__c", Value::Bool(true)),
    ]
}

/// The choice whose share of the points is nearest to how good the element is.
fn best(choices: &[Choice], strength: f64) -> Option<Choice> {
    let most = choices
        .iter()
        .map(|choice| choice.points)
        .fold(0.0, f64::max);
    let distance = |choice: &&Choice| ((choice.points / most - strength).abs() * 1e6) as u64;
    let choices = choices.iter().filter(|_| most > 0.0);
    choices.min_by_key(distance).copied()
}

#[cfg(test)]
mod tests {
    use super::{Choice, best};
    use crate::model::id::RecordId;

    #[test]
    fn the_choice_is_as_good_as_the_element() {
        let check = |points: &[f64], strength: f64, expect: Option<f64>| {
            let choice = |points: &f64| Choice {
                id: RecordId::parse("a0V000000000001").unwrap(),
                points: *points,
            };
            let choices: Vec<_> = points.iter().map(choice).collect();
            let best = best(&choices, strength).map(|best| best.points);
            assert_eq!(best, expect, "{points:?} {strength}");
        };
        check(&[0.0, 25.0, 50.0], 0.2, Some(0.0));
        check(&[50.0, 0.0, 25.0], 0.55, Some(25.0));
        check(&[0.0, 25.0, 50.0], 1.0, Some(50.0));
        check(&[0.0, 0.0], 1.0, None);
        check(&[], 1.0, None);
    }
}
