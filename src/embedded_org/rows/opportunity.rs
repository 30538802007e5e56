//! The rules of opportunities: what the stage implies.

use rusqlite::OptionalExtension as _;
use rusqlite::types::Value;
use serde_json::{Map, json};

use super::save::{Save, create};
use super::{ApiError, relation};

pub(super) fn before_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    let Some(stage) = save.record.text("StageName").map(str::to_owned) else {
        return Ok(());
    };
    let moved = save.changes("StageName");
    if let Some(implied) = stage_of(save, &stage)? {
        save.record.set("IsClosed", implied.is_closed);
        save.record.set("IsWon", implied.is_won);
        if moved && !save.gave("Probability") {
            save.record.set("Probability", implied.probability);
        }
        if moved && !save.gave("ForecastCategoryName") {
            save.record
                .set("ForecastCategoryName", implied.forecast_category);
        }
    } else if moved {
        // A stage outside the list is open, and says nothing of its chances.
        save.record.set("IsClosed", 0);
        save.record.set("IsWon", 0);
    }
    let category = save.record.text("ForecastCategoryName").map(category_of);
    save.record.set(
        "ForecastCategory",
        category.unwrap_or("Pipeline").to_owned(),
    );
    if moved && save.before.is_some() {
        let now = save.session.stamp();
        save.record.set("LastStageChangeDate", now);
    }
    Ok(())
}

/// A contact named on creation becomes the primary contact role; activities follow to another account.
pub(super) fn after_save(save: &mut Save<'_, '_>) -> Result<(), ApiError> {
    let contact = save
        .record
        .text("ContactId")
        .filter(|_| save.before.is_none());
    if let Some(contact) = contact {
        let roles = save.session.schema.known("OpportunityContactRole");
        let mut body = Map::new();
        body.insert("OpportunityId".to_owned(), json!(save.record.id()));
        body.insert("ContactId".to_owned(), json!(contact));
        body.insert("IsPrimary".to_owned(), json!(true));
        create(save.session, roles, &body)?;
    }
    relation::follow_account(save, "WhatId = ?3 AND NOT IsDeleted")
}

struct Stage {
    is_closed: Value,
    is_won: Value,
    probability: Value,
    forecast_category: Value,
}

fn stage_of(save: &Save<'_, '_>, stage: &str) -> rusqlite::Result<Option<Stage>> {
    save.session
        .db
        .prepare_cached(
            "SELECT IsClosed, IsWon, DefaultProbability, ForecastCategoryName FROM OpportunityStage \
             WHERE MasterLabel = ?1",
        )?
        .query_row([stage], |row| {
            Ok(Stage {
                is_closed: row.get(0)?,
                is_won: row.get(1)?,
                probability: row.get(2)?,
                forecast_category: row.get(3)?,
            })
        })
        .optional()
}

/// The category behind its name.
fn category_of(name: &str) -> &'static str {
    match name {
        "Omitted" => "Omitted",
        "Best Case" => "BestCase",
        "Commit" => "Forecast",
        "Closed" => "Closed",
        _ => "Pipeline",
    }
}
