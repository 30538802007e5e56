//! What the people of the sample company already have in their calendars: it is not ours to touch.

use super::{Fields, add as add_record, date, day, morning, text};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::session::Session;
use crate::embedded_org::time::{datetime_text, zone};

/// The deal's place, the contact's, the owner's, the subject, the day from today and the local hour.
type Meeting = (usize, usize, usize, &'static str, i64, i8);

const MEETINGS: &[Meeting] = &[
    (0, 0, 3, "Budget check-in with Ingrid", -16, 10),
    (7, 12, 3, "Brightwater architecture questions", -8, 14),
    (12, 18, 4, "Coffee with Kenji", -23, 9),
    (20, 29, 6, "Grid Analytics: Betriebsrat", 6, 11),
];

/// The deal's place, the contact's, the owner's, the subject, the status and the day it is due.
type ToDo = (usize, usize, usize, &'static str, &'static str, i64);

const TO_DOS: &[ToDo] = &[
    (0, 4, 3, "Send redlines to Beatrix", "Completed", -11),
    (
        5,
        9,
        4,
        "Call Priscilla about the sandbox",
        "Not Started",
        3,
    ),
    (
        15,
        24,
        5,
        "Ask Rupert for the data processing terms",
        "In Progress",
        5,
    ),
];

/// Adds a few events and tasks on some deals.
pub(super) fn add(
    session: &Session<'_>,
    users: &[String],
    deals: &[String],
    contacts: &[String],
) -> Result<(), ApiError> {
    for (deal, contact, owner, subject, offset, hour) in MEETINGS {
        let key: String = session
            .db
            .prepare_cached("SELECT TimeZoneSidKey FROM \"User\" WHERE Id = ?1")?
            .query_row([&users[*owner]], |row| row.get(0))?;
        let local = day(session, *offset).at(*hour, 0, 0, 0);
        let start = zone(&key)
            .to_ambiguous_zoned(local)
            .compatible()
            .map_or(session.now, |start| start.timestamp());
        let fields: Fields<'_> = &[
            ("Subject", text(subject)),
            ("WhatId", text(&deals[*deal])),
            ("WhoId", text(&contacts[*contact])),
            ("OwnerId", text(&users[*owner])),
            ("StartDateTime", text(&datetime_text(start))),
            ("DurationInMinutes", 30_i64.into()),
            ("CreatedById", text(&users[*owner])),
            ("CreatedDate", morning(session, (*offset).min(0) - 4)),
        ];
        add_record(session, "Event", fields)?;
    }
    for (deal, contact, owner, subject, status, due) in TO_DOS {
        let fields: Fields<'_> = &[
            ("Subject", text(subject)),
            ("WhatId", text(&deals[*deal])),
            ("WhoId", text(&contacts[*contact])),
            ("OwnerId", text(&users[*owner])),
            ("Status", text(status)),
            ("ActivityDate", date(session, *due)),
            ("CreatedById", text(&users[*owner])),
            ("CreatedDate", morning(session, (*due).min(0) - 3)),
        ];
        add_record(session, "Task", fields)?;
    }
    Ok(())
}
