//! The files beside the manifest that its values name.

use std::cell::RefCell;
use std::fmt;

use super::problems::Problems;

/// Files beside the manifest that its values name.
#[derive(Default)]
pub(super) struct Files {
    /// None where there is no folder to be relative to.
    read: Option<Read>,
    problems: RefCell<Vec<Problems>>,
}

/// The text of the file at a path that is relative to the manifest's folder, or why there is none.
pub(super) type Read = Box<dyn Fn(&str) -> Result<String, String>>;

impl Files {
    pub(super) fn new(read: Read) -> Self {
        Self {
            read: Some(read),
            problems: RefCell::default(),
        }
    }

    pub(super) fn read(&self, path: &str) -> Result<String, String> {
        match &self.read {
            Some(read) => read(path),
            None => Err("the manifest lies in no folder".to_owned()),
        }
    }

    /// Keeps what is wrong with one of them.
    pub(super) fn note(&self, problems: Problems) {
        self.problems.borrow_mut().push(problems);
    }

    /// What was wrong with them, each on its own.
    pub(super) fn take_problems(&self) -> Vec<Problems> {
        self.problems.take()
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").finish_non_exhaustive()
    }
}
