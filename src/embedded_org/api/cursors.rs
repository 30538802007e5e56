//! Open query cursors: the row numbers of what a query found, to be read page by page.

use std::collections::VecDeque;

use crate::embedded_org::ids::RecordId;
use crate::embedded_org::soql::Records;

/// A user has no more; the eleventh closes the oldest.
const MOST_OPEN: usize = 10;

/// The open cursors, oldest first.
#[derive(Debug)]
pub(crate) struct Cursors {
    next: u64,
    open: VecDeque<Cursor>,
}

#[derive(Debug)]
pub(super) struct Cursor {
    locator: String,
    pub(super) records: Records,
    pub(super) rows: Vec<i64>,
    pub(super) page: usize,
}

impl Cursors {
    /// No cursors yet; the first number is one that no former server of this org used.
    pub(crate) fn starting_at(next: u64) -> Self {
        Self {
            next,
            open: VecDeque::new(),
        }
    }

    /// Opens a cursor and gives its locator.
    pub(super) fn open(&mut self, records: Records, rows: Vec<i64>, page: usize) -> String {
        if self.open.len() == MOST_OPEN {
            self.open.pop_front();
        }
        let locator: String = RecordId::from_number("01g", self.next).into();
        self.next += 1;
        self.open.push_back(Cursor {
            locator: locator.clone(),
            records,
            rows,
            page,
        });
        locator
    }

    pub(super) fn get(&self, locator: &str) -> Option<&Cursor> {
        self.open.iter().find(|cursor| cursor.locator == locator)
    }
}
