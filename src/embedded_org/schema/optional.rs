//! What of the schema depends on the org's features.

use super::{Flag, Object, Schema, Table, close_plan, countries};
use crate::embedded_org::features::{Feature, Features};

/// Fields that a feature brings, in the notation of `notation.rs`.
const FIELDS: &[(Feature, &str, &str)] = &[
    (
        Feature::RecordTypes,
        "Activity",
        "RecordTypeId | reference RecordType | CUN | relationship RecordType; label Record Type ID",
    ),
    (
        Feature::RequiredField,
        "Activity",
        "Channel__c | restricted 255: Direct, Partner, Online | CU",
    ),
    (
        Feature::PersonAccounts,
        "Account",
        "IsPersonAccount | boolean | D | label Is Person Account",
    ),
    (
        Feature::PersonAccounts,
        "Account",
        "PersonContactId | reference Contact | N | relationship PersonContact; label Contact ID",
    ),
    (
        Feature::PersonAccounts,
        "Contact",
        "IsPersonAccount | boolean | D | label Is Person Account",
    ),
    (
        Feature::MultiCurrency,
        "Opportunity",
        "CurrencyIsoCode | restricted 3: USD*, EUR, JPY | CUND | label Opportunity Currency",
    ),
];

/// sObjects that a feature brings.
const OBJECTS: &[(Feature, Table<'_>)] = &[(
    Feature::MultiCurrency,
    Table {
        name: "CurrencyType",
        label: "Currency Type",
        label_plural: "Currency Types",
        key_prefix: "0cT",
        access: "",
        fields: CURRENCY_TYPE,
    },
)];

const CURRENCY_TYPE: &str = "
IsoCode | string 3 | N | namefield; label Currency ISO Code
ConversionRate | double 18.6 | N
DecimalPlaces | int 1 | N
IsActive | boolean | D | label Active
IsCorporate | boolean | D | label Corporate Currency
";

/// What the platform keeps for shared activities, and the API shows only where they are on.
const OF_SHARED_ACTIVITIES: &[(&str, &[&str])] = &[
    ("Event", &["EventWhoIds", "WhoCount", "WhatCount"]),
    ("Task", &["TaskWhoIds", "WhoCount", "WhatCount"]),
    (
        "EventRelation",
        &["IsWhat", "IsParent", "IsInvitee", "AccountId"],
    ),
];

/// Fits the standard schema to the features.
pub(super) fn fit(schema: &mut Schema, features: Features) {
    for (_, table) in OBJECTS.iter().filter(|(feature, _)| features.has(*feature)) {
        schema.add_table(table);
    }
    if features.has(Feature::ClosePlan) {
        for table in close_plan::TABLES {
            schema.add_table(table);
        }
    }
    for (_, object, line) in FIELDS.iter().filter(|(feature, ..)| features.has(*feature)) {
        let added = schema.add_field(object, line);
        added.expect("the lines are in the notation, for standard sObjects");
    }
    if features.has(Feature::CountryPicklists) {
        for (object, prefix) in countries::ADDRESSES {
            for line in countries::lines(prefix) {
                let added = schema.add_field(object, &line);
                added.expect("the lines are in the notation, for standard sObjects");
            }
        }
    }
    if !features.has(Feature::SharedActivities) {
        for (object, fields) in OF_SHARED_ACTIVITIES {
            hide(schema, object, |field| fields.contains(&field));
        }
        schema.hide_object("TaskRelation");
    }
    if !features.has(Feature::EnhancedEmail) {
        schema.hide_object("EmailMessage");
        schema.hide_object("EmailMessageRelation");
    }
}

/// Hidden fields stay columns: the platform goes on using them.
fn hide(schema: &mut Schema, object: &str, is_hidden: impl Fn(&str) -> bool) {
    let object: &mut Object = schema.known_mut(object);
    for field in &mut object.fields {
        if is_hidden(&field.name) {
            field.flags.set(Flag::Hidden);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_org_without_shared_activities_shows_nothing_of_them() {
        let off = Features::of(&[], &[Feature::SharedActivities]);
        let schema = Schema::of(off);
        assert!(schema.object("TaskRelation").is_none());
        assert!(schema.object_of_prefix("0RT").is_none());
        assert!(schema.known("Event").field("EventWhoIds").is_none());
        assert!(schema.known("EventRelation").field("IsInvitee").is_none());
        assert!(
            Schema::of(Features::default())
                .object("TaskRelation")
                .is_some()
        );
    }

    #[test]
    fn an_org_without_enhanced_email_shows_no_emails() {
        let schema = Schema::of(Features::of(&[], &[Feature::EnhancedEmail]));
        assert!(schema.object("EmailMessage").is_none());
        assert!(schema.object_of_prefix("02s").is_none());
        assert!(Schema::standard().object("EmailMessage").is_some());
    }

    #[test]
    fn a_feature_brings_its_fields() {
        let on = Features::of(&[Feature::RecordTypes, Feature::RequiredField], &[]);
        let schema = Schema::of(on);
        for object in ["Event", "Task"] {
            assert!(schema.known(object).field("RecordTypeId").is_some());
            let channel = schema.known(object).field("Channel__c").unwrap();
            assert!(!channel.is(Flag::Nillable) && !channel.is(Flag::DefaultedOnCreate));
        }
        let standard = Schema::standard();
        assert!(standard.known("Event").field("RecordTypeId").is_none());
    }
}
