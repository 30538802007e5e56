//! Frameworks of qualification: what a scorecard asks, how it is scored, what stands behind it.
//!
//! Those that are built in and those of a user are of one format, read by one reader. To add one
//! that is built in is a file beside this one and a line in [`BUILT_IN`].

mod close_plan;
mod mapping;
mod read;
mod topics;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::nearest::nearest;
use super::problems::Complaint;
use super::roles::Role;
use super::template::Template;
use super::values::quote;

pub(crate) use close_plan::ClosePlan;
pub(super) use close_plan::close_plan;
pub(crate) use mapping::{Mapped, Part, Piece, Whole};
pub(super) use mapping::{as_keys, mapping};
pub(super) use read::all;
#[cfg(test)]
pub(crate) use topics::TOPICS;

/// What is built in, by the name that is written into scorecards; the manifest may write it in any
/// case.
const BUILT_IN: [(&str, &str); 6] = [
    ("MEDDICC", include_str!("meddicc.yaml")),
    ("MEDDIC", include_str!("meddic.yaml")),
    ("MEDDPICC", include_str!("meddpicc.yaml")),
    ("BANT", include_str!("bant.yaml")),
    ("SPICED", include_str!("spiced.yaml")),
    ("CHAMP", include_str!("champ.yaml")),
];

/// Their names.
pub(crate) const NAMES: [&str; BUILT_IN.len()] = {
    let mut names = [""; BUILT_IN.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = BUILT_IN[place].0;
        place += 1;
    }
    names
};

/// The template of a scorecard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Framework {
    /// Its name in addresses: `scorecard/meddicc`.
    pub(crate) key: String,
    pub(crate) name: String,
    /// As its author counts.
    version: String,
    scale: Scale,
    /// By the points that they begin with; the first begins with none.
    bands: Vec<Band>,
    pub(crate) elements: Vec<Element>,
}

/// What an answer can score. A question that is open scores nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Scale {
    min: u32,
    max: u32,
    /// Where some scores have names, there are no others.
    labels: BTreeMap<u32, String>,
}

/// A rating, and the points of the scorecard from which on it holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Band {
    name: String,
    from: f64,
}

/// One element of a framework: what there is to know of a deal, and how much it counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Element {
    /// The same in all frameworks, so that one fact of a deal serves them all.
    pub(crate) key: String,
    pub(crate) name: String,
    weight: f64,
    /// The most that it can score.
    pub(crate) max: u32,
    /// Whose holder the answer names.
    pub(crate) about: Option<Role>,
    /// How early in a deal it is usually known.
    pub(crate) learned: u32,
    questions: Vec<String>,
    /// What is spoken of where it comes up, by the keys of topics; none where its own topics, or
    /// any, will do.
    pub(crate) evidence: Option<Vec<String>>,
    /// Its answers, for those who word them themselves.
    pub(crate) answers: Vec<Template>,
}

impl Framework {
    /// The framework that is built in under this name, in any case.
    fn built_in(name: &str) -> Option<Self> {
        let same = |(known, _): &&(&str, &str)| known.eq_ignore_ascii_case(name.trim());
        let (name, source) = BUILT_IN.iter().find(same)?;
        let framework = read::parse(source, name);
        Some(framework.unwrap_or_else(|problems| panic!("{problems}")))
    }

    /// What it is and what it says, in at most twenty characters: its author's count, and a hash.
    pub(crate) fn version(&self) -> String {
        let yaml = serde_yaml::to_string(self).expect("a framework is plain data");
        let hash = blake3::hash(yaml.as_bytes()).to_hex();
        format!("{}.{}", self.version, &hash[..8])
    }

    /// The most points that it can give, in tenths.
    pub(crate) fn most(&self) -> i64 {
        let most = |element: &Element| element.weight() * i64::from(element.max);
        self.elements.iter().map(most).sum()
    }

    /// The rating of so many tenths of a point.
    pub(crate) fn rating(&self, tenths: i64) -> &str {
        let reached = |band: &&Band| in_tenths(band.from) <= tenths;
        let band = self.bands.iter().rfind(reached);
        band.map_or("", |band| &band.name)
    }

    /// All ratings, the lowest first.
    pub(crate) fn ratings(&self) -> impl Iterator<Item = &str> {
        self.bands.iter().map(|band| band.name.as_str())
    }

    /// The scores that an answer to this element can have, the least first. Never empty.
    pub(crate) fn scores(&self, element: &Element) -> Vec<u32> {
        let Scale { min, labels, .. } = &self.scale;
        if labels.is_empty() {
            (*min..=element.max).collect()
        } else {
            labels.keys().copied().collect()
        }
    }

    /// What a score is called.
    pub(crate) fn label(&self, score: u32) -> Option<&str> {
        self.scale.labels.get(&score).map(String::as_str)
    }
}

impl Element {
    /// How much a point of it counts, in tenths.
    pub(crate) fn weight(&self) -> i64 {
        in_tenths(self.weight)
    }

    /// All that is asked, in one text.
    pub(crate) fn question(&self) -> String {
        self.questions.join(" ")
    }
}

/// The keys of all elements, each once.
fn keys(frameworks: &[Framework]) -> Vec<&str> {
    let mut keys = Vec::new();
    for element in frameworks.iter().flat_map(|framework| &framework.elements) {
        if !keys.contains(&element.key.as_str()) {
            keys.push(&*element.key);
        }
    }
    keys
}

/// That no framework has an element of this name; `also` says what else may be written.
fn not_asked(name: &str, known: &[&str], also: &str) -> Complaint {
    let hint = match nearest(name, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("one of: {}{also}", known.join(", ")),
    };
    Complaint::new(format!("no template asks for {}", quote(name)), hint)
}

/// Read to one decimal, so nothing is lost.
fn in_tenths(number: f64) -> i64 {
    (number * 10.0).round() as i64
}

/// Each by its name where it is built in, else written out.
pub(super) fn by_name<S: Serializer>(frameworks: &[Framework], to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Written<'a> {
        Name(&'a str),
        Out(&'a Framework),
    }
    to.collect_seq(frameworks.iter().map(|framework| {
        let built_in = Framework::built_in(&framework.key);
        if built_in.as_ref() == Some(framework) {
            Written::Name(&framework.key)
        } else {
            Written::Out(framework)
        }
    }))
}

#[cfg(test)]
mod tests;
