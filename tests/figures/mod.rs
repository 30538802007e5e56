//! What a pack's data is worth, measured on what the org holds: how often a rule is broken that a
//! buyer, or People.ai, would stumble over.

mod activities;
mod org;
pub(crate) mod texts;
mod zones;

use std::fmt;

pub(crate) use org::Org;

use jiff::civil::Date;

/// How often something is wrong, of how many.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) wrong: usize,
    pub(crate) of: usize,
    /// The first that is wrong.
    pub(crate) example: Option<String>,
}

/// All figures of the pack in an exported org.
pub(crate) fn figures(org: &Org, anchor: Date) -> Vec<Figure> {
    let mut figures = activities::figures(org, anchor);
    figures.extend(texts::figures(org));
    figures.push(answers(org));
    figures
}

/// Counts those of the items for which `wrong` has something to say.
pub(crate) fn count<T>(
    name: &'static str,
    items: impl IntoIterator<Item = T>,
    wrong: impl Fn(&T) -> Option<String>,
) -> Figure {
    let mut figure = Figure {
        name,
        wrong: 0,
        of: 0,
        example: None,
    };
    for item in items {
        figure.of += 1;
        if let Some(example) = wrong(&item) {
            figure.wrong += 1;
            figure.example.get_or_insert(example);
        }
    }
    figure
}

/// Every answer cites activities of ours that are there.
fn answers(org: &Org) -> Figure {
    let meetings = org.meetings.iter().map(|meeting| &meeting.row["Id"]);
    let tasks = org.tasks.iter().map(|task| &task.row["Id"]);
    let known: std::collections::BTreeSet<_> = meetings.chain(tasks).map(String::as_str).collect();
    let given = org
        .answers
        .iter()
        .filter(|row| !row["Answer__c"].is_empty());
    count("answers without evidence", given, |row| {
        let cited = row["Evidence_Activity_Id__c"].split(';').map(str::trim);
        let mut cited = cited.filter(|id| !id.is_empty()).peekable();
        let stands = cited.peek().is_some() && cited.all(|id| known.contains(id));
        (!stands).then(|| row["Question__c"].clone())
    })
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            wrong,
            of,
            example,
        } = self;
        write!(f, "{name:44} {wrong:>7} of {of:>7}")?;
        match example {
            Some(example) => write!(f, "   such as {example}"),
            None => Ok(()),
        }
    }
}
