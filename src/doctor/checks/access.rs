//! Who we are, and what the org lets us do.

use super::{Judgement, failure, good, note, unseen, warning};
use crate::doctor::sight::{Question, Sight, is_true};
use crate::listing::some_of;
use crate::manifest::{IdempotencyMode, InstanceUrl};
use crate::model::capabilities::{KEY_FIELD, PACK_OBJECT};
use crate::model::key;
use crate::model::object::Object;
use crate::org::{Describe, Field};

const PREPARE: &str =
    "`demo-gen org prepare` makes it, or an admin does with what `org prepare --out DIR` writes.";

pub(super) fn login(sight: &Sight) -> Judgement {
    let identity = &sight.identity;
    good(format!(
        "{} in {} ({})",
        identity.username, identity.org_name, identity.org_id
    ))
}

pub(super) fn production(sight: &Sight) -> Judgement {
    let identity = &sight.identity;
    let edition = &identity.organization_type;
    if sight.manifest.salesforce.instance_url == InstanceUrl::Embedded {
        return good("the embedded org");
    }
    let kind = match (identity.is_sandbox, identity.trial_expiry) {
        (true, _) => format!("{edition}, sandbox"),
        (false, Some(end)) => format!("{edition}, trial until {}", end.strftime("%Y-%m-%d")),
        (false, None) => edition.clone(),
    };
    match identity.is_production() {
        false => good(kind),
        true => {
            let allowed = &sight.manifest.salesforce.allow_production;
            match allowed.iter().any(|id| identity.is_org(id)) {
                true => warning(
                    format!("{kind}, a production org that the manifest names"),
                    "Look at the plan twice before you apply.",
                ),
                false => failure(
                    format!("{kind}, a production org that the manifest does not name"),
                    format!(
                        "Write `allow_production: [{}]` under `salesforce` if demo data belongs there.",
                        identity.org_id
                    ),
                ),
            }
        }
    }
}

pub(super) fn api_version(sight: &Sight) -> Judgement {
    good(sight.manifest.salesforce.api_version.clone())
}

/// The objects that we write must be there, and must be writable.
pub(super) fn objects(sight: &Sight) -> Judgement {
    if let Some(why) = sight.undescribed() {
        return unseen(why);
    }
    let mut missing = Vec::new();
    let mut forbidden = Vec::new();
    for object in sight.wanted() {
        match sight.object(object.api_name()) {
            None => missing.push(object.api_name().to_owned()),
            Some(describe) => forbidden.extend(forbids(describe)),
        }
    }
    let activities = [Object::Event, Object::Task].map(Object::api_name);
    let essential = missing.iter().any(|name| activities.contains(&&**name));
    if essential || !forbidden.is_empty() {
        forbidden.extend(missing.into_iter().map(|name| format!("{name}: not there")));
        failure(
            some_of(&forbidden),
            "Let an admin give you create, edit and delete on these objects.",
        )
    } else if missing.is_empty() {
        let names: Vec<_> = sight
            .wanted()
            .map(|object| object.api_name().to_owned())
            .collect();
        good(names.join(", "))
    } else {
        warning(
            format!("no {}: records of it are left out", some_of(&missing)),
            PREPARE,
        )
    }
}

fn forbids(object: &Describe) -> Option<String> {
    let denied = [
        (object.createable, "create"),
        (object.updateable, "edit"),
        (object.deletable, "delete"),
    ];
    let denied: Vec<_> = denied
        .iter()
        .filter(|(allowed, _)| !allowed)
        .map(|(_, verb)| *verb)
        .collect();
    (!denied.is_empty()).then(|| format!("{}: no {}", object.name, denied.join(", ")))
}

/// The fields that we fill must be there, and must be writable.
pub(super) fn fields(sight: &Sight) -> Judgement {
    let plan = sight
        .survey
        .as_ref()
        .ok()
        .map(|survey| &survey.planned.plan);
    let not_offered = plan.map(|plan| plan.header.capabilities.not_offered.clone());
    let mut absent = not_offered.unwrap_or_default();
    let mut count = 0;
    for sample in sight.samples() {
        let Some(describe) = sight.object(sample.object.api_name()) else {
            continue;
        };
        for (name, _) in &sample.fields {
            count += 1;
            if !describe.field(name).is_some_and(|field| field.createable) {
                absent.push(format!("{}.{name}", describe.name));
            }
        }
    }
    if count == 0 {
        return Judgement::Nothing;
    }
    match absent.is_empty() {
        true => good(format!("all {count} that are filled are there")),
        false => warning(
            format!("{}: hidden from you, or read-only", some_of(&absent)),
            "They are left out. Let an admin give you edit on them where you miss them.",
        ),
    }
}

/// Nothing can be created while a field that the org requires stays empty.
pub(super) fn required_fields(sight: &Sight) -> Judgement {
    let mut empty = Vec::new();
    for sample in sight.samples() {
        let Some(describe) = sight.object(sample.object.api_name()) else {
            continue;
        };
        let is_filled = |field: &Field| sample.fields.iter().any(|(name, _)| *name == *field.name);
        let required = describe
            .fields
            .iter()
            .filter(|field| field.is_required() && !is_filled(field));
        empty.extend(required.map(|field| format!("{}.{}", describe.name, field.name)));
    }
    match (sight.samples().is_empty(), empty.is_empty()) {
        (true, _) => Judgement::Nothing,
        (false, true) => good("all are filled"),
        (false, false) => failure(
            format!("nothing fills {}", some_of(&empty)),
            "Give them a value under `fields` in the manifest.",
        ),
    }
}

/// The key proves a record to be ours, also when the state is lost.
pub(super) fn keys(sight: &Sight) -> Judgement {
    let mut absent = Vec::new();
    let mut wrong = Vec::new();
    for object in sight.wanted() {
        // Attendees are found through their meeting.
        if object == Object::EventRelation {
            continue;
        }
        let Some(describe) = sight.object(object.api_name()) else {
            continue;
        };
        match describe.field(KEY_FIELD) {
            None => absent.push(describe.name.clone()),
            Some(field) if !is_key(field) => wrong.push(describe.name.clone()),
            Some(_) => {}
        }
    }
    let mode = sight.manifest.run.idempotency_mode;
    let must = mode == Some(IdempotencyMode::Tag);
    let keyless = absent.len() + wrong.len();
    let keyed = sight.wanted().filter(|object| {
        let describe = sight.object(object.api_name());
        describe.is_some_and(|describe| describe.field(KEY_FIELD).is_some_and(is_key))
    });
    // Apply refuses what is neither here nor there.
    let is_mixed = mode.is_none() && keyless > 0 && keyed.count() > 0;
    match (absent.is_empty(), wrong.is_empty()) {
        (true, true) => good(format!("{KEY_FIELD} on every object that can have it")),
        (false, _) if is_mixed => failure(
            format!(
                "no {KEY_FIELD} on {}, which other objects have: an older version prepared this org",
                some_of(&absent)
            ),
            PREPARE,
        ),
        (true, false) => warning(
            format!(
                "{KEY_FIELD} of {} is not a unique external id of {} characters, so it is not used",
                some_of(&wrong),
                key::LENGTH
            ),
            "Delete the field, and let `demo-gen org prepare` make it.",
        ),
        (false, _) if must => failure(
            format!(
                "no {KEY_FIELD} on {}, and the manifest says `idempotency_mode: tag`",
                some_of(&absent)
            ),
            PREPARE,
        ),
        (false, _) => warning(
            format!(
                "no {KEY_FIELD} on {}: records are told by their ids alone, and cannot be found when the state is lost",
                some_of(&absent)
            ),
            PREPARE,
        ),
    }
}

fn is_key(field: &Field) -> bool {
    field.external_id && field.unique && field.length >= key::LENGTH && field.createable
}

pub(super) fn pack(sight: &Sight) -> Judgement {
    if sight.undescribed().is_some() {
        return Judgement::Nothing;
    }
    match sight.object(PACK_OBJECT) {
        Some(_) => good(format!(
            "{PACK_OBJECT} keeps who applied last, and from where"
        )),
        None => warning(
            format!("no {PACK_OBJECT}: two machines that apply at once are not kept apart"),
            PREPARE,
        ),
    }
}

/// What this user cannot see looks as if it were gone.
pub(super) fn powers(sight: &Sight) -> Judgement {
    let rows = match sight.rows(Question::Powers) {
        Ok(rows) => rows,
        Err(why) => return unseen(why),
    };
    let has = |permission: &str| {
        let mut paths = ["Profile", "PermissionSet"]
            .map(|of| format!("{of}.{permission}"))
            .into_iter();
        paths.any(|path| rows.iter().any(|row| is_true(row, &path)))
    };
    match (
        has("PermissionsViewAllData"),
        has("PermissionsModifyAllData"),
    ) {
        (_, true) => good("View All Data and Modify All Data"),
        (true, false) => note(
            "View All Data; what others own can be read, and changed only where it is shared with you",
        ),
        (false, false) => warning(
            "neither View All Data nor Modify All Data: what is hidden from you looks as if it were gone",
            "Apply as a user who sees all activities of the covered deals.",
        ),
    }
}
