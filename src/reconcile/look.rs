//! Looking at what is managed without planning anything.

use anyhow::Context as _;
use wildmatch::WildMatch;

use super::request::Request;
use super::{pass, steps};
use crate::model::id::{RecordId, RootId};
use crate::model::recorded::Row;
use crate::org::Org;
use crate::refresh;
use crate::state::State;

/// The state of the manifest's pack in this org, to look at it; `None` where there is none.
pub(crate) fn look(org: &Org, request: &Request) -> anyhow::Result<Option<State>> {
    steps::look_at_state(org, request)
}

/// How many managed records others have changed, and how many are gone.
pub(crate) async fn drift(
    org: &Org,
    state: &State,
    request: &Request<'_>,
) -> anyhow::Result<(u64, u64)> {
    let (capabilities, _) = refresh::capabilities(org, request.manifest).await?;
    let proof = refresh::Proof {
        capabilities: &capabilities,
        pack: &state.meta().key_prefix,
        runs: &steps::runs(state)?,
    };
    pass::drift(org, state, (&proof, &steps::policies(request))).await
}

/// The ids of the deal's managed records whose paths match.
pub(crate) fn ids_under(
    org: &Org,
    request: &Request,
    root: RootId,
    paths: &[&str],
) -> anyhow::Result<Vec<(&'static str, RecordId)>> {
    let state = steps::open_state(org, request)?;
    let globs: Vec<_> = paths.iter().map(|path| WildMatch::new(path)).collect();
    let rows = state.rows(root).context("reading the state")?;
    let hit = |row: &&Row| globs.iter().any(|glob| glob.matches(row.path.as_str()));
    let found = rows
        .iter()
        .filter(hit)
        .map(|row| (row.object.facts().label.0, row.id));
    Ok(found.collect())
}
