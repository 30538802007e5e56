//! One record of each kind, sent so that the org's rules and triggers speak, and undone.

use serde_json::{Value as Json, json};

use super::sight::Sight;
use crate::model::capabilities::KEY_FIELD;
use crate::model::finding::{Finding, Verdict};
use crate::model::value::Datum;
use crate::org::{self, Fields, Org, Rehearsed};
use crate::reconcile::Sample;

const CHECK: &str = "Probe";

pub(super) async fn send(org: &Org, sight: &Sight<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sample in sight.samples() {
        let chain = chain(sight, sample);
        let verdict = org.rehearse(&chain).await;
        findings.push(finding(sample, verdict));
    }
    if findings.is_empty() {
        findings.push(Finding {
            check: CHECK,
            verdict: Verdict::Unseen,
            found: "there is no record to try, because there is no plan".to_owned(),
            advice: String::new(),
        });
    }
    findings
}

/// The sample, behind what it cannot be without.
fn chain<'s>(sight: &Sight, sample: &'s Sample) -> Vec<Rehearsed<'s>> {
    let mut samples = Vec::new();
    gather(sample, &mut samples);
    let record = |(index, sample): (usize, &&'s Sample)| Rehearsed {
        object: sample.object.api_name(),
        fields: fields(sight, sample, &samples[..index]),
    };
    samples.iter().enumerate().map(record).collect()
}

/// Adds the sample and what it needs, each once.
fn gather<'s>(sample: &'s Sample, samples: &mut Vec<&'s Sample>) {
    for needed in &sample.needs {
        gather(needed, samples);
    }
    if samples.iter().all(|other| other.address != sample.address) {
        samples.push(sample);
    }
}

/// What would be sent. What refers to a record outside the chain is left out: there is no such
/// record yet.
fn fields(sight: &Sight, sample: &Sample, before: &[&Sample]) -> Fields {
    let mut fields = Fields::new();
    let describe = sight.object(sample.object.api_name());
    let is_createable = |name: &str| {
        let field = describe.and_then(|describe| describe.field(name));
        field.is_some_and(|field| field.createable)
    };
    for (name, datum) in &sample.fields {
        let value = match datum {
            Datum::Json(value) => Some(value.clone()),
            Datum::Draft(draft) => Some(draft.stand_in()),
            // Who is made along with the record is not there yet.
            Datum::People(_) => None,
            // A text of several ids cannot be put together within one call.
            Datum::Refs(_) => None,
            Datum::Ref(address) => {
                let place = before.iter().position(|needed| needed.address == *address);
                place.map(|index| json!(format!("@{{record{index}.id}}")))
            }
        };
        if let Some(value) = value.filter(|value| !value.is_null() && is_createable(name)) {
            fields.insert(name.to_string(), value);
        }
    }
    if is_createable(KEY_FIELD) {
        // No record has it, so it collides with none.
        let key = format!("probe-{}", sample.address);
        fields.insert(KEY_FIELD.to_owned(), Json::String(key));
    }
    fields
}

fn finding(sample: &Sample, verdict: Result<org::Verdict, org::Error>) -> Finding {
    let kind = sample.object.label(&sample.address.path).0;
    let (verdict, found, advice) = match verdict {
        Ok(org::Verdict::Fine) => (
            Verdict::Good,
            format!("{kind}: would be taken"),
            String::new(),
        ),
        Ok(org::Verdict::Refused(error)) => (
            Verdict::Failure,
            format!("{kind}: refused: {error}"),
            "Change what the rule asks for, or fill the field under `fields` in the manifest."
                .to_owned(),
        ),
        Ok(org::Verdict::Stayed(id)) => (
            Verdict::Failure,
            format!("{kind}: the org kept {id}, although it was to undo it"),
            "Delete it by hand.".to_owned(),
        ),
        Err(error) => (
            Verdict::Unseen,
            format!("{kind}: could not be tried: {error}"),
            String::new(),
        ),
    };
    Finding {
        check: CHECK,
        verdict,
        found,
        advice,
    }
}
