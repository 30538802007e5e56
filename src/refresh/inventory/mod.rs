//! The org without us: the covered opportunities with their accounts, contacts and owners.

mod deal;
mod people;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use super::selection::{condition, looked_at};
use super::{Error, close_plan, record_id};
use crate::manifest::{Manifest, StoryKey};
use crate::model::capabilities::Capabilities;
use crate::model::id::{AccountId, RecordId, RootId};
use crate::model::inventory::Inventory;
use crate::model::loan::Loans;
use crate::org::{Fields, Org, Pages, Read as Question, Retrieve, Scope, Told, soql};

use deal::{CURRENCY, Deal, Reading, rates};
use people::{USERS, around, users};

/// What to read.
pub(crate) struct InventoryRequest<'a> {
    pub(crate) manifest: &'a Manifest,
    /// Whether the org has the exclusion field that is used unless told otherwise.
    pub(crate) has_default_exclusion: bool,
    pub(crate) capabilities: &'a Capabilities,
    /// Opportunities that have a story already.
    pub(crate) covered: &'a BTreeSet<RootId>,
    /// What the keys of our pack have in common.
    pub(crate) pack: &'a str,
    /// Contacts and contact roles of ours, as far as state knows them.
    pub(crate) ours: &'a BTreeSet<RecordId>,
    /// Covered ones that no longer match stay all the same.
    pub(crate) keep_leaving: bool,
    /// What is lent: it is read as it was before.
    pub(crate) loans: &'a Loans,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) inventory: Inventory,
    /// Matching, but beyond the limit.
    pub(crate) beyond_limit: u64,
    /// Covered, and not matching any more.
    pub(crate) left: BTreeSet<RootId>,
}

const FIELDS: &[&str] = &[
    "Id",
    "Name",
    "AccountId",
    "OwnerId",
    "StageName",
    "Probability",
    "Amount",
    "CloseDate",
    "CreatedDate",
    "IsClosed",
    "IsWon",
];

/// Reads all that planning depends on, and further things with the first call.
pub(crate) async fn inventory(
    org: &Org,
    request: &InventoryRequest<'_>,
    further: Vec<Question<'_>>,
) -> Result<(Read, Vec<Told>), Error> {
    let mut reads = vec![
        Question::Query(selected(request), Scope::Query),
        Question::Query(matching(request), Scope::Query),
        Question::Query(USERS.to_owned(), Scope::Query),
    ];
    reads.extend(further);
    let mut told = org.read(&reads).await?;
    let further = told.split_off(3);
    let [first, total, users] = <[Told; 3]>::try_from(told).expect("three were asked");
    let first = (first.pages()?, total.count()?);
    let mut read = opportunities(org, request, first).await?;
    let Inventory {
        opportunities,
        accounts,
        contacts,
        contact_roles,
        questions,
        users: into,
        organization,
    } = &mut read.inventory;
    organization.clone_from(&org.identity().org_name);
    let around = around(org, request, opportunities).await?;
    (*accounts, *contacts, *contact_roles) = around;
    *questions = close_plan::questions(org, request, opportunities).await?;
    *into = self::users(users.pages()?).await?;
    Ok((read, further))
}

fn fields<'a>(request: &InventoryRequest<'a>) -> Vec<&'a str> {
    let manifest = request.manifest;
    let currency = request.capabilities.currencies.then_some(CURRENCY);
    let story_key = match &manifest.run.story_key {
        StoryKey::Field(field) => Some(field.as_str()),
        StoryKey::Id | StoryKey::Name => None,
    };
    let filtered = looked_at(&manifest.salesforce.query, request.has_default_exclusion);
    let mut fields = FIELDS.to_vec();
    for field in filtered.chain(currency).chain(story_key) {
        if !fields.iter().any(|known| known.eq_ignore_ascii_case(field)) {
            fields.push(field);
        }
    }
    fields
}

/// The query for the oldest opportunities that match, up to the limit.
fn selected(request: &InventoryRequest<'_>) -> String {
    let query = &request.manifest.salesforce.query;
    let fields = fields(request).join(", ");
    let condition = condition(query, request.has_default_exclusion);
    let limit = query.limit;
    format!("SELECT {fields} FROM Opportunity{condition} ORDER BY CreatedDate, Id LIMIT {limit}")
}

/// The query for how many match, whatever the limit.
fn matching(request: &InventoryRequest<'_>) -> String {
    let query = &request.manifest.salesforce.query;
    let condition = condition(query, request.has_default_exclusion);
    format!("SELECT COUNT() FROM Opportunity{condition}")
}

/// Those that were selected, of so many that match, and the covered ones: they are never pushed out.
async fn opportunities(
    org: &Org,
    request: &InventoryRequest<'_>,
    (pages, mut total): (Pages, u64),
) -> Result<Read, Error> {
    let query = &request.manifest.salesforce.query;
    let reading = Reading {
        manifest: request.manifest,
        has_default_exclusion: request.has_default_exclusion,
        rates: rates(org, request.capabilities).await?,
        loans: request.loans,
    };
    let limit = u64::from(query.limit);
    let found = read_selected(org, request, (pages, total.min(limit)), &reading).await?;
    let is_full = found.len() as u64 == limit;
    let (found, new): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|deal| request.covered.contains(&deal.id));
    let others = not_found(org, request, (&found, is_full), &reading).await?;
    let found = found.into_iter().map(|deal| (deal, true));
    let mut read = Read::default();
    let mut taken = 0;
    for (deal, is_found) in found.chain(others) {
        // What we lent may have led it into the query, or out of it.
        let is_chosen = deal.is_chosen_without_us.unwrap_or(is_found);
        total = total + u64::from(is_chosen) - u64::from(is_found);
        taken += u64::from(is_chosen);
        if !is_chosen {
            read.left.insert(deal.id);
        }
        if is_chosen || request.keep_leaving {
            read.inventory
                .opportunities
                .insert(deal.id, deal.opportunity);
        }
    }
    // Covered ones beyond the limit take places that new ones would have got.
    let places = usize::try_from(limit.saturating_sub(taken)).unwrap_or(usize::MAX);
    let new = new
        .into_iter()
        .filter(|deal| deal.is_chosen_without_us != Some(false));
    for deal in new.take(places) {
        taken += 1;
        read.inventory
            .opportunities
            .insert(deal.id, deal.opportunity);
    }
    read.beyond_limit = total.saturating_sub(taken);
    Ok(read)
}

/// The covered deals that are not among the found ones, and whether the query finds them all the
/// same: beyond the limit, where that is full.
async fn not_found(
    org: &Org,
    request: &InventoryRequest<'_>,
    (found, is_full): (&[Deal], bool),
    reading: &Reading<'_>,
) -> Result<Vec<(Deal, bool)>, Error> {
    let query = &request.manifest.salesforce.query;
    let condition = condition(query, request.has_default_exclusion);
    let found: BTreeSet<_> = found.iter().map(|deal| deal.id).collect();
    let missing: Vec<RootId> = request.covered.difference(&found).copied().collect();
    let beyond = matching_ids(org, &condition, if is_full { &missing } else { &[] }).await?;
    let deals = covered(org, &missing, (&fields(request), reading)).await?;
    let deals = deals.into_iter();
    Ok(deals
        .map(|deal| {
            let is_found = beyond.contains(&deal.id);
            (deal, is_found)
        })
        .collect())
}

/// Reads so many selected opportunities, of which the first page is there already.
async fn read_selected(
    org: &Org,
    request: &InventoryRequest<'_>,
    (mut pages, count): (Pages, u64),
    reading: &Reading<'_>,
) -> Result<Vec<Deal>, Error> {
    let salesforce = &request.manifest.salesforce;
    // A job saves calls where there are many pages. It gives texts alone, and a field of the
    // org's own may be of any type.
    let is_large = count > u64::from(salesforce.bulk_threshold);
    let job = match is_large && !matches!(request.manifest.run.story_key, StoryKey::Field(_)) {
        true => org.bulk_query(&selected(request)).await?,
        false => None,
    };
    let mut read = Vec::new();
    if let Some(mut job) = job {
        while let Some(rows) = job.next().await? {
            for mut fields in rows {
                typed(&mut fields);
                read.push(reading.deal(&fields)?);
            }
        }
        return Ok(read);
    }
    while let Some(page) = pages.next::<Fields>().await? {
        for fields in page {
            read.push(reading.deal(&fields)?);
        }
    }
    Ok(read)
}

/// Gives the texts of a job the types that they have elsewhere.
fn typed(fields: &mut Fields) {
    for name in ["Probability", "Amount", "IsClosed", "IsWon"] {
        if let Some(value) = fields.get_mut(name)
            && let Some(typed) = value
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok())
        {
            *value = typed;
        }
    }
}

/// Which of these match the query.
async fn matching_ids(
    org: &Org,
    condition: &str,
    ids: &[RootId],
) -> Result<BTreeSet<RootId>, Error> {
    #[derive(Deserialize)]
    struct Row {
        #[serde(rename = "Id")]
        id: String,
    }
    let texts: Vec<_> = ids.iter().map(|id| id.0.as_str()).collect();
    let and = if condition.is_empty() {
        " WHERE"
    } else {
        " AND"
    };
    let mut matching = BTreeSet::new();
    for soql in soql::in_lists(
        &format!("SELECT Id FROM Opportunity{condition}{and} Id IN"),
        &texts,
        "",
    ) {
        for row in org.query(soql, Scope::Query).all::<Row>().await? {
            matching.insert(RootId(record_id(&row.id)?));
        }
    }
    Ok(matching)
}

async fn covered(
    org: &Org,
    ids: &[RootId],
    (fields, reading): (&[&str], &Reading<'_>),
) -> Result<Vec<Deal>, Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.0.as_str()).collect();
    let request = Retrieve {
        object: "Opportunity",
        fields,
        ids: &ids,
    };
    let rows = retrieve(org, request).await?;
    rows.iter().map(|fields| reading.deal(fields)).collect()
}

/// The accounts of the opportunities that are there, for what a delete locks.
pub(crate) async fn accounts_of(
    org: &Org,
    roots: &BTreeSet<RootId>,
) -> Result<BTreeMap<RootId, AccountId>, Error> {
    let ids: Vec<_> = roots.iter().map(|id| id.0.as_str()).collect();
    let request = Retrieve {
        object: "Opportunity",
        fields: &["Id", "AccountId"],
        ids: &ids,
    };
    let mut accounts = BTreeMap::new();
    for fields in retrieve(org, request).await? {
        if let Some(account) = optional(&fields, "AccountId") {
            let root = RootId(record_id(&text(&fields, "Id")?)?);
            accounts.insert(root, AccountId(record_id(&account)?));
        }
    }
    Ok(accounts)
}

/// Those of the records that are there.
async fn retrieve(org: &Org, request: Retrieve<'_>) -> Result<Vec<Fields>, Error> {
    if request.ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = org.retrieve(&[request]).await?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

/// A record with what it held before fields of it were lent; borrowed where none are.
fn without_loans<'a>(fields: &'a Fields, loans: &Loans) -> Cow<'a, Fields> {
    let id = fields.get("Id").and_then(Json::as_str);
    let id = id.and_then(|id| RecordId::parse(id).ok());
    let Some(lent) = id.and_then(|id| loans.get(&id)) else {
        return Cow::Borrowed(fields);
    };
    let mut fields = fields.clone();
    for lent in lent {
        if let (Some(value), Some(old)) = (fields.get_mut(lent.field.as_ref()), &lent.old) {
            value.clone_from(old);
        }
    }
    Cow::Owned(fields)
}

/// Names of fields are the same in any case.
pub(super) fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a Json> {
    let found = fields
        .iter()
        .find(|(field, _)| field.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

fn text(fields: &Fields, name: &str) -> Result<String, Error> {
    optional(fields, name).ok_or_else(|| Error::Unexpected(format!("a record without {name}")))
}

fn optional(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).and_then(Json::as_str).map(str::to_owned)
}
