//! Looking at what is managed without planning anything.

use anyhow::Context as _;

use super::pass::ROOTS;
use super::reader::{Gathered, Reader};
use super::request::Request;
use super::steps;
use crate::diff::{self, Policies};
use crate::model::id::{RecordId, RootId};
use crate::model::recorded::Live;
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
    let pack = &*state.meta().key_prefix;
    let around = refresh::surroundings(org, request.manifest, pack).await?;
    let (parts, reads) = refresh::part_counts(&around.described.capabilities, pack);
    let mut counts = around.keyed;
    counts.extend(refresh::counted(parts, org.read(&reads).await?)?);
    let proof = refresh::Proof {
        capabilities: &around.described.capabilities,
        pack,
        runs: &state.runs_by_number().context("reading the state")?,
    };
    let refresh = request.options.refresh;
    let reader = Reader::open((org, state), proof, &counts, refresh, &[]).await?;
    count_drift(&reader, state, &steps::policies(request)).await
}

/// Counts what others did to the managed records: changed, and gone.
async fn count_drift(
    reader: &Reader<'_>,
    state: &State,
    policies: &Policies,
) -> anyhow::Result<(u64, u64)> {
    let (mut changed, mut gone) = (0, 0);
    let roots: Vec<_> = state.roots()?.into_keys().collect();
    for roots in roots.chunks(ROOTS) {
        let mut gathered = Vec::new();
        for root in roots {
            gathered.push(Gathered {
                root: *root,
                desired: Vec::new(),
                rows: state.rows(*root)?,
            });
        }
        let live = reader.live(&gathered).await?;
        let rows = gathered.iter().flat_map(|one| &one.rows);
        for (row, live) in rows.zip(&live) {
            match live {
                Live::Gone => gone += 1,
                Live::NotOurs => changed += 1,
                Live::Ours(live) => {
                    changed += u64::from(!diff::is_as_held(policies, None, row, live));
                }
                Live::NotRead | Live::Unchanged => {}
            }
        }
    }
    Ok((changed, gone))
}

/// The ids of the deal's managed records that are not part of another one.
pub(crate) fn ids_under(
    org: &Org,
    request: &Request,
    root: RootId,
) -> anyhow::Result<Vec<(&'static str, RecordId)>> {
    let rows = match look(org, request)? {
        Some(state) => state.rows(root).context("reading the state")?,
        None => Vec::new(),
    };
    let whole = rows
        .iter()
        .filter(|row| row.object.facts().part_of.is_none());
    Ok(whole
        .map(|row| (row.object.label(&row.path).0, row.id))
        .collect())
}
