//! One call: its intent, its request, and the sending of it.

use serde_json::Value as Json;

use super::item::Item;
use super::queue::Batch;
use super::row::One;
use super::{Dispatcher, Error, email_tasks};
use crate::model::address::Address;
use crate::model::capabilities::KEY_FIELD;
use crate::model::change::{Action, Change, FieldChange};
use crate::model::id::RecordId;
use crate::model::key;
use crate::model::object::Object;
use crate::model::order::Step;
use crate::model::value::Datum;
use crate::org::{self, Fields, Org, Sent};
use crate::state::{Intent, IntentId, IntentRow};

/// A call ready to be sent. Its rows, the intent's and the request's are in the same order.
pub(super) struct Prepared {
    pub(super) intent_id: Option<IntentId>,
    pub(super) intent: Intent,
    /// The org's time when it was recorded, in seconds since 1970.
    pub(super) at: i64,
    pub(super) items: Vec<Item>,
    pub(super) changes: Vec<Change>,
    pub(super) bodies: Vec<Fields>,
    /// These are emails that go, of which the org shows the tasks that it made.
    with_tasks: bool,
}

/// What the org answered to a call.
pub(super) type Reply = Sent;

impl Prepared {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn one(&self, number: usize) -> One<'_> {
        One {
            item: self.items[number],
            change: &self.changes[number],
            intent: &self.intent,
            row: &self.intent.rows[number],
        }
    }

    pub(super) async fn send(&self, org: &Org) -> Result<Reply, org::Error> {
        let object = self.intent.object.api_name();
        let ids: Vec<_> = self
            .intent
            .rows
            .iter()
            .map(|row| row.id.map(|id| id.to_string()))
            .collect();
        let ids: Vec<_> = ids
            .iter()
            .map(|id| id.as_deref().unwrap_or_default())
            .collect();
        match self.intent.action {
            Action::Create => org.create(object, &self.bodies).await,
            Action::Update => {
                let rows: Vec<_> = ids.into_iter().zip(self.bodies.iter().cloned()).collect();
                org.update(object, &rows).await
            }
            _ if self.with_tasks => email_tasks::delete(org, &ids).await,
            _ => org.delete(&ids).await,
        }
    }
}

impl Dispatcher<'_> {
    /// Turns a batch into a call and records its intent. Rows that hang on something that was
    /// never made are left out.
    pub(super) fn prepare(&mut self, batch: &Batch) -> Result<Prepared, Error> {
        let capabilities = &self.job.plan.header.capabilities;
        let mut prepared = Prepared {
            with_tasks: (batch.step, batch.object) == (Step::Delete, Object::EmailMessage)
                && capabilities.can_read(batch.object, "ActivityId"),
            intent_id: None,
            intent: Intent {
                job: None,
                action: batch.step.action(),
                object: batch.object,
                rows: Vec::with_capacity(batch.items.len()),
            },
            at: self.now(),
            items: Vec::with_capacity(batch.items.len()),
            changes: Vec::with_capacity(batch.items.len()),
            bodies: Vec::with_capacity(batch.items.len()),
        };
        for &item in &batch.items {
            let entry = self.job.plan.entries()[item.entry as usize];
            let change = self.job.plan.change(&entry)?;
            let Some(body) = self.body(&change, item.step)? else {
                self.outcome.not_tried += 1;
                self.progress(1);
                continue;
            };
            let row = self.intent_row(&change, &body, item.step);
            prepared.intent.rows.push(row);
            prepared.items.push(item);
            prepared.changes.push(change);
            prepared.bodies.push(body);
        }
        if batch.object.is_loan() {
            self.note_loans(&prepared)?;
        }
        if !prepared.is_empty() {
            let id = self
                .job
                .state
                .open_intent(self.job.run, prepared.at, &prepared.intent)?;
            prepared.intent_id = Some(id);
        }
        Ok(prepared)
    }

    /// The org's time, in seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.job
            .org
            .server_time()
            .map_or(0, jiff::Timestamp::as_second)
    }

    /// The fields to send; `None` when something that they refer to does not exist.
    pub(super) fn body(&self, change: &Change, step: Step) -> Result<Option<Fields>, Error> {
        let mut body = Fields::new();
        if step == Step::Delete {
            return Ok(Some(body));
        }
        for FieldChange { name, after, .. } in &change.fields {
            let id = |address: &Address| self.job.state.id_of(address);
            let value = match after {
                Datum::Draft(draft) => Some(self.job.texts.json(draft)?),
                known => known.resolve(id)?,
            };
            let Some(value) = value else {
                return Ok(None);
            };
            // A create leaves empty fields out: some orgs show them as not createable.
            if step == Step::Update || !value.is_null() {
                body.insert(name.to_string(), value);
            }
        }
        if step == Step::Create {
            let header = &self.job.plan.header;
            if header.capabilities.has_key(change.object) {
                body.insert(KEY_FIELD.to_owned(), Json::String(self.key(change)));
            }
            if let Some(field) = &header.run_tag_field
                && header.capabilities.can_create(change.object, field)
            {
                body.insert(field.clone(), Json::String(self.job.run_id.to_owned()));
            }
        }
        Ok(Some(body))
    }

    fn key(&self, change: &Change) -> String {
        let pack = &self.job.state.meta().key_prefix;
        let generation = change
            .generation
            .max(self.job.state.meta().generation_floor);
        key::key(pack, change.object, &change.address, generation)
    }

    pub(super) fn intent_row(&self, change: &Change, body: &Fields, step: Step) -> IntentRow {
        let facts = change.object.facts();
        let creates = step == Step::Create;
        let key = body
            .get(KEY_FIELD)
            .and_then(Json::as_str)
            .filter(|_| creates);
        let told = creates && key.is_none();
        let parent = body
            .get(facts.parent)
            .and_then(Json::as_str)
            .filter(|_| told);
        let told_by = facts.told_by.iter().filter(|_| told);
        IntentRow {
            address: change.address.clone(),
            id: change.id.filter(|_| !creates),
            key: key.map(str::to_owned),
            generation: match step {
                Step::Create => change
                    .generation
                    .max(self.job.state.meta().generation_floor),
                Step::Delete | Step::Update => change.generation,
            },
            want: change.want,
            parent: parent.and_then(|id| RecordId::parse(id).ok()),
            told_by: told_by
                .map(|name| body.get(*name).cloned().unwrap_or_default())
                .collect(),
        }
    }
}
