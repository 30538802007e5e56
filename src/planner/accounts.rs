//! Accounts that the manifest asks for. They hang under the org itself: nothing else is there before
//! them.

use super::{Planner, Situation, countries, field};
use crate::manifest::{Misfit, NewAccount, template};
use crate::model::address::{Address, Path};
use crate::model::id::{AccountId, RecordId, RootId};
use crate::model::inventory::Account;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

impl Planner<'_> {
    /// The accounts under the org.
    pub(super) fn plan_org(&self, root: RootId, records: &mut Vec<Desired>) {
        let situation = &self.situation;
        let is_made = org(situation) == Some(root) && situation.capabilities.has(Object::Account);
        let create = situation.manifest.accounts.create.iter();
        for (key, account) in create.filter(|_| is_made) {
            let speaks_of = template::Situation {
                account: template::Account {
                    name: &account.name,
                    ..template::Account::default()
                },
                industry: account.industry.as_deref().unwrap_or_default(),
                ..template::Situation::default()
            };
            let record = (path(key), Object::Account);
            self.add_outside(records, record, &speaks_of, fields(situation, account));
        }
    }
}

/// The org as a root, where accounts are made.
pub(super) fn org(situation: &Situation) -> Option<RootId> {
    let creates = !situation.manifest.accounts.create.is_empty();
    situation.capabilities.org.filter(|_| creates).map(RootId)
}

/// The account that the manifest means: one that it makes, by its key, or one that is there, by id
/// or name; of several with one name the first.
pub(super) fn known(situation: &Situation, name: &str) -> Option<Value> {
    if situation.manifest.accounts.create.contains_key(name) {
        let path = path(name);
        return org(situation).map(|root| Value::Ref(Address { root, path }));
    }
    if name.starts_with("001")
        && let Ok(id) = RecordId::parse(name)
    {
        return Some(Value::Id(id));
    }
    let is_called = |(_, account): &(&AccountId, &Account)| account.name == name;
    let mut accounts = situation.inventory.accounts.iter();
    accounts.find(is_called).map(|(id, _)| Value::Id(id.0))
}

/// Where an account that is made stands under the org.
pub(super) fn path(key: &str) -> Path {
    Path::new(format!("account/{key}"))
}

fn fields(situation: &Situation, account: &NewAccount) -> Vec<(FieldName, Value)> {
    let NewAccount {
        name,
        parent,
        website,
        industry,
        employees,
        country: _,
        state: _,
    } = account;
    let text = |text: &Option<String>| match text {
        Some(text) => Value::Word(text.as_str().into()),
        None => Value::Null,
    };
    let parent = parent
        .as_deref()
        .and_then(|parent| known(situation, parent));
    let employees = employees.map_or(Value::Null, |count| Value::Tenths(i64::from(count) * 10));
    let mut fields = vec![
        field("Name", Value::Word(name.as_str().into())),
        field("ParentId", parent.unwrap_or(Value::Null)),
        field("Website", text(website)),
        field("Industry", text(industry)),
        field("NumberOfEmployees", employees),
    ];
    // What does not fit is told as a misfit, and then nothing is written.
    let places = countries::written(situation.capabilities, account).unwrap_or_default();
    let is_somewhere = places.iter().any(Option::is_some);
    if let Some(names) = situation
        .capabilities
        .places
        .of_account()
        .filter(|_| is_somewhere)
    {
        let places = names.into_iter().zip(&places);
        fields.extend(places.map(|(name, place)| field(name, text(place))));
    }
    fields
}

/// The accounts that cannot be in this org where the manifest says.
pub(super) fn misfits(situation: &Situation) -> Vec<Misfit> {
    let create = situation.manifest.accounts.create.iter();
    let misfit = |(key, account): (&String, &NewAccount)| {
        let (part, message, hint) = countries::written(situation.capabilities, account).err()?;
        Some(Misfit {
            path: format!("accounts.create.{key}.{part}"),
            message,
            hint,
        })
    };
    create.filter_map(misfit).collect()
}
