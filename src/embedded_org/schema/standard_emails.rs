//! Emails as records of their own, and who is on them, in an org with Enhanced Email on.

use super::Table;

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "EmailMessage",
        label: "Email Message",
        label_plural: "Email Messages",
        key_prefix: "02s",
        access: "CUD",
        fields: EMAIL_MESSAGE,
    },
    Table {
        name: "EmailMessageRelation",
        label: "Email Message Relation",
        label_plural: "Email Message Relations",
        key_prefix: "0EM",
        access: "CD",
        fields: EMAIL_MESSAGE_RELATION,
    },
];

// The values of Status are New, Read, Replied, Sent, Forwarded and Draft.
const EMAIL_MESSAGE: &str = "
ActivityId | reference Task | N | relationship Activity
Subject | string 3000 | CUN
Name | string 255 | N | namefield; idlookup
TextBody | textarea 131072 | CUN
HtmlBody | textarea 131072 | CUN | label HTML Body
Headers | textarea 32000 | CUN
FromName | string 1000 | CUN
FromAddress | email 1000 | CUN
FromId | reference Contact, Lead, User | CN | relationship From
ToAddress | string 4000 | CUN
CcAddress | string 4000 | CUN | label CC Address
BccAddress | string 4000 | CUN | label BCC Address
ToIds | junctionIdList | CU | computed
CcIds | junctionIdList | CU | computed; label CC Ids
BccIds | junctionIdList | CU | computed; label BCC Ids
Incoming | boolean | CD | label Is Incoming
HasAttachment | boolean | D
Status | restricted 40: 0*, 1, 2, 3, 4, 5 | CUD
MessageDate | datetime | CUN
ReplyToEmailMessageId | reference EmailMessage | CN | relationship ReplyToEmailMessage; label Email Message ID
IsExternallyVisible | boolean | CUD
MessageIdentifier | string 765 | CUN | idlookup
ThreadIdentifier | string 765 | CUN
ClientThreadIdentifier | string 765 | CN
IsClientManaged | boolean | CD
IsTracked | boolean | CD
IsOpened | boolean | D | label Opened?
IsBounced | boolean | D
FirstOpenedDate | datetime | N | label First Opened
LastOpenedDate | datetime | N | label Last Opened
RelatedToId | reference Account, Opportunity | CUN | relationship RelatedTo; children Emails; cascade
";

const EMAIL_MESSAGE_RELATION: &str = "
EmailMessageId | reference EmailMessage | C | relationship EmailMessage; children EmailMessageRelations; cascade
RelationId | reference Contact, Lead, User | CN | relationship Relation; children EmailMessageRelations
RelationType | restricted 40: ToAddress, CcAddress, BccAddress, FromAddress, OtherAddress | C
RelationAddress | string 4000 | CN
RelationObjectType | restricted 40: Contact, Lead, User | N
";
