//! Preparing an org: the fields and objects that demo-gen can make use of, and leave to see them.
//!
//! Everything is made from one table. What an org has is read by describe, and only what is
//! missing is deployed; what is there in another form is reported, and never touched.

// What is needed.
mod table;

mod component;

// What an org has of it.
mod look;
mod standing;

// The difference, as the Metadata API wants it.
mod package;
mod xml;

// Carrying it out.
mod deploy;
mod make;
mod remove;

mod error;

use std::collections::BTreeSet;

pub(crate) use component::{Component, components};
pub(crate) use deploy::Progress;
pub(crate) use error::Error;
pub(crate) use look::{Look, look};
pub(crate) use make::make;
pub(crate) use package::{Files, write};
pub(crate) use remove::{Stakes, going, remove, stakes};
pub(crate) use standing::Standing;
pub(crate) use table::PERMISSION_SET;

/// The package that makes everything, in any org.
pub(crate) fn whole(components: &[Component], api_version: &str) -> Files {
    let all: Vec<_> = components.iter().collect();
    let content = package::Content {
        made: &all,
        granted: &all,
        kept: &BTreeSet::new(),
    };
    package::constructive(&content, api_version)
}

/// The package that takes everything away.
pub(crate) fn whole_removal(components: &[Component], api_version: &str) -> Files {
    let all: Vec<_> = components.iter().collect();
    package::destructive(&all, Some(PERMISSION_SET), api_version)
}
