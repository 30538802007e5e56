//! When activities are, with whom, and about what.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::org::{Meeting, Row, Task};
use super::{Figure, Org, count, zones};

/// The hours in which a seller holds meetings, and a customer takes them.
const OWNERS_DAY: std::ops::Range<i8> = 9..18;
const ATTENDEES_DAY: std::ops::Range<i8> = 8..18;

pub(super) fn figures(org: &Org, anchor: Date) -> Vec<Figure> {
    let meetings = || org.meetings.iter();
    vec![
        count("meetings on a weekend", meetings(), |meeting| {
            let zone = zones::of_user(org, &meeting.row["OwnerId"])?;
            let day = meeting.start.to_zoned(zone).weekday();
            matches!(day, Weekday::Saturday | Weekday::Sunday).then(|| told(&meeting.row))
        }),
        count(
            "meetings outside both parties' hours",
            meetings(),
            |meeting| {
                let (owner, customer) = within_hours(org, meeting);
                (!owner && !customer).then(|| told(&meeting.row))
            },
        ),
        count(
            "meetings outside the customer's hours",
            meetings(),
            |meeting| {
                let (_, customer) = within_hours(org, meeting);
                (!customer).then(|| told(&meeting.row))
            },
        ),
        count(
            "meetings early or late for their owner",
            meetings(),
            |meeting| {
                let (owner, customer) = within_hours(org, meeting);
                (!owner && customer).then(|| told(&meeting.row))
            },
        ),
        count("completed emails in the future", emails(org), |task| {
            let late = task.row["Status"] == "Completed" && task.day > Some(anchor);
            late.then(|| told(&task.row))
        }),
        twice(
            "meetings of a deal with one subject",
            meetings().map(|meeting| &meeting.row),
        ),
        twice("threads of a deal with one subject", first_mails(org)),
        without_contact(org),
        without_role(org),
        before_the_deal(org, anchor),
        double_booked("double-booked owners", meetings(), |meeting| &meeting.users),
        double_booked("double-booked contacts", meetings(), |meeting| {
            &meeting.contacts
        }),
        crowded_days(org),
    ]
}

fn told(row: &Row) -> String {
    format!("{} {:?}", row["Id"], row["Subject"])
}

pub(super) fn emails(org: &Org) -> impl Iterator<Item = &Task> {
    let emails = |task: &&Task| task.row["TaskSubtype"] == "Email";
    org.tasks.iter().filter(emails)
}

/// The first mail of each thread: the others answer.
fn first_mails(org: &Org) -> impl Iterator<Item = &Row> {
    let rows = emails(org).map(|task| &task.row);
    rows.filter(|row| !row["Subject"].starts_with("Re: "))
}

/// Whether a meeting lies in its owner's hours, and in those of all whose zone is known.
fn within_hours(org: &Org, meeting: &Meeting) -> (bool, bool) {
    let within = |zone: Option<TimeZone>, hours: &std::ops::Range<i8>| {
        let Some(zone) = zone else {
            return true;
        };
        let [start, end] = [meeting.start, meeting.end].map(|at| at.to_zoned(zone.clone()));
        let same_day = start.date() == end.date();
        let ends = end.hour() < hours.end || (end.hour() == hours.end && end.minute() == 0);
        same_day && start.hour() >= hours.start && ends
    };
    let owner = zones::of_user(org, &meeting.row["OwnerId"]);
    let mut contacts = meeting.contacts.iter();
    (
        within(owner, &OWNERS_DAY),
        contacts.all(|contact| within(zones::of_contact(org, contact), &ATTENDEES_DAY)),
    )
}

/// Records of one deal with the same subject.
fn twice<'a>(name: &'static str, rows: impl Iterator<Item = &'a Row>) -> Figure {
    let mut seen = BTreeSet::new();
    let mut repeats = Vec::new();
    for row in rows {
        let again = !seen.insert((&row["WhatId"], &row["Subject"]));
        repeats.push(again.then(|| told(row)));
    }
    count(name, repeats, Clone::clone)
}

fn without_contact(org: &Org) -> Figure {
    let meetings = org.meetings.iter().map(|meeting| &meeting.row);
    let tasks = org.tasks.iter().map(|task| &task.row);
    count(
        "activities without a contact",
        meetings.chain(tasks),
        |row| row["WhoId"].is_empty().then(|| told(row)),
    )
}

/// Contacts who take part in a deal's activities and have no role in the deal.
fn without_role(org: &Org) -> Figure {
    let role = |row: &Row| (row["OpportunityId"].clone(), row["ContactId"].clone());
    let known: BTreeSet<_> = org.roles.iter().map(role).collect();
    let tasks = org.tasks.iter().map(|task| (&task.row, &task.row["WhoId"]));
    let meetings = org.meetings.iter().flat_map(|meeting| {
        let contacts = meeting.contacts.iter();
        contacts.map(move |contact| (&meeting.row, contact))
    });
    let people = tasks
        .chain(meetings)
        .filter(|(_, who)| who.starts_with("003"));
    let people: BTreeSet<_> = people
        .map(|(row, who)| (row["WhatId"].clone(), who.clone()))
        .collect();
    count("people of a deal without a role in it", people, |pair| {
        (!known.contains(pair)).then(|| format!("{} in {}", pair.1, pair.0))
    })
}

/// Meetings and emails from before the deal was there. A deal so young that no story would find
/// room in its time is not judged.
fn before_the_deal(org: &Org, anchor: Date) -> Figure {
    let begun = |row: &Row| -> Option<Date> {
        let deal = org.opportunities.get(&row["WhatId"])?;
        let created: Date = deal["CreatedDate"].get(..10)?.parse().ok()?;
        let closes: Date = deal["CloseDate"].parse().ok()?;
        let ends = if deal["IsClosed"] == "true" {
            closes.min(anchor)
        } else {
            anchor
        };
        ((ends - created).get_days() >= 3 * 7).then_some(created)
    };
    let zone = TimeZone::UTC;
    let meetings = org.meetings.iter().map(|meeting| {
        let day = meeting.start.to_zoned(zone.clone()).date();
        (&meeting.row, Some(day))
    });
    let tasks = org.tasks.iter().map(|task| (&task.row, task.day));
    count(
        "activities from before their deal",
        meetings.chain(tasks),
        |(row, day)| (begun(row) > *day).then(|| told(row)),
    )
}

/// Meetings that begin before another one of the same person is over.
fn double_booked<'a>(
    name: &'static str,
    meetings: impl Iterator<Item = &'a Meeting>,
    people: impl Fn(&Meeting) -> &Vec<String>,
) -> Figure {
    let mut days: BTreeMap<String, Vec<&Meeting>> = BTreeMap::new();
    for meeting in meetings {
        for person in people(meeting) {
            days.entry(person.clone()).or_default().push(meeting);
        }
    }
    let mut clashes = Vec::new();
    for meetings in days.values_mut() {
        meetings.sort_by_key(|meeting| (meeting.start, meeting.end));
        let mut until = None;
        for meeting in meetings {
            clashes.push((until > Some(meeting.start)).then(|| told(&meeting.row)));
            until = until.max(Some(meeting.end));
        }
    }
    count(name, clashes, Clone::clone)
}

/// Days on which an owner has more than six meetings.
fn crowded_days(org: &Org) -> Figure {
    let mut days: BTreeMap<(&str, Date), usize> = BTreeMap::new();
    for meeting in &org.meetings {
        let owner = &meeting.row["OwnerId"];
        if let Some(zone) = zones::of_user(org, owner) {
            let day = meeting.start.to_zoned(zone).date();
            *days.entry((owner, day)).or_default() += 1;
        }
    }
    count(
        "days of an owner with over six meetings",
        days,
        |((owner, day), meetings)| (*meetings > 6).then(|| format!("{owner} on {day}: {meetings}")),
    )
}
