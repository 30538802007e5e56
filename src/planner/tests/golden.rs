//! One small deal, in full: a change of wording, sampling or hashing shows here
//! (`SNAPSHOTS=overwrite cargo test` takes it in).

use snapbox::file;

use super::*;

#[test]
fn a_small_deal() {
    let mut world = plain_world(1);
    world.settings.past = (1, 2);
    world.settings.future = (1, 1);
    world.settings.emails = (2, 3);
    let mut text = String::new();
    for (address, record) in &world.plan().records {
        let path = address.path.as_str();
        let is_shown = !path.starts_with("scorecard/") || path.ends_with("/champion");
        if !is_shown && path != "scorecard/meddicc" {
            continue;
        }
        writeln!(text, "{path} {:016x}", record.want.0).unwrap();
        for (name, value) in &record.fields {
            match value {
                Datum::Json(json) => writeln!(text, "  {name}: {json}").unwrap(),
                Datum::Draft(draft) => writeln!(text, "  {name}: {}", draft.hash).unwrap(),
                Datum::Ref(address) => writeln!(text, "  {name}: -> {}", address.path).unwrap(),
                Datum::Refs(addresses) => {
                    let paths: Vec<_> = addresses.iter().map(|one| one.path.as_str()).collect();
                    writeln!(text, "  {name}: -> {}", paths.join(" ")).unwrap();
                }
                Datum::People(people) => writeln!(text, "  {name}: -> {people:?}").unwrap(),
            }
        }
    }
    snapbox::assert_data_eq!(text, file!["golden.txt"].raw());
}
