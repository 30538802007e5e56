//! Asking the org which of our records may have changed since the last refresh.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::live::{OwnedFields, Proof, stamp};
use super::surroundings::belonging;
use super::window::{self, Questions, Stamped};
use super::{Error, record_id};
use crate::model::id::RecordId;
use crate::model::object::Object;
use crate::model::recorded::{Known, Mark};
use crate::org::{Fields, Kind, Org, Pages, Read, Scope, Span, Told};
use crate::state::State;

/// What is asked with.
pub(crate) struct Inquiry<'a> {
    pub(crate) org: &'a Org,
    pub(crate) state: &'a State,
    pub(crate) proof: &'a Proof<'a>,
    /// The fields that are wanted now.
    pub(crate) owned: OwnedFields,
    /// By kind: how many of the pack's records there are in the org.
    pub(crate) counts: &'a BTreeMap<Object, u64>,
}

impl Inquiry<'_> {
    fn belonging(&self, object: Object) -> Option<String> {
        belonging(self.proof.capabilities, object, self.proof.pack)
    }
}

/// More than this of a kind are not looked up one by one.
const MOST: usize = 10_000;

/// What is asked of a kind.
enum Ask {
    /// The rows that were stamped lately.
    Rows,
    /// How many rows were stamped in a span of time.
    Count(window::Span),
    /// The ids of what was changed, or deleted.
    Ids,
}

/// What the org told of a kind.
#[derive(Default)]
struct Answers {
    rows: Vec<Stamped>,
    counts: Vec<(window::Span, u64)>,
    ids: BTreeSet<RecordId>,
}

/// Of each kind whose changes can be told: what is known of it, and which records may have
/// changed.
pub(super) async fn suspects(
    inquiry: &Inquiry<'_>,
    mark: &Mark,
) -> Result<BTreeMap<Object, (Known, BTreeSet<RecordId>)>, Error> {
    let known = inquiry.state.known(window::earliest(mark))?;
    let (mut asks, mut reads) = (Vec::new(), Vec::new());
    for (object, known) in &known {
        for (ask, read) in questions(inquiry, mark, *object, known) {
            asks.push((*object, ask));
            reads.push(read);
        }
    }
    let told = inquiry.org.read(&reads).await?;
    let mut answers = answers(&known, asks.into_iter().zip(told)).await?;
    let mut stamps = inquiry.state.stamps_of(&ids_of(&answers))?;
    let mut differing = Vec::new();
    for (object, answers) in &answers {
        if !window::come_out(&answers.counts, &answers.rows, &stamps) {
            differing.push(*object);
        }
    }
    if !differing.is_empty() {
        read_again(inquiry, mark, &known, (&mut answers, &differing)).await?;
        stamps = inquiry.state.stamps_of(&ids_of(&answers))?;
    }
    let mut suspects = BTreeMap::new();
    for (object, known) in known {
        let Some(answers) = answers.remove(&object) else {
            continue;
        };
        let mut of_kind = window::changed(&answers.rows, &stamps);
        of_kind.extend(answers.ids);
        of_kind.extend(&known.doubtful);
        if of_kind.len() <= MOST {
            suspects.insert(object, (known, of_kind));
        }
    }
    Ok(suspects)
}

fn ids_of(answers: &BTreeMap<Object, Answers>) -> BTreeSet<RecordId> {
    let rows = answers.values().flat_map(|answers| &answers.rows);
    rows.map(|row| row.id).collect()
}

/// Reads all rows that were stamped lately of kinds of which a number did not come out.
async fn read_again(
    inquiry: &Inquiry<'_>,
    mark: &Mark,
    known: &BTreeMap<Object, Known>,
    (answers, objects): (&mut BTreeMap<Object, Answers>, &[Object]),
) -> Result<(), Error> {
    let span = (window::earliest(mark), None);
    let read = |object: &Object| {
        let condition = inquiry.belonging(*object).unwrap_or_default();
        let soql = soql(*object, Some(ROW), &condition, span);
        ((*object, Ask::Rows), Read::Query(soql, Scope::QueryAll))
    };
    let (asks, reads): (Vec<_>, Vec<_>) = objects.iter().map(read).unzip();
    let told = inquiry.org.read(&reads).await?;
    for object in objects {
        answers.remove(object);
    }
    answers.extend(self::answers(known, asks.into_iter().zip(told)).await?);
    Ok(())
}

/// What to ask of a kind; nothing where all of it has to be read.
fn questions<'a>(
    inquiry: &Inquiry,
    mark: &Mark,
    object: Object,
    known: &Known,
) -> Vec<(Ask, Read<'a>)> {
    if !inquiry.proof.capabilities.has(object) {
        return Vec::new();
    }
    let Some(condition) = inquiry.belonging(object).filter(|_| known.keyed) else {
        return changes(inquiry, mark, object);
    };
    let Questions::Changes { since, spans } = window::questions(mark, known) else {
        return Vec::new();
    };
    let read = |fields, span| {
        let soql = soql(object, fields, &condition, span);
        Read::Query(soql, Scope::QueryAll)
    };
    // Among the parts of our records there are those that the org makes of itself.
    let is_counted = inquiry.proof.capabilities.has_key(object);
    let spans = spans.into_iter().filter(|_| is_counted).map(|span| {
        let soql = read(None, (span.from, Some(span.until)));
        (Ask::Count(span), soql)
    });
    let rows = read(Some(ROW), (since, None));
    [(Ask::Rows, rows)].into_iter().chain(spans).collect()
}

/// Without keys the org tells which records of an object changed, whosever they are.
fn changes<'a>(inquiry: &Inquiry, mark: &Mark, object: Object) -> Vec<(Ask, Read<'a>)> {
    let instant = |second| jiff::Timestamp::from_second(second).ok();
    let end = inquiry.org.server_time().map(jiff::Timestamp::as_second);
    let start = instant(window::earliest(mark) / 1_000);
    // The org looks at whole minutes.
    let Some((start, end)) = start.zip(end.and_then(|now| instant(now + 60))) else {
        return Vec::new();
    };
    let (name, span) = (object.api_name(), Span { start, end });
    vec![
        (Ask::Ids, Read::Updated(name, span)),
        (Ask::Ids, Read::Deleted(name, span)),
    ]
}

/// What is asked of a row that was stamped lately.
const ROW: &str = "Id, IsDeleted, SystemModstamp";

/// A query for the rows with a stamp in a span, or for their number.
fn soql(
    object: Object,
    fields: Option<&str>,
    condition: &str,
    (from, until): (i64, Option<i64>),
) -> String {
    let instant = |stamp| {
        let instant = jiff::Timestamp::from_millisecond(stamp);
        instant.unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    };
    let mut soql = format!(
        "SELECT {} FROM {} WHERE {condition} AND SystemModstamp >= {:.3}",
        fields.unwrap_or("COUNT()"),
        object.api_name(),
        instant(from)
    );
    if let Some(until) = until {
        soql.push_str(&format!(" AND SystemModstamp < {:.3}", instant(until)));
    }
    // A deleted row is no more where it was, and shows among the rows.
    if fields.is_none() {
        soql.push_str(" AND IsDeleted = FALSE");
    }
    soql
}

/// What the org told, without kinds of which it refused a question or of which too much changed.
async fn answers(
    known: &BTreeMap<Object, Known>,
    told: impl Iterator<Item = ((Object, Ask), Told)>,
) -> Result<BTreeMap<Object, Answers>, Error> {
    let mut answers: BTreeMap<Object, Answers> = BTreeMap::new();
    let mut without = BTreeSet::new();
    for ((object, ask), told) in told {
        let answers = answers.entry(object).or_default();
        let taken = take(answers, &known[&object], ask, told).await;
        match taken {
            Ok(true) => {}
            Ok(false) => {
                without.insert(object);
            }
            Err(Error::Org(error)) if matches!(error.kind(), Kind::Rejected(_)) => {
                without.insert(object);
            }
            Err(error) => return Err(error),
        }
    }
    answers.retain(|object, _| !without.contains(object));
    Ok(answers)
}

/// Takes in one answer, unless it is more than reading everything.
async fn take(answers: &mut Answers, known: &Known, ask: Ask, told: Told) -> Result<bool, Error> {
    match ask {
        Ask::Rows if window::is_too_much(told.count()?, known) => return Ok(false),
        Ask::Rows => answers.rows = stamped(told.pages()?).await?,
        Ask::Count(span) => answers.counts.push((span, told.count()?)),
        Ask::Ids => {
            for id in told.ids()? {
                answers.ids.insert(record_id(&id)?);
            }
        }
    }
    Ok(true)
}

async fn stamped(mut pages: Pages) -> Result<Vec<Stamped>, Error> {
    let mut rows = Vec::new();
    while let Some(page) = pages.next::<Fields>().await? {
        for fields in page {
            let id = fields.get("Id").and_then(Json::as_str).unwrap_or_default();
            let deleted = fields.get("IsDeleted").and_then(Json::as_bool);
            rows.push(Stamped {
                id: record_id(id)?,
                stamp: stamp(&fields),
                deleted: deleted.unwrap_or_default(),
            });
        }
    }
    Ok(rows)
}
