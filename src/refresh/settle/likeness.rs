//! Where records carry no key, a created one is told by its parent, its date and its subject.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{made, text};
use crate::diff::fields::Canonical;
use crate::model::id::RecordId;
use crate::model::object::Object;
use crate::org::{Fields, Kind, Org, Scope, soql};
use crate::refresh::Error;
use crate::state::{Intent, IntentRow, State};

/// Clocks may differ by so many seconds.
const CLOCK_SLACK: i64 = 300;

/// A record that may be one of the intent's.
pub(super) struct Candidate {
    made: (RecordId, i64),
    parent: Option<RecordId>,
    told_by: Vec<Json>,
}

/// What our user made under the same parents since the intent, and state does not know.
pub(super) async fn candidates(
    org: &Org,
    state: &State,
    at: i64,
    intent: &Intent,
) -> Result<Vec<Candidate>, Error> {
    let facts = intent.object.facts();
    let parents: BTreeSet<RecordId> = intent.rows.iter().filter_map(|row| row.parent).collect();
    let parents = parents.iter().map(RecordId::as_str);
    // What has no parent is looked for by its name.
    let names = intent.rows.iter().filter(|_| facts.parent.is_empty());
    let names = names.filter_map(|row| row.told_by.first()?.as_str());
    let parents: Vec<_> = parents.chain(names).collect();
    let within = match facts.parent {
        "" => facts.told_by[0],
        parent => parent,
    };
    let roots: BTreeSet<_> = intent.rows.iter().map(|row| row.address.root).collect();
    let mut known = BTreeSet::new();
    for root in roots {
        known.extend(state.rows(root)?.into_iter().map(|row| row.id));
    }
    let mut fields = vec!["Id", "CreatedDate", within];
    fields.extend(facts.told_by.iter().filter(|name| **name != within));
    let since =
        jiff::Timestamp::from_second(at - CLOCK_SLACK).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let user = soql::literal(&org.identity().user_id);
    let select = format!(
        "SELECT {} FROM {} WHERE {} IN",
        fields.join(", "),
        facts.api_name,
        within
    );
    // The copy of a meeting in an attendee's calendar is the org's, and as like as can be.
    let no_copies = match intent.object {
        Object::Event => "AND IsChild = FALSE ",
        _ => "",
    };
    let rest =
        format!("{no_copies}AND CreatedDate >= {since} AND CreatedById = {user} ORDER BY Id");
    let mut candidates = Vec::new();
    for soql in soql::in_lists(&select, &parents, &rest) {
        for fields in org.query(soql, Scope::Query).all::<Fields>().await? {
            let made = made(&fields)?;
            if known.contains(&made.0) {
                continue;
            }
            let told_by = facts
                .told_by
                .iter()
                .map(|name| fields.get(*name).cloned().unwrap_or_default());
            candidates.push(Candidate {
                made,
                parent: RecordId::parse(text(&fields, facts.parent)).ok(),
                told_by: told_by.collect(),
            });
        }
    }
    if intent.object == Object::Task {
        let of_emails = of_emails(org, &candidates).await?;
        candidates.retain(|candidate| !of_emails.contains(&candidate.made.0));
    }
    Ok(candidates)
}

/// Those of these tasks that the org made of emails, if it has emails at all: we did not make them.
async fn of_emails(org: &Org, tasks: &[Candidate]) -> Result<BTreeSet<RecordId>, Error> {
    let ids: Vec<_> = tasks.iter().map(|task| task.made.0.as_str()).collect();
    let select = "SELECT ActivityId FROM EmailMessage WHERE ActivityId IN";
    let mut found = BTreeSet::new();
    for soql in soql::in_lists(select, &ids, "") {
        match org.query(soql, Scope::Query).all::<Fields>().await {
            Ok(rows) => {
                let ids = rows
                    .iter()
                    .map(|fields| RecordId::parse(text(fields, "ActivityId")));
                found.extend(ids.flatten());
            }
            Err(error) if matches!(error.kind(), Kind::Rejected(_)) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// What a row and its record have in common.
type Likeness<'a> = &'a dyn Fn(Option<RecordId>, &[Json]) -> (Option<RecordId>, Vec<String>);

/// First by everything that tells siblings apart; then what is left of the same parent and day,
/// in order, where as many are left on both sides.
pub(super) fn matched(
    rows: &[IntentRow],
    candidates: &[Candidate],
) -> Vec<Option<(RecordId, i64)>> {
    let exact = |parent: Option<RecordId>, told_by: &[Json]| {
        let told_by: Vec<_> = told_by
            .iter()
            .map(|value| format!("{:?}", Canonical::of(value)))
            .collect();
        (parent, told_by)
    };
    let by_day = |parent: Option<RecordId>, told_by: &[Json]| {
        let day = told_by.first().and_then(Json::as_str).unwrap_or_default();
        (parent, vec![day.get(..10).unwrap_or(day).to_owned()])
    };
    let mut made = vec![None; rows.len()];
    let mut used = vec![false; candidates.len()];
    let passes: [(Likeness, bool); 2] = [(&exact, false), (&by_day, true)];
    for (likeness, must_be_equal) in passes {
        let mut left: BTreeMap<_, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (number, row) in rows
            .iter()
            .enumerate()
            .filter(|(number, row)| made[*number].is_none() && (!must_be_equal || is_dated(row)))
        {
            left.entry(likeness(row.parent, &row.told_by))
                .or_default()
                .0
                .push(number);
        }
        for (number, candidate) in candidates
            .iter()
            .enumerate()
            .filter(|(number, _)| !used[*number])
        {
            left.entry(likeness(candidate.parent, &candidate.told_by))
                .or_default()
                .1
                .push(number);
        }
        for (rows, alike) in left.into_values() {
            if must_be_equal && rows.len() != alike.len() {
                continue;
            }
            for (row, candidate) in rows.into_iter().zip(alike) {
                made[row] = Some(candidates[candidate].made);
                used[candidate] = true;
            }
        }
    }
    made
}

/// Only activities have a day beside what else tells them. An attendee is the one contact and no
/// other: the meeting's own contact stands in the same table, and is nobody's work but the org's.
fn is_dated(row: &IntentRow) -> bool {
    row.told_by.len() > 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Candidate, matched};
    use crate::model::id::RecordId;
    use crate::state::IntentRow;

    fn id(text: &str) -> RecordId {
        RecordId::parse(text).unwrap()
    }

    fn row(parent: &str, day: &str, subject: &str) -> IntentRow {
        IntentRow {
            address: "006DG0000000001YAA/thread/01/01".parse().unwrap(),
            id: None,
            key: None,
            generation: 1,
            want: None,
            parent: Some(id(parent)),
            told_by: vec![json!(day), json!(subject)],
        }
    }

    fn candidate(own: &str, parent: &str, day: &str, subject: &str) -> Candidate {
        let IntentRow {
            parent, told_by, ..
        } = row(parent, day, subject);
        Candidate {
            made: (id(own), 0),
            parent,
            told_by,
        }
    }

    const A: &str = "006DG000000000A";
    const B: &str = "006DG000000000B";

    fn check(rows: &[IntentRow], candidates: &[Candidate], expect: &[Option<&str>]) {
        let found: Vec<_> = matched(rows, candidates)
            .into_iter()
            .map(|made| made.map(|m| m.0))
            .collect();
        let expect: Vec<_> = expect.iter().map(|own| own.map(id)).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn records_are_told_by_parent_day_and_subject() {
        let rows = [
            row(A, "2026-11-02", "x"),
            row(A, "2026-11-03", "y"),
            row(B, "2026-11-02", "x"),
        ];
        let candidates = [
            candidate("00T000000000003", B, "2026-11-02", "x"),
            candidate("00T000000000001", A, "2026-11-02", "x"),
        ];
        check(
            &rows,
            &candidates,
            &[Some("00T000000000001"), None, Some("00T000000000003")],
        );
    }

    #[test]
    fn what_a_trigger_renamed_is_taken_in_order_where_the_counts_agree() {
        let rows = [
            row(A, "2026-11-02", "x"),
            row(A, "2026-11-02", "y"),
            row(B, "2026-11-02", "z"),
        ];
        let renamed = [
            candidate("00T000000000001", A, "2026-11-02", "X!"),
            candidate("00T000000000002", A, "2026-11-02", "Y!"),
        ];
        check(
            &rows,
            &renamed,
            &[Some("00T000000000001"), Some("00T000000000002"), None],
        );
        check(&rows, &renamed[..1], &[None, None, None]);
    }

    #[test]
    fn an_attendee_is_never_taken_for_another() {
        let attendee = |contact: &str| IntentRow {
            told_by: vec![json!(contact)],
            ..row(A, "", "")
        };
        let of_the_org = Candidate {
            told_by: vec![json!("003DG0000000001YAA")],
            ..candidate("0RE000000000001", A, "", "")
        };
        check(&[attendee("003DG0000000002YAA")], &[of_the_org], &[None]);
    }

    #[test]
    fn twins_are_told_apart_by_their_order() {
        let rows = [row(A, "2026-11-02", "x"), row(A, "2026-11-02", "x")];
        let twins = [
            candidate("00T000000000001", A, "2026-11-02", "x"),
            candidate("00T000000000002", A, "2026-11-02", "x"),
        ];
        check(
            &rows,
            &twins,
            &[Some("00T000000000001"), Some("00T000000000002")],
        );
    }
}
