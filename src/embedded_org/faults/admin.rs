//! The route by which a test scripts faults while the org is served.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::Faults;
use crate::embedded_org::api::{Call, Reply};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::bulk::Told;
use crate::embedded_org::org::Org;

/// Beside the API's own paths.
const PATH: &str = "__demo-gen/faults";

/// Answers a call that is about faults: GET tells them, POST replaces the script, DELETE ends it.
pub(crate) fn answer(org: &mut Org, call: &Call) -> Option<Reply> {
    if call.path() != PATH {
        return None;
    }
    // Where the session expired by a fault, the fault can still be taken away.
    if !org.tokens.is_kept(call.token()) {
        return Some(Reply::error(&ApiError::session_expired()));
    }
    Some(match call.verb() {
        "GET" => Reply::json(200, &org.faults.body()),
        "POST" => match Faults::parse(&String::from_utf8_lossy(call.body())) {
            Ok(faults) => {
                replace(org, faults);
                Reply::json(201, &org.faults.body())
            }
            Err(problem) => Reply::error(&ApiError::new(400, "INVALID_FAULTS", problem)),
        },
        "DELETE" => {
            replace(org, Faults::default());
            Reply::no_content()
        }
        verb => {
            let message = format!("HTTP Method '{verb}' not allowed. Allowed are GET,POST,DELETE");
            Reply::error(&ApiError::new(405, "METHOD_NOT_ALLOWED", message))
        }
    })
}

/// What the script before has left behind goes with it.
fn replace(org: &mut Org, faults: Faults) {
    org.faults = faults;
    org.jobs.tell(Told::Work);
    org.tokens.renew();
}

impl Faults {
    /// The rules, and how often each was met.
    fn body(&self) -> Value {
        let rules = self.script.rules.iter().zip(&self.counted);
        let rules: Vec<Value> = rules
            .map(|(rule, counted)| {
                json!({
                    "name": rule.name,
                    "calls": counted.seen,
                    "fired": counted.fired,
                    "rows": counted.rows.load(Ordering::Relaxed),
                })
            })
            .collect();
        json!({"version": 1, "seed": self.script.seed, "rules": rules})
    }
}
