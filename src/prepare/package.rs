//! Packages of the Metadata API: what is to be made, or taken away, as XML files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::component::{Component, Field};
use super::table::{Index, Kind, NameField, OBJECTS, Object, Own, PERMISSION_SET, READ, Relation};
use super::xml::{Element, document, group, value};
use crate::model::capabilities::PACK_OBJECT;

/// The files of a package by their paths.
pub(crate) type Files = BTreeMap<String, String>;

/// What is to be made, and what the permission set is to grant.
pub(super) struct Content<'a> {
    pub(super) made: &'a [&'a Component],
    pub(super) granted: &'a [&'a Component],
    /// Fields that the permission set of the org grants already, such as `Task.Other_Run__c`: a
    /// deployment replaces what stands in it.
    pub(super) kept: &'a BTreeSet<String>,
}

/// A package that makes what is missing.
pub(super) fn constructive(content: &Content, api_version: &str) -> Files {
    let mut files = Files::new();
    for object in OBJECTS {
        let made: Vec<_> = of_object(content.made, object).collect();
        if !made.is_empty() {
            let path = format!("objects/{}.object", object.name);
            files.insert(path, custom_object(object, &made));
        }
    }
    let path = format!("permissionsets/{PERMISSION_SET}.permissionset");
    files.insert(path, permission_set(content));
    let members = members(content.made, Some(PERMISSION_SET));
    files.insert("package.xml".to_owned(), manifest(&members, api_version));
    files
}

/// A package that takes these away, and the permission set of this name.
pub(super) fn destructive(
    components: &[&Component],
    permission_set: Option<&str>,
    api_version: &str,
) -> Files {
    // Details go before their masters; their fields go along with them.
    let own = |component: &&&Component| component.object.own.is_some() && component.field.is_none();
    let others = |component: &&&Component| component.object.own.is_none();
    let mut going: Vec<_> = components.iter().rev().filter(own).copied().collect();
    going.extend(components.iter().filter(others));
    let removed = manifest(&members(&going, permission_set), api_version);
    Files::from([
        ("package.xml".to_owned(), manifest(&[], api_version)),
        ("destructiveChanges.xml".to_owned(), removed),
    ])
}

/// The package as the archive that a deployment takes.
pub(super) fn zipped(files: &Files) -> Vec<u8> {
    let mut archive = ZipWriter::new(io::Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (path, text) in files {
        archive
            .start_file(path.as_str(), plain)
            .and_then(|()| Ok(archive.write_all(text.as_bytes())?))
            .expect("memory can be written to");
    }
    let archive = archive.finish().expect("memory can be written to");
    archive.into_inner()
}

/// Writes the package into a folder, for `sf project deploy start --metadata-dir`.
pub(crate) fn write(files: &Files, folder: &Path) -> io::Result<()> {
    for (path, text) in files {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().expect("it lies in the folder"))?;
        std::fs::write(file, text)?;
    }
    Ok(())
}

fn of_object<'a>(
    components: &'a [&'a Component],
    object: &'static Object,
) -> impl Iterator<Item = &'a Component> {
    let of_it = move |component: &&&Component| component.object.name == object.name;
    components.iter().filter(of_it).copied()
}

/// The types of components that a package names, each with its members.
type Members = [(&'static str, Vec<String>); 3];

fn members(components: &[&Component], permission_set: Option<&str>) -> Members {
    let named = |is_field: bool| {
        let of_type = components
            .iter()
            .filter(|component| component.field.is_some() == is_field);
        of_type.map(|component| component.full_name()).collect()
    };
    [
        ("CustomObject", named(false)),
        ("CustomField", named(true)),
        (
            "PermissionSet",
            permission_set.map(str::to_owned).into_iter().collect(),
        ),
    ]
}

/// `package.xml` and its like.
fn manifest(members: &[(&'static str, Vec<String>)], api_version: &str) -> String {
    let filled = members.iter().filter(|(_, members)| !members.is_empty());
    let types = filled.map(|(name, members)| {
        let members = members.iter().map(|member| value("members", member));
        group("types", members.chain([value("name", name)]).collect())
    });
    let elements: Vec<_> = types.chain([value("version", api_version)]).collect();
    document("Package", &elements)
}

/// Elements of one name must stand together, and stand in the order of the alphabet when retrieved.
fn custom_object(object: &Object, made: &[&Component]) -> String {
    let fields = made.iter().filter_map(|component| component.field.as_ref());
    let fields = fields.map(|field| custom_field(object, field));
    let whole = made.iter().any(|component| component.field.is_none());
    let Some(own) = object.own.as_ref().filter(|_| whole) else {
        return document("CustomObject", &fields.collect::<Vec<_>>());
    };
    let mut elements = vec![
        value("deploymentStatus", "Deployed"),
        value("description", own.description),
        value("enableActivities", false),
        value("enableReports", true),
    ];
    elements.extend(fields);
    elements.extend([
        value("label", own.label),
        name_field(own),
        value("pluralLabel", own.plural),
        value("sharingModel", sharing(object)),
    ]);
    document("CustomObject", &elements)
}

fn name_field(own: &Own) -> Element {
    group(
        "nameField",
        match own.name {
            NameField::Text { label } => vec![value("label", label), value("type", "Text")],
            NameField::Numbered { label, format } => vec![
                value("displayFormat", format),
                value("label", label),
                value("type", "AutoNumber"),
            ],
        },
    )
}

/// Details are seen by whoever sees the master; packs by all colleagues who have the permission set.
fn sharing(object: &Object) -> &'static str {
    let is_detail = |(_, kind): &(&str, Kind)| matches!(kind, Kind::MasterDetail(_));
    match object.fields.iter().any(is_detail) {
        true => "ControlledByParent",
        false => "ReadWrite",
    }
}

fn custom_field(object: &Object, field: &Field) -> Element {
    const OURS: &str = "Made and filled by demo-gen.";
    let meaning = field.meaning();
    let description = meaning.map_or(OURS.to_owned(), |meaning| format!("{OURS} {meaning}"));
    let mut elements = vec![
        value("fullName", &field.name),
        value("description", description),
    ];
    elements.extend(meaning.map(|meaning| value("inlineHelpText", meaning)));
    elements.push(value("label", field.label()));
    // A master makes its own rules.
    if !matches!(field.kind, Kind::MasterDetail(_)) {
        elements.push(value("required", false));
    }
    elements.extend(of_kind(object, field.kind));
    group("fields", elements)
}

fn of_kind(object: &Object, kind: Kind) -> Vec<Element> {
    let typed = |name, mut elements: Vec<Element>| {
        elements.insert(0, value("type", name));
        elements
    };
    let digits = |precision, scale| vec![value("precision", precision), value("scale", scale)];
    match kind {
        Kind::Text(length, index) => {
            let mut elements = vec![value("length", length)];
            elements.extend(indexed(index));
            typed("Text", elements)
        }
        Kind::LongTextArea(length) => {
            let elements = vec![value("length", length), value("visibleLines", 5)];
            typed("LongTextArea", elements)
        }
        Kind::Number { precision, scale } => typed("Number", digits(precision, scale)),
        Kind::Percent { precision, scale } => typed("Percent", digits(precision, scale)),
        Kind::Date => typed("Date", Vec::new()),
        Kind::DateTime => typed("DateTime", Vec::new()),
        Kind::Picklist(values) => typed("Picklist", vec![value_set(values)]),
        Kind::Lookup(relation) => {
            let mut elements = relationship(object, relation);
            elements.push(value("deleteConstraint", "SetNull"));
            typed("Lookup", elements)
        }
        Kind::MasterDetail(relation) => {
            let mut elements = relationship(object, relation);
            elements.extend([
                value("relationshipOrder", 0),
                value("reparentableMasterDetail", false),
                value("writeRequiresMasterRead", false),
            ]);
            typed("MasterDetail", elements)
        }
    }
}

fn indexed(index: Index) -> Vec<Element> {
    let unique = matches!(index, Index::Unique | Index::UniqueCaseSensitive);
    let mut elements = vec![
        value("externalId", index != Index::None),
        value("unique", unique),
    ];
    if unique {
        let case_sensitive = index == Index::UniqueCaseSensitive;
        elements.push(value("caseSensitive", case_sensitive));
    }
    elements
}

fn relationship(object: &Object, relation: Relation) -> Vec<Element> {
    let plural = object.own.as_ref().map_or(object.name, |own| own.plural);
    vec![
        value("referenceTo", relation.to),
        value("relationshipLabel", plural),
        value("relationshipName", relation.children),
    ]
}

fn value_set(values: &[&str]) -> Element {
    let value_of = |name: &&str| {
        let elements = vec![
            value("fullName", name),
            value("default", false),
            value("label", name),
        ];
        group("value", elements)
    };
    let mut definition = vec![value("sorted", false)];
    definition.extend(values.iter().map(value_of));
    group(
        "valueSet",
        vec![
            value("restricted", false),
            group("valueSetDefinition", definition),
        ],
    )
}

fn permission_set(content: &Content) -> String {
    let mut elements = vec![value(
        "description",
        "Lets its users see and fill what demo-gen needs.",
    )];
    let granted = content
        .granted
        .iter()
        .flat_map(|component| granted_fields(component));
    let fields: BTreeSet<String> = granted.chain(content.kept.iter().cloned()).collect();
    elements.extend(fields.iter().map(|field| {
        let permissions = vec![
            value("editable", true),
            value("field", field),
            value("readable", true),
        ];
        group("fieldPermissions", permissions)
    }));
    elements.push(value("hasActivationRequired", false));
    elements.push(value("label", PERMISSION_SET.replace('_', " ")));
    let own = content
        .granted
        .iter()
        .filter(|component| component.field.is_none());
    elements.extend(own.map(|component| object_permissions(component.object.name, true)));
    elements.extend(READ.iter().map(|name| object_permissions(name, false)));
    document("PermissionSet", &elements)
}

/// Fields whose visibility can be granted; a detail's master is always seen.
fn granted_fields(component: &Component) -> Vec<String> {
    match &component.field {
        Some(field) if !matches!(field.kind, Kind::MasterDetail(_)) => {
            let shown_as = component.object.shown_as.iter();
            shown_as
                .map(|name| format!("{name}.{}", field.name))
                .collect()
        }
        Some(_) | None => Vec::new(),
    }
}

fn object_permissions(object: &str, write: bool) -> Element {
    // A colleague may take a pack over, and take it away.
    let all = write && object == PACK_OBJECT;
    group(
        "objectPermissions",
        vec![
            value("allowCreate", write),
            value("allowDelete", write),
            value("allowEdit", write),
            value("allowRead", true),
            value("modifyAllRecords", all),
            value("object", object),
            value("viewAllRecords", all),
        ],
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::{Cursor, Read as _};

    use super::{Content, Files, constructive, destructive, zipped};
    use crate::prepare::component::{Component, components};

    fn picked<'a>(all: &'a [Component], names: &[&str]) -> Vec<&'a Component> {
        let picked = all
            .iter()
            .filter(|component| names.contains(&&*component.full_name()));
        picked.collect()
    }

    /// The package that makes some components and grants others.
    fn package(made: &[&str], granted: &[&str], kept: &[&str]) -> Files {
        let all = components(Some("Demo_Run__c"), &[]);
        let content = Content {
            made: &picked(&all, made),
            granted: &picked(&all, granted),
            kept: &kept.iter().map(|field| (*field).to_owned()).collect(),
        };
        constructive(&content, "67.0")
    }

    /// The elements of this name in a file.
    fn values(text: &str, element: &str) -> Vec<String> {
        let tag = format!("<{element}>");
        let parts = text.split(&tag).skip(1);
        parts
            .map(|part| part.split('<').next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn only_what_is_missing_is_made() {
        let key = "Activity.Demo_Key__c";
        let files = package(&[key], &[key, "Account.Demo_Run__c"], &["Task.Own__c"]);
        let names: Vec<_> = files.keys().map(String::as_str).collect();
        let expect = [
            "objects/Activity.object",
            "package.xml",
            "permissionsets/Demo_Gen.permissionset",
        ];
        assert_eq!(names, expect);
        assert_eq!(values(&files["package.xml"], "members"), [key, "Demo_Gen"]);
        let object = &files["objects/Activity.object"];
        for (element, value) in [
            ("fullName", "Demo_Key__c"),
            ("type", "Text"),
            ("length", "64"),
            ("externalId", "true"),
            ("unique", "true"),
            ("caseSensitive", "true"),
        ] {
            assert_eq!(values(object, element), [value], "{element}");
        }
        assert_eq!(values(object, "sharingModel"), [""; 0]);
        let granted = values(&files["permissionsets/Demo_Gen.permissionset"], "field");
        let expect = [
            "Account.Demo_Run__c",
            "Event.Demo_Key__c",
            "Task.Demo_Key__c",
            "Task.Own__c",
        ];
        assert_eq!(granted, expect);
    }

    #[test]
    fn an_object_of_ours_comes_with_its_description() {
        let master = "Demo_Scorecard__c.Opportunity__c";
        let names = ["Demo_Scorecard__c", master, "Demo_Scorecard__c.Rating__c"];
        let files = package(&names, &names, &[]);
        let object = &files["objects/Demo_Scorecard__c.object"];
        assert_eq!(values(object, "sharingModel"), ["ControlledByParent"]);
        assert_eq!(values(object, "displayFormat"), ["SC-{0000}"]);
        assert_eq!(values(object, "referenceTo"), ["Opportunity"]);
        let permissions = &files["permissionsets/Demo_Gen.permissionset"];
        // A master is seen by whoever sees the record, and cannot be granted.
        assert_eq!(
            values(permissions, "field"),
            ["Demo_Scorecard__c.Rating__c"]
        );
        let objects = ["Demo_Scorecard__c", "Account", "Opportunity"];
        assert_eq!(values(permissions, "object"), objects);
        assert_eq!(values(permissions, "allowEdit"), ["true", "false", "false"]);
    }

    #[test]
    fn a_field_whose_name_does_not_tell_what_it_holds_says_so() {
        let names = [
            "Demo_Scorecard__c.Percent__c",
            "Demo_Scorecard__c.Total_Score__c",
        ];
        let files = package(&names, &names, &[]);
        let object = &files["objects/Demo_Scorecard__c.object"];
        assert_eq!(values(object, "label"), ["Total Score", "Overall Score"]);
        let help = values(object, "inlineHelpText");
        assert!(help[0].contains("confidence"), "{help:?}");
        let ours = "Made and filled by demo-gen.";
        let expect = [ours.to_owned(), format!("{ours} {}", help[0])];
        assert_eq!(values(object, "description"), expect);
    }

    #[test]
    fn details_go_before_their_masters_and_take_their_fields_along() {
        let all = components(Some("Demo_Run__c"), &[]);
        let going = [
            "Contact.Demo_Run__c",
            "Demo_Scorecard__c",
            "Demo_Scorecard__c.Rating__c",
            "Demo_Scorecard_Answer__c",
        ];
        let check = |permission_set, expect: &[&str]| {
            let files = destructive(&picked(&all, &going), permission_set, "67.0");
            assert_eq!(values(&files["package.xml"], "members"), [""; 0]);
            assert_eq!(values(&files["destructiveChanges.xml"], "members"), expect);
        };
        let [answers, cards] = ["Demo_Scorecard_Answer__c", "Demo_Scorecard__c"];
        check(
            Some("Demo_Gen"),
            &[answers, cards, "Contact.Demo_Run__c", "Demo_Gen"],
        );
        check(None, &[answers, cards, "Contact.Demo_Run__c"]);
    }

    #[test]
    fn the_archive_holds_the_files() {
        let files = package(&["Contact.Demo_Run__c"], &[], &[]);
        let mut archive = zip::ZipArchive::new(Cursor::new(zipped(&files))).unwrap();
        let names: BTreeSet<_> = archive
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        assert_eq!(names, files.keys().cloned().collect());
        let mut text = String::new();
        let mut file = archive.by_name("package.xml").unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, files["package.xml"]);
    }
}
