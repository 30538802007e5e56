//! A record as it should be.

use super::address::Path;
use super::id::RecordId;
use super::object::Object;
use super::value::{FieldName, Value, Want};

/// One record that the manifest asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Desired {
    pub(crate) path: Path,
    pub(crate) object: Object,
    /// The record whose fields these are, where it is not ours and only lends them.
    pub(crate) lender: Option<RecordId>,
    pub(crate) want: Want,
    pub(crate) fields: Vec<(FieldName, Value)>,
}
