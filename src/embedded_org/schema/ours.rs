//! The fields and objects of ours, declared to every org that is not bare.
//!
//! They are what `org prepare` creates in a real org, in the notation of a custom field like any other.

use super::Table;

/// Objects of ours.
pub(crate) const OUR_OBJECTS: &[Table] = &[
    Table {
        name: "Demo_Pack__c",
        label: "Demo Pack",
        label_plural: "Demo Packs",
        key_prefix: "a00",
        access: "CUD",
        fields: DEMO_PACK,
    },
    Table {
        name: "Demo_Scorecard__c",
        label: "Demo Scorecard",
        label_plural: "Demo Scorecards",
        key_prefix: "a01",
        access: "CUD",
        fields: DEMO_SCORECARD,
    },
    Table {
        name: "Demo_Scorecard_Answer__c",
        label: "Demo Scorecard Answer",
        label_plural: "Demo Scorecard Answers",
        key_prefix: "a02",
        access: "CUD",
        fields: DEMO_SCORECARD_ANSWER,
    },
];

/// Fields of ours on standard objects.
pub(crate) const OUR_FIELDS: &[(&str, &str)] = &[
    ("Activity", KEY),
    ("Activity", RUN),
    ("Account", KEY),
    ("Account", RUN),
    ("Contact", KEY),
    ("Contact", RUN),
    ("OpportunityContactRole", KEY),
    ("OpportunityContactRole", RUN),
    ("EmailMessage", KEY),
    ("EmailMessage", RUN),
    ("Opportunity", "Omitted_from_Demo__c | boolean | CUD"),
];

const KEY: &str = "Demo_Key__c | string 64 | CUN | external; unique; case";
const RUN: &str = "Demo_Run__c | string 64 | CUN | external";

const DEMO_PACK: &str = "
OwnerId | reference User | CUD | relationship Owner
Name | string 80 | CUND | namefield; label Pack Name
Pack__c | string 80 | CUN | external; unique
Anchor__c | date | CUN
Seed__c | double 18.0 | CUN
Versions__c | string 255 | CUN
Lineage__c | string 64 | CUN
Last_Run__c | string 64 | CUN
Last_Run_At__c | datetime | CUN
Applied_By__c | string 255 | CUN
Applied_From__c | string 255 | CUN
Lease_Owner__c | string 255 | CUN
Lease_Until__c | datetime | CUN
";

const DEMO_SCORECARD: &str = "
Name | string 80 | D | namefield; auto SC-{0000}; label Scorecard Name
Opportunity__c | reference Opportunity | C | relationship Opportunity__r; children Demo_Scorecards__r; masterdetail
Framework__c | picklist 255: MEDDICC, MEDDIC, MEDDPICC, BANT, SPICED, CHAMP | CUN
Template_Version__c | string 20 | CUN
Total_Score__c | double 5.1 | CUN
Max_Score__c | double 5.1 | CUN
Percent__c | percent 5.1 | CUN | label Overall Score
Rating__c | picklist 255: Red, Yellow, Green | CUN
As_Of_Date__c | date | CUN | label As Of Date
Status__c | picklist 255: Draft, In Progress, Complete | CUN
Summary__c | textarea 4000 | CUN
Demo_Pack__c | string 80 | CUN | external
Demo_Key__c | string 64 | CUN | external; unique; case
Demo_Run__c | string 64 | CUN | external
";

const DEMO_SCORECARD_ANSWER: &str = "
Name | string 80 | D | namefield; auto SA-{0000}; label Answer Name
Scorecard__c | reference Demo_Scorecard__c | C | relationship Scorecard__r; children Demo_Scorecard_Answers__r; masterdetail
Element__c | string 40 | CUN
Question_Key__c | string 60 | CUN
Question__c | string 255 | CUN
Answer__c | textarea 8000 | CUN
Score__c | double 4.1 | CUN
Max_Score__c | double 4.1 | CUN
Weight__c | double 4.1 | CUN
Status__c | picklist 255: Unknown, Red, Yellow, Green | CUN
Confidence__c | percent 3.0 | CUN
Evidence_Activity_Id__c | string 255 | CUN | label Evidence Activity Id
Evidence_Summary__c | string 255 | CUN
Contact__c | reference Contact | CUN | relationship Contact__r; children Demo_Scorecard_Answers__r
Sort_Order__c | double 3.0 | CUN
Demo_Pack__c | string 80 | CUN | external
Demo_Key__c | string 64 | CUN | external; unique; case
Demo_Run__c | string 64 | CUN | external
";
