//! Fields that are no columns: the SQL that makes each when it is read.
//!
//! `{t}` stands for the record's table, `{today}` and `{archived}` for dates: the org's day, and the day a
//! year before it, up to which activities are archived.

/// The SQL of a computed field, of describe's type.
pub(crate) fn computed_sql(object: &str, field: &str) -> Option<&'static str> {
    COMPUTED
        .iter()
        .find(|(of, name, _)| *of == object && *name == field)
        .map(|(_, _, sql)| *sql)
}

/// Whom of an org's people an email went to in one way.
macro_rules! recipients {
    ($way:literal) => {
        concat!(
            "(SELECT json_group_array(RelationId) FROM (SELECT RelationId FROM EmailMessageRelation r \
             WHERE r.EmailMessageId = {t}.Id AND r.RelationType = '",
            $way,
            "' AND r.RelationId IS NOT NULL AND NOT r.IsDeleted ORDER BY r.Id))"
        )
    };
}

const COMPUTED: &[(&str, &str, &str)] = &[
    ("User", "Name", FULL_NAME),
    ("Contact", "Name", FULL_NAME),
    ("Lead", "Name", FULL_NAME),
    ("Lead", "Address", ADDRESS),
    ("Account", "BillingAddress", BILLING),
    ("Account", "ShippingAddress", SHIPPING),
    ("Contact", "MailingAddress", MAILING),
    ("Contact", "OtherAddress", OTHER),
    ("Account", "LastActivityDate", LAST_ACTIVITY_OF_ACCOUNT),
    ("Contact", "LastActivityDate", LAST_ACTIVITY_OF_CONTACT),
    (
        "Opportunity",
        "LastActivityDate",
        LAST_ACTIVITY_OF_OPPORTUNITY,
    ),
    (
        "Opportunity",
        "ExpectedRevenue",
        "{t}.Amount * {t}.Probability / 100.0",
    ),
    (
        "Opportunity",
        "FiscalYear",
        "CAST(substr({t}.CloseDate, 1, 4) AS INTEGER)",
    ),
    (
        "Opportunity",
        "FiscalQuarter",
        "((CAST(substr({t}.CloseDate, 6, 2) AS INTEGER) + 2) / 3)",
    ),
    (
        "Opportunity",
        "Fiscal",
        "(substr({t}.CloseDate, 1, 4) || ' ' || ((CAST(substr({t}.CloseDate, 6, 2) AS INTEGER) + 2) / 3))",
    ),
    (
        "Opportunity",
        "HasOpenActivity",
        "(EXISTS (SELECT 1 FROM Task a WHERE a.WhatId = {t}.Id AND NOT a.IsDeleted AND NOT a.IsClosed) \
         OR EXISTS (SELECT 1 FROM Event a WHERE a.WhatId = {t}.Id AND NOT a.IsDeleted AND a.ActivityDate >= '{today}'))",
    ),
    (
        "Opportunity",
        "HasOverdueTask",
        "EXISTS (SELECT 1 FROM Task a WHERE a.WhatId = {t}.Id AND NOT a.IsDeleted AND NOT a.IsClosed \
         AND a.ActivityDate < '{today}')",
    ),
    (
        "Event",
        "IsArchived",
        "ifnull(substr({t}.EndDateTime, 1, 10) <= '{archived}', 0)",
    ),
    (
        "Task",
        "IsArchived",
        "({t}.IsClosed AND ifnull({t}.ActivityDate, substr({t}.CreatedDate, 1, 10)) <= '{archived}')",
    ),
    (
        "Event",
        "EventWhoIds",
        "(SELECT json_group_array(RelationId) FROM (SELECT RelationId FROM EventRelation r \
         WHERE r.EventId = {t}.Id AND r.IsParent AND NOT r.IsWhat AND NOT r.IsDeleted \
         ORDER BY r.RelationId <> ifnull({t}.WhoId, ''), r.Id))",
    ),
    (
        "Task",
        "TaskWhoIds",
        "(SELECT json_group_array(RelationId) FROM (SELECT RelationId FROM TaskRelation r \
         WHERE r.TaskId = {t}.Id AND NOT r.IsWhat AND NOT r.IsDeleted \
         ORDER BY r.RelationId <> ifnull({t}.WhoId, ''), r.Id))",
    ),
    (
        "Event",
        "WhoCount",
        "(SELECT count(*) FROM EventRelation r WHERE r.EventId = {t}.Id AND r.IsParent \
         AND NOT r.IsWhat AND NOT r.IsDeleted)",
    ),
    ("Event", "WhatCount", "({t}.WhatId IS NOT NULL)"),
    (
        "Task",
        "WhoCount",
        "(SELECT count(*) FROM TaskRelation r WHERE r.TaskId = {t}.Id AND NOT r.IsWhat AND NOT r.IsDeleted)",
    ),
    ("Task", "WhatCount", "({t}.WhatId IS NOT NULL)"),
    ("EmailMessage", "ToIds", recipients!("ToAddress")),
    ("EmailMessage", "CcIds", recipients!("CcAddress")),
    ("EmailMessage", "BccIds", recipients!("BccAddress")),
];

const FULL_NAME: &str = "(ifnull({t}.FirstName || ' ', '') || {t}.LastName)";

macro_rules! address {
    ($prefix:literal) => {
        concat!(
            "CASE WHEN coalesce({t}.",
            $prefix,
            "Street, {t}.",
            $prefix,
            "City, {t}.",
            $prefix,
            "State, {t}.",
            $prefix,
            "PostalCode, {t}.",
            $prefix,
            "Country) IS NULL THEN NULL ELSE json_object('city', {t}.",
            $prefix,
            "City, 'country', {t}.",
            $prefix,
            "Country, 'geocodeAccuracy', NULL, 'latitude', NULL, ",
            "'longitude', NULL, 'postalCode', {t}.",
            $prefix,
            "PostalCode, 'state', {t}.",
            $prefix,
            "State, 'street', {t}.",
            $prefix,
            "Street) END"
        )
    };
}

const ADDRESS: &str = address!("");
const BILLING: &str = address!("Billing");
const SHIPPING: &str = address!("Shipping");
const MAILING: &str = address!("Mailing");
const OTHER: &str = address!("Other");

/// The latest due date of an event, or of a task that is closed.
macro_rules! last_activity {
    ($field:literal) => {
        concat!(
            "(SELECT max(day) FROM (SELECT max(a.ActivityDate) AS day FROM Event a WHERE a.", $field,
            " = {t}.Id AND NOT a.IsDeleted UNION ALL SELECT max(a.ActivityDate) FROM Task a WHERE a.", $field,
            " = {t}.Id AND NOT a.IsDeleted AND a.IsClosed))"
        )
    };
}

const LAST_ACTIVITY_OF_ACCOUNT: &str = last_activity!("AccountId");
const LAST_ACTIVITY_OF_CONTACT: &str = last_activity!("WhoId");
const LAST_ACTIVITY_OF_OPPORTUNITY: &str = last_activity!("WhatId");
