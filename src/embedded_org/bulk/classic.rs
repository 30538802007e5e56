//! The results of batches of Bulk API 1.0, in the content type of their job and in the order of the rows.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::csv_text::write_line;
use super::job::{Batch, ContentType, Dialect, Job};
use super::outcome::{self, Direction, Outcome, RowError};
use super::pieces::{self, Role};
use super::problem::Problem;
use super::xml_text::{self, element};

/// The upload of a batch, as it came.
pub(crate) fn request(db: &Connection, batch: &Batch) -> Result<Vec<u8>, Problem> {
    Ok(pieces::whole(db, (&batch.id, Role::Request))?)
}

/// What became of each row.
pub(crate) fn results(db: &Connection, job: &Job, batch: &Batch) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    let mut json = Vec::new();
    let content_type = job.order.content_type;
    if content_type == ContentType::Csv {
        write_line(
            &mut out,
            Dialect::PLAIN,
            ["Id", "Success", "Created", "Error"],
        );
    }
    outcome::each(
        db,
        &batch.id,
        Direction::Forward,
        |chunk| -> Result<(), Problem> {
            for outcome in &chunk.outcomes {
                match content_type {
                    ContentType::Csv => csv_line(&mut out, outcome),
                    ContentType::Json => json.push(json_result(outcome)),
                    ContentType::Xml => out.extend(xml_result(outcome).into_bytes()),
                }
            }
            Ok(())
        },
    )?;
    Ok(match content_type {
        ContentType::Csv => out,
        ContentType::Json => Value::Array(json).to_string().into_bytes(),
        ContentType::Xml => xml_text::document("results", &String::from_utf8_lossy(&out)),
    })
}

/// What the query of a batch found.
pub(crate) fn found(db: &Connection, job: &Job, batch: &Batch) -> Result<Vec<u8>, Problem> {
    let kept = pieces::whole(db, (&batch.id, Role::Result))?;
    let lines = || {
        kept.split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
    };
    Ok(match job.order.content_type {
        ContentType::Csv => {
            let mut out = Vec::new();
            write_line(
                &mut out,
                Dialect::PLAIN,
                batch.columns.iter().map(String::as_str),
            );
            out.extend(kept);
            out
        }
        ContentType::Json => {
            let mut out = b"[".to_vec();
            out.extend(lines().collect::<Vec<_>>().join(&b','));
            out.push(b']');
            out
        }
        ContentType::Xml => {
            let records: String = lines()
                .map(|line| xml_text::record(&serde_json::from_slice(line).unwrap_or_default()))
                .collect();
            xml_text::document("queryResult", &records)
        }
    })
}

fn csv_line(out: &mut Vec<u8>, outcome: &Outcome) {
    let error = outcome.error.as_ref().map(RowError::text);
    let values = [
        outcome.id.as_deref().unwrap_or_default(),
        if error.is_none() { "true" } else { "false" },
        if outcome.created { "true" } else { "false" },
        error.as_deref().unwrap_or_default(),
    ];
    write_line(out, Dialect::PLAIN, values);
}

fn json_result(outcome: &Outcome) -> Value {
    let errors: Vec<Value> = outcome
        .error
        .iter()
        .map(|error| {
            json!({
                "statusCode": error.code,
                "message": error.message,
                "fields": error.fields,
                "extendedErrorDetails": null,
            })
        })
        .collect();
    json!({
        "success": outcome.error.is_none(),
        "created": outcome.created,
        "id": outcome.id,
        "errors": errors,
    })
}

fn xml_result(outcome: &Outcome) -> String {
    let error = outcome.error.as_ref().map(xml_error).unwrap_or_default();
    let id = match &outcome.id {
        Some(id) => element("id", id),
        None => "<id xsi:nil=\"true\"/>".to_owned(),
    };
    let success = element("success", &outcome.error.is_none().to_string());
    let created = element("created", &outcome.created.to_string());
    format!("<result>{error}{id}{success}{created}</result>")
}

fn xml_error(error: &RowError) -> String {
    let fields: String = error
        .fields
        .iter()
        .map(|field| element("fields", field))
        .collect();
    let message = element("message", &error.message);
    let code = element("statusCode", &error.code);
    format!("<errors>{fields}{message}{code}</errors>")
}
