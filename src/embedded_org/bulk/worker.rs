//! The background worker of a server.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

use super::search::Change;
use super::work::{Step, step};
use crate::embedded_org::org::Org;
use crate::embedded_org::session::Session;

/// What an open org keeps of its jobs while it is served.
#[derive(Debug)]
pub(crate) struct Jobs {
    wake: Sender<()>,
    /// Taken by the worker when it starts.
    waked: Option<Receiver<()>>,
    /// What the worker is to do with the jobs that it comes to.
    pub(crate) told: Told,
}

/// A bad day of the worker, for rehearsals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    Work,
    /// Every job that it comes to fails with this message, whatever it has done of it.
    Fail(String),
    /// It leaves all jobs as they are, until it is told otherwise and woken.
    Hang,
}

impl Jobs {
    /// The worker looks once when it starts: a former server may have left jobs.
    pub(crate) fn new() -> Self {
        let (wake, waked) = mpsc::channel(1);
        let jobs = Self {
            wake,
            waked: Some(waked),
            told: Told::Work,
        };
        jobs.wake();
        jobs
    }

    /// Tells the worker that there may be something to do.
    pub(crate) fn wake(&self) {
        // One call that waits to be heard is as good as many.
        let _ = self.wake.try_send(());
    }

    /// Tells the worker what to do with jobs from now on.
    pub(crate) fn tell(&mut self, told: Told) {
        self.told = told;
        self.wake();
    }
}

/// Works on the org's jobs from a task of its own, which ends with the org.
pub(crate) fn start(org: &Arc<Mutex<Org>>) -> JoinHandle<()> {
    let waked = lock(org).jobs.waked.take();
    let org = Arc::downgrade(org);
    tokio::spawn(async move {
        let Some(mut waked) = waked else { return };
        while waked.recv().await.is_some() {
            // Between two chunks other calls get at the org.
            while tokio::task::spawn_blocking({
                let org = Weak::clone(&org);
                move || step_of(&org)
            })
            .await
            .unwrap_or(false)
            {}
        }
    })
}

/// One step, if the org is still served; tells whether another may follow. A failure of the file leaves the
/// job for the next call or start.
fn step_of(org: &Weak<Mutex<Org>>) -> bool {
    let stepped = org.upgrade().map(|org| step(&mut lock(&org)));
    match stepped {
        Some(Ok(Step::Chunk)) => true,
        Some(Ok(Step::Search(search))) => {
            search.run(&|change| in_transaction(org, change)).is_some()
        }
        Some(Ok(Step::Rest) | Err(_)) | None => false,
    }
}

/// Changes the org in a transaction; none where the org is gone, or its file fails.
fn in_transaction(org: &Weak<Mutex<Org>>, change: &mut Change<'_>) -> Option<bool> {
    let org = org.upgrade()?;
    let mut org = lock(&org);
    let org = &mut *org;
    let now = org.clock.now();
    let (transaction, schema) = org.store.begin().ok()?;
    let session = Session::new(&transaction, schema, &org.facts, now);
    let goes_on = change(&session).ok()?;
    drop(session);
    transaction.commit().ok()?;
    Some(goes_on)
}

fn lock(org: &Mutex<Org>) -> MutexGuard<'_, Org> {
    org.lock().unwrap_or_else(PoisonError::into_inner)
}
