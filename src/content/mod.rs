//! Text from a language model, and its cache.
//!
//! The planner says what is asked for, as [`Draft`](crate::model::prompt::Draft)s; here they are
//! asked, judged and kept. A plan only looks into the cache; `--generate` and apply ask. What a model
//! is told is planned facts, and nothing of it is decided here.

mod cache;
mod check;
mod client;
mod endpoint;
mod exchange;
mod failure;
mod prompts;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use cache::{Cache, Entry, Error, Known};
pub(crate) use exchange::{export, import};
pub(crate) use prompts::estimate;
pub(crate) use writer::{Job, Purpose, write};

use crate::manifest::Llm;
use crate::org::Environment;

use client::Client;
use endpoint::Endpoint;

/// The manifest's model, as far as it can be asked.
#[derive(Clone)]
pub(crate) enum Model {
    Ready(Box<Client>),
    /// Why it cannot: every text is an offline one.
    Missing(String),
}

impl Model {
    /// The model that the manifest names, with the key that the environment holds.
    pub(crate) fn new(llm: &Llm, environment: &Environment) -> Self {
        let client = Endpoint::new(llm, environment).and_then(|endpoint| {
            Client::new(llm, endpoint).map_err(|error| format!("cannot set up HTTP: {error}"))
        });
        match client {
            Ok(client) => Self::Ready(Box::new(client)),
            Err(why) => Self::Missing(why),
        }
    }
}
