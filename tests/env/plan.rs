//! A plan as `--json` tells it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

/// All changes of a plan.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan(pub(crate) Vec<Change>);

/// One change; keys that no test asks for are left out.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Change {
    pub(crate) address: String,
    pub(crate) object: String,
    pub(crate) action: String,
    pub(crate) reason: String,
    pub(crate) id: Option<String>,
    pub(crate) generation: u32,
    pub(crate) title: String,
    pub(crate) day: Option<String>,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) before: Json,
    pub(crate) after: Json,
}

impl Plan {
    pub(crate) fn read(stdout: &str) -> Self {
        let lines = stdout.lines().map(|line| -> Json {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        });
        let changes = lines.filter(|line| line["type"] == "planned_change");
        Self(
            changes
                .map(|line| serde_json::from_value(line).unwrap())
                .collect(),
        )
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn of(&self, object: &str) -> impl Iterator<Item = &Change> {
        self.0.iter().filter(move |change| change.object == object)
    }

    /// `create Event: 12`, one for each action and object that there is.
    pub(crate) fn summary(&self) -> Vec<String> {
        let mut counts = BTreeMap::<_, usize>::new();
        for change in &self.0 {
            let kind = (&change.action, &change.object);
            *counts.entry(kind).or_default() += 1;
        }
        let lines = counts.into_iter();
        lines
            .map(|((action, object), count)| format!("{action} {object}: {count}"))
            .collect()
    }

    /// The actions that there are, each once.
    pub(crate) fn actions(&self) -> Vec<&str> {
        let mut actions: Vec<_> = self.0.iter().map(|change| &*change.action).collect();
        actions.sort_unstable();
        actions.dedup();
        actions
    }

    /// The names of the changed fields, each once.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let fields = self.0.iter().flat_map(|change| &change.fields);
        let mut names: Vec<_> = fields.map(|field| &*field.name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
