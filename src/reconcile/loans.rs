//! What a plan says of loans beside its changes.

use std::collections::BTreeSet;

use super::ground::Ground;
use super::seen::Seen;
use crate::diff;
use crate::listing::counted;
use crate::manifest::KeptFresh;
use crate::model::change::Change;
use crate::model::loan;
use crate::model::recorded::{Live, Row};
use crate::plan_file::Command;
use crate::planner::Planner;

/// What is to be said of a plan's loans.
#[derive(Debug, Default)]
pub(super) struct Loans {
    /// Lent fields, by address, that are not given back, because others changed them.
    changed_by_others: Vec<String>,
    /// And those of which nobody knows what they held.
    unknown: Vec<String>,
}

impl Loans {
    /// Takes in the changes of a root with its rows and what the org holds of them.
    pub(super) fn count(&mut self, rows: &[Row], live: &[Live], changes: &[Change]) {
        for change in changes.iter().filter(|change| change.object.is_loan()) {
            let place = rows.binary_search_by(|row| row.path.cmp(&change.address.path));
            let Ok(place) = place else { continue };
            let row = &rows[place];
            let is_wanted = |field: &str| loan::of(&change.lent, field).is_some();
            let left = diff::left_to_others(row, &live[place]);
            for lent in left.filter(|lent| !is_wanted(&lent.field)) {
                let field = format!("{} {}", change.address, lent.field);
                match lent.old {
                    Some(_) => self.changed_by_others.push(field),
                    None => self.unknown.push(field),
                }
            }
        }
    }
}

pub(super) fn notices(ground: &Ground, planner: Option<&Planner>, seen: &Seen) -> Vec<String> {
    let Loans {
        changed_by_others,
        unknown,
    } = &seen.loans;
    let mut notices = Vec::new();
    notices.extend(such_as(changed_by_others, "were changed by others since"));
    notices.extend(such_as(unknown, "held nobody knows what before"));
    if planner.is_some() && ground.takes_over() && ground.request.manifest.lends() {
        notices.push(
            "with the state it was lost what lent fields held before: what they hold now stays, also after `destroy`"
                .to_owned(),
        );
    }
    notices.extend(past_close_date(ground, planner));
    notices.extend(without_close_plan(ground, planner));
    notices
}

fn such_as(fields: &[String], what: &str) -> Option<String> {
    let example = fields.first()?;
    let fields = counted(fields.len() as u64, "lent field", "lent fields");
    Some(format!(
        "not given back but left as they are: {fields} that {what}, such as {example}"
    ))
}

/// Deals that a buyer would ask about.
fn past_close_date(ground: &Ground, planner: Option<&Planner>) -> Option<String> {
    let planner = planner?;
    let manifest = ground.request.manifest;
    let kept = &manifest.opportunities.keep_fresh;
    if ground.request.command == Command::Destroy || kept.contains(&KeptFresh::CloseDate) {
        return None;
    }
    let anchor = ground.surroundings.told.anchor;
    let deals = ground.read.inventory.opportunities.iter();
    let past = deals.filter(|(root, deal)| {
        let is_covered = planner.stories.pins.contains_key(root);
        is_covered && !deal.closed && deal.close_date < anchor
    });
    let past = past.count() as u64;
    let deals = counted(
        past,
        "open deal is past its close date",
        "open deals are past their close date",
    );
    (past > 0).then(|| format!(
        "{deals} (`opportunities.keep_fresh: [CloseDate]` moves such dates, and `destroy` gives them back)"
    ))
}

/// Deals whose answers have nowhere to go, and elements that nobody asks for.
fn without_close_plan(ground: &Ground, planner: Option<&Planner>) -> Vec<String> {
    let Some(planner) = planner else {
        return Vec::new();
    };
    let scorecards = &ground.request.manifest.scorecards;
    if ground.request.command == Command::Destroy || !scorecards.answer_close_plan() {
        return Vec::new();
    }
    let questions = &ground.read.inventory.questions;
    let covered = planner.stories.pins.len();
    let deals = planner.stories.pins.keys();
    let (with, without): (Vec<_>, Vec<_>) = deals.partition(|root| questions.contains_key(root));
    let mut notices = Vec::new();
    if !without.is_empty() {
        notices.push(format!(
            "{} of {} have no ClosePlan scorecard and get no answers there: its package deploys one from an active template",
            without.len(),
            counted(covered as u64, "deal", "deals"),
        ));
    }
    let asked = with.iter().flat_map(|root| &questions[root]);
    let asked: BTreeSet<&str> = asked
        .filter_map(|question| Some(scorecards.element_of(question)?.key.as_str()))
        .collect();
    let elements = scorecards.templates.iter().flat_map(|one| &one.elements);
    let open: BTreeSet<&str> = elements
        .map(|element| element.key.as_str())
        .filter(|key| !asked.contains(key))
        .collect();
    if !open.is_empty() && !with.is_empty() {
        let open: Vec<_> = open.into_iter().collect();
        notices.push(format!(
            "no question of ClosePlan asks for {} (`scorecards.closeplan.questions` says which one does)",
            open.join(", ")
        ));
    }
    notices
}
