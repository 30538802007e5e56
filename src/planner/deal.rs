//! A deal as the makers of records see it, and how they add what they make.

use super::text::{self, Lexicon, Voice};
use super::timeline::{Direction, Kind, Step, Timeline};
use super::zone::Zone;
use super::{Planner, activity, added, want};
use crate::model::address::{Address, Path};
use crate::model::id::RootId;
use crate::model::inventory::Opportunity;
use crate::model::object::Object;
use crate::model::pins::Pins;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// What the makers of records are given for one deal.
pub(super) struct Deal<'a> {
    pub(super) root: RootId,
    pub(super) opportunity: &'a Opportunity,
    pub(super) pins: &'a Pins,
    /// Everything that happened around it and is planned.
    pub(super) timeline: &'a Timeline,
    pub(super) voice: &'a Voice,
    pub(super) planner: &'a Planner<'a>,
}

impl Deal<'_> {
    /// The words that the deal is told with.
    pub(super) fn lexicon(&self) -> &Lexicon {
        &self.planner.lexicons[&self.pins.grammar]
    }

    /// The steps that there are records of, with their numbers. What was to come of a deal that has
    /// closed since comes no more.
    pub(super) fn steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        let closed = self.opportunity.closed;
        let steps = self.timeline.steps.iter().enumerate();
        steps.filter(move |(_, step)| !(closed && step.is_to_come()))
    }

    /// The time zone of whoever holds, writes or calls.
    pub(super) fn zone(&self, step: &Step) -> &Zone {
        let desks = &self.planner.desks;
        let main = step.people.main.filter(|_| {
            matches!(
                step.kind,
                Kind::Mail(Direction::Inbound, _) | Kind::Call(Direction::Inbound)
            )
        });
        let person = main.and_then(|place| self.pins.cast[usize::from(place)].person);
        let theirs = self.opportunity.account.zip(person);
        let theirs = theirs.and_then(|(account, person)| desks.of_person(account, person));
        theirs.unwrap_or_else(|| desks.of_user(step.owner)).zone
    }

    pub(super) fn address(&self, path: &Path) -> Address {
        Address {
            root: self.root,
            path: path.clone(),
        }
    }

    /// Adds a record unless the org lacks its object, or the one that it is a part of. Fields
    /// that the org lacks are left out.
    pub(super) fn add(
        &self,
        records: &mut Vec<Desired>,
        path: Path,
        object: Object,
        mut fields: Vec<(FieldName, Value)>,
    ) {
        let capabilities = self.planner.situation.capabilities;
        let mut needed = object.facts().part_of.into_iter().chain([object]);
        if !needed.all(|object| capabilities.has(object)) {
            return;
        }
        activity::peopleai::add(self, &path, object, &mut fields);
        added::add(self, &path, object, &mut fields);
        self.planner
            .shapes
            .borrow_mut()
            .fit(capabilities, object, &mut fields);
        let drafts = text::asked_hash(self, &fields);
        let want = want::want(Some(self), object, (&fields, drafts));
        records.push(Desired {
            path,
            object,
            lender: None,
            want,
            fields,
        });
    }
}
