//! The ClosePlan scorecards of the sample company, where its org has the package.

use rusqlite::types::Value;

use super::{Ids, add, date, text};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::features::Feature;
use crate::embedded_org::session::Session;

/// One question of the template, and what the sellers have answered so far.
struct Question {
    category: &'static str,
    code: &'static str,
    text: &'static str,
    mode: &'static str,
    /// What can be chosen, with its points.
    choices: &'static [(&'static str, f64)],
    /// The text, or the choice, that stands there already.
    answered: &'static str,
}

const QUESTIONS: &[Question] = &[
    Question {
        category: "Metrics",
        code: "M",
        text: "Which number does the customer want to move?",
        mode: "Text",
        choices: &[],
        answered: "Faster month end, to be measured.",
    },
    Question {
        category: "Economic Buyer",
        code: "EB",
        text: "How close are we to whoever releases the money?",
        mode: "Answers",
        choices: &[("Unknown", 0.0), ("Identified", 25.0), ("Met", 50.0)],
        answered: "Unknown",
    },
    Question {
        category: "Decision Criteria",
        code: "DC",
        text: "By which criteria will they decide?",
        mode: "RichText",
        choices: &[],
        answered: "",
    },
    Question {
        category: "Pain",
        code: "P",
        text: "Has the customer told us what it costs to do nothing?",
        mode: "Yes-No",
        choices: &[("No", 0.0), ("Yes", 50.0)],
        answered: "",
    },
    Question {
        category: "Champion",
        code: "CH",
        text: "Who sells for us when we are not there?",
        mode: "Text",
        choices: &[],
        answered: "",
    },
    Question {
        category: "Next Step",
        code: "NS",
        text: "What is the next step in the CRM?",
        mode: "Field",
        choices: &[],
        answered: "",
    },
];

/// Every so many deals there is one that nobody has deployed the template to.
const LEFT_OUT: usize = 4;

/// Deploys the template to most opportunities.
pub(super) fn deploy(session: &Session<'_>, opportunities: &Ids) -> Result<(), ApiError> {
    if !session.schema.has(Feature::ClosePlan) {
        return Ok(());
    }
    let deals = opportunities.0.values().enumerate();
    for (_, opportunity) in deals.filter(|(place, _)| place % LEFT_OUT != 1) {
        let fields = [
            ("TSPC__Opportunity__c", text(opportunity)),
            ("TSPC__TemplateDeployDate__c", date(session, -10)),
        ];
        let deal = add(session, "TSPC__Deal__c", &fields)?;
        for question in QUESTIONS {
            ask(session, &deal, question)?;
        }
    }
    Ok(())
}

fn ask(session: &Session<'_>, deal: &str, question: &Question) -> Result<(), ApiError> {
    let fields = [
        ("Name", text(question.category)),
        ("TSPC__Deal__c", text(deal)),
        ("TSPC__Code__c", text(question.code)),
    ];
    let category = add(session, "TSPC__DealQuestionCategory__c", &fields)?;
    let points = question.choices.iter().map(|(_, points)| *points);
    let written = match question.choices {
        [] => question.answered,
        _ => "",
    };
    let fields = [
        ("TSPC__Deal__c", text(deal)),
        ("TSPC__QuestionCategory__c", text(&category)),
        ("TSPC__Text__c", text(question.text)),
        ("TSPC__Mode__c", text(question.mode)),
        ("TSPC__MaxScore__c", points.fold(0.0, f64::max).into()),
        ("TSPC__TextAnswer__c", text(written)),
        ("TSPC__HasTextAnswer__c", (question.mode == "Yes-No").into()),
        (
            "TSPC__IsAnswered__c",
            (!question.answered.is_empty()).into(),
        ),
    ];
    let id = add(session, "TSPC__DealQuestion__c", &fields)?;
    for (words, points) in question.choices {
        let fields: [(&str, Value); 4] = [
            ("TSPC__DealQuestion__c", text(&id)),
            ("TSPC__Text__c", text(words)),
            ("TSPC__Score__c", (*points).into()),
            ("TSPC__IsSelected__c", (*words == question.answered).into()),
        ];
        add(session, "TSPC__DealQuestionAnswer__c", &fields)?;
    }
    Ok(())
}
