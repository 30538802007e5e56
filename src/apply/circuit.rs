//! The circuit breaker: when there is no use in sending more of a kind. Pure.

use crate::model::status_code::{Reach, reach};
use crate::org::RowError;

/// So many rows, of several accounts, speak for all of their kind; fewer may have the same fault
/// by chance.
const SPEAK_FOR_ALL: usize = 10;

/// Whether so many rows speak for all of their kind.
pub(super) fn speak_for_all(rows: usize) -> bool {
    rows >= SPEAK_FOR_ALL
}

/// The refusal that the rest of the kind would meet too. `refused` are the rows that failed for
/// good, out of so many that were sent.
pub(super) fn breaks(is_first: bool, sent: usize, refused: &[RowError]) -> Option<&RowError> {
    let reaches_all = |error: &&RowError| reach(&error.code) == Reach::Kind;
    if let Some(error) = refused.iter().find(reaches_all) {
        return Some(error);
    }
    let first = refused.first()?;
    let all_alike = refused.len() == sent && refused.iter().all(|error| error.code == first.code);
    (is_first && speak_for_all(sent) && all_alike).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::breaks;
    use crate::org::RowError;

    /// Of so many rows these failed.
    #[track_caller]
    fn check(is_first: bool, sent: usize, refused: &[&str], expect: Option<&str>) {
        let error = |code: &&str| RowError {
            code: (*code).to_owned(),
            message: String::new(),
            fields: Vec::new(),
        };
        let refused: Vec<_> = refused.iter().map(error).collect();
        let code = breaks(is_first, sent, &refused).map(|error| &*error.code);
        assert_eq!(code, expect, "{is_first} {sent} {refused:?}");
    }

    const RULE: &str = "FIELD_CUSTOM_VALIDATION_EXCEPTION";
    const FULL: &str = "STORAGE_LIMIT_EXCEEDED";

    #[test]
    fn a_first_call_that_fails_as_one_speaks_for_all() {
        check(true, 20, &[RULE; 20], Some(RULE));
        check(true, 20, &[RULE; 19], None);
        check(false, 20, &[RULE; 20], None);
        check(true, 9, &[RULE; 9], None);
        let mixed: Vec<_> = [[RULE; 10], ["STRING_TOO_LONG"; 10]].concat();
        check(true, 20, &mixed, None);
    }

    #[test]
    fn some_codes_reach_every_record_wherever_they_come() {
        check(false, 200, &[RULE, FULL], Some(FULL));
        check(true, 1, &[FULL], Some(FULL));
        check(true, 0, &[], None);
    }
}
