//! The running numbers of an imported org.

use std::collections::BTreeMap;

use super::import::Failure;
use crate::embedded_org::ids::RecordId;
use crate::embedded_org::schema::Object;
use crate::embedded_org::session::Session;

/// New ids and auto-numbers go on after those that were loaded.
pub(super) fn continue_numbers(session: &Session<'_>, object: &Object) -> Result<(), Failure> {
    let mut sequences: BTreeMap<&str, u64> = BTreeMap::new();
    let sql = format!("SELECT Id FROM \"{}\"", object.name);
    let mut statement = session.db.prepare(&sql)?;
    let mut ids = statement.query([])?;
    while let Some(row) = ids.next()? {
        let id = RecordId::parse(row.get_ref(0)?.as_str().unwrap_or_default());
        if let Some(number) = id.and_then(|id| id.number()) {
            let last = sequences.entry(&object.key_prefix).or_default();
            *last = number.max(*last);
        }
    }
    if let Some(name) = object
        .name_field()
        .filter(|field| field.auto_number.is_some())
    {
        let sql = format!(
            "SELECT ifnull(max(CAST(substr(\"{0}\", instr(\"{0}\", '-') + 1) AS INTEGER)), 0) FROM \"{1}\"",
            name.name, object.name
        );
        let last: i64 = session.db.query_row(&sql, [], |row| row.get(0))?;
        sequences.insert(&object.name, last as u64);
    }
    for (sequence, last) in sequences {
        session.skip_to(sequence, last);
    }
    Ok(())
}
