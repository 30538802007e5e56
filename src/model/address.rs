//! Addresses: the stable, readable names of managed records.

use std::fmt;
use std::str::FromStr;

use compact_str::{CompactString, format_compact};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::id::{RecordId, RootId};

/// The part of an address below its root, such as `meeting/past/03`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path(CompactString);

/// `meeting/past/03`, from `meeting/past/` and 3. Millions are made, and formatting is slow.
pub(crate) fn numbered(before: &str, number: usize) -> CompactString {
    if number >= 100 {
        return format_compact!("{before}{number}");
    }
    let mut path = CompactString::with_capacity(before.len() + 2);
    path.push_str(before);
    for digit in [number / 10, number % 10] {
        path.push(char::from(b'0' + digit as u8));
    }
    path
}

impl Path {
    pub(crate) fn new(text: impl Into<CompactString>) -> Self {
        Self(text.into())
    }

    /// The path that these parts make up, slashes among them.
    pub(crate) fn joined(parts: &[&str]) -> Self {
        let mut path = CompactString::with_capacity(parts.iter().map(|part| part.len()).sum());
        path.extend(parts.iter().copied());
        Self(path)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The paths above this one, the nearest first.
    pub(crate) fn ancestors(&self) -> impl Iterator<Item = Self> {
        let ends = self.0.rmatch_indices('/');
        ends.map(|(end, _)| Self::new(&self.0[..end]))
    }
}

/// The name of one managed record: `006…/meeting/past/03`.
///
/// It is made from the root's id and the slot in its story, never from a time, a count, a rank
/// or a text, so it stays the same whatever is edited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(crate) root: RootId,
    pub(crate) path: Path,
}

/// A text that is not an address.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an address such as 006…/meeting/past/03")]
pub(crate) struct BadAddress(String);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.root, self.path)
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        let (root, path) = text.split_once('/').ok_or_else(bad)?;
        let root = RecordId::parse(root).map_err(|_| bad())?;
        Ok(Self {
            root: RootId(root),
            path: Path::new(path),
        })
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
