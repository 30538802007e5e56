//! The story of a deal as people review it, and the stories of all deals counted.

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::id::RootId;
use super::shape::Shape;

/// What a deal's story has come to, and all its steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Told {
    pub(crate) opportunity: RootId,
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) stage: String,
    pub(crate) shape: Shape,
    /// What People.ai's published rules call the deal; none for one that is closed, as the rules
    /// are about open ones.
    pub(crate) class: Option<String>,
    /// What the rules read, each with its name.
    pub(crate) inputs: Vec<(String, String)>,
    /// What the shape stands for and the story does not hold.
    pub(crate) broken: Vec<String>,
    /// In the order of time.
    pub(crate) steps: Vec<ToldStep>,
}

/// One step of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ToldStep {
    pub(crate) address: Address,
    /// Such as `meeting` or `email from the customer`.
    pub(crate) kind: String,
    /// In its owner's time zone, as `Tue 2026-11-10 15:00`.
    pub(crate) at: String,
    /// 0 for a message.
    pub(crate) minutes: u32,
    pub(crate) subject: String,
    /// Who of ours.
    pub(crate) owner: String,
    /// Who of the customer's, the main person first.
    pub(crate) people: Vec<String>,
}

/// What the stories of all deals have come to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct StorySummary {
    pub(crate) shapes: Vec<Shaped>,
    pub(crate) fallen: Vec<Fell>,
    pub(crate) calendars: Gave,
}

/// How many deals have a shape, and what the rules call them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shaped {
    pub(crate) shape: Shape,
    pub(crate) deals: u64,
    /// By class, how many of them; empty for closed deals.
    pub(crate) classes: Vec<(String, u64)>,
    /// How many of them do not hold what the shape stands for.
    pub(crate) broken: u64,
    /// And what that is, with how many of them it is true of.
    pub(crate) rules: Vec<(String, u64)>,
}

/// Deals that were to have a shape, and are told as another or without what it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fell {
    pub(crate) from: Shape,
    pub(crate) to: Shape,
    /// What is said of the shape that they were to have.
    pub(crate) because: String,
    pub(crate) deals: u64,
    /// One of them.
    pub(crate) example: RootId,
}

/// How many meetings had to give, as people's calendars are full or too far apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Gave {
    /// Held though they find somebody busy or away.
    pub(crate) forced: u64,
    /// Not held.
    pub(crate) dropped: u64,
    /// Held outside the working hours of one side, as the two share none.
    pub(crate) apart: u64,
}

/// A deal that is worth a look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LookAt {
    pub(crate) opportunity: RootId,
    pub(crate) name: String,
    pub(crate) shape: Shape,
}
