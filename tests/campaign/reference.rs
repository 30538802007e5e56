//! What runs make that nobody disturbs, by which the others are judged.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::census::Census;
use super::round::ORG;
use super::schedule::{Company, STORIES, Story};
use crate::env::TestEnv;

/// An org as it is before anything is applied.
pub(super) struct Reference {
    pub(super) file: Vec<u8>,
    pub(super) before: Census,
    /// By story, what the org holds after one clean apply.
    applied: [OnceLock<Census>; STORIES.len()],
}

/// Made once for all rounds.
static REFERENCES: Mutex<BTreeMap<Company, Arc<Reference>>> = Mutex::new(BTreeMap::new());

impl Reference {
    pub(super) fn of(org: Company) -> Arc<Self> {
        let mut all = REFERENCES.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(org).or_insert_with(|| Arc::new(Self::new(org))))
    }

    fn new(org: Company) -> Self {
        let env = TestEnv::empty();
        env.run(match org {
            Company::Prepared => "org reset",
            Company::Bare => "org reset --bare",
        })
        .exits(0);
        let file = env.path(ORG);
        Self {
            file: fs::read(&file).unwrap(),
            before: Census::read(&file),
            applied: Default::default(),
        }
    }

    pub(super) fn applied(&self, story: usize) -> &Census {
        self.applied[story].get_or_init(|| self.apply(story, None))
    }

    /// What the org holds after a clean apply to what this state has pinned, and to nothing else
    /// that it records.
    pub(super) fn applied_as_pinned(&self, story: usize, state: &Path) -> Census {
        self.apply(story, Some(state))
    }

    fn apply(&self, story: usize, state: Option<&Path>) -> Census {
        let env = TestEnv::empty();
        fs::create_dir(env.path(".demo-gen")).unwrap();
        fs::write(env.path(ORG), &self.file).unwrap();
        if let Some(state) = state {
            let folder = env.path(".demo-gen").join(state.file_name().unwrap());
            fs::create_dir(&folder).unwrap();
            for file in fs::read_dir(state).unwrap().map(Result::unwrap) {
                fs::copy(file.path(), folder.join(file.file_name())).unwrap();
            }
        }
        env.write("demo.yaml", &manifest("embedded", &STORIES[story]));
        env.run("apply -y --refresh full --accept-vanished")
            .exits(0);
        Census::read(&env.path(ORG))
    }
}

/// Two deals of the sample company.
pub(super) fn manifest(instance_url: &str, story: &Story) -> String {
    let Story {
        activity,
        bulk_threshold,
    } = story;
    format!(
        "run:\n  name: story\n  seed: 7\nsalesforce:\n  instance_url: {instance_url}\n  \
         settle_after: 0\n  bulk_threshold: {bulk_threshold}\n  query: {{limit: 2}}\n{activity}"
    )
}
