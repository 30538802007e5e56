//! The client against a double of an org: what it sends, and what it makes of the answers.

mod bulk;
mod definitions;
mod double;
mod reading;
mod sessions;
#[cfg(unix)]
mod sf_cli;
mod writing;

use serde_json::{Value, json};

use super::Fields;

const ROOT: &str = "/services/data/v67.0";

fn fields(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn api_error(code: &str, message: &str) -> Value {
    json!([{"errorCode": code, "message": message}])
}

fn created(count: usize) -> Value {
    let row = |n| json!({"id": format!("00U{n:015}"), "success": true, "errors": []});
    (0..count).map(row).collect()
}
