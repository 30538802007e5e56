//! `scorecards.closeplan`: which questions of ClosePlan's scorecards are answered, and from what.

use std::collections::BTreeMap;

use serde::Serialize;
use wildmatch::WildMatch;

use super::super::names::field_name;
use super::super::problems::Complaint;
use super::super::section::Section;
use super::super::tree::Node;
use super::super::types::{ScorecardTarget, Scorecards};
use super::super::values::text;
use super::{Element, Framework, keys, not_asked};
use crate::model::close_plan::Question;

/// What there is to know of a package that is not ours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ClosePlan {
    /// By the key of an element, a glob of the texts of its questions. Others are asked in the
    /// category of their name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    questions: BTreeMap<String, String>,
    /// The number field of a choice that holds its points.
    pub(crate) points: String,
}

impl Default for ClosePlan {
    fn default() -> Self {
        Self {
            questions: BTreeMap::new(),
            points: "TSPC__Score__c".to_owned(),
        }
    }
}

impl ClosePlan {
    pub(in super::super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads what is said of ClosePlan.
pub(in super::super) fn close_plan(
    scorecards: &mut Section,
    target: &[ScorecardTarget],
    frameworks: &[Framework],
) -> ClosePlan {
    let Some(mut section) = scorecards.optional_section("closeplan") else {
        return ClosePlan::default();
    };
    let questions = section.section("questions");
    let questions = questions_of(questions, frameworks);
    let points = section.value("points", number_field);
    drop(section);
    if !target.contains(&ScorecardTarget::ClosePlan) {
        let hint = "add `closeplan` to `scorecards.target`, or leave it out";
        scorecards.complain("closeplan", Complaint::new("is not used", hint));
    }
    ClosePlan {
        questions,
        points: points.unwrap_or(ClosePlan::default().points),
    }
}

fn questions_of(mut section: Section, frameworks: &[Framework]) -> BTreeMap<String, String> {
    let known = keys(frameworks);
    let element = |name: &str| match known.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(not_asked(name, &known, "")),
    };
    section.each(element, text).into_iter().collect()
}

fn number_field(node: &Node) -> Result<String, Complaint> {
    field_name(&text(node)?, "TSPC__Score__c")
}

impl Scorecards {
    /// Whether answers go into the scorecards of ClosePlan.
    pub(crate) fn answer_close_plan(&self) -> bool {
        !self.templates.is_empty() && self.target.contains(&ScorecardTarget::ClosePlan)
    }

    /// The element that a question of ClosePlan asks for.
    pub(crate) fn element_of(&self, question: &Question) -> Option<&Element> {
        let ClosePlan { questions, .. } = &self.closeplan;
        let named = questions.iter().find(|(_, glob)| {
            let glob = WildMatch::new_case_insensitive(glob);
            glob.matches(&question.text)
        });
        let mut elements = self.templates.iter().flat_map(|one| &one.elements);
        if let Some((key, _)) = named {
            return elements.find(|element| element.key == *key);
        }
        let category = question.category.trim();
        elements.find(|element| {
            let by_key = element.key.replace('_', " ");
            let names = [element.name.as_str(), by_key.as_str()];
            !questions.contains_key(&element.key)
                && names.iter().any(|name| name.eq_ignore_ascii_case(category))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::fixtures;
    use crate::manifest::{Manifest, Problems};
    use crate::model::close_plan::{Mode, Question};
    use crate::model::id::RecordId;

    fn manifest(scorecards: &str) -> Result<Manifest, Problems> {
        fixtures::manifest(&format!("scorecards: {scorecards}"))
    }

    #[test]
    fn questions_are_told_by_their_text_or_category() {
        let manifest = manifest(
            "{target: closeplan, closeplan: {questions: {metrics: '*number*', pain: '*cost*'}}}",
        )
        .unwrap();
        let check = |category: &str, text: &str, expect: Option<&str>| {
            let question = Question {
                id: RecordId::parse("a0U000000000001").unwrap(),
                text: text.to_owned(),
                category: category.to_owned(),
                mode: Mode::Text,
                has_text: false,
                choices: Vec::new(),
            };
            let element = manifest.scorecards.element_of(&question);
            let key = element.map(|element| element.key.as_str());
            assert_eq!(key, expect, "{category} {text}");
        };
        check("Economic Buyer", "Who?", Some("economic_buyer"));
        check("economic buyer ", "Who?", Some("economic_buyer"));
        check("Champion", "Which Number moves?", Some("metrics"));
        check("Metrics", "Why?", None);
        check("Pain", "What does it cost?", Some("pain"));
        check("Legal", "Who?", None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let check = |scorecards: &str, expect: &str| {
            let told = manifest(scorecards).unwrap_err().render(false);
            assert!(told.contains(expect), "{scorecards}\n{told}");
        };
        check(
            "{closeplan: {points: TSPC__Points__c}}",
            "scorecards.closeplan: is not used",
        );
        check(
            "{target: closeplan, closeplan: {questions: {metric: x}}}",
            "did you mean `metrics`?",
        );
        check(
            "{target: closeplan, closeplan: {points: 'a b'}}",
            "`a b` is not the API name of a field",
        );
        check(
            "{target: closeplan, closeplan: {question: {}}}",
            "did you mean `questions`?",
        );
    }

    #[test]
    fn it_loads_again_from_its_resolved_form() {
        let check = |scorecards: &str| {
            fixtures::loads_again(&format!("scorecards: {scorecards}"));
        };
        check("{}");
        check("{target: [objects, closeplan], closeplan: {questions: {pain: x}, points: P__c}}");
    }
}
