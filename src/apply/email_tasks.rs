//! The tasks that the org makes of emails: each goes with its email.
//!
//! Not every org takes the task along when its email is deleted, so it is deleted before. That way
//! round nothing is left behind by a run that ends in between: the email is still there, and ours.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::model::object::Object;
use crate::org::{Error, Org, Retrieve, RowError, Sent};

/// Deletes emails with their tasks. An email whose task stays is left as well.
pub(super) async fn delete(org: &Org, emails: &[&str]) -> Result<Sent, Error> {
    let tasks = tasks_of(org, emails).await?;
    let kept = delete_tasks(org, &tasks).await?;
    let refused = |email: &str| kept.get(tasks.get(email)?);
    let going: Vec<_> = emails
        .iter()
        .copied()
        .filter(|email| refused(email).is_none())
        .collect();
    let sent = match going.as_slice() {
        [] => Vec::new(),
        going => org.delete(going).await?.rows,
    };
    let mut sent = sent.into_iter();
    let rows = emails.iter().map(|email| match refused(email) {
        Some(error) => Some(Err(error.clone())),
        None => sent.next(),
    });
    let rows = rows.flatten().collect();
    Ok(Sent {
        rows,
        at: org.server_time().unwrap_or_default(),
    })
}

/// By the id of its email, each task that is there.
async fn tasks_of(org: &Org, emails: &[&str]) -> Result<BTreeMap<String, String>, Error> {
    let request = Retrieve {
        object: Object::EmailMessage.api_name(),
        fields: &["ActivityId"],
        ids: emails,
    };
    let found = org.retrieve(&[request]).await?;
    let task = |(email, fields): (&&str, Option<_>)| {
        let fields: crate::org::Fields = fields?;
        let task = fields.get("ActivityId").and_then(Json::as_str)?;
        Some(((*email).to_owned(), task.to_owned()))
    };
    let pairs = emails.iter().zip(found.into_iter().flatten());
    Ok(pairs.filter_map(task).collect())
}

/// Deletes the tasks; gives those that are still there, and why.
async fn delete_tasks(
    org: &Org,
    tasks: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, RowError>, Error> {
    let ids: Vec<&str> = tasks.values().map(String::as_str).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sent = org.delete(&ids).await?;
    let kept = ids.iter().zip(sent.rows).filter_map(|(task, row)| {
        let error = row.err().filter(|error| !error.is_gone())?;
        Some(((*task).to_owned(), error))
    });
    Ok(kept.collect())
}
