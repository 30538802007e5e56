//! What open deals lend: fields that go stale, and are kept fresh.

use super::super::timeline::{Held, Kind, Step};
use super::super::{Deal, field, scorecard, text};
use crate::draw::RootDraw;
use crate::manifest::KeptFresh;
use crate::model::day::Day;
use crate::model::loan::LOAN;
use crate::model::object::Object;
use crate::model::pins::Ends;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// The draw of a close date.
const CLOSES: usize = 0;

/// A deal that is about to be signed closes after so many business days, or once all that is planned
/// may have been held; one that has just begun after so many; the draw spreads them over two weeks.
const SOONEST: i32 = 3;
const LONGEST: i32 = 60;
const SPREAD: u64 = 10;

/// Lends the fields of the deal that are kept fresh, and those that its scorecards go into.
pub(in crate::planner) fn make(deal: &Deal, draw: &mut RootDraw, records: &mut Vec<Desired>) {
    let mut fields = fresh(deal, draw);
    fields.extend(scorecard::fields::lent(deal, draw));
    deal.lend(
        records,
        LOAN,
        (Object::OpportunityLoan, deal.root.0),
        fields,
    );
}

fn fresh(deal: &Deal, draw: &mut RootDraw) -> Vec<(FieldName, Value)> {
    let kept = &deal.planner.situation.manifest.opportunities.keep_fresh;
    let is_open = deal.pins.ends == Ends::AtAnchor && !deal.opportunity.closed;
    if kept.is_empty() || !is_open {
        return Vec::new();
    }
    let mut value = |kept| match kept {
        KeptFresh::CloseDate => close_date(deal, draw).map(Value::Day),
        KeptFresh::NextStep => next_step(deal),
    };
    let fresh = kept.iter().map(|kept| (kept.as_str(), value(*kept)));
    let fresh = fresh.filter_map(|(name, value)| Some(field(name, value?)));
    fresh.collect()
}

/// When the deal closes now, where the day that it was to close on has passed, or has come so near
/// that what is planned may lie after it: that moves with the anchor.
fn close_date(deal: &Deal, draw: &mut RootDraw) -> Option<Day> {
    let anchor = deal.planner.situation.anchor.business();
    let last = anchor.plus(deal.pins.last_planned());
    let is_stale = deal.opportunity.close_date.business() < last;
    let left = 100 - i32::from(deal.pins.position);
    let drawn = draw.at(LOAN).below(CLOSES, SPREAD) as i32;
    let soonest = SOONEST.max(deal.pins.last_planned());
    let days = soonest + (LONGEST - soonest).max(0) * left / 100 + drawn;
    is_stale.then(|| anchor.plus(days).day())
}

/// The meeting that is planned next, at the least counts: a raised maximum changes nothing that is
/// there.
fn next_step(deal: &Deal) -> Option<Value> {
    let steps = deal.timeline.steps.iter().enumerate();
    let is_planned =
        |(_, step): &(usize, &Step)| step.core && step.kind == Kind::Meeting(Held::Planned);
    let next = steps
        .filter(is_planned)
        .min_by_key(|(_, step)| (step.when.at, &step.path));
    next.map(|(number, _)| text::next_step(number))
}
