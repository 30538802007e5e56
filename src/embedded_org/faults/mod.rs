//! Faults on request: what a real org does on a bad day, by a script (`org serve --fault FILE`).
//!
//! A script is read (`script`) into rules (`rule`). For every call the rules are asked, in order, which of
//! them it meets (`matching`); what they do to the call is gathered in one value (`drawn`), and what they
//! do to single records goes along with the request (`row`). `deed` is what somebody else does meanwhile,
//! and `automation` what the Tooling API shows of it.
//! Nothing is left to chance: rules count calls, and what is random comes from the script's seed.

mod admin;
mod automation;
mod deed;
mod drawn;
mod matching;
mod row;
mod rule;
mod script;

use std::path::Path;

pub(super) use admin::answer;
pub(super) use automation::{Automation, AutomationKind};
pub(super) use deed::act;
pub(super) use drawn::Drawn;
pub(super) use row::RowFaults;
use rule::Script;

use super::error::Error;
use matching::{Counted, Facts};

/// The faults of a served org: a script, and how far it is.
#[derive(Debug, Default)]
pub(super) struct Faults {
    script: Script,
    counted: Vec<Counted>,
    automations: Vec<Automation>,
}

impl Faults {
    /// Reads a script from a file.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text).map_err(|problem| Error::Faults {
            path: path.to_owned(),
            problem,
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let script = script::parse(text)?;
        Ok(Self {
            counted: script.rules.iter().map(|_| Counted::default()).collect(),
            automations: script.rules.iter().filter_map(automation::of).collect(),
            script,
        })
    }

    /// What happens to a call; the rules that it meets count it.
    pub(super) fn draw(&mut self, facts: &Facts<'_>) -> Drawn {
        let mut drawn = Drawn::default();
        let seed = self.script.seed;
        for (index, (rule, counted)) in self.script.rules.iter().zip(&mut self.counted).enumerate()
        {
            let chance = (seed, index as u64);
            if matching::meets(&rule.when, facts) && counted.fires(&rule.when, chance) {
                drawn.add(
                    rule,
                    counted,
                    matching::draw(seed, index as u64, counted.seen),
                );
            }
        }
        drawn
    }

    /// What happens to the records of a chunk of a bulk job, which counts as a call of `jobs/work`.
    pub(super) fn draw_rows(&mut self, object: &str) -> RowFaults {
        let facts = facts(
            "POST",
            "services/data/v67.0/jobs/work",
            vec![object.to_owned()],
        );
        let rules = self.script.rules.iter().zip(&mut self.counted).enumerate();
        let mut drawn = Drawn::default();
        for (index, (rule, counted)) in rules.filter(|(_, (rule, _))| rule.what.is_of_rows()) {
            let chance = (self.script.seed, index as u64);
            if matching::meets(&rule.when, &facts) && counted.fires(&rule.when, chance) {
                drawn.add(rule, counted, 0);
            }
        }
        drawn.rows()
    }

    /// What of the script an admin would see among the org's definitions.
    pub(super) fn automations(&self) -> &[Automation] {
        &self.automations
    }

    /// Whether nothing can happen to any call.
    pub(super) fn is_idle(&self) -> bool {
        self.script.rules.is_empty()
    }
}

/// What rules ask of a call.
pub(super) fn facts<'c>(method: &'c str, path: &'c str, objects: Vec<String>) -> Facts<'c> {
    Facts {
        method,
        path,
        objects,
    }
}
