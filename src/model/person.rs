//! People on the customer's side: those that the org has, and those that we add to it.

use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::address::{Address, Path};
use super::id::{AccountId, ContactId, RecordId, RootId, UserId};
use super::inventory::Contact;

/// Somebody at an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Person {
    /// A contact that the org holds without us.
    Contact(ContactId),
    /// One that we make: the account, and the number of its address, as in `001…/contact/02`.
    Made(AccountId, u8),
}

/// Who somebody is whom we make. It stays whatever becomes of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) contact: Contact,
    pub(crate) department: CompactString,
    /// Where the mail address is; another choice of the manifest gives another address.
    pub(crate) email_domain: EmailDomain,
    /// As the org keeps those of addresses.
    pub(crate) country: Option<CompactString>,
    pub(crate) state: Option<CompactString>,
}

/// Where the mail addresses are of people whom we make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmailDomain {
    /// Under a domain that nobody can have: `acme.example`.
    Reserved,
    /// The domain of the account's website.
    Website,
}

/// Somebody who writes emails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Correspondent {
    Person(Person),
    User(UserId),
}

/// A text that names nobody.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is neither the id of a contact nor an address such as 001…/contact/02")]
pub(crate) struct BadPerson(String);

impl Person {
    /// The person whom we make at this address, where it is one of a person.
    pub(crate) fn at(address: &Address) -> Option<Self> {
        let number = address.path.as_str().strip_prefix("contact/")?;
        Some(Self::Made(address.root.account()?, number.parse().ok()?))
    }

    /// The address of a person whom we make.
    pub(crate) fn address(self) -> Option<Address> {
        match self {
            Self::Contact(_) => None,
            Self::Made(account, number) => Some(Address {
                root: RootId(account.0),
                path: Path::new(format!("contact/{number:02}")),
            }),
        }
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(id) => id.fmt(f),
            Self::Made(account, number) => write!(f, "{account}/contact/{number:02}"),
        }
    }
}

impl FromStr for Person {
    type Err = BadPerson;

    fn from_str(text: &str) -> Result<Self, BadPerson> {
        let bad = || BadPerson(text.to_owned());
        let id = |text: &str| RecordId::parse(text).map_err(|_| bad());
        match text.split_once("/contact/") {
            None => Ok(Self::Contact(ContactId(id(text)?))),
            Some((account, number)) => {
                let number = number.parse().map_err(|_| bad())?;
                Ok(Self::Made(AccountId(id(account)?), number))
            }
        }
    }
}

impl Serialize for Person {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Person {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Person;

    #[test]
    fn people_survive_being_written() {
        for text in ["003DG0000000001YAA", "001DG0000000001YAA/contact/02"] {
            let person: Person = text.parse().unwrap();
            assert_eq!(person.to_string(), text);
        }
        for text in ["", "003", "001DG0000000001YAA/contact/x", "x/contact/01"] {
            assert!(text.parse::<Person>().is_err(), "{text}");
        }
    }
}
