//! Whether the fields that scorecards are mapped to are there, and can hold what they are for.

use super::fit::{Told, kind};
use crate::manifest::framework::{Framework, Mapped, Part, Piece, Whole};
use crate::manifest::{Manifest, Misfit};
use crate::model::capabilities::Capabilities;
use crate::model::field_kind::FieldKind;
use crate::model::object::Object;
use crate::org::{Describe, Field};

/// A shorter text field could not hold a sentence.
const LEAST_TEXT: u32 = 80;

/// Settles the fields of opportunities that scorecards go into, and gives what does not fit.
pub(super) fn fit(
    manifest: &Manifest,
    opportunity: Option<&Describe>,
    capabilities: &mut Capabilities,
) -> Vec<Misfit> {
    let Some(opportunity) = opportunity else {
        return Vec::new();
    };
    let scorecards = &manifest.scorecards;
    let mut misfits = Vec::new();
    for mapped in &scorecards.mapping {
        match holder(opportunity, mapped, &scorecards.templates) {
            Ok(kind) => {
                let fields = capabilities.added_fields.entry(Object::OpportunityLoan);
                fields.or_default().insert(mapped.field.clone(), kind);
            }
            Err((message, hint)) => misfits.push(Misfit {
                path: format!("scorecards.mapping.{}", mapped.what),
                message,
                hint,
            }),
        }
    }
    misfits
}

/// What the field can hold, where that is what it is for.
fn holder(
    opportunity: &Describe,
    Mapped { what, field: name }: &Mapped,
    frameworks: &[Framework],
) -> Result<FieldKind, Told> {
    let Some(field) = opportunity.field(name) else {
        return Err((
            format!("this org has no field {name} on Opportunity, or does not show it to you"),
            "check its API name in Setup, Object Manager; and your field-level security".to_owned(),
        ));
    };
    if field.name != *name {
        let message = format!("the field is called {}", field.name);
        return Err((message, "write it as the org does".to_owned()));
    }
    if !field.updateable {
        return Err((
            format!("Opportunity.{name} cannot be set: it is read-only, to you at least"),
            "name another field, or ask an admin for write access".to_owned(),
        ));
    }
    let kind = kind(field);
    let wanted = wanted(what, (field, kind.as_ref()), frameworks);
    match (wanted, kind) {
        (None, Some(kind)) => Ok(kind),
        (wanted, _) => {
            let message = format!(
                "Opportunity.{name} is of type {}, which cannot hold it",
                described(field)
            );
            let hint = wanted.unwrap_or_else(|| "name another field".to_owned());
            Err((message, hint))
        }
    }
}

fn described(field: &Field) -> String {
    match field.length {
        0 => field.kind.clone(),
        length => format!("{} of {length} characters", field.kind),
    }
}

/// What kind of field it would take, where this is none.
fn wanted(
    what: &Part,
    (field, kind): (&Field, Option<&FieldKind>),
    frameworks: &[Framework],
) -> Option<String> {
    let holds_text = |least: u32| match kind {
        Some(FieldKind::Text { most }) => *most == 0 || *most >= least,
        _ => false,
    };
    let is_number = matches!(kind, Some(FieldKind::Number | FieldKind::Whole)) || holds_text(8);
    let holds_all = |words: &[&str]| match kind {
        Some(FieldKind::Picklist { values, .. }) => words
            .iter()
            .all(|word| values.iter().any(|value| value == word)),
        _ => holds_text(40),
    };
    match what {
        Part::Whole(Whole::Total | Whole::Percent)
        | Part::Of(_, Piece::Score | Piece::Confidence) => {
            (!is_number).then(|| "name a number field".to_owned())
        }
        Part::Whole(Whole::Summary) => (!holds_text(LEAST_TEXT)).then(text_field),
        Part::Whole(Whole::Rating) => {
            let ratings: Vec<_> = frameworks
                .first()
                .into_iter()
                .flat_map(Framework::ratings)
                .collect();
            (!holds_all(&ratings)).then(|| picklist(&ratings))
        }
        Part::Of(_, Piece::Status) => {
            let colours = ["Red", "Yellow", "Green"];
            (!holds_all(&colours)).then(|| picklist(&colours))
        }
        Part::Of(key, Piece::Answer) => {
            let elements = || frameworks.iter().flat_map(|framework| &framework.elements);
            let is_about = elements().any(|one| one.key == *key && one.about.is_some());
            let refers = field.reference_to.iter().any(|object| object == "Contact");
            match (holds_text(LEAST_TEXT), is_about) {
                (true, _) => None,
                (false, true) if refers => None,
                (false, true) => Some(format!("{}, or a lookup to Contact", text_field())),
                (false, false) => Some(text_field()),
            }
        }
    }
}

fn text_field() -> String {
    format!("name a text field of {LEAST_TEXT} characters at least")
}

fn picklist(values: &[&str]) -> String {
    format!(
        "name a text field, or a picklist with {}",
        values.join(", ")
    )
}
