//! What to ask of a kind of record to learn what has changed, and what the answers mean. Pure.
//!
//! A record shows its stamp, and a change gives it a later one. But a stamp is given before its
//! transaction commits, so a refresh at noon may miss a change stamped some minutes before. What
//! was stamped shortly before the last refresh is therefore looked at again; after a large apply
//! that may be everything. The newest rows are read again, one page of them. Of the others it is
//! only counted how many there are in some spans of time: a change that arrived late is one more
//! in the span of its stamp, and one less where the record was before.
//!
//! What this does not show is a change whose record had its former stamp in the same span. Hence
//! everything is read once a week.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::id::RecordId;
use crate::model::recorded::{Known, Mark};

/// A change may be committed so many seconds after it was stamped.
const SLACK: i64 = 15 * 60;

/// After so many seconds everything is read.
const LONGEST: i64 = 7 * 24 * 60 * 60;

/// So many rows come with one page of a query, and so many with a call that names their ids.
const PAGE: u64 = 2_000;
const LOTS: u64 = 10_000;

/// What is to be asked of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Questions {
    /// Nothing less is certain, or nothing costs less.
    Everything,
    /// The rows that were stamped since, and how many there are in each of the spans.
    Changes { since: i64, spans: Vec<Span> },
}

/// Stamps from one instant until before another, and how many records have one of these.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) known: u64,
}

/// A row that was stamped lately.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stamped {
    pub(super) id: RecordId,
    pub(super) stamp: Option<i64>,
    pub(super) deleted: bool,
}

/// Whether what changed since the mark is all that can have changed.
pub(super) fn holds(mark: &Mark, now: i64, user: &str) -> bool {
    mark.user == user && (0..LONGEST).contains(&(now - mark.at))
}

/// The stamp, in milliseconds, before which no change can be unknown.
pub(super) fn earliest(mark: &Mark) -> i64 {
    (mark.at - SLACK) * 1_000
}

/// What to ask of a kind of which this is known, with its stamps since [`earliest`].
pub(super) fn questions(mark: &Mark, known: &Known) -> Questions {
    let recent = &known.recent;
    // What was stamped after the mark was never seen by a refresh, only by the run that wrote it.
    let unseen = recent.partition_point(|stamp| *stamp <= mark.at * 1_000);
    let newest = recent.len().saturating_sub(PAGE as usize).min(unseen);
    let since = match newest {
        0 => earliest(mark),
        // Records of one call share a stamp: all of it is read, or nothing.
        place => recent[place - 1] + 1,
    };
    let counted = recent.partition_point(|stamp| *stamp < since);
    if is_too_much((recent.len() - counted) as u64, known) {
        return Questions::Everything;
    }
    Questions::Changes {
        since,
        spans: spans(earliest(mark), since, &recent[..counted]),
    }
}

/// Whether reading so many rows takes more calls than reading everything by its ids.
pub(super) fn is_too_much(rows: u64, known: &Known) -> bool {
    rows.div_ceil(PAGE) > known.total.div_ceil(LOTS).max(1)
}

/// Three spans, each half as full as the one before: what arrives late was stamped late.
fn spans(from: i64, until: i64, stamps: &[i64]) -> Vec<Span> {
    if stamps.is_empty() {
        return Vec::new();
    }
    let seventh = |sevenths: usize| stamps[stamps.len() * sevenths / 7];
    let bounds: BTreeSet<i64> = [from, seventh(4), seventh(6), until].into();
    let bounds: Vec<_> = bounds.into_iter().collect();
    let span = |pair: &[i64]| {
        let before = |bound: i64| stamps.partition_point(|stamp| *stamp < bound);
        Span {
            from: pair[0],
            until: pair[1],
            known: (before(pair[1]) - before(pair[0])) as u64,
        }
    };
    bounds.windows(2).map(span).collect()
}

/// Which of the rows are not what they were when they were last seen, given the stamps that they
/// had then. Rows that are not known are somebody else's.
pub(super) fn changed(
    rows: &[Stamped],
    known: &BTreeMap<RecordId, Option<i64>>,
) -> BTreeSet<RecordId> {
    let is_changed = |row: &&Stamped| {
        let then = known.get(&row.id);
        then.is_some_and(|then| row.deleted || *then != row.stamp)
    };
    rows.iter().filter(is_changed).map(|row| row.id).collect()
}
