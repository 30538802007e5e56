//! A plan comes back from its file as it was, or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::json;

use super::*;
use crate::model::address::Address;
use crate::model::capabilities::Capabilities;
use crate::model::change::{FieldChange, Reason};
use crate::model::day::Day;
use crate::model::id::{AccountId, ContactId, UserId};
use crate::model::loan::Lent;
use crate::model::person::Person;
use crate::model::pins::{Ends, Grid, Marks, Part, Pins, RootPins, Segment, Slot};
use crate::model::shape::Shape;
use crate::model::value::{Datum, Want};

pub(crate) fn header() -> Header {
    Header {
        format: Header::FORMAT,
        version: "0.1.0".to_owned(),
        time_zones: "2026a".to_owned(),
        command: Command::Apply,
        org: OrgFacts {
            id: id("00DDG0000000001"),
            name: "Acme".to_owned(),
            instance_url: "http://127.0.0.1:8080".to_owned(),
            embedded: true,
        },
        pack: "spring".to_owned(),
        lineage: "lineage".to_owned(),
        serial: u64::MAX,
        manifest: "manifest".to_owned(),
        anchor: day("2026-11-20"),
        told_at: Some(day("2026-11-13")),
        seed: u64::MAX - 1,
        query: "query".to_owned(),
        left: BTreeSet::from([deal(9)]),
        capabilities: Capabilities::default(),
        run_tag_field: Some("Run__c".to_owned()),
        coverage: Coverage::default(),
        stories: Box::default(),
        look_at: None,
        blocked: Vec::new(),
        notices: vec!["two\nlines".to_owned()],
        counts: Counts::default(),
        outside: 0,
        estimate: Estimate::default(),
    }
}

fn id(text: &str) -> RecordId {
    RecordId::parse(text).unwrap()
}

fn day(text: &str) -> Day {
    Day::from_date(text.parse().unwrap())
}

fn deal(number: usize) -> RootId {
    RootId(id(&format!("006DG{number:010}")))
}

/// A change with all that a change can have.
fn change(number: usize, action: Action) -> Change {
    let address: Address = format!("{}/meeting/past/01", deal(number)).parse().unwrap();
    let field = |name: &'static str, before, after| FieldChange {
        name: name.into(),
        before,
        after,
    };
    let lent = |old| Lent {
        field: "NextStep".into(),
        old,
        ours: vec![1, u32::MAX],
    };
    Change {
        object: Object::Event,
        action,
        reason: Reason::ManifestChanged,
        instead_of: (action == Action::Replace).then_some(Object::Task),
        id: (action != Action::Create).then(|| id("00UDG0000000001")),
        generation: 3,
        stamp: (action != Action::Create).then_some(1_700_000_000_000),
        account: (number > 1).then(|| AccountId(id("001DG0000000001"))),
        want: Some(Want(u64::MAX - number as u64)),
        fields: vec![
            field(
                "Subject",
                Some(json!("ä\n\u{2028}\"\\")),
                Datum::Json(json!(null)),
            ),
            field("Total__c", Some(json!(null)), Datum::Json(json!(37.5))),
            field("EventId", None, Datum::Ref(address.clone())),
        ],
        held: vec![("Subject".into(), u32::MAX)],
        lent: vec![lent(Some(json!(null))), lent(None), lent(Some(json!("x")))],
        above: vec!["001DG0000000002/loan".parse().unwrap()],
        title: "Discovery".to_owned(),
        day: Some(day("2026-10-08")),
        address,
    }
}

fn pins() -> RootPins {
    let pins = Pins {
        generator: 2,
        shape: Shape::Healthy,
        first: -31,
        colleague: None,
        executives: 0,
        closes_in: Some(20),
        engaged: 1,
        industry: None,
        account: None,
        grammar: 1,
        owner: UserId(id("005DG0000000001")),
        next_owner: UserId(id("005DG0000000002")),
        segment: Segment::Mid,
        position: 40,
        ends: Ends::Closed(day("2026-10-30")),
        cast: vec![
            Part {
                role: "champion".into(),
                person: Some(Person::Contact(ContactId(id("003DG0000000001")))),
                related: true,
            },
            Part {
                role: "legal".into(),
                person: None,
                related: false,
            },
        ],
        grid: Grid {
            past_days: 31,
            future_days: 15,
            block_hours: 1,
        },
        past: vec![Slot(-31, 9), Slot(-1, 16)],
        future: Vec::new(),
        held: Marks { past: 1, future: 0 },
    };
    RootPins::Deal(Box::new(pins))
}

const ACTIONS: [Action; 7] = [
    Action::Create,
    Action::Delete,
    Action::Update,
    Action::Replace,
    Action::Adopt,
    Action::Forget,
    Action::Record,
];

/// A plan with a change of each kind.
fn plan() -> Plan {
    let mut builder = Builder::new().unwrap();
    for (number, action) in ACTIONS.into_iter().enumerate() {
        builder.push(&change(number, action)).unwrap();
    }
    let pins = BTreeMap::from([(deal(0), pins()), (deal(3), pins())]);
    builder.finish(header(), pins).unwrap()
}

fn changes(plan: &Plan) -> Vec<Change> {
    plan.changes().map(Result::unwrap).collect()
}

#[test]
fn a_saved_plan_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan");
    let saved = plan();
    saved.save(&path).unwrap();
    let loaded = Plan::load(&path).unwrap();
    assert_eq!(loaded.header, saved.header);
    assert_eq!(loaded.pins, saved.pins);
    assert_eq!(changes(&loaded), changes(&saved));
    assert_eq!(loaded.locks(), saved.locks());
    let keys = |plan: &Plan| -> Vec<_> {
        let groups = plan.groups().iter();
        groups
            .map(|group| (group.key, group.count, group.roots))
            .collect()
    };
    assert_eq!(keys(&loaded), keys(&saved));
    // And again: what was loaded can be saved.
    let again = folder.path().join("again");
    loaded.save(&again).unwrap();
    assert_eq!(fs::read(&again).unwrap(), fs::read(&path).unwrap());
}

#[test]
fn deletes_come_first_and_the_rest_keeps_its_order() {
    let actions: Vec<_> = changes(&plan())
        .iter()
        .map(|change| change.action)
        .collect();
    let mut expect = ACTIONS.to_vec();
    expect.swap(0, 1);
    assert_eq!(actions, expect);
}

#[test]
fn changes_of_an_account_share_a_lock_and_others_do_not() {
    let plan = plan();
    let locks: Vec<_> = plan.entries().iter().map(|entry| entry.lock).collect();
    // The first two deals have no account, and are locked themselves.
    assert_eq!((locks, plan.locks()), (vec![1, 0, 2, 2, 2, 2, 2], 3));
}

/// A change of the parent of an account that is not ours, with all that it comes to stand under.
fn moved(account: &str, above: &[&str]) -> Change {
    let address = |account: &&str| -> Address { format!("{account}/loan").parse().unwrap() };
    let parent = above.first().map(|parent| json!(id(parent)));
    Change {
        address: address(&account),
        object: Object::AccountLoan,
        id: Some(id(account)),
        account: Some(AccountId(id(account))),
        fields: vec![FieldChange {
            name: "ParentId".into(),
            before: None,
            after: Datum::Json(parent.unwrap_or_default()),
        }],
        above: above.iter().map(address).collect(),
        ..change(9, Action::Update)
    }
}

#[test]
fn an_account_moves_after_those_that_it_comes_to_stand_under() {
    let [top, middle, bottom, stays, other] =
        ["1", "2", "3", "4", "5"].map(|number| format!("001DG000000000{number}"));
    let mut builder = Builder::new().unwrap();
    for (account, above) in [
        (&bottom, &[&stays, &middle, &top][..]),
        (&middle, &[&top]),
        (&top, &[]),
        (&other, &[&stays]),
    ] {
        let above: Vec<_> = above.iter().map(|account| account.as_str()).collect();
        builder.push(&moved(account, &above)).unwrap();
    }
    let plan = builder.finish(header(), BTreeMap::new()).unwrap();
    let entries = plan.entries();
    let depths = entries.iter().map(|entry| entry.depth(Step::Update));
    assert_eq!(depths.collect::<Vec<_>>(), [2, 1, 0, 0]);
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|number: usize| entries[number].lock);
    assert_eq!((first, second), (third, third));
    assert_ne!(third, fourth);
}

/// What is said of a file with these lines.
fn refused(lines: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan");
    fs::write(&path, lines.join("\n")).unwrap();
    match Plan::load(&path) {
        Ok(_) => panic!("{lines:?} was taken"),
        Err(error) => error
            .to_string()
            .replace(&path.display().to_string(), "PLAN"),
    }
}

#[test]
fn what_is_no_whole_plan_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan");
    plan().save(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    for kept in 0..lines.len() {
        let message = refused(&lines[..kept]);
        assert!(
            message.starts_with("PLAN is not a saved plan: "),
            "{message}"
        );
    }
    for cut in [1, text.len() / 2, text.len() - 2] {
        refused(&[&text[..text.floor_char_boundary(cut)]]);
    }
    let twice = [&lines[..], &lines[..1]].concat();
    assert!(refused(&twice).ends_with("line 12: it goes on behind its end"));
    let edited = text.replace("Discovery", "Recovery");
    assert_ne!(edited, text);
    assert!(refused(&[edited.trim_end()]).ends_with("it was changed after it was saved"));
    let other = lines[0].replace(r#""format":4"#, r#""format":99,"new":1"#);
    assert_eq!(
        refused(&[&other]),
        "PLAN is not a saved plan: its format is 99, this version reads 4; save it again with `demo-gen plan --out`"
    );
    let unlike = r#"{"plan":{"format":99,"everything":"else"}}"#;
    assert_eq!(
        refused(&[unlike]),
        "PLAN is not a saved plan: its format is 99, this version reads 4; save it again with `demo-gen plan --out`"
    );
    for garbage in ["", "name: demo", "[]", "{\"plan\": {}}"] {
        assert!(
            refused(&[garbage]).contains("is not a saved plan"),
            "{garbage}"
        );
    }
}

#[test]
fn a_missing_file_is_named() {
    let Err(error) = Plan::load(std::path::Path::new("no/such/plan")) else {
        panic!("there is no such file");
    };
    assert!(
        error
            .to_string()
            .starts_with("cannot read the plan file no/such/plan: ")
    );
}
