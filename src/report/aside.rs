//! What is said on stderr while something else is under way, from whichever thread.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;

use super::paint;
use super::progress::Progress;
use super::terminal::Stream;
use super::text::brief;

/// A voice beside the terminal's own. Clones speak with one voice.
#[derive(Clone)]
pub(crate) struct Aside(Arc<Mutex<Inner>>);

struct Inner {
    err: Stream,
    /// The line of progress that must stay the last one.
    bar: Option<ProgressBar>,
    /// What was said, for those who keep a record of it.
    said: Vec<String>,
}

const WIDTH: usize = 200;

impl Aside {
    pub(super) fn new(err: Stream) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            err,
            bar: None,
            said: Vec::new(),
        })))
    }

    /// Says it now. Where stderr is gone nobody is there to be told.
    pub(crate) fn say(&self, text: &str) {
        let mut inner = self.inner();
        let Inner { err, bar, said } = &mut *inner;
        let line = format!("{} {}", paint::caution("!"), brief(text, WIDTH));
        let mut write = || -> io::Result<()> { writeln!(err, "{line}") };
        let _ = match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        said.push(text.to_owned());
    }

    /// From now on speaks above this run's line of progress.
    pub(crate) fn stay_above(&self, progress: &Progress) {
        self.inner().bar = progress.bar();
    }

    /// What was said since it was last asked for.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().said)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn what_was_said_can_be_kept_once() {
        let aside = Aside::new(Stream::new(Box::new(io::sink()), false));
        aside.clone().say("the org answered 503");
        assert_eq!(aside.take(), ["the org answered 503"]);
        assert!(aside.take().is_empty());
    }
}
