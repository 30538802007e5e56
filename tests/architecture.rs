//! The rooms of `src/` and which of them may know of which others, held against the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::env::files;

/// Each room and what it may import, in reading order. A new room is a new line.
const ROOMS: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("draw", &[]),
    ("listing", &[]),
    ("model", &[]),
    ("manifest", &["listing", "model"]),
    ("planner", &["draw", "listing", "manifest", "model"]),
    ("diff", &["model"]),
    ("guard", &["listing", "model"]),
    ("scope", &["model"]),
    ("org", &["clock", "model"]),
    ("state", &["model"]),
    ("plan_file", &["model"]),
    ("refresh", &["model", "org", "state"]),
    ("content", &["listing", "manifest", "model", "org"]),
    (
        "apply",
        &["content", "model", "org", "plan_file", "refresh", "state"],
    ),
    (
        "reconcile",
        &[
            "apply",
            "clock",
            "content",
            "diff",
            "guard",
            "listing",
            "manifest",
            "model",
            "org",
            "plan_file",
            "planner",
            "refresh",
            "scope",
            "state",
        ],
    ),
    (
        "doctor",
        &[
            "listing",
            "manifest",
            "model",
            "org",
            "reconcile",
            "refresh",
        ],
    ),
    ("from_org", &["listing", "manifest", "model", "org"]),
    ("report", &["clock", "listing", "model", "plan_file"]),
    ("prepare", &["manifest", "model", "org"]),
    // An island: with code of the client's, both sides would agree on a mistake.
    ("embedded_org", &["clock"]),
    (
        "cli",
        &[
            "apply",
            "clock",
            "content",
            "doctor",
            "embedded_org",
            "from_org",
            "guard",
            "listing",
            "manifest",
            "model",
            "org",
            "plan_file",
            "prepare",
            "reconcile",
            "refresh",
            "report",
            "scope",
            "state",
        ],
    ),
    // Opens the pure rooms, and state, to the benchmark, which is a crate of its own.
    (
        "bench",
        &["diff", "draw", "manifest", "model", "planner", "state"],
    ),
];

/// Imports beside the table: from where, of what, and why they are right all the same.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "refresh",
        "diff",
        "what the org holds is hashed in the form in which it is compared",
    ),
    (
        "refresh",
        "manifest",
        "the manifest's query says which opportunities are read",
    ),
    (
        "report",
        "manifest",
        "its problems are told to a person and to programs",
    ),
    (
        "report",
        "state",
        "status shows runs as the state remembers them",
    ),
];

/// No room beside these imports them.
const PURE: &[&str] = &[
    "model", "manifest", "planner", "diff", "guard", "scope", "draw", "listing",
];

/// What the pure rooms do without.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net::Tcp",
    "std::env",
    "std::process",
    "std::io",
    "std::thread",
    "std::time",
    "tokio",
    "reqwest",
    "rusqlite",
    "async fn",
    "async move",
    ".await",
    "HashMap",
    "HashSet",
    "clock::",
];

/// The one file of the pure rooms that reads another.
const LOADS: (&str, &[&str]) = ("manifest/mod.rs", &["std::fs", "std::io"]);

#[test]
fn every_room_is_in_the_table() {
    let rooms: BTreeSet<_> = source().into_keys().collect();
    let table: BTreeSet<_> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(rooms, table);
}

#[test]
fn imports_point_one_way() {
    let mut used = BTreeSet::new();
    for (room, files) in source() {
        let (_, allowed) = ROOMS.iter().find(|(known, _)| *known == room).unwrap();
        for (path, code) in files {
            for import in imports(&code) {
                if import == room || allowed.contains(&&*import) {
                    continue;
                }
                let pair = EXCEPTIONS
                    .iter()
                    .find(|(from, to, _)| *from == room && *to == import);
                let exception = pair.unwrap_or_else(|| panic!("{} sees {import}", path.display()));
                used.insert(exception);
            }
        }
    }
    assert_eq!(
        used,
        EXCEPTIONS.iter().collect(),
        "an exception that nobody needs any more"
    );
}

#[test]
fn the_table_has_no_circles() {
    let edges: BTreeMap<_, BTreeSet<_>> = ROOMS
        .iter()
        .map(|(room, allowed)| {
            let further = EXCEPTIONS.iter().filter(|(from, ..)| from == room);
            (
                *room,
                allowed
                    .iter()
                    .copied()
                    .chain(further.map(|(_, to, _)| *to))
                    .collect(),
            )
        })
        .collect();
    let mut left = edges;
    while !left.is_empty() {
        let rooms: BTreeSet<_> = left.keys().copied().collect();
        let leaf = rooms.iter().find(|room| left[**room].is_disjoint(&rooms));
        let leaf = leaf.unwrap_or_else(|| panic!("a circle among {rooms:?}"));
        left.remove(leaf);
    }
}

#[test]
fn pure_rooms_are_pure() {
    for (room, files) in source()
        .into_iter()
        .filter(|(room, _)| PURE.contains(&&**room))
    {
        for (path, code) in files {
            let words = IMPURE
                .iter()
                .filter(|word| !(path.ends_with(LOADS.0) && LOADS.1.contains(word)));
            for word in words {
                assert!(
                    !code.contains(word),
                    "{room} is pure, and {} has {word}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn only_the_clock_tells_the_time() {
    for (room, files) in source().into_iter().filter(|(room, _)| room != "clock") {
        for (path, code) in files {
            for word in ["SystemTime", "Timestamp::now", "Zoned::now"] {
                assert!(
                    !code.contains(word),
                    "{room}: {} has {word}",
                    path.display()
                );
            }
        }
    }
}

/// The code of each room by file, without comments and unit tests.
fn source() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let mut rooms = BTreeMap::new();
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        if ["main", "lib"].contains(&name) {
            continue;
        }
        let mut found = Vec::new();
        gather(&path, &mut found);
        rooms
            .entry(name.to_owned())
            .or_insert_with(Vec::new)
            .extend(found);
    }
    rooms
}

fn gather(path: &Path, found: &mut Vec<(PathBuf, String)>) {
    let stem = path.file_stem().unwrap();
    if stem == "tests" || stem == "fixtures" {
        return;
    }
    if path.is_dir() {
        for file in files(path) {
            gather(&file, found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let text = fs::read_to_string(path).unwrap();
        // Unit tests are the end of their file.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        found.push((path.to_owned(), lines.collect::<Vec<_>>().join("\n")));
    }
}

/// The rooms that stand behind `crate::`, also as `crate::{one, other}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            rooms.extend(names(list));
        } else {
            rooms.insert(word(rest));
        }
    }
    rooms
}

/// The first words of the items of a `{…}` list, whatever lists these hold themselves.
fn names(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut is_start) = (1, Vec::new(), true);
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => is_start = true,
            _ if is_start && !character.is_whitespace() => {
                names.push(word(&list[at..]));
                is_start = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn word(text: &str) -> String {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
    text[..end.unwrap_or(text.len())].to_owned()
}

#[test]
fn lists_of_imports_are_read() {
    let read = |code| imports(code).into_iter().collect::<Vec<_>>();
    assert_eq!(read("use crate::model::id::{RecordId, RootId};"), ["model"]);
    assert_eq!(
        read("use crate::{\n  apply,\n refresh::{live, found}, state};"),
        ["apply", "refresh", "state"]
    );
    assert_eq!(
        read("crate::draw::draw(crate::model::day::Day)"),
        ["draw", "model"]
    );
}
