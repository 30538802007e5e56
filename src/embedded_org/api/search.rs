//! Searches: SOSL, and the same by parameters.

use std::collections::BTreeSet;

use rusqlite::params_from_iter;
use serde_json::{Map, Value};

use super::{ApiError, Call, Context, Reply};
use crate::embedded_org::schema::{Field, Flag, Kind, Object};
use crate::embedded_org::session::Session;
use crate::embedded_org::soql::{self, Page, Plan, Visibility};
use crate::embedded_org::sosl::{self, Fields, Search, Target, Words};

/// From this version on, what was found stands in an object.
const OBJECT_SINCE: u32 = 37;

/// `GET /search?q=FIND {…}`
pub(super) fn search(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let text = call
        .parameter("q")
        .ok_or_else(|| ApiError::new(400, "MALFORMED_SEARCH", "parameter 'q' is required"))?;
    let search = sosl::parse(text)?;
    answer(context, call, &search)
}

/// `GET /parameterizedSearch?q=…&sobject=Account&Account.fields=Id,Name`
pub(super) fn by_parameters(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let number = |name: &str| {
        call.parameter(name)
            .map(|text| parse_number(name, text))
            .transpose()
    };
    let list = |text: Option<&str>| -> Vec<String> {
        let items = text.unwrap_or_default().split(',').map(str::trim);
        items
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut search = Search::of(call.parameter("q").unwrap_or_default());
    if let Some(fields) = call.parameter("in") {
        search.fields = Fields::named(fields)?;
    }
    for object in call.parameters("sobject") {
        let of = |what: &str| call.parameter(&format!("{object}.{what}"));
        let clause = |word: &str, text: Option<&str>| {
            text.map_or_else(String::new, |text| format!("{word} {text} "))
        };
        search.targets.push(Target {
            object: object.to_owned(),
            fields: list(of("fields").or_else(|| call.parameter("fields"))),
            rest: clause("WHERE", of("where")) + &clause("ORDER BY", of("orderBy")),
            limit: number(&format!("{object}.limit"))?.or(number("defaultLimit")?),
            offset: 0,
        });
    }
    let search = search.with_limit(number("overallLimit")?);
    answer(context, call, &search)
}

/// `POST /parameterizedSearch`
pub(super) fn posted(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let body = call.json_object()?;
    let text = |item: &Map<String, Value>, name: &str| {
        item.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let number = |item: &Map<String, Value>, name: &str| {
        item.get(name).and_then(Value::as_u64).map(|it| it as usize)
    };
    let list = |item: &Map<String, Value>| -> Option<Vec<String>> {
        let items = item.get("fields")?.as_array()?;
        Some(
            items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        )
    };
    let mut search = Search::of(&text(&body, "q"));
    if let Some(fields) = body.get("in").and_then(Value::as_str) {
        search.fields = Fields::named(fields)?;
    }
    let objects = body.get("sobjects").and_then(Value::as_array);
    for item in objects.into_iter().flatten().filter_map(Value::as_object) {
        let clause = |word: &str, text: String| match text.is_empty() {
            true => text,
            false => format!("{word} {text} "),
        };
        search.targets.push(Target {
            object: text(item, "name"),
            fields: list(item).or_else(|| list(&body)).unwrap_or_default(),
            rest: clause("WHERE", text(item, "where")) + &clause("ORDER BY", text(item, "orderBy")),
            limit: number(item, "limit").or(number(&body, "defaultLimit")),
            offset: 0,
        });
    }
    let search = search.with_limit(number(&body, "overallLimit"));
    answer(context, call, &search)
}

fn answer(context: &Context<'_>, call: &Call, search: &Search) -> Result<Reply, ApiError> {
    let session = &context.session;
    let words = Words::read(&search.words)?;
    let default = || {
        let all = session
            .schema
            .objects()
            .filter(|object| is_searchable(object));
        let target = |object: &Object| Target {
            object: object.name.clone(),
            ..Target::default()
        };
        all.map(target).collect()
    };
    let targets = match search.targets.is_empty() {
        true => default(),
        false => search.targets.clone(),
    };
    let mut found = Vec::new();
    for target in &targets {
        let left = search.limit - found.len();
        let mut records = find(session, call, (&words, search.fields), target)?;
        records.truncate(left);
        found.extend(records);
    }
    let list = [b"[", found.join(&b',').as_slice(), b"]"].concat();
    let body = match call.version() {
        OBJECT_SINCE.. => [b"{\"searchRecords\":", list.as_slice(), b"}"].concat(),
        _ => list,
    };
    Ok(Reply::text(200, body))
}

/// The records of one sObject: those that its clauses select and that hold the words.
fn find(
    session: &Session<'_>,
    call: &Call,
    (words, fields): (&Words, Fields),
    target: &Target,
) -> Result<Vec<Vec<u8>>, ApiError> {
    let selected = match target.fields.is_empty() {
        true => "Id".to_owned(),
        false => target.fields.join(", "),
    };
    let query = format!("SELECT {selected} FROM {} {}", target.object, target.rest);
    let Plan::Records(plan) = soql::plan(session, &query, Visibility::Live)? else {
        return Err(ApiError::new(
            400,
            "MALFORMED_SEARCH",
            "a search returns records",
        ));
    };
    let object = session
        .schema
        .object(&target.object)
        .ok_or_else(ApiError::not_found)?;
    let hits = hits(session, object, (words, fields))?;
    let mut rows = soql::row_ids(session, &plan)?;
    rows.retain(|row| hits.contains(row));
    let end = target
        .limit
        .map_or(rows.len(), |limit| rows.len().min(target.offset + limit));
    let page = Page {
        session,
        path: &call.version_path(),
    };
    soql::records(
        &page,
        &plan,
        rows.get(target.offset..end).unwrap_or_default(),
    )
}

/// The rows that hold the words.
fn hits(
    session: &Session<'_>,
    object: &Object,
    (words, fields): (&Words, Fields),
) -> Result<BTreeSet<i64>, ApiError> {
    let columns: Vec<String> = object
        .stored()
        .filter(|(_, field)| is_searched(field, fields))
        .map(|(_, field)| format!("\"{}\"", field.name))
        .collect();
    if columns.is_empty() {
        return Ok(BTreeSet::new());
    }
    let literals = words.literals();
    let may_hold: Vec<String> = (1..=literals.len())
        .flat_map(|place| {
            columns
                .iter()
                .map(move |column| format!("{column} LIKE ?{place}"))
        })
        .collect();
    let sql = format!(
        "SELECT rowid, {} FROM \"{}\" WHERE NOT IsDeleted AND ({})",
        columns.join(", "),
        object.name,
        may_hold.join(" OR ")
    );
    let patterns = literals.iter().map(|literal| format!("%{literal}%"));
    let mut statement = session.db.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(patterns))?;
    let mut hits = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let mut texts = Vec::new();
        for column in 1..=columns.len() {
            let text: Option<String> = row.get(column)?;
            texts.push(sosl::cut(&text.unwrap_or_default()));
        }
        if words.are_in(&texts) {
            hits.insert(row.get(0)?);
        }
    }
    Ok(hits)
}

pub(super) fn is_searchable(object: &Object) -> bool {
    object.allows('D') && object.name_field().is_some()
}

/// Whether a field is among those that the search names.
fn is_searched(field: &Field, fields: Fields) -> bool {
    let is_name = field.is(Flag::NameField) || matches!(&*field.name, "FirstName" | "LastName");
    let is_hidden = field.is(Flag::Hidden);
    let is_one = match (fields, &field.kind) {
        (Fields::Name, _) => is_name,
        (Fields::Email, kind) => matches!(kind, Kind::Email { .. }),
        (Fields::Phone, kind) => matches!(kind, Kind::Phone { .. }),
        (Fields::All, kind) => matches!(
            kind,
            Kind::Text { .. }
                | Kind::TextArea { .. }
                | Kind::Email { .. }
                | Kind::Phone { .. }
                | Kind::Url { .. }
                | Kind::Combobox(_)
                | Kind::Picklist(_)
        ),
    };
    is_one && !is_hidden
}

fn parse_number(name: &str, text: &str) -> Result<usize, ApiError> {
    let wrong = || {
        ApiError::new(
            400,
            "MALFORMED_SEARCH",
            format!("{name} is not a number: {text}"),
        )
    };
    text.parse().map_err(|_| wrong())
}
