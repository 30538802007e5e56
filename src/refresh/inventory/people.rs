//! Who is around the opportunities: accounts, their contacts, and users.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde_json::Value as Json;

use super::{InventoryRequest, optional, text, without_loans};
use crate::model::capabilities::{Capabilities, KEY_FIELD, Places};
use crate::model::id::{AccountId, ContactId, RootId, UserId};
use crate::model::inventory::{Account, Contact, ContactRole, Opportunity, User};
use crate::model::key;
use crate::model::object::Object;
use crate::org::{
    Fields, Org, Pages, RECORDS_PER_LOT, Read as Question, Retrieve, Scope, Told, soql,
};
use crate::refresh::{Error, record_id};

/// What an account and its contact say who are one person, in orgs that have such.
const IS_PERSON: &str = "IsPersonAccount";

/// The accounts of the opportunities, their contacts, and who has a part in which deal.
pub(super) async fn around(
    org: &Org,
    request: &InventoryRequest<'_>,
    opportunities: &BTreeMap<RootId, Opportunity>,
) -> Result<(Accounts, Contacts, ContactRoles), Error> {
    let capabilities = request.capabilities;
    let accounts = opportunities.values().filter_map(|deal| deal.account);
    let accounts: BTreeSet<_> = accounts.collect();
    let ids: Vec<_> = accounts.iter().map(|id| id.0.as_str()).collect();
    let mut fields = vec!["Id", "Name"];
    fields.extend(capabilities.places.of_account().into_iter().flatten());
    fields.extend(capabilities.account_fields.iter().map(String::as_str));
    fields.extend(capabilities.person_accounts.then_some(IS_PERSON));
    let lots = ids.chunks(RECORDS_PER_LOT).map(|ids| {
        Question::Retrieve(Retrieve {
            object: "Account",
            fields: &fields,
            ids,
        })
    });
    let mut reads: Vec<_> = lots.collect();
    let lots = reads.len();
    let query = |soql| Question::Query(soql, Scope::Query);
    reads.extend(contacts_of(capabilities, &ids).into_iter().map(query));
    let queries = reads.len();
    let deals: Vec<_> = opportunities.keys().map(|id| id.0.as_str()).collect();
    reads.extend(roles_of(capabilities, &deals).into_iter().map(query));
    let mut told = org.read(&reads).await?;
    let roles = told.split_off(queries);
    let contacts = told.split_off(lots);
    let mut accounts = Accounts::new();
    for told in told {
        for fields in told.records()?.into_iter().flatten() {
            let fields = without_loans(&fields, request.loans);
            let (id, account) = account(&fields, capabilities.places)?;
            accounts.insert(id, account);
        }
    }
    let contacts = self::contacts(request, contacts).await?;
    let roles = contact_roles(request, roles).await?;
    Ok((accounts, contacts, roles))
}

/// The queries for the contacts of accounts.
fn contacts_of(capabilities: &Capabilities, accounts: &[&str]) -> Vec<String> {
    let more = capabilities
        .contact_places
        .of_contact()
        .into_iter()
        .flatten();
    // The contact that a person account is stands alone: others there are only related to it.
    let person = capabilities.person_accounts.then_some(IS_PERSON);
    let more = more.chain(person).map(|field| format!(", {field}"));
    let more = more.collect::<Vec<_>>().concat();
    let key = key_of(capabilities, Object::Contact);
    let select = format!(
        "SELECT Id, FirstName, LastName, Title, Email, AccountId{more}{key} FROM Contact WHERE AccountId IN"
    );
    soql::in_lists(&select, accounts, "").into_iter().collect()
}

/// The queries for the contact roles of deals, where the org has such.
fn roles_of(capabilities: &Capabilities, deals: &[&str]) -> Vec<String> {
    if !capabilities.has(Object::OpportunityContactRole) {
        return Vec::new();
    }
    let key = key_of(capabilities, Object::OpportunityContactRole);
    let select = format!(
        "SELECT Id, OpportunityId, ContactId, IsPrimary{key} FROM OpportunityContactRole WHERE OpportunityId IN"
    );
    soql::in_lists(&select, deals, "").into_iter().collect()
}

/// The key, among the fields of a query, where it is shown.
fn key_of(capabilities: &Capabilities, object: Object) -> String {
    match capabilities.can_read(object, KEY_FIELD) {
        true => format!(", {KEY_FIELD}"),
        false => String::new(),
    }
}

/// Whether a record is ours, or another pack's, so that it is no part of the org without us.
fn is_made(request: &InventoryRequest, fields: &Fields) -> Result<bool, Error> {
    Ok(pack_of(fields).is_some() || is_ours(request, fields)?)
}

/// Whether a record is of our own pack.
fn is_ours(request: &InventoryRequest, fields: &Fields) -> Result<bool, Error> {
    let id = record_id(&text(fields, "Id")?)?;
    Ok(pack_of(fields) == Some(request.pack) || request.ours.contains(&id))
}

/// Whose key a record carries.
fn pack_of(fields: &Fields) -> Option<&str> {
    let key = fields.get(KEY_FIELD).and_then(Json::as_str);
    key.and_then(key::parse).map(|key| key.pack)
}

async fn contacts(request: &InventoryRequest<'_>, told: Vec<Told>) -> Result<Contacts, Error> {
    let mut contacts = Contacts::new();
    let mut persons = BTreeSet::new();
    for told in told {
        let mut pages = told.pages()?;
        while let Some(page) = pages.next::<Fields>().await? {
            for fields in page {
                if is_made(request, &fields)? {
                    continue;
                }
                let places = request.capabilities.contact_places;
                let (account, id, contact) = contact(&fields, places)?;
                contacts.entry(account).or_default().insert(id, contact);
                if fields.get(IS_PERSON) == Some(&Json::Bool(true)) {
                    persons.insert((account, id));
                }
            }
        }
    }
    for (account, person) in persons {
        let people = contacts.entry(account).or_default();
        people.retain(|contact, _| *contact == person);
    }
    Ok(contacts)
}

async fn contact_roles(
    request: &InventoryRequest<'_>,
    told: Vec<Told>,
) -> Result<ContactRoles, Error> {
    let mut roles = ContactRoles::new();
    for told in told {
        for fields in told.pages()?.all::<Fields>().await? {
            // A role of somebody who may not be seen is nobody's.
            let Some(contact) = optional(&fields, "ContactId") else {
                continue;
            };
            // Another pack's counts: a deal has one primary contact, and nobody takes that away.
            if is_ours(request, &fields)? {
                continue;
            }
            let deal = RootId(record_id(&text(&fields, "OpportunityId")?)?);
            roles.entry(deal).or_default().push(ContactRole {
                contact: ContactId(record_id(&contact)?),
                primary: fields.get("IsPrimary") == Some(&Json::Bool(true)),
            });
        }
    }
    for roles in roles.values_mut() {
        roles.sort_by_key(|role| role.contact);
    }
    Ok(roles)
}

pub(super) type ContactRoles = BTreeMap<RootId, Vec<ContactRole>>;
pub(super) type Accounts = BTreeMap<AccountId, Account>;
pub(super) type Contacts = BTreeMap<AccountId, BTreeMap<ContactId, Contact>>;

fn account(fields: &Fields, places: Places) -> Result<(AccountId, Account), Error> {
    let id = AccountId(record_id(&text(fields, "Id")?)?);
    let [country, state] = place(fields, places.of_account());
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
        person: fields.get(IS_PERSON) == Some(&Json::Bool(true)),
    };
    Ok((id, account))
}

fn contact(fields: &Fields, places: Places) -> Result<(AccountId, ContactId, Contact), Error> {
    let account = AccountId(record_id(&text(fields, "AccountId")?)?);
    let [country, state] = place(fields, places.of_contact());
    let kept = |text: Option<String>| text.map(CompactString::from);
    let contact = Contact {
        first_name: kept(optional(fields, "FirstName")),
        last_name: text(fields, "LastName")?.into(),
        title: kept(optional(fields, "Title")),
        email: kept(optional(fields, "Email")),
        country: kept(country),
        state: kept(state),
    };
    let id = ContactId(record_id(&text(fields, "Id")?)?);
    Ok((account, id, contact))
}

fn place(fields: &Fields, names: Option<[&str; 2]>) -> [Option<String>; 2] {
    names.map_or_else(Default::default, |names| {
        names.map(|name| optional(fields, name))
    })
}

pub(super) const USERS: &str =
    "SELECT Id, Name, Username, Email, Title, IsActive, TimeZoneSidKey, ManagerId FROM User";

pub(super) async fn users(pages: Pages) -> Result<BTreeMap<UserId, User>, Error> {
    let mut users = BTreeMap::new();
    for fields in pages.all::<Fields>().await? {
        let manager = optional(&fields, "ManagerId")
            .map(|id| record_id(&id))
            .transpose()?;
        let user = User {
            name: text(&fields, "Name")?,
            username: text(&fields, "Username")?,
            email: optional(&fields, "Email"),
            title: optional(&fields, "Title"),
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
