//! What the state must survive.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::model::address::{Address, Path as AddressPath};
use crate::model::change::{Action, Counts};
use crate::model::day::Day;
use crate::model::id::RootId;
use crate::model::object::Object;
use crate::model::recorded::{Held, Row};
use crate::model::value::Want;

fn id(text: &str) -> RecordId {
    RecordId::parse(text).unwrap()
}

fn place(folder: &Path) -> Place<'_> {
    Place {
        folder,
        org: id("00DDG0000000001"),
        pack: "spring demo",
        manifest: "demo.yaml",
    }
}

fn holder() -> Holder {
    Holder {
        command: "apply".into(),
        process: 7,
        since: "2026-11-22T10:00:00Z".into(),
    }
}

fn row(path: &str) -> Row {
    Row {
        path: AddressPath::new(path),
        object: Object::Event,
        id: id("00UDG0000000001"),
        generation: 1,
        run: 1,
        created: 1_700_000_000,
        want: Want(u64::MAX - 5),
        stamp: None,
        held: Held(vec![("Subject".into(), 7), ("OwnerId".into(), u32::MAX)]),
        lent: Vec::new(),
    }
}

fn begin(state: &mut State) -> i64 {
    let opening = Opening {
        run_id: "r1",
        command: "apply",
        user: "005DG0000000001YAA",
        keyed: true,
        at: 1_700_000_000,
        anchor: Day::from_date(jiff::civil::date(2026, 11, 20)),
        seed: 42,
        manifest_seed: 42,
        manifest: "m",
        query: "q",
        left: &BTreeSet::new(),
        pins: &BTreeMap::new(),
        snapshot: &[("inventory", "{}".to_owned())],
    };
    state.begin_run(&opening).unwrap()
}

#[test]
fn what_is_written_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = RootId(id("006DG0000000001"));
    let address = Address {
        root,
        path: AddressPath::new("meeting/past/01"),
    };
    let intent = Intent {
        job: Some("7505f000000abcdAAA".to_owned()),
        action: Action::Create,
        object: Object::Event,
        rows: vec![IntentRow {
            address: address.clone(),
            id: None,
            key: Some("ev-a-b-1".into()),
            generation: 1,
            want: Some(Want(1)),
            parent: None,
            told_by: vec![],
        }],
    };
    let lineage = {
        let mut state = State::open(place(folder.path()), &holder()).unwrap();
        let run = begin(&mut state);
        let number = state.open_intent(run, 5, &intent).unwrap();
        state.open_intent(run, 6, &intent).unwrap();
        let settlement = Settlement {
            put: vec![(root, row("meeting/past/01"))],
            ..Settlement::default()
        };
        state.settle(run, Some(number), &settlement).unwrap();
        state.raise_generation_floor(4).unwrap();
        state.meta().lineage.clone()
    };
    let mut state = State::open(place(folder.path()), &holder()).unwrap();
    assert_eq!(state.meta().lineage, lineage);
    assert_eq!((state.meta().serial, state.meta().generation_floor), (1, 4));
    assert_eq!(state.rows(root).unwrap(), [row("meeting/past/01")]);
    assert_eq!(state.id_of(&address).unwrap(), Some(id("00UDG0000000001")));
    assert_eq!(state.count().unwrap(), BTreeMap::from([(Object::Event, 1)]));
    let open: Vec<_> = state.open_intents().unwrap();
    assert_eq!((open.len(), open[0].2, &open[0].3), (1, 6, &intent));
    let run = state.run("r1").unwrap().unwrap();
    assert_eq!(run.status, RunStatus::Running);
    state
        .finish_run(run.number, RunStatus::Completed, 9, &Counts::default())
        .unwrap();
    assert_eq!(state.runs(5).unwrap()[0].status, RunStatus::Completed);
}

#[test]
fn a_second_process_waits_its_turn() {
    let folder = tempfile::tempdir().unwrap();
    let first = State::open(place(folder.path()), &holder()).unwrap();
    let second = State::open(place(folder.path()), &holder()).err().unwrap();
    assert_eq!(
        second.to_string(),
        "the state is in use by `demo-gen apply` (process 7, since 2026-11-22T10:00:00Z)"
    );
    drop(first);
    State::open(place(folder.path()), &holder()).unwrap();
}

#[test]
fn looking_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    State::peek(place(folder.path()), &holder()).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_broken_or_foreign_file_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = place(folder.path()).file();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let other = folder.path().join("other.sqlite");
    Connection::open(&other)
        .unwrap()
        .execute("CREATE TABLE theirs (x)", [])
        .unwrap();
    for content in [
        b"not a database, and longer than that".to_vec(),
        std::fs::read(&other).unwrap(),
    ] {
        std::fs::write(&file, &content).unwrap();
        let error = State::open(place(folder.path()), &holder()).err().unwrap();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
        assert_eq!(std::fs::read(&file).unwrap().len(), content.len());
    }
}

#[test]
fn a_manifest_may_not_change_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = State::open(place(folder.path()), &holder()).unwrap();
    let run = begin(&mut state);
    let settlement = Settlement {
        put: vec![(RootId(id("006DG0000000001")), row("meeting/past/01"))],
        ..Settlement::default()
    };
    state.settle(run, None, &settlement).unwrap();
    drop(state);
    let renamed = Place {
        pack: "summer demo",
        ..place(folder.path())
    };
    let error = State::peek(renamed, &holder()).err().unwrap();
    assert!(
        matches!(&error, Error::Renamed { found, .. } if found == "spring demo"),
        "{error}"
    );
    let other = Place {
        manifest: "other.yaml",
        ..renamed
    };
    State::open(other, &holder()).unwrap();
}
