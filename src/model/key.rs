//! Keys: what a record of ours carries in the org to prove whose it is.
//!
//! `<kind>-<pack>-<address>-<generation>`, such as `ev-k3x7q2ab-…26 letters…-1`. A key is never
//! used twice: the generation rises with each creation at an address.

use super::address::Address;
use super::object::{self, Object};

/// The length of the field that holds them; no key is longer.
pub(crate) const LENGTH: u32 = 64;

/// Eight letters that stand for the pack in its keys.
pub(crate) fn pack_prefix(pack: &str) -> String {
    base32(&blake3::derive_key("demo-gen pack v1", pack.as_bytes()), 8)
}

/// Twenty-six letters that stand for an address in its key.
pub(crate) fn address_letters(address: &Address) -> String {
    let text = address.to_string();
    base32(
        &blake3::derive_key("demo-gen address v1", text.as_bytes()),
        26,
    )
}

/// What stands for a part that has no key of its own: the letters of its whole, and what tells
/// it from its siblings.
pub(crate) fn part_letters(whole: &str, told_by: &str) -> String {
    format!("{whole}/{told_by}")
}

/// The key of one record.
pub(crate) fn key(pack: &str, object: Object, address: &Address, generation: u32) -> String {
    let kind = object.facts().key_kind;
    format!("{kind}-{pack}-{}-{generation}", address_letters(address))
}

/// What all keys of one kind and pack begin with.
pub(crate) fn beginning(pack: &str, object: Object) -> String {
    format!("{}-{pack}-", object.facts().key_kind)
}

/// A key read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parsed<'a> {
    pub(crate) object: Object,
    pub(crate) pack: &'a str,
    pub(crate) address: &'a str,
    pub(crate) generation: u32,
}

/// Takes a key apart; `None` for what is no key of ours.
pub(crate) fn parse(key: &str) -> Option<Parsed<'_>> {
    let mut parts = key.split('-');
    let (kind, pack, address) = (parts.next()?, parts.next()?, parts.next()?);
    let generation = parts.next()?.parse().ok()?;
    let facts = object::made().find(|facts| facts.key_kind == kind)?;
    let whole = pack.len() == 8 && address.len() == 26 && parts.next().is_none();
    whole.then_some(Parsed {
        object: facts.object,
        pack,
        address,
        generation,
    })
}

/// Lower-case base32 of the first bits: two keys never differ in case alone.
fn base32(bytes: &[u8], length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bit = |index: usize| bytes[index / 8] >> (7 - index % 8) & 1;
    let letter = |place: usize| {
        let value = (0..5).fold(0, |value, offset| value << 1 | bit(place * 5 + offset));
        char::from(ALPHABET[usize::from(value)])
    };
    (0..length).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::{base32, beginning, key, pack_prefix, parse};
    use crate::model::object::Object;

    #[test]
    fn base32_is_the_usual_one_in_lower_case() {
        assert_eq!(base32(b"foobar", 9), "mzxw6ytbo");
    }

    #[test]
    fn a_key_can_be_taken_apart() {
        let pack = pack_prefix("spring");
        let address = "006DG0000000001YAA/meeting/past/03".parse().unwrap();
        let text = key(&pack, Object::Event, &address, 12);
        assert!(text.len() <= 64 && text.starts_with(&beginning(&pack, Object::Event)));
        let parsed = parse(&text).unwrap();
        assert_eq!(
            (parsed.object, parsed.pack, parsed.generation),
            (Object::Event, &*pack, 12)
        );
        for foreign in [
            "",
            "ev-a-b-1",
            "customer-12345678-x-1",
            &text[..text.len() - 2],
        ] {
            assert_eq!(parse(foreign), None, "{foreign}");
        }
    }
}
