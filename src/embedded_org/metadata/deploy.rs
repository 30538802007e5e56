//! Carrying a deploy out: all of it or, where asked so, what can be.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::definitions::{Change, Definitions};
use super::package::{File, Members, ObjectFile, Package};
use super::permission_set;
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::schema::{CustomField, CustomObject};
use crate::embedded_org::session::Session;

/// How a deploy is to be carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the options of a deploy are as many checkboxes"
)]
pub(super) struct Options {
    pub(super) allow_missing_files: bool,
    pub(super) check_only: bool,
    pub(super) ignore_warnings: bool,
    pub(super) rollback_on_error: bool,
}

/// What became of a deploy.
pub(super) struct Outcome {
    pub(super) status: &'static str,
    /// Why nothing of it could be read.
    pub(super) error: Option<String>,
    pub(super) messages: Vec<Message>,
}

/// What became of one component.
#[derive(Debug, Clone)]
pub(super) struct Message {
    kind: String,
    path: String,
    name: String,
    result: Result<Change, Problem>,
}

#[derive(Debug, Clone)]
struct Problem {
    text: String,
    is_warning: bool,
    line: usize,
    column: usize,
}

/// Carries a package out. What must not stay is undone here; the caller only keeps the outcome.
pub(super) fn deploy(
    session: &Session<'_>,
    options: &Options,
    zip: &[u8],
) -> Result<Outcome, ApiError> {
    let package = match Package::open(zip, options.allow_missing_files) {
        Ok(package) => package,
        Err(error) => {
            return Ok(Outcome {
                status: "Failed",
                error: Some(error),
                messages: Vec::new(),
            });
        }
    };
    session.db.execute_batch("SAVEPOINT deploy")?;
    let messages = Deploy::run(session, package)?;
    let failed = |message: &Message| message.is_failure(options.ignore_warnings);
    let any_failed = messages.iter().any(failed);
    let any_done = messages
        .iter()
        .any(|message| !failed(message) && message.path != "package.xml");
    let status = match (any_failed, any_done) {
        (false, _) => "Succeeded",
        (true, true) if !options.rollback_on_error => "SucceededPartial",
        (true, _) => "Failed",
    };
    if options.check_only || status == "Failed" {
        session.db.execute_batch("ROLLBACK TO deploy")?;
    }
    session.db.execute_batch("RELEASE deploy")?;
    Ok(Outcome {
        status,
        error: None,
        messages,
    })
}

/// A deploy under way.
struct Deploy<'a, 's> {
    session: &'a Session<'s>,
    definitions: Definitions<'a, 's>,
    messages: Vec<Message>,
}

impl Deploy<'_, '_> {
    fn run(session: &Session<'_>, mut package: Package) -> Result<Vec<Message>, ApiError> {
        let mut deploy = Deploy {
            session,
            definitions: Definitions::open(session)?,
            messages: std::mem::take(&mut package.messages),
        };
        if deploy.messages.is_empty() {
            deploy.messages.push(Message {
                kind: String::new(),
                path: "package.xml".to_owned(),
                name: "package.xml".to_owned(),
                result: Ok(Change::Changed),
            });
        }
        deploy.destroy(&package.destroyed_first, "destructiveChanges.xml")?;
        deploy.put_objects(package.objects)?;
        for file in package.permission_sets {
            deploy.put_permission_set(&file)?;
        }
        deploy.destroy(&package.destroyed_last, "destructiveChangesPost.xml")?;
        Ok(deploy.messages)
    }

    /// First all objects and then all fields, so that fields can lead to objects in any order.
    fn put_objects(&mut self, mut files: Vec<ObjectFile>) -> Result<(), ApiError> {
        // The master of a detail object is made before it.
        files.sort_by_key(ObjectFile::has_master);
        for it in files.iter().filter(|it| it.is_named) {
            let has_master = it.has_master() || self.has_master(&it.file.name);
            let about = ("CustomObject", it.file.path.as_str(), it.file.name.as_str());
            self.attempt(about, |definitions| {
                put_object(definitions, &it.file, has_master)
            })?;
        }
        for it in &files {
            for field in &it.fields {
                let name = field
                    .get("fullName")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let full_name = format!("{}.{name}", it.file.name);
                let about = ("CustomField", it.file.path.as_str(), full_name.as_str());
                self.attempt(about, |definitions| {
                    put_field(definitions, (&it.file.name, name), field)
                })?;
            }
        }
        Ok(())
    }

    fn has_master(&self, object: &str) -> bool {
        use crate::embedded_org::schema::Flag;
        let object = self.definitions.schema.object(object);
        object.is_some_and(|it| it.fields.iter().any(|field| field.is(Flag::MasterDetail)))
    }

    fn put_permission_set(&mut self, file: &File) -> Result<(), ApiError> {
        let about = ("PermissionSet", file.path.as_str(), file.name.as_str());
        let session = self.session;
        self.attempt(about, |definitions| {
            permission_set::put(session, &definitions.schema, file)
        })
    }

    fn destroy(&mut self, members: &Members, path: &str) -> Result<(), ApiError> {
        let of = |kind| members.get(kind).into_iter().flatten();
        for name in of("PermissionSet") {
            let session = self.session;
            self.attempt(("PermissionSet", path, name), |_| {
                permission_set::remove(session, name)
            })?;
        }
        for name in of("CustomField") {
            self.attempt(("CustomField", path, name), |definitions| {
                drop_field(definitions, name)
            })?;
        }
        // A detail object goes before its master.
        let mut objects: Vec<&String> = of("CustomObject").collect();
        objects.sort_by_key(|name| !self.has_master(name));
        for name in objects {
            self.attempt(("CustomObject", path, name), |definitions| {
                drop_object(definitions, name)
            })?;
        }
        Ok(())
    }

    /// One component; what it wrote before it failed is undone.
    fn attempt(
        &mut self,
        (kind, path, name): (&str, &str, &str),
        step: impl FnOnce(&mut Definitions<'_, '_>) -> Result<Change, ApiError>,
    ) -> Result<(), ApiError> {
        let db = self.session.db;
        db.execute_batch("SAVEPOINT component")?;
        let result = step(&mut self.definitions);
        if result.is_err() {
            db.execute_batch("ROLLBACK TO component")?;
            self.definitions = Definitions::open(self.session)?;
        }
        db.execute_batch("RELEASE component")?;
        let result = match result {
            Ok(change) => Ok(change),
            Err(error) if error.code == "UNKNOWN_EXCEPTION" => return Err(error),
            Err(error) => Err(Problem {
                is_warning: error.code == NOT_THERE,
                text: error.message,
                line: 0,
                column: 0,
            }),
        };
        self.messages.push(Message {
            kind: kind.to_owned(),
            path: path.to_owned(),
            name: name.to_owned(),
            result,
        });
        Ok(())
    }
}

/// What is to be destroyed and is not there is worth a warning.
pub(super) const NOT_THERE: &str = "NO_SUCH_COMPONENT";

pub(super) fn not_there(kind: &str, name: &str) -> ApiError {
    ApiError::new(404, NOT_THERE, format!("No {kind} named: {name} found"))
}

fn put_object(
    definitions: &mut Definitions<'_, '_>,
    file: &File,
    has_master: bool,
) -> Result<Change, ApiError> {
    if !file.name.ends_with("__c") {
        // What is set about a standard object beside its fields is nothing that this org has.
        return if definitions.is_customizable(&file.name) {
            Ok(Change::Unchanged)
        } else {
            Err(invalid(format!(
                "Entity Enumeration Or ID: bad value for restricted picklist field: {}",
                file.name
            )))
        };
    }
    let definition = CustomObject::read(file.content.clone(), has_master).map_err(invalid)?;
    definitions.put_object(&file.name, &definition)
}

fn put_field(
    definitions: &mut Definitions<'_, '_>,
    (object, name): (&str, &str),
    given: &Map<String, Value>,
) -> Result<Change, ApiError> {
    if !name.ends_with("__c") {
        // A standard field may stand in the file, with settings that this org does not have.
        return if definitions.has_field(object, name) {
            Ok(Change::Unchanged)
        } else {
            Err(invalid(format!(
                "Could not resolve standard field's name: {object}.{name}"
            )))
        };
    }
    let mut given = given.clone();
    given.remove("fullName");
    let definition = CustomField::read(given).map_err(invalid)?;
    definitions.put_field(object, name, &definition)
}

fn drop_field(definitions: &mut Definitions<'_, '_>, full_name: &str) -> Result<Change, ApiError> {
    let (object, name) = full_name.split_once('.').unwrap_or((full_name, ""));
    if !name.ends_with("__c") || !definitions.has_field(object, name) {
        return Err(not_there("CustomField", full_name));
    }
    definitions.drop_field(object, name)?;
    Ok(Change::Deleted)
}

fn drop_object(definitions: &mut Definitions<'_, '_>, name: &str) -> Result<Change, ApiError> {
    if !name.ends_with("__c") || definitions.schema.object(name).is_none() {
        return Err(not_there("CustomObject", name));
    }
    if let Some(field) = definitions.referrer(name) {
        return Err(invalid(format!(
            "This custom object is referenced elsewhere in the org, and cannot be deleted: {field}"
        )));
    }
    definitions.drop_object(name)?;
    Ok(Change::Deleted)
}

fn invalid(problem: impl Into<String>) -> ApiError {
    ApiError::new(400, "FIELD_INTEGRITY_EXCEPTION", problem)
}

impl ObjectFile {
    fn has_master(&self) -> bool {
        self.fields
            .iter()
            .any(|field| field.get("type").and_then(Value::as_str) == Some("MasterDetail"))
    }
}

impl Message {
    /// A component that cannot be deployed: its type, its file and its name.
    pub(super) fn error((kind, path, name): (&str, &str, &str), problem: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            path: path.to_owned(),
            name: name.to_owned(),
            result: Err(Problem {
                text: problem.to_owned(),
                is_warning: false,
                line: 0,
                column: 0,
            }),
        }
    }

    pub(super) fn at(mut self, line: usize, column: usize) -> Self {
        if let Err(problem) = &mut self.result {
            (problem.line, problem.column) = (line, column);
        }
        self
    }

    pub(super) fn is_failure(&self, ignore_warnings: bool) -> bool {
        match &self.result {
            Ok(_) => false,
            Err(problem) => !(problem.is_warning && ignore_warnings),
        }
    }

    pub(super) fn is_component(&self) -> bool {
        !self.kind.is_empty()
    }

    /// The entry in the details of the result.
    pub(super) fn body(&self, ignore_warnings: bool, created: &str) -> Value {
        let is = |change| matches!(&self.result, Ok(it) if *it == change);
        let mut body = json!({
            "changed": matches!(self.result, Ok(Change::Created | Change::Changed | Change::Deleted)),
            "componentType": self.kind,
            "created": is(Change::Created),
            "createdDate": created,
            "deleted": is(Change::Deleted),
            "fileName": self.path,
            "fullName": self.name,
            "success": !self.is_failure(ignore_warnings),
            "warning": false,
        });
        if let Err(problem) = &self.result {
            body["problem"] = json!(problem.text);
            body["problemType"] = json!(if problem.is_warning {
                "Warning"
            } else {
                "Error"
            });
            body["warning"] = json!(problem.is_warning);
            if problem.line > 0 {
                body["lineNumber"] = json!(problem.line);
                body["columnNumber"] = json!(problem.column);
            }
        }
        body
    }
}
