//! Meetings: Events, with those who join related to them, or else invited by `EventRelation`s.

use super::super::calendar::{FUTURE_SLOTS, PAST_SLOTS, Tense};
use super::super::people::{People, contact};
use super::super::subjects::Dealer;
use super::super::text::catalogue::Phase;
use super::super::{Deal, Situation, field, person, person_or_null};
use super::{phase_at, speak_with};
use crate::draw::{Draw, RootDraw};
use crate::manifest::{Activity, RealismLevel};
use crate::model::address::Path;
use crate::model::email::is_reserved;
use crate::model::id::UserId;
use crate::model::inventory::Opportunity;
use crate::model::object::Object;
use crate::model::person::Person;
use crate::model::pins::{Part, Slot};
use crate::model::record::Desired;
use crate::model::value::{Text, Value};

/// The draws of one meeting, by purpose.
const DURATION: usize = 0;
const HALF_PAST: usize = 1;
const PERSON: usize = 2;
const NOTES: usize = 3;
const PLACE: usize = 4;
/// And of each role's joining it, by the role's place in the cast.
const JOINS: usize = 8;

const PLACES: &[&str] = &[
    "Video call",
    "Video call",
    "Video call",
    "Phone",
    "Customer site",
];

/// One slot of a deal, past or future.
struct Meeting {
    path: Path,
    slot: Slot,
    owner: UserId,
    subject: Text,
    phase: Phase,
    tense: Tense,
}

/// Who takes part in a meeting.
struct Party<'a> {
    with: Option<Person>,
    joining: &'a [(&'a Part, Person)],
}

/// Makes the deal's meetings and who attends them.
pub(in crate::planner) fn make(deal: &Deal, draw: &mut RootDraw, records: &mut Vec<Desired>) {
    for meeting in meetings(deal, draw) {
        let draws = draw.at(meeting.path.as_str());
        let with = speak_with(deal, &draws, PERSON);
        let joining = with.map_or_else(Vec::new, |(with, _)| joining(deal, &draws, with));
        let people = Party {
            with: with.map(|(_, person)| person),
            joining: &joining,
        };
        event(deal, &draws, (&meeting, &people), records);
        if !deal.planner.situation.capabilities.shares_activities() {
            invite(deal, &meeting, &joining, records);
        }
    }
}

/// The slots in use. Subjects are dealt to all slots, three past ones to a future one, so that
/// what a slot gets does not depend on how many are used.
fn meetings(deal: &Deal, draw: &mut RootDraw) -> Vec<Meeting> {
    let catalogue = &deal.planner.catalogue;
    let mut dealer = Dealer::new(catalogue, "meetings", &catalogue.meeting_subjects);
    let (mut past, mut future) = (0, 0);
    let mut used = Vec::with_capacity((deal.counts.past + deal.counts.future) as usize);
    while past < deal.counts.past as usize || future < deal.counts.future as usize {
        let is_future = (past + future) % 4 == 3 && future < FUTURE_SLOTS || past == PAST_SLOTS;
        let (slots, number, count) = if is_future {
            future += 1;
            (&deal.pins.future, future, deal.counts.future)
        } else {
            past += 1;
            (&deal.pins.past, past, deal.counts.past)
        };
        // A closed deal has no future slots, but they are dealt to all the same.
        let slot = slots.get(number - 1);
        let phase = slot.map_or(Phase::Closing, |slot| phase_at(deal, i32::from(slot.0)));
        let subject = dealer.next(phase, draw);
        let Some(slot) = slot.filter(|_| number <= count as usize) else {
            continue;
        };
        let (tense, owner) = if is_future {
            (Tense::Future, deal.pins.next_owner)
        } else {
            (Tense::Past, deal.pins.owner)
        };
        used.push(Meeting {
            path: Path::new(path(tense, number)),
            slot: *slot,
            owner,
            subject,
            phase,
            tense,
        });
    }
    used
}

/// The path of the slot with this number; the first is 1.
pub(in crate::planner) fn path(tense: Tense, number: usize) -> String {
    match tense {
        Tense::Past => format!("meeting/past/{number:02}"),
        Tense::Future => format!("meeting/future/{number:02}"),
    }
}

/// When the meeting in the block from this hour on begins, in minutes of the day, and how many
/// minutes it takes. A short one may begin at half past; it still ends within its block.
pub(in crate::planner) fn hours(activity: &Activity, draws: &Draw, hour: u8) -> (u32, u32) {
    let minutes = *draws.pick(DURATION, &activity.meetings.duration_minutes);
    let at_half_past = minutes <= 30 && draws.chance(HALF_PAST, 300);
    (u32::from(hour) * 60 + u32::from(at_half_past) * 30, minutes)
}

fn event(
    deal: &Deal,
    draws: &Draw,
    (meeting, people): (&Meeting, &Party),
    records: &mut Vec<Desired>,
) {
    let person = people.with;
    let activity = &deal.planner.situation.manifest.activity;
    let base = deal.pins.ends.base(deal.planner.situation.anchor);
    let day = base.plus(i32::from(meeting.slot.0)).day();
    let (minute_of_day, minutes) = hours(activity, draws, meeting.slot.1);
    let start = deal.planner.zones[&meeting.owner].instant(day, minute_of_day);
    let mut fields = vec![
        field("Subject", Value::Text(meeting.subject.clone())),
        field("StartDateTime", Value::Instant(start)),
        field(
            "EndDateTime",
            Value::Instant(start + i64::from(minutes) * 60),
        ),
        field("OwnerId", Value::Id(meeting.owner.0)),
        field("WhatId", Value::Id(deal.root.0)),
        field("WhoId", person_or_null(person)),
        field("EventWhoIds", related(people)),
        field("Location", Value::Word((*draws.pick(PLACE, PLACES)).into())),
        field("ShowAs", Value::Word("Busy".into())),
        field("IsReminderSet", Value::Bool(false)),
    ];
    if activity.realism_level != RealismLevel::None {
        let catalogue = &deal.planner.catalogue;
        let pool = match meeting.tense {
            Tense::Past => catalogue.held(meeting.phase),
            Tense::Future => catalogue.planned(meeting.phase),
        };
        let template = pool.template(draws.below(NOTES, pool.len() as u64) as usize);
        let notes = Text {
            template,
            person,
            day: None,
            reply: false,
            round: 0,
        };
        fields.push(field("Description", Value::Text(notes)));
    }
    deal.add(records, meeting.path.clone(), Object::Event, fields);
}

/// Everybody who takes part, where an event can be related to several contacts. They are related
/// to the meeting, not invited to it: nobody gets an invitation.
fn related(people: &Party) -> Value {
    let Some(with) = people.with else {
        return Value::Null;
    };
    let joining = people.joining.iter().map(|(_, person)| *person);
    let mut people: Vec<_> = [with].into_iter().chain(joining).collect();
    people.sort_unstable();
    Value::People(people)
}

/// Who joins beside the one it is held with. Each role is drawn for itself.
fn joining<'a>(deal: &'a Deal, draws: &Draw, with: &Part) -> Vec<(&'a Part, Person)> {
    let joins = |(place, part): (usize, &'a Part)| {
        let person = part.person.filter(|_| part.role != with.role)?;
        let joins = draws.chance(JOINS + place % 16, 300);
        joins.then_some((part, person))
    };
    let parts = deal.pins.cast.iter().enumerate();
    parts.filter_map(joins).collect()
}

/// Without Shared Activities whoever else takes part can only be invited; addresses are named by
/// role, so that a change of the cast's size renames nobody.
fn invite(deal: &Deal, meeting: &Meeting, joining: &[(&Part, Person)], records: &mut Vec<Desired>) {
    for (part, invited) in joining {
        let made = &deal.planner.stories.people;
        if !may_be_invited(&deal.planner.situation, (deal.opportunity, made), *invited) {
            continue;
        }
        let path = Path::new(format!("{}/attendee/{}", meeting.path, part.role));
        let fields = vec![
            field("EventId", Value::Ref(deal.address(&meeting.path))),
            field("RelationId", person(*invited)),
        ];
        deal.add(records, path, Object::EventRelation, fields);
    }
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
