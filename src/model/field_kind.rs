//! What a field can hold, and texts as values of it.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::id::RecordId;

/// The type of a field, as far as a value depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FieldKind {
    Text {
        /// In characters; 0 where nothing limits it.
        most: u32,
    },
    /// One of these; of several, parted by semicolons, each.
    Picklist {
        values: Vec<String>,
        multiple: bool,
    },
    Checkbox,
    /// Without decimals.
    Whole,
    Number,
    Date,
    DateTime,
    Reference,
}

impl FieldKind {
    /// The value that a text stands for, null for an empty one; or what is wrong with it.
    pub(crate) fn read(&self, text: &str) -> Result<Json, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Json::Null);
        }
        let not = |what: &str| Err(format!("{} is not {what}", shown(text)));
        match self {
            Self::Text { most } => {
                let length = text.chars().count();
                match *most {
                    most if most > 0 && length > most as usize => Err(format!(
                        "{} has {length} characters, and {most} fit",
                        shown(text)
                    )),
                    _ => Ok(Json::from(text)),
                }
            }
            Self::Picklist { values, multiple } => {
                let parts = text.split(|char| *multiple && char == ';');
                let unknown = parts
                    .map(str::trim)
                    .find(|part| !values.iter().any(|known| known == part));
                match unknown {
                    Some(part) => Err(format!(
                        "{} is not one of: {}",
                        shown(part),
                        values.join(", ")
                    )),
                    None => Ok(Json::from(text)),
                }
            }
            Self::Checkbox => match text.to_lowercase().as_str() {
                "true" => Ok(Json::Bool(true)),
                "false" => Ok(Json::Bool(false)),
                _ => not("true or false"),
            },
            Self::Whole => text
                .parse::<i64>()
                .map(Json::from)
                .or_else(|_| not("a whole number")),
            Self::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Json::from(number)),
                _ => not("a number"),
            },
            Self::Date => match text.parse::<jiff::civil::Date>() {
                Ok(date) if text.len() == "2026-10-05".len() => Ok(Json::from(date.to_string())),
                _ => not("a date such as 2026-10-05"),
            },
            Self::DateTime => match text.parse::<jiff::Timestamp>() {
                Ok(at) => Ok(Json::from(at.to_string())),
                Err(_) => not("a date with a time, such as 2026-10-05T13:00:00Z"),
            },
            Self::Reference => match RecordId::parse(text) {
                Ok(id) => Ok(Json::from(id.to_string())),
                Err(_) => not("the id of a record"),
            },
        }
    }
}

/// A value in a message, cut to a length that can be read.
fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::FieldKind;

    fn check(kind: &FieldKind, text: &str, expect: &str) {
        let read = kind
            .read(text)
            .map_or_else(|problem| problem, |json| json.to_string());
        assert_eq!(read, expect, "{kind:?} {text:?}");
    }

    #[test]
    fn texts_become_values() {
        let text = FieldKind::Text { most: 5 };
        check(&text, " abc ", "\"abc\"");
        check(&text, "", "null");
        check(&text, "äöüßé", "\"äöüßé\"");
        check(&text, "abcdef", "`abcdef` has 6 characters, and 5 fit");
        check(&FieldKind::Text { most: 0 }, "abcdef", "\"abcdef\"");
        check(&FieldKind::Checkbox, "True", "true");
        check(&FieldKind::Checkbox, "yes", "`yes` is not true or false");
        check(&FieldKind::Whole, "12", "12");
        check(&FieldKind::Whole, "1.5", "`1.5` is not a whole number");
        check(&FieldKind::Number, "1.5", "1.5");
        check(&FieldKind::Number, "NaN", "`NaN` is not a number");
        check(&FieldKind::Date, "2026-10-05", "\"2026-10-05\"");
        check(
            &FieldKind::Date,
            "5.10.2026",
            "`5.10.2026` is not a date such as 2026-10-05",
        );
        check(
            &FieldKind::DateTime,
            "2026-10-05T15:00:00+02:00",
            "\"2026-10-05T13:00:00Z\"",
        );
        check(
            &FieldKind::Reference,
            "001D000000INjVe",
            "\"001D000000INjVeIAL\"",
        );
        check(
            &FieldKind::Reference,
            "Acme",
            "`Acme` is not the id of a record",
        );
    }

    #[test]
    fn a_picklist_takes_its_values_alone() {
        let values = vec!["Red".to_owned(), "Green".to_owned()];
        let one = FieldKind::Picklist {
            values: values.clone(),
            multiple: false,
        };
        check(&one, "Red", "\"Red\"");
        check(&one, "red", "`red` is not one of: Red, Green");
        check(&one, "Red;Green", "`Red;Green` is not one of: Red, Green");
        let several = FieldKind::Picklist {
            values,
            multiple: true,
        };
        check(&several, "Red;Green", "\"Red;Green\"");
        check(&several, "Red;Blue", "`Blue` is not one of: Red, Green");
    }
}
