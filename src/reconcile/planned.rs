//! A plan on its way from being made to being carried out.

use crate::content::Cache;
use crate::guard::Refusal;
use crate::model::event::Event;
use crate::plan_file::Plan;
use crate::state::State;

/// A plan, with the state that it was made against and what speaks against carrying it out.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(super) state: State,
    pub(super) texts: Cache,
    pub(crate) refusals: Vec<Refusal>,
    /// What planning needs of the org, for plans without refresh; none where it was not read.
    pub(super) snapshot: Vec<(&'static str, String)>,
    /// Which opportunities are covered, left out or passed over.
    pub(super) opening: Vec<Event>,
}

impl Planned {
    /// What is known before anything is written, for the log of the run.
    pub(crate) fn opening_events(&self) -> Vec<Event> {
        self.opening.clone()
    }
}
