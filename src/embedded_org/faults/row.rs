//! What happens to single records of a request: some are refused, some altered, some are not to be found.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use super::matching::Counted;
use super::rule::{AlterRows, Alteration, RejectRows, Rows, Test};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::schema::Object;

/// The faults of one request's records.
#[derive(Debug, Default)]
pub(crate) struct RowFaults {
    rejects: Vec<Reject>,
    alters: Vec<(Option<String>, AlterRows)>,
    /// The sObjects whose records are not to be found; empty for all.
    unseen: Option<Vec<String>>,
}

#[derive(Debug)]
struct Reject {
    object: Option<String>,
    rule: RejectRows,
    seen: Arc<AtomicU64>,
}

impl RowFaults {
    pub(super) fn reject(&mut self, object: Option<String>, rule: RejectRows, counted: &Counted) {
        self.rejects.push(Reject {
            object,
            rule,
            seen: Arc::clone(&counted.rows),
        });
    }

    pub(super) fn alter(&mut self, object: Option<String>, rule: AlterRows) {
        self.alters.push((object, rule));
    }

    pub(super) fn blind(&mut self, objects: &[String]) {
        self.unseen
            .get_or_insert_default()
            .extend(objects.iter().cloned());
    }

    /// Duplicates are let through where the request says so.
    pub(crate) fn allow_duplicates(&mut self) {
        self.rejects
            .retain(|reject| reject.rule.error.code != "DUPLICATES_DETECTED");
    }

    /// Whether no record of this sObject is to be found.
    pub(crate) fn hides(&self, object: &Object) -> bool {
        self.unseen.as_ref().is_some_and(|unseen| {
            let is_work = object.allows('D') && !object.is_setup();
            unseen.contains(&object.name) || (unseen.is_empty() && is_work)
        })
    }

    /// Refuses a record that is saved, or deleted and has no body, if a rule says so.
    pub(crate) fn check(
        &self,
        object: &Object,
        body: Option<&Map<String, Value>>,
    ) -> Result<(), ApiError> {
        for reject in &self.rejects {
            if is_of(reject.object.as_deref(), object) && reject.meets(body) {
                return Err(reject.error());
            }
        }
        Ok(())
    }

    /// The body as a trigger leaves it.
    pub(crate) fn altered(
        &self,
        object: &Object,
        body: &Map<String, Value>,
    ) -> Option<Map<String, Value>> {
        let mut altered = None;
        for (of, rule) in &self.alters {
            if is_of(of.as_deref(), object) && find(body, &rule.field).is_some() {
                let body = altered.get_or_insert_with(|| body.clone());
                for (name, value) in body.iter_mut() {
                    if let (true, Value::String(text)) =
                        (name.eq_ignore_ascii_case(&rule.field), value)
                    {
                        *text = rule.how.of(text);
                    }
                }
            }
        }
        altered
    }
}

impl Reject {
    fn meets(&self, body: Option<&Map<String, Value>>) -> bool {
        match &self.rule.rows {
            Rows::Every(every) => {
                let seen = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
                seen.is_multiple_of(*every)
            }
            Rows::Where(condition) => body
                .and_then(|body| find(body, &condition.field))
                .is_some_and(|value| condition.test.holds(value)),
        }
    }

    fn error(&self) -> ApiError {
        let field = match &self.rule.rows {
            Rows::Where(condition) => Some(condition.field.as_str()),
            Rows::Every(_) => None,
        };
        ApiError::of_record(self.rule.error.code, self.rule.message(), field.as_slice())
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Contains(text) => value.as_str().is_some_and(|value| value.contains(text)),
            Self::Equals(expected) => value == expected,
        }
    }
}

impl Alteration {
    fn of(&self, text: &str) -> String {
        match self {
            Self::Trim => text.trim().to_owned(),
            Self::Uppercase => text.to_uppercase(),
            Self::Append(more) => format!("{text}{more}"),
        }
    }
}

fn is_of(wanted: Option<&str>, object: &Object) -> bool {
    wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&object.name))
}

fn find<'b>(body: &'b Map<String, Value>, field: &str) -> Option<&'b Value> {
    body.iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(field))
        .map(|(_, value)| value)
}
