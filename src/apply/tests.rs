//! The laws of the queue: what may be in flight together, and in which order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::cost::Way;
use super::item::Item;
use super::queue::{Batch, Queue, Sizes};
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
        instead_of: None,
        id: None,
        stamp: None,
        generation: 1,
        account: Some(AccountId(account)),
        want: None,
        fields: vec![field],
        held: Vec::new(),
        lent: Vec::new(),
        above: Vec::new(),
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

fn calls_of(call: usize) -> Sizes {
    Sizes {
        call,
        job: 1_000,
        by_jobs: BTreeSet::new(),
        least_job: 100,
    }
}

/// Sends everything with so many calls at once, and hands each batch to `land` for what is to be
/// sent again. Gives what was sent, in the order of sending.
fn drain(
    (entries, locks): &(Vec<Entry>, usize),
    (size, concurrency): (usize, usize),
    mut land: impl FnMut(&Batch) -> Vec<Item>,
) -> Result<Vec<Batch>, TestCaseError> {
    let mut queue = Queue::new(entries, *locks, calls_of(size));
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
            let Some(batch) = queue.next(!flying.is_empty()) else {
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
            let failed = batch.items.iter().filter(fails);
            failed.map(|item| item.again()).collect()
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

/// Emails of which each answers the one before, in threads of so many.
fn threads(threads: usize, length: usize) -> (Vec<Entry>, usize) {
    let email = |number: usize| {
        let (thread, message) = (number / length, number % length);
        let root = format!("006DG{thread:010}");
        let address = |message| format!("{root}/thread/{message:02}").parse().unwrap();
        let mut email = change(number, (Action::Replace, Object::EmailMessage, thread % 3));
        email.address = address(message);
        if message > 0 {
            email.fields.push(FieldChange {
                name: "ReplyToEmailMessageId".into(),
                before: None,
                after: Datum::Ref(address(message - 1)),
            });
        }
        email
    };
    planned(&(0..threads * length).map(email).collect::<Vec<_>>())
}

#[test]
fn an_answer_is_made_after_what_it_answers_and_deleted_before_it() {
    let plan = threads(12, 3);
    let sent = drain(&plan, (200, 5), |_| Vec::new()).unwrap();
    let calls: Vec<_> = sent
        .iter()
        .map(|batch| (batch.step, batch.items.len()))
        .collect();
    let made = [(Step::Create, 12); 3];
    assert_eq!((calls[0], &calls[1..]), ((Step::Delete, 36), &made[..]));
    for (line, items) in by_line(&plan, &sent[0]) {
        assert!(items.is_sorted_by(|a, b| a > b), "{line}: {items:?}");
    }
    for (depth, batch) in sent[1..].iter().enumerate() {
        let depths = batch
            .items
            .iter()
            .map(|item| plan.0[item.entry as usize].depth(item.step));
        assert!(depths.eq(std::iter::repeat_n(depth as u8, 12)));
    }
    // One that has to be sent again still goes before what answers it.
    let again = |batch: &Batch| -> Vec<Item> {
        let made = batch.items.iter().filter(|item| item.step == Step::Create);
        let failed = made.filter(|item| item.attempt == 0 && item.entry.is_multiple_of(3));
        failed.map(|item| item.again()).collect()
    };
    let mut made = BTreeSet::new();
    for batch in drain(&plan, (5, 2), again).unwrap() {
        let given_back: BTreeSet<u32> = again(&batch).iter().map(|item| item.entry).collect();
        for item in batch.items.iter().filter(|item| item.step == Step::Create) {
            assert!(
                item.depth == 0 || made.contains(&(item.entry - 1)),
                "{item:?}"
            );
        }
        let entries = batch.items.iter().map(|item| item.entry);
        made.extend(entries.filter(|entry| !given_back.contains(entry)));
    }
}

/// What a call holds of each line, in its order.
fn by_line(plan: &(Vec<Entry>, usize), batch: &Batch) -> BTreeMap<u32, Vec<u32>> {
    let mut lines: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for item in &batch.items {
        let line = plan.0[item.entry as usize].lock;
        lines.entry(line).or_default().push(item.entry);
    }
    lines
}

#[test]
fn many_accounts_share_a_call() {
    let changes: Vec<_> = (0..1000)
        .map(|number| change(number, (Action::Create, Object::Task, number % 500)))
        .collect();
    let sent = drain(&planned(&changes), (200, 5), |_| Vec::new()).unwrap();
    // One more than would be full, for the small first one.
    assert_eq!(sent.len(), 6);
}

#[test]
fn an_adopted_record_that_is_right_is_not_written() {
    let adopted = Change {
        fields: Vec::new(),
        ..change(0, (Action::Adopt, Object::Event, 0))
    };
    let (entries, locks) = planned(&[adopted]);
    assert_eq!(Queue::new(&entries, locks, calls_of(200)).left(), 0);
}

#[test]
fn what_waits_behind_a_lost_call_is_given_up() {
    let changes = [
        change(0, (Action::Create, Object::Event, 0)),
        change(1, (Action::Create, Object::EventRelation, 0)),
        change(2, (Action::Create, Object::Event, 1)),
    ];
    let (entries, locks) = planned(&changes);
    let mut queue = Queue::new(&entries, locks, calls_of(1));
    let batch = queue.next(false).unwrap();
    assert_eq!(batch.items[0].entry, 0);
    assert_eq!((queue.abandon(&batch), queue.left()), (1, 1));
    assert_eq!(queue.next(false).unwrap().items[0].entry, 2);
}

/// So many creates of one kind, on so many accounts.
fn creates(count: usize, accounts: usize) -> (Vec<Entry>, usize) {
    let changes: Vec<_> = (0..count)
        .map(|number| change(number, (Action::Create, Object::Task, number % accounts)))
        .collect();
    planned(&changes)
}

/// The sizes of the calls of so many creates on three accounts.
#[track_caller]
fn check_sizes(count: usize, expect: &[usize]) {
    let sent = drain(&creates(count, 3), (200, 5), |_| Vec::new()).unwrap();
    let sizes: Vec<_> = sent.iter().map(|batch| batch.items.len()).collect();
    assert_eq!(sizes, expect, "{count}");
    assert!(sent[0].is_first && sent[1..].iter().all(|batch| !batch.is_first));
}

#[test]
fn a_first_call_that_said_nothing_is_made_again() {
    let (entries, locks) = creates(201, 3);
    let mut queue = Queue::new(&entries, locks, calls_of(200));
    let mut sizes = Vec::new();
    for speaks in [false, true, true] {
        let batch = queue.next(false).unwrap();
        assert_eq!(batch.chosen, batch.items.len());
        queue.done(&batch, &[], &entries);
        if !speaks {
            queue.try_again(batch.kind());
        }
        sizes.push((batch.is_first, batch.items.len()));
    }
    assert_eq!(sizes, [(true, 20), (true, 20), (false, 161)]);
}

#[test]
fn the_first_call_of_a_kind_is_small_and_costs_one_call_at_most() {
    check_sizes(12, &[12]);
    check_sizes(200, &[200]);
    check_sizes(201, &[20, 181]);
    check_sizes(450, &[50, 200, 200]);
    check_sizes(400, &[20, 200, 180]);
    let sent = drain(&creates(2_400, 500), (200, 5), |_| Vec::new()).unwrap();
    assert_eq!((sent[0].items.len(), sent.len()), (20, 13));
}

#[test]
fn the_first_call_goes_alone_and_speaks_for_many_accounts() {
    let (entries, locks) = creates(5_000, 10);
    let mut queue = Queue::new(&entries, locks, calls_of(200));
    let first = queue.next(false).unwrap();
    let accounts = first
        .items
        .iter()
        .map(|item| entries[item.entry as usize].lock);
    assert_eq!(accounts.collect::<BTreeSet<_>>().len(), 10);
    assert_eq!(queue.next(true), None);
    queue.done(&first, &[], &entries);
    assert!(queue.next(true).is_some());
}

#[test]
fn a_kind_that_is_stopped_takes_its_replacements_along() {
    let changes = [
        change(0, (Action::Create, Object::Event, 0)),
        change(1, (Action::Replace, Object::Event, 1)),
        change(2, (Action::Delete, Object::Event, 2)),
        change(3, (Action::Create, Object::Task, 0)),
    ];
    let (entries, locks) = planned(&changes);
    let mut queue = Queue::new(&entries, locks, calls_of(200));
    let given_up = queue.stop((Step::Create, Object::Event));
    assert_eq!((given_up.len(), queue.left()), (2, 2));
    let left: Vec<_> = std::iter::from_fn(|| queue.next(false)).collect();
    let kinds: BTreeSet<_> = left
        .iter()
        .map(|batch| (batch.step, batch.object))
        .collect();
    let expect = [(Step::Delete, Object::Event), (Step::Create, Object::Task)];
    assert_eq!(kinds, BTreeSet::from(expect));
}

#[test]
fn what_others_hold_rests_and_comes_back_in_halves() {
    let (entries, locks) = creates(400, 1);
    let mut queue = Queue::new(&entries, locks, calls_of(200));
    let first = queue.next(false).unwrap();
    queue.done(&first, &[], &entries);
    let mut batch = queue.next(false).unwrap();
    let mut sizes = Vec::new();
    for _ in 0..4 {
        sizes.push(batch.items.len());
        let again: Vec<_> = batch
            .items
            .iter()
            .map(|item| item.again_smaller())
            .collect();
        queue.done(&batch, &again, &entries);
        let lines = queue.rest(&again, &entries);
        assert_eq!(queue.next(false), None, "the account is left alone");
        queue.wake(&lines);
        batch = queue.next(true).expect("it is not filled up by others");
    }
    assert_eq!(sizes, [200, 100, 50, 25]);
}

#[test]
fn a_kind_that_is_large_goes_by_jobs_after_a_first_call() {
    let (entries, locks) = creates(2_500, 7);
    let sizes = Sizes {
        by_jobs: BTreeSet::from([(Step::Create, Object::Task)]),
        ..calls_of(200)
    };
    let mut queue = Queue::new(&entries, locks, sizes);
    let mut sent = Vec::new();
    while let Some(batch) = queue.next(false) {
        sent.push((batch.way, batch.items.len()));
        queue.done(&batch, &[], &entries);
    }
    let expect = [
        (Way::Collection, 20),
        (Way::Bulk, 1_000),
        (Way::Bulk, 1_000),
        (Way::Bulk, 480),
    ];
    assert_eq!(sent, expect);
}

/// A story for so many accounts: meetings, emails, scorecards and their answers, in numbers that
/// differ from one account to the next.
fn stories(accounts: usize) -> (Vec<Entry>, usize) {
    let kinds = |account: usize| {
        [
            (Object::Event, 24 + account * 7 % 13),
            (Object::Task, 40 + account * 5 % 19),
            (Object::Scorecard, 4),
            (Object::ScorecardAnswer, 28),
        ]
    };
    let mut changes = Vec::new();
    for account in 0..accounts {
        for (object, count) in kinds(account) {
            for _ in 0..count {
                changes.push(change(changes.len(), (Action::Create, object, account)));
            }
        }
    }
    planned(&changes)
}

#[test]
fn a_small_plan_takes_no_call_more_than_its_rows_fill() {
    for accounts in 10..26 {
        let plan = stories(accounts);
        let mut rows: BTreeMap<Object, usize> = BTreeMap::new();
        for entry in &plan.0 {
            *rows.entry(entry.object).or_default() += 1;
        }
        // A first call is small, and where nothing is left over it is one more.
        let least = |rows: &usize| match rows % 200 {
            0..20 if *rows > 200 => rows / 200 + 1,
            _ => rows.div_ceil(200),
        };
        let least: usize = rows.values().map(least).sum();
        let sent = drain(&plan, (200, 5), |_| Vec::new()).unwrap();
        assert_eq!(sent.len(), least, "{accounts} accounts");
    }
}

/// How long it takes, as a multiple of what it would where five calls were always under way.
fn stretch(plan: &(Vec<Entry>, usize)) -> f64 {
    let mut queue = Queue::new(&plan.0, plan.1, calls_of(200));
    let mut flying: VecDeque<(u32, Batch)> = VecDeque::new();
    let (mut now, mut calls) = (0, 0);
    loop {
        while flying.len() < 5 {
            let Some(batch) = queue.next(!flying.is_empty()) else {
                break;
            };
            calls += 1;
            flying.push_back((now + 1, batch));
        }
        let Some((end, batch)) = flying.pop_front() else {
            return f64::from(now) / (f64::from(calls) / 5.0);
        };
        now = end;
        queue.done(&batch, &[], &plan.0);
    }
}

#[test]
fn a_large_plan_keeps_calls_under_way() {
    for accounts in [120, 150, 180, 300] {
        let stretch = stretch(&stories(accounts));
        assert!(stretch < 1.25, "{accounts}: {stretch}");
    }
}
