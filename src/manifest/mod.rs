//! The manifest: the desired state, in the user's words.

#![expect(dead_code, unused_imports, reason = "called by rooms that come next")]

mod resolved;
mod roles;
mod types;
mod words;

pub(crate) use roles::Role;
pub(crate) use types::*;
