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
