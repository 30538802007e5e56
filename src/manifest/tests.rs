//! What a manifest may say, and what is said about one that is wrong.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "the snapshots are written so"
)]

use jiff::civil::date;
use proptest::prelude::*;
use snapbox::{assert_data_eq, str};

use super::fixtures::LEAST;
use super::*;

/// Every key that the earlier tool had.
const EARLIER_TOOL: &str = r#"
run:
  name: "se-demo-pack-q4"
  seed: 1234
  idempotency_mode: "external_state"
  run_tag_field: "Demo_Run_Id__c"
  dry_run: false

salesforce:
  instance_url: "https://yourcompany.my.salesforce.com"
  auth: "oauth"
  query:
    opportunity_type: "new_business"
    stages_allowed:
      - "Discovery"
      - "Evaluation"
      - "Negotiation"
    exclude_if_omitted_field: "Omitted_from_Demo__c"
    close_date_range:
      start: "2026-01-01"
      end: "2026-12-31"
    limit: 50

peopleai:
  ingestion_mode: "email_dropbox"
  verify_mode: "api"
  expected_latency_minutes: 90

activity:
  past_days: 30
  future_days: 14
  meetings:
    past_min: 2
    past_max: 6
    future_min: 0
    future_max: 2
    duration_minutes: [30, 60]
  emails:
    min: 4
    max: 12
  participant_roles:
    - "Champion"
    - "Economic Buyer"
    - "Technical Buyer"
    - "Influencer"
  realism_level: "heavy"

llm:
  provider: "openai"
  model: "gpt-4.1"
  temperature: 0.7
  max_tokens: 800
  enabled: yes

scorecards:
  templates:
    - "MEDDICC"
  coverage_target: 0.9
  confidence_floor: 0.6
  mode: "hybrid"
"#;

/// Keys that the earlier tool did not have, and values that look like something else.
const NEW_KEYS: &str = "\
run: {name: no, as_of: 2026-10-05, story_key: External_Ref__c, run_tag_field: null}
salesforce:
  instance_url: http://127.0.0.1:8080/
  auth: sf_cli
  api_version: 66.0
  settle_after: 0
  api_share: 50
  bulk_threshold: 2000
  bulk_patience: 60
  allow_production: [00D5f000000abcdEAA]
  query: {opportunity_type: null, stages_allowed: 010, exclude_if_omitted_field: ~,
    include_closed: true, on_leave: destroy}
llm: {base_url: 'http://192.168.0.7:11434/v1/', allow_http: yes, max_tokens_total: 9000,
  concurrency: 2, timeout: 30, send_amounts: true}
activity:
  email_object: email_message
  subjects: {meetings: [Kick-off, 2026-10-05], emails: []}
  owner_fallback: casey@example.com
scorecards: {templates: []}
drift: {ignore: [Event.Location], create_only: [Task.Description]}
protect: ['006*/scorecard/*']
";

/// What holds where only the two keys are given.
const DEFAULTS: &str = "\
run:
  name: demo
  seed: 42
  run_tag_field: Demo_Run__c
  dry_run: false
  story_key: id
salesforce:
  instance_url: embedded
  api_version: '67.0'
  settle_after: 600
  api_share: 80
  bulk_threshold: 10000
  bulk_patience: 1800
  allow_production: []
  allow_duplicates: false
  query:
    opportunity_type: []
    stages_allowed: []
    close_date_range: null
    include_closed: false
    limit: 100
    on_leave: keep
opportunities:
  keep_fresh: []
accounts:
  parents: {}
  create: {}
peopleai:
  ingestion_mode: crm_activity
  verify_mode: manual
  expected_latency_minutes: 60
  activity_source: missing
  on_reanchor: update
  replace_on_rematch: false
  fields: {}
activity:
  past_days: 45
  future_days: 21
  meetings:
    past_min: 3
    past_max: 8
    future_min: 1
    future_max: 3
    duration_minutes:
    - 25
    - 30
    - 45
    - 60
  emails:
    min: 5
    max: 20
  calls:
    min: 0
    max: 2
  todos:
    min: 0
    max: 2
  email_object: task
  participant_roles:
  - champion
  - economic_buyer
  - technical_evaluator
  realism_level: light
  invite_real: false
  subjects:
    meetings: []
    emails: []
  bodies:
    meetings: []
    agendas: []
    emails: []
    calls: []
  owner_fallback: manager
contacts:
  generate: true
  email_domain: reserved
calendar:
  public_holidays: true
  holidays: []
  countries: []
  quiet_days:
    from: 12-23
    to: 01-02
  working_hours:
    owner: 9-17
    attendee: 8-18
  weekdays:
    friday: 17
    monday: 15
    thursday: 23
    tuesday: 22
    wednesday: 23
  hours:
    8: 3
    9: 16
    10: 18
    11: 15
    12: 3
    13: 10
    14: 16
    15: 13
    16: 7
    17: 2
  meetings_per_day: 6
seller:
  products: []
  competitors: []
  value_points: []
stories:
  mix: {}
  assign: []
owners:
  spread: []
llm:
  enabled: false
  provider: openai
  allow_http: false
  model: gpt-4.1-mini
  temperature: 0.4
  max_tokens: 500
  max_tokens_total: 2000000
  concurrency: 6
  timeout: 60
  send_amounts: false
scorecards:
  templates:
  - meddicc
  target:
  - objects
  coverage_target: 0.8
  confidence_floor: 0.55
  mode: heuristic
drift:
  ignore: []
  create_only: []
record_types: {}
fields: {}
protect: []
";

/// A manifest with many mistakes.
const MISTAKES: &str = "\
run:
  seed: 0x1F
  idempotency_mode: tags
  seed: 7
salesforce:
  instance_url: http://acme.my.salesforce.com
  query:
    stage_allowed: [Prospecting]
    close_date_range: {start: 2026-12-31, end: 2026-02-30}
activity:
  meetings:
    past_min: 9
    past_max: 4
    duration_minutes: [30, 10, forty]
  participant_roles: [champion, chmapion, Champion]
  emails: [5, 20]
timezone: UTC
limit: 5
";

/// How they are shown.
const MISTAKES_SHOWN: &str = "\
error: run.name: must be given
 --> demo.yaml:1:1
  |
1 | run:
  | ^^^
  |
  = help: for example `name: q4-demo`

error: run.seed: `0x1F` is not a whole number
 --> demo.yaml:2:9
  |
2 |   seed: 0x1F
  |         ^^^^
  |
  = help: write 31

error: run.idempotency_mode: `tags` is not known
 --> demo.yaml:3:21
  |
3 |   idempotency_mode: tags
  |                     ^^^^
  |
  = help: did you mean `tag`? It must be one of: tag, external_state

error: run.seed: given twice; first on line 2
 --> demo.yaml:4:3
  |
4 |   seed: 7
  |   ^^^^
  |
  = help: keep one of the two

error: salesforce.instance_url: http would send the session in the clear
 --> demo.yaml:6:17
  |
6 |   instance_url: http://acme.my.salesforce.com
  |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write https; http is for loopback only

error: salesforce.query.stage_allowed: unknown key
 --> demo.yaml:8:5
  |
8 |     stage_allowed: [Prospecting]
  |     ^^^^^^^^^^^^^
  |
  = help: did you mean `stages_allowed`?

error: salesforce.query.close_date_range.end: `2026-02-30` is not a date of the calendar
 --> demo.yaml:9:48
  |
9 |     close_date_range: {start: 2026-12-31, end: 2026-02-30}
  |                                                ^^^^^^^^^^
  |
  = help: write year, month and day, as in 2026-10-05

error: activity.meetings.past_min: 9 is above `past_max`, which is 4
  --> demo.yaml:12:15
   |
12 |     past_min: 9
   |               ^
   |
   = help: swap the two, or raise `past_max`

error: activity.meetings.duration_minutes[1]: 10 is out of range
  --> demo.yaml:14:28
   |
14 |     duration_minutes: [30, 10, forty]
   |                            ^^
   |
   = help: write a whole number from 15 to 120

error: activity.meetings.duration_minutes[2]: `forty` is not a whole number
  --> demo.yaml:14:32
   |
14 |     duration_minutes: [30, 10, forty]
   |                                ^^^^^
   |
   = help: write a whole number from 15 to 120

error: activity.participant_roles[1]: `chmapion` is not known
  --> demo.yaml:15:33
   |
15 |   participant_roles: [champion, chmapion, Champion]
   |                                 ^^^^^^^^
   |
   = help: did you mean `champion`?

error: activity.participant_roles[2]: stands in the list already
  --> demo.yaml:15:43
   |
15 |   participant_roles: [champion, chmapion, Champion]
   |                                           ^^^^^^^^
   |
   = help: take this one out

error: activity.emails: must be a mapping of keys, not a list
  --> demo.yaml:16:11
   |
16 |   emails: [5, 20]
   |           ^^^^^^^
   |
   = help: write `key: value` lines, indented alike

error: timezone: unknown key
  --> demo.yaml:17:1
   |
17 | timezone: UTC
   | ^^^^^^^^
   |
   = help: known keys here: run, salesforce, opportunities, accounts, peopleai, activity, contacts, calendar, seller, stories, owners, llm, scorecards, drift, record_types, fields, protect

error: limit: unknown key
  --> demo.yaml:18:1
   |
18 | limit: 5
   | ^^^^^
   |
   = help: did you mean `salesforce.query.limit`?

15 problems in demo.yaml";

fn valid(source: &str) -> Manifest {
    parse(source, "demo.yaml").unwrap_or_else(|problems| panic!("{problems}"))
}

/// The manifest with only what must be there, and these lines.
fn with(more: &str) -> String {
    format!("{LEAST}{more}\n")
}

fn rendered(source: &str) -> String {
    match parse(source, "demo.yaml") {
        Ok(_) => "valid".to_owned(),
        Err(problems) => problems.render(false),
    }
}

/// The first of the problems, in one line.
fn first_problem(source: &str) -> String {
    let problems = parse(source, "demo.yaml").expect_err(source);
    let problem = problems.iter().next().unwrap();
    let hint = problem.hint.as_deref().unwrap_or_default();
    let Problem {
        line,
        column,
        path,
        message,
        ..
    } = problem;
    format!("{line}:{column} {path}: {message} ({hint})")
}

fn counts(min: u32, max: u32) -> Bounds<u32> {
    Bounds::new(min, max).unwrap()
}

#[test]
fn everything_but_a_name_and_an_org_has_a_default() {
    let manifest = valid(LEAST);
    assert_data_eq!(manifest.resolved_yaml(), DEFAULTS);
    assert_eq!(manifest.run.idempotency_mode, None);
    assert_eq!(manifest.run.as_of, None);
    assert_eq!(manifest.salesforce.auth, None);
    let exclusion = &manifest.salesforce.query.exclude_if_omitted_field;
    assert_eq!(exclusion, &Exclusion::IfPresent);

    let emptied = "activity:\n  meetings:\n  emails: ~\nllm:\nprotect:";
    assert_eq!(valid(&with(emptied)), manifest);
}

#[test]
fn the_example_says_what_holds_anyway() {
    let mut expect = valid(LEAST);
    let example = valid(EXAMPLE);
    expect.run.name.clone_from(&example.run.name);
    let query = &mut expect.salesforce.query;
    query.opportunity_type = vec!["New Business".to_owned(), "Existing Business".to_owned()];
    query
        .stages_allowed
        .clone_from(&example.salesforce.query.stages_allowed);
    assert_eq!(example, expect);
}

#[test]
fn the_earlier_tools_file_loads_unchanged() {
    let manifest = valid(EARLIER_TOOL);
    let Manifest {
        run,
        salesforce,
        activity,
        ..
    } = &manifest;
    assert_eq!(run.idempotency_mode, Some(IdempotencyMode::ExternalState));
    assert_eq!(run.run_tag_field.as_deref(), Some("Demo_Run_Id__c"));
    assert_eq!(salesforce.auth, Some(Auth::Oauth));
    assert_eq!(salesforce.query.opportunity_type, ["new_business"]);
    assert_eq!(
        salesforce.query.close_date_range,
        Bounds::new(date(2026, 1, 1), date(2026, 12, 31))
    );
    assert_eq!(activity.meetings.future, counts(0, 2));
    assert_eq!(
        activity.participant_roles[2..],
        [Role::TechnicalEvaluator, Role::Influencer]
    );
    assert!(manifest.llm.enabled);
    assert_eq!(manifest.scorecards.templates[0].name, "MEDDICC");
}

#[test]
fn the_new_keys_are_read() {
    let manifest = valid(NEW_KEYS);
    assert_eq!(manifest.run.name, "no");
    assert_eq!(manifest.run.as_of, Some(AsOf::Date(date(2026, 10, 5))));
    assert_eq!(
        manifest.run.story_key,
        StoryKey::Field("External_Ref__c".to_owned())
    );
    assert_eq!(manifest.run.run_tag_field, None);
    let salesforce = &manifest.salesforce;
    let url = InstanceUrl::Url("http://127.0.0.1:8080".to_owned());
    assert_eq!(salesforce.instance_url, url);
    assert_eq!(salesforce.api_version, "66.0");
    assert_eq!(salesforce.query.stages_allowed, ["010"]);
    assert_eq!(salesforce.query.exclude_if_omitted_field, Exclusion::Off);
    let llm = &manifest.llm;
    assert_eq!(llm.base_url.as_deref(), Some("http://192.168.0.7:11434/v1"));
    assert_eq!((llm.max_tokens_total, llm.concurrency), (9000, 2));
    assert_eq!((llm.timeout, llm.send_amounts), (30, true));
    let subjects = manifest.activity.subjects.meetings.of(0);
    assert_eq!(subjects[1].source(), "2026-10-05");
    assert_eq!(
        manifest.activity.owner_fallback,
        OwnerFallback::Username("casey@example.com".to_owned())
    );
    assert!(manifest.scorecards.templates.is_empty());
}

#[test]
fn a_default_gives_way_to_what_is_written() {
    let manifest = valid(&with(
        "activity: {emails: {max: 3}, meetings: {past_min: 12, future_max: 0}}",
    ));
    assert_eq!(manifest.activity.emails, counts(3, 3));
    assert_eq!(manifest.activity.meetings.past, counts(12, 12));
    assert_eq!(manifest.activity.meetings.future, counts(0, 0));
}

#[test]
fn the_resolved_manifest_loads_again_to_an_equal_one() {
    let no_exclusion = LEAST.replace("embedded", "embedded, query: {exclude_if_omitted_field: ~}");
    for source in [LEAST, EARLIER_TOOL, NEW_KEYS, EXAMPLE, &no_exclusion] {
        let manifest = valid(source);
        assert_eq!(valid(&manifest.resolved_yaml()), manifest);
    }
}

#[test]
fn all_problems_are_shown_at_once_in_the_order_of_their_lines() {
    assert_data_eq!(rendered(MISTAKES), MISTAKES_SHOWN);
    let problems = parse(MISTAKES, "demo.yaml").unwrap_err();
    assert!(problems.render(true).contains("\u{1b}["));
}

#[test]
fn only_the_first_of_very_many_problems_are_shown() {
    let lines: Vec<String> = (0..1000).map(|number| format!("key{number}:")).collect();
    let text = rendered(&with(&lines.join("\n")));
    assert_eq!(text.matches("error:").count(), 50);
    assert!(text.ends_with("1,000 problems (the first 50 are shown) in demo.yaml"));
}

/// What is no manifest, and what is said about it.
const NO_MANIFESTS: &[(&str, &str)] = &[
    (
        "",
        "1:1 : the manifest is empty (`demo-gen init` writes a manifest to start from)",
    ),
    (
        "# only a comment\n",
        "1:1 : the manifest is empty (`demo-gen init` writes a manifest to start from)",
    ),
    (
        "---\n",
        "1:1 : the manifest is empty (`demo-gen init` writes a manifest to start from)",
    ),
    (
        "- a\n- b\n",
        "1:1 : must be a mapping of keys, not a list (write `key: value` lines, indented alike)",
    ),
    (
        "just text\n",
        "1:1 : must be a mapping of keys, not text (write `key: value` lines, indented alike)",
    ),
    (
        "run:\n\tname: x\n",
        "2:2 : not valid YAML: tabs disallowed within this context (block indentation) (YAML is indented with spaces; this line has a tab)",
    ),
    (
        "run:\n  name: a: b\n",
        "2:10 : not valid YAML: mapping values are not allowed in this context (put quotes around a text that contains `: `, and check the indentation)",
    ),
    (
        "run:\n  name: 'a\n",
        "2:9 : not valid YAML: while scanning a quoted scalar, found unexpected end of stream (a quotation mark is not closed)",
    ),
    (
        "run: {name: x\nsalesforce: {}\n",
        "2:11 : not valid YAML: while parsing a flow mapping, did not find expected ',' or '}' (a bracket or brace is not closed)",
    ),
    (
        "run: &r {name: x}\nsalesforce: *r\n",
        "2:13 : aliases are not used here (write the value out where it is needed)",
    ),
    (
        "run: *r\n",
        "1:6 : not valid YAML: while parsing node, found unknown anchor (aliases are not used here; write the value out)",
    ),
    (
        "run: {name: x}\n---\nrun: {name: y}\n",
        "2:1 : a second document starts here (keep one manifest per file)",
    ),
    (
        "run: {name: \"a\0b\"}\n",
        "1:15 : a control character, which does not belong in YAML (delete it, or save the manifest as plain UTF-8 text)",
    ),
    (
        "run: {name: \"a\u{2028}b\"}\n",
        "1:15 : a control character, which does not belong in YAML (delete it, or save the manifest as plain UTF-8 text)",
    ),
    (
        "run: {name: !!str x}\n",
        "1:13 : tags are not used here (leave the tag (`!…`) out)",
    ),
    (
        "{name: x}: 5\n",
        "1:1 : a mapping as a key (a key is a single word, such as `seed`)",
    ),
];

#[test]
fn what_is_no_manifest_at_all_is_said() {
    for (source, expect) in NO_MANIFESTS {
        assert_eq!(&first_problem(source), expect, "{source}");
    }
    let deep = first_problem(&"[".repeat(100_000));
    assert!(deep.contains("no key of a manifest lies so deep"), "{deep}");
    let large = first_problem(&"# large\n".repeat(200_000));
    assert!(large.contains("too large for a manifest"), "{large}");
}

/// A line that is wrong, and what is said about it.
const WRONG_VALUES: &[(&str, &str)] = &[
    (
        "activity: {past_days: 010}",
        "3:23 activity.past_days: `010` is not a whole number (write 10)",
    ),
    (
        "activity: {past_days: 0}",
        "3:23 activity.past_days: 0 is out of range (write a whole number from 1 to 365)",
    ),
    (
        "activity: {past_days: -3}",
        "3:23 activity.past_days: -3 is out of range (write a whole number from 1 to 365)",
    ),
    (
        "activity: {past_days: 3.5}",
        "3:23 activity.past_days: `3.5` is not a whole number (write a whole number from 1 to 365)",
    ),
    (
        "activity: {past_days: 30.0}",
        "3:23 activity.past_days: `30.0` is not a whole number (write 30)",
    ),
    (
        "activity: {past_days: '30'}",
        "3:23 activity.past_days: `30` is in quotes, so not a whole number (write 30)",
    ),
    (
        "activity: {past_days: [30]}",
        "3:23 activity.past_days: must be a whole number, not a list (write a single value)",
    ),
    (
        "activity: {past_days: 99999999999999999999999}",
        "3:23 activity.past_days: 99999999999999999999999 is out of range (write a whole number from 1 to 365)",
    ),
    (
        "activity: {future_days: 181}",
        "3:25 activity.future_days: 181 is out of range (write a whole number from 0 to 180)",
    ),
    (
        "activity: {meetings: {past_max: 41}}",
        "3:33 activity.meetings.past_max: 41 is out of range (write a whole number from 0 to 25)",
    ),
    (
        "activity: {meetings: {future_max: 13}}",
        "3:35 activity.meetings.future_max: 13 is out of range (write a whole number from 0 to 8)",
    ),
    (
        "activity: {meetings: {duration_minutes: 30}}",
        "3:41 activity.meetings.duration_minutes: must be a list, not text (write `[a, b]`, or one `- a` line for each)",
    ),
    (
        "activity: {meetings: {duration_minutes: []}}",
        "3:41 activity.meetings.duration_minutes: must not be empty (leave it out for the default)",
    ),
    (
        "activity: {emails: {max: 101}}",
        "3:26 activity.emails.max: 101 is out of range (write a whole number from 0 to 100)",
    ),
    (
        "activity: {participant_roles: []}",
        "3:31 activity.participant_roles: must not be empty (leave it out for the default)",
    ),
    (
        "contacts: {email_domain: websites}",
        "3:26 contacts.email_domain: `websites` is not known (did you mean `website`? It must be one of: reserved, website)",
    ),
    (
        "activity: {participant_roles: [janitor]}",
        "3:32 activity.participant_roles[0]: `janitor` is not known (one of: champion, economic_buyer, technical_evaluator, decision_maker, procurement, legal, end_user, executive_sponsor, influencer)",
    ),
    (
        "activity: {email_object: EmailMessage}",
        "3:26 activity.email_object: `EmailMessage` is not known (did you mean `email_message`? It must be one of: task, email_message)",
    ),
    (
        "activity: {realism_level: lite}",
        "3:27 activity.realism_level: `lite` is not known (one of: none, light, heavy)",
    ),
    (
        "activity: {owner_fallback: boss}",
        "3:28 activity.owner_fallback: `boss` is not known (one of: manager, running_user, skip, a username with its @)",
    ),
    (
        "activity: {subjects: {emails: ['']}}",
        "3:32 activity.subjects.emails[0]: must not be empty (leave it out)",
    ),
    (
        "activity: {subjects: {emails: [Hello, Hello]}}",
        "3:39 activity.subjects.emails[1]: stands in the list already (take this one out)",
    ),
    (
        "scorecards: {templates: [MEDICC]}",
        "3:26 scorecards.templates[0]: `MEDICC` is not known (did you mean `meddicc`? It must be one of: meddicc, meddic, meddpicc, bant, spiced, champ, or the path of a file)",
    ),
    (
        "scorecards: {coverage_target: 80%}",
        "3:31 scorecards.coverage_target: `80%` is not a number (write 0.8)",
    ),
    (
        "scorecards: {coverage_target: 1.5}",
        "3:31 scorecards.coverage_target: 1.5 is out of range (write a number from 0 to 1)",
    ),
    (
        "scorecards: {confidence_floor: .nan}",
        "3:32 scorecards.confidence_floor: `.nan` is not a number (write a number from 0 to 1)",
    ),
    (
        "scorecards: {mode: llms}",
        "3:20 scorecards.mode: `llms` is not known (did you mean `llm`? It must be one of: heuristic, llm, hybrid)",
    ),
    (
        "llm: {enabled: maybe}",
        "3:16 llm.enabled: `maybe` is not a truth value (write true or false, without quotes)",
    ),
    (
        "llm: {enabled: 'yes'}",
        "3:16 llm.enabled: `yes` is in quotes, so not a truth value (write true or false, without quotes)",
    ),
    (
        "llm: {max_token: 5}",
        "3:7 llm.max_token: unknown key (did you mean `max_tokens`?)",
    ),
    (
        "llm: {temperature: 3}",
        "3:20 llm.temperature: 3 is out of range (write a number from 0 to 2)",
    ),
    (
        "llm: {base_url: 'http://models.example.com/v1'}",
        "3:17 llm.base_url: http would send the key in the clear (write https; `llm.allow_http: true` allows http beyond this machine)",
    ),
    (
        "llm: {base_url: models}",
        "3:17 llm.base_url: `models` is not a URL (write an address such as https://models.example.com/v1)",
    ),
    (
        "llm: {base_url: 'https://models.example.com/v1?key=1'}",
        "3:17 llm.base_url: `https://models.example.com/v1?key=1` is more than an address (write an address such as https://models.example.com/v1)",
    ),
    (
        "llm: {base_url: 'https://me:word@models.example.com'}",
        "3:17 llm.base_url: secrets do not belong in a manifest (take the user name and password out; the key comes from the environment)",
    ),
    (
        "llm: {concurrency: 0}",
        "3:20 llm.concurrency: 0 is out of range (write a whole number from 1 to 64)",
    ),
    (
        "peopleai: {ingestion_mode: email}",
        "3:28 peopleai.ingestion_mode: `email` is not known (one of: crm_activity, email_dropbox, calendar)",
    ),
    (
        "peopleai: {token: abc}",
        "3:12 peopleai.token: secrets do not belong in a manifest (set it in the environment, or in an `.env` file beside the manifest: SF_ACCESS_TOKEN, SF_CLIENT_SECRET, SF_PASSWORD, SF_SECURITY_TOKEN, OPENAI_API_KEY, AZURE_OPENAI_API_KEY)",
    ),
    (
        "protect: 006*",
        "3:10 protect: must be a list, not text (write `[a, b]`, or one `- a` line for each)",
    ),
    (
        "activty: {}",
        "3:1 activty: unknown key (did you mean `activity`?)",
    ),
    (
        "<<: {a: b}",
        "3:1 <<: unknown key (known keys here: run, salesforce, opportunities, accounts, peopleai, activity, contacts, calendar, seller, stories, owners, llm, scorecards, drift, record_types, fields, protect)",
    ),
];

#[test]
fn each_value_says_what_it_may_be() {
    for (line, expect) in WRONG_VALUES {
        assert_eq!(&first_problem(&with(line)), expect, "{line}");
    }
}

#[test]
fn a_secret_is_refused_and_never_shown() {
    let source = with("auth: {user: casey, password: hunter2}\nsf_api_key: |\n  hunter2\n  more");
    let source = source.replace(
        "embedded",
        "'https://casey:hunter2@example.com', token: hunter2",
    );
    let text = rendered(&source);
    assert!(!text.contains("hunter2"), "{text}");
    assert_data_eq!(
        text,
        str![[r#"
error: salesforce.instance_url: secrets do not belong in a manifest
 --> demo.yaml:2:28
  |
2 | salesforce: {instance_url: ***********************************, token: *******}
  |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: take the user name and password out; they come from the environment

error: salesforce.token: secrets do not belong in a manifest
 --> demo.yaml:2:65
  |
2 | salesforce: {instance_url: ***********************************, token: *******}
  |                                                                 ^^^^^
  |
  = help: set it in the environment, or in an `.env` file beside the manifest: SF_ACCESS_TOKEN, SF_CLIENT_SECRET, SF_PASSWORD, SF_SECURITY_TOKEN, OPENAI_API_KEY, AZURE_OPENAI_API_KEY

error: auth: unknown key
 --> demo.yaml:3:1
  |
3 | auth: {user: casey, password: *******}
  | ^^^^
  |
  = help: did you mean `salesforce.auth`?

error: sf_api_key: secrets do not belong in a manifest
 --> demo.yaml:4:1
  |
4 | sf_api_key: |
  | ^^^^^^^^^^
  |
  = help: set it in the environment, or in an `.env` file beside the manifest: SF_ACCESS_TOKEN, SF_CLIENT_SECRET, SF_PASSWORD, SF_SECURITY_TOKEN, OPENAI_API_KEY, AZURE_OPENAI_API_KEY

4 problems in demo.yaml
"#]]
    );

    let text = rendered("password: hunter2: [\n");
    assert!(!text.contains("hunter2"), "{text}");
    assert_data_eq!(
        text,
        str![[r#"
error: not valid YAML: mapping values are not allowed in this context
 |
 = note: at demo.yaml:1:18, which may hold a secret
 = help: put quotes around a text that contains `: `, and check the indentation

1 problem in demo.yaml
"#]]
    );
}

#[test]
fn the_places_are_those_of_an_editor() {
    let source = format!("\u{feff}{}", with("# käse\r\nactivity: {füße: 1}"));
    let problems = parse(&source, "demo.yaml").unwrap_err();
    let problem = problems.iter().next().unwrap();
    assert_eq!((problem.line, problem.column), (4, 12));
}

#[test]
fn a_file_is_loaded_or_the_reason_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.yaml");
    assert!(matches!(load(&path), Err(LoadError::Unreadable { .. })));

    fs::write(&path, EXAMPLE).unwrap();
    assert_eq!(load(&path).unwrap().directory(), folder.path());

    fs::write(&path, b"run:\n  name: caf\xe9\n").unwrap();
    let Err(LoadError::Invalid(problems)) = load(&path) else {
        panic!("not UTF-8, and yet it loads");
    };
    let problem = problems.iter().next().unwrap();
    assert_eq!((problem.line, problem.column), (2, 12));
    assert_eq!(problem.message, "not UTF-8 text");
}

proptest! {
    // What fails once becomes a case above, not a file.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_survives_being_resolved(text in "\\PC*[^\\s\\pC]\\PC*") {
        prop_assume!(!text.contains(['\u{2028}', '\u{2029}']));
        let mut manifest = valid(LEAST);
        manifest.salesforce.query.stages_allowed = vec![text.clone()];
        manifest.protect = vec![text];
        prop_assert_eq!(valid(&manifest.resolved_yaml()), manifest);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        rendered(&text);
    }

    #[test]
    fn nothing_like_a_manifest_makes_it_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "run", "name", "salesforce", "activity", "emails", "min", "max", ": ", ":", "\n",
                "  ", "\t", "- ", "[", "]", "{", "}", ", ", "'", "\"", "|", ">", "&a ", "*a", "!!str ",
                "? ", "# ", "---\n", "...\n", "%", "~", "5", "0x1F", "\\", "é", "\u{2028}", "\r", "\0",
                "password", "<<", "@", "`",
            ]),
            0..40,
        )
    ) {
        rendered(&parts.concat());
    }
}
