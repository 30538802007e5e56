//! Accounts, contacts and opportunities, and the fields that every sObject has.

use super::Table;

/// Every sObject has these.
pub(super) const SYSTEM_FIELDS: &str = "
Id | id | D | idlookup
IsDeleted | boolean | D
CreatedDate | datetime | D
CreatedById | reference User | D | relationship CreatedBy
LastModifiedDate | datetime | D
LastModifiedById | reference User | D | relationship LastModifiedBy
SystemModstamp | datetime | D
";

/// What cannot be deleted has no `IsDeleted` that the API would show.
pub(super) const SYSTEM_FIELDS_WITHOUT_RECYCLE_BIN: &str = "
Id | id | D | idlookup
IsDeleted | boolean | D | hidden
CreatedDate | datetime | D
CreatedById | reference User | D | relationship CreatedBy
LastModifiedDate | datetime | D
LastModifiedById | reference User | D | relationship LastModifiedBy
SystemModstamp | datetime | D
";

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "Account",
        label: "Account",
        label_plural: "Accounts",
        key_prefix: "001",
        access: "CUD",
        fields: ACCOUNT,
    },
    Table {
        name: "Contact",
        label: "Contact",
        label_plural: "Contacts",
        key_prefix: "003",
        access: "CUD",
        fields: CONTACT,
    },
    Table {
        name: "Opportunity",
        label: "Opportunity",
        label_plural: "Opportunities",
        key_prefix: "006",
        access: "CUD",
        fields: OPPORTUNITY,
    },
    Table {
        name: "OpportunityContactRole",
        label: "Opportunity Contact Role",
        label_plural: "Opportunity Contact Role",
        key_prefix: "00K",
        access: "CUD",
        fields: OPPORTUNITY_CONTACT_ROLE,
    },
];

const ACCOUNT: &str = "
Name | string 255 | CU | namefield; label Account Name
Type | picklist 255: Prospect, Customer - Direct, Customer - Channel, Channel Partner / Reseller, Installation Partner, Technology Partner, Other | CUN | label Account Type
ParentId | reference Account | CUN | relationship Parent; children ChildAccounts; label Parent Account ID
BillingStreet | textarea 255 | CUN
BillingCity | string 40 | CUN
BillingState | string 80 | CUN | label Billing State/Province
BillingPostalCode | string 20 | CUN | label Billing Zip/Postal Code
BillingCountry | string 80 | CUN
BillingAddress | address | N | computed
ShippingStreet | textarea 255 | CUN
ShippingCity | string 40 | CUN
ShippingState | string 80 | CUN | label Shipping State/Province
ShippingPostalCode | string 20 | CUN | label Shipping Zip/Postal Code
ShippingCountry | string 80 | CUN
ShippingAddress | address | N | computed
Phone | phone 40 | CUN | label Account Phone
Fax | phone 40 | CUN | label Account Fax
AccountNumber | string 40 | CUN
Website | url 255 | CUN
Sic | string 20 | CUN | label SIC Code
Industry | picklist 255: Agriculture, Apparel, Banking, Biotechnology, Chemicals, Communications, Construction, Consulting, Education, Electronics, Energy, Engineering, Entertainment, Environmental, Finance, Food & Beverage, Government, Healthcare, Hospitality, Insurance, Machinery, Manufacturing, Media, Not For Profit, Recreation, Retail, Shipping, Technology, Telecommunications, Transportation, Utilities, Other | CUN
AnnualRevenue | currency 18.0 | CUN
NumberOfEmployees | int 8 | CUN | label Employees
Ownership | picklist 255: Public, Private, Subsidiary, Other | CUN
TickerSymbol | string 20 | CUN
Description | textarea 32000 | CUN | label Account Description
Rating | picklist 255: Hot, Warm, Cold | CUN | label Account Rating
Site | string 80 | CUN | label Account Site
OwnerId | reference User | CUD | relationship Owner
AccountSource | picklist 255: Web, Phone Inquiry, Partner Referral, Purchased List, Other | CUN
LastActivityDate | date | N | computed; label Last Activity
";

const CONTACT: &str = "
AccountId | reference Account | CUN | relationship Account; children Contacts; cascade
LastName | string 80 | CU
FirstName | string 40 | CUN
Salutation | picklist 40: Mr., Ms., Mrs., Dr., Prof., Mx. | CUN
Name | string 121 | N | namefield; computed; label Full Name
OtherStreet | textarea 255 | CUN
OtherCity | string 40 | CUN
OtherState | string 80 | CUN | label Other State/Province
OtherPostalCode | string 20 | CUN | label Other Zip/Postal Code
OtherCountry | string 80 | CUN
OtherAddress | address | N | computed
MailingStreet | textarea 255 | CUN
MailingCity | string 40 | CUN
MailingState | string 80 | CUN | label Mailing State/Province
MailingPostalCode | string 20 | CUN | label Mailing Zip/Postal Code
MailingCountry | string 80 | CUN
MailingAddress | address | N | computed
Phone | phone 40 | CUN | label Business Phone
Fax | phone 40 | CUN | label Business Fax
MobilePhone | phone 40 | CUN
HomePhone | phone 40 | CUN
OtherPhone | phone 40 | CUN
AssistantPhone | phone 40 | CUN | label Asst. Phone
ReportsToId | reference Contact | CUN | relationship ReportsTo; label Reports To ID
Email | email 80 | CUN | idlookup
Title | string 128 | CUN
Department | string 80 | CUN
AssistantName | string 40 | CUN
LeadSource | picklist 255: Web, Phone Inquiry, Partner Referral, Purchased List, Other | CUN
Birthdate | date | CUN
Description | textarea 32000 | CUN | label Contact Description
OwnerId | reference User | CUD | relationship Owner
LastActivityDate | date | N | computed; label Last Activity
";

const OPPORTUNITY: &str = "
AccountId | reference Account | CUN | relationship Account; children Opportunities; cascade
IsPrivate | boolean | CUD | label Private
Name | string 120 | CU | namefield; idlookup
Description | textarea 32000 | CUN
StageName | picklist 255 | CU | label Stage
Amount | currency 18.2 | CUN
Probability | percent 3.0 | CUND | label Probability (%)
ExpectedRevenue | currency 18.2 | N | computed; label Expected Amount
TotalOpportunityQuantity | double 18.2 | CUN | label Quantity
CloseDate | date | CU
Type | picklist 255: New Business, Existing Business | CUN | label Opportunity Type
NextStep | string 255 | CUN
LeadSource | picklist 255: Web, Phone Inquiry, Partner Referral, Purchased List, Other | CUN
IsClosed | boolean | D | label Closed
IsWon | boolean | D | label Won
ForecastCategory | restricted 40: Omitted, Pipeline, BestCase, MostLikely, Forecast, Closed | D
ForecastCategoryName | restricted 40: Omitted, Pipeline, Best Case, Commit, Closed | CUND | label Forecast Category
OwnerId | reference User | CUD | relationship Owner
ContactId | reference Contact | CN | relationship Contact
LastActivityDate | date | N | computed; label Last Activity
LastStageChangeDate | datetime | N
FiscalQuarter | int 4 | N | computed
FiscalYear | int 4 | N | computed
Fiscal | string 6 | N | computed; label Fiscal Period
HasOpenActivity | boolean | D | computed; unfilterable
HasOverdueTask | boolean | D | computed; unfilterable
";

const OPPORTUNITY_CONTACT_ROLE: &str = "
OpportunityId | reference Opportunity | C | relationship Opportunity; children OpportunityContactRoles; cascade
ContactId | reference Contact | CU | relationship Contact; children OpportunityContactRoles; cascade
Role | picklist 40: Business User, Decision Maker, Economic Buyer, Economic Decision Maker, Evaluator, Executive Sponsor, Influencer, Technical Buyer, Other | CUN
IsPrimary | boolean | CUD | label Primary
";
