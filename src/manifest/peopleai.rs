//! `peopleai`: how People.ai gets at what is made, and what it needs of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::names::field;
use super::problems::Complaint;
use super::section::Section;
use super::tree::Node;
use super::values::{flag, quote, whole, word};
use super::words::words;
use crate::model::capabilities::KEY_FIELD;

/// What People.ai is told, or is to be asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PeopleAi {
    pub(crate) ingestion_mode: IngestionMode,
    pub(crate) verify_mode: VerifyMode,
    pub(crate) expected_latency_minutes: u32,
    pub(crate) activity_source: ActivitySource,
    pub(crate) on_reanchor: OnReanchor,
    /// An activity that would be matched to somebody or something else is made anew.
    pub(crate) replace_on_rematch: bool,
    /// Fields of Activity that tell what People.ai would otherwise have to guess.
    pub(crate) fields: BTreeMap<Attribute, String>,
}

words! {
    /// Where People.ai picks activities up.
    IngestionMode {
        CrmActivity = "crm_activity",
        EmailDropbox = "email_dropbox",
        Calendar = "calendar",
    }
}

words! {
    /// Who looks whether People.ai has ingested the records.
    VerifyMode {
        Manual = "manual",
        Api = "api",
    }
}

words! {
    /// Whether People.ai has a CRM activity source that pulls what is made here.
    ActivitySource {
        Missing = "missing",
        Ready = "ready",
    }
}

words! {
    /// What becomes of activities that move with the anchor.
    OnReanchor {
        /// They stay the same records.
        Update = "update",
        /// They are made anew: People.ai pulls an activity once.
        Replace = "replace",
    }
}

words! {
    /// What a field of Activity can tell People.ai.
    Attribute {
        /// `Inbound` or `Outbound`.
        Direction = "direction",
        /// Who wrote or called, by e-mail address.
        From = "from",
        /// To whom.
        To = "to",
        /// Everybody who took part.
        Participants = "participants",
    }
}

/// Fields with this beginning are People.ai's own.
const NAMESPACE: &str = "peopleai__";

pub(super) fn peopleai(mut peopleai: Section) -> PeopleAi {
    PeopleAi {
        ingestion_mode: peopleai
            .value("ingestion_mode", word(IngestionMode::WORDS))
            .unwrap_or(IngestionMode::CrmActivity),
        verify_mode: peopleai
            .value("verify_mode", word(VerifyMode::WORDS))
            .unwrap_or(VerifyMode::Manual),
        expected_latency_minutes: peopleai
            .value("expected_latency_minutes", whole(0..=10_080))
            .unwrap_or(60),
        activity_source: peopleai
            .value("activity_source", word(ActivitySource::WORDS))
            .unwrap_or(ActivitySource::Missing),
        on_reanchor: peopleai
            .value("on_reanchor", word(OnReanchor::WORDS))
            .unwrap_or(OnReanchor::Update),
        replace_on_rematch: peopleai.value("replace_on_rematch", flag).unwrap_or(false),
        fields: fields(peopleai.section("fields")),
    }
}

fn fields(mut fields: Section) -> BTreeMap<Attribute, String> {
    let told = Attribute::WORDS.iter();
    told.filter_map(|(name, told)| Some((*told, fields.value(name, told_field)?)))
        .collect()
}

/// A custom field of Activity that is neither People.ai's nor holds anything else of ours.
fn told_field(node: &Node) -> Result<String, Complaint> {
    let name = field(node)?;
    let lower = name.to_ascii_lowercase();
    if lower.starts_with(NAMESPACE) {
        let message = format!(
            "{} belongs to People.ai, which fills it itself",
            quote(&name)
        );
        let hint = "name a field of your own, for example Demo_Direction__c";
        return Err(Complaint::new(message, hint));
    }
    if lower.ends_with("__c") && !lower.eq_ignore_ascii_case(KEY_FIELD) {
        return Ok(name);
    }
    let message = format!("{} is not a text field of your own", quote(&name));
    Err(Complaint::new(
        message,
        "for example Demo_Direction__c; `demo-gen org prepare` makes it",
    ))
}

#[cfg(test)]
mod tests {
    use super::Attribute;
    use crate::manifest::fixtures::{check, manifest};

    #[test]
    fn fields_are_named_by_what_they_tell() {
        let yaml = "peopleai: {fields: {direction: Demo_Direction__c, from: Demo_From__c}}";
        let manifest = manifest(yaml).unwrap();
        let fields = &manifest.peopleai.fields;
        assert_eq!(fields[&Attribute::Direction], "Demo_Direction__c");
        assert_eq!(fields.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told() {
        check(
            "peopleai: {fields: {direction: peopleai__Direction__c}}",
            &[
                "3 peopleai.fields.direction: `peopleai__Direction__c` belongs to People.ai, which fills it itself (name a field of your own, for example Demo_Direction__c)",
            ],
        );
        check(
            "peopleai: {fields: {from: Description}}",
            &[
                "3 peopleai.fields.from: `Description` is not a text field of your own (for example Demo_Direction__c; `demo-gen org prepare` makes it)",
            ],
        );
        check(
            "peopleai: {fields: {form: Demo_From__c}}",
            &["3 peopleai.fields.form: unknown key (did you mean `from`?)"],
        );
        check(
            "peopleai: {on_reanchor: replac, activity_source: yes}",
            &[
                "3 peopleai.on_reanchor: `replac` is not known (did you mean `replace`? It must be one of: update, replace)",
                "3 peopleai.activity_source: `yes` is not known (one of: missing, ready)",
            ],
        );
    }
}
