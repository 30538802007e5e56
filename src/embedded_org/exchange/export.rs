//! Writing an org as CSV: every stored field of every record that is not deleted, sorted by id, so that
//! two exports can be compared as text.

use std::path::{Path, PathBuf};

use csv::{QuoteStyle, WriterBuilder};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::embedded_org::error::Error;
use crate::embedded_org::schema::{Field, Kind, Object};
use crate::embedded_org::store::Store;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExportSummary {
    /// sObjects and how many records of each.
    pub(crate) objects: Vec<(String, u64)>,
}

/// Writes the folder; files of sObjects without records are removed, so that it holds this org alone.
pub(crate) fn export(data: &Path, folder: &Path) -> Result<ExportSummary, Error> {
    let mut store = Store::open(data)?;
    std::fs::create_dir_all(folder).map_err(|source| io("create the folder", folder, source))?;
    let mut objects = Vec::new();
    let (transaction, schema) = store.begin_read().map_err(|source| Error::Database {
        path: data.to_owned(),
        source,
    })?;
    for object in schema.objects() {
        let path = folder.join(format!("{}.csv", object.name));
        let written = write_object(&transaction, object, &path)?;
        if written > 0 {
            objects.push((object.name.clone(), written));
        }
    }
    Ok(ExportSummary { objects })
}

fn write_object(db: &Connection, object: &Object, path: &PathBuf) -> Result<u64, Error> {
    let database = |source| Error::Database {
        path: path.clone(),
        source,
    };
    let csv = |error: csv::Error| io("write to", path, error.into());
    let fields: Vec<&Field> = object
        .stored()
        .map(|(_, field)| field)
        .filter(|field| field.name != "IsDeleted")
        .collect();
    let columns: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let sql = format!(
        "SELECT \"{}\" FROM \"{}\" WHERE NOT IsDeleted ORDER BY Id",
        columns.join("\", \""),
        object.name
    );
    let mut statement = db.prepare(&sql).map_err(database)?;
    let mut rows = statement.query([]).map_err(database)?;
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .from_path(path)
        .map_err(csv)?;
    writer.write_record(&columns).map_err(csv)?;
    let mut written = 0;
    while let Some(row) = rows.next().map_err(database)? {
        for (index, field) in fields.iter().enumerate() {
            let value = row.get_ref(index).map_err(database)?;
            writer
                .write_field(exported(value, &field.kind))
                .map_err(csv)?;
        }
        writer.write_record(None::<&[u8]>).map_err(csv)?;
        written += 1;
    }
    writer
        .flush()
        .map_err(|source| io("write to", path, source))?;
    if written == 0 {
        std::fs::remove_file(path).map_err(|source| io("remove", path, source))?;
    }
    Ok(written)
}

/// A value as Data Export writes it.
fn exported(value: ValueRef<'_>, kind: &Kind) -> String {
    match (value, kind) {
        (ValueRef::Integer(number), Kind::Boolean) => (number != 0).to_string(),
        (ValueRef::Integer(number), _) => number.to_string(),
        (ValueRef::Real(number), _) => number.to_string(),
        (ValueRef::Text(text), Kind::DateTime) => {
            String::from_utf8_lossy(text).replace("+0000", "Z")
        }
        (ValueRef::Text(text), _) => String::from_utf8_lossy(text).into_owned(),
        (ValueRef::Null | ValueRef::Blob(_), _) => String::new(),
    }
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        action,
        path: path.to_owned(),
        source,
    }
}
