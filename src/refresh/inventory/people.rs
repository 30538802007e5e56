//! Who is around the opportunities: accounts, their contacts, and users.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{optional, text};
use crate::model::capabilities::{Capabilities, Places};
use crate::model::id::{AccountId, ContactId, UserId};
use crate::model::inventory::{Account, Contact, User};
use crate::org::{Fields, Org, Pages, RECORDS_PER_LOT, Read as Question, Retrieve, Scope, soql};
use crate::refresh::{Error, record_id};

/// The accounts, and their contacts.
pub(super) async fn around(
    org: &Org,
    capabilities: &Capabilities,
    ids: &BTreeSet<AccountId>,
) -> Result<(Accounts, Contacts), Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.0.as_str()).collect();
    let places = capabilities.places;
    let mut fields = vec!["Id", "Name"];
    fields.extend(places.of_account().into_iter().flatten());
    fields.extend(capabilities.account_fields.iter().map(String::as_str));
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

pub(super) type Accounts = BTreeMap<AccountId, Account>;
pub(super) type Contacts = BTreeMap<AccountId, BTreeMap<ContactId, Contact>>;

fn account(fields: &Fields, places: Places) -> Result<(AccountId, Account), Error> {
    let id = AccountId(record_id(&text(fields, "Id")?)?);
    let place = places.of_account();
    let [country, state] = place.map_or_else(<[_; 2]>::default, |place| {
        place.map(|field| optional(fields, field))
    });
    let employees = fields.get("NumberOfEmployees").and_then(Json::as_u64);
    let parent = optional(fields, "ParentId");
    let parent = parent.map(|id| record_id(&id)).transpose()?;
    let account = Account {
        name: text(fields, "Name")?,
        country,
        state,
        industry: optional(fields, "Industry"),
        website: optional(fields, "Website"),
        employees: employees.and_then(|count| u32::try_from(count).ok()),
        parent: parent.map(AccountId),
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

pub(super) const USERS: &str =
    "SELECT Id, Name, Username, IsActive, TimeZoneSidKey, ManagerId FROM User";

pub(super) async fn users(pages: Pages) -> Result<BTreeMap<UserId, User>, Error> {
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
