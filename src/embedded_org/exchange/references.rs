//! Every reference of an imported folder must lead to a record that is there.

use std::fmt::Write as _;

use rusqlite::OptionalExtension as _;

use super::columns::{Sheet, rows as csv_rows};
use super::import::Failure;
use crate::embedded_org::error::{CsvPlace, Error};
use crate::embedded_org::schema::{Field, Flag};
use crate::embedded_org::session::Session;

/// Checks the references that the files of the folder hold.
pub(super) fn check(session: &Session<'_>, sheets: &[Sheet]) -> Result<(), Failure> {
    for sheet in sheets {
        let object = session.schema.known(&sheet.object);
        for column in &sheet.columns {
            let field = object.index(column).map(|index| &object.fields[index]);
            if let Some(field) = field.filter(|field| field.reference().is_some()) {
                check_column(session, sheet, field)?;
            }
        }
    }
    Ok(())
}

fn check_column(session: &Session<'_>, sheet: &Sheet, field: &Field) -> Result<(), Failure> {
    if field.is(Flag::Computed) {
        return Ok(());
    }
    let targets = field
        .reference()
        .map(|reference| reference.to.as_slice())
        .unwrap_or_default();
    let mut missing = String::new();
    for target in targets {
        let name = &field.name;
        let _ = write!(
            missing,
            " AND NOT EXISTS (SELECT 1 FROM \"{target}\" p WHERE p.Id = t.\"{name}\")"
        );
    }
    let sql = format!(
        "SELECT Id, \"{0}\" FROM \"{1}\" t WHERE \"{0}\" IS NOT NULL{missing} ORDER BY rowid LIMIT 1",
        field.name, sheet.object
    );
    let found: Option<(String, String)> = session
        .db
        .query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, reference)) = found else {
        return Ok(());
    };
    Err(Failure(Error::Csv {
        place: CsvPlace {
            file: sheet.path.clone(),
            line: line_of(sheet, &id)?,
            column: Some(field.name.clone()),
            problem: format!(
                "there is no {} with the Id {reference}",
                targets.join(" or ")
            ),
        },
        hint: "add the record to the folder, or leave the value empty, and import again",
    }))
}

/// The line of a record, found again only now that it is needed.
fn line_of(sheet: &Sheet, id: &str) -> Result<u64, Error> {
    let column = sheet.columns.iter().position(|column| column == "Id");
    for row in csv_rows(&sheet.path)? {
        let (line, row) = row?;
        let found = column.and_then(|at| row.get(at)).unwrap_or_default();
        if !found.is_empty() && id.starts_with(found) {
            return Ok(line);
        }
    }
    Ok(1)
}
