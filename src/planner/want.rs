//! The hash of a record's recipe.

use xxhash_rust::xxh3::xxh3_64;

use super::text::Speaker;
use crate::model::address::Address;
use crate::model::object::Object;
use crate::model::person::Correspondent;
use crate::model::value::{FieldName, Value, Want};

/// Raised when the way of hashing changes; every record would then look changed.
const VERSION: u8 = 1;

/// Hashes values, referenced addresses and what texts are made from; no text is rendered. Where
/// there is no deal there are no texts.
pub(super) fn want(
    object: Object,
    (fields, drafts): (&[(FieldName, Value)], u64),
    speaker: Option<&Speaker>,
) -> Want {
    let mut bytes = Vec::with_capacity(384);
    bytes.extend([VERSION, object.number()]);
    for (name, value) in fields {
        bytes.extend(name.as_bytes());
        bytes.push(0);
        push(&mut bytes, value, speaker);
    }
    if drafts != 0 {
        marked(&mut bytes, b'p', &drafts.to_le_bytes());
    }
    // Nobody gains anything by forging a recipe, and one is hashed for every record of every plan.
    Want(xxh3_64(&bytes))
}

/// Each kind of value begins with its own mark, so that no two values look alike.
fn push(bytes: &mut Vec<u8>, value: &Value, speaker: Option<&Speaker>) {
    match value {
        Value::Null => bytes.push(b'0'),
        Value::Bool(bool) => bytes.extend([b'b', u8::from(*bool)]),
        Value::Tenths(tenths) => marked(bytes, b'n', &tenths.to_le_bytes()),
        Value::Day(day) => marked(bytes, b'd', &day.number().to_le_bytes()),
        Value::Instant(second) => marked(bytes, b't', &second.to_le_bytes()),
        Value::Id(id) => marked(bytes, b'i', id.as_str().as_bytes()),
        Value::People(people) => {
            bytes.push(b'l');
            for person in people {
                push(bytes, &super::person(*person), speaker);
            }
            bytes.push(0);
        }
        Value::Users(users) => {
            bytes.push(b'u');
            for user in users {
                bytes.extend(user.0.as_str().as_bytes());
            }
            bytes.push(0);
        }
        // Who it is counts, and not what he is called: what was written is not written anew.
        Value::Name(who) => push_correspondent(bytes, b'f', *who, speaker),
        Value::EmailAddress(who) => push_correspondent(bytes, b'e', *who, speaker),
        Value::Ref(address) => referred(bytes, address),
        Value::Refs(addresses) => {
            bytes.push(b'c');
            addresses
                .iter()
                .for_each(|address| referred(bytes, address));
            bytes.push(0);
        }
        Value::Word(word) => {
            marked(bytes, b'w', word.as_bytes());
            bytes.push(0);
        }
        Value::Templated(templated) => marked(bytes, b'm', &templated.recipe.to_le_bytes()),
        Value::Text(text) => {
            let hash = speaker.map_or(0, |speaker| speaker.hash(text));
            marked(bytes, b'x', &hash.to_le_bytes());
        }
    }
}

fn push_correspondent(
    bytes: &mut Vec<u8>,
    mark: u8,
    who: Correspondent,
    speaker: Option<&Speaker>,
) {
    bytes.push(mark);
    match who {
        Correspondent::Person(person) => push(bytes, &super::person(person), speaker),
        Correspondent::User(user) => push(bytes, &Value::Id(user.0), speaker),
    }
}

fn referred(bytes: &mut Vec<u8>, address: &Address) {
    marked(bytes, b'r', address.root.0.as_str().as_bytes());
    bytes.extend(address.path.as_str().as_bytes());
    bytes.push(0);
}

fn marked(bytes: &mut Vec<u8>, mark: u8, content: &[u8]) {
    bytes.push(mark);
    bytes.extend(content);
}
