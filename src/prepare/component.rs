//! The parts of the table one by one, as an org may have or lack each.

use std::fmt;

use super::table::{ACTIVITY, CALLED, Index, KEY, Kind, OBJECTS, Object, RUN_TAG, TOLD};

/// An object of our own, or a field.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub(super) object: &'static Object,
    /// Nothing for the object itself.
    pub(super) field: Option<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// All of them, each object before its fields; with the fields that the manifest names: the one
/// that holds the id of a run, and those of Activity that tell People.ai something.
pub(crate) fn components(run_tag_field: Option<&str>, told: &[&str]) -> Vec<Component> {
    OBJECTS
        .iter()
        .flat_map(|object| {
            let own = object.own.iter().map(|_| None);
            let fields = fields(object, run_tag_field, told).into_iter().map(Some);
            own.chain(fields).map(|field| Component { object, field })
        })
        .collect()
}

fn fields(object: &Object, run_tag_field: Option<&str>, told: &[&str]) -> Vec<Field> {
    let named = |(name, kind): &(&str, Kind)| Field {
        name: (*name).to_owned(),
        kind: *kind,
    };
    let mut fields: Vec<_> = object.fields.iter().map(named).collect();
    if object.tagged {
        fields.push(named(&KEY));
        // The manifest may name a field that is there for something else.
        let tag = run_tag_field.filter(|tag| fields.iter().all(|field| field.name != *tag));
        fields.extend(tag.map(|tag| named(&(tag, RUN_TAG))));
    }
    if object.name == ACTIVITY {
        for name in told {
            if fields.iter().all(|field| field.name != *name) {
                fields.push(named(&(name, TOLD)));
            }
        }
    }
    fields
}

impl Component {
    /// `Activity.Demo_Key__c`, `Demo_Pack__c`: the name by which the Metadata API knows it.
    pub(crate) fn full_name(&self) -> String {
        match &self.field {
            Some(field) => format!("{}.{}", self.object.name, field.name),
            None => self.object.name.to_owned(),
        }
    }

    /// Whether it can be made only in some orgs, and the others do without.
    pub(crate) fn is_optional(&self) -> bool {
        self.object.optional
    }

    pub(crate) fn is_object(&self) -> bool {
        self.field.is_none()
    }

    /// Whether both are parts of one object.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        self.object.name == other.object.name
    }

    /// What it is, as Salesforce's setup pages would say it.
    pub(crate) fn description(&self) -> String {
        match &self.field {
            Some(field) => field.kind.to_string(),
            None => "custom object".to_owned(),
        }
    }
}

impl Field {
    /// `As_Of_Date__c` reads "As Of Date".
    pub(super) fn label(&self) -> String {
        match self.called() {
            Some((_, label, _)) => (*label).to_owned(),
            None => self.name.trim_end_matches("__c").replace('_', " "),
        }
    }

    /// What it holds, where its name does not tell.
    pub(super) fn meaning(&self) -> Option<&'static str> {
        self.called().map(|(.., meaning)| *meaning)
    }

    fn called(&self) -> Option<&'static (&'static str, &'static str, &'static str)> {
        CALLED.iter().find(|(name, ..)| *name == self.name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(length, index) => {
                write!(f, "Text({length})")?;
                f.write_str(match index {
                    Index::None => "",
                    Index::ExternalId => ", external id",
                    Index::Unique => ", external id, unique",
                    Index::UniqueCaseSensitive => ", external id, unique, case-sensitive",
                })
            }
            Self::LongTextArea(length) => write!(f, "Long Text Area({length})"),
            Self::Number { precision, scale } => {
                write!(f, "Number({}, {scale})", precision - scale)
            }
            Self::Percent { precision, scale } => {
                write!(f, "Percent({}, {scale})", precision - scale)
            }
            Self::Date => f.write_str("Date"),
            Self::DateTime => f.write_str("Date/Time"),
            Self::Picklist(_) => f.write_str("Picklist"),
            Self::Lookup(relation) => write!(f, "Lookup({})", relation.to),
            Self::MasterDetail(relation) => write!(f, "Master-Detail({})", relation.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::components;

    fn check(run_tag_field: Option<&str>, object: &str, expect: &[&str]) {
        let names: Vec<_> = components(run_tag_field, &[])
            .iter()
            .filter(|component| component.object.name == object)
            .map(super::Component::full_name)
            .collect();
        assert_eq!(names, expect);
    }

    #[test]
    fn records_that_we_create_are_tagged_as_the_manifest_says() {
        let key = "Activity.Demo_Key__c";
        check(None, "Activity", &[key]);
        check(
            Some("Made_By__c"),
            "Activity",
            &[key, "Activity.Made_By__c"],
        );
        let pack = components(Some("Made_By__c"), &[]);
        let tagged = |name: &str| pack.iter().any(|component| component.full_name() == name);
        assert!(tagged("Demo_Scorecard__c.Made_By__c"));
        assert!(!tagged("Demo_Pack__c.Made_By__c"));
    }

    #[test]
    fn activities_tell_people_ai_what_the_manifest_says() {
        let told = components(None, &["Demo_From__c", "Demo_To__c", "Demo_To__c"]);
        let activity = told
            .iter()
            .filter(|component| component.object.name == "Activity");
        let names: Vec<_> = activity.map(super::Component::full_name).collect();
        let expect = ["Demo_Key__c", "Demo_From__c", "Demo_To__c"];
        assert_eq!(names, expect.map(|name| format!("Activity.{name}")));
    }

    #[test]
    fn no_field_stands_there_twice() {
        for tag in ["Demo_Run__c", "Status__c"] {
            let mut names: Vec<_> = components(Some(tag), &[tag])
                .iter()
                .map(super::Component::full_name)
                .collect();
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{tag}");
        }
    }
}
