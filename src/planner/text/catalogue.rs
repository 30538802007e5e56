//! The catalogue: every template that a plan can use, with what it depends on.

use crate::draw::fnv1a;
use crate::manifest::Manifest;
use crate::model::value::TemplateId;

use super::words;

/// How far a deal has come when something happens in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Opening,
    Discovery,
    Evaluation,
    Proposal,
    Closing,
}

pub(crate) const PHASES: usize = 5;

impl Phase {
    /// The phase at a position in percent.
    pub(crate) fn at(percent: u8) -> Self {
        match percent {
            0..20 => Self::Opening,
            20..40 => Self::Discovery,
            40..60 => Self::Evaluation,
            60..80 => Self::Proposal,
            _ => Self::Closing,
        }
    }
}

/// A text with placeholders such as `{account}`, cut into pieces.
#[derive(Debug)]
pub(crate) struct Template {
    pub(super) pieces: Vec<Piece>,
    /// Tells one source from another in the hash of a recipe.
    pub(super) hash: u64,
    /// The rounds in which it would look like another subject of the same list.
    taken: Vec<u16>,
}

#[derive(Debug)]
pub(super) enum Piece {
    Verbatim(String),
    /// What the text speaks of; only that can change it.
    Of(Placeholder),
}

/// What a template can speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placeholder {
    Opportunity,
    Account,
    Owner,
    Person,
    PersonFirst,
    Day,
}

const PLACEHOLDERS: &[(&str, Placeholder)] = &[
    ("{opportunity}", Placeholder::Opportunity),
    ("{account}", Placeholder::Account),
    ("{owner}", Placeholder::Owner),
    ("{person}", Placeholder::Person),
    ("{first}", Placeholder::PersonFirst),
    ("{day}", Placeholder::Day),
];

/// A run of templates of which one is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pool {
    first: u32,
    len: u32,
}

/// Which pools there are of each kind.
#[derive(Debug)]
pub(crate) struct Catalogue {
    templates: Vec<Template>,
    pub(crate) meeting_subjects: Subjects,
    pub(crate) email_subjects: Subjects,
    held: Vec<Pool>,
    planned: Vec<Pool>,
    mails: Vec<Pool>,
    replies: Vec<Pool>,
    answers: Vec<Pool>,
}

/// Subjects by phase, or the manifest's own for the whole deal.
#[derive(Debug)]
pub(crate) enum Subjects {
    ByPhase(Vec<Pool>),
    Own(Pool),
}

impl Pool {
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    pub(crate) fn template(self, index: usize) -> TemplateId {
        TemplateId(self.first + index as u32)
    }
}

impl Catalogue {
    pub(crate) fn new(manifest: &Manifest) -> Self {
        let mut templates = Vec::new();
        let mut by_phase = |sources: &[&[&str]]| -> Vec<Pool> {
            sources
                .iter()
                .map(|pool| add(&mut templates, pool))
                .collect()
        };
        let meetings = by_phase(&words::MEETING_SUBJECTS);
        let emails = by_phase(&words::EMAIL_SUBJECTS);
        let held = by_phase(&words::HELD);
        let planned = by_phase(&words::PLANNED);
        let mails = by_phase(&words::MAILS);
        let replies = by_phase(&words::REPLIES);
        let answers = by_phase(&words::ANSWERS);
        let mut own = |subjects: &[String], built_in| {
            if subjects.is_empty() {
                return Subjects::ByPhase(built_in);
            }
            // Braces of the user's are text: a placeholder language of theirs is not here yet.
            let first = templates.len() as u32;
            let sources = subjects.iter();
            templates.extend(sources.map(|source| Template::verbatim(source, subjects)));
            Subjects::Own(Pool {
                first,
                len: subjects.len() as u32,
            })
        };
        let subjects = &manifest.activity.subjects;
        let meeting_subjects = own(&subjects.meetings, meetings);
        let email_subjects = own(&subjects.emails, emails);
        Self {
            templates,
            meeting_subjects,
            email_subjects,
            held,
            planned,
            mails,
            replies,
            answers,
        }
    }

    pub(super) fn get(&self, id: TemplateId) -> &Template {
        &self.templates[id.0 as usize]
    }

    /// The round that a template's `nth` use in a deal counts as: one that no other subject of
    /// the manifest's list looks like already, as `Sync (2)` does beside `Sync`.
    pub(crate) fn round(&self, template: TemplateId, nth: usize) -> u16 {
        let taken = &self.get(template).taken;
        let mut free = (0..=u16::MAX).filter(|round| !taken.contains(round));
        free.nth(nth).unwrap_or(u16::MAX)
    }

    pub(crate) fn held(&self, phase: Phase) -> Pool {
        self.held[phase as usize]
    }

    pub(crate) fn planned(&self, phase: Phase) -> Pool {
        self.planned[phase as usize]
    }

    pub(crate) fn mails(&self, phase: Phase) -> Pool {
        self.mails[phase as usize]
    }

    pub(crate) fn replies(&self, phase: Phase) -> Pool {
        self.replies[phase as usize]
    }

    /// The answers to the questions of an element, by its number.
    pub(crate) fn answers(&self, element: usize) -> Pool {
        self.answers[element]
    }
}

impl Template {
    fn new(source: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some((at, mark, placeholder)) = first_mark(rest) {
            pieces.push(Piece::Verbatim(rest[..at].to_owned()));
            pieces.push(Piece::Of(placeholder));
            rest = &rest[at + mark.len()..];
        }
        pieces.push(Piece::Verbatim(rest.to_owned()));
        Self {
            pieces,
            hash: fnv1a(source.as_bytes()),
            taken: Vec::new(),
        }
    }

    fn verbatim(source: &str, list: &[String]) -> Self {
        let round = |other: &String| {
            let number = other.strip_prefix(source)?.strip_prefix(" (")?;
            number
                .strip_suffix(')')?
                .parse::<u16>()
                .ok()?
                .checked_sub(1)
        };
        Self {
            pieces: vec![Piece::Verbatim(source.to_owned())],
            hash: fnv1a(source.as_bytes()),
            taken: list.iter().filter_map(round).collect(),
        }
    }
}

fn first_mark(text: &str) -> Option<(usize, &'static str, Placeholder)> {
    let found = PLACEHOLDERS
        .iter()
        .filter_map(|(mark, placeholder)| text.find(mark).map(|at| (at, *mark, *placeholder)));
    found.min_by_key(|(at, _, _)| *at)
}

fn add(templates: &mut Vec<Template>, sources: &[&str]) -> Pool {
    let first = templates.len() as u32;
    templates.extend(sources.iter().map(|source| Template::new(source)));
    Pool {
        first,
        len: sources.len() as u32,
    }
}
