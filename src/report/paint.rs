//! Colours, by what they mean.

use owo_colors::{OwoColorize as _, Style};

use crate::model::change::Action;

/// The action's mark in its colour.
pub(super) fn symbol(action: Action) -> String {
    action.symbol().style(style(action)).to_string()
}

/// Terraform's colours, where it has the action.
pub(super) fn style(action: Action) -> Style {
    match action {
        Action::Create => Style::new().green(),
        Action::Update => Style::new().yellow(),
        Action::Delete | Action::Replace | Action::Forget => Style::new().red(),
        Action::Adopt => Style::new().cyan(),
        Action::Record => Style::new(),
    }
}

pub(super) fn bold(text: &str) -> String {
    text.bold().to_string()
}

pub(super) fn dim(text: &str) -> String {
    text.dimmed().to_string()
}

pub(super) fn good(text: &str) -> String {
    text.style(Style::new().green().bold()).to_string()
}

pub(super) fn caution(text: &str) -> String {
    text.style(Style::new().yellow().bold()).to_string()
}

pub(super) fn bad(text: &str) -> String {
    text.style(Style::new().red().bold()).to_string()
}
