//! `activity.subjects` and `activity.bodies`: what users want written, as templates, for a whole
//! deal or by how far it has come.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::names::subject;
use super::problems::Complaint;
use super::section::Section;
use super::template::Template;
use super::tree::Node;
use super::values::{not_among, scalar};

/// Subjects that replace the built-in ones; without any the built-in ones stay.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Subjects {
    pub(crate) meetings: Wordings,
    pub(crate) emails: Wordings,
}

/// What is written in activities, in place of the built-in texts.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Bodies {
    pub(crate) meetings: Wordings,
    pub(crate) agendas: Wordings,
    pub(crate) emails: Wordings,
    pub(crate) calls: Wordings,
}

/// Templates of one kind of text.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Wordings {
    default: Vec<Template>,
    /// By phase, in its order; others have the default ones.
    by_phase: BTreeMap<usize, Vec<Template>>,
}

const DEFAULT: &str = "default";

/// What a phase is called: by its own name, or by a standard stage of Salesforce that lies in it.
const PHASES: &[(&str, usize)] = &[
    ("opening", 0),
    ("discovery", 1),
    ("evaluation", 2),
    ("proposal", 3),
    ("closing", 4),
    ("Prospecting", 0),
    ("Qualification", 0),
    ("Needs Analysis", 1),
    ("Value Proposition", 2),
    ("Id. Decision Makers", 3),
    ("Perception Analysis", 3),
    ("Proposal/Price Quote", 3),
    ("Negotiation/Review", 4),
    ("Closed Won", 4),
    ("Closed Lost", 4),
];

impl Subjects {
    pub(crate) fn all(&self) -> [&Wordings; 2] {
        [&self.meetings, &self.emails]
    }
}

impl Bodies {
    pub(crate) fn all(&self) -> [&Wordings; 4] {
        [&self.meetings, &self.agendas, &self.emails, &self.calls]
    }
}

impl Wordings {
    /// Those of a phase, or else the default ones; empty where the built-in ones stay.
    pub(crate) fn of(&self, phase: usize) -> &[Template] {
        self.by_phase.get(&phase).unwrap_or(&self.default)
    }

    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.default.iter().chain(self.by_phase.values().flatten())
    }
}

impl Serialize for Wordings {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.by_phase.is_empty() {
            return self.default.serialize(to);
        }
        let named = self.by_phase.iter().map(|(phase, templates)| {
            let name = PHASES.iter().find(|(_, of)| of == phase);
            (name.map_or(DEFAULT, |(name, _)| *name), templates)
        });
        let default = (!self.default.is_empty()).then_some((DEFAULT, &self.default));
        to.collect_map(default.into_iter().chain(named))
    }
}

pub(super) fn subjects(mut subjects: Section) -> Subjects {
    let mut read = |key| wordings(&mut subjects, key, one_line);
    Subjects {
        meetings: read("meetings"),
        emails: read("emails"),
    }
}

pub(super) fn bodies(mut bodies: Section) -> Bodies {
    let mut read = |key| wordings(&mut bodies, key, any);
    Bodies {
        meetings: read("meetings"),
        agendas: read("agendas"),
        emails: read("emails"),
        calls: read("calls"),
    }
}

/// A list, or a list for each phase or stage.
fn wordings(
    section: &mut Section,
    key: &'static str,
    parse: fn(&Node) -> Result<Template, Complaint>,
) -> Wordings {
    let mut read = Wordings::default();
    if !section.is_mapping(key) {
        read.default = section.distinct(key, parse).unwrap_or_default();
        return read;
    }
    for (phase, templates) in section.section(key).each_list(phase, parse) {
        match phase {
            Some(phase) => read.by_phase.entry(phase).or_default().extend(templates),
            None => read.default = templates,
        }
    }
    read
}

/// `None` is the default.
fn phase(name: &str) -> Result<Option<usize>, Complaint> {
    if name == DEFAULT {
        return Ok(None);
    }
    let found = PHASES.iter().find(|(known, _)| *known == name);
    let known: Vec<_> = [DEFAULT]
        .into_iter()
        .chain(PHASES.iter().map(|(known, _)| *known))
        .collect();
    found
        .map(|(_, phase)| Some(*phase))
        .ok_or_else(|| not_among(name, &known))
}

fn one_line(node: &Node) -> Result<Template, Complaint> {
    Template::parse(&subject(node)?)
}

fn any(node: &Node) -> Result<Template, Complaint> {
    let (source, _) = scalar(node, "a text or a template")?;
    if source.trim().is_empty() {
        return Err(Complaint::new("must not be empty", "leave it out"));
    }
    Template::parse(source)
}

#[cfg(test)]
mod tests {
    use crate::manifest::fixtures;

    /// The problems of a manifest with this under `activity`.
    #[track_caller]
    fn check(activity: &str, expect: &[&str]) {
        fixtures::check(&format!("activity:\n{activity}"), expect);
    }

    #[test]
    fn templates_stand_in_lists_or_by_stage() {
        check(
            "  subjects: {meetings: [Sync, '{{ account.name }}: review']}",
            &[],
        );
        check(
            "  bodies:\n    emails:\n      default: ['Hello {{ contact.first_name }}']\n      Negotiation/Review: ['Dear {{ contact.name }}']\n      discovery: [x, y]",
            &[],
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        check(
            "  bodies:\n    meetings: ['{{ acount.name }}']",
            &[
                "5 activity.bodies.meetings[0]: `acount.name` is nothing that a template knows (did you mean `account.name`?)",
            ],
        );
        check(
            "  bodies:\n    meetings:\n      Negotiation/Revew: ['x']",
            &[
                "6 activity.bodies.meetings.Negotiation/Revew: `Negotiation/Revew` is not known (did you mean `Negotiation/Review`? It must be one of: default, opening, discovery, evaluation, proposal, closing, Prospecting, Qualification, Needs Analysis, Value Proposition, Id. Decision Makers, Perception Analysis, Proposal/Price Quote, Negotiation/Review, Closed Won, Closed Lost)",
            ],
        );
        check(
            "  bodies:\n    calls: ['{{ account.name']",
            &[
                "5 activity.bodies.calls[0]: not a template: syntax error: unexpected end of input, expected end of variable block (for example `{{ account.name }}`, or a text without braces)",
            ],
        );
        check(
            "  bodies: {mails: [x]}",
            &["4 activity.bodies.mails: unknown key (did you mean `emails`?)"],
        );
    }

    #[test]
    fn they_load_again_from_their_resolved_form() {
        let manifest = fixtures::loads_again(
            "activity:\n  subjects: {emails: [A, B]}\n  \
             bodies: {emails: {default: [C], Qualification: [D], Prospecting: [E]}}",
        );
        assert_eq!(manifest.activity.bodies.emails.of(0).len(), 2);
        assert_eq!(manifest.activity.bodies.emails.of(4).len(), 1);
    }
}
