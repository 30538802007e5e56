//! The hash of a record's recipe.

use super::text::Speaker;
use crate::model::object::Object;
use crate::model::value::{FieldName, Value, Want};

/// Raised when the way of hashing changes; every record would then look changed.
const VERSION: u8 = 1;

/// Hashes values, referenced addresses and what texts are made from; no text is rendered.
pub(super) fn want(object: Object, fields: &[(FieldName, Value)], speaker: &Speaker) -> Want {
    let mut bytes = Vec::with_capacity(384);
    bytes.extend([VERSION, object.number() as u8]);
    for (name, value) in fields {
        bytes.extend(name.as_bytes());
        bytes.push(0);
        push(&mut bytes, value, speaker);
    }
    Want(digest(&bytes))
}

/// Sixteen bytes at a time, folded by multiplication: a recipe is hashed for every record of
/// every plan, and nobody gains anything by forging one.
fn digest(bytes: &[u8]) -> u64 {
    const KEYS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9];
    let fold = |one: u64, other: u64| {
        let product = u128::from(one) * u128::from(other);
        (product as u64) ^ ((product >> 64) as u64)
    };
    let (blocks, rest) = bytes.as_chunks::<16>();
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    let mut hash = KEYS[0];
    for block in blocks.iter().chain([&last]) {
        let block = u128::from_le_bytes(*block);
        hash = fold(block as u64 ^ KEYS[1], (block >> 64) as u64 ^ hash);
    }
    fold(hash ^ KEYS[0], KEYS[1] ^ bytes.len() as u64)
}

/// Each kind of value begins with its own mark, so that no two values look alike.
fn push(bytes: &mut Vec<u8>, value: &Value, speaker: &Speaker) {
    match value {
        Value::Null => bytes.push(b'0'),
        Value::Bool(bool) => bytes.extend([b'b', u8::from(*bool)]),
        Value::Tenths(tenths) => marked(bytes, b'n', &tenths.to_le_bytes()),
        Value::Day(day) => marked(bytes, b'd', &day.number().to_le_bytes()),
        Value::Instant(second) => marked(bytes, b't', &second.to_le_bytes()),
        Value::Id(id) => marked(bytes, b'i', id.as_str().as_bytes()),
        Value::Ref(address) => {
            marked(bytes, b'r', address.root.0.as_str().as_bytes());
            bytes.extend(address.path.as_str().as_bytes());
            bytes.push(0);
        }
        Value::Word(word) => {
            marked(bytes, b'w', word.as_bytes());
            bytes.push(0);
        }
        Value::Text(text) => marked(bytes, b'x', &speaker.hash(text).to_le_bytes()),
    }
}

fn marked(bytes: &mut Vec<u8>, mark: u8, content: &[u8]) {
    bytes.push(mark);
    bytes.extend(content);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::digest;

    #[test]
    fn every_bit_counts() {
        for length in [0, 1, 15, 16, 17, 40] {
            let bytes = vec![0x5a; length];
            let mut seen = BTreeSet::from([digest(&bytes)]);
            for bit in 0..length * 8 {
                let mut other = bytes.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(seen.insert(digest(&other)), "bit {bit} of {length}");
            }
            let longer = [&bytes[..], &[0]].concat();
            assert!(seen.insert(digest(&longer)), "a zero behind {length}");
        }
    }

    #[test]
    fn golden_values_never_change() {
        assert_eq!(digest(b""), 0x889b_4304_de90_9059);
        assert_eq!(
            digest(b"meeting/past/03, and a tail"),
            0xb5b6_ac28_dc52_0a77
        );
    }
}
