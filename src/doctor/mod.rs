//! Looks at an org before anything is written: what would make apply fail, or its result less
//! than it could be.
//!
//! First everything is read ([`sight`]), as far as this user may see it; then every [`checks`]
//! judges what was seen, without asking the org again. A [`probe`] lets the org itself speak: it
//! sends one record of each kind in a request that is bound to fail, so that nothing stays.

mod checks;
mod peopleai;
mod probe;
mod sight;

use crate::model::finding::{Finding, Verdict};
use crate::org::Org;
use crate::reconcile::Request;

pub(crate) use peopleai::guide;
use sight::Sight;

/// Whether records are sent to see what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    Yes,
    No,
}

/// Everything there is to say about applying the request's manifest in this org.
pub(crate) async fn examine(org: &Org, request: &Request<'_>, probe: Probe) -> Vec<Finding> {
    let sight = Sight::read(org, request).await;
    let mut findings = checks::all(&sight);
    if probe == Probe::Yes {
        findings.extend(probe::send(org, &sight).await);
    }
    findings
}

/// All there is to say where nobody could sign in.
pub(crate) fn no_login(why: String, advice: String) -> Vec<Finding> {
    vec![Finding {
        check: checks::LOGIN,
        verdict: Verdict::Failure,
        found: why,
        advice,
    }]
}
