//! What is taken over from an org into files here: a manifest to begin with, and a copy of the org
//! to rehearse on. Both only read the org.

mod copy;
mod starter;

pub(crate) use copy::copy;
pub(crate) use starter::starter;
