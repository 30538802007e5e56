//! The codes with which Salesforce refuses a record: what each means for the others, and what a
//! person can do about it.

/// How far a refusal reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The same may be taken when it is sent again.
    Passing,
    /// Another save holds the record, or its account.
    Locked,
    /// This record only.
    Record,
    /// Every record of its kind: sending more of them costs calls and changes nothing.
    Kind,
}

/// What is known of a code.
struct StatusCode {
    name: &'static str,
    reach: Reach,
    /// What to do about it; empty where running again is all there is to do.
    advice: &'static str,
}

use Reach::{Kind, Locked, Passing, Record};

/// The codes that mean more than that a record was refused, or that a person can do something
/// about. All but the last few are the API's own.
#[rustfmt::skip]
const CODES: &[StatusCode] = &[
    StatusCode { name: "UNABLE_TO_LOCK_ROW", reach: Locked,
        advice: "Others save records of the same account; run again when they are done, or with a lower `--concurrency`." },
    StatusCode { name: "SERVER_UNAVAILABLE", reach: Passing, advice: "" },
    StatusCode { name: "REQUEST_LIMIT_EXCEEDED", reach: Passing, advice: "" },
    StatusCode { name: "UNKNOWN_EXCEPTION", reach: Passing, advice: "" },
    StatusCode { name: "STORAGE_LIMIT_EXCEEDED", reach: Kind,
        advice: "The org's data storage is full (Setup, Storage Usage): delete something there, or lower `salesforce.query.limit`." },
    StatusCode { name: "API_DISABLED_FOR_ORG", reach: Kind,
        advice: "The org's edition or the user's profile has no API access; an admin can grant 'API Enabled'." },
    StatusCode { name: "API_CURRENTLY_DISABLED", reach: Kind,
        advice: "The org's API is switched off for the moment, as in a maintenance; run again later." },
    StatusCode { name: "INSUFFICIENT_ACCESS", reach: Kind,
        advice: "The user may not write this object; an admin can grant it." },
    StatusCode { name: "INVALID_TYPE", reach: Kind,
        advice: "The object is not there, or not for this user; an admin can grant it." },
    StatusCode { name: "INSUFFICIENT_ACCESS_OR_READONLY", reach: Record,
        advice: "The user may not change this record: check its sharing and the object's permissions." },
    StatusCode { name: "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", reach: Record,
        advice: "The user may not edit what the record hangs on: share the deal with them, or leave it out with `salesforce.query`." },
    StatusCode { name: "FIELD_CUSTOM_VALIDATION_EXCEPTION", reach: Record,
        advice: "A validation rule of the org refuses it: change the rule, or what the manifest asks for." },
    StatusCode { name: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", reach: Record,
        advice: "A trigger or flow of the org failed; its message says which. An admin can mend it, or leave our records out of it." },
    StatusCode { name: "REQUIRED_FIELD_MISSING", reach: Record,
        advice: "The org requires a field that nothing fills: give it a value under `fields` in the manifest." },
    StatusCode { name: "INVALID_FIELD_FOR_INSERT_UPDATE", reach: Record,
        advice: "The user may not write a field: an admin can grant it (field-level security)." },
    StatusCode { name: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", reach: Record,
        advice: "The org's picklist lacks the value: an admin can add it." },
    StatusCode { name: "DUPLICATES_DETECTED", reach: Record,
        advice: "A duplicate rule of the org holds records up: `salesforce.allow_duplicates: true` saves them all the same, where the rule only alerts." },
    StatusCode { name: "DUPLICATE_VALUE", reach: Record,
        advice: "A record that you do not see holds the key, perhaps one of ours that was hidden from you: check the user's sharing and permissions (View All Data), then run again." },
    StatusCode { name: "INVALID_CROSS_REFERENCE_KEY", reach: Record,
        advice: "The record, or what it hangs on, is gone, or hidden from you: check the user's sharing and permissions; the next plan shows what is there." },
    StatusCode { name: "INACTIVE_OWNER_OR_USER", reach: Record,
        advice: "The owner was deactivated since the plan was made; the next plan finds somebody else." },
    StatusCode { name: "CHANGED_MEANWHILE", reach: Record,
        advice: "Somebody changed these records after the plan was made; they were left as they are, and the next plan shows them." },
    StatusCode { name: "NOT_OURS", reach: Record, advice: "" },
    StatusCode { name: "BULK_JOB_FAILED", reach: Kind,
        advice: "The org gave the Bulk API job up; Setup, Bulk Data Load Jobs, tells more. A higher `salesforce.bulk_threshold` does without such jobs." },
];

/// How far a refusal with this code reaches.
pub(crate) fn reach(code: &str) -> Reach {
    find(code).map_or(Record, |known| known.reach)
}

/// What a person can do about it.
pub(crate) fn advice(code: &str) -> Option<&'static str> {
    find(code)
        .map(|known| known.advice)
        .filter(|advice| !advice.is_empty())
}

fn find(code: &str) -> Option<&'static StatusCode> {
    CODES.iter().find(|known| known.name == code)
}

#[cfg(test)]
mod tests {
    use super::{CODES, Reach, advice, reach};

    #[test]
    fn a_code_stands_once_and_what_stops_a_kind_has_advice() {
        for (number, code) in CODES.iter().enumerate() {
            assert!(CODES[..number].iter().all(|other| other.name != code.name));
            assert!(code.reach != Reach::Kind || !code.advice.is_empty());
        }
    }

    #[test]
    fn an_unknown_code_is_about_its_record_alone() {
        assert_eq!(reach("SOMETHING_NEW"), Reach::Record);
        assert_eq!(advice("SOMETHING_NEW"), None);
        assert_eq!(reach("STORAGE_LIMIT_EXCEEDED"), Reach::Kind);
    }
}
