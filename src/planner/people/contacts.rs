//! Contacts: the people whom we add to an account.

use compact_str::CompactString;

use super::super::{Planner, field};
use crate::manifest::template;
use crate::model::capabilities::Places;
use crate::model::id::AccountId;
use crate::model::inventory::Contact;
use crate::model::object::Object;
use crate::model::person::{Identity, Person};
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

impl Planner<'_> {
    /// The people whom we add to an account.
    pub(in crate::planner) fn plan_account(&self, id: AccountId, records: &mut Vec<Desired>) {
        let Some(people) = self.stories.people.get(&id) else {
            return;
        };
        let account = self.situation.inventory.accounts.get(&id);
        for (number, identity) in people {
            let Some(address) = Person::Made(id, *number).address() else {
                continue;
            };
            let full_name = identity.contact.full_name();
            let speaks_of = template::Situation {
                account: template::Account {
                    id: id.0.as_str(),
                    name: account.map_or("", |account| &account.name),
                },
                contact: spoken_of(&identity.contact, &full_name),
                industry: account
                    .and_then(|account| account.industry.as_deref())
                    .unwrap_or_default(),
                ..template::Situation::default()
            };
            let fields = fields(id, identity, self.situation.capabilities.places);
            let record = (address.path, Object::Contact);
            self.add_outside(records, record, &speaks_of, fields);
        }
    }
}

/// What a template can say of somebody who has no id yet.
fn spoken_of<'a>(contact: &'a Contact, full_name: &'a str) -> template::Contact<'a> {
    let text = |text: &'a Option<CompactString>| text.as_deref().unwrap_or_default();
    template::Contact {
        id: "",
        name: full_name,
        first_name: text(&contact.first_name),
        last_name: &contact.last_name,
        title: text(&contact.title),
        email: text(&contact.email),
    }
}

fn fields(account: AccountId, identity: &Identity, places: Places) -> Vec<(FieldName, Value)> {
    let Identity {
        contact,
        department,
        email_domain: _,
        country,
        state,
    } = identity;
    let text = |text: &Option<CompactString>| match text {
        Some(text) => Value::Word(text.clone()),
        None => Value::Null,
    };
    let mut fields = vec![
        field("FirstName", text(&contact.first_name)),
        field("LastName", Value::Word(contact.last_name.clone())),
        field("Title", text(&contact.title)),
        field("Department", Value::Word(department.clone())),
        field("Email", text(&contact.email)),
        field("AccountId", Value::Id(account.0)),
    ];
    // What an account without a country has no state of is left alone.
    if let (Some([country_field, state_field]), Some(_)) = (places.of_contact(), country) {
        fields.push(field(country_field, text(country)));
        fields.push(field(state_field, text(state)));
    }
    fields
}
