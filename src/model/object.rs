//! The kinds of records that we manage, and what the platform says of each.

use serde::{Deserialize, Serialize};

use super::address::Path;

/// A kind of record that we create.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Object {
    Account,
    /// Fields of an account that is not ours.
    AccountLoan,
    Contact,
    OpportunityContactRole,
    Event,
    Task,
    EmailMessage,
    EventRelation,
    #[serde(rename = "Demo_Scorecard__c")]
    Scorecard,
    #[serde(rename = "Demo_Scorecard_Answer__c")]
    ScorecardAnswer,
    /// Fields of an opportunity.
    OpportunityLoan,
    /// Fields of a question of ClosePlan.
    QuestionLoan,
    /// Fields of an answer to one, that can be selected.
    ChoiceLoan,
}

/// What there is to know of a kind of record.
pub(crate) struct Facts {
    pub(crate) object: Object,
    /// What state stores in its place; never given to another kind.
    pub(crate) number: u8,
    /// The sObject's API name.
    pub(crate) api_name: &'static str,
    /// The two letters that begin its keys; none of what carries no key because it is not ours.
    pub(crate) key_kind: &'static str,
    /// What people call one of them, and several, where their paths are not known; else see
    /// [`Object::label`].
    pub(crate) label: (&'static str, &'static str),
    /// The field that names its parent record; empty for what hangs under the org itself.
    pub(crate) parent: &'static str,
    /// What its parent is, where that is a record of ours too: it is deleted along with it.
    pub(crate) part_of: Option<Object>,
    /// The field that names another record of its own kind, which is made before it.
    pub(crate) follows: Option<&'static str>,
    /// The fields that tell a record from its siblings, in the order of their weight. They
    /// settle an interrupted create where no key can.
    pub(crate) told_by: &'static [&'static str],
    /// The fields whose texts title the record.
    pub(crate) title: &'static [&'static str],
    /// The fields that we fill, where the org has them; a manifest cannot set them.
    pub(crate) filled: &'static [&'static str],
}

/// All kinds in the order of creation, which is that of the enum: parents before children, websites
/// before the people whose addresses are at them, and people before what they take part in.
pub(crate) const OBJECTS: [Facts; 13] = [
    Facts {
        object: Object::Account,
        number: 10,
        api_name: "Account",
        key_kind: "ac",
        label: ("account", "accounts"),
        parent: "",
        part_of: None,
        follows: Some("ParentId"),
        told_by: &["Name"],
        title: &["Name"],
        filled: &[
            "Name",
            "ParentId",
            "Website",
            "Industry",
            "NumberOfEmployees",
            "BillingCountry",
            "BillingState",
        ],
    },
    Facts {
        object: Object::AccountLoan,
        number: 7,
        api_name: "Account",
        key_kind: "",
        label: ("account loan", "account loans"),
        parent: "Id",
        part_of: None,
        follows: None,
        told_by: &["Id"],
        title: &[],
        filled: &["Website", "ParentId"],
    },
    Facts {
        object: Object::Contact,
        number: 5,
        api_name: "Contact",
        key_kind: "co",
        label: ("contact", "contacts"),
        parent: "AccountId",
        part_of: None,
        follows: None,
        told_by: &["Email"],
        title: &["FirstName", "LastName"],
        filled: &[
            "FirstName",
            "LastName",
            "Title",
            "Department",
            "Email",
            "AccountId",
            "MailingCountry",
            "MailingState",
        ],
    },
    Facts {
        object: Object::OpportunityContactRole,
        number: 6,
        api_name: "OpportunityContactRole",
        key_kind: "cr",
        label: ("contact role", "contact roles"),
        parent: "OpportunityId",
        part_of: None,
        follows: None,
        told_by: &["ContactId"],
        title: &["Role"],
        filled: &["OpportunityId", "ContactId", "Role", "IsPrimary"],
    },
    Facts {
        object: Object::Event,
        number: 0,
        api_name: "Event",
        key_kind: "ev",
        label: ("meeting", "meetings"),
        parent: "WhatId",
        part_of: None,
        follows: None,
        told_by: &["StartDateTime", "Subject"],
        title: &["Subject"],
        filled: &[
            "Subject",
            "StartDateTime",
            "EndDateTime",
            "OwnerId",
            "WhatId",
            "WhoId",
            "EventWhoIds",
            "Location",
            "ShowAs",
            "IsReminderSet",
            "Description",
        ],
    },
    Facts {
        object: Object::Task,
        number: 1,
        api_name: "Task",
        key_kind: "tk",
        label: ("task", "tasks"),
        parent: "WhatId",
        part_of: None,
        follows: None,
        told_by: &["ActivityDate", "Subject"],
        title: &["Subject"],
        filled: &[
            "Subject",
            "ActivityDate",
            "Status",
            "Priority",
            "TaskSubtype",
            "CallType",
            "CallDurationInSeconds",
            "OwnerId",
            "WhatId",
            "WhoId",
            "Description",
        ],
    },
    Facts {
        object: Object::EmailMessage,
        number: 9,
        api_name: "EmailMessage",
        key_kind: "em",
        label: ("email", "emails"),
        parent: "RelatedToId",
        part_of: None,
        follows: Some("ReplyToEmailMessageId"),
        told_by: &["MessageDate", "MessageIdentifier"],
        title: &["Subject"],
        filled: &[
            "Subject",
            "TextBody",
            "FromName",
            "FromAddress",
            "FromId",
            "ToIds",
            "CcIds",
            "Incoming",
            "Status",
            "MessageDate",
            "RelatedToId",
            "MessageIdentifier",
            "ThreadIdentifier",
            "ReplyToEmailMessageId",
        ],
    },
    Facts {
        object: Object::EventRelation,
        number: 2,
        api_name: "EventRelation",
        key_kind: "er",
        label: ("attendee", "attendees"),
        parent: "EventId",
        part_of: Some(Object::Event),
        follows: None,
        told_by: &["RelationId"],
        title: &[],
        filled: &["EventId", "RelationId"],
    },
    Facts {
        object: Object::Scorecard,
        number: 3,
        api_name: "Demo_Scorecard__c",
        key_kind: "sc",
        label: ("scorecard", "scorecards"),
        parent: "Opportunity__c",
        part_of: None,
        follows: None,
        told_by: &["Framework__c"],
        title: &["Framework__c"],
        filled: &[
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
            "Demo_Pack__c",
        ],
    },
    Facts {
        object: Object::ScorecardAnswer,
        number: 4,
        api_name: "Demo_Scorecard_Answer__c",
        key_kind: "sa",
        label: ("scorecard answer", "scorecard answers"),
        parent: "Scorecard__c",
        part_of: Some(Object::Scorecard),
        follows: None,
        told_by: &["Question_Key__c"],
        title: &["Question__c"],
        filled: &[
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
            "Evidence_Summary__c",
            "Contact__c",
            "Demo_Pack__c",
            "Sort_Order__c",
        ],
    },
    Facts {
        object: Object::OpportunityLoan,
        number: 8,
        api_name: "Opportunity",
        key_kind: "",
        label: ("opportunity loan", "opportunity loans"),
        parent: "Id",
        part_of: None,
        follows: None,
        told_by: &["Id"],
        title: &[],
        filled: &["CloseDate", "NextStep"],
    },
    Facts {
        object: Object::QuestionLoan,
        number: 11,
        api_name: "TSPC__DealQuestion__c",
        key_kind: "",
        label: ("ClosePlan answer", "ClosePlan answers"),
        parent: "Id",
        part_of: None,
        follows: None,
        told_by: &["Id"],
        title: &[],
        filled: &[
            "TSPC__TextAnswer__c",
            "TSPC__RichTextAnswer__c",
            "TSPC__IsAnswered__c",
        ],
    },
    Facts {
        object: Object::ChoiceLoan,
        number: 12,
        api_name: "TSPC__DealQuestionAnswer__c",
        key_kind: "",
        label: ("ClosePlan choice", "ClosePlan choices"),
        parent: "Id",
        part_of: None,
        follows: None,
        told_by: &["Id"],
        title: &[],
        filled: &["TSPC__IsSelected__c"],
    },
];

/// The kinds whose records we make: all but the loans.
pub(crate) fn made() -> impl Iterator<Item = &'static Facts> + Clone {
    OBJECTS.iter().filter(|facts| !facts.object.is_loan())
}

/// The Tasks that are no emails, by the beginning of their paths.
const TASKS: [(&str, (&str, &str)); 2] =
    [("call/", ("call", "calls")), ("todo/", ("to-do", "to-dos"))];

impl Object {
    /// Whether it stands for fields of a record that is not ours.
    pub(crate) fn is_loan(self) -> bool {
        matches!(
            self,
            Self::AccountLoan | Self::OpportunityLoan | Self::QuestionLoan | Self::ChoiceLoan
        )
    }

    pub(crate) fn facts(self) -> &'static Facts {
        &OBJECTS[self.place()]
    }

    /// Its row of [`OBJECTS`]: its place in the order of creation.
    pub(crate) fn place(self) -> usize {
        self as usize
    }

    /// What state stores in its place.
    pub(crate) fn number(self) -> u8 {
        self.facts().number
    }

    pub(crate) fn from_number(number: usize) -> Option<Self> {
        let found = OBJECTS
            .iter()
            .find(|facts| usize::from(facts.number) == number);
        found.map(|facts| facts.object)
    }

    pub(crate) fn api_name(self) -> &'static str {
        self.facts().api_name
    }

    /// What people call the record at this path, and several of its kind: a Task is a logged email,
    /// a call or something to do.
    pub(crate) fn label(self, path: &Path) -> (&'static str, &'static str) {
        if self != Self::Task {
            return self.facts().label;
        }
        let sort = TASKS
            .iter()
            .find(|(prefix, _)| path.as_str().starts_with(prefix));
        sort.map_or(Self::EmailMessage.facts().label, |(_, label)| *label)
    }
}

#[cfg(test)]
mod tests {
    use super::{OBJECTS, Object};
    use crate::model::address::Path;

    #[test]
    fn tasks_are_called_what_they_are() {
        let check = |path: &str, expect| {
            assert_eq!(Object::Task.label(&Path::new(path)).0, expect, "{path}");
        };
        check("call/01", "call");
        check("todo/02", "to-do");
        check("thread/01/02", "email");
        check("meeting/past/03/recap", "email");
    }

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_parents_come_first() {
        for (place, facts) in OBJECTS.iter().enumerate() {
            assert_eq!(facts.object.place(), place);
            assert!(facts.part_of.is_none_or(|parent| parent.place() < place));
        }
    }

    #[test]
    fn no_two_kinds_are_stored_alike() {
        for facts in &OBJECTS {
            let read = Object::from_number(usize::from(facts.number));
            assert_eq!(read, Some(facts.object));
        }
    }
}
