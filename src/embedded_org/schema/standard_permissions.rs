//! Permission sets: what they allow, and whom.

use super::Table;

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "PermissionSet",
        label: "Permission Set",
        label_plural: "Permission Sets",
        key_prefix: "0PS",
        access: "CUD",
        fields: PERMISSION_SET,
    },
    Table {
        name: "PermissionSetAssignment",
        label: "Permission Set Assignment",
        label_plural: "Permission Set Assignments",
        key_prefix: "0Pa",
        access: "CUD",
        fields: PERMISSION_SET_ASSIGNMENT,
    },
    Table {
        name: "ObjectPermissions",
        label: "Object Permissions",
        label_plural: "Object Permissions",
        key_prefix: "110",
        access: "CUD",
        fields: OBJECT_PERMISSIONS,
    },
    Table {
        name: "FieldPermissions",
        label: "Field Permissions",
        label_plural: "Field Permissions",
        key_prefix: "01k",
        access: "CUD",
        fields: FIELD_PERMISSIONS,
    },
];

const PERMISSION_SET: &str = "
Name | string 80 | CU | namefield; idlookup; label Permission Set Name
Label | string 80 | CU | label Permission Set Label
Description | string 255 | CUN
IsOwnedByProfile | boolean | D
IsCustom | boolean | D
ProfileId | reference Profile | N | relationship Profile
NamespacePrefix | string 15 | N
HasActivationRequired | boolean | CUD
PermissionsApiEnabled | boolean | CUD
PermissionsViewAllData | boolean | CUD
PermissionsModifyAllData | boolean | CUD
";

const PERMISSION_SET_ASSIGNMENT: &str = "
AssigneeId | reference User | C | relationship Assignee; children PermissionSetAssignments
PermissionSetId | reference PermissionSet | C | relationship PermissionSet; children Assignments; cascade
IsActive | boolean | D
ExpirationDate | datetime | CUN
";

const OBJECT_PERMISSIONS: &str = "
ParentId | reference PermissionSet | C | relationship Parent; children ObjectPerms; cascade
SobjectType | string 40 | C | label Object Type Name
PermissionsCreate | boolean | CUD
PermissionsRead | boolean | CUD
PermissionsEdit | boolean | CUD
PermissionsDelete | boolean | CUD
PermissionsViewAllRecords | boolean | CUD
PermissionsModifyAllRecords | boolean | CUD
";

const FIELD_PERMISSIONS: &str = "
ParentId | reference PermissionSet | C | relationship Parent; children FieldPerms; cascade
SobjectType | string 40 | C | label Sobject Type
Field | string 255 | C | label Field Name
PermissionsRead | boolean | CUD
PermissionsEdit | boolean | CUD
";
