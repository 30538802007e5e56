//! The decision table: what is to happen at one address.

use crate::model::change::Reason;

/// What is wanted, recorded and live at one address, as far as the decision depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Situation {
    pub(super) desired: Desired,
    pub(super) recorded: Recorded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Desired {
    No,
    /// The recipe is the recorded one, or there is none recorded.
    Same,
    Changed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    /// State does not know the address; neither does the org.
    No,
    /// State does not know it, but a record carries its key.
    Found,
    NotRead,
    Gone,
    NotOurs,
    /// As the org gave it back after our last write.
    AsHeld,
    /// Somebody changed a field that we own.
    Drifted,
}

/// What follows. `Write` and `Adopt` depend on the fields: with none to write there is nothing
/// to do but to note it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Nothing,
    Create(Reason),
    Write(Reason),
    Adopt,
    Delete(Reason),
    Forget(Reason),
}

/// The table of the design, row by row. `gone_reason` is why something is no longer wanted.
pub(super) fn decide(situation: Situation, gone_reason: Reason) -> Decision {
    use Recorded as R;
    match (situation.desired, situation.recorded) {
        (Desired::Same | Desired::Changed, R::No) => Decision::Create(Reason::New),
        (Desired::Same | Desired::Changed, R::Found) => Decision::Adopt,
        (Desired::Same | Desired::Changed, R::Gone) => Decision::Create(Reason::Vanished),
        (Desired::Same | Desired::Changed, R::NotOurs) => Decision::Create(Reason::TakenOver),
        (Desired::Same, R::AsHeld | R::NotRead) => Decision::Nothing,
        (Desired::Changed, R::AsHeld | R::NotRead | R::Drifted) => {
            Decision::Write(Reason::ManifestChanged)
        }
        (Desired::Same, R::Drifted) => Decision::Write(Reason::Drift),
        (Desired::No, R::No) => Decision::Nothing,
        (Desired::No, R::Found | R::NotRead | R::AsHeld | R::Drifted) => {
            Decision::Delete(gone_reason)
        }
        (Desired::No, R::Gone) => Decision::Forget(Reason::AlreadyGone),
        (Desired::No, R::NotOurs) => Decision::Forget(Reason::TakenOver),
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, Desired, Recorded, Situation, decide};
    use crate::model::change::Reason;

    #[test]
    fn the_table_of_the_design() {
        use Decision as D;
        use Desired::{Changed, No, Same};
        use Recorded as R;
        let destroy = Reason::NoLongerWanted;
        for (desired, recorded, expect) in [
            (Same, R::No, D::Create(Reason::New)),
            (Same, R::Found, D::Adopt),
            (Same, R::Gone, D::Create(Reason::Vanished)),
            (Same, R::NotOurs, D::Create(Reason::TakenOver)),
            (Same, R::AsHeld, D::Nothing),
            (Changed, R::AsHeld, D::Write(Reason::ManifestChanged)),
            (Same, R::Drifted, D::Write(Reason::Drift)),
            (Changed, R::Drifted, D::Write(Reason::ManifestChanged)),
            (Same, R::NotRead, D::Nothing),
            (Changed, R::NotRead, D::Write(Reason::ManifestChanged)),
            (No, R::AsHeld, D::Delete(destroy)),
            (No, R::Drifted, D::Delete(destroy)),
            (No, R::NotRead, D::Delete(destroy)),
            (No, R::Gone, D::Forget(Reason::AlreadyGone)),
            (No, R::NotOurs, D::Forget(Reason::TakenOver)),
            (No, R::Found, D::Delete(destroy)),
            (No, R::No, D::Nothing),
        ] {
            let situation = Situation { desired, recorded };
            assert_eq!(
                decide(situation, destroy),
                expect,
                "{desired:?} {recorded:?}"
            );
        }
    }
}
