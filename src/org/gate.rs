//! Where calls wait while as many are under way as the org can bear.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::limiter::{Limiter, Verdict};

/// A limiter that calls pass one by one.
#[derive(Debug)]
pub(super) struct Gate {
    limiter: Mutex<Limiter>,
    changed: Notify,
}

/// One call under way. Where it is given up, it has said nothing about the load.
#[derive(Debug)]
pub(super) struct Passage<'g> {
    gate: &'g Gate,
    verdict: Verdict,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            limiter: Mutex::new(Limiter::new()),
            changed: Notify::new(),
        }
    }

    /// Waits until one more call may go.
    pub(super) async fn enter(&self) -> Passage<'_> {
        loop {
            // From here on a change is not missed.
            let changed = self.changed.notified();
            if self.limiter().enter() {
                let verdict = Verdict::Unknown;
                return Passage {
                    gate: self,
                    verdict,
                };
            }
            changed.await;
        }
    }

    pub(super) fn ease_off(&self) {
        self.limiter().ease_off();
    }

    pub(super) fn limit(&self) -> usize {
        self.limiter().limit()
    }

    fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passage<'_> {
    /// The call is over.
    pub(super) fn leave(mut self, verdict: Verdict) {
        self.verdict = verdict;
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        self.gate.limiter().leave(self.verdict);
        self.gate.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether another call may go now.
    async fn may_go(gate: &Gate) -> bool {
        tokio::select! {
            biased;
            _ = gate.enter() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn a_call_waits_until_another_is_over() {
        let gate = Gate::new();
        let (first, second) = (gate.enter().await, gate.enter().await);
        first.leave(Verdict::PushedBack);
        assert_eq!(gate.limit(), 1);
        assert!(!may_go(&gate).await);
        let ((), third) = tokio::join!(async { drop(second) }, gate.enter());
        assert!(!may_go(&gate).await);
        third.leave(Verdict::Good);
        assert!(may_go(&gate).await);
    }
}
