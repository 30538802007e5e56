//! The objects of the package ClosePlan, as far as its scorecards go.
//!
//! Its names and values are those that are published. The package's own code is not here: nothing
//! adds up scores, and a deal can be made by hand.

use super::Table;

/// A deal before its questions, and these before their answers.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "TSPC__Deal__c",
        label: "Deal",
        label_plural: "Deals",
        key_prefix: "a0S",
        access: "CUD",
        fields: DEAL,
    },
    Table {
        name: "TSPC__DealQuestionCategory__c",
        label: "Deal Question Category",
        label_plural: "Deal Question Categories",
        key_prefix: "a0T",
        access: "CUD",
        fields: CATEGORY,
    },
    Table {
        name: "TSPC__DealQuestion__c",
        label: "Deal Question",
        label_plural: "Deal Questions",
        key_prefix: "a0U",
        access: "CUD",
        fields: QUESTION,
    },
    Table {
        name: "TSPC__DealQuestionAnswer__c",
        label: "Deal Question Answer",
        label_plural: "Deal Question Answers",
        key_prefix: "a0V",
        access: "CUD",
        fields: ANSWER,
    },
];

const DEAL: &str = "
Name | string 80 | D | namefield; auto D-{00000}; label Deal
TSPC__Opportunity__c | reference Opportunity | C | relationship TSPC__Opportunity__r; children TSPC__Deals__r; masterdetail
TSPC__TemplateDeployDate__c | date | CUN
TSPC__ScorecardTotalScore__c | double 8.2 | CUN
TSPC__ScorecardScoreRatio__c | percent 5.2 | CUN
";

const CATEGORY: &str = "
Name | string 80 | CUND | namefield; label Category
TSPC__Deal__c | reference TSPC__Deal__c | C | relationship TSPC__Deal__r; children TSPC__DealQuestionCategories__r; masterdetail
TSPC__Code__c | string 40 | CUN
TSPC__TotalScoreRatio__c | percent 5.2 | CUN
";

const QUESTION: &str = "
Name | string 80 | D | namefield; auto DQ-{00000}; label Question
TSPC__Deal__c | reference TSPC__Deal__c | C | relationship TSPC__Deal__r; children TSPC__DealQuestions__r; masterdetail
TSPC__QuestionCategory__c | reference TSPC__DealQuestionCategory__c | CUN | relationship TSPC__QuestionCategory__r; children TSPC__DealQuestions__r
TSPC__Text__c | textarea 1000 | CUN
TSPC__Mode__c | restricted 255: Text, RichText, Yes-No, Answers, Field | CUN
TSPC__Score__c | double 8.2 | CUN
TSPC__MaxScore__c | double 8.2 | CUN
TSPC__Answer__c | string 255 | CUN
TSPC__TextAnswer__c | textarea 4000 | CUN
TSPC__RichTextAnswer__c | textarea 32768 | CUN
TSPC__HasTextAnswer__c | boolean | CUD
TSPC__IsAnswered__c | boolean | CUD
TSPC__Notes__c | textarea 4000 | CUN
";

const ANSWER: &str = "
Name | string 80 | D | namefield; auto DQA-{00000}; label Answer
TSPC__DealQuestion__c | reference TSPC__DealQuestion__c | C | relationship TSPC__DealQuestion__r; children TSPC__DealQuestionAnswers__r; masterdetail
TSPC__Text__c | string 255 | CUN
TSPC__Score__c | double 8.2 | CUN
TSPC__IsSelected__c | boolean | CUD
";
