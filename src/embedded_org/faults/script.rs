//! The script as it is written, in YAML or JSON, and what is wrong with it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use wildmatch::WildMatch;

use super::rule::{
    AlterRows, Alteration, Calls, Condition, Cut, Deed, Pick, REFUSALS, ROW_ERRORS, RejectRows,
    Rows, Rule, Script, Status, Test, What, When, Which,
};
use crate::embedded_org::bulk::Told;

/// The version of the format.
const VERSION: u32 = 1;

/// Reads a script; a problem says where it is.
pub(super) fn parse(text: &str) -> Result<Script, String> {
    let file: File = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    if file.version != VERSION {
        return Err(format!(
            "version: {} is not known; this program reads version {VERSION}",
            file.version
        ));
    }
    let rules = file.rules.into_iter().enumerate().map(|(index, rule)| {
        let place = format!("rules[{index}]");
        rule.validate(index)
            .map_err(|problem| format!("{place}.{problem}"))
    });
    Ok(Script {
        seed: file.seed,
        rules: rules.collect::<Result<_, _>>()?,
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    seed: u64,
    rules: Vec<RawRule>,
}

/// A rule: when, and exactly one of the others.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawRule {
    name: Option<String>,
    when: RawWhen,
    latency: Option<RawLatency>,
    status: Option<RawStatus>,
    refuse: Option<String>,
    cut: Option<String>,
    session: Option<String>,
    reject_rows: Option<RawReject>,
    alter_rows: Option<RawAlter>,
    somebody: Option<RawDeed>,
    see_nothing: Option<Vec<String>>,
    bulk: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawWhen {
    method: Option<String>,
    path: Option<String>,
    object: Option<String>,
    nth: Option<u64>,
    every: Option<u64>,
    from: Option<u64>,
    to: Option<u64>,
    times: Option<u64>,
    chance: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLatency {
    ms: u64,
    #[serde(default)]
    jitter_ms: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStatus {
    code: u16,
    retry_after: Option<u64>,
    #[serde(default)]
    html: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawReject {
    code: Option<String>,
    message: Option<String>,
    every: Option<u64>,
    field: Option<String>,
    contains: Option<String>,
    equals: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawAlter {
    field: String,
    trim: bool,
    uppercase: bool,
    append: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawDeed {
    edits: Option<RawPick>,
    deletes: Option<RawPick>,
    creates: Option<String>,
    set: BTreeMap<String, Value>,
    relate: BTreeMap<String, RawPick>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPick {
    object: String,
    #[serde(rename = "where")]
    condition: Option<String>,
    pick: Option<String>,
}

impl RawRule {
    fn validate(self, index: usize) -> Result<Rule, String> {
        let when = self
            .when
            .validate()
            .map_err(|problem| format!("when.{problem}"))?;
        let whats = [
            self.latency.map(RawLatency::validate),
            self.status.map(RawStatus::validate),
            self.refuse.map(|name| refuse(&name)),
            self.cut.map(|place| cut(&place)),
            self.session.map(|what| session(&what)),
            self.reject_rows.map(RawReject::validate),
            self.alter_rows.map(RawAlter::validate),
            self.somebody.map(RawDeed::validate),
            self.see_nothing
                .map(|objects| Ok(What::SeeNothing(objects))),
            self.bulk.map(|day| bulk(&day)),
        ];
        let mut whats = whats.into_iter().flatten();
        let (Some(what), None) = (whats.next(), whats.next()) else {
            return Err(
                "what: a rule does exactly one thing, such as `status` or `cut`".to_owned(),
            );
        };
        Ok(Rule {
            name: self.name.unwrap_or_else(|| format!("rule {}", index + 1)),
            when,
            what: what?,
        })
    }
}

impl RawWhen {
    fn validate(self) -> Result<When, String> {
        let zero = [self.nth, self.every, self.from].contains(&Some(0));
        if zero {
            return Err("nth, every and from count from 1".to_owned());
        }
        let calls = match (self.nth, self.every, self.from, self.to) {
            (None, None, None, None) => Calls::Every(1),
            (Some(nth), None, None, None) => Calls::Nth(nth),
            (None, Some(every), None, None) => Calls::Every(every),
            (None, None, from, to) => Calls::Between(from.unwrap_or(1), to.unwrap_or(u64::MAX)),
            _ => return Err("nth, every and from/to exclude each other".to_owned()),
        };
        let chance = self.chance.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&chance) {
            return Err(format!("chance: {chance} is not between 0 and 1"));
        }
        let path = self.path.as_deref().unwrap_or("*");
        Ok(When {
            method: self.method,
            path: WildMatch::new(path.trim_start_matches('/')),
            object: self.object,
            calls,
            times: self.times.unwrap_or(u64::MAX),
            chance,
        })
    }
}

impl RawLatency {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "what a rule does is read by functions of one shape"
    )]
    fn validate(self) -> Result<What, String> {
        Ok(What::Latency {
            ms: self.ms,
            jitter_ms: self.jitter_ms,
        })
    }
}

impl RawStatus {
    fn validate(self) -> Result<What, String> {
        if !(400..600).contains(&self.code) {
            return Err(format!(
                "status.code: {} is not the status of an error",
                self.code
            ));
        }
        Ok(What::Status(Status {
            code: self.code,
            retry_after: self.retry_after,
            is_html: self.html,
        }))
    }
}

fn refuse(name: &str) -> Result<What, String> {
    let found = REFUSALS.iter().find(|refusal| refusal.name == name);
    let names = REFUSALS.iter().map(|refusal| refusal.name);
    found
        .map(What::Refuse)
        .ok_or_else(|| not_known("refuse", name, names))
}

fn cut(place: &str) -> Result<What, String> {
    Ok(What::Cut(match place {
        "before" => Cut::Before,
        "after" => Cut::After,
        "truncate" => Cut::Truncate,
        _ => return Err(not_known("cut", place, ["before", "after", "truncate"])),
    }))
}

fn session(what: &str) -> Result<What, String> {
    match what {
        "expire" => Ok(What::ExpireSession),
        _ => Err(not_known("session", what, ["expire"])),
    }
}

fn bulk(day: &str) -> Result<What, String> {
    Ok(What::Bulk(match day {
        "work" => Told::Work,
        "hang" => Told::Hang,
        "fail" => Told::Fail("Unable to process the job".to_owned()),
        _ => return Err(not_known("bulk", day, ["work", "hang", "fail"])),
    }))
}

impl RawReject {
    fn validate(self) -> Result<What, String> {
        let rows = match (self.every, self.field, self.contains, self.equals) {
            (None, None, None, None) => Rows::Every(1),
            (Some(0), ..) => return Err("reject_rows.every counts from 1".to_owned()),
            (Some(every), None, None, None) => Rows::Every(every),
            (None, Some(field), Some(text), None) => Rows::Where(Condition {
                field,
                test: Test::Contains(text),
            }),
            (None, Some(field), None, Some(value)) => Rows::Where(Condition {
                field,
                test: Test::Equals(value),
            }),
            _ => {
                return Err(
                    "reject_rows: either every, or a field that contains or equals something"
                        .to_owned(),
                );
            }
        };
        let code = self.code.as_deref().unwrap_or(ROW_ERRORS[0].code);
        let codes = ROW_ERRORS.iter().map(|error| error.code);
        let error = ROW_ERRORS
            .iter()
            .find(|error| error.code == code)
            .ok_or_else(|| not_known("reject_rows.code", code, codes))?;
        Ok(What::RejectRows(RejectRows {
            error,
            message: self.message,
            rows,
        }))
    }
}

impl RawAlter {
    fn validate(self) -> Result<What, String> {
        let how = match (self.trim, self.uppercase, self.append) {
            _ if self.field.is_empty() => return Err("alter_rows.field is missing".to_owned()),
            (true, false, None) => Alteration::Trim,
            (false, true, None) => Alteration::Uppercase,
            (false, false, Some(text)) => Alteration::Append(text),
            _ => return Err("alter_rows: one of trim, uppercase and append".to_owned()),
        };
        Ok(What::AlterRows(AlterRows {
            field: self.field,
            how,
        }))
    }
}

impl RawDeed {
    fn validate(self) -> Result<What, String> {
        let picks = self.relate.into_iter().map(|(field, pick)| {
            let pick = pick.validate(&format!("somebody.relate.{field}"))?;
            Ok((field, pick))
        });
        let relate: BTreeMap<String, Pick> = picks.collect::<Result<_, String>>()?;
        Ok(What::Somebody(
            match (self.edits, self.deletes, self.creates) {
                (Some(pick), None, None) if relate.is_empty() && !self.set.is_empty() => {
                    Deed::Edit {
                        pick: pick.validate("somebody.edits")?,
                        set: self.set,
                    }
                }
                (None, Some(pick), None) if relate.is_empty() && self.set.is_empty() => {
                    Deed::Delete {
                        pick: pick.validate("somebody.deletes")?,
                    }
                }
                (None, None, Some(object)) => Deed::Create {
                    object,
                    set: self.set,
                    relate,
                },
                _ => {
                    return Err(
                    "somebody: either edits with set, or deletes, or creates with set and relate"
                        .to_owned(),
                );
                }
            },
        ))
    }
}

impl RawPick {
    fn validate(self, place: &str) -> Result<Pick, String> {
        let which = match self.pick.as_deref() {
            None | Some("first") => Which::First,
            Some("last") => Which::Last,
            Some("any") => Which::Any,
            Some(other) => {
                let place = format!("{place}.pick");
                return Err(not_known(&place, other, ["first", "last", "any"]));
            }
        };
        Ok(Pick {
            object: self.object,
            condition: self.condition,
            which,
        })
    }
}

fn not_known<'n>(place: &str, found: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    format!("{place}: `{found}` is none of {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &str, expect: Result<usize, &str>) {
        let text = format!("version: 1\nrules:\n{rules}");
        let found = parse(&text).map(|script| script.rules.len());
        match (&found, expect) {
            (Err(problem), Err(expect)) => assert!(problem.contains(expect), "{problem}"),
            (found, expect) => assert_eq!(*found, expect.map_err(str::to_owned), "{rules}"),
        }
    }

    #[test]
    fn rules_of_every_kind() {
        check(
            "- when: {method: GET, path: query*, from: 2, to: 4, chance: 0.5}\n  latency: {ms: 10, jitter_ms: 5}\n\
             - status: {code: 503, retry_after: 1, html: true}\n- refuse: daily_limit\n- cut: after\n- session: expire\n\
             - reject_rows: {field: Subject, contains: secret}\n- reject_rows: {every: 5, code: UNABLE_TO_LOCK_ROW}\n\
             - alter_rows: {field: Subject, uppercase: true}\n- see_nothing: [Event]\n- bulk: hang\n\
             - somebody: {creates: Task, set: {Subject: Hello}, relate: {WhoId: {object: Contact, pick: any}}}\n\
             - somebody: {edits: {object: Event, where: Demo_Key__c != null}, set: {Subject: Moved}}\n",
            Ok(12),
        );
        let json = r#"{"version": 1, "rules": [{"cut": "before"}]}"#;
        assert_eq!(parse(json).unwrap().rules.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_placed() {
        check(
            "- cut: sideways\n",
            Err("rules[0].cut: `sideways` is none of before, after, truncate"),
        );
        check(
            "- cut: after\n- colour: red\n",
            Err("rules[1]: unknown field `colour`"),
        );
        check("- colour: red\n", Err("line 3"));
        check(
            "- cut: after\n  refuse: daily_limit\n",
            Err("rules[0].what: a rule does exactly one thing"),
        );
        check(
            "- when: {nth: 0}\n  cut: after\n",
            Err("rules[0].when.nth, every and from count from 1"),
        );
        check(
            "- when: {nth: 1, every: 2}\n  cut: after\n",
            Err("exclude each other"),
        );
        check(
            "- reject_rows: {field: Subject}\n",
            Err("rules[0].reject_rows: either every"),
        );
        check("- status: {code: 200}\n", Err("rules[0].status.code: 200"));
        assert!(
            parse("version: 9\nrules: []")
                .unwrap_err()
                .contains("version: 9 is not known")
        );
    }
}
