//! All that happens to one call.

use std::time::Duration;

use serde_json::json;

use super::matching::Counted;
use super::row::RowFaults;
use super::rule::{Cut, Deed, Refusal, Rule, Status, What};
use crate::embedded_org::api::Reply;
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::bulk::Told;

/// What the rules that a call meets do to it together.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    pub(super) delay: Duration,
    /// What is answered instead of doing the work; of several the first counts.
    instead: Option<Answer>,
    cut: Option<Cut>,
    pub(crate) expires_session: bool,
    pub(super) deeds: Vec<(String, Deed, u64)>,
    rows: RowFaults,
    /// What bulk jobs are told, if anything.
    pub(crate) bulk: Option<Told>,
}

#[derive(Debug)]
enum Answer {
    Status(Status),
    Refusal(&'static Refusal),
}

impl Drawn {
    /// Takes on what a rule does; the number is drawn for it.
    pub(super) fn add(&mut self, rule: &Rule, counted: &Counted, drawn: u64) {
        match &rule.what {
            What::Latency { ms, jitter_ms } => {
                self.delay += Duration::from_millis(ms + drawn % (jitter_ms + 1));
            }
            What::Status(status) => self.answer(Answer::Status(status.clone())),
            What::Refuse(refusal) => self.answer(Answer::Refusal(refusal)),
            What::Cut(cut) => {
                self.cut.get_or_insert(*cut);
            }
            What::ExpireSession => self.expires_session = true,
            What::RejectRows(reject) => {
                self.rows
                    .reject(rule.when.object.clone(), reject.clone(), counted);
            }
            What::AlterRows(alter) => self.rows.alter(rule.when.object.clone(), alter.clone()),
            What::Somebody(deed) => self.deeds.push((rule.name.clone(), deed.clone(), drawn)),
            What::SeeNothing(objects) => self.rows.blind(objects),
            What::Bulk(told) => self.bulk = Some(told.clone()),
        }
    }

    fn answer(&mut self, answer: Answer) {
        self.instead.get_or_insert(answer);
    }

    /// What is answered without any work, if so.
    pub(crate) fn instead(&self) -> Option<Reply> {
        if self.cut == Some(Cut::Before) {
            return Some(Reply::no_content());
        }
        let reply = match self.instead.as_ref()? {
            Answer::Refusal(it) => Reply::error(&ApiError::new(it.status, it.code, it.message)),
            Answer::Status(status) => status_reply(status),
        };
        Some(reply)
    }

    /// What goes with the records of the request.
    pub(crate) fn rows(&mut self) -> RowFaults {
        std::mem::take(&mut self.rows)
    }

    /// What becomes of the reply on its way.
    pub(crate) fn deliver(&self, mut reply: Reply) -> Reply {
        reply.delivery.delay = self.delay;
        match self.cut {
            Some(Cut::Before | Cut::After) => reply.delivery.is_cut = true,
            Some(Cut::Truncate) => {
                if let Some(body) = &mut reply.body {
                    body.truncate(body.len() / 2);
                }
            }
            None => {}
        }
        reply
    }
}

fn status_reply(status: &Status) -> Reply {
    let mut reply = if status.is_html {
        let page = format!(
            "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>The service is not available.</p></body></html>",
            status.code
        );
        Reply::text(status.code, page.into_bytes())
            .with_header("Content-Type", "text/html; charset=UTF-8".to_owned())
    } else {
        let (code, message) = match status.code {
            429 => ("REQUEST_LIMIT_EXCEEDED", "Too many requests"),
            503 => ("SERVER_UNAVAILABLE", "Server is unavailable"),
            _ => ("UNKNOWN_EXCEPTION", "An unexpected error occurred"),
        };
        let body = json!([{"message": message, "errorCode": code}]);
        Reply::json(status.code, &body)
    };
    if let Some(seconds) = status.retry_after {
        reply = reply.with_header("Retry-After", seconds.to_string());
    }
    reply
}
