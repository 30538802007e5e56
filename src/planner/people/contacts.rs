//! Contacts: the people whom we add to an account.

use super::super::field;
use crate::model::address::Path;
use crate::model::capabilities::Places;
use crate::model::id::AccountId;
use crate::model::object::Object;
use crate::model::person::{Identity, Person};
use crate::model::pins::People;
use crate::model::value::{FieldName, Value};

/// The contacts of an account, each with its path.
pub(in crate::planner) fn contacts(
    account: AccountId,
    people: &People,
    places: Places,
) -> impl Iterator<Item = (Path, Object, Vec<(FieldName, Value)>)> {
    people.iter().filter_map(move |(number, identity)| {
        let address = Person::Made(account, *number).address()?;
        let fields = fields(account, identity, places);
        Some((address.path, Object::Contact, fields))
    })
}

fn fields(account: AccountId, identity: &Identity, places: Places) -> Vec<(FieldName, Value)> {
    let Identity {
        contact,
        department,
        email_domain: _,
        country,
        state,
    } = identity;
    let text = |text: &Option<String>| match text {
        Some(text) => Value::Word(text.clone().into()),
        None => Value::Null,
    };
    let mut fields = vec![
        field("FirstName", text(&contact.first_name)),
        field("LastName", Value::Word(contact.last_name.clone().into())),
        field("Title", text(&contact.title)),
        field("Department", Value::Word(department.clone().into())),
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
