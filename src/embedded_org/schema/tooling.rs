//! What the Tooling API tells of an org: its definitions, as records.

use super::Table;

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "CustomField",
        label: "Custom Field",
        label_plural: "Custom Fields",
        key_prefix: "00N",
        access: "CUD",
        fields: CUSTOM_FIELD,
    },
    Table {
        name: "CustomObject",
        label: "Custom Object",
        label_plural: "Custom Objects",
        key_prefix: "01I",
        access: "",
        fields: CUSTOM_OBJECT,
    },
    Table {
        name: "EntityDefinition",
        label: "Entity Definition",
        label_plural: "Entity Definitions",
        key_prefix: "4ie",
        access: "",
        fields: ENTITY_DEFINITION,
    },
    Table {
        name: "FieldDefinition",
        label: "Field Definition",
        label_plural: "Field Definitions",
        key_prefix: "4fe",
        access: "",
        fields: FIELD_DEFINITION,
    },
    Table {
        name: "ValidationRule",
        label: "Validation Rule",
        label_plural: "Validation Rules",
        key_prefix: "03d",
        access: "",
        fields: VALIDATION_RULE,
    },
    Table {
        name: "ApexTrigger",
        label: "Apex Trigger",
        label_plural: "Apex Triggers",
        key_prefix: "01q",
        access: "",
        fields: APEX_TRIGGER,
    },
    Table {
        name: "Flow",
        label: "Flow Version",
        label_plural: "Flow Versions",
        key_prefix: "301",
        access: "",
        fields: FLOW,
    },
    Table {
        name: "FlowDefinition",
        label: "Flow Definition",
        label_plural: "Flow Definitions",
        key_prefix: "300",
        access: "",
        fields: FLOW_DEFINITION,
    },
    Table {
        name: "FlowDefinitionView",
        label: "Flow Definition",
        label_plural: "Flow Definitions",
        key_prefix: "3dd",
        access: "",
        fields: FLOW_DEFINITION_VIEW,
    },
    Table {
        name: "SandboxProcess",
        label: "Sandbox Process",
        label_plural: "Sandbox Processes",
        key_prefix: "0GR",
        access: "",
        fields: SANDBOX_PROCESS,
    },
    Table {
        name: "SandboxInfo",
        label: "Sandbox Info",
        label_plural: "Sandbox Infos",
        key_prefix: "0GQ",
        access: "",
        fields: SANDBOX_INFO,
    },
];

// Of a custom object's field, `TableEnumOrId` is the object's id; of a standard object's its name.
const CUSTOM_FIELD: &str = "
DeveloperName | string 80 | N | namefield
TableEnumOrId | string 40 | N
FullName | string 255 | CUN | unfilterable
NamespacePrefix | string 15 | N
EntityDefinitionId | reference EntityDefinition | N | relationship EntityDefinition; children CustomFields
Length | int 8 | N
Precision | int 8 | N
Scale | int 8 | N
Description | string 1000 | N
InlineHelpText | string 510 | N
RelationshipLabel | string 80 | N
Metadata | address | CUN
ManageableState | string 40 | N
";

const CUSTOM_OBJECT: &str = "
DeveloperName | string 80 | N | namefield
NamespacePrefix | string 15 | N
Description | string 1000 | N
SharingModel | string 40 | N
ManageableState | string 40 | N
";

const ENTITY_DEFINITION: &str = "
DurableId | string 255 | N
QualifiedApiName | string 70 | N
DeveloperName | string 40 | N | namefield
NamespacePrefix | string 15 | N
Label | string 40 | N
MasterLabel | string 40 | N
PluralLabel | string 40 | N
KeyPrefix | string 3 | N
IsCustomizable | boolean | D
IsQueryable | boolean | D
IsTriggerable | boolean | D
IsCustomSetting | boolean | D
";

const FIELD_DEFINITION: &str = "
DurableId | string 255 | N
QualifiedApiName | string 70 | N
DeveloperName | string 40 | N | namefield
NamespacePrefix | string 15 | N
Label | string 40 | N
MasterLabel | string 40 | N
EntityDefinitionId | reference EntityDefinition | N | relationship EntityDefinition; children Fields
DataType | string 255 | N
Length | int 8 | N
Precision | int 8 | N
Scale | int 8 | N
RelationshipName | string 80 | N
IsNillable | boolean | D
IsCompound | boolean | D
";

const VALIDATION_RULE: &str = "
ValidationName | string 255 | N | namefield
EntityDefinitionId | reference EntityDefinition | N | relationship EntityDefinition; children ValidationRules
Active | boolean | D
Description | string 255 | N
ErrorDisplayField | string 255 | N
ErrorMessage | string 255 | N
NamespacePrefix | string 15 | N
";

const APEX_TRIGGER: &str = "
Name | string 40 | N | namefield
TableEnumOrId | string 40 | N
EntityDefinitionId | reference EntityDefinition | N | relationship EntityDefinition; children ApexTriggers
Status | string 40 | N
NamespacePrefix | string 15 | N
UsageBeforeInsert | boolean | D
UsageAfterInsert | boolean | D
UsageBeforeUpdate | boolean | D
UsageAfterUpdate | boolean | D
UsageBeforeDelete | boolean | D
UsageAfterDelete | boolean | D
";

const FLOW: &str = "
MasterLabel | string 255 | N | namefield
DefinitionId | reference FlowDefinition | N | relationship Definition
ProcessType | string 40 | N
Status | string 40 | N
VersionNumber | int 4 | N
Description | string 255 | N
";

const FLOW_DEFINITION: &str = "
DeveloperName | string 80 | N | namefield
MasterLabel | string 255 | N
ActiveVersionId | string 18 | N
LatestVersionId | string 18 | N
NamespacePrefix | string 15 | N
";

const FLOW_DEFINITION_VIEW: &str = "
DurableId | string 255 | N
ApiName | string 80 | N
Label | string 255 | N | namefield
Description | string 255 | N
ProcessType | string 40 | N
TriggerType | string 40 | N
RecordTriggerType | string 40 | N
TriggerObjectOrEventLabel | string 80 | N
TriggerObjectOrEventId | reference EntityDefinition | N | relationship TriggerObjectOrEvent
IsActive | boolean | D
NamespacePrefix | string 15 | N
";

const SANDBOX_PROCESS: &str = "
SandboxName | string 80 | N | namefield
Status | string 40 | N
CopyProgress | int 4 | N
LicenseType | string 40 | N
SandboxInfoId | reference SandboxInfo | N | relationship SandboxInfo
SandboxOrganization | string 18 | N
StartDate | datetime | N
EndDate | datetime | N
Description | string 255 | N
";

const SANDBOX_INFO: &str = "
SandboxName | string 80 | N | namefield
LicenseType | string 40 | N
HistoryDays | int 4 | N
Description | string 255 | N
";
