//! A record as it should be.

use super::address::Path;
use super::object::Object;
use super::value::{FieldName, Value, Want};

/// One record that the manifest asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Desired {
    pub(crate) path: Path,
    pub(crate) object: Object,
    pub(crate) want: Want,
    pub(crate) fields: Vec<(FieldName, Value)>,
}
