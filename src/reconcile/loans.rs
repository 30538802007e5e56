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
    notices.extend(stale_close_dates(ground, planner));
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

/// Deals that a buyer would ask about: past their close date, or with meetings planned after it.
fn stale_close_dates(ground: &Ground, planner: Option<&Planner>) -> Vec<String> {
    const HINT: &str =
        "`opportunities.keep_fresh: [CloseDate]` moves such dates, and `destroy` gives them back";
    let kept = &ground.request.manifest.opportunities.keep_fresh;
    let is_destroy = ground.request.command == Command::Destroy;
    let Some(planner) = planner.filter(|_| !is_destroy && !kept.contains(&KeptFresh::CloseDate))
    else {
        return Vec::new();
    };
    let anchor = ground.surroundings.told.anchor;
    let (mut past, mut outrun) = (0, 0);
    for (root, pins) in &planner.stories.pins {
        let deal = &ground.read.inventory.opportunities[root];
        let last = pins.last_meeting().map(|day| anchor.business().plus(day));
        if deal.closed {
            continue;
        }
        if deal.close_date < anchor {
            past += 1;
        } else if last > Some(deal.close_date.business()) {
            outrun += 1;
        }
    }
    let notices = [
        (
            past,
            [
                "open deal is past its close date",
                "open deals are past their close date",
            ],
        ),
        (
            outrun,
            [
                "open deal closes before a meeting that is planned",
                "open deals close before a meeting that is planned",
            ],
        ),
    ];
    let notices = notices.into_iter().filter(|(count, _)| *count > 0);
    let notices = notices.map(|(count, [one, many])| {
        let deals = counted(count, one, many);
        format!("{deals} ({HINT})")
    });
    notices.collect()
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
            "no ClosePlan scorecard, and so no answers there, for {} of {}: its package deploys one from an active template",
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
