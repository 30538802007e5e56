//! Stages of an imported org: what its opportunities are in, the list must have.

use std::collections::BTreeSet;

use super::columns::{Sheet, rows as csv_rows};
use super::import::Failure;
use crate::embedded_org::company::{self, Stage};
use crate::embedded_org::session::Session;

/// Adds the stages that the opportunities have and the list has not.
pub(super) fn add_stages_of(session: &Session<'_>, sheet: &Sheet) -> Result<(), Failure> {
    let column = |name: &str| sheet.columns.iter().position(|column| column == name);
    let Some(stage_column) = column("StageName") else {
        return Ok(());
    };
    let (closed, won, probability) = (column("IsClosed"), column("IsWon"), column("Probability"));
    let mut known: BTreeSet<String> = session
        .db
        .prepare("SELECT lower(MasterLabel) FROM OpportunityStage")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for row in csv_rows(&sheet.path)? {
        let (_, row) = row?;
        let value = |column: Option<usize>| column.and_then(|at| row.get(at)).unwrap_or_default();
        let name = value(Some(stage_column));
        if name.is_empty() || !known.insert(name.to_lowercase()) {
            continue;
        }
        let is_true = |text: &str| text.eq_ignore_ascii_case("true") || text == "1";
        let (is_closed, is_won) = (is_true(value(closed)), is_true(value(won)));
        let stage = Stage {
            name,
            probability: value(probability).parse().unwrap_or(0.0),
            forecast_category: match (is_closed, is_won) {
                (_, true) => "Closed",
                (true, false) => "Omitted",
                (false, false) => "Pipeline",
            },
            is_closed: is_closed || is_won,
            is_won,
        };
        company::add_stage(session, &stage)?;
    }
    Ok(())
}
