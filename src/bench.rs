//! What the benchmark under `tests/bench/` needs of the inside.

use crate::model::capabilities::{Capabilities, ObjectCapabilities};
use crate::model::object::Object;

/// The fields of each kind that the makers of records know.
const FIELDS: [(Object, &[&str]); 5] = [
    (
        Object::Event,
        &[
            "Subject",
            "StartDateTime",
            "EndDateTime",
            "OwnerId",
            "WhatId",
            "WhoId",
            "Location",
            "ShowAs",
            "IsReminderSet",
            "Description",
            "Demo_Key__c",
        ],
    ),
    (
        Object::Task,
        &[
            "Subject",
            "ActivityDate",
            "Status",
            "Priority",
            "TaskSubtype",
            "OwnerId",
            "WhatId",
            "WhoId",
            "Description",
            "Demo_Key__c",
        ],
    ),
    (
        Object::EventRelation,
        &["EventId", "RelationId", "IsParent", "IsInvitee"],
    ),
    (
        Object::Scorecard,
        &[
            "Opportunity__c",
            "Framework__c",
            "Template_Version__c",
            "Total_Score__c",
            "Max_Score__c",
            "Percent__c",
            "Rating__c",
            "As_Of_Date__c",
            "Status__c",
            "Summary__c",
            "Demo_Key__c",
        ],
    ),
    (
        Object::ScorecardAnswer,
        &[
            "Scorecard__c",
            "Element__c",
            "Question_Key__c",
            "Question__c",
            "Answer__c",
            "Score__c",
            "Max_Score__c",
            "Weight__c",
            "Status__c",
            "Confidence__c",
            "Evidence_Activity_Id__c",
            "Contact__c",
            "Sort_Order__c",
            "Demo_Key__c",
        ],
    ),
];

/// The fields that the platform takes at creation and never again.
const CREATE_ONLY: [&str; 5] = [
    "TaskSubtype",
    "EventId",
    "RelationId",
    "Scorecard__c",
    "Opportunity__c",
];

/// What a prepared org lets us write.
pub(crate) fn capabilities() -> Capabilities {
    let object = |(object, fields): &(Object, &[&str])| {
        let all = || fields.iter().map(|field| (*field).to_owned());
        let updateable = |field: &String| !CREATE_ONLY.contains(&field.as_str());
        let capabilities = ObjectCapabilities {
            readable: all().collect(),
            createable: all().collect(),
            updateable: all().filter(updateable).collect(),
        };
        (*object, capabilities)
    };
    Capabilities {
        objects: FIELDS.iter().map(object).collect(),
        pack_object: true,
        running_user: None,
    }
}
