//! Whether the manifest and what we write fit the org: fields, record types, required values.

use std::collections::BTreeMap;

use super::Error;
use super::record_id;
use crate::manifest::template::Template;
use crate::manifest::{Attribute, EmailObject, LentField, Manifest, Misfit};
use crate::model::capabilities::{Capabilities, KEY_FIELD};
use crate::model::field_kind::FieldKind;
use crate::model::id::RecordId;
use crate::model::object::{Facts, Object};
use crate::org::{Describe, Field};

/// Settles the fields and record types that the manifest adds, and gives what does not fit.
pub(super) fn fit(
    manifest: &Manifest,
    described: &BTreeMap<Object, (&'static Facts, &Describe)>,
    capabilities: &mut Capabilities,
) -> Result<Vec<Misfit>, Error> {
    let mut misfits = Vec::new();
    // What the org cannot hold at all is told elsewhere, and asks for no fields.
    for (facts, describe) in described.values() {
        for (name, template) in manifest.fields.get(&facts.object).into_iter().flatten() {
            match field_kind(describe, name, template) {
                Ok((name, kind)) => {
                    let fields = capabilities.added_fields.entry(facts.object);
                    fields.or_default().insert(name, kind);
                }
                Err((message, hint)) => misfits.push(Misfit {
                    path: format!("fields.{}.{name}", facts.api_name),
                    message,
                    hint,
                }),
            }
        }
        if let Some(name) = manifest.record_types.get(&facts.object) {
            match record_type(describe, name)? {
                Ok(id) => drop(capabilities.record_types.insert(facts.object, id)),
                Err((message, hint)) => misfits.push(Misfit {
                    path: format!("record_types.{}", facts.api_name),
                    message,
                    hint,
                }),
            }
        }
    }
    misfits.extend(told(manifest, described));
    misfits.extend(lent(manifest, described));
    Ok(misfits)
}

/// Fields of activities that are to tell People.ai something.
fn told(
    manifest: &Manifest,
    described: &BTreeMap<Object, (&'static Facts, &Describe)>,
) -> Vec<Misfit> {
    let activities = [Object::Event, Object::Task];
    let activities = activities.iter().filter_map(|object| described.get(object));
    let misfit = |(told, name): (&Attribute, &String)| {
        let is_text = |field: &Field| matches!(kind(field), Some(FieldKind::Text { .. }));
        let fits = |describe: &Describe| {
            let field = describe.field(name);
            field.is_some_and(|field| field.createable && field.updateable && is_text(field))
        };
        let (facts, _) = activities.clone().find(|(_, describe)| !fits(describe))?;
        Some(Misfit {
            path: format!("peopleai.fields.{told}"),
            message: format!(
                "this org has no text field {name} on {} that you may set",
                facts.api_name
            ),
            hint: "`demo-gen org prepare` makes it".to_owned(),
        })
    };
    manifest.peopleai.fields.iter().filter_map(misfit).collect()
}

/// Fields of records that are not ours, which the manifest names.
fn lent(
    manifest: &Manifest,
    described: &BTreeMap<Object, (&'static Facts, &Describe)>,
) -> Vec<Misfit> {
    let misfit = |lent: LentField| {
        let (_, describe) = described.get(&lent.object)?;
        let field = describe.field(&lent.field);
        let is_settable = field.is_some_and(|field| field.updateable);
        (!is_settable).then(|| Misfit {
            path: lent.key.to_owned(),
            message: format!(
                "this org has no field {} on {} that you may set",
                lent.field,
                lent.object.api_name()
            ),
            hint: "check its API name and your field-level security; or take it out".to_owned(),
        })
    };
    manifest.lent().into_iter().filter_map(misfit).collect()
}

/// Emails can be records of their own only where the org has such.
pub(super) fn email_object(manifest: &Manifest, capabilities: &Capabilities) -> Option<Misfit> {
    let is_asked = manifest.activity.email_object == EmailObject::EmailMessage;
    let is_missing = !capabilities.has(Object::EmailMessage);
    (is_asked && is_missing).then(|| Misfit {
        path: "activity.email_object".to_owned(),
        message: "this org has no object EmailMessage, or you may not create its records".to_owned(),
        hint: "let an admin switch on Enhanced Email and give you access; or write `email_object: task`"
            .to_owned(),
    })
}

/// A message and a hint.
pub(super) type Told = (String, String);

/// What the field can hold, where a user may set it and the template can give it.
fn field_kind(
    describe: &Describe,
    name: &str,
    template: &Template,
) -> Result<(String, FieldKind), Told> {
    let object = &describe.name;
    let Some(field) = describe.field(name) else {
        return Err((
            format!("this org has no field {name} on {object}, or does not show it to you"),
            "check its API name in Setup, Object Manager; and your field-level security".to_owned(),
        ));
    };
    if field.name != name {
        let message = format!("the field is called {}", field.name);
        return Err((message, "write it as the org does".to_owned()));
    }
    if !field.createable {
        return Err((
            format!("{object}.{name} cannot be set: it is read-only, to you at least"),
            "leave it out, or ask an admin for write access".to_owned(),
        ));
    }
    let Some(kind) = kind(field) else {
        let message = format!(
            "{object}.{name} is of type {}, which cannot be set here",
            field.kind
        );
        return Err((message, "leave it out".to_owned()));
    };
    if template.is_constant() {
        let hint = || format!("the field is of type {}", field.kind);
        kind.read(template.source())
            .map_err(|problem| (problem, hint()))?;
    }
    Ok((name.to_owned(), kind))
}

/// The types that a text can stand for a value of.
pub(super) fn kind(field: &Field) -> Option<FieldKind> {
    let values = || {
        let active = field.picklist_values.iter().filter(|value| value.active);
        active.map(|value| value.value.clone()).collect()
    };
    Some(match field.kind.as_str() {
        "picklist" | "multipicklist" if field.restricted_picklist => FieldKind::Picklist {
            values: values(),
            multiple: field.kind == "multipicklist",
        },
        "string" | "textarea" | "picklist" | "multipicklist" | "combobox" | "email" | "phone"
        | "url" | "encryptedstring" => FieldKind::Text { most: field.length },
        "boolean" => FieldKind::Checkbox,
        "int" => FieldKind::Whole,
        "double" | "currency" | "percent" => FieldKind::Number,
        "date" => FieldKind::Date,
        "datetime" => FieldKind::DateTime,
        "reference" => FieldKind::Reference,
        _ => return None,
    })
}

/// The record type of this name or developer name; else the names that there are.
fn record_type(describe: &Describe, name: &str) -> Result<Result<RecordId, Told>, Error> {
    let infos = describe
        .record_type_infos
        .iter()
        .filter(|info| !info.master);
    let mut named = infos.clone().filter(|info| {
        let developer_name = info.developer_name.as_deref();
        info.name == name || developer_name == Some(name)
    });
    let usable: Vec<_> = infos.filter(|info| info.available).collect();
    let usable = usable.iter().map(|info| info.name.as_str());
    let usable = usable.collect::<Vec<_>>().join(", ");
    let hint = match usable.as_str() {
        "" => format!(
            "{} has no record types that you can use: leave it out",
            describe.name
        ),
        usable => format!("one of: {usable}"),
    };
    let object = &describe.name;
    Ok(match named.next() {
        None => Err((
            format!("this org has no record type {name:?} on {object}"),
            hint,
        )),
        Some(info) if !info.available => {
            let message = format!("the record type {name:?} on {object} is not available to you");
            Err((message, hint))
        }
        Some(info) => match &info.record_type_id {
            Some(id) => Ok(record_id(id)?),
            None => Err((
                format!("the record type {name:?} on {object} has no id"),
                hint,
            )),
        },
    })
}

/// The fields that the org demands and that neither we nor the manifest fill, as
/// `Event.Channel__c (picklist: Direct, Partner)`.
pub(super) fn unfilled(manifest: &Manifest, facts: &Facts, describe: &Describe) -> Vec<String> {
    let added = manifest.fields.get(&facts.object);
    let is_filled = |name: &str| {
        facts.filled.contains(&name)
            || name == KEY_FIELD
            || manifest.run.run_tag_field.as_deref() == Some(name)
            || added.is_some_and(|added| added.contains_key(name))
    };
    let demanded = describe.fields.iter().filter(|field| field.is_required());
    let unfilled = demanded.filter(|field| !is_filled(&field.name));
    unfilled
        .map(|field| {
            let values: Vec<_> = field
                .picklist_values
                .iter()
                .filter(|value| value.active)
                .collect();
            let values: Vec<_> = values
                .iter()
                .take(8)
                .map(|value| value.value.as_str())
                .collect();
            let values = match values.as_slice() {
                [] => String::new(),
                values => format!(": {}", values.join(", ")),
            };
            format!("{}.{} ({}{values})", facts.api_name, field.name, field.kind)
        })
        .collect()
}

/// The fields that we would fill and this org does not offer, as `Event.Location`.
pub(super) fn not_offered(facts: &Facts, capabilities: &Capabilities) -> Vec<String> {
    let missing = facts.filled.iter().filter(|name| {
        // Without Shared Activities people are related or invited in another way.
        **name != "EventWhoIds" && !capabilities.can_create(facts.object, name)
    });
    missing
        .map(|name| format!("{}.{name}", facts.api_name))
        .collect()
}
