//! What an org's definitions tell of a script: rules that refuse records show as validation rules or
//! triggers, and those that alter them as triggers.

use super::rule::{Rows, Rule, What};

/// Something that runs when records are saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Automation {
    pub(crate) name: String,
    /// The sObject whose records it is for; of none named, all.
    pub(crate) object: Option<String>,
    pub(crate) kind: AutomationKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AutomationKind {
    ValidationRule {
        message: String,
        /// Where the message is shown, if not above all fields.
        field: Option<String>,
    },
    Trigger,
}

/// What a rule shows as, if it is of this sort.
pub(super) fn of(rule: &Rule) -> Option<Automation> {
    let kind = match &rule.what {
        What::RejectRows(reject) => match reject.error.code {
            "FIELD_CUSTOM_VALIDATION_EXCEPTION" => AutomationKind::ValidationRule {
                message: reject.message().to_owned(),
                field: match &reject.rows {
                    Rows::Where(condition) => Some(condition.field.clone()),
                    Rows::Every(_) => None,
                },
            },
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" => AutomationKind::Trigger,
            _ => return None,
        },
        What::AlterRows(_) => AutomationKind::Trigger,
        What::Latency { .. }
        | What::Status(_)
        | What::Refuse(_)
        | What::Cut(_)
        | What::ExpireSession
        | What::Somebody(_)
        | What::SeeNothing(_)
        | What::Bulk(_) => return None,
    };
    Some(Automation {
        name: rule.name.clone(),
        object: rule.when.object.clone(),
        kind,
    })
}
