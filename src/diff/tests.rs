//! The table of decisions, carried through to changes and their fields.

mod loans;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::fields::hash;
use super::{Context, Elsewhere, Policies, Replacing, Root, diff, letters, stray};
use crate::bench::capabilities;
use crate::draw::fnv1a;
use crate::model::address::{Address, Path};
use crate::model::capabilities::Capabilities;
use crate::model::change::{Action, Change, Reason};
use crate::model::id::{RecordId, RootId};
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::recorded::{Found, FoundRecord, Held, Live, LiveRecord, Row};
use crate::model::value::{Datum, FieldName, Value, Want};

const MEETING: &str = "meeting/past/01";
const ATTENDEE: &str = "meeting/past/01/attendee/champion";
const EMAIL: &str = "thread/01/01";
const ANSWER: &str = "scorecard/meddicc/champion";
const LENT: &str = "loan";

/// One root with what is wanted, recorded and live.
struct Case {
    capabilities: Capabilities,
    desired: Vec<Desired>,
    recorded: BTreeMap<&'static str, (Row, Live)>,
    found: Found,
    generation_floor: u32,
    anchor_moved: bool,
    /// Under the same manifest, texts of earlier releases are worded anew.
    upgrades_texts: bool,
    adopting: bool,
    replacing: Replacing,
    policies: Policies,
}

fn root() -> RootId {
    RootId(RecordId::parse("006DG0000000001").unwrap())
}

fn address(path: &str) -> Address {
    Address {
        root: root(),
        path: Path::new(path),
    }
}

fn object(path: &str) -> Object {
    match path {
        MEETING => Object::Event,
        ATTENDEE => Object::EventRelation,
        EMAIL => Object::Task,
        ANSWER => Object::ScorecardAnswer,
        LENT => Object::OpportunityLoan,
        _ => panic!("{path}"),
    }
}

/// The id of the record that was made for the path.
fn id(path: &str) -> RecordId {
    let number = fnv1a(path.as_bytes()) % 1_000_000;
    RecordId::parse(&format!("00UDG0000{number:06}")).unwrap()
}

/// A value that begins with an arrow refers to a path; an empty one is null; an id is one.
fn value(text: &'static str) -> Value {
    match text.strip_prefix("->") {
        Some(path) => Value::Ref(address(path)),
        None if text.is_empty() => Value::Null,
        None => RecordId::parse(text).map_or(Value::Word(text.into()), Value::Id),
    }
}

fn as_sent(value: &Value) -> Datum {
    match value {
        Value::Ref(address) => Datum::Ref(address.clone()),
        Value::Word(word) => Datum::Json(json!(word)),
        Value::Id(id) => Datum::Json(json!(id.to_string())),
        _ => Datum::Json(Json::Null),
    }
}

/// As the org stores it.
fn as_stored(text: &'static str) -> Json {
    match value(text) {
        Value::Ref(address) => json!(id(address.path.as_str()).to_string()),
        other => match as_sent(&other) {
            Datum::Json(json) => json,
            Datum::Ref(_) | Datum::Refs(_) | Datum::Draft(_) | Datum::People(_) => {
                unreachable!("seen above")
            }
        },
    }
}

type Fields = &'static [(&'static str, &'static str)];

fn desired(path: &str, fields: Fields) -> Desired {
    let fields: Vec<(FieldName, Value)> = fields
        .iter()
        .map(|(name, text)| ((*name).into(), value(text)))
        .collect();
    Desired {
        path: Path::new(path),
        object: object(path),
        lender: object(path).is_loan().then(|| id(path)),
        want: Want(fnv1a(format!("{fields:?}").as_bytes())),
        fields,
    }
}

fn held(fields: Fields) -> Held {
    let hashes = fields
        .iter()
        .map(|(name, text)| ((*name).into(), hash(&as_stored(text))));
    Held(hashes.collect())
}

fn live(path: &str, fields: Fields) -> LiveRecord {
    let fields = fields
        .iter()
        .map(|(name, text)| ((*name).to_owned(), as_stored(text)));
    LiveRecord {
        id: id(path),
        stamp: Some(1),
        fields: fields.collect::<Map<_, _>>(),
    }
}

impl Case {
    fn new() -> Self {
        Self {
            capabilities: capabilities(),
            desired: Vec::new(),
            recorded: BTreeMap::new(),
            found: Found::new(),
            generation_floor: 0,
            anchor_moved: false,
            upgrades_texts: false,
            adopting: false,
            replacing: Replacing::default(),
            policies: Policies::default(),
        }
    }

    fn wants(mut self, path: &'static str, fields: Fields) -> Self {
        self.desired.push(desired(path, fields));
        self
    }

    /// The path is wanted as a record of another kind than it was.
    fn wants_as(self, object: Object, path: &'static str, fields: Fields) -> Self {
        let mut case = self.wants(path, fields);
        let record = case.desired.last_mut().expect("it was just added");
        record.object = object;
        record.want = Want(record.want.0 ^ object as u64);
        case
    }

    /// The record was made with these fields, and the org gave them back as they are now.
    fn has(self, path: &'static str, fields: Fields) -> Self {
        self.made(path, fields, held(fields), Live::Ours(live(path, fields)))
    }

    /// The record was made with `wanted`; the org gave `held` back.
    fn made(mut self, path: &'static str, wanted: Fields, held: Held, live: Live) -> Self {
        let row = Row {
            path: Path::new(path),
            object: object(path),
            id: id(path),
            generation: 1,
            run: 1,
            created: 0,
            want: desired(path, wanted).want,
            stamp: Some(1),
            held,
            lent: Vec::new(),
        };
        self.recorded.insert(path, (row, live));
        self
    }

    /// What the org holds at the path now.
    fn now(mut self, path: &'static str, now: Live) -> Self {
        let recorded = self.recorded.get_mut(path);
        recorded.expect("recorded before").1 = now;
        self
    }

    fn now_holds(self, path: &'static str, fields: Fields) -> Self {
        self.now(path, Live::Ours(live(path, fields)))
    }

    /// A record with our key that state does not know, of the third generation.
    fn carries_key(mut self, path: &'static str, fields: Fields) -> Self {
        let record = FoundRecord {
            object: object(path),
            generation: 3,
            live: live(path, fields),
        };
        let letters = letters(root(), &desired(path, fields), |_| None);
        self.found.insert(letters, record);
        self
    }

    fn changes(&self) -> Vec<Change> {
        let render = |_, record: &Desired| -> Vec<(FieldName, Datum)> {
            let fields = record.fields.iter();
            fields
                .map(|(name, value)| (name.clone(), as_sent(value)))
                .collect()
        };
        let context = Context {
            is_retold: &|_, _, _| false,
            capabilities: &self.capabilities,
            found: &self.found,
            generation_floor: self.generation_floor,
            same_manifest: self.upgrades_texts,
            upgrades_texts: self.upgrades_texts,
            anchor_moved: self.anchor_moved,
            adopting: self.adopting,
            replacing: self.replacing,
            elsewhere: &Elsewhere::new(),
            policies: &self.policies,
            render: &render,
        };
        let (rows, live): (Vec<_>, Vec<_>) = self.recorded.values().cloned().unzip();
        let root = Root {
            id: root(),
            account: None,
            desired: &self.desired,
            rows: &rows,
            live: &live,
            gone_reason: Reason::NoLongerWanted,
        };
        let mut changes = Vec::new();
        diff(&context, &root, &mut |change| changes.push(change));
        changes
    }

    /// One line for each change: its mark, reason, path and generation, and its fields.
    fn check(self, expect: &[&str]) {
        let lines: Vec<_> = self.changes().iter().map(line).collect();
        assert_eq!(lines, expect);
    }
}

fn line(change: &Change) -> String {
    let mark = match change.action {
        Action::Record => "!",
        action => action.symbol(),
    };
    let mut line = format!(
        "{mark} {:?} {} {}",
        change.reason, change.address.path, change.generation
    );
    for field in &change.fields {
        let before = match &field.before {
            Some(before) => format!("{before}>"),
            None => String::new(),
        };
        let after = match &field.after {
            Datum::Json(json) => json.to_string(),
            Datum::Ref(address) => format!("->{}", address.path),
            Datum::Draft(draft) => format!("->{}", draft.hash),
            Datum::People(people) => format!("->{people:?}"),
            Datum::Refs(addresses) => format!("->{addresses:?}"),
        };
        write!(line, " {}={before}{after}", field.name).unwrap();
    }
    line.replace('"', "")
}

const A: Fields = &[("Subject", "a"), ("Location", "x")];
const B: Fields = &[("Subject", "b"), ("Location", "x")];

#[test]
fn what_was_never_made_is_created() {
    Case::new()
        .wants(MEETING, A)
        .check(&["+ New meeting/past/01 1 Subject=a Location=x"]);
}

#[test]
fn what_is_as_it_should_be_is_left_alone() {
    Case::new().wants(MEETING, A).has(MEETING, A).check(&[]);
}

#[test]
fn what_somebody_deleted_is_made_again() {
    Case::new()
        .wants(MEETING, A)
        .has(MEETING, A)
        .now(MEETING, Live::Gone)
        .check(&["+ Vanished meeting/past/01 2 Subject=a Location=x"]);
}

#[test]
fn what_is_not_ours_any_more_is_made_anew_beside_it() {
    Case::new()
        .wants(MEETING, A)
        .has(MEETING, A)
        .now(MEETING, Live::NotOurs)
        .check(&["+ TakenOver meeting/past/01 2 Subject=a Location=x"]);
}

#[test]
fn no_generation_is_used_twice() {
    let mut case = Case::new()
        .wants(MEETING, A)
        .wants(EMAIL, A)
        .has(MEETING, A)
        .now(MEETING, Live::Gone);
    case.generation_floor = 7;
    case.check(&[
        "+ Vanished meeting/past/01 7 Subject=a Location=x",
        "+ New thread/01/01 7 Subject=a Location=x",
    ]);
}

#[test]
fn an_edit_updates_what_differs() {
    let case = || Case::new().wants(MEETING, B).has(MEETING, A);
    case().check(&["~ ManifestChanged meeting/past/01 1 Subject=a>b"]);
    let mut moved = case();
    moved.anchor_moved = true;
    moved.check(&["~ AnchorMoved meeting/past/01 1 Subject=a>b"]);
    let mut upgraded = case();
    upgraded.upgrades_texts = true;
    upgraded.check(&["~ TextsUpgraded meeting/past/01 1 Subject=a>b"]);
}

#[test]
fn drift_is_undone_in_the_fields_that_are_ours() {
    Case::new()
        .wants(MEETING, A)
        .has(MEETING, A)
        .now_holds(
            MEETING,
            &[
                ("Subject", "z"),
                ("Location", "x"),
                ("Description", "theirs"),
            ],
        )
        .check(&["~ Drift meeting/past/01 1 Subject=z>a"]);
    // Of a field that we never wrote it is not our business.
    Case::new()
        .wants(MEETING, A)
        .has(MEETING, A)
        .now_holds(
            MEETING,
            &[
                ("Subject", "a"),
                ("Location", "x"),
                ("Description", "theirs"),
            ],
        )
        .check(&[]);
}

#[test]
fn what_somebody_else_put_right_is_noted() {
    Case::new()
        .wants(MEETING, B)
        .has(MEETING, A)
        .now_holds(MEETING, B)
        .check(&["! AlreadyRight meeting/past/01 1"]);
    let rewritten = held(&[("Subject", "A!"), ("Location", "x")]);
    let case =
        Case::new()
            .wants(MEETING, A)
            .made(MEETING, A, rewritten, Live::Ours(live(MEETING, A)));
    let change = case.changes().remove(0);
    assert_eq!(
        (change.action, Held(change.held)),
        (Action::Record, held(A))
    );
}

/// A trigger upper-cases the subject.
fn rewritten(wanted: Fields, now: Fields) -> Case {
    let back: Fields = &[("Subject", "A"), ("Location", "x")];
    Case::new()
        .wants(MEETING, wanted)
        .made(MEETING, A, held(back), Live::Ours(live(MEETING, now)))
}

#[test]
fn what_the_org_rewrites_is_not_fought() {
    rewritten(A, &[("Subject", "A"), ("Location", "x")]).check(&[]);
    // Nor when another field drifts.
    rewritten(A, &[("Subject", "A"), ("Location", "z")])
        .check(&["~ Drift meeting/past/01 1 Location=z>x"]);
    // A real change takes it along: which of the fields changed is not recorded.
    rewritten(
        &[("Subject", "a"), ("Location", "y")],
        &[("Subject", "A"), ("Location", "x")],
    )
    .check(&["~ ManifestChanged meeting/past/01 1 Subject=A>a Location=x>y"]);
}

#[test]
fn a_field_that_is_no_longer_wanted_is_emptied_once() {
    let before: Fields = &[("Subject", "a"), ("Description", "d")];
    let only: Fields = &[("Subject", "a")];
    Case::new()
        .wants(MEETING, only)
        .has(MEETING, before)
        .check(&["~ ManifestChanged meeting/past/01 1 Description=d>null"]);
    // Afterwards it is not ours, whatever others write there.
    let emptied = || held(&[("Subject", "a"), ("Description", "")]);
    Case::new()
        .wants(MEETING, only)
        .made(MEETING, only, emptied(), Live::Ours(live(MEETING, before)))
        .check(&[]);
    Case::new()
        .wants(MEETING, &[("Subject", "b")])
        .made(MEETING, only, emptied(), Live::Ours(live(MEETING, before)))
        .check(&["~ ManifestChanged meeting/past/01 1 Subject=a>b"]);
    // An empty field that is wanted stays ours.
    let null: Fields = &[("Subject", "a"), ("Description", "")];
    Case::new()
        .wants(MEETING, null)
        .made(MEETING, null, emptied(), Live::Ours(live(MEETING, before)))
        .check(&["~ Drift meeting/past/01 1 Description=d>null"]);
}

#[test]
fn what_the_org_does_not_show_any_more_is_left_alone() {
    let only: Fields = &[("Subject", "a")];
    Case::new()
        .wants(MEETING, A)
        .has(MEETING, A)
        .now_holds(MEETING, only)
        .check(&[]);
    let mut hidden = Case::new()
        .wants(MEETING, only)
        .has(MEETING, A)
        .now_holds(MEETING, only);
    let event = hidden.capabilities.objects.get_mut(&Object::Event).unwrap();
    for fields in [
        &mut event.readable,
        &mut event.createable,
        &mut event.updateable,
    ] {
        fields.remove("Location");
    }
    hidden.check(&["! AlreadyRight meeting/past/01 1"]);
}

#[test]
fn what_was_never_read_back_is_looked_at() {
    let unread = |now: Fields| {
        Case::new().wants(MEETING, A).made(
            MEETING,
            A,
            Held::default(),
            Live::Ours(live(MEETING, now)),
        )
    };
    unread(A).check(&["! AlreadyRight meeting/past/01 1"]);
    unread(B).check(&["~ Drift meeting/past/01 1 Subject=b>a"]);
}

#[test]
fn without_refresh_the_recipe_decides() {
    let case = |wanted| {
        Case::new()
            .wants(MEETING, wanted)
            .has(MEETING, A)
            .now(MEETING, Live::NotRead)
    };
    case(A).check(&[]);
    case(B).check(&["~ ManifestChanged meeting/past/01 1 Subject=b"]);
    // Without values of the last write all are sent.
    Case::new()
        .wants(MEETING, B)
        .made(MEETING, A, Held::default(), Live::NotRead)
        .check(&["~ ManifestChanged meeting/past/01 1 Subject=b Location=x"]);
    Case::new()
        .has(MEETING, A)
        .now(MEETING, Live::NotRead)
        .check(&["- NoLongerWanted meeting/past/01 1"]);
}

#[test]
fn fields_that_others_may_change_are_left_to_them() {
    let drifted = |policies| Case {
        policies,
        ..Case::new()
            .wants(MEETING, A)
            .has(MEETING, A)
            .now_holds(MEETING, &[("Subject", "z"), ("Location", "z")])
    };
    let named = ["Event.Subject".to_owned()];
    let update = "~ Drift meeting/past/01 1 Location=z>x";
    drifted(Policies::new(&named, &[])).check(&[update]);
    drifted(Policies::new(&[], &named)).check(&[update]);
    // An edit of the manifest reaches one that nobody touched, unless it is for creation only.
    let edited = |policies| Case {
        policies,
        ..Case::new().wants(MEETING, B).has(MEETING, A)
    };
    edited(Policies::new(&named, &[])).check(&["~ ManifestChanged meeting/past/01 1 Subject=a>b"]);
    edited(Policies::new(&[], &named)).check(&["! AlreadyRight meeting/past/01 1"]);
}

#[test]
fn what_the_platform_does_not_update_is_replaced() {
    let before: Fields = &[("Subject", "a"), ("TaskSubtype", "Email")];
    let after: Fields = &[("Subject", "a"), ("TaskSubtype", "Call")];
    let case = || Case::new().wants(EMAIL, after).has(EMAIL, before);
    case().check(&["± ManifestChanged thread/01/01 2 Subject=a>a TaskSubtype=Email>Call"]);
    let mut later = case();
    later.generation_floor = 5;
    later.check(&["± ManifestChanged thread/01/01 5 Subject=a>a TaskSubtype=Email>Call"]);
    assert_eq!(case().changes()[0].id, Some(id(EMAIL)));
}

const LINKED: Fields = &[
    ("EventId", "->meeting/past/01"),
    ("RelationId", "003DG0000000001YAA"),
];
const CITED: Fields = &[
    ("Answer__c", "yes"),
    ("Evidence_Activity_Id__c", "->meeting/past/01"),
];

#[test]
fn what_refers_to_a_remade_record_is_decided_again() {
    Case::new()
        .wants(MEETING, A)
        .wants(ATTENDEE, LINKED)
        .wants(ANSWER, CITED)
        .has(MEETING, A)
        .has(ATTENDEE, LINKED)
        .has(ANSWER, CITED)
        .now(MEETING, Live::Gone)
        .now(ATTENDEE, Live::Gone)
        .check(&[
            "+ Vanished meeting/past/01 2 Subject=a Location=x",
            "+ Vanished meeting/past/01/attendee/champion 2 EventId=->meeting/past/01 RelationId=003DG0000000001YAA",
            &format!(
                "~ ReferenceChanged scorecard/meddicc/champion 1 Evidence_Activity_Id__c={}>->meeting/past/01",
                id(MEETING)
            ),
        ]);
}

#[test]
fn the_parts_of_a_replaced_record_are_remade() {
    let mut case = Case::new()
        .wants(MEETING, B)
        .wants(ATTENDEE, LINKED)
        .wants(ANSWER, CITED)
        .has(MEETING, A)
        .has(ATTENDEE, LINKED)
        .has(ANSWER, CITED);
    let event = case.capabilities.objects.get_mut(&Object::Event).unwrap();
    event.updateable.remove("Subject");
    for live in case.recorded.values_mut() {
        live.1 = Live::NotRead;
    }
    case.check(&[
        "± ManifestChanged meeting/past/01 2 Subject=b Location=x",
        "± ReferenceChanged meeting/past/01/attendee/champion 2 EventId=->meeting/past/01 RelationId=003DG0000000001YAA",
        "~ ReferenceChanged scorecard/meddicc/champion 1 Evidence_Activity_Id__c=->meeting/past/01",
    ]);
}

/// The meeting was made again in a run that ended before the answer that cites it was written.
fn outdated(evidence: Fields) -> Case {
    Case::new()
        .wants(MEETING, A)
        .wants(ANSWER, CITED)
        .has(MEETING, A)
        .made(
            ANSWER,
            CITED,
            held(evidence),
            Live::Ours(live(ANSWER, evidence)),
        )
}

#[test]
fn a_reference_to_what_is_gone_is_put_right_later() {
    let old: Fields = &[
        ("Answer__c", "yes"),
        ("Evidence_Activity_Id__c", "00UDG0000000009AAA"),
    ];
    let update = "~ ReferenceChanged scorecard/meddicc/champion 1 Evidence_Activity_Id__c=";
    outdated(old).check(&[&format!("{update}00UDG0000000009AAA>->meeting/past/01")]);
    outdated(old)
        .now(ANSWER, Live::NotRead)
        .check(&[&format!("{update}->meeting/past/01")]);
    // A reference that the org emptied is not fought over.
    outdated(&[("Answer__c", "yes"), ("Evidence_Activity_Id__c", "")]).check(&[]);
}

#[test]
fn what_carries_our_key_is_adopted() {
    let change = |now: Fields| {
        let case = Case::new().wants(MEETING, A).carries_key(MEETING, now);
        let changes = case.changes();
        assert_eq!(changes.len(), 1);
        (line(&changes[0]), Held(changes[0].held.clone()))
    };
    let same: Fields = &[
        ("Subject", "a"),
        ("Location", "x"),
        ("Description", "theirs"),
    ];
    assert_eq!(
        change(same),
        ("= FoundByKey meeting/past/01 3".to_owned(), held(A))
    );
    // What is still to be sent counts as held, so that losing the update would show.
    let other: Fields = &[("Subject", "z"), ("Location", "x")];
    let adopted = "= FoundByKey meeting/past/01 3 Subject=z>a".to_owned();
    assert_eq!(change(other), (adopted, held(A)));
    Case::new()
        .wants(MEETING, A)
        .made(MEETING, A, held(A), Live::Ours(live(MEETING, other)))
        .check(&["~ Drift meeting/past/01 1 Subject=z>a"]);
}

#[test]
fn an_adopted_record_is_known_to_what_refers_to_it() {
    Case::new()
        .wants(MEETING, A)
        .wants(ATTENDEE, LINKED)
        .carries_key(MEETING, A)
        .carries_key(ATTENDEE, LINKED)
        .check(&[
            "= FoundByKey meeting/past/01 3",
            "= FoundByKey meeting/past/01/attendee/champion 3",
        ]);
}

#[test]
fn another_kind_of_record_takes_the_place_of_the_former() {
    let case = || {
        let case = Case::new().wants_as(Object::EmailMessage, EMAIL, A);
        case.has(EMAIL, B)
    };
    let replaced = "± ManifestChanged thread/01/01 2 Subject=a Location=x";
    let changes = case().changes();
    assert_eq!(line(&changes[0]), replaced);
    let kinds = (changes[0].object, changes[0].instead_of);
    assert_eq!(kinds, (Object::EmailMessage, Some(Object::Task)));
    assert_eq!((changes.len(), changes[0].id), (1, Some(id(EMAIL))));
    case()
        .now(EMAIL, Live::NotRead)
        .check(&["± ManifestChanged thread/01/01 2 Subject=a Location=x"]);
    // What is gone gives no way.
    let gone = case().now(EMAIL, Live::Gone).changes();
    assert_eq!((gone[0].action, gone[0].instead_of), (Action::Create, None));
    // Nor is one of another kind that carries the key of the address what is wanted.
    Case::new()
        .wants_as(Object::EmailMessage, EMAIL, A)
        .carries_key(EMAIL, A)
        .check(&["+ New thread/01/01 1 Subject=a Location=x"]);
}

#[test]
fn what_nobody_wants_goes() {
    let case = || Case::new().has(MEETING, A);
    case().check(&["- NoLongerWanted meeting/past/01 1"]);
    case()
        .now_holds(MEETING, B)
        .check(&["- NoLongerWanted meeting/past/01 1"]);
    case()
        .now(MEETING, Live::Gone)
        .check(&[". AlreadyGone meeting/past/01 1"]);
    case()
        .now(MEETING, Live::NotOurs)
        .check(&[". TakenOver meeting/past/01 1"]);
}

#[test]
fn a_row_that_names_what_is_not_ours_gives_way_to_the_record_that_is() {
    Case::new()
        .wants(MEETING, A)
        .has(MEETING, A)
        .now(MEETING, Live::NotOurs)
        .carries_key(MEETING, A)
        .check(&["= FoundByKey meeting/past/01 3"]);
}

#[test]
fn a_stray_goes_by_its_own_id() {
    let record = FoundRecord {
        object: Object::Event,
        generation: 3,
        live: live(MEETING, A),
    };
    let change = stray("letters", &record, Reason::OutOfSelection);
    assert_eq!(line(&change), "- OutOfSelection key/letters 3");
    assert_eq!((change.id, &*change.title), (Some(id(MEETING)), "a"));
}

#[test]
fn the_list_of_contacts_goes_with_the_first_of_them() {
    const THEN: Fields = &[
        ("Subject", "a"),
        ("WhoId", "003DG0000000001YAA"),
        ("EventWhoIds", "both"),
    ];
    const OTHER_FIRST: Fields = &[
        ("Subject", "a"),
        ("WhoId", "003DG0000000002YAA"),
        ("EventWhoIds", "both"),
    ];
    const OTHER_SUBJECT: Fields = &[
        ("Subject", "b"),
        ("WhoId", "003DG0000000001YAA"),
        ("EventWhoIds", "both"),
    ];
    for (wanted, expect) in [
        (OTHER_FIRST, &["WhoId", "EventWhoIds"][..]),
        (OTHER_SUBJECT, &["Subject"]),
    ] {
        let changes = Case::new()
            .wants(MEETING, wanted)
            .has(MEETING, THEN)
            .changes();
        let sent: Vec<_> = changes[0].fields.iter().map(|field| &*field.name).collect();
        assert_eq!(sent, expect);
    }
}

#[test]
fn an_activity_can_be_made_anew_where_an_update_would_do() {
    const THEN: Fields = &[
        ("ActivityDate", "2026-10-05"),
        ("WhoId", "003DG0000000001YAA"),
    ];
    const MOVED: Fields = &[
        ("ActivityDate", "2026-10-12"),
        ("WhoId", "003DG0000000001YAA"),
    ];
    const REMATCHED: Fields = &[
        ("ActivityDate", "2026-10-05"),
        ("WhoId", "003DG0000000002YAA"),
    ];
    let action = |wanted, replacing: Replacing, anchor_moved| {
        let mut case = Case::new().wants(EMAIL, wanted).has(EMAIL, THEN);
        (case.replacing, case.anchor_moved) = (replacing, anchor_moved);
        case.changes()[0].action
    };
    let [never, on_reanchor, on_rematch] =
        [(false, false), (true, false), (false, true)].map(|(on_reanchor, on_rematch)| Replacing {
            on_reanchor,
            on_rematch,
        });
    for (wanted, replacing, anchor_moved, expect) in [
        (MOVED, never, true, Action::Update),
        (MOVED, on_reanchor, true, Action::Replace),
        (MOVED, on_reanchor, false, Action::Update),
        (REMATCHED, never, false, Action::Update),
        (REMATCHED, on_rematch, false, Action::Replace),
        (MOVED, on_rematch, true, Action::Update),
    ] {
        assert_eq!(
            action(wanted, replacing, anchor_moved),
            expect,
            "{wanted:?} {replacing:?}"
        );
    }
}
