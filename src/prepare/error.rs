//! What can go wrong with preparing an org.

use crate::org::{self, ComponentFailure, Deployment, RowError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Org(#[from] org::Error),
    #[error("the org refused the deployment {id} ({status}), and nothing of it was made{}", lines(.problems))]
    Deployment {
        id: String,
        status: String,
        problems: Vec<String>,
    },
    #[error("the deployment {id} is still {status} after {minutes} minutes")]
    Unfinished {
        id: String,
        status: String,
        minutes: u64,
    },
    #[error("the permission set {0} is not there after its deployment")]
    NoPermissionSet(&'static str),
    #[error("the permission set could not be given to you: {0}")]
    Assignment(RowError),
    #[error("the permission set is assigned, and the org could not take it back: {0}")]
    Unassignment(RowError),
    #[error("all is deployed, but after {minutes} minutes the org does not show you{}", lines(.waiting))]
    NotShown { minutes: u64, waiting: Vec<String> },
}

impl Error {
    /// What a person can do about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Org(org::Error::Rejected { code, .. }) if DENIED.contains(&&**code) => Some(
                "Deploying needs the permissions Customize Application and Modify Metadata Through Metadata API \
                 Functions. `demo-gen org prepare --out DIR` writes the same for an admin to deploy.",
            ),
            Self::Org(error) => error.hint(),
            Self::Deployment { .. } => Some(
                "Setup, Deployment Status tells more. `demo-gen org prepare --out DIR` writes what was deployed.",
            ),
            Self::Unfinished { .. } => Some(
                "Setup, Deployment Status shows how it goes on; run the same command again then.",
            ),
            Self::NotShown { .. } => Some(
                "Run the same command again in a while. If it stays so, let an admin check the permission set Demo_Gen.",
            ),
            Self::NoPermissionSet(_) | Self::Assignment(_) | Self::Unassignment(_) => None,
        }
    }

    pub(super) fn of_deployment(deployment: &Deployment) -> Self {
        let mut problems: Vec<_> = deployment.failures().iter().map(problem).collect();
        problems.extend(deployment.error_message.clone());
        Self::Deployment {
            id: deployment.id.clone(),
            status: deployment.status.clone(),
            problems,
        }
    }
}

/// Codes with which an org says that the user may not deploy.
const DENIED: &[&str] = &[
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "API_DISABLED_FOR_ORG",
    "FUNCTIONALITY_NOT_ENABLED",
];

fn problem(failure: &ComponentFailure) -> String {
    let ComponentFailure {
        component_type,
        full_name,
        file_name,
        problem,
    } = failure;
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let name = given(full_name).or(given(file_name));
    let name = name.unwrap_or_else(|| "the package".to_owned());
    let kind = given(component_type).map_or(String::new(), |kind| format!("{kind} "));
    let problem = given(problem);
    format!(
        "{kind}{name}: {}",
        problem.as_deref().unwrap_or("no reason is given")
    )
}

fn lines(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| format!("\n  {line}")).collect();
    lines.concat()
}
