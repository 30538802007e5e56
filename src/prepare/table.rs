//! What demo-gen needs in an org: the one table from which everything in this room is made.

use crate::manifest::framework;
use crate::model::capabilities::{KEY_FIELD, PACK_OBJECT};

/// An object that gets fields; one of our own is made where it is missing.
#[derive(Debug)]
pub(super) struct Object {
    /// The name that its metadata goes by.
    pub(super) name: &'static str,
    /// The objects whose describe shows its fields.
    pub(super) shown_as: &'static [&'static str],
    /// Nothing for an object of Salesforce's.
    pub(super) own: Option<Own>,
    /// Whether there are orgs that do not have it, and do without.
    pub(super) optional: bool,
    /// Whether its records carry a key and the id of the run that created them.
    pub(super) tagged: bool,
    /// Its fields beside those two.
    pub(super) fields: &'static [(&'static str, Kind)],
}

/// What there is to say of an object of our own.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) label: &'static str,
    pub(super) plural: &'static str,
    pub(super) name: NameField,
    pub(super) description: &'static str,
}

/// How records of an object are named.
#[derive(Debug)]
pub(super) enum NameField {
    Text {
        label: &'static str,
    },
    Numbered {
        label: &'static str,
        format: &'static str,
    },
}

/// The type of a field, in Salesforce's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text(u32, Index),
    LongTextArea(u32),
    Number {
        precision: u32,
        scale: u32,
    },
    Percent {
        precision: u32,
        scale: u32,
    },
    Date,
    DateTime,
    /// Not restricted to its values.
    Picklist(&'static [&'static str]),
    Lookup(Relation),
    MasterDetail(Relation),
}

/// What a text field is indexed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Index {
    None,
    /// An external id: it can be searched in orgs of any size.
    ExternalId,
    /// An external id that no two records share.
    Unique,
    /// The same, where `a` and `A` are two values.
    UniqueCaseSensitive,
}

/// Where a reference points, and what the other side calls the records that point to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) to: &'static str,
    pub(super) children: &'static str,
}

pub(crate) const PERMISSION_SET: &str = "Demo_Gen";

/// On every kind of record that we create.
pub(super) const KEY: (&str, Kind) = (KEY_FIELD, Kind::Text(64, Index::UniqueCaseSensitive));

/// Of the run tag field, whose name the manifest gives.
pub(super) const RUN_TAG: Kind = Kind::Text(64, Index::ExternalId);

/// Of the fields that tell People.ai who wrote to whom: an activity has no longer texts.
pub(super) const TOLD: Kind = Kind::Text(255, Index::None);

/// What Event and Task have in common.
pub(super) const ACTIVITY: &str = "Activity";

/// A master record before its details.
pub(super) const OBJECTS: &[Object] = &[
    Object {
        name: ACTIVITY,
        // Activity itself has no describe: its fields are those of both.
        shown_as: &["Event", "Task"],
        own: None,
        optional: false,
        tagged: true,
        fields: &[],
    },
    Object {
        name: "EmailMessage",
        shown_as: &["EmailMessage"],
        own: None,
        optional: true,
        tagged: true,
        fields: &[],
    },
    Object {
        name: "Account",
        shown_as: &["Account"],
        own: None,
        optional: false,
        tagged: true,
        fields: &[],
    },
    Object {
        name: "Contact",
        shown_as: &["Contact"],
        own: None,
        optional: false,
        tagged: true,
        fields: &[],
    },
    Object {
        name: "OpportunityContactRole",
        shown_as: &["OpportunityContactRole"],
        own: None,
        optional: false,
        tagged: true,
        fields: &[],
    },
    Object {
        name: PACK_OBJECT,
        shown_as: &[PACK_OBJECT],
        own: Some(Own {
            label: "Demo Pack",
            plural: "Demo Packs",
            name: NameField::Text { label: "Pack Name" },
            description: "A pack of demo data: who applied it last, and who is applying it now.",
        }),
        optional: false,
        tagged: false,
        fields: PACK,
    },
    Object {
        name: "Demo_Scorecard__c",
        shown_as: &["Demo_Scorecard__c"],
        own: Some(Own {
            label: "Demo Scorecard",
            plural: "Demo Scorecards",
            name: NameField::Numbered {
                label: "Scorecard Name",
                format: "SC-{0000}",
            },
            description: "How well a deal is qualified.",
        }),
        optional: false,
        tagged: true,
        fields: SCORECARD,
    },
    Object {
        name: "Demo_Scorecard_Answer__c",
        shown_as: &["Demo_Scorecard_Answer__c"],
        own: Some(Own {
            label: "Demo Scorecard Answer",
            plural: "Demo Scorecard Answers",
            name: NameField::Numbered {
                label: "Answer Name",
                format: "SA-{0000}",
            },
            description: "What is known of one question of a scorecard.",
        }),
        optional: false,
        tagged: true,
        fields: SCORECARD_ANSWER,
    },
];

const PACK: &[(&str, Kind)] = &[
    ("Pack__c", Kind::Text(80, Index::Unique)),
    ("Anchor__c", Kind::Date),
    ("Seed__c", number(18, 0)),
    ("Versions__c", Kind::Text(255, Index::None)),
    ("Lineage__c", Kind::Text(64, Index::None)),
    ("Last_Run__c", Kind::Text(64, Index::None)),
    ("Last_Run_At__c", Kind::DateTime),
    ("Applied_By__c", Kind::Text(255, Index::None)),
    ("Applied_From__c", Kind::Text(255, Index::None)),
    ("Lease_Owner__c", Kind::Text(255, Index::None)),
    ("Lease_Until__c", Kind::DateTime),
];

const SCORECARD: &[(&str, Kind)] = &[
    (
        "Opportunity__c",
        Kind::MasterDetail(Relation {
            to: "Opportunity",
            children: "Demo_Scorecards",
        }),
    ),
    ("Framework__c", Kind::Picklist(&framework::NAMES)),
    ("Template_Version__c", Kind::Text(20, Index::None)),
    ("Total_Score__c", number(5, 1)),
    ("Max_Score__c", number(5, 1)),
    ("Percent__c", percent(5, 1)),
    ("Rating__c", Kind::Picklist(&["Red", "Yellow", "Green"])),
    ("As_Of_Date__c", Kind::Date),
    (
        "Status__c",
        Kind::Picklist(&["Draft", "In Progress", "Complete"]),
    ),
    ("Summary__c", Kind::LongTextArea(4000)),
    (PACK_OBJECT, Kind::Text(80, Index::ExternalId)),
];

/// Fields whose names say something else than what they hold: what they are called, and what is said
/// of them in setup.
pub(super) const CALLED: &[(&str, &str, &str)] = &[(
    "Percent__c",
    "Overall Score",
    "70 % the mean confidence of the answers and 30 % the share of questions that are answered. \
     Not the points: those are Total Score of Max Score.",
)];

const SCORECARD_ANSWER: &[(&str, Kind)] = &[
    (
        "Scorecard__c",
        Kind::MasterDetail(Relation {
            to: "Demo_Scorecard__c",
            children: "Demo_Scorecard_Answers",
        }),
    ),
    ("Element__c", Kind::Text(40, Index::None)),
    ("Question_Key__c", Kind::Text(60, Index::None)),
    ("Question__c", Kind::Text(255, Index::None)),
    ("Answer__c", Kind::LongTextArea(8000)),
    ("Score__c", number(4, 1)),
    ("Max_Score__c", number(4, 1)),
    ("Weight__c", number(4, 1)),
    (
        "Status__c",
        Kind::Picklist(&["Unknown", "Red", "Yellow", "Green"]),
    ),
    ("Confidence__c", percent(3, 0)),
    ("Evidence_Activity_Id__c", Kind::Text(255, Index::None)),
    ("Evidence_Summary__c", Kind::Text(255, Index::None)),
    (
        "Contact__c",
        Kind::Lookup(Relation {
            to: "Contact",
            children: "Demo_Scorecard_Answers",
        }),
    ),
    ("Sort_Order__c", number(3, 0)),
    (PACK_OBJECT, Kind::Text(80, Index::ExternalId)),
];

/// Objects that the permission set lets its users read: a detail may be granted only along with
/// its master, and that one only along with its own.
pub(super) const READ: &[&str] = &["Account", "Opportunity"];

const fn number(precision: u32, scale: u32) -> Kind {
    Kind::Number { precision, scale }
}

const fn percent(precision: u32, scale: u32) -> Kind {
    Kind::Percent { precision, scale }
}
