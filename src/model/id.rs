//! Salesforce record ids: 18 characters, compared as such.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Any record's id in its 18-character form. It stays the same for the life of the record.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RecordId([u8; 18]);

/// A text that is not a Salesforce id.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a Salesforce id of 15 or 18 characters")]
pub(crate) struct BadId(String);

impl RecordId {
    /// Takes the 15- or the 18-character form; a wrong checksum is an error.
    pub(crate) fn parse(text: &str) -> Result<Self, BadId> {
        let bytes = text.as_bytes();
        let well_formed =
            matches!(bytes.len(), 15 | 18) && bytes.iter().all(u8::is_ascii_alphanumeric);
        if !well_formed {
            return Err(BadId(text.chars().take(40).collect()));
        }
        let mut id = [0; 18];
        id[..15].copy_from_slice(&bytes[..15]);
        let sum = checksum(&bytes[..15]);
        id[15..].copy_from_slice(&sum);
        if bytes.len() == 18 && bytes[15..] != sum {
            return Err(BadId(text.to_owned()));
        }
        Ok(Self(id))
    }

    /// The letters of its text.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ids are checked to be ASCII")
    }
}

/// In the order of the characters. The last three follow from the others, so that what fits into a
/// number is enough: maps by id are asked millions of times.
impl Ord for RecordId {
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |id: &Self| id.0.first_chunk().copied().map(u128::from_be_bytes);
        number(self).cmp(&number(other))
    }
}

impl PartialOrd for RecordId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One letter per group of five: bit i is set where the i-th character is upper case.
fn checksum(first_15: &[u8]) -> [u8; 3] {
    let mut sum = [0; 3];
    for (group, letter) in first_15.chunks(5).zip(&mut sum) {
        let bits = (0..5).filter(|&i| group[i].is_ascii_uppercase());
        let index: usize = bits.map(|i| 1 << i).sum();
        *letter = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[index];
    }
    sum
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Makes a newtype of [`RecordId`] for one kind of record.
macro_rules! kinds_of_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) RecordId);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

kinds_of_id! {
    /// An Account (001…).
    AccountId;
    /// A Contact (003…).
    ContactId;
    /// A User (005…).
    UserId;
    /// A root: the opportunity (006…), the account (001…) or the org (00D…) that all of a unit hangs
    /// under.
    RootId;
}

impl RootId {
    /// Whether it is an account, and its people are what hangs under it.
    pub(crate) fn account(self) -> Option<AccountId> {
        self.0
            .as_str()
            .starts_with("001")
            .then_some(AccountId(self.0))
    }
}

impl RootId {
    /// Whether it is an opportunity. What is neither that nor an account is the org itself, under
    /// which hang the accounts that we make.
    pub(crate) fn is_deal(self) -> bool {
        self.0.as_str().starts_with("006")
    }

    /// Where it stands in the order of planning: a root may refer to what hangs under those of
    /// lower rank.
    pub(crate) fn rank(self) -> u8 {
        match (self.is_deal(), self.account()) {
            (true, _) => 2,
            (false, Some(_)) => 1,
            (false, None) => 0,
        }
    }
}

impl From<AccountId> for RootId {
    fn from(account: AccountId) -> Self {
        Self(account.0)
    }
}

#[cfg(test)]
mod tests {
    use super::RecordId;

    #[test]
    fn ids_compare_as_their_texts() {
        let texts = [
            "001D000000INjVe",
            "001D000000INjVE",
            "001D000000INjVf",
            "001xx000003DGb1",
            "006D000000INjVe",
        ];
        let ids = texts.map(|text| RecordId::parse(text).unwrap());
        for one in ids {
            for other in ids {
                let expect = one.as_str().cmp(other.as_str());
                assert_eq!(one.cmp(&other), expect, "{one} {other}");
            }
        }
    }

    #[test]
    fn fifteen_characters_get_the_documented_checksum() {
        for (short, long) in [
            ("001D000000INjVe", "001D000000INjVeIAL"),
            ("001xx000003DGb1", "001xx000003DGb1AAG"),
            ("003RM0000068xV6", "003RM0000068xV6YAI"),
            ("012000000000000", "012000000000000AAA"),
        ] {
            let id = RecordId::parse(short).unwrap();
            assert_eq!(id.as_str(), long);
            assert_eq!(RecordId::parse(long).unwrap(), id);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "001",
            "001D000000INjVeIAM",
            "001D000000INjV-",
            "001D000000INjVeI",
        ] {
            assert!(RecordId::parse(text).is_err(), "{text}");
        }
    }
}
