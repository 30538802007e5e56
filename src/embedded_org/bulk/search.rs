//! A query of a job under way: it has a connection of its own and sees the org as it was when it began,
//! while other calls change it.

use super::job::{Batch, BatchState, Job};
use super::pieces::{self, Role};
use super::work::{complete, fail, milliseconds};
use super::{queries, store};
use crate::clock::Clock;
use crate::embedded_org::org::Org;
use crate::embedded_org::session::{Facts, Session};
use crate::embedded_org::store::Store;

/// A change of the org; it tells whether the query is still wanted.
pub(super) type Change<'a> = dyn FnMut(&Session<'_>) -> rusqlite::Result<bool> + 'a;

/// A query about to run.
pub(super) struct Search {
    reader: Store,
    facts: Facts,
    clock: Clock,
    job: Job,
    batch: Batch,
}

impl Search {
    pub(super) fn of(org: &Org, job: Job, batch: Batch) -> rusqlite::Result<Self> {
        Ok(Self {
            reader: org.store.reader()?,
            facts: org.facts.clone(),
            clock: org.clock,
            job,
            batch,
        })
    }

    /// Runs the query, and has the org to itself only to keep what it found; none where that cannot be.
    pub(super) fn run(self, change: &dyn Fn(&mut Change<'_>) -> Option<bool>) -> Option<bool> {
        let Self {
            mut reader,
            facts,
            clock,
            mut job,
            mut batch,
        } = self;
        let started = clock.now();
        let id = batch.id.clone();
        let (transaction, schema) = reader.begin_read().ok()?;
        let session = Session::new(&transaction, schema, &facts, started);
        let keep = |page: &[u8]| {
            let kept = change(&mut |session| {
                let wanted = is_wanted(session, &id)?;
                if wanted {
                    pieces::append(session.db, (&id, Role::Result), page)?;
                }
                Ok(wanted)
            });
            kept == Some(true)
        };
        let ended = queries::run(&session, &job, &mut batch, keep);
        batch.milliseconds += milliseconds(started, clock.now());
        change(&mut |session| {
            if is_wanted(session, &id)? {
                match &ended {
                    Ok(true) => {
                        complete(session, &mut job, &mut batch)?;
                        store::update_batch(session, &mut batch)?;
                    }
                    Ok(false) => {}
                    Err(problem) => fail(session, &id, problem)?,
                }
            }
            Ok(true)
        })
    }
}

/// Whether nobody aborted or deleted the job meanwhile.
fn is_wanted(session: &Session<'_>, batch: &str) -> rusqlite::Result<bool> {
    let batch = store::batch(session.db, batch)?;
    Ok(batch.is_some_and(|batch| batch.state == BatchState::InProgress))
}
