//! Who works at the sample company, and at its accounts.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::setup::Profiles;
use super::{Ids, add, date, morning, read, text};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::features::Feature;
use crate::embedded_org::session::Session;

pub(super) const USERS: &str = include_str!("users.csv");
pub(super) const ACCOUNTS: &str = include_str!("accounts.csv");
pub(super) const CONTACTS: &str = include_str!("contacts.csv");

#[derive(Deserialize)]
struct User {
    first: String,
    last: String,
    title: String,
    time_zone: String,
    manager: String,
    active: bool,
}

#[derive(Deserialize)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) domain: String,
    industry: String,
    r#type: String,
    city: String,
    country: String,
    employees: i64,
    revenue: f64,
    owner: String,
    parent: String,
}

#[derive(Deserialize)]
struct Contact {
    account: String,
    salutation: String,
    first: String,
    last: String,
    title: String,
    department: String,
}

/// Adds the users; the first is the administrator, who signs in over the API.
pub(super) fn add_users(session: &Session<'_>, profiles: &Profiles) -> Result<Ids, ApiError> {
    let mut ids = Ids(BTreeMap::new());
    for user in read::<User>(USERS) {
        let email = format!("{}.{}@larkfield.example", user.first, user.last).to_lowercase();
        let alias: String = user.last.to_lowercase().chars().take(8).collect();
        let profile = if ids.0.is_empty() {
            &profiles.administrator
        } else {
            &profiles.standard
        };
        let fields = [
            ("FirstName", text(&user.first)),
            ("LastName", text(&user.last)),
            ("Username", text(&email)),
            ("Email", text(&email)),
            ("Alias", text(&alias)),
            ("Title", text(&user.title)),
            ("Department", text("Sales")),
            ("CompanyName", text("Larkfield Software")),
            ("TimeZoneSidKey", text(&user.time_zone)),
            ("IsActive", user.active.into()),
            ("ProfileId", text(profile)),
            ("ManagerId", ids.value(&user.manager)),
            ("CreatedDate", morning(session, -400)),
        ];
        let id = add(session, "User", &fields)?;
        ids.0.insert(format!("{} {}", user.first, user.last), id);
    }
    Ok(ids)
}

/// An account, with what its contacts take from it.
pub(super) struct AddedAccount {
    pub(super) id: String,
    domain: String,
    owner: String,
}

/// Adds the accounts, parents before their children.
pub(super) fn add_accounts(
    session: &Session<'_>,
    users: &Ids,
) -> Result<BTreeMap<String, AddedAccount>, ApiError> {
    let mut accounts: BTreeMap<String, AddedAccount> = BTreeMap::new();
    for (index, account) in (0..).zip(read::<Account>(ACCOUNTS)) {
        let parent = accounts
            .get(&account.parent)
            .map_or("", |parent| &parent.id);
        let owner = users.of(&account.owner).to_owned();
        let fields = [
            ("Name", text(&account.name)),
            ("Type", text(&account.r#type)),
            ("Industry", text(&account.industry)),
            ("ParentId", text(parent)),
            ("BillingCity", text(&account.city)),
            ("BillingCountry", text(&account.country)),
            ("Website", text(&format!("https://www.{}", account.domain))),
            ("NumberOfEmployees", account.employees.into()),
            ("AnnualRevenue", account.revenue.into()),
            ("OwnerId", text(&owner)),
            ("CreatedDate", morning(session, -380 + index * 3)),
        ];
        let added = AddedAccount {
            id: add(session, "Account", &fields)?,
            domain: account.domain,
            owner,
        };
        accounts.insert(account.name, added);
    }
    Ok(accounts)
}

/// Adds the contacts, with addresses at the domain of their account.
pub(super) fn add_contacts(
    session: &Session<'_>,
    accounts: &BTreeMap<String, AddedAccount>,
) -> Result<Ids, ApiError> {
    let mut ids = Ids(BTreeMap::new());
    for (index, contact) in (0..).zip(read::<Contact>(CONTACTS)) {
        let account = accounts
            .get(&contact.account)
            .expect("contacts work at accounts of the sample company");
        let email = format!("{}.{}@{}", contact.first, contact.last, account.domain).to_lowercase();
        let fields = [
            ("AccountId", text(&account.id)),
            ("Salutation", text(&contact.salutation)),
            ("FirstName", text(&contact.first)),
            ("LastName", text(&contact.last)),
            ("Title", text(&contact.title)),
            ("Department", text(&contact.department)),
            ("Email", text(&email)),
            ("OwnerId", text(&account.owner)),
            ("CreatedDate", morning(session, -340 + index * 4)),
        ];
        let id = add(session, "Contact", &fields)?;
        ids.0
            .insert(format!("{} {}", contact.first, contact.last), id);
    }
    Ok(ids)
}

/// Adds a customer who is a person, with a deal, where the org has such: the oldest deal there is.
pub(super) fn add_person_account(session: &Session<'_>) -> Result<(), ApiError> {
    if !session.schema.has(Feature::PersonAccounts) {
        return Ok(());
    }
    let person = session.next_id(session.schema.known("Contact"))?;
    let person = text(person.as_str());
    let fields = [
        ("Name", text("Ines Calloway")),
        ("IsPersonAccount", true.into()),
        ("PersonContactId", person.clone()),
    ];
    let account = add(session, "Account", &fields)?;
    let fields = [
        ("Id", person),
        ("AccountId", text(&account)),
        ("FirstName", text("Ines")),
        ("LastName", text("Calloway")),
        ("Email", text("ines.calloway@home.example")),
        ("IsPersonAccount", true.into()),
    ];
    add(session, "Contact", &fields)?;
    let fields = [
        ("Name", text("Ines Calloway - Home Studio")),
        ("AccountId", text(&account)),
        ("StageName", text("Qualification")),
        ("Amount", 4_800.0.into()),
        ("CloseDate", date(session, 30)),
        ("CreatedDate", morning(session, -200)),
    ];
    add(session, "Opportunity", &fields).map(|_| ())
}
