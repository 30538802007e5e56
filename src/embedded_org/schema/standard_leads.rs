//! Leads. Nothing of the sample company is one, but clients look for them first.

use super::Table;

pub(super) const TABLES: &[Table] = &[Table {
    name: "Lead",
    label: "Lead",
    label_plural: "Leads",
    key_prefix: "00Q",
    access: "CUD",
    fields: LEAD,
}];

const LEAD: &str = "
LastName | string 80 | CU
FirstName | string 40 | CUN
Salutation | picklist 40: Mr., Ms., Mrs., Dr., Prof., Mx. | CUN
Name | string 121 | N | namefield; computed; label Full Name
Title | string 128 | CUN
Company | string 255 | CU
Street | textarea 255 | CUN
City | string 40 | CUN
State | string 80 | CUN | label State/Province
PostalCode | string 20 | CUN | label Zip/Postal Code
Country | string 80 | CUN
Address | address | N | computed
Phone | phone 40 | CUN
MobilePhone | phone 40 | CUN
Fax | phone 40 | CUN
Email | email 80 | CUN | idlookup
Website | url 255 | CUN
Description | textarea 32000 | CUN
LeadSource | picklist 255: Web, Phone Inquiry, Partner Referral, Purchased List, Other | CUN
Status | picklist 255: Open - Not Contacted*, Working - Contacted, Closed - Converted, Closed - Not Converted | CUD
Industry | picklist 255: Agriculture, Banking, Construction, Consulting, Education, Energy, Engineering, Finance, Government, Healthcare, Insurance, Manufacturing, Media, Retail, Shipping, Technology, Telecommunications, Transportation, Utilities, Other | CUN
Rating | picklist 255: Hot, Warm, Cold | CUN
AnnualRevenue | currency 18.0 | CUN
NumberOfEmployees | int 8 | CUN | label Employees
OwnerId | reference User | CUD | relationship Owner
IsConverted | boolean | D | label Converted
ConvertedDate | date | N
ConvertedAccountId | reference Account | N | relationship ConvertedAccount
ConvertedContactId | reference Contact | N | relationship ConvertedContact
ConvertedOpportunityId | reference Opportunity | N | relationship ConvertedOpportunity
IsUnreadByOwner | boolean | CUD | label Unread By Owner
";
