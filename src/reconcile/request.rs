//! What a run is asked to do.

use std::collections::BTreeSet;
use std::path::PathBuf;

use tokio::sync::watch;
use wildmatch::WildMatch;

use crate::apply::MaxFailures;
use crate::clock::Clock;
use crate::content::Model;
use crate::guard::Allowed;
use crate::manifest::{AsOf, Manifest};
use crate::model::id::{RecordId, RootId};
use crate::org::Notices;
use crate::plan_file::Command;
use crate::scope::Scope;
use crate::state::{Holder, Place};

/// One plan that is asked for.
pub(crate) struct Request<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) command: Command,
    /// Whether the state may be created and written.
    pub(crate) writes: bool,
    pub(crate) holder: Holder,
    /// The machine that it runs on.
    pub(crate) host: String,
    pub(crate) clock: Clock,
    /// Where `llm.enabled` is on, the model that texts are asked of.
    pub(crate) model: Option<Model>,
    /// Told of what takes long before there is a plan.
    pub(crate) notices: Notices,
    pub(crate) options: Options,
}

/// The options that shape a plan.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub(crate) struct Options {
    pub(crate) scope: Scope,
    /// Of a smoke test: the deal that it is about.
    pub(crate) smoke: Option<RootId>,
    /// At most so many opportunities are compared, the oldest.
    pub(crate) max_opps: u64,
    pub(crate) as_of: Option<AsOf>,
    pub(crate) recast: Vec<WildMatch>,
    /// Deals that were told with an older grammar are told with the newest.
    pub(crate) upgrade_texts: bool,
    pub(crate) refresh: RefreshMode,
    pub(crate) seed: Option<u64>,
    /// The deal whose story is to be told, by id or name.
    pub(crate) explain: Option<String>,
    /// Texts are asked of the model now, those that failed before among them.
    pub(crate) generate: bool,
    pub(crate) adopt: bool,
    pub(crate) new_pack: bool,
    pub(crate) allowed: Allowed,
    /// Of a destroy: only what this run created, and what is part of it.
    pub(crate) only_run: Option<String>,
}

/// How much of the org is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefreshMode {
    /// Every managed record.
    Full,
    /// Those that changed since the last refresh; in doubt, every one.
    Changed,
    /// Nothing: the plan rests on the last inventory and on what was recorded.
    None,
}

/// How a plan is carried out.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) run_id: String,
    /// The command as it was given, for the list of runs.
    pub(crate) command: String,
    pub(crate) concurrency: usize,
    pub(crate) max_failures: Option<MaxFailures>,
    pub(crate) api_budget: Option<u64>,
    pub(crate) interrupted: watch::Receiver<bool>,
}

impl Request<'_> {
    /// Where the pack's state lies for this org.
    pub(crate) fn state_folder(&self) -> PathBuf {
        self.manifest.directory().join(".demo-gen")
    }

    pub(crate) fn place<'p>(&'p self, folder: &'p std::path::Path, org: RecordId) -> Place<'p> {
        let manifest = self
            .manifest
            .source
            .file_name()
            .and_then(|name| name.to_str());
        Place {
            folder,
            org,
            pack: &self.manifest.run.name,
            manifest: manifest.unwrap_or("demo.yaml"),
        }
    }

    /// A hash of the manifest with all its defaults, to bind a saved plan to.
    pub(crate) fn manifest_digest(&self) -> String {
        let resolved = self.manifest.resolved_yaml();
        blake3::hash(resolved.as_bytes()).to_hex()[..32].to_owned()
    }
}

impl RefreshMode {
    /// Whether the org is read at all.
    pub(crate) fn reads(self) -> bool {
        self != Self::None
    }
}

impl Options {
    /// Which of these deals are to be decided anew.
    pub(crate) fn recast(
        &self,
        inventory: &crate::model::inventory::Inventory,
    ) -> BTreeSet<crate::model::id::RootId> {
        let deals = inventory.opportunities.iter();
        let hit = |id: &str, name: &str| {
            self.recast
                .iter()
                .any(|glob| glob.matches(id) || glob.matches(name))
        };
        deals
            .filter(|(id, deal)| hit(id.0.as_str(), &deal.name))
            .map(|(id, _)| *id)
            .collect()
    }
}
