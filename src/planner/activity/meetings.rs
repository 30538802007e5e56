//! Meetings: Events, with those who join related to them, or else invited by `EventRelation`s. A
//! colleague of the owner who comes along is always invited.

use compact_str::CompactString;

use super::super::calendar::Tense;
use super::super::people::{People, contact};
use super::super::timeline::{Kind, Step};
use super::super::{Deal, Situation, field, person, person_or_null, text};
use super::{MOST_FIELDS, main};
use crate::draw::{Draw, RootDraw, fnv1a};
use crate::manifest::Activity;
use crate::model::address::{Path, numbered};
use crate::model::email::is_reserved;
use crate::model::id::UserId;
use crate::model::inventory::Opportunity;
use crate::model::object::Object;
use crate::model::person::Person;
use crate::model::pins::Part;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

/// The draws of one meeting, by purpose.
const DURATION: usize = 0;
const HALF_PAST: usize = 1;

/// What the attendee is called in addresses who is no part of the cast. It is the name of no role.
const COLLEAGUE: &str = "colleague";

const PLACES: &[&str] = &[
    "Video call",
    "Video call",
    "Video call",
    "Phone",
    "Customer site",
];

/// Makes the deal's meetings and who attends them.
pub(in crate::planner) fn make(deal: &Deal, _: &mut RootDraw, records: &mut Vec<Desired>) {
    for (number, step) in deal.steps() {
        if let Kind::Meeting(_) = step.kind {
            let fields = event(deal, number, step);
            deal.add(records, step.path.clone(), Object::Event, fields);
            if !deal.planner.situation.capabilities.shares_activities() {
                invite(deal, step, records);
            }
            bring_along(deal, step, records);
        }
    }
}

/// The path of the slot with this number; the first is 1.
pub(in crate::planner) fn path(tense: Tense, number: usize) -> CompactString {
    match tense {
        Tense::Past => numbered("meeting/past/", number),
        Tense::Future => numbered("meeting/future/", number),
    }
}

/// When the meeting in the block from this hour on begins, in minutes of the day, and how many
/// minutes it takes. A short one may begin at half past; it still ends within its block.
pub(in crate::planner) fn hours(activity: &Activity, draws: &Draw, hour: u8) -> (u32, u32) {
    let minutes = *draws.pick(DURATION, &activity.meetings.duration_minutes);
    let at_half_past = minutes <= 30 && draws.chance(HALF_PAST, 300);
    (u32::from(hour) * 60 + u32::from(at_half_past) * 30, minutes)
}

fn event(deal: &Deal, number: usize, step: &Step) -> Vec<(FieldName, Value)> {
    let start = step.when.at;
    let place = fnv1a(step.path.as_str().as_bytes()) ^ fnv1a(deal.root.0.as_bytes());
    let place = PLACES[place as usize % PLACES.len()];
    let mut fields = Vec::with_capacity(MOST_FIELDS);
    fields.extend([
        field("Subject", text::subject(deal, number)),
        field("StartDateTime", Value::Instant(start)),
        field(
            "EndDateTime",
            Value::Instant(start + i64::from(step.when.minutes) * 60),
        ),
        field("OwnerId", Value::Id(step.owner.0)),
        field("WhatId", Value::Id(deal.root.0)),
        field("WhoId", person_or_null(main(deal, step))),
        field("EventWhoIds", related(deal, step)),
        field("Location", Value::Word(place.into())),
        field("ShowAs", Value::Word("Busy".into())),
        field("IsReminderSet", Value::Bool(false)),
    ]);
    if let Some(notes) = text::body(deal, number) {
        fields.push(field("Description", notes));
    }
    fields
}

/// Everybody who takes part, where an event can be related to several contacts. They are related
/// to the meeting, not invited to it: nobody gets an invitation.
fn related(deal: &Deal, step: &Step) -> Value {
    let people = step.people.places();
    let mut people: Vec<_> = people
        .filter_map(|place| deal.pins.cast[place].person)
        .collect();
    if people.is_empty() {
        return Value::Null;
    }
    people.sort_unstable();
    Value::People(people)
}

/// Without Shared Activities whoever else takes part can only be invited; addresses are named by
/// role, so that a change of the cast's size renames nobody.
fn invite(deal: &Deal, step: &Step, records: &mut Vec<Desired>) {
    for place in step.people.places().skip(1) {
        let Part {
            role,
            person: Some(invited),
            ..
        } = &deal.pins.cast[place]
        else {
            continue;
        };
        let of_deal = (deal.opportunity, &deal.planner.stories.people);
        if !may_be_invited(&deal.planner.situation, of_deal, *invited) {
            continue;
        }
        attend(deal, step, (role.as_ref(), person(*invited)), records);
    }
}

/// The colleague takes part in the org too, so that he is as busy there as in the calendar that we
/// lay. Only an invitation can say so: people of ours are not related to meetings.
fn bring_along(deal: &Deal, step: &Step, records: &mut Vec<Desired>) {
    if let Some(colleague) = colleague(deal, step) {
        attend(deal, step, (COLLEAGUE, Value::Id(colleague.0)), records);
    }
}

/// Who comes along with the owner, unless he has the deal himself by now, or can come no more.
pub(super) fn colleague(deal: &Deal, step: &Step) -> Option<UserId> {
    let users = &deal.planner.situation.inventory.users;
    let can_come = |id: &UserId| *id != step.owner && users.get(id).is_some_and(|user| user.active);
    let chosen = deal.pins.colleague.filter(|_| step.colleague);
    chosen.filter(can_come)
}

fn attend(deal: &Deal, step: &Step, (name, who): (&str, Value), records: &mut Vec<Desired>) {
    let path = Path::new(format!("{}/attendee/{name}", step.path));
    let fields = vec![
        field("EventId", Value::Ref(deal.address(&step.path))),
        field("RelationId", who),
    ];
    deal.add(records, path, Object::EventRelation, fields);
}

/// An invitation can reach its addressee, through a calendar that is synchronised with the org.
/// So unless the manifest says otherwise only those are invited who can get no mail.
pub(in crate::planner) fn may_be_invited(
    situation: &Situation,
    (opportunity, made): (&Opportunity, &People),
    person: Person,
) -> bool {
    let contact = opportunity
        .account
        .and_then(|account| contact(situation.inventory, made, (account, person)));
    let email = contact.and_then(|contact| contact.email.as_deref());
    situation.manifest.activity.invite_real || email.is_some_and(is_reserved)
}
