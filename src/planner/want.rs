//! The hash of a record's recipe.

use xxhash_rust::xxh3::xxh3_64;

use super::{Deal, text};
use crate::model::address::Address;
use crate::model::object::Object;
use crate::model::person::Correspondent;
use crate::model::value::{FieldName, Value, Want};

/// Raised when the way of hashing changes; every record would then look changed.
const VERSION: u8 = 2;

/// Hashes values, referenced addresses and what texts are made from; no text is rendered. Where
/// there is no deal there are no texts.
pub(super) fn want(
    deal: Option<&Deal>,
    object: Object,
    (fields, drafts): (&[(FieldName, Value)], u64),
) -> Want {
    let mut bytes = Vec::with_capacity(384);
    bytes.extend([VERSION, object.number()]);
    for (name, value) in fields {
        bytes.extend(name.as_bytes());
        bytes.push(0);
        push(&mut bytes, value, deal);
    }
    if drafts != 0 {
        marked(&mut bytes, b'p', &drafts.to_le_bytes());
    }
    // Nobody gains anything by forging a recipe, and one is hashed for every record of every plan.
    Want(xxh3_64(&bytes))
}

/// Each kind of value begins with its own mark, so that no two values look alike.
fn push(bytes: &mut Vec<u8>, value: &Value, deal: Option<&Deal>) {
    match value {
        Value::Null => bytes.push(b'0'),
        Value::Bool(bool) => bytes.extend([b'b', u8::from(*bool)]),
        Value::Tenths(tenths) => marked(bytes, b'n', &tenths.to_le_bytes()),
        Value::Day(day) => marked(bytes, b'd', &day.number().to_le_bytes()),
        Value::Instant(second) => marked(bytes, b't', &second.to_le_bytes()),
        Value::Id(id) => marked(bytes, b'i', id.as_bytes()),
        Value::People(people) => {
            bytes.push(b'l');
            for person in people {
                push(bytes, &super::person(*person), deal);
            }
            bytes.push(0);
        }
        Value::Users(users) => {
            bytes.push(b'u');
            for user in users {
                bytes.extend(user.0.as_bytes());
            }
            bytes.push(0);
        }
        // Who it is counts, and not what he is called: what was written is not written anew.
        Value::Name(who) => push_correspondent(bytes, b'f', *who, deal),
        Value::EmailAddress(who) => push_correspondent(bytes, b'e', *who, deal),
        Value::EmailAddresses(people) => {
            bytes.push(b'a');
            for who in people {
                push_correspondent(bytes, b'e', *who, deal);
            }
            bytes.push(0);
        }
        Value::Ref(address) => referred(bytes, address),
        Value::Refs(addresses) => {
            bytes.push(b'c');
            for address in addresses {
                referred(bytes, address);
            }
            bytes.push(0);
        }
        Value::Word(word) => {
            marked(bytes, b'w', word.as_bytes());
            bytes.push(0);
        }
        Value::Templated(templated) => marked(bytes, b'm', &templated.recipe.to_le_bytes()),
        Value::Given(json) => {
            marked(bytes, b'j', json.to_string().as_bytes());
            bytes.push(0);
        }
        Value::Text(text) => {
            let hash = deal.map_or(0, |deal| text::hash(deal, text));
            marked(bytes, b'x', &hash.to_le_bytes());
        }
    }
}

fn push_correspondent(bytes: &mut Vec<u8>, mark: u8, who: Correspondent, deal: Option<&Deal>) {
    bytes.push(mark);
    match who {
        Correspondent::Person(person) => push(bytes, &super::person(person), deal),
        Correspondent::User(user) => push(bytes, &Value::Id(user.0), deal),
    }
}

fn referred(bytes: &mut Vec<u8>, address: &Address) {
    marked(bytes, b'r', address.root.0.as_bytes());
    bytes.extend(address.path.as_str().as_bytes());
    bytes.push(0);
}

fn marked(bytes: &mut Vec<u8>, mark: u8, content: &[u8]) {
    bytes.push(mark);
    bytes.extend(content);
}
