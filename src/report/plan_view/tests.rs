//! Plans as they are seen.

use serde_json::json;
use snapbox::{IntoData, assert_data_eq, str};

use super::{View, plan};
use crate::model::change::{Action, Change, FieldChange, Reason};
use crate::model::object::{OBJECTS, Object};
use crate::model::shape::Shape;
use crate::model::told::{Shaped, StorySummary};
use crate::model::value::Datum;
use crate::plan_file::{Blocked, Command, Coverage, Header, OrgFacts};
use crate::report::fixtures::{
    day, deal, field, header, meeting, one_of_each, org, plain, plan_of,
};

const VIEW: View = View {
    width: 120,
    more: "demo-gen show demo.plan",
};

fn bytes(header: Header, changes: &[Change]) -> Vec<u8> {
    let mut shown = Vec::new();
    plan(&plan_of(header, changes), &VIEW, &mut shown).unwrap();
    shown
}

#[track_caller]
fn check(header: Header, changes: &[Change], expect: impl IntoData) {
    assert_data_eq!(plain(&bytes(header, changes)), expect.raw());
}

#[test]
fn a_change_of_each_action() {
    check(
        header(Command::Apply),
        &one_of_each(),
        str![[r#"
Plan for spring in Acme Demo (00DDG00000000012AA, embedded)
  30 opportunities, anchor 2026-11-22, seed 42

     Count  Kind      Why                             Deals  Dates       Fields
  -      1  meeting   no longer wanted                    1  2026-10-08
  ±      1  meeting   what it refers to is made anew      1  2026-10-08  TaskSubtype 1
  ~      1  meeting   changed outside of demo-gen         1  2026-10-08  Subject 1
  .      1  meeting   already gone                        1  2026-10-08
  +      1  meeting   new                                 1  2026-10-08
  +      1  attendee  new                                 1
  ~      1  meeting   manifest changed                    1  2026-10-08  Description 1, IsAllDayEvent 1, Location 1, +1
  =      1  meeting   found by its key                    1  2026-10-08

  - 006DG0000000004YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  ± 006DG0000000005YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
      ~ TaskSubtype = "Task" -> "Email"
  ~ 006DG0000000003YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
      ~ Subject = "Lunch" -> "Discovery: Acme"
  . 006DG0000000007YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  + 006DG0000000001YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
      + StartDateTime = "2026-10-08T13:00:00Z"
      + EndDateTime   = "2026-10-08T13:45:00Z"
      + WhoId         = "003DG0000000001AAA"
      # (2 more fields)
  + 006DG0000000001YAA/meeting/past/03/attendee/champion
      + EventId = (id of 006DG0000000001YAA/meeting/past/03)
  ~ 006DG0000000002YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
      ~ Subject       = "Demo" -> "Technical deep dive"
      ~ IsAllDayEvent = true -> false
      ~ Location      = (not read) -> "Online"
      ~ Description   =
          ~ … agreed to meet [-Anna-]{+Otto+} again next week
          + Next: legal
  = 006DG0000000006YAA/meeting/past/03  "Discovery: Acme"  2026-10-08

1 record already right in the org; only state takes note.
Plan: 1 to adopt, 3 to add, 2 to change, 2 to destroy, 1 to forget.
Takes about 24 API calls and 9 seconds.

"#]],
    );
}

#[test]
fn nothing_to_do() {
    check(
        header(Command::Apply),
        &[],
        str![[r#"
Plan for spring in Acme Demo (00DDG00000000012AA, embedded)
  30 opportunities, anchor 2026-11-22, seed 42

No changes. Your org matches the manifest.

"#]],
    );
    check(
        header(Command::Destroy),
        &[],
        str![[r#"
Plan to destroy spring in Acme Demo (00DDG00000000012AA, embedded)
  30 opportunities, anchor 2026-11-22, seed 42

No changes. No objects need to be destroyed.

"#]],
    );
}

#[test]
fn what_options_hold_back_still_waits() {
    let narrowed = Header {
        outside: 2,
        ..header(Command::Apply)
    };
    check(
        narrowed,
        &[],
        str![[r#"
Plan for spring in Acme Demo (00DDG00000000012AA, embedded)
  30 opportunities, anchor 2026-11-22, seed 42

No changes. 2 changes are held back by --target or --exclude.

"#]],
    );
}

#[test]
fn notes_in_state_are_nothing_to_review() {
    let notes = [meeting(8, Action::Record, Reason::AlreadyRight)];
    check(
        header(Command::Apply),
        &notes,
        str![[r#"
Plan for spring in Acme Demo (00DDG00000000012AA, embedded)
  30 opportunities, anchor 2026-11-22, seed 42

1 record already right in the org; only state takes note.
No changes. Your org matches the manifest.

"#]],
    );
}

#[test]
fn a_destroy_shows_what_goes() {
    let changes: Vec<_> = (0..30)
        .map(|number| meeting(number, Action::Delete, Reason::Destroy))
        .collect();
    check(
        header(Command::Destroy),
        &changes,
        str![[r#"
Plan to destroy spring in Acme Demo (00DDG00000000012AA, embedded)
  30 opportunities, anchor 2026-11-22, seed 42

     Count  Kind      Why      Deals  Dates
  -     30  meetings  destroy     30  2026-10-08

  - 006DG0000000000YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000001YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000002YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000003YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000004YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000005YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000006YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000007YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000008YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000009YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000010YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000011YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000012YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000013YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000014YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000015YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000016YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000017YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000018YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  - 006DG0000000019YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
    (10 more: demo-gen show demo.plan)

Plan: 0 to add, 0 to change, 30 to destroy.
Takes about 24 API calls and 9 seconds.

"#]],
    );
}

#[test]
fn what_is_left_out_is_said_with_what_lifts_it() {
    let header = Header {
        told_at: Some(day("2026-11-15")),
        coverage: Coverage {
            opportunities: 100,
            in_scope: 20,
            beyond_limit: 1200,
            kept: 1,
            skipped: 2,
            overlaps: 3,
            questions: 0,
            answered: 0,
        },
        blocked: vec![Blocked {
            object: Object::Scorecard,
            why: "the org has no Demo_Scorecard__c".to_owned(),
            fix: "Run `demo-gen org prepare`.".to_owned(),
        }],
        notices: (1..=8).map(|number| format!("Notice {number}.")).collect(),
        ..header(Command::Apply)
    };
    check(
        header,
        &[],
        str![[r#"
Plan for spring in Acme Demo (00DDG00000000012AA, embedded)
  100 opportunities, anchor 2026-11-22, moved from 2026-11-15, seed 42
  Narrowed by options: 80 opportunities stay as they are; leave out `--target` and `--exclude`, or raise `--max-opps`.
  Beyond the limit: 1,200 opportunities; raise `salesforce.query.limit` to take them in.
  Kept: 1 opportunity no longer selected; what was made there stays.
  Skipped: 2 opportunities, as nobody active stands in for the owner; see `activity.owner_fallback`.
  3 meetings overlap another one of the same owner, whose calendar is full.
! scorecards are left out: the org has no Demo_Scorecard__c
    Run `demo-gen org prepare`.
! Notice 1.
! Notice 2.
! Notice 3.
! Notice 4.
! Notice 5.
! Notice 6.
  (2 more notices)

No changes. Your org matches the manifest.

"#]],
    );
}

/// The worst that can come together: many groups, all of them large.
fn ten_thousand() -> Vec<Change> {
    let kinds = [
        (Action::Delete, Reason::NoLongerWanted),
        (Action::Delete, Reason::OutOfSelection),
        (Action::Update, Reason::Drift),
        (Action::Update, Reason::ManifestChanged),
        (Action::Update, Reason::AnchorMoved),
        (Action::Replace, Reason::ReferenceChanged),
        (Action::Create, Reason::New),
        (Action::Create, Reason::Vanished),
        (Action::Adopt, Reason::FoundByKey),
        (Action::Forget, Reason::AlreadyGone),
    ];
    let objects = [Object::Event, Object::Task];
    let all = kinds.into_iter().cycle().zip(0..10_000);
    all.map(|((action, reason), number)| Change {
        object: objects[number as usize / 10 % 2],
        fields: [
            "Subject",
            "Description",
            "Location",
            "WhoId",
            "StartDateTime",
        ]
        .map(|name| field(name, Some(json!("a b\nc d")), json!("a b\nc e\nf")))
        .to_vec(),
        ..meeting(number / 20, action, reason)
    })
    .collect()
}

const TEN_THOUSAND: &str = "\
Plan: 1000 to adopt, 3000 to add, 4000 to change, 3000 to destroy, 1000 to forget.";

#[test]
fn ten_thousand_changes_fit_on_a_screen() {
    let everything = Header {
        coverage: Coverage {
            opportunities: 8800,
            in_scope: 100,
            beyond_limit: 1,
            kept: 1,
            skipped: 1,
            overlaps: 1,
            questions: 0,
            answered: 0,
        },
        notices: vec!["Notice".to_owned(); 1000],
        stories: Box::new(StorySummary {
            shapes: Shape::ALL
                .map(|shape| Shaped {
                    shape,
                    deals: 880,
                    classes: vec![("healthy".to_owned(), 880)],
                    broken: 0,
                    rules: Vec::new(),
                })
                .into(),
            ..StorySummary::default()
        }),
        blocked: OBJECTS
            .iter()
            .map(|facts| Blocked {
                object: facts.object,
                why: "why".to_owned(),
                fix: "fix".to_owned(),
            })
            .collect(),
        ..header(Command::Apply)
    };
    let changes = ten_thousand();
    for header in [header(Command::Apply), everything] {
        let plan_of_many = plan_of(header, &changes);
        for width in [60, 80, 160] {
            let mut shown = Vec::new();
            plan(&plan_of_many, &View { width, ..VIEW }, &mut shown).unwrap();
            let shown = plain(&shown);
            assert!(shown.lines().count() <= 60, "{width}: {shown}");
            assert!(shown.contains(TEN_THOUSAND), "{width}: {shown}");
        }
    }
}

#[test]
fn a_large_simple_plan() {
    let changes: Vec<_> = (0..5000)
        .map(|number| meeting(number, Action::Create, Reason::New))
        .collect();
    check(
        header(Command::Apply),
        &changes,
        str![[r#"
Plan for spring in Acme Demo (00DDG00000000012AA, embedded)
  30 opportunities, anchor 2026-11-22, seed 42

     Count  Kind      Why  Deals  Dates
  +  5,000  meetings  new  5,000  2026-10-08

  + 006DG0000000000YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  + 006DG0000000001YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
  + 006DG0000000002YAA/meeting/past/03  "Discovery: Acme"  2026-10-08
    (4,997 more: demo-gen show demo.plan)

Plan: 5000 to add, 0 to change, 0 to destroy.
Takes about 24 API calls and 9 seconds.

"#]],
    );
}

#[test]
fn hostile_texts_are_spelled_out() {
    let evil = "\u{1b}[2J\u{1b}]0;own\u{7}\nPlan: 0 to add";
    let header = Header {
        pack: evil.to_owned(),
        org: OrgFacts {
            name: evil.to_owned(),
            instance_url: evil.to_owned(),
            embedded: false,
            ..org()
        },
        notices: vec![evil.to_owned()],
        blocked: vec![Blocked {
            object: Object::Task,
            why: evil.to_owned(),
            fix: evil.to_owned(),
        }],
        ..header(Command::Apply)
    };
    let change = Change {
        address: format!("{}/{evil}", deal(1)).parse().unwrap(),
        title: evil.to_owned(),
        fields: vec![
            field("Subject", Some(json!(evil)), json!("x")),
            field(
                "Description",
                Some(json!(evil.repeat(9))),
                json!(evil.repeat(8)),
            ),
            field("Location", Some(json!({evil: evil})), json!(null)),
            FieldChange {
                name: evil.into(),
                before: None,
                after: Datum::Ref(format!("{}/{evil}", deal(1)).parse().unwrap()),
            },
        ],
        ..meeting(1, Action::Update, Reason::Drift)
    };
    let shown = bytes(header, &[change]);
    let text = String::from_utf8(shown.clone()).unwrap();
    assert!(!text.contains(['\u{7}', '\r']));
    let ours = text.split('\u{1b}').skip(1);
    for code in ours {
        let (digits, _) = code.split_once('m').expect("only colours are ours");
        assert!(digits.starts_with('[') && digits.len() <= 5, "{digits}");
    }
    let lines = plain(&shown);
    let forged = lines
        .lines()
        .filter(|line| line.starts_with("Plan: 0 to add"));
    assert_eq!(forged.count(), 1, "the closing line is ours alone: {lines}");
}

#[test]
fn marks_are_coloured() {
    let shown = bytes(
        header(Command::Destroy),
        &[meeting(1, Action::Delete, Reason::Destroy)],
    );
    let text = String::from_utf8(shown).unwrap();
    let address = format!("{}/meeting/past/03", deal(1));
    for expect in [
        "  \u{1b}[31m-\u{1b}[0m      1  meeting".to_owned(),
        format!("  \u{1b}[31m-\u{1b}[0m \u{1b}[1m{address}\u{1b}[0m"),
    ] {
        assert!(text.contains(&expect), "{text:?}");
    }
}
