//! The org without us: the covered opportunities with their accounts, contacts and owners.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use super::selection::condition;
use super::{Error, record_id, timestamp};
use crate::manifest::{Manifest, StoryKey};
use crate::model::capabilities::{Capabilities, Places};
use crate::model::day::Day;
use crate::model::id::{AccountId, ContactId, RootId, UserId};
use crate::model::inventory::{Account, Contact, Inventory, Opportunity, User};
use crate::org::{
    Fields, Org, Pages, RECORDS_PER_LOT, Read as Question, Retrieve, Scope, Told, soql,
};

/// What to read.
pub(crate) struct InventoryRequest<'a> {
    pub(crate) manifest: &'a Manifest,
    /// Whether the org has the exclusion field that is used unless told otherwise.
    pub(crate) has_default_exclusion: bool,
    pub(crate) capabilities: &'a Capabilities,
    /// Opportunities that have a story already.
    pub(crate) covered: &'a BTreeSet<RootId>,
    /// Covered ones that no longer match stay all the same.
    pub(crate) keep_leaving: bool,
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
        users: into,
    } = &mut read.inventory;
    let wanted: BTreeSet<_> = opportunities.values().filter_map(|o| o.account).collect();
    (*accounts, *contacts) = around(org, request.capabilities, &wanted).await?;
    *into = self::users(users.pages()?).await?;
    Ok((read, further))
}

fn fields<'a>(request: &InventoryRequest<'a>) -> Vec<&'a str> {
    let mut fields = FIELDS.to_vec();
    if request.capabilities.currencies {
        fields.push(CURRENCY);
    }
    if let StoryKey::Field(field) = &request.manifest.run.story_key
        && !FIELDS.iter().any(|known| known.eq_ignore_ascii_case(field))
    {
        fields.push(field);
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
    (pages, total): (Pages, u64),
) -> Result<Read, Error> {
    let query = &request.manifest.salesforce.query;
    let reading = Reading {
        story_key: &request.manifest.run.story_key,
        rates: rates(org, request.capabilities).await?,
    };
    let fields = fields(request);
    let condition = condition(query, request.has_default_exclusion);
    let limit = u64::from(query.limit);
    let matching = read_selected(org, request, (pages, total.min(limit)), &reading).await?;
    let full = matching.len() as u64 == limit;
    let found: BTreeSet<_> = matching.iter().map(|(id, _)| *id).collect();
    let missing: Vec<RootId> = request.covered.difference(&found).copied().collect();
    let mut read = Read::default();
    let still = matching_ids(org, &condition, if full { &missing } else { &[] }).await?;
    let covered = self::covered(org, &missing, (&fields, &reading)).await?;
    for (id, opportunity) in covered {
        let matches = still.contains(&id);
        if !matches {
            read.left.insert(id);
        }
        if matches || request.keep_leaving {
            read.inventory.opportunities.insert(id, opportunity);
        }
    }
    // Covered ones beyond the limit take places that new ones would have got.
    let mut places =
        (limit as usize).saturating_sub(still.len() + found.intersection(request.covered).count());
    for (id, opportunity) in matching {
        let covered = request.covered.contains(&id);
        if covered || places > 0 {
            places -= usize::from(!covered);
            read.inventory.opportunities.insert(id, opportunity);
        }
    }
    let taken = read.inventory.opportunities.len()
        - read
            .left
            .intersection(&read.inventory.opportunities.keys().copied().collect())
            .count();
    read.beyond_limit = total.saturating_sub(taken as u64);
    Ok(read)
}

/// Reads so many selected opportunities, of which the first page is there already.
async fn read_selected(
    org: &Org,
    request: &InventoryRequest<'_>,
    (mut pages, count): (Pages, u64),
    reading: &Reading<'_>,
) -> Result<Vec<(RootId, Opportunity)>, Error> {
    let salesforce = &request.manifest.salesforce;
    // A job saves calls where there are many pages. It gives texts alone, and a field of the
    // org's own may be of any type.
    let is_large = count > u64::from(salesforce.bulk_threshold);
    let job = match is_large && !matches!(reading.story_key, StoryKey::Field(_)) {
        true => org.bulk_query(&selected(request)).await?,
        false => None,
    };
    let mut read = Vec::new();
    if let Some(mut job) = job {
        while let Some(rows) = job.next().await? {
            for mut fields in rows {
                typed(&mut fields);
                read.push(opportunity(&fields, reading)?);
            }
        }
        return Ok(read);
    }
    while let Some(page) = pages.next::<Fields>().await? {
        for fields in page {
            read.push(opportunity(&fields, reading)?);
        }
    }
    Ok(read)
}

/// Gives the texts of a job the types that they have elsewhere.
fn typed(fields: &mut Fields) {
    for name in ["Probability", "Amount", "IsClosed"] {
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
) -> Result<Vec<(RootId, Opportunity)>, Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.0.as_str()).collect();
    let request = Retrieve {
        object: "Opportunity",
        fields,
        ids: &ids,
    };
    let rows = retrieve(org, request).await?;
    rows.iter()
        .map(|fields| opportunity(fields, reading))
        .collect()
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

/// The field that tells an amount's currency, where there are several.
const CURRENCY: &str = "CurrencyIsoCode";

/// How an opportunity is read.
struct Reading<'a> {
    story_key: &'a StoryKey,
    /// By currency, how much of it a unit of the corporate currency is; empty where there is one.
    rates: BTreeMap<String, f64>,
}

impl Reading<'_> {
    /// An amount in the corporate currency; as it is where the org does not tell the rate.
    fn corporate(&self, fields: &Fields, amount: f64) -> f64 {
        let currency = optional(fields, CURRENCY);
        let rate = currency.and_then(|currency| self.rates.get(&currency));
        rate.filter(|rate| **rate > 0.0)
            .map_or(amount, |rate| amount / rate)
    }
}

/// The rates of all currencies, also of those that are not in use any more.
async fn rates(org: &Org, capabilities: &Capabilities) -> Result<BTreeMap<String, f64>, Error> {
    if !capabilities.currencies {
        return Ok(BTreeMap::new());
    }
    let soql = "SELECT IsoCode, ConversionRate FROM CurrencyType".to_owned();
    let rows = org.query(soql, Scope::Query).all::<Fields>().await?;
    let rate = |fields: &Fields| {
        let rate = fields.get("ConversionRate").and_then(Json::as_f64)?;
        Some((optional(fields, "IsoCode")?, rate))
    };
    Ok(rows.iter().filter_map(rate).collect())
}

fn opportunity(fields: &Fields, reading: &Reading<'_>) -> Result<(RootId, Opportunity), Error> {
    let id = record_id(&text(fields, "Id")?)?;
    let name = text(fields, "Name")?;
    let story_key = match reading.story_key {
        StoryKey::Id => id.to_string(),
        StoryKey::Name => name.clone(),
        // A deal without the field tells the story of its id.
        StoryKey::Field(field) => match value(fields, field) {
            Some(Json::String(text)) => text.clone(),
            None | Some(Json::Null) => id.to_string(),
            Some(other) => other.to_string(),
        },
    };
    let close_date: jiff::civil::Date = text(fields, "CloseDate")?
        .parse()
        .map_err(|error: jiff::Error| Error::Unexpected(error.to_string()))?;
    let account = optional(fields, "AccountId")
        .map(|id| record_id(&id))
        .transpose()?;
    let number = |name: &str| fields.get(name).and_then(Json::as_f64);
    let opportunity = Opportunity {
        name,
        account: account.map(AccountId),
        owner: UserId(record_id(&text(fields, "OwnerId")?)?),
        stage: text(fields, "StageName")?,
        probability: number("Probability").unwrap_or(0.0),
        amount: number("Amount").map(|amount| reading.corporate(fields, amount)),
        close_date: Day::from_date(close_date),
        created: timestamp(&text(fields, "CreatedDate")?)?,
        closed: fields
            .get("IsClosed")
            .and_then(Json::as_bool)
            .unwrap_or(false),
        story_key,
    };
    Ok((RootId(id), opportunity))
}

/// The accounts, and their contacts.
async fn around(
    org: &Org,
    capabilities: &Capabilities,
    ids: &BTreeSet<AccountId>,
) -> Result<(Accounts, Contacts), Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.0.as_str()).collect();
    let places = capabilities.places;
    let mut fields = vec!["Id", "Name"];
    fields.extend(places.of_account().into_iter().flatten());
    let lots = ids.chunks(RECORDS_PER_LOT).map(|ids| {
        Question::Retrieve(Retrieve {
            object: "Account",
            fields: &fields,
            ids,
        })
    });
    let mut reads: Vec<_> = lots.collect();
    let lots = reads.len();
    // The contact that a person account is stands alone: others there are only related to it.
    let more = match capabilities.person_accounts {
        true => ", IsPersonAccount",
        false => "",
    };
    let select = format!(
        "SELECT Id, FirstName, LastName, Title, Email, AccountId{more} FROM Contact WHERE AccountId IN"
    );
    let queries = soql::in_lists(&select, &ids, "");
    reads.extend(
        queries
            .into_iter()
            .map(|soql| Question::Query(soql, Scope::Query)),
    );
    let (mut accounts, mut contacts) = (Accounts::new(), Contacts::new());
    let mut persons = BTreeSet::new();
    for (number, told) in org.read(&reads).await?.into_iter().enumerate() {
        if number < lots {
            for fields in told.records()?.into_iter().flatten() {
                let (id, account) = account(&fields, places)?;
                accounts.insert(id, account);
            }
            continue;
        }
        let mut pages = told.pages()?;
        while let Some(page) = pages.next::<Fields>().await? {
            for fields in page {
                let (account, id, contact) = contact(&fields)?;
                contacts.entry(account).or_default().insert(id, contact);
                if fields.get("IsPersonAccount") == Some(&Json::Bool(true)) {
                    persons.insert((account, id));
                }
            }
        }
    }
    for (account, person) in persons {
        let people = contacts.entry(account).or_default();
        people.retain(|contact, _| *contact == person);
    }
    Ok((accounts, contacts))
}

type Accounts = BTreeMap<AccountId, Account>;
type Contacts = BTreeMap<AccountId, BTreeMap<ContactId, Contact>>;

fn account(fields: &Fields, places: Places) -> Result<(AccountId, Account), Error> {
    let id = AccountId(record_id(&text(fields, "Id")?)?);
    let place = places.of_account();
    let [country, state] = place.map_or_else(<[_; 2]>::default, |place| {
        place.map(|field| optional(fields, field))
    });
    let account = Account {
        name: text(fields, "Name")?,
        country,
        state,
    };
    Ok((id, account))
}

fn contact(fields: &Fields) -> Result<(AccountId, ContactId, Contact), Error> {
    let account = AccountId(record_id(&text(fields, "AccountId")?)?);
    let contact = Contact {
        first_name: optional(fields, "FirstName"),
        last_name: text(fields, "LastName")?,
        title: optional(fields, "Title"),
        email: optional(fields, "Email"),
    };
    let id = ContactId(record_id(&text(fields, "Id")?)?);
    Ok((account, id, contact))
}

const USERS: &str = "SELECT Id, Name, Username, IsActive, TimeZoneSidKey, ManagerId FROM User";

async fn users(pages: Pages) -> Result<BTreeMap<UserId, User>, Error> {
    let mut users = BTreeMap::new();
    for fields in pages.all::<Fields>().await? {
        let manager = optional(&fields, "ManagerId")
            .map(|id| record_id(&id))
            .transpose()?;
        let user = User {
            name: text(&fields, "Name")?,
            username: text(&fields, "Username")?,
            active: fields
                .get("IsActive")
                .and_then(Json::as_bool)
                .unwrap_or(false),
            time_zone: optional(&fields, "TimeZoneSidKey").unwrap_or_else(|| "UTC".to_owned()),
            manager: manager.map(UserId),
        };
        users.insert(UserId(record_id(&text(&fields, "Id")?)?), user);
    }
    Ok(users)
}

/// Names of fields are the same in any case.
fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a Json> {
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
