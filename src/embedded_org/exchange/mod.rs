//! Whole orgs as folders of CSV files, in the layout of Salesforce's Data Export: one file per sObject.

mod columns;
mod export;
mod import;
mod numbers;
mod references;
mod stages;

pub(crate) use export::{ExportSummary, export};
pub(crate) use import::{ImportSummary, import};

/// sObjects in the order in which they can be loaded: what is referred to comes first.
const ORDER: &[&str] = &[
    "Organization",
    "Profile",
    "User",
    "OpportunityStage",
    "TaskStatus",
    "TaskPriority",
    "Account",
    "Contact",
    "Opportunity",
    "Lead",
    "OpportunityContactRole",
    "Event",
    "Task",
    "EventRelation",
    "TaskRelation",
    "EmailMessage",
    "EmailMessageRelation",
    "Demo_Pack__c",
    "Demo_Scorecard__c",
    "Demo_Scorecard_Answer__c",
];
