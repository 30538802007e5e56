//! Plans and changes to show in tests.

use std::collections::{BTreeMap, BTreeSet};

use anstream::adapter::strip_bytes;
use serde_json::{Value as Json, json};

use crate::model::capabilities::Capabilities;
use crate::model::change::{Action, Change, Counts, FieldChange, Reason};
use crate::model::day::Day;
use crate::model::id::{RecordId, RootId};
use crate::model::object::Object;
use crate::model::value::Datum;
use crate::plan_file::{Builder, Command, Coverage, Estimate, Header, OrgFacts, Plan};

pub(super) fn day(text: &str) -> Day {
    Day::from_date(text.parse().unwrap())
}

/// The opportunity with this number.
pub(super) fn deal(number: u32) -> RootId {
    RootId(RecordId::parse(&format!("006DG{number:010}")).unwrap())
}

pub(super) fn org() -> OrgFacts {
    OrgFacts {
        id: RecordId::parse("00DDG0000000001").unwrap(),
        name: "Acme Demo".to_owned(),
        instance_url: "http://127.0.0.1:8080".to_owned(),
        embedded: true,
    }
}

pub(super) fn header(command: Command) -> Header {
    Header {
        format: Header::FORMAT,
        version: "0.1.0".to_owned(),
        time_zones: "2026a".to_owned(),
        command,
        org: org(),
        pack: "spring".to_owned(),
        lineage: "l".to_owned(),
        serial: 3,
        manifest: "m".to_owned(),
        anchor: day("2026-11-22"),
        told_at: None,
        seed: 42,
        query: "q".to_owned(),
        left: BTreeSet::new(),
        capabilities: Capabilities::default(),
        run_tag_field: None,
        coverage: Coverage {
            opportunities: 30,
            in_scope: 30,
            ..Coverage::default()
        },
        stories: Box::default(),
        look_at: None,
        blocked: Vec::new(),
        notices: Vec::new(),
        counts: Counts::default(),
        outside: 0,
        estimate: Estimate {
            texts: 0,
            tokens: 0,
            calls: 24,
            seconds: 9,
            kinds: Vec::new(),
        },
    }
}

pub(super) fn plan_of(header: Header, changes: &[Change]) -> Plan {
    let mut builder = Builder::new().unwrap();
    for change in changes {
        builder.push(change).unwrap();
    }
    builder.finish(header, BTreeMap::new()).unwrap()
}

/// A meeting of the deal with this number.
pub(super) fn meeting(number: u32, action: Action, reason: Reason) -> Change {
    let address = format!("{}/meeting/past/03", deal(number));
    Change {
        address: address.parse().unwrap(),
        object: Object::Event,
        action,
        reason,
        instead_of: None,
        id: None,
        stamp: None,
        generation: 1,
        account: None,
        want: None,
        fields: Vec::new(),
        held: Vec::new(),
        lent: Vec::new(),
        above: Vec::new(),
        title: "Discovery: Acme".to_owned(),
        day: Some(day("2026-10-08")),
    }
}

pub(super) fn field(name: &'static str, before: Option<Json>, after: Json) -> FieldChange {
    FieldChange {
        name: name.into(),
        before,
        after: Datum::Json(after),
    }
}

/// A change of each action.
pub(super) fn one_of_each() -> Vec<Change> {
    let new = |name, after| field(name, None, after);
    let attendee = |number| Change {
        address: format!("{}/meeting/past/03/attendee/champion", deal(number))
            .parse()
            .unwrap(),
        object: Object::EventRelation,
        title: String::new(),
        day: None,
        ..meeting(number, Action::Create, Reason::New)
    };
    vec![
        Change {
            fields: vec![
                new("Subject", json!("Discovery: Acme")),
                new("StartDateTime", json!("2026-10-08T13:00:00Z")),
                new("EndDateTime", json!("2026-10-08T13:45:00Z")),
                new("WhoId", json!("003DG0000000001AAA")),
                new("ReminderDateTime", json!(null)),
            ],
            ..meeting(1, Action::Create, Reason::New)
        },
        Change {
            fields: vec![FieldChange {
                name: "EventId".into(),
                before: None,
                after: Datum::Ref(format!("{}/meeting/past/03", deal(1)).parse().unwrap()),
            }],
            ..attendee(1)
        },
        edited(),
        Change {
            fields: vec![changed("Subject", json!("Lunch"), json!("Discovery: Acme"))],
            ..meeting(3, Action::Update, Reason::Drift)
        },
        meeting(4, Action::Delete, Reason::NoLongerWanted),
        Change {
            fields: vec![
                changed("TaskSubtype", json!("Task"), json!("Email")),
                changed("Subject", json!("Recap"), json!("Recap")),
            ],
            ..meeting(5, Action::Replace, Reason::ReferenceChanged)
        },
        meeting(6, Action::Adopt, Reason::FoundByKey),
        meeting(7, Action::Forget, Reason::AlreadyGone),
        meeting(8, Action::Record, Reason::AlreadyRight),
    ]
}

/// An update of a short text, a flag, a field that was not read, and a long text.
fn edited() -> Change {
    Change {
        fields: vec![
            changed("Subject", json!("Demo"), json!("Technical deep dive")),
            changed("IsAllDayEvent", json!(true), json!(false)),
            field("Location", None, json!("Online")),
            changed(
                "Description",
                json!(
                    "Attendees: Anna Berg\r\n\r\nWe walked through the pilot plan and agreed to meet Anna again next week"
                ),
                json!(
                    "Attendees: Anna Berg\n\nWe walked through the pilot plan and agreed to meet Otto again next week\nNext: legal"
                ),
            ),
        ],
        ..meeting(2, Action::Update, Reason::ManifestChanged)
    }
}

fn changed(name: &'static str, before: Json, after: Json) -> FieldChange {
    field(name, Some(before), after)
}

/// What was written, without its colours.
pub(super) fn plain(bytes: &[u8]) -> String {
    String::from_utf8(strip_bytes(bytes).into_vec()).unwrap()
}
