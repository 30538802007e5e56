//! Emails: Tasks of subtype Email, in threads.
//!
//! A thread's length, day and subject are drawn for the thread, so more emails make threads
//! longer or add new ones, and change none that are there.

use super::super::subjects::Dealer;
use super::super::{Deal, field, person_or_null};
use super::{phase_at, speak_with};
use crate::draw::RootDraw;
use crate::manifest::RealismLevel;
use crate::model::address::Path;
use crate::model::object::Object;
use crate::model::person::Person;
use crate::model::record::Desired;
use crate::model::value::{Text, Value};

/// The draws of a thread, by purpose.
const LENGTH: usize = 0;
const DAY: usize = 1;
const PERSON: usize = 2;
/// And of the wait for each of its messages, by number.
const LAG: usize = 4;
/// And of what each side says first.
const BODY: usize = 12;

/// How many of a hundred threads have one message, two, and so on.
const LENGTHS: [u32; 4] = [30, 35, 20, 15];

/// How many of a hundred replies come the same day, the next business day, and so on.
const LAGS: [u32; 4] = [45, 35, 15, 5];

/// Makes the deal's emails.
pub(in crate::planner) fn make(deal: &Deal, draw: &mut RootDraw, records: &mut Vec<Desired>) {
    let catalogue = &deal.planner.catalogue;
    let mut dealer = Dealer::new(catalogue, "emails", &catalogue.email_subjects);
    let mut left = deal.counts.emails;
    for number in 1.. {
        if left == 0 {
            break;
        }
        let draws = draw.at(&format!("thread/{number:02}"));
        let length = (draws.weighted(LENGTH, &LENGTHS) as u32 + 1).min(left);
        left -= length;
        let first = first_day(deal, number, draws.unit(DAY));
        let phase = phase_at(deal, first);
        let subject = dealer.next(phase, draw);
        let person = speak_with(deal, &draws, PERSON).map(|(_, person)| person);
        let mut offset = first;
        for message in 0..length as usize {
            if message > 0 {
                offset = (offset + draws.weighted(LAG + message, &LAGS) as i32).min(-1);
            }
            let pool = if message % 2 == 0 {
                catalogue.mails(phase)
            } else {
                catalogue.replies(phase)
            };
            // Nobody says the same twice in a thread.
            let first = draws.below(BODY + message % 2, pool.len() as u64) as usize;
            let body = Text {
                template: pool.template((first + message / 2) % pool.len()),
                person,
                day: None,
                reply: false,
                round: 0,
            };
            let subject = Text {
                reply: message > 0,
                ..subject.clone()
            };
            let path = Path::new(format!("thread/{number:02}/{:02}", message + 1));
            task(deal, path, offset, (subject, body, person), records);
        }
    }
}

/// Threads are spread over the days before the story's end, whatever their count.
fn first_day(deal: &Deal, number: u32, unit: f64) -> i32 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let days = deal.pins.grid.past_days;
    let place = (unit * 0.25 + f64::from(number) * GOLDEN).fract();
    -days + ((place * f64::from(days)) as i32).min(days - 1)
}

fn task(
    deal: &Deal,
    path: Path,
    offset: i32,
    (subject, body, person): (Text, Text, Option<Person>),
    records: &mut Vec<Desired>,
) {
    let situation = &deal.planner.situation;
    let day = deal.pins.ends.base(situation.anchor).plus(offset).day();
    let mut fields = vec![
        field("Subject", Value::Text(subject)),
        field("ActivityDate", Value::Day(day)),
        field("Status", Value::Word("Completed".into())),
        field("Priority", Value::Word("Normal".into())),
        field("TaskSubtype", Value::Word("Email".into())),
        field("OwnerId", Value::Id(deal.pins.owner.0)),
        field("WhatId", Value::Id(deal.root.0)),
        field("WhoId", person_or_null(person)),
    ];
    if situation.manifest.activity.realism_level != RealismLevel::None {
        fields.push(field("Description", Value::Text(body)));
    }
    deal.add(records, path, Object::Task, fields);
}
