//! The notation of field tables, one line a field:
//!
//! ```text
//! name | type | access | options
//! ShowAs | restricted 40: Busy*, OutOfOffice, Free | CUND | label Show Time As
//! ```
//!
//! The type is describe's, with a length, a `precision.scale`, or sObjects; a picklist's values follow a
//! colon, the default with a star. Access is the reference manuals' own: C create, U update, N nillable,
//! D defaulted on create. Options are parted by semicolons.

use super::kind::{Decimal, Picklist};
use super::{Field, Flag, Flags, Kind, OnDelete, Reference};

/// Reads one line.
pub(crate) fn parse_field(line: &str) -> Result<Field, String> {
    let mut columns = line.split('|').map(str::trim);
    let mut next = |what| {
        columns
            .next()
            .ok_or(format!("no {what} in `{}`", line.trim()))
    };
    let (name, kind, access) = (next("name")?, next("type")?, next("access")?);
    let mut field = Field {
        name: name.to_owned(),
        label: label_of(name),
        kind: parse_kind(kind)?,
        flags: Flags::default(),
        auto_number: None,
    };
    for letter in access.chars() {
        field.flags.set(access_flag(letter)?);
    }
    if let Kind::Reference(reference) = &field.kind
        && reference.to.len() > 1
    {
        field.flags.set(Flag::Polymorphic);
    }
    if name.ends_with("__c") {
        field.flags.set(Flag::Custom);
    }
    let options = columns.next().unwrap_or_default();
    for option in options
        .split(';')
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        apply_option(&mut field, option)?;
    }
    Ok(field)
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    let (head, values) = match text.split_once(':') {
        Some((head, values)) => (head, values),
        None => (text, ""),
    };
    let (word, size) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
    let length = || {
        size.parse::<u32>()
            .map_err(|_| format!("`{text}` needs a length"))
    };
    Ok(match word {
        "id" => Kind::Id,
        "string" => Kind::Text { length: length()? },
        "textarea" => Kind::TextArea { length: length()? },
        "email" => Kind::Email { length: length()? },
        "phone" => Kind::Phone { length: length()? },
        "url" => Kind::Url { length: length()? },
        "combobox" => Kind::Combobox(parse_picklist(length()?, values)),
        "picklist" => Kind::Picklist(parse_picklist(length()?, values)),
        "restricted" => Kind::Picklist(Picklist {
            restricted: true,
            ..parse_picklist(length()?, values)
        }),
        "boolean" => Kind::Boolean,
        "int" => Kind::Int { digits: length()? },
        "double" => Kind::Double(parse_decimal(size)?),
        "currency" => Kind::Currency(parse_decimal(size)?),
        "percent" => Kind::Percent(parse_decimal(size)?),
        "date" => Kind::Date,
        "datetime" => Kind::DateTime,
        "reference" => Kind::Reference(Reference {
            to: size.split(',').map(|name| name.trim().to_owned()).collect(),
            ..Reference::default()
        }),
        "address" => Kind::Address,
        "junctionIdList" => Kind::IdList,
        _ => return Err(format!("there is no type `{word}`")),
    })
}

fn parse_picklist(length: u32, values: &str) -> Picklist {
    let mut default = None;
    let values = values
        .split(',')
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(|value| match value.strip_suffix('*') {
            Some(value) => default.insert(value.to_owned()).clone(),
            None => value.to_owned(),
        })
        .collect();
    Picklist {
        length,
        values,
        default,
        restricted: false,
    }
}

/// `18.2` is eighteen digits in all, two of them after the point.
fn parse_decimal(text: &str) -> Result<Decimal, String> {
    let wrong = || format!("`{text}` is not a precision and a scale");
    let (precision, scale) = text.split_once('.').ok_or_else(wrong)?;
    Ok(Decimal {
        precision: precision.parse().map_err(|_| wrong())?,
        scale: scale.parse().map_err(|_| wrong())?,
    })
}

fn access_flag(letter: char) -> Result<Flag, String> {
    Ok(match letter {
        'C' => Flag::Createable,
        'U' => Flag::Updateable,
        'N' => Flag::Nillable,
        'D' => Flag::DefaultedOnCreate,
        '-' => return Ok(Flag::DefaultedOnCreate),
        _ => return Err(format!("there is no access `{letter}`")),
    })
}

fn apply_option(field: &mut Field, option: &str) -> Result<(), String> {
    let (word, rest) = option.split_once(' ').unwrap_or((option, ""));
    let flag = match word {
        "unique" => Flag::Unique,
        "external" => Flag::ExternalId,
        "case" => Flag::CaseSensitive,
        "idlookup" => Flag::IdLookup,
        "namefield" => Flag::NameField,
        "polymorphic" => Flag::Polymorphic,
        "computed" => Flag::Computed,
        "unfilterable" => Flag::Unfilterable,
        "hidden" => Flag::Hidden,
        "custom" => Flag::Custom,
        "label" => {
            rest.clone_into(&mut field.label);
            return Ok(());
        }
        "auto" => {
            field.auto_number = Some(rest.to_owned());
            return Ok(());
        }
        _ => return apply_reference_option(field, word, rest),
    };
    field.flags.set(flag);
    Ok(())
}

fn apply_reference_option(field: &mut Field, word: &str, rest: &str) -> Result<(), String> {
    let Kind::Reference(reference) = &mut field.kind else {
        return Err(format!("`{word}` is no option of {}", field.name));
    };
    match word {
        "relationship" => rest.clone_into(&mut reference.relationship),
        "children" => rest.clone_into(&mut reference.children),
        "cascade" => reference.on_delete = OnDelete::Cascade,
        "masterdetail" => {
            reference.on_delete = OnDelete::Cascade;
            field.flags.set(Flag::MasterDetail);
        }
        _ => return Err(format!("`{word}` is no option of {}", field.name)),
    }
    Ok(())
}

/// `LastModifiedDate` reads "Last Modified Date", `Demo_Key__c` "Demo Key", `AccountId` "Account ID".
fn label_of(name: &str) -> String {
    let name = name.trim_end_matches("__c");
    let mut label = String::new();
    for (at, letter) in name.char_indices() {
        let after_small = at > 0 && name.as_bytes()[at - 1].is_ascii_lowercase();
        match letter {
            '_' => label.push(' '),
            _ if letter.is_ascii_uppercase() && after_small => {
                label.push(' ');
                label.push(letter);
            }
            _ => label.push(letter),
        }
    }
    match label.strip_suffix(" Id") {
        Some(start) => format!("{start} ID"),
        None => label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: Result<(&str, &str, &[Flag]), &str>) {
        let field = parse_field(line);
        match (field, expect) {
            (Ok(field), Ok((label, kind, flags))) => {
                assert_eq!(field.label, label, "{line}");
                assert_eq!(field.kind.names().0, kind, "{line}");
                for flag in flags {
                    assert!(field.is(*flag), "{line}: {flag:?}");
                }
            }
            (Err(error), Err(expect)) => assert_eq!(error, expect),
            (field, _) => panic!("{line}: {field:?}"),
        }
    }

    #[test]
    fn lines_of_the_tables() {
        use Flag::{CaseSensitive, Createable, Custom, ExternalId, Polymorphic, Unique};
        check(
            "Demo_Key__c | string 64 | CUN | external; unique; case",
            Ok((
                "Demo Key",
                "string",
                &[ExternalId, Unique, CaseSensitive, Custom],
            )),
        );
        check(
            "WhatId | reference Account, Opportunity | CUN | relationship What; label Related To ID",
            Ok(("Related To ID", "reference", &[Polymorphic, Createable])),
        );
        check(
            "AccountId | reference Account | N",
            Ok(("Account ID", "reference", &[])),
        );
        check("X | string | C", Err("`string` needs a length"));
        check("X | nothing 3 | C", Err("there is no type `nothing`"));
        check("X | date | Q", Err("there is no access `Q`"));
        check("X | date | C | cascade", Err("`cascade` is no option of X"));
        check("X | date", Err("no access in `X | date`"));
    }

    #[test]
    fn a_star_marks_the_default() {
        let field = parse_field("ShowAs | restricted 40: Busy*, Free | CUND").unwrap();
        let Kind::Picklist(list) = field.kind else {
            panic!("not a picklist");
        };
        assert_eq!(list.default.as_deref(), Some("Busy"));
        assert_eq!(list.values, ["Busy", "Free"]);
        assert!(list.restricted);
    }
}
