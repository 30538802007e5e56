//! What a plan says of People.ai.

use super::ground::Ground;
use crate::manifest::{ActivitySource, IngestionMode, InstanceUrl};
use crate::plan_file::Command;

pub(super) fn notices(ground: &Ground) -> Vec<String> {
    let Ground { request, state, .. } = ground;
    if request.command == Command::Destroy {
        return Vec::new();
    }
    let peopleai = &request.manifest.peopleai;
    let mut notices = Vec::new();
    if peopleai.ingestion_mode != IngestionMode::CrmActivity {
        notices.push(format!(
            "`peopleai.ingestion_mode: {}` changes nothing: records are made in Salesforce, as with crm_activity",
            peopleai.ingestion_mode
        ));
    }
    // Nobody pulls from the org that is built in. Once something was applied it is too late to say.
    let is_embedded = request.manifest.salesforce.instance_url == InstanceUrl::Embedded;
    let is_first = state.meta().serial == 0;
    if peopleai.activity_source == ActivitySource::Missing && is_first && !is_embedded {
        notices.push(
            "People.ai pulls only what is saved after its activity source exists: `demo-gen doctor --peopleai` shows which to add; then write `peopleai: {activity_source: ready}`"
                .to_owned(),
        );
    }
    notices
}
