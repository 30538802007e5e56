//! What doctor sees of an org. Whatever cannot be seen says why; nothing stops the rest.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::manifest::{LoadError, Manifest, Problem};
use crate::model::capabilities::PACK_OBJECT;
use crate::model::id::UserId;
use crate::model::inventory::Inventory;
use crate::model::object::{self, Object};
use crate::org::{
    ApiUsage, Describe, Error, Field, Fields, Identity, Kind, Limits, Org, Scope, soql,
};
use crate::reconcile::{self, Customers, Request, Sample, Stop, Survey};
use crate::refresh;

/// All that the checks judge.
pub(super) struct Sight<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) identity: Identity,
    /// The plan, or why there is none.
    pub(super) survey: Result<Survey, Trouble>,
    /// By name; nothing for an object that the org does not have, or not for this user.
    described: Result<BTreeMap<String, Option<Describe>>, String>,
    answers: BTreeMap<Question, Answer>,
    pub(super) limits: Result<Limits, String>,
    pub(super) usage: Option<ApiUsage>,
    /// The users whose calendars are synchronised.
    pub(super) synchronised: Result<BTreeSet<UserId>, String>,
    /// Calls of an interrupted run of which it is not known what became.
    pub(super) open_intents: Result<usize, String>,
}

/// Why there is no plan, and what to do.
pub(super) struct Trouble {
    pub(super) why: String,
    pub(super) advice: String,
}

/// What the org is asked beside its describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    Owners,
    DuplicateRules,
    ValidationRules,
    Triggers,
    Flows,
    /// What lets the running user see or change every record.
    Powers,
    /// The types that opportunities have.
    Types,
}

/// The rows that came, or why none did.
type Answer = Result<Vec<Fields>, String>;

/// Objects that the checks look at beside those that we write.
const OTHERS: &[&str] = &[PACK_OBJECT, "Opportunity", "Account", "Contact"];

impl<'a> Sight<'a> {
    pub(super) async fn read(org: &Org, request: &Request<'a>) -> Self {
        // Before the survey, which settles what it can.
        let open_intents = open_intents(org, request);
        let survey = reconcile::survey(org, request).await;
        let survey = survey.map_err(|error| trouble(&error));
        let mut names: Vec<_> = object::made().map(|facts| facts.api_name).collect();
        names.extend(OTHERS);
        let described = org.describe(&names).await.map_err(|e| e.to_string());
        let nothing = Inventory::default();
        let inventory = survey.as_ref().map_or(&nothing, |survey| &survey.inventory);
        let mut answers = BTreeMap::new();
        let asked = [of_deals(inventory), of_org(&org.identity().user_id)].concat();
        for (question, scopes, queries) in asked {
            answers.insert(question, answer(org, scopes, &queries).await);
        }
        let synchronised = refresh::synchronised(org).await;
        let limits = org.limits().await.map_err(|error| error.to_string());
        Self {
            manifest: request.manifest,
            identity: org.identity().clone(),
            described,
            answers,
            limits,
            synchronised: synchronised.map_err(|error| error.to_string()),
            usage: org.usage(),
            open_intents,
            survey,
        }
    }

    /// The rows that answer a question, or why there are none.
    pub(super) fn rows(&self, question: Question) -> Result<&[Fields], &str> {
        match self.answers.get(&question) {
            Some(Ok(rows)) => Ok(rows),
            Some(Err(why)) => Err(why),
            None => Ok(&[]),
        }
    }

    /// An object as this user sees it.
    pub(super) fn object(&self, name: &str) -> Option<&Describe> {
        let described = self.described.as_ref().ok()?;
        described.get(name)?.as_ref()
    }

    /// A field that the org has and shows to this user.
    pub(super) fn field(&self, object: &str, name: &str) -> Option<&Field> {
        self.object(object)?.field(name)
    }

    /// Why no object could be looked at.
    pub(super) fn undescribed(&self) -> Option<&str> {
        self.described.as_ref().err().map(String::as_str)
    }

    /// The org without us; empty where it could not be read.
    pub(super) fn inventory(&self) -> Option<&Inventory> {
        self.survey.as_ref().ok().map(|survey| &survey.inventory)
    }

    /// Whom the stories take part with.
    pub(super) fn customers(&self) -> Option<&Customers> {
        self.survey.as_ref().ok().map(|survey| &survey.customers)
    }

    /// What the org shows of accounts.
    pub(super) fn account_fields(&self) -> Option<&BTreeSet<String>> {
        let survey = self.survey.as_ref().ok()?;
        Some(&survey.planned.plan.header.capabilities.account_fields)
    }

    /// One record of each kind that the manifest asks for.
    pub(super) fn samples(&self) -> &[Sample] {
        self.survey.as_ref().map_or(&[], |survey| &survey.samples)
    }

    /// The kinds that the manifest asks for.
    pub(super) fn wanted(&self) -> impl Iterator<Item = Object> {
        let objects = object::made().map(|facts| facts.object);
        objects.filter(|object| self.manifest.asks_for(*object))
    }
}

fn open_intents(org: &Org, request: &Request) -> Result<usize, String> {
    let state = reconcile::look(org, request).map_err(|error| format!("{error:#}"))?;
    match state {
        Some(state) => state
            .open_intents()
            .map(|intents| intents.len())
            .map_err(|error| error.to_string()),
        None => Ok(0),
    }
}

fn trouble(error: &anyhow::Error) -> Trouble {
    if let Some(LoadError::Invalid(problems)) = error.downcast_ref()
        && let Some(first) = problems.iter().next()
    {
        return misfit(first, problems.iter().len() - 1);
    }
    let stop = error.downcast_ref::<Stop>();
    Trouble {
        why: format!("{error:#}"),
        advice: stop
            .and_then(Stop::hint)
            .unwrap_or_else(|| "`demo-gen plan` tells more.".to_owned()),
    }
}

/// A manifest that does not fit the org, in a line: its own form takes several.
fn misfit(first: &Problem, others: usize) -> Trouble {
    let more = match others {
        0 => String::new(),
        others => format!(", and {others} more"),
    };
    let hint = first.hint.as_ref();
    Trouble {
        why: format!(
            "line {}: {}: {}{more}",
            first.line, first.path, first.message
        ),
        advice: hint.map_or_else(String::new, |hint| format!("To mend it, {hint}. "))
            + "`demo-gen plan` shows where.",
    }
}

/// Asks in the first of the scopes that knows the object.
async fn answer(org: &Org, scopes: &[Scope], queries: &[String]) -> Answer {
    let mut answer = Ok(Vec::new());
    for scope in scopes {
        answer = rows(org, *scope, queries).await;
        let is_unknown =
            matches!(&answer, Err(error) if error.kind() == Kind::Rejected("INVALID_TYPE"));
        if !is_unknown {
            break;
        }
    }
    answer.map_err(|error| unseen(&error))
}

async fn rows(org: &Org, scope: Scope, queries: &[String]) -> Result<Vec<Fields>, Error> {
    let mut rows = Vec::new();
    for query in queries {
        rows.extend(org.query(query.as_str(), scope).all::<Fields>().await?);
    }
    Ok(rows)
}

/// An object or a field that is hidden from the user is as good as not there.
fn unseen(error: &Error) -> String {
    match error.kind() {
        Kind::Rejected(code @ ("INVALID_TYPE" | "INVALID_FIELD" | "NOT_FOUND")) => {
            format!("this org does not show it to you ({code})")
        }
        _ => error.to_string(),
    }
}

/// A question, in which scopes it may be asked, and its queries.
type Asked = (Question, &'static [Scope], Vec<String>);

/// Who owns these deals.
fn of_deals(inventory: &Inventory) -> Vec<Asked> {
    let deals = inventory.opportunities.values();
    let owners: BTreeSet<_> = deals.map(|deal| deal.owner.0.as_str()).collect();
    let owners: Vec<_> = owners.into_iter().collect();
    let select = "SELECT Id, Name, Email, IsActive FROM User WHERE Id IN";
    let queries = soql::in_lists(select, &owners, "");
    vec![(Question::Owners, &[Scope::Query], queries)]
}

/// What the org is like for this user.
fn of_org(user: &str) -> Vec<Asked> {
    let user = soql::literal(user);
    let ours: Vec<_> = object::made()
        .map(|facts| soql::literal(facts.api_name))
        .collect();
    let ours = format!("('Activity', {})", ours.join(", "));
    vec![
        (
            Question::Types,
            &[Scope::Query],
            vec!["SELECT Type, COUNT(Id) deals FROM Opportunity GROUP BY Type".to_owned()],
        ),
        (
            Question::DuplicateRules,
            &[Scope::Query],
            vec!["SELECT MasterLabel, SobjectType FROM DuplicateRule WHERE IsActive = TRUE AND SobjectType IN ('Account', 'Contact')".to_owned()],
        ),
        (
            Question::ValidationRules,
            &[Scope::Tooling],
            vec![format!("SELECT ValidationName, EntityDefinition.QualifiedApiName FROM ValidationRule WHERE Active = TRUE AND EntityDefinition.QualifiedApiName IN {ours}")],
        ),
        (
            Question::Triggers,
            &[Scope::Tooling],
            vec![format!("SELECT Name, TableEnumOrId FROM ApexTrigger WHERE Status = 'Active' AND TableEnumOrId IN {ours}")],
        ),
        (
            Question::Flows,
            &[Scope::Query, Scope::Tooling],
            vec![format!("SELECT Label, TriggerObjectOrEvent.QualifiedApiName FROM FlowDefinitionView WHERE IsActive = TRUE AND TriggerObjectOrEvent.QualifiedApiName IN {ours}")],
        ),
        (
            Question::Powers,
            &[Scope::Query],
            vec![
                format!("SELECT PermissionSet.PermissionsViewAllData, PermissionSet.PermissionsModifyAllData FROM PermissionSetAssignment WHERE AssigneeId = {user}"),
                format!("SELECT Profile.PermissionsViewAllData, Profile.PermissionsModifyAllData FROM User WHERE Id = {user}"),
            ],
        ),
    ]
}

/// A field of a row as text, through relationships: `EntityDefinition.QualifiedApiName`.
pub(super) fn text<'r>(row: &'r Fields, path: &str) -> Option<&'r str> {
    value(row, path)?.as_str()
}

/// Whether a checkbox is ticked.
pub(super) fn is_true(row: &Fields, path: &str) -> bool {
    value(row, path).and_then(Json::as_bool) == Some(true)
}

fn value<'r>(row: &'r Fields, path: &str) -> Option<&'r Json> {
    let mut names = path.split('.');
    let first = row.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}
