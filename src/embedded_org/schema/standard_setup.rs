//! The organization, its users, and the lists that stages and statuses come from.

use super::Table;

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "Organization",
        label: "Organization",
        label_plural: "Organizations",
        key_prefix: "00D",
        access: "",
        fields: ORGANIZATION,
    },
    Table {
        name: "User",
        label: "User",
        label_plural: "Users",
        key_prefix: "005",
        access: "CU",
        fields: USER,
    },
    Table {
        name: "Profile",
        label: "Profile",
        label_plural: "Profiles",
        key_prefix: "00e",
        access: "",
        fields: PROFILE,
    },
    Table {
        name: "RecordType",
        label: "Record Type",
        label_plural: "Record Types",
        key_prefix: "012",
        access: "",
        fields: RECORD_TYPE,
    },
    Table {
        name: "DuplicateRule",
        label: "Duplicate Rule",
        label_plural: "Duplicate Rules",
        key_prefix: "0Bm",
        access: "",
        fields: DUPLICATE_RULE,
    },
    Table {
        name: "OpportunityStage",
        label: "Opportunity Stage",
        label_plural: "Opportunity Stages",
        key_prefix: "01J",
        access: "",
        fields: OPPORTUNITY_STAGE,
    },
    Table {
        name: "TaskStatus",
        label: "Task Status Value",
        label_plural: "Task Status Values",
        key_prefix: "01L",
        access: "",
        fields: TASK_STATUS,
    },
    Table {
        name: "TaskPriority",
        label: "Task Priority Value",
        label_plural: "Task Priority Values",
        key_prefix: "01T",
        access: "",
        fields: TASK_PRIORITY,
    },
];

const ORGANIZATION: &str = "
Name | string 80 | U | namefield
Phone | phone 40 | N
PrimaryContact | string 80 | N
City | string 40 | N
State | string 80 | N
Country | string 80 | N
OrganizationType | picklist 40: Developer Edition, Enterprise Edition, Unlimited Edition | D
InstanceName | string 5 | N
IsSandbox | boolean | D
TrialExpirationDate | datetime | N
NamespacePrefix | string 15 | N
DefaultLocaleSidKey | picklist 40: en_US* | D
LanguageLocaleKey | picklist 40: en_US* | D
TimeZoneSidKey | picklist 40: America/Los_Angeles* | D
FiscalYearStartMonth | int 2 | N
DefaultAccountAccess | picklist 40 | N
DefaultContactAccess | picklist 40 | N
DefaultOpportunityAccess | picklist 40 | N
";

const USER: &str = "
Username | string 80 | CU | idlookup
LastName | string 80 | CU
FirstName | string 40 | CUN
Name | string 121 | N | namefield; computed; label Full Name
CompanyName | string 80 | CUN
Division | string 80 | CUN
Department | string 80 | CUN
Title | string 80 | CUN
Email | email 128 | CU | idlookup
Alias | string 8 | CU
IsActive | boolean | CUD | label Active
ProfileId | reference Profile | CU | relationship Profile; children Users
UserType | restricted 40: Standard*, Guest, AutomatedProcess | D
TimeZoneSidKey | picklist 40: America/Los_Angeles*, America/Denver, America/Chicago, America/New_York, Europe/London, Europe/Berlin, Europe/Paris, Asia/Kolkata, Asia/Singapore, Asia/Tokyo, Australia/Sydney | CUD | label Time Zone
LocaleSidKey | picklist 40: en_US*, en_GB, de_DE, fr_FR, ja_JP | CUD | label Locale
LanguageLocaleKey | picklist 40: en_US*, de, fr, ja | CUD | label Language
EmailEncodingKey | picklist 40: UTF-8*, ISO-8859-1 | CUD | label Email Encoding
ManagerId | reference User | CUN | relationship Manager; label Manager ID
Phone | phone 40 | CUN
MobilePhone | phone 40 | CUN
City | string 40 | CUN
State | string 80 | CUN
Country | string 80 | CUN
";

const PROFILE: &str = "
Name | string 255 | - | namefield
Description | string 255 | N
UserType | restricted 40: Standard*, Guest | D
PermissionsModifyAllData | boolean | D
PermissionsViewAllData | boolean | D
PermissionsApiEnabled | boolean | D
";

const RECORD_TYPE: &str = "
Name | string 80 | N | namefield; label Record Type Name
DeveloperName | string 80 | N | label Record Type Name
NamespacePrefix | string 15 | N
Description | string 255 | N
SobjectType | picklist 40 | N | label SObject Type Name
IsActive | boolean | D | label Active
";

const DUPLICATE_RULE: &str = "
DeveloperName | string 80 | N
MasterLabel | string 80 | N | namefield; label Rule Name
SobjectType | picklist 40 | N | label Object
SobjectSubtype | picklist 40 | N
NamespacePrefix | string 15 | N
IsActive | boolean | D | label Active
";

const OPPORTUNITY_STAGE: &str = "
MasterLabel | string 255 | N | namefield
ApiName | string 255 | N
IsActive | boolean | D
SortOrder | int 4 | N
IsClosed | boolean | D
IsWon | boolean | D
ForecastCategory | restricted 40: Omitted, Pipeline, BestCase, MostLikely, Forecast, Closed | N
ForecastCategoryName | restricted 40: Omitted, Pipeline, Best Case, Commit, Closed | N
DefaultProbability | percent 3.0 | N
Description | string 255 | N
";

const TASK_STATUS: &str = "
MasterLabel | string 255 | N | namefield
ApiName | string 255 | N
SortOrder | int 4 | N
IsDefault | boolean | D
IsClosed | boolean | D
";

const TASK_PRIORITY: &str = "
MasterLabel | string 255 | N | namefield
ApiName | string 255 | N
SortOrder | int 4 | N
IsDefault | boolean | D
IsHighPriority | boolean | D
";
