//! Deploys as the org keeps them: waiting, under way, done.
//!
//! A deploy waits until it is asked about, is then in progress, and is carried out when it is asked about
//! again. So its states can be seen, and nothing happens behind anyone's back.

use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value, json};

use super::deploy::{self, Options, Outcome};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::session::Session;

/// A deploy as it was asked for, and how far it is.
#[derive(Debug, Clone)]
pub(crate) struct DeployRequest {
    pub(crate) id: String,
    options: Map<String, Value>,
    status: String,
    created: String,
    completed: Option<String>,
    /// Counts and components, once it is done.
    result: Map<String, Value>,
}

/// Takes a deploy on.
pub(crate) fn enqueue(
    session: &Session<'_>,
    options: Map<String, Value>,
    zip: &[u8],
) -> Result<DeployRequest, ApiError> {
    let number = session.next_number("0Af")?;
    let request = DeployRequest {
        id: RecordId::from_number("0Af", number).into(),
        options,
        status: "Pending".to_owned(),
        created: session.stamp(),
        completed: None,
        result: Map::new(),
    };
    session.db.execute(
        "INSERT INTO _deploy_request (id, options, zip, status, created) VALUES (?1, ?2, ?3, ?4, ?5)",
        rusqlite::params![
            request.id,
            Value::Object(request.options.clone()).to_string(),
            zip,
            request.status,
            request.created
        ],
    )?;
    Ok(request)
}

/// The deploy of this id.
pub(crate) fn find(session: &Session<'_>, id: &str) -> Result<DeployRequest, ApiError> {
    let id = RecordId::parse(id).ok_or_else(ApiError::not_found)?;
    let json = |text: Option<String>| {
        text.and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    };
    session
        .db
        .prepare_cached(
            "SELECT id, options, status, created, completed, details FROM _deploy_request WHERE id = ?1",
        )?
        .query_row([id.as_str()], |row| {
            Ok(DeployRequest {
                id: row.get(0)?,
                options: json(row.get(1)?),
                status: row.get(2)?,
                created: row.get(3)?,
                completed: row.get(4)?,
                result: json(row.get(5)?),
            })
        })
        .optional()?
        .ok_or_else(ApiError::not_found)
}

/// Brings a deploy one state further.
pub(crate) fn advance(
    session: &Session<'_>,
    mut request: DeployRequest,
) -> Result<DeployRequest, ApiError> {
    let next = match request.status.as_str() {
        "Pending" => "InProgress",
        "Canceling" => "Canceled",
        "InProgress" => {
            let options: Options = serde_json::from_value(Value::Object(request.options.clone()))
                .map_err(|error| ApiError::json_parser(error.to_string()))?;
            let zip: Vec<u8> = session.db.query_row(
                "SELECT zip FROM _deploy_request WHERE id = ?1",
                [&request.id],
                |row| row.get(0),
            )?;
            let outcome = deploy::deploy(session, &options, &zip)?;
            request.result = result(&outcome, &options, &session.stamp());
            outcome.status
        }
        _ => return Ok(request),
    };
    next.clone_into(&mut request.status);
    if request.is_done() {
        request.completed = Some(session.stamp());
    }
    keep(session, &request)?;
    Ok(request)
}

/// Asks for a deploy to be cancelled; one that is done stays so.
pub(crate) fn cancel(
    session: &Session<'_>,
    mut request: DeployRequest,
) -> Result<DeployRequest, ApiError> {
    if request.is_done() {
        let message = format!(
            "Deployment already completed with status {}",
            request.status
        );
        return Err(ApiError::new(400, "INVALID_ID_FIELD", message));
    }
    "Canceling".clone_into(&mut request.status);
    keep(session, &request)?;
    Ok(request)
}

/// A done deploy is told from its row alone; its zip file is let go.
fn keep(session: &Session<'_>, request: &DeployRequest) -> rusqlite::Result<()> {
    session
        .db
        .execute(
            "UPDATE _deploy_request SET status = ?2, completed = ?3, details = ?4, \
             zip = CASE WHEN ?3 IS NULL THEN zip ELSE x'' END WHERE id = ?1",
            rusqlite::params![
                request.id,
                request.status,
                request.completed,
                Value::Object(request.result.clone()).to_string()
            ],
        )
        .map(|_| ())
}

impl DeployRequest {
    fn is_done(&self) -> bool {
        matches!(
            self.status.as_str(),
            "Succeeded" | "SucceededPartial" | "Failed" | "Canceled"
        )
    }

    /// The reply about it; the components only where they are asked for.
    pub(crate) fn body(&self, user_id: &str, include_details: bool) -> Value {
        let option = |name: &str| self.options.get(name).cloned().unwrap_or(json!(false));
        let mut result = json!({
            "id": self.id,
            "status": self.status,
            "done": self.is_done(),
            "success": matches!(self.status.as_str(), "Succeeded" | "SucceededPartial"),
            "checkOnly": option("checkOnly"),
            "ignoreWarnings": option("ignoreWarnings"),
            "rollbackOnError": option("rollbackOnError"),
            "runTestsEnabled": false,
            "createdBy": user_id,
            "createdDate": self.created,
            "startDate": self.created,
            "lastModifiedDate": self.completed.as_ref().unwrap_or(&self.created),
            "completedDate": self.completed,
            "canceledBy": null,
            "errorMessage": null,
            "errorStatusCode": null,
            "numberComponentErrors": 0,
            "numberComponentsDeployed": 0,
            "numberComponentsTotal": 0,
            "numberTestErrors": 0,
            "numberTestsCompleted": 0,
            "numberTestsTotal": 0,
            "stateDetail": null,
            "details": {"componentSuccesses": [], "componentFailures": [], "runTestResult": no_tests()},
        });
        if let Value::Object(result) = &mut result {
            result.extend(self.result.clone());
            if !include_details {
                result.remove("details");
            }
        }
        json!({
            "id": self.id,
            "validatedDeployRequestId": null,
            "deployOptions": self.options,
            "deployResult": result,
        })
    }
}

/// No tests are run here.
fn no_tests() -> Value {
    json!({"numFailures": 0, "numTestsRun": 0, "totalTime": 0.0})
}

/// Counts and components of a deploy that was carried out.
fn result(outcome: &Outcome, options: &Options, created: &str) -> Map<String, Value> {
    let ignore = options.ignore_warnings;
    let (failures, successes): (Vec<_>, Vec<_>) = outcome
        .messages
        .iter()
        .partition(|message| message.is_failure(ignore));
    let bodies = |messages: &[&deploy::Message]| -> Vec<Value> {
        messages
            .iter()
            .map(|message| message.body(ignore, created))
            .collect()
    };
    // `package.xml` is told of, but is no component.
    let count =
        |messages: &[&deploy::Message]| messages.iter().filter(|it| it.is_component()).count();
    let mut result = Map::new();
    let mut set = |name: &str, value: Value| result.insert(name.to_owned(), value);
    set("numberComponentErrors", json!(failures.len()));
    set("numberComponentsDeployed", json!(count(&successes)));
    set(
        "numberComponentsTotal",
        json!(failures.len() + count(&successes)),
    );
    set(
        "details",
        json!({
            "componentSuccesses": bodies(&successes),
            "componentFailures": bodies(&failures),
            "runTestResult": no_tests(),
        }),
    );
    if let Some(error) = &outcome.error {
        set("errorMessage", json!(error));
        set("errorStatusCode", json!("INVALID_ZIP_FILE"));
    }
    result
}
