//! The laws of the queue: what may be in flight together, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::queue::{Batch, Item, Queue};
use crate::model::change::{Action, Change, FieldChange, Reason};
use crate::model::id::{AccountId, RecordId, RootId};
use crate::model::object::{OBJECTS, Object};
use crate::model::order::{Step, rank, steps};
use crate::model::value::Datum;
use crate::plan_file::{Builder, Entry};

/// A change of this kind that locks the account with this number.
fn change(number: usize, (action, object, account): (Action, Object, usize)) -> Change {
    let root = RecordId::parse(&format!("006DG{number:010}")).unwrap();
    let account = RecordId::parse(&format!("001DG{account:010}")).unwrap();
    let field = FieldChange {
        name: "Subject".into(),
        before: None,
        after: Datum::Json("a".into()),
    };
    Change {
        address: format!("{}/x/{number}", RootId(root)).parse().unwrap(),
        object,
        action,
        reason: Reason::New,
        id: None,
        generation: 1,
        account: Some(AccountId(account)),
        want: None,
        fields: vec![field],
        held: Vec::new(),
        title: String::new(),
        day: None,
    }
}

/// The entries of a plan of these changes, and how many locks it has.
fn planned(changes: &[Change]) -> (Vec<Entry>, usize) {
    let mut builder = Builder::new().unwrap();
    for change in changes {
        builder.push(change).unwrap();
    }
    let header = crate::plan_file::tests::header();
    let plan = builder.finish(header, BTreeMap::new()).unwrap();
    (plan.entries().to_vec(), plan.locks())
}

fn kinds() -> impl Strategy<Value = Vec<(Action, Object, usize)>> {
    let actions = prop::sample::select(vec![
        Action::Delete,
        Action::Replace,
        Action::Create,
        Action::Update,
        Action::Adopt,
        Action::Forget,
        Action::Record,
    ]);
    let objects = prop::sample::select(OBJECTS.map(|facts| facts.object).to_vec());
    vec((actions, objects, 0..6usize), 0..120)
}

/// Sends everything with so many calls at once, and hands each batch to `land` for what is to be
/// sent again. Gives what was sent, in the order of sending.
fn drain(
    (entries, locks): &(Vec<Entry>, usize),
    (size, concurrency): (usize, usize),
    mut land: impl FnMut(&Batch) -> Vec<Item>,
) -> Result<Vec<Batch>, TestCaseError> {
    let mut queue = Queue::new(entries, *locks);
    let locks_of = |batch: &Batch| -> BTreeSet<u32> {
        let items = batch.items.iter();
        items
            .map(|item| entries[item.entry as usize].lock)
            .collect()
    };
    let mut flying: Vec<Batch> = Vec::new();
    let mut sent = Vec::new();
    loop {
        while flying.len() < concurrency {
            let Some(batch) = queue.next(size, !flying.is_empty()) else {
                break;
            };
            prop_assert!(!batch.items.is_empty() && batch.items.len() <= size);
            for item in &batch.items {
                prop_assert_eq!((item.step, item.object), (batch.step, batch.object));
            }
            for other in &flying {
                prop_assert!(locks_of(other).is_disjoint(&locks_of(&batch)));
            }
            flying.push(batch);
        }
        if flying.is_empty() {
            prop_assert_eq!(queue.left(), 0);
            return Ok(sent);
        }
        let batch = flying.remove(flying.len() / 2);
        queue.done(&batch, &land(&batch), entries);
        sent.push(batch);
    }
}

fn items(sent: &[Batch]) -> impl Iterator<Item = &Item> {
    sent.iter().flat_map(|batch| &batch.items)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn everything_is_sent_once_and_in_order(
        kinds in kinds(),
        size in 1..40usize,
        concurrency in 1..6usize,
    ) {
        let changes: Vec<_> = kinds.iter().enumerate().map(|(n, kind)| change(n, *kind)).collect();
        let plan = planned(&changes);
        let sent = drain(&plan, (size, concurrency), |_| Vec::new())?;
        let mut seen: Vec<_> = items(&sent).map(|item| (item.entry, item.step)).collect();
        seen.sort_unstable();
        let all = plan.0.iter().zip(0..).flat_map(|(entry, number)| {
            steps(entry.action).iter().map(move |step| (number, *step))
        });
        prop_assert!(seen.into_iter().eq(all));
        let mut ranks: BTreeMap<u32, u8> = BTreeMap::new();
        for item in items(&sent) {
            let rank = rank(item.step, item.object);
            let last = ranks.entry(plan.0[item.entry as usize].lock).or_default();
            prop_assert!(*last <= rank);
            *last = rank;
        }
    }

    #[test]
    fn what_is_tried_again_comes_before_what_follows(kinds in kinds(), size in 1..20usize) {
        let changes: Vec<_> = kinds.iter().enumerate().map(|(n, kind)| change(n, *kind)).collect();
        let plan = planned(&changes);
        // The first try of every third change fails.
        let again = |batch: &Batch| -> Vec<Item> {
            let fails = |item: &&Item| item.entry.is_multiple_of(3) && item.attempt == 0;
            batch.items.iter().filter(fails).copied().collect()
        };
        let sent = drain(&plan, (size, 3), again)?;
        let mut ranks: BTreeMap<u32, u8> = BTreeMap::new();
        for item in items(&sent) {
            let rank = rank(item.step, item.object);
            let last = ranks.entry(plan.0[item.entry as usize].lock).or_default();
            prop_assert!(*last <= rank, "a child was sent before its parent was there");
            *last = rank;
        }
        let tries = items(&sent).filter(|item| item.entry.is_multiple_of(3));
        let (first, second): (Vec<&Item>, Vec<&Item>) = tries.partition(|item| item.attempt == 0);
        prop_assert_eq!(first.len(), second.len());
        prop_assert!(second.iter().all(|item| item.attempt == 1));
    }
}

#[test]
fn creates_and_updates_of_a_kind_make_two_calls() {
    let kinds = (0..40).map(|number| {
        let action = if number % 2 == 0 {
            Action::Create
        } else {
            Action::Update
        };
        (action, Object::Event, 0)
    });
    let changes: Vec<_> = kinds.enumerate().map(|(n, kind)| change(n, kind)).collect();
    let sent = drain(&planned(&changes), (200, 5), |_| Vec::new()).unwrap();
    let calls: Vec<_> = sent
        .iter()
        .map(|batch| (batch.step, batch.items.len()))
        .collect();
    assert_eq!(calls, [(Step::Create, 20), (Step::Update, 20)]);
}

#[test]
fn many_accounts_share_a_call() {
    let changes: Vec<_> = (0..1000)
        .map(|number| change(number, (Action::Create, Object::Task, number % 500)))
        .collect();
    let sent = drain(&planned(&changes), (200, 5), |_| Vec::new()).unwrap();
    assert_eq!(sent.len(), 5);
}

#[test]
fn an_adopted_record_that_is_right_is_not_written() {
    let adopted = Change {
        fields: Vec::new(),
        ..change(0, (Action::Adopt, Object::Event, 0))
    };
    let (entries, locks) = planned(&[adopted]);
    assert_eq!(Queue::new(&entries, locks).left(), 0);
}

#[test]
fn what_waits_behind_a_lost_call_is_given_up() {
    let changes = [
        change(0, (Action::Create, Object::Event, 0)),
        change(1, (Action::Create, Object::EventRelation, 0)),
        change(2, (Action::Create, Object::Event, 1)),
    ];
    let (entries, locks) = planned(&changes);
    let mut queue = Queue::new(&entries, locks);
    let batch = queue.next(1, false).unwrap();
    assert_eq!(batch.items[0].entry, 0);
    assert_eq!((queue.abandon(&batch), queue.left()), (1, 1));
    assert_eq!(queue.next(1, false).unwrap().items[0].entry, 2);
}
