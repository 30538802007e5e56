//! Events, tasks and their relations, in an org with Shared Activities on.

use super::Table;

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "Event",
        label: "Event",
        label_plural: "Events",
        key_prefix: "00U",
        access: "CUD",
        fields: EVENT,
    },
    Table {
        name: "Task",
        label: "Task",
        label_plural: "Tasks",
        key_prefix: "00T",
        access: "CUD",
        fields: TASK,
    },
    Table {
        name: "EventRelation",
        label: "Event Relation",
        label_plural: "Event Relations",
        key_prefix: "0RE",
        access: "CUD",
        fields: EVENT_RELATION,
    },
    Table {
        name: "TaskRelation",
        label: "Task Relation",
        label_plural: "Task Relations",
        key_prefix: "0RT",
        access: "CD",
        fields: TASK_RELATION,
    },
];

// ParentEventId links the copy in an invitee's calendar to its event; the API has no such field.
const EVENT: &str = "
Subject | combobox 255: Call, Email, Meeting, Send Letter/Quote, Other | CUN | namefield
WhoId | reference Contact | CUN | relationship Who; children Events; polymorphic; label Name ID
WhatId | reference Account, Opportunity | CUN | relationship What; children Events; cascade; label Related To ID
AccountId | reference Account | N | relationship Account
OwnerId | reference User | CUD | relationship Owner; label Assigned To ID
Location | string 255 | CUN
IsAllDayEvent | boolean | CUD | label All-Day Event
StartDateTime | datetime | CUN | label Start Date Time
EndDateTime | datetime | CUN | label End Date Time
ActivityDateTime | datetime | CUN | label Due Date Time
ActivityDate | date | CUN | label Due Date Only
DurationInMinutes | int 8 | CUN | label Duration
EndDate | date | N
Description | textarea 32000 | CUN
Type | picklist 40: Call, Email, Meeting, Other | CUN
ShowAs | restricted 40: Busy*, OutOfOffice, Free | CUND | label Show Time As
IsPrivate | boolean | CUD | label Private
EventSubtype | restricted 40: Event* | CND
IsReminderSet | boolean | CUD | label Reminder Set
ReminderDateTime | datetime | CUN | label Reminder Date/Time
IsChild | boolean | D
IsGroupEvent | boolean | D
GroupEventType | restricted 40: 0, 1, 2, 3 | ND
IsRecurrence | boolean | D | label Create Recurring Series of Events
IsArchived | boolean | D | computed; label Archived
EventWhoIds | junctionIdList | CUN | computed
WhoCount | int 8 | N | computed; label Relation Count
WhatCount | int 8 | N | computed; label Related To Count
ParentEventId | reference Event | N | cascade; hidden
";

const TASK: &str = "
Subject | combobox 255: Call, Email, Send Letter, Send Quote, Other | CUN | namefield
WhoId | reference Contact | CUN | relationship Who; children Tasks; polymorphic; label Name ID
WhatId | reference Account, Opportunity | CUN | relationship What; children Tasks; cascade; label Related To ID
AccountId | reference Account | N | relationship Account
OwnerId | reference User | CUD | relationship Owner; label Assigned To ID
Status | picklist 40: Not Started*, In Progress, Completed, Waiting on someone else, Deferred | CUD
Priority | picklist 40: High, Normal*, Low | CUD
IsHighPriority | boolean | D | label High Priority
ActivityDate | date | CUN | label Due Date Only
Description | textarea 32000 | CUN
Type | picklist 40: Call, Email, Meeting, Other | CUN
TaskSubtype | restricted 40: Task*, Email, ListEmail, Cadence, Call, LinkedIn | CND
IsClosed | boolean | D | label Closed
CompletedDateTime | datetime | N
CallType | restricted 40: Internal, Inbound, Outbound | CUN
CallDisposition | string 255 | CUN | label Call Result
CallObject | string 255 | CUN | label Call Object Identifier
CallDurationInSeconds | int 8 | CUN | label Call Duration
IsReminderSet | boolean | CUD | label Reminder Set
ReminderDateTime | datetime | CUN | label Reminder Date/Time
IsRecurrence | boolean | D | label Create Recurring Series of Tasks
IsArchived | boolean | D | computed; label Archived
TaskWhoIds | junctionIdList | CUN | computed
WhoCount | int 8 | N | computed; label Relation Count
WhatCount | int 8 | N | computed; label Related To Count
";

const EVENT_RELATION: &str = "
EventId | reference Event | C | relationship Event; children EventRelations; cascade
RelationId | reference Contact, User, Account, Opportunity | C | relationship Relation; children EventRelations; cascade
IsWhat | boolean | CD
IsParent | boolean | CUD
IsInvitee | boolean | CUD
Status | restricted 40: New*, Declined, Accepted, Uninvited, Maybe | CUND
Response | string 255 | CUN | label Comment
RespondedDate | datetime | CUN
AccountId | reference Account | N | relationship Account
";

const TASK_RELATION: &str = "
TaskId | reference Task | C | relationship Task; children TaskRelations; cascade
RelationId | reference Contact, Account, Opportunity | C | relationship Relation; children TaskRelations; cascade
IsWhat | boolean | CD
AccountId | reference Account | N | relationship Account
";
