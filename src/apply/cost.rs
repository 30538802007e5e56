//! How many rows go together, and how many calls that makes. Pure.

use crate::org::ROWS_PER_CALL;

/// What the first call of a kind holds at least, where there is so much.
const FIRST: usize = 20;

/// Of a kind that fills more calls than this, the first holds no more than that.
const MANY_CALLS: usize = 10;

/// In a plan that fills more calls than this, some more that are half full do not matter.
const LARGE: usize = 15;

/// So many lots of what was written are read back in one call. Rows with long texts come to some
/// kilobytes each, and a reply of many of them holds up the org as well as us.
pub(super) const LOTS_PER_READ_BACK: usize = 2;

/// Rows of a job, which are known one by one in memory while it runs.
pub(crate) const ROWS_PER_JOB: usize = 50_000;

/// A job of fewer rows than this costs more calls than sending them.
const LEAST_JOB: usize = 2_000;

/// Opening, uploading, closing, asking how it stands, and reading its results.
const CALLS_PER_JOB: usize = 12;

/// How the rows of one kind are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Two hundred a call.
    Collection,
    /// As jobs of the Bulk API, after a first call.
    Bulk,
}

/// How many rows the first call of a kind holds: few where the kind is large; but for kinds that
/// fill only some calls as many as make no call more of them.
pub(super) fn first_size(rows: usize, call: usize, way: Way) -> usize {
    let is_many = rows > call * MANY_CALLS || way == Way::Bulk;
    if is_many {
        FIRST.min(call)
    } else if rows <= call {
        call
    } else {
        (rows % call).max(FIRST.min(call))
    }
}

/// How many of a kind's waiting rows a call of this size is to have before it goes, while more may
/// come to fill it: in a small plan so many that it makes no call more of them; in a large one it
/// is better to keep as many calls under way as may be.
pub(super) fn enough(waiting: usize, size: usize, planned: usize) -> usize {
    if planned > ROWS_PER_CALL * LARGE {
        size.min(waiting) / 2
    } else {
        match waiting % size {
            0 => size,
            rest => rest,
        }
    }
}

/// The least rows that make a job, where kinds of so many changes go by jobs.
pub(super) fn least_job(threshold: usize) -> usize {
    LEAST_JOB.min(threshold)
}

/// About how many calls so many rows of a kind take.
pub(crate) fn calls(rows: usize, way: Way) -> usize {
    let first = first_size(rows, ROWS_PER_CALL, way).min(rows);
    let rest = rows - first;
    let first = usize::from(first > 0);
    first
        + match way {
            Way::Collection => rest.div_ceil(ROWS_PER_CALL),
            Way::Bulk => rest.div_ceil(ROWS_PER_JOB) * CALLS_PER_JOB,
        }
}

#[cfg(test)]
mod tests {
    use super::{Way, calls, enough};

    #[track_caller]
    fn check(rows: usize, expect: usize, expect_by_jobs: usize) {
        let found = (calls(rows, Way::Collection), calls(rows, Way::Bulk));
        assert_eq!(found, (expect, expect_by_jobs), "{rows}");
    }

    #[test]
    fn a_call_goes_when_it_makes_no_call_more() {
        for (waiting, expect, expect_of_many) in
            [(600, 200, 100), (401, 1, 100), (199, 199, 99), (1, 1, 0)]
        {
            let found = [2_000, 20_000].map(|planned| enough(waiting, 200, planned));
            assert_eq!(found, [expect, expect_of_many], "{waiting}");
        }
    }

    #[test]
    fn a_first_call_and_then_full_ones_or_jobs() {
        check(0, 0, 0);
        check(1, 1, 1);
        check(200, 1, 13);
        check(201, 2, 13);
        check(400, 3, 13);
        check(20_000, 101, 13);
        check(100_000, 501, 25);
    }
}
