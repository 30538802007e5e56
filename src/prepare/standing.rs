//! How each component stands in an org, by what describe shows of it. Pure.

use std::collections::BTreeMap;

use super::component::{Component, Field};
use super::table::{Index, Kind};
use crate::org;

/// How a component stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is there, and we may use it.
    Ready,
    /// It is there, and hidden from us, or not ours to write.
    Hidden,
    Missing,
    /// It is there in another form, which is told.
    Differs(String),
}

/// What describe showed of each object; nothing where it has none for us.
pub(super) type Described = BTreeMap<String, Option<org::Describe>>;

pub(super) fn standing(component: &Component, described: &Described) -> Standing {
    let shown_as = component.object.shown_as.iter();
    let objects: Option<Vec<_>> = shown_as
        .map(|name| described.get(*name).and_then(Option::as_ref))
        .collect();
    let is_own = component.object.own.is_some();
    let Some(objects) = objects else {
        return match is_own {
            true => Standing::Missing,
            false => Standing::Differs("you have no access to the object".to_owned()),
        };
    };
    let Some(field) = &component.field else {
        return match objects
            .iter()
            .all(|object| object.createable && object.deletable)
        {
            true => Standing::Ready,
            false => Standing::Hidden,
        };
    };
    let shown: Option<Vec<_>> = objects
        .iter()
        .map(|object| object.field(&field.name))
        .collect();
    let Some(shown) = shown else {
        return Standing::Missing;
    };
    match shown.iter().find(|shown| !fits(field, shown)) {
        Some(other) => Standing::Differs(format!("it is {}", told(other))),
        None if shown.iter().all(|shown| shown.createable) => Standing::Ready,
        None => Standing::Hidden,
    }
}

/// Whether it can hold what we put there. More room than we need does no harm.
fn fits(wanted: &Field, shown: &org::Field) -> bool {
    let digits = |precision: u32, scale: u32| {
        shown.scale >= scale && shown.precision - shown.scale >= precision - scale
    };
    match wanted.kind {
        Kind::Text(length, index) => {
            shown.kind == "string" && shown.length >= length && is_indexed(shown, index)
        }
        Kind::LongTextArea(length) => shown.kind == "textarea" && shown.length >= length,
        Kind::Number { precision, scale } => shown.kind == "double" && digits(precision, scale),
        Kind::Percent { precision, scale } => shown.kind == "percent" && digits(precision, scale),
        Kind::Date => shown.kind == "date",
        Kind::DateTime => shown.kind == "datetime",
        Kind::Picklist(values) => {
            let takes = |value: &&str| shown.picklist_values.iter().any(|it| it.value == **value);
            shown.kind == "picklist" && (!shown.restricted_picklist || values.iter().all(takes))
        }
        Kind::Lookup(relation) | Kind::MasterDetail(relation) => {
            let leads = |to: &String| to == relation.to;
            shown.kind == "reference" && shown.reference_to.iter().any(leads)
        }
    }
}

fn is_indexed(shown: &org::Field, index: Index) -> bool {
    match index {
        Index::None => true,
        Index::ExternalId => shown.external_id,
        Index::Unique => shown.external_id && shown.unique,
        Index::UniqueCaseSensitive => shown.external_id && shown.unique && shown.case_sensitive,
    }
}

/// `Text(32), external id`: a field that is there, in setup's words as far as we know them.
fn told(shown: &org::Field) -> String {
    let mut text = match &*shown.kind {
        "string" => format!("Text({})", shown.length),
        "textarea" => format!("Text Area({})", shown.length),
        "double" => format!("Number({}, {})", shown.precision - shown.scale, shown.scale),
        "percent" => format!(
            "Percent({}, {})",
            shown.precision - shown.scale,
            shown.scale
        ),
        "reference" => format!("Lookup({})", shown.reference_to.join(", ")),
        "picklist" if shown.restricted_picklist => "a Picklist restricted to its values".to_owned(),
        other => format!("of type {other}"),
    };
    for (is_so, word) in [
        (shown.external_id, ", external id"),
        (shown.unique, ", unique"),
        (shown.case_sensitive, ", case-sensitive"),
    ] {
        text.push_str(if is_so { word } else { "" });
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{Described, Standing, standing};
    use crate::prepare::component::components;

    /// An object with one field, as describe shows them.
    fn object(name: &str, field: Option<&Json>) -> Json {
        let mut fields = Vec::new();
        if let Some(field) = field {
            let mut whole = json!({
                "label": "", "createable": true, "updateable": true, "nillable": true,
            });
            for (key, value) in field.as_object().unwrap() {
                whole[key] = value.clone();
            }
            fields.push(whole);
        }
        json!({
            "name": name, "label": name, "keyPrefix": "a00", "createable": true,
            "updateable": true, "deletable": true, "queryable": true, "fields": fields,
        })
    }

    /// How a component stands where these objects are shown.
    #[track_caller]
    fn check(name: &str, shown: &[(&str, Option<&Json>)], expect: &Standing) {
        let described: Described = shown
            .iter()
            .map(|(name, field)| {
                let object = serde_json::from_value(object(name, *field)).unwrap();
                ((*name).to_owned(), Some(object))
            })
            .collect();
        let component = components(Some("Demo_Run__c"), &[])
            .into_iter()
            .find(|component| component.full_name() == name)
            .unwrap();
        assert_eq!(standing(&component, &described), *expect, "{shown:?}");
    }

    fn differs(how: &str) -> Standing {
        Standing::Differs(how.to_owned())
    }

    #[test]
    fn an_activity_field_must_be_shown_by_events_and_tasks() {
        let key = json!({"name": "Demo_Key__c", "type": "string", "length": 64,
            "externalId": true, "unique": true, "caseSensitive": true});
        let name = "Activity.Demo_Key__c";
        let shown = [("Event", Some(&key)), ("Task", Some(&key))];
        check(name, &shown, &Standing::Ready);
        let half = [("Event", Some(&key)), ("Task", None)];
        check(name, &half, &Standing::Missing);
        let no_access = differs("you have no access to the object");
        check(name, &[("Event", Some(&key))], &no_access);
    }

    #[test]
    fn a_key_must_be_what_a_key_is() {
        let check_key = |changed: Json, expect: &Standing| {
            let mut key = json!({"name": "Demo_Key__c", "type": "string", "length": 64,
                "externalId": true, "unique": true, "caseSensitive": true});
            for (name, value) in changed.as_object().unwrap() {
                key[name] = value.clone();
            }
            check("Account.Demo_Key__c", &[("Account", Some(&key))], expect);
        };
        check_key(json!({"length": 255}), &Standing::Ready);
        check_key(json!({"createable": false}), &Standing::Hidden);
        check_key(
            json!({"length": 32}),
            &differs("it is Text(32), external id, unique, case-sensitive"),
        );
        check_key(
            json!({"caseSensitive": false}),
            &differs("it is Text(64), external id, unique"),
        );
        check_key(
            json!({"type": "double", "precision": 18, "scale": 2, "externalId": false, "unique": false, "caseSensitive": false}),
            &differs("it is Number(16, 2)"),
        );
    }

    #[test]
    fn other_kinds_are_compared_by_what_they_hold() {
        let card = |field: &Json, expect: &Standing| {
            let name = format!("Demo_Scorecard__c.{}", field["name"].as_str().unwrap());
            check(&name, &[("Demo_Scorecard__c", Some(field))], expect);
        };
        let score = |precision, scale| json!({"name": "Total_Score__c", "type": "double", "precision": precision, "scale": scale});
        card(&score(18, 2), &Standing::Ready);
        card(&score(5, 0), &differs("it is Number(5, 0)"));
        card(&score(5, 2), &differs("it is Number(3, 2)"));
        let rating = |values: &[&str]| {
            let values: Vec<_> = values
                .iter()
                .map(|value| json!({"active": true, "label": value, "value": value}))
                .collect();
            json!({"name": "Rating__c", "type": "picklist", "restrictedPicklist": true, "picklistValues": values})
        };
        card(
            &rating(&["Red", "Yellow", "Green", "Blue"]),
            &Standing::Ready,
        );
        card(
            &rating(&["Red", "Green"]),
            &differs("it is a Picklist restricted to its values"),
        );
        card(
            &json!({"name": "Opportunity__c", "type": "reference", "referenceTo": ["Account"]}),
            &differs("it is Lookup(Account)"),
        );
    }

    #[test]
    fn an_object_of_ours_is_made_where_it_is_missing() {
        check("Demo_Pack__c", &[], &Standing::Missing);
        check("Demo_Pack__c.Pack__c", &[], &Standing::Missing);
        check("Demo_Pack__c", &[("Demo_Pack__c", None)], &Standing::Ready);
    }
}
