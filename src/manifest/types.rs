//! The manifest as the program uses it: every default filled in, every value known to be allowed.
//!
//! Grouped as in the YAML. An `Option` stands only where leaving a key out means something that no
//! value of the key says, and its comment tells what.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use super::accounts::Accounts;
use super::added::{Added, by_api_name};
use super::bounds::Bounds;
use super::calendar::Calendar;
use super::framework::{ClosePlan, Framework, Mapped, as_keys, by_name};
use super::people::Contacts;
use super::peopleai::PeopleAi;
use super::roles::Role;
use super::salesforce::Salesforce;
use super::seller::Seller;
use super::stories::Stories;
use super::wordings::{Bodies, Subjects};
use super::words::words;
use crate::model::object::Object;

/// What a user wants the org to look like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Manifest {
    /// Where the manifest was read from. Other paths are relative to the folder it lies in.
    #[serde(skip)]
    pub(crate) source: PathBuf,
    pub(crate) run: Run,
    pub(crate) salesforce: Salesforce,
    pub(crate) opportunities: Opportunities,
    pub(crate) accounts: Accounts,
    pub(crate) peopleai: PeopleAi,
    pub(crate) activity: Activity,
    pub(crate) contacts: Contacts,
    pub(crate) calendar: Calendar,
    pub(crate) seller: Seller,
    pub(crate) stories: Stories,
    pub(crate) owners: Owners,
    pub(crate) llm: Llm,
    pub(crate) scorecards: Scorecards,
    pub(crate) drift: Drift,
    /// By kind of record, the name of its record type.
    #[serde(serialize_with = "by_api_name")]
    pub(crate) record_types: BTreeMap<Object, String>,
    #[serde(serialize_with = "by_api_name")]
    pub(crate) fields: Added,
    /// Globs of the addresses that no plan may delete or replace.
    pub(crate) protect: Vec<String>,
}

impl Manifest {
    /// The folder of the manifest, which relative paths, state and run logs are relative to.
    pub(crate) fn directory(&self) -> &Path {
        directory_of(&self.source)
    }
}

impl Manifest {
    /// Whether records of this kind are asked for, where the org can hold them.
    pub(crate) fn asks_for(&self, object: Object) -> bool {
        match object {
            Object::Event
            | Object::Task
            | Object::EventRelation
            | Object::OpportunityContactRole => true,
            Object::Account => !self.accounts.create.is_empty(),
            Object::Contact => self.contacts.generate,
            Object::EmailMessage => self.activity.email_object == EmailObject::EmailMessage,
            Object::Scorecard | Object::ScorecardAnswer => self.scorecards.are_records(),
            Object::AccountLoan
            | Object::OpportunityLoan
            | Object::QuestionLoan
            | Object::ChoiceLoan => false,
        }
    }

    /// Whether it fills any fields of records that are not ours.
    pub(crate) fn lends(&self) -> bool {
        let scorecards = &self.scorecards;
        let in_scorecards = !scorecards.mapping.is_empty() || scorecards.answer_close_plan();
        in_scorecards || !self.lent().is_empty()
    }

    /// Those of them that every record of their kind has.
    pub(crate) fn lent(&self) -> Vec<LentField> {
        let kept = self.opportunities.keep_fresh.iter();
        let kept = kept.map(|kept| LentField {
            object: Object::OpportunityLoan,
            field: kept.to_string(),
            key: "opportunities.keep_fresh",
        });
        let of_account = |field: &str, key| LentField {
            object: Object::AccountLoan,
            field: field.to_owned(),
            key,
        };
        let accounts = &self.accounts;
        let website = accounts.website.iter();
        let website = website.map(|_| of_account("Website", "accounts.website"));
        let parents =
            (!accounts.parents.is_empty()).then(|| of_account("ParentId", "accounts.parents"));
        kept.chain(website).chain(parents).collect()
    }
}

/// A field of a record that is not ours, and the key of the manifest that asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LentField {
    pub(crate) object: Object,
    pub(crate) field: String,
    pub(crate) key: &'static str,
}

/// The folder that a file lies in.
pub(crate) fn directory_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Who this pack is, and what its draws and dates depend on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields are the keys of the manifest"
)]
pub(crate) struct Run {
    /// The name of the pack. Letters, digits, spaces and `- _ .`, so that it can name a file.
    pub(crate) name: String,
    pub(crate) seed: u64,
    /// `None`: by tag where the org has our key field, else by external state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_mode: Option<IdempotencyMode>,
    /// The field that gets the id of the run that created a record. `None`: none does.
    pub(crate) run_tag_field: Option<String>,
    /// Apply stops after the plan.
    pub(crate) dry_run: bool,
    /// `None`: the anchor in the pack's state, and today at its first apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<AsOf>,
    pub(crate) story_key: StoryKey,
}

words! {
    /// How a record is known to be ours.
    IdempotencyMode {
        /// By our key field in the org.
        Tag = "tag",
        /// By our state file alone.
        ExternalState = "external_state",
    }
}

/// The date that "today" means in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsOf {
    /// The day of the run, in the org's time zone.
    Today,
    Date(Date),
}

/// What the draws of an opportunity are keyed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoryKey {
    /// The Salesforce id: two deals of the same name tell different stories.
    Id,
    /// The name: an org that is built anew tells the same story.
    Name,
    /// A field of Opportunity, by its API name.
    Field(String),
}

/// What becomes of the opportunities themselves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Opportunities {
    /// Fields that are filled while a deal is open, and move with the anchor. They are lent.
    pub(crate) keep_fresh: Vec<KeptFresh>,
}

words! {
    /// A field of an open opportunity that goes stale.
    KeptFresh {
        CloseDate = "CloseDate",
        NextStep = "NextStep",
    }
}

/// The meetings and emails around each opportunity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Activity {
    /// Days before the anchor in which past meetings and emails lie.
    pub(crate) past_days: u32,
    /// Days after the anchor in which future meetings lie.
    pub(crate) future_days: u32,
    #[serde(serialize_with = "super::resolved::meetings")]
    pub(crate) meetings: Meetings,
    /// How many emails an opportunity gets.
    pub(crate) emails: Bounds<u32>,
    /// How many phone calls.
    pub(crate) calls: Bounds<u32>,
    /// How many open tasks, of those that are not closed or stalled.
    pub(crate) todos: Bounds<u32>,
    pub(crate) email_object: EmailObject,
    pub(crate) participant_roles: Vec<Role>,
    pub(crate) realism_level: RealismLevel,
    /// Whether people whose e-mail addresses are real may be invited to meetings.
    pub(crate) invite_real: bool,
    pub(crate) subjects: Subjects,
    pub(crate) bodies: Bodies,
    pub(crate) owner_fallback: OwnerFallback,
}

/// How many meetings an opportunity gets, and how long they are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meetings {
    pub(crate) past: Bounds<u32>,
    pub(crate) future: Bounds<u32>,
    /// Never empty; a length that stands here twice is drawn twice as often.
    pub(crate) duration_minutes: Vec<u32>,
}

words! {
    /// What an email is in the org.
    EmailObject {
        /// A completed task of subtype Email, as when somebody logs an email.
        Task = "task",
        /// A record of its own, of which the org makes a task itself.
        EmailMessage = "email_message",
    }
}

words! {
    /// How much of real life's untidiness the activities show.
    RealismLevel {
        None = "none",
        Light = "light",
        Heavy = "heavy",
    }
}

/// Who stands in for an owner who is no longer active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OwnerFallback {
    /// The owner's manager, or the first active one above.
    Manager,
    RunningUser,
    /// The opportunity is left out.
    Skip,
    /// The user with this username.
    Username(String),
}

/// Who holds meetings and writes mails in place of the opportunities' owners.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Owners {
    /// Usernames, each given a like share of the deals; empty: everybody holds his own.
    pub(crate) spread: Vec<String>,
}

/// Text from a language model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Llm {
    pub(crate) enabled: bool,
    pub(crate) provider: Provider,
    /// `None`: the provider's own. Without a slash at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    /// `base_url` may be http on another machine.
    pub(crate) allow_http: bool,
    /// Of Azure the name of the deployment.
    pub(crate) model: String,
    pub(crate) temperature: f64,
    /// Of one text; a thread of emails may take so many for each message.
    pub(crate) max_tokens: u32,
    /// Of one run.
    pub(crate) max_tokens_total: u64,
    /// Requests under way at once.
    pub(crate) concurrency: u32,
    /// Seconds until a reply is waited for no more.
    pub(crate) timeout: u32,
    /// Amounts of deals are among what the model is told.
    pub(crate) send_amounts: bool,
}

words! {
    /// Who runs the language model.
    Provider {
        OpenAi = "openai",
        AzureOpenAi = "azure_openai",
    }
}

/// The qualification scorecards of each opportunity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Scorecards {
    /// Each key once; empty: no scorecards.
    #[serde(serialize_with = "by_name")]
    pub(crate) templates: Vec<Framework>,
    /// Where they are written; never empty.
    pub(crate) target: Vec<ScorecardTarget>,
    #[serde(serialize_with = "as_keys", skip_serializing_if = "Vec::is_empty")]
    pub(crate) mapping: Vec<Mapped>,
    #[serde(skip_serializing_if = "ClosePlan::is_default")]
    pub(crate) closeplan: ClosePlan,
    /// The share of a scorecard's questions that get an answer.
    pub(crate) coverage_target: f64,
    /// An answer with less confidence than this is left open.
    pub(crate) confidence_floor: f64,
    pub(crate) mode: ScorecardMode,
}

words! {
    /// Where scorecards are written.
    ScorecardTarget {
        /// Records of our own.
        Objects = "objects",
        /// Fields of the opportunity, which it lends.
        Fields = "fields",
        /// Answers of the package ClosePlan, which it lends.
        ClosePlan = "closeplan",
    }
}

words! {
    /// Where the answers of a scorecard come from.
    ScorecardMode {
        Heuristic = "heuristic",
        Llm = "llm",
        Hybrid = "hybrid",
    }
}

/// Fields that others may change, each as `Object.Field`. All others are set back.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Drift {
    /// What others make of it stays.
    pub(crate) ignore: Vec<String>,
    /// Written when the record is created, and never again.
    pub(crate) create_only: Vec<String>,
}
