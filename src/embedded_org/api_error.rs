//! The errors that the API answers with, with the service's own codes and texts.

use serde_json::{Value, json};

use super::schema::Field;

/// An error of a request, or of one record in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Only errors of saving a record tell fields.
    pub(crate) fields: Option<Vec<String>>,
    /// What a duplicate rule found.
    pub(crate) duplicates: Option<Value>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            fields: None,
            duplicates: None,
        }
    }

    /// An error of saving a record.
    pub(crate) fn of_record(
        code: &'static str,
        message: impl Into<String>,
        fields: &[&str],
    ) -> Self {
        Self {
            fields: Some(fields.iter().map(|&field| field.to_owned()).collect()),
            ..Self::new(400, code, message)
        }
    }

    /// An error of the value of one field, which the message calls by its label.
    pub(crate) fn of_field(code: &'static str, field: &Field, problem: &str) -> Self {
        Self::of_record(code, format!("{}: {problem}", field.label), &[&field.name])
    }

    pub(crate) fn session_expired() -> Self {
        Self::new(401, "INVALID_SESSION_ID", "Session expired or invalid")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "The requested resource does not exist")
    }

    pub(crate) fn entity_is_deleted() -> Self {
        Self {
            status: 404,
            ..Self::of_record("ENTITY_IS_DELETED", "entity is deleted", &[])
        }
    }

    pub(crate) fn invalid_cross_reference() -> Self {
        Self::of_record(
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            &[],
        )
    }

    pub(crate) fn required_missing(fields: &[&str]) -> Self {
        let message = format!("Required fields are missing: [{}]", fields.join(", "));
        Self::of_record("REQUIRED_FIELD_MISSING", message, fields)
    }

    pub(crate) fn not_writable(fields: &[&str]) -> Self {
        let message = format!(
            "Unable to create/update fields: {}. Please check the security settings of this field and \
             verify that it is read/write for your profile or permission set.",
            fields.join(", ")
        );
        Self::of_record("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields)
    }

    pub(crate) fn no_such_column(field: &str, object: &str) -> Self {
        let message = format!("No such column '{field}' on sobject of type {object}");
        Self::new(400, "INVALID_FIELD", message)
    }

    pub(crate) fn duplicates_detected(found: Value) -> Self {
        Self {
            duplicates: Some(found),
            ..Self::of_record("DUPLICATES_DETECTED", "Use one of these records?", &[])
        }
    }

    pub(crate) fn json_parser(message: impl Into<String>) -> Self {
        Self::new(400, "JSON_PARSER_ERROR", message)
    }

    pub(crate) fn malformed_id(text: &str) -> Self {
        Self::of_record("MALFORMED_ID", format!("malformed id {text}"), &[])
    }

    /// The form of a request's error body, an array of one.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({"message": self.message, "errorCode": self.code});
        if let Some(fields) = &self.fields {
            body["fields"] = json!(fields);
        }
        if let Some(duplicates) = &self.duplicates {
            // The service spells it so, and clients look for it.
            body["duplicateResut"] = duplicates.clone();
        }
        Value::Array(vec![body])
    }

    /// The form of an error within the results of several records.
    pub(crate) fn row_body(&self) -> Value {
        json!({
            "statusCode": self.code,
            "message": self.message,
            "fields": self.fields.as_deref().unwrap_or_default(),
        })
    }
}

/// A failure of the file is the server's, not the request's; the transaction is rolled back.
impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
            return Self::new(400, "STORAGE_LIMIT_EXCEEDED", "storage limit exceeded");
        }
        let message = format!("An unexpected error occurred: {error}");
        Self::new(500, "UNKNOWN_EXCEPTION", message)
    }
}
