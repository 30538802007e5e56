//! What to ask of a kind of record to learn what has changed, and what the answers mean. Pure.
//!
//! A record shows its stamp, and a change gives it a later one. But a stamp is given before its
//! transaction commits, so a refresh at noon may miss a change stamped some minutes before. What
//! was stamped shortly before the last refresh is therefore looked at again; after a large apply
//! that may be everything. The newest rows are read again, one page of them. Of the others it is
//! only counted how many there are in some spans of time: a change that arrived late is one more
//! in the span of its stamp, and one less where the record was before.
//!
//! Where a number does not come out, all rows that were stamped lately are read again. What the
//! numbers do not show is a change that arrived late and whose record was in the same span before.
//! Hence everything is read once a week.

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

/// Whether there are as many in each span as there were, without those that are among the rows
/// now: their stamp is a later one.
pub(super) fn come_out(
    counts: &[(Span, u64)],
    rows: &[Stamped],
    known: &BTreeMap<RecordId, Option<i64>>,
) -> bool {
    let then = |row: &Stamped| known.get(&row.id).copied().flatten();
    let then: Vec<i64> = rows.iter().filter_map(then).collect();
    counts.iter().all(|(span, count)| {
        let was_in = |stamp: &&i64| (span.from..span.until).contains(*stamp);
        let left = then.iter().filter(was_in).count() as u64;
        *count + left == span.known
    })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The last refresh began at this second.
    const AT: i64 = 1_800_000_000;

    fn mark() -> Mark {
        Mark {
            at: AT,
            user: "005DG0000000001YAA".to_owned(),
            others: BTreeMap::new(),
        }
    }

    fn id(number: usize) -> RecordId {
        RecordId::parse(&format!("00UDG{number:010}")).unwrap()
    }

    fn known(total: u64, recent: Vec<i64>) -> Known {
        assert!(recent.is_sorted());
        Known {
            total,
            recent,
            ..Known::default()
        }
    }

    #[test]
    fn a_mark_holds_for_its_user_and_a_week() {
        let holds = |seconds, user| holds(&mark(), AT + seconds, user);
        let (us, other) = ("005DG0000000001YAA", "005DG0000000002YAA");
        assert!(holds(0, us) && holds(LONGEST - 1, us));
        assert!(!holds(LONGEST, us), "after a week everything is read");
        assert!(!holds(-1, us), "the org's clock went back");
        assert!(!holds(0, other));
    }

    /// So many seconds before the mark, as a stamp.
    fn ago(seconds: i64) -> i64 {
        (AT - seconds) * 1_000
    }

    #[track_caller]
    fn check(known: &Known, expect_since: Option<i64>, expect_counts: &[u64]) {
        let (since, spans) = match questions(&mark(), known) {
            Questions::Everything => (None, Vec::new()),
            Questions::Changes { since, spans } => (Some(since), spans),
        };
        assert_eq!(since, expect_since);
        let counts: Vec<_> = spans.iter().map(|span| span.known).collect();
        assert_eq!(counts, expect_counts);
        let bounds: Vec<_> = spans
            .iter()
            .flat_map(|span| [span.from, span.until])
            .collect();
        let mut all = vec![earliest(&mark())];
        all.extend(bounds.iter().skip(1).step_by(2));
        let froms: Vec<_> = bounds.iter().copied().step_by(2).collect();
        assert!(
            froms.iter().eq(all.iter().take(froms.len())),
            "without a gap"
        );
        assert!(spans.is_empty() || all.last() == since.as_ref());
    }

    #[test]
    fn what_is_asked() {
        let earliest = Some(earliest(&mark()));
        check(&known(100_000, vec![]), earliest, &[]);
        check(&known(100_000, vec![ago(60); 2_000]), earliest, &[]);
        // One call's records share a stamp, and are counted together.
        let since = Some(ago(60) + 1);
        check(&known(100_000, vec![ago(60); 2_001]), since, &[0, 2_001]);
        let stamps = |count: i64| (0..count).map(|n| ago(800) + n * 7).collect::<Vec<_>>();
        check(&known(100_000, stamps(2_000)), earliest, &[]);
        let since = ago(800) + 97_999 * 7 + 1;
        check(
            &known(100_000, stamps(100_000)),
            Some(since),
            &[56_000, 28_000, 14_000],
        );
        // What was written since the mark was not seen by a refresh yet.
        let written = |count| vec![ago(-30); count];
        check(&known(100_000, written(20_000)), earliest, &[]);
        check(&known(100_000, written(20_001)), None, &[]);
        check(&known(2_001, written(2_001)), None, &[]);
    }

    /// What somebody did to a record: when it was stamped, how long it took to commit, in
    /// milliseconds since the earliest stamp that matters, and whether it was a delete.
    type Edit = (usize, i64, i64, bool);

    /// The record as it is seen at an instant: its stamp, and whether it is deleted.
    fn visible(versions: &[(i64, i64, bool)], now: i64) -> (i64, bool) {
        let committed = versions.iter().filter(|(_, commit, _)| *commit <= now);
        let (stamp, _, deleted) = committed.max().expect("it was there before");
        (*stamp, *deleted)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Whatever is done, and however late it arrives, shows at the next refresh, unless the
        /// record was in the same span before.
        #[test]
        fn every_change_shows(
            made in prop::collection::vec(0_i64..900_000, 2_100..4_000),
            edits in prop::collection::vec(
                (any::<prop::sample::Index>(), 0_i64..1_200_000, 0_i64..900_000, any::<bool>()),
                0..6,
            ),
        ) {
            let start = earliest(&mark());
            let edits: Vec<Edit> = edits
                .into_iter()
                .map(|(record, stamp, late, deleted)| (record.index(made.len()), stamp, late, deleted))
                .collect();
            check_simulation(start, &made, &edits)?;
        }
    }

    /// What was ever written of each record: stamp, when it became visible, whether a delete.
    fn history(start: i64, made: &[i64], edits: &[Edit]) -> Vec<Vec<(i64, i64, bool)>> {
        let mut org: Vec<_> = made.iter().map(|at| vec![(start + at, 0, false)]).collect();
        for (record, stamp, late, deleted) in edits {
            let before = org[*record].last().expect("it was made");
            // One transaction on a record waits for the other, and nothing follows a delete.
            if !before.2 {
                let stamp = (start + stamp).max(before.0 + 1).max(before.1);
                org[*record].push((stamp, stamp + late, *deleted));
            }
        }
        org
    }

    fn check_simulation(start: i64, made: &[i64], edits: &[Edit]) -> Result<(), TestCaseError> {
        let org = history(start, made, edits);
        let (then, now) = (AT * 1_000, AT * 1_000 + 3_600_000);
        let seen: Vec<_> = org.iter().map(|versions| visible(versions, then)).collect();
        let is: Vec<_> = org.iter().map(|versions| visible(versions, now)).collect();
        let there = |number: &usize| !seen[*number].1;
        let managed: Vec<usize> = (0..org.len()).filter(there).collect();
        let stamps: BTreeMap<_, _> = managed.iter().map(|n| (id(*n), Some(seen[*n].0))).collect();
        let mut recent: Vec<i64> = managed.iter().map(|number| seen[*number].0).collect();
        recent.sort_unstable();
        let of_kind = known(100_000, recent);
        let Questions::Changes { since, spans } = questions(&mark(), &of_kind) else {
            return Err(TestCaseError::fail("so few rows need not be read whole"));
        };
        let since_then = |from: i64| -> Vec<Stamped> {
            let rows = is
                .iter()
                .enumerate()
                .filter(|(_, (stamp, _))| *stamp >= from);
            rows.map(|(n, (stamp, deleted))| Stamped {
                id: id(n),
                stamp: Some(*stamp),
                deleted: *deleted,
            })
            .collect()
        };
        let counted = spans.iter().map(|span| {
            let in_it = |(stamp, deleted): &&(i64, bool)| {
                !deleted && (span.from..span.until).contains(stamp)
            };
            (span.clone(), is.iter().filter(in_it).count() as u64)
        });
        let counted: Vec<_> = counted.collect();
        let mut rows = since_then(since);
        if !come_out(&counted, &rows, &stamps) {
            rows = since_then(start);
        }
        let found = changed(&rows, &stamps);
        let lost = managed.iter().filter(|number| is[**number].1).count();
        let found_lost = managed
            .iter()
            .filter(|n| is[**n].1 && found.contains(&id(**n)))
            .count();
        for number in managed {
            let same_span = spans.iter().any(|span| {
                let both = [seen[number].0, is[number].0];
                both.iter()
                    .all(|stamp| (span.from..span.until).contains(stamp))
            });
            // One lost record too many, and everything is read.
            let shows = found.contains(&id(number)) || found_lost < lost;
            let differs = seen[number] != is[number];
            prop_assert!(!differs || shows || same_span, "{number} is not seen");
            let is_found = found.contains(&id(number));
            prop_assert!(differs || !is_found, "{number} is unchanged");
        }
        Ok(())
    }
}
