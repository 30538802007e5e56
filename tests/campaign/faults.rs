//! Everything that can go wrong, and how a run that meets it may end.

use crate::env::Draws;

/// What a test of the campaign is mostly about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Theme {
    /// Connections, and replies that the API does not give.
    Network,
    /// What the org allows to nobody, or not now, or not to us.
    Limits,
    /// What the org says to single records.
    Rules,
    /// What others do at the same time.
    Others,
    /// Jobs of the Bulk API.
    Jobs,
}

/// A fault that a run can meet.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) theme: Theme,
    /// Which calls meet it, as a script of faults says it.
    when: &'static str,
    what: &'static str,
    /// How a run may end that met it, unless it ends well, and what it says then.
    pub(super) permits: &'static [(i32, &'static str)],
}

/// Words that stand for a part of a rule.
const WORDS: &[(&str, &str)] = &[
    ("#write", r#"path: "composite/sobjects""#),
    ("#job", r#"path: "jobs/ingest*""#),
    (
        "#ours",
        r#"where: "CreatedById = '005Em0000000001IAA' AND CreatedDate >= 2026-11-20T00:00:00Z", pick: any"#,
    ),
];

/// A run makes about so many calls, and so many of them write.
const CALLS: usize = 14;
const WRITES: usize = 4;

impl Kind {
    /// The rule of a script, with what is drawn about it.
    pub(super) fn draw(&self, draws: &mut Draws) -> String {
        let numbers = [("#c", CALLS), ("#w", WRITES)];
        let mut rule = format!(
            "- name: {}\n  when: {{{}}}\n  {}\n",
            self.name, self.when, self.what
        );
        for (word, text) in WORDS {
            rule = rule.replace(word, text);
        }
        for (word, end) in numbers {
            let number = 1 + draws.below(end);
            rule = rule.replace(word, &number.to_string());
        }
        rule
    }

    /// Whether the org must have our key field. Without it nothing is known of what a killed run
    /// made but what is to be seen of it.
    pub(super) fn needs_keys(&self) -> bool {
        self.what.starts_with("see_nothing")
    }
}

pub(super) fn kind(name: &str) -> &'static Kind {
    KINDS
        .iter()
        .find(|kind| kind.name == name)
        .expect("names come from the table")
}

use Theme::{Jobs, Limits, Network, Others, Rules};

const NOT_AVAILABLE: &[(i32, &str)] = &[(1, "not available"), (3, "not available")];
const NO_REPLY: &[(i32, &str)] = &[
    (1, "not a reply of the Salesforce API"),
    (3, "not a reply of the Salesforce API"),
];
const FRESH_TOKEN: &[(i32, &str)] = &[(9, "Access tokens expire"), (3, "Access tokens expire")];
const CALLS_USED_UP: &[(i32, &str)] = &[(8, "limit of API calls"), (8, "API calls allowed")];
const NO_API: &[(i32, &str)] = &[(1, "API Enabled"), (3, "API Enabled"), (9, "API Enabled")];
const FULL: &[(i32, &str)] = &[(1, "Storage Usage"), (3, "Storage Usage")];
const VANISHED: (i32, &str) = (7, "--accept-vanished");
const MEANWHILE: &[(i32, &str)] = &[VANISHED, (3, "CHANGED_MEANWHILE"), (3, "ENTITY_IS_DELETED")];
const SEES_NOTHING: &[(i32, &str)] = &[
    VANISHED,
    (3, "INVALID_CROSS_REFERENCE_KEY"),
    (3, "DUPLICATE_VALUE"),
    (1, "hidden from you"),
    (7, "selects no opportunity"),
    (1, "no opportunity matches"),
];

/// Somebody looks after it when the client has asked twice.
const HANGS_FOR_A_WHILE: &str = "bulk: hang\n- name: job hangs\n  when: {method: GET, path: \"jobs/ingest/*\", nth: 2}\n  bulk: work";

#[rustfmt::skip]
pub(super) const KINDS: &[Kind] = &[
    Kind { name: "latency", theme: Network, permits: &[],
        when: "every: 2", what: "latency: {ms: 2, jitter_ms: 30}" },
    Kind { name: "429 for a moment", theme: Network, permits: &[],
        when: "from: #c, times: 2", what: "status: {code: 429, retry_after: 0}" },
    Kind { name: "429 without a word when", theme: Network, permits: &[],
        when: "nth: #c", what: "status: {code: 429}" },
    Kind { name: "503 for a moment", theme: Network, permits: &[],
        when: "from: #c, times: 2", what: "status: {code: 503, retry_after: 0}" },
    Kind { name: "503 without a word when", theme: Network, permits: &[],
        when: "nth: #c", what: "status: {code: 503}" },
    Kind { name: "503 for long", theme: Network, permits: NOT_AVAILABLE,
        when: "from: #c", what: "status: {code: 503, retry_after: 600}" },
    Kind { name: "HTML page for a moment", theme: Network, permits: &[],
        when: "nth: #c", what: "status: {code: 502, retry_after: 0, html: true}" },
    Kind { name: "HTML page", theme: Network, permits: NO_REPLY,
        when: "from: #c", what: "status: {code: 404, html: true}" },
    Kind { name: "cut before", theme: Network, permits: &[],
        when: "nth: #c", what: "cut: before" },
    Kind { name: "cut after", theme: Network, permits: &[],
        when: "nth: #c", what: "cut: after" },
    Kind { name: "write cut before", theme: Network, permits: &[],
        when: "#write, nth: #w", what: "cut: before" },
    Kind { name: "write cut after", theme: Network, permits: &[],
        when: "#write, nth: #w", what: "cut: after" },
    Kind { name: "truncated", theme: Network, permits: NO_REPLY,
        when: "nth: #c", what: "cut: truncate" },
    Kind { name: "write truncated", theme: Network, permits: NO_REPLY,
        when: "#write, nth: #w", what: "cut: truncate" },

    Kind { name: "calls of the day", theme: Limits, permits: CALLS_USED_UP,
        when: "from: #c", what: "refuse: daily_limit" },
    Kind { name: "too many at once", theme: Limits, permits: &[],
        when: "nth: #c", what: "refuse: concurrent_limit" },
    Kind { name: "maintenance", theme: Limits, permits: &[],
        when: "nth: #c", what: "refuse: server_unavailable" },
    Kind { name: "storage full", theme: Limits, permits: FULL,
        when: "#write, from: #w", what: "refuse: storage_limit" },
    Kind { name: "storage fills up", theme: Limits, permits: FULL,
        when: "#write, from: #w", what: "reject_rows: {every: 2, code: STORAGE_LIMIT_EXCEEDED}" },
    Kind { name: "API disabled", theme: Limits,
        permits: NO_API,
        when: "from: #c", what: "refuse: api_disabled" },
    Kind { name: "session expired", theme: Limits, permits: FRESH_TOKEN,
        when: "nth: #c", what: "session: expire" },

    Kind { name: "row lock", theme: Rules, permits: &[(3, "UNABLE_TO_LOCK_ROW")],
        when: "#write, from: #w, times: 2", what: "reject_rows: {every: 3, code: UNABLE_TO_LOCK_ROW}" },
    Kind { name: "validation rule", theme: Rules, permits: &[(3, "FIELD_CUSTOM_VALIDATION_EXCEPTION")],
        when: "#write", what: "reject_rows: {field: Subject, contains: a}" },
    Kind { name: "validation rule for some", theme: Rules, permits: &[(3, "FIELD_CUSTOM_VALIDATION_EXCEPTION")],
        when: "#write, from: #w", what: "reject_rows: {every: 4}" },
    Kind { name: "trigger that fails", theme: Rules, permits: &[(3, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")],
        when: "#write, from: #w", what: "reject_rows: {every: 3, code: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY}" },
    Kind { name: "duplicate rule", theme: Rules, permits: &[(3, "DUPLICATES_DETECTED")],
        when: "#write", what: "reject_rows: {every: 5, code: DUPLICATES_DETECTED}" },
    Kind { name: "no access to some", theme: Rules, permits: &[(3, "INSUFFICIENT_ACCESS_OR_READONLY")],
        when: "#write", what: "reject_rows: {every: 6, code: INSUFFICIENT_ACCESS_OR_READONLY}" },
    Kind { name: "trigger on subjects", theme: Rules, permits: &[],
        when: "object: Event", what: "alter_rows: {field: Subject, append: \" (via CRM)\"}" },
    Kind { name: "trigger on notes", theme: Rules, permits: &[],
        when: "#write", what: "alter_rows: {field: Description, uppercase: true}" },

    Kind { name: "our meeting edited", theme: Others, permits: MEANWHILE,
        when: "nth: #c", what: "somebody: {edits: {object: Event, #ours}, set: {Subject: Lunch}}" },
    Kind { name: "our meeting edited at a write", theme: Others, permits: MEANWHILE,
        when: "#write, nth: #w", what: "somebody: {edits: {object: Event, #ours}, set: {Location: Canteen}}" },
    Kind { name: "our email deleted", theme: Others, permits: MEANWHILE,
        when: "nth: #c", what: "somebody: {deletes: {object: Task, #ours}}" },
    Kind { name: "our meeting deleted at a write", theme: Others, permits: MEANWHILE,
        when: "#write, nth: #w", what: "somebody: {deletes: {object: Event, #ours}}" },
    Kind { name: "deal edited", theme: Others, permits: &[],
        when: "nth: #c", what: "somebody: {edits: {object: Opportunity, pick: any}, set: {NextStep: Call them}}" },
    Kind { name: "task of a stranger", theme: Others, permits: &[],
        when: "nth: #c", what: "somebody: {creates: Task, set: {Subject: Call me}, relate: {WhoId: {object: Contact, pick: any}, WhatId: {object: Opportunity, pick: any}}}" },
    Kind { name: "sees nothing", theme: Others, permits: SEES_NOTHING,
        when: "from: #c", what: "see_nothing: []" },
    Kind { name: "sees no activities", theme: Others, permits: SEES_NOTHING,
        when: "from: #c", what: "see_nothing: [Event, Task]" },
    Kind { name: "sees nothing for a moment", theme: Others, permits: SEES_NOTHING,
        when: "nth: #c", what: "see_nothing: []" },

    Kind { name: "job fails", theme: Jobs, permits: &[(3, "BULK_JOB_FAILED")],
        when: "#job, nth: 1", what: "bulk: fail" },
    Kind { name: "job hangs", theme: Jobs, permits: &[],
        when: "#job, nth: 1", what: HANGS_FOR_A_WHILE },
    Kind { name: "no jobs", theme: Jobs, permits: NO_REPLY,
        when: "#job, nth: #w", what: "status: {code: 404, html: true}" },
    Kind { name: "job refused", theme: Jobs, permits: NO_API,
        when: "#job, nth: #w", what: "refuse: api_disabled" },
    Kind { name: "job cut before", theme: Jobs, permits: &[],
        when: "#job, nth: #w", what: "cut: before" },
    Kind { name: "job cut after", theme: Jobs, permits: &[],
        when: "#job, nth: #w", what: "cut: after" },
    Kind { name: "job truncated", theme: Jobs, permits: NO_REPLY,
        when: "#job, nth: #w", what: "cut: truncate" },
    Kind { name: "job meets a rule", theme: Jobs, permits: &[(3, "FIELD_CUSTOM_VALIDATION_EXCEPTION")],
        when: "path: jobs/work", what: "reject_rows: {every: 3}" },
    Kind { name: "job meets a row lock", theme: Jobs, permits: &[(3, "UNABLE_TO_LOCK_ROW")],
        when: "path: jobs/work, times: 1", what: "reject_rows: {every: 2, code: UNABLE_TO_LOCK_ROW}" },
];
