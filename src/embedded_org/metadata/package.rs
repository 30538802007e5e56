//! The zip file of a deploy: what `package.xml` names, what the files hold, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use serde_json::{Map, Value};
use zip::ZipArchive;

use super::deploy::Message;
use super::xml::{self, Document};

/// The most that is read of one file; definitions are small.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// A deploy's components, in the order in which they are carried out.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// What goes before all else.
    pub(super) destroyed_first: Members,
    pub(super) objects: Vec<ObjectFile>,
    pub(super) permission_sets: Vec<File>,
    pub(super) destroyed_last: Members,
    /// What is wrong with the package itself.
    pub(super) messages: Vec<Message>,
}

/// Names by type, as a `package.xml` has them.
pub(super) type Members = BTreeMap<String, BTreeSet<String>>;

/// A file, named as its component is.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) content: Map<String, Value>,
}

/// An `.object` file: the object where it is named, and those of its fields that are.
#[derive(Debug)]
pub(super) struct ObjectFile {
    pub(super) file: File,
    pub(super) is_named: bool,
    pub(super) fields: Vec<Map<String, Value>>,
}

/// Types of components that this org knows, the folder of each and what its files end in.
const TYPES: &[(&str, &str, &str)] = &[
    ("CustomObject", "objects", "object"),
    ("PermissionSet", "permissionsets", "permissionset"),
    // Fields are in the file of their object.
    ("CustomField", "", ""),
];

impl Package {
    /// Opens a zip file; none is an error of the whole deploy.
    pub(super) fn open(zip: &[u8], allow_missing: bool) -> Result<Self, String> {
        let files = unzip(zip)?;
        let mut package = Self::default();
        let Some(manifest) = files.get("package.xml") else {
            package.messages.push(Message::error(
                ("", "package.xml", "package.xml"),
                "No package.xml found",
            ));
            return Ok(package);
        };
        let members = package.members("package.xml", manifest);
        for (name, is_first) in [
            ("destructiveChangesPre.xml", true),
            ("destructiveChanges.xml", true),
            ("destructiveChangesPost.xml", false),
        ] {
            if let Some(bytes) = files.get(name) {
                let found = package.members(name, bytes);
                let all = if is_first {
                    &mut package.destroyed_first
                } else {
                    &mut package.destroyed_last
                };
                for (kind, names) in found {
                    all.entry(kind).or_default().extend(names);
                }
            }
        }
        let mut found = Members::new();
        for (path, bytes) in &files {
            package.take_file(path, bytes, &members, &mut found);
        }
        if !allow_missing {
            package.check_all_found(&members, &found);
        }
        Ok(package)
    }

    /// The names of a `package.xml`; types that are not known here are errors.
    fn members(&mut self, path: &str, bytes: &[u8]) -> Members {
        let mut members = Members::new();
        let Some(document) = self.read(("", path, path), bytes, "Package") else {
            return members;
        };
        for entry in list(&document.content, "types") {
            let kind = entry
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if !TYPES.iter().any(|(known, _, _)| *known == kind) {
                let problem = format!("Unknown type name '{kind}' specified in {path}");
                self.messages
                    .push(Message::error(("", path, path), &problem));
                continue;
            }
            let names = list_of(&entry["members"]);
            let names = names.iter().filter_map(Value::as_str).map(str::to_owned);
            members.entry(kind.to_owned()).or_default().extend(names);
        }
        members
    }

    fn take_file(&mut self, path: &str, bytes: &[u8], members: &Members, found: &mut Members) {
        let known = path.split_once('/').and_then(|(folder, file)| {
            let (kind, _, extension) = TYPES.iter().find(|(_, of, _)| *of == folder)?;
            let name = file.strip_suffix(extension)?.strip_suffix('.')?;
            Some((*kind, name))
        });
        let Some((kind, name)) = known else {
            let is_manifest = path == "package.xml" || path.starts_with("destructiveChanges");
            if !is_manifest {
                let name = path.rsplit('/').next().unwrap_or(path);
                self.messages
                    .push(Message::error(("", path, name), "Not in package.xml"));
            }
            return;
        };
        let Some(document) = self.read((kind, path, name), bytes, kind) else {
            return;
        };
        let is_named = is_member(members, kind, name);
        found
            .entry(kind.to_owned())
            .or_default()
            .insert(name.to_owned());
        let file = File {
            name: name.to_owned(),
            path: path.to_owned(),
            content: document.content,
        };
        match kind {
            "CustomObject" => self.take_object(file, is_named, members, found),
            _ if is_named => self.permission_sets.push(file),
            _ => self
                .messages
                .push(Message::error((kind, path, name), "Not in package.xml")),
        }
    }

    fn take_object(
        &mut self,
        mut file: File,
        is_named: bool,
        members: &Members,
        found: &mut Members,
    ) {
        let mut fields = Vec::new();
        for field in list_of(&file.content.remove("fields").unwrap_or_default()) {
            let Value::Object(field) = field else {
                continue;
            };
            let name = field
                .get("fullName")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let full_name = format!("{}.{name}", file.name);
            let about = ("CustomField", file.path.as_str(), full_name.as_str());
            if is_named || is_member(members, "CustomField", &full_name) {
                found
                    .entry("CustomField".to_owned())
                    .or_default()
                    .insert(full_name);
                fields.push(field);
            } else {
                self.messages
                    .push(Message::error(about, "Not in package.xml"));
            }
        }
        if !is_named && fields.is_empty() {
            let about = ("CustomObject", file.path.as_str(), file.name.as_str());
            self.messages
                .push(Message::error(about, "Not in package.xml"));
        }
        self.objects.push(ObjectFile {
            file,
            is_named,
            fields,
        });
    }

    fn check_all_found(&mut self, members: &Members, found: &Members) {
        for (kind, names) in members {
            let present = found.get(kind);
            for name in names.iter().filter(|name| *name != "*") {
                if !present.is_some_and(|present| present.contains(name)) {
                    let problem = format!(
                        "An object '{name}' of type {kind} was named in package.xml, but was not found in zipped directory"
                    );
                    let about = (kind.as_str(), "package.xml", name.as_str());
                    self.messages.push(Message::error(about, &problem));
                }
            }
        }
    }

    /// Reads a file whose root element is known; what is wrong with it is noted.
    fn read(&mut self, about: (&str, &str, &str), bytes: &[u8], root: &str) -> Option<Document> {
        match xml::read(bytes) {
            Ok(document) if document.root == root => Some(document),
            Ok(document) => {
                let problem = format!(
                    "Error parsing file: Element {} invalid at this location",
                    document.root
                );
                self.messages.push(Message::error(about, &problem));
                None
            }
            Err(problem) => {
                let message = Message::error(about, &problem.problem);
                self.messages.push(message.at(problem.line, problem.column));
                None
            }
        }
    }
}

/// The files of a zip by path; a folder around all of them is left out.
fn unzip(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let bad = |error: &dyn std::fmt::Display| format!("The zip file could not be read: {error}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| bad(&error))?;
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| bad(&error))?;
        if file.is_dir() {
            continue;
        }
        let path = file.name().map_err(|error| bad(&error))?;
        let path = path.replace('\\', "/");
        let mut content = Vec::new();
        file.take(MOST_BYTES)
            .read_to_end(&mut content)
            .map_err(|error| bad(&error))?;
        files.insert(path, content);
    }
    let around = files
        .keys()
        .next()
        .and_then(|path| path.split_once('/'))
        .map(|(folder, _)| format!("{folder}/"));
    if let Some(around) = around.filter(|around| {
        files.contains_key(&format!("{around}package.xml"))
            && files.keys().all(|path| path.starts_with(around))
    }) {
        return Ok(files
            .into_iter()
            .map(|(path, content)| (path[around.len()..].to_owned(), content))
            .collect());
    }
    Ok(files)
}

/// Whether a `package.xml` names a component; a star names all custom ones.
fn is_member(members: &Members, kind: &str, name: &str) -> bool {
    members.get(kind).is_some_and(|names| {
        let is_custom = kind != "CustomObject" || name.ends_with("__c");
        names.contains(name) || (is_custom && names.contains("*"))
    })
}

/// The objects of a list.
fn list<'c>(content: &'c Map<String, Value>, name: &str) -> Vec<&'c Value> {
    match content.get(name) {
        Some(Value::Array(items)) => items.iter().collect(),
        _ => Vec::new(),
    }
}

fn list_of(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}
