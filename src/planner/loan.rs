//! Loans: fields of records that are not ours, which are filled because the manifest names them.

use super::{Deal, field, want};
use crate::draw::RootDraw;
use crate::manifest::KeptFresh;
use crate::model::address::Path;
use crate::model::day::Day;
use crate::model::id::RecordId;
use crate::model::loan::LOAN;
use crate::model::object::Object;
use crate::model::pins::Ends;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// The draw of a close date.
const CLOSES: usize = 0;

/// A deal that is about to be signed closes after so many business days, and one that has just
/// begun after so many more; the draw spreads them over two weeks.
const SOONEST: i32 = 3;
const LONGEST: i32 = 60;
const SPREAD: u64 = 10;

/// Lends the fields of the deal that are kept fresh.
pub(super) fn make(deal: &Deal, draw: &mut RootDraw, records: &mut Vec<Desired>) {
    let kept = &deal.planner.situation.manifest.opportunities.keep_fresh;
    let is_open = deal.pins.ends == Ends::AtAnchor && !deal.opportunity.closed;
    if kept.is_empty() || !is_open {
        return;
    }
    let mut value = |kept| match kept {
        KeptFresh::CloseDate => close_date(deal, draw).map(Value::Day),
        KeptFresh::NextStep => next_step(deal),
    };
    let fresh = kept.iter().map(|kept| (kept.as_str(), value(*kept)));
    let fresh = fresh.filter_map(|(name, value)| Some(field(name, value?)));
    let fields = fresh.collect();
    deal.lend(
        records,
        LOAN,
        (Object::OpportunityLoan, deal.root.0),
        fields,
    );
}

impl Deal<'_> {
    /// Fills fields of a record that is not ours, as far as the org lets us. What they hold now is
    /// kept, and given back once they are not wanted any more.
    pub(super) fn lend(
        &self,
        records: &mut Vec<Desired>,
        path: &str,
        (object, lender): (Object, RecordId),
        mut fields: Vec<(FieldName, Value)>,
    ) {
        let capabilities = self.planner.situation.capabilities;
        fields.retain(|(name, _)| {
            capabilities.can_read(object, name) && capabilities.can_update(object, name)
        });
        if fields.is_empty() {
            return;
        }
        records.push(Desired {
            path: Path::new(path),
            object,
            lender: Some(lender),
            want: want::want(object, (&fields, 0), Some(&self.speaker)),
            fields,
        });
    }
}

/// When the deal closes now, where the day that it was to close on has passed.
fn close_date(deal: &Deal, draw: &mut RootDraw) -> Option<Day> {
    let anchor = deal.planner.situation.anchor;
    let has_passed = deal.opportunity.close_date < anchor;
    let left = 100 - i32::from(deal.pins.position);
    let drawn = draw.at(LOAN).below(CLOSES, SPREAD) as i32;
    let days = SOONEST + (LONGEST - SOONEST) * left / 100 + drawn;
    has_passed.then(|| anchor.business().plus(days).day())
}

/// What is planned next.
fn next_step(deal: &Deal) -> Option<Value> {
    let anchor = deal.pins.ends.base(deal.planner.situation.anchor);
    let least = deal
        .planner
        .situation
        .manifest
        .activity
        .meetings
        .future
        .min();
    let planned = deal.pins.future.iter().take(least as usize);
    let slot = planned.min_by_key(|slot| (slot.0, slot.1))?;
    let day = anchor.plus(i32::from(slot.0)).day().date();
    Some(Value::Word(
        format!("Meeting on {}", day.strftime("%-d %B")).into(),
    ))
}
