//! What a framework may say, and what is said about one that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::super::files::Files;
use super::super::fixtures::{self, told};
use super::super::{Manifest, Problems, parse_beside};
use super::read::parse;
use super::{Framework, NAMES};

/// The least that is a framework.
const LEAST: &str =
    "name: Our Way\nelements:\n- {key: why_now, name: Why now, questions: [Why?]}\n";

fn framework(source: &str) -> Framework {
    parse(source, "ours.yaml").unwrap_or_else(|problems| panic!("{source}\n{problems}"))
}

/// A manifest with these templates, beside these files.
fn manifest(templates: &str, files: &[(&str, &str)]) -> Result<Manifest, Problems> {
    let owned = |(name, source): &(&str, &str)| ((*name).to_owned(), (*source).to_owned());
    let files: BTreeMap<_, _> = files.iter().map(owned).collect();
    let read = move |path: &str| files.get(path).cloned().ok_or("no such file".to_owned());
    let least = fixtures::LEAST;
    let yaml = format!("{least}scorecards: {{templates: {templates}}}\n");
    parse_beside(&yaml, "demo.yaml", Files::new(Box::new(read)))
}

fn check_templates(templates: &str, files: &[(&str, &str)], expect: &[&str]) {
    let problems = manifest(templates, files).err();
    let told: Vec<_> = problems.iter().flat_map(told).collect();
    assert_eq!(told, expect, "{templates}");
}

#[test]
fn what_is_built_in_is_as_published() {
    let check = |name: &str, elements: usize, most: i64, ratings: &[(i64, &str)]| {
        let framework = Framework::built_in(name).unwrap();
        assert_eq!(framework.name, name);
        assert_eq!(
            (framework.elements.len(), framework.most()),
            (elements, most * 10)
        );
        for (points, rating) in ratings {
            assert_eq!(framework.rating(points * 10), *rating, "{name} {points}");
        }
    };
    let colours = [
        (0, "Red"),
        (10, "Red"),
        (11, "Yellow"),
        (18, "Yellow"),
        (19, "Green"),
    ];
    check("MEDDICC", 7, 27, &colours);
    check(
        "MEDDIC",
        6,
        24,
        &[(9, "Red"), (10, "Yellow"), (17, "Green")],
    );
    check(
        "MEDDPICC",
        8,
        46,
        &[
            (20, "Critical risk"),
            (21, "High risk"),
            (31, "Moderate risk"),
            (39, "Low risk"),
        ],
    );
    check("BANT", 4, 40, &[(14, "Unqualified"), (30, "Qualified")]);
    check("SPICED", 5, 50, &[(19, "Red"), (35, "Green")]);
    check(
        "CHAMP",
        4,
        100,
        &[(25, "Missing"), (26, "At risk"), (76, "Strong")],
    );
}

#[test]
fn what_is_built_in_asks_the_same_of_the_same_element() {
    let mut asked = BTreeMap::new();
    for name in NAMES {
        let framework = Framework::built_in(name).unwrap();
        assert_eq!(
            (framework.name.as_str(), framework.key),
            (name, name.to_lowercase())
        );
        let learned: BTreeSet<_> = framework.elements.iter().map(|one| one.learned).collect();
        assert_eq!(learned.len(), framework.elements.len(), "{name}");
        for element in framework.elements {
            let question = element.question();
            let first = asked.entry(element.key.clone()).or_insert(question.clone());
            assert_eq!(*first, question, "{}", element.key);
        }
    }
}

/// A release rewrites nothing that was applied, so what a template says is never edited: who wants
/// it to say something else adds a template.
#[test]
fn what_is_built_in_says_what_it_said_when_it_was_released() {
    let versions = NAMES.map(|name| Framework::built_in(name).unwrap().version());
    let released = [
        "1.6cf44df6",
        "1.b982ab7f",
        "1.c3899cc3",
        "1.7c7b8e51",
        "1.50252b4c",
        "1.b0fa1a83",
    ];
    assert_eq!(versions, released);
}

#[test]
fn the_rest_of_a_framework_follows_from_the_least() {
    let least = framework(LEAST);
    assert_eq!((least.key.as_str(), least.most()), ("our_way", 30));
    assert_eq!(least.scores(&least.elements[0]), [1, 2, 3]);
    let ratings = [0, 11, 12, 20, 21].map(|tenths| least.rating(tenths).to_owned());
    assert_eq!(ratings, ["Red", "Red", "Yellow", "Yellow", "Green"]);
}

#[test]
fn scores_are_those_with_labels_where_some_have() {
    let labelled = framework(&format!(
        "{LEAST}scale: {{labels: {{5: half, 10: whole}}}}\n"
    ));
    assert_eq!(labelled.scores(&labelled.elements[0]), [5, 10]);
    assert_eq!(labelled.label(5), Some("half"));
    assert_eq!(labelled.most(), 100);
}

#[test]
fn another_text_is_another_version() {
    let versions = [
        LEAST.to_owned(),
        LEAST.replace("Why?", "Why not?"),
        format!("{LEAST}version: 2.1\n"),
    ]
    .map(|source| framework(&source).version());
    assert!(
        versions.iter().all(|version| version.len() <= 20),
        "{versions:?}"
    );
    assert!(versions[2].starts_with("2.1."));
    assert_eq!(versions.iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(
        framework(&format!("# Ours.\n{LEAST}")).version(),
        versions[0]
    );
}

#[track_caller]
fn check(source: &str, expect: &[&str]) {
    let problems = parse(source, "ours.yaml").err();
    let told: Vec<_> = problems.iter().flat_map(told).collect();
    assert_eq!(told, expect, "{source}");
}

#[test]
fn every_problem_is_told_with_its_line() {
    check(
        "name: Ours\n",
        &[
            "1 elements: must be a list of 1 to 40 elements (each with its `key`, `name` and `questions`)",
        ],
    );
    check(
        "name: Ours\nelements:\n- key: Why Now\n  nam: Why\n  questions: []\n- name: When\n  key: when\n  weigt: 2\n  questions: [When?]\n",
        &[
            "3 elements[0].name: must be given (for example `name: Economic Buyer`)",
            "3 elements[0].key: `Why Now` is not a key (small letters, digits and underscores, such as `why_now`)",
            "4 elements[0].nam: unknown key (did you mean `name`?)",
            "5 elements[0].questions: must be one to three questions, 255 characters in all (for example `questions: [Who can release the money?]`)",
            "8 elements[1].weigt: unknown key (did you mean `weight`?)",
        ],
    );
    check(
        &format!("{LEAST}- {{key: why_now, name: Again, questions: [Why?], weight: 1.25}}\n"),
        &[
            "4 elements[1].key: `why_now` is the key of another element (give each its own)",
            "4 elements[1].weight: 1.25 has more than one decimal (write 1.3)",
        ],
    );
    check(
        &LEAST.replace(
            "[Why?]",
            "[Why?], about: chapmion, evidence: [demos], answers: ['{{ acount.name }}']",
        ),
        &[
            "3 elements[0].about: `chapmion` is not known (did you mean `champion`?)",
            &format!(
                "3 elements[0].evidence[0]: `demos` is not known (did you mean `demo`? It must be one of: {})",
                super::topics::TOPICS.join(", ")
            ),
            "3 elements[0].answers[0]: `acount.name` is nothing that a template knows (did you mean `account.name`?)",
        ],
    );
    check(
        &format!("{LEAST}scale: {{max: 5, labels: {{0: no, 10: yes}}}}\n"),
        &[
            "4 scale.max: 5 has no label (leave it out: the labels say 10)",
            "4 scale.labels.0: `0` is not a score (a whole number from 1 to 100; what is open scores 0)",
        ],
    );
    check(
        &format!("{LEAST}bands:\n- {{name: Low, from: 1}}\n- {{name: High, from: 0.5}}\n"),
        &[
            "5 bands: do not follow each other (the first is `from: 0`, and each other from more than the one before it)",
        ],
    );
    check(
        "name: [x\n",
        &[
            "2 : not valid YAML: while parsing a flow sequence, expected ',' or ']' (a bracket or brace is not closed)",
        ],
    );
}

#[test]
fn templates_are_named_or_written_out() {
    let files = [("cards/ours.yaml", LEAST)];
    let check = |templates: &str, expect: &[&str]| {
        let manifest = manifest(templates, &files).unwrap_or_else(|problems| panic!("{problems}"));
        let keys = manifest.scorecards.templates.iter();
        assert_eq!(keys.map(|one| one.key.as_str()).collect::<Vec<_>>(), expect);
        let again = super::super::parse(&manifest.resolved_yaml(), "demo.yaml");
        let again = again.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(again.scorecards, manifest.scorecards, "{templates}");
    };
    check("[MEDDICC, bant]", &["meddicc", "bant"]);
    check("[cards/ours.yaml, Spiced]", &["our_way", "spiced"]);
    check(
        "[{name: X, elements: [{key: a, name: A, questions: [B?]}]}]",
        &["x"],
    );
    check("[]", &[]);
    check("~", &["meddicc"]);
}

#[test]
fn templates_that_are_none_are_told() {
    check_templates(
        "[cards/ours.yaml]",
        &[],
        &[
            "3 scorecards.templates[0]: cannot read `cards/ours.yaml`: no such file (paths are relative to the folder of the manifest)",
        ],
    );
    check_templates(
        "[ours.yaml, bantt]",
        &[("ours.yaml", "name: Ours\nelments: []\n")],
        &[
            "3 scorecards.templates[0]: `ours.yaml` is not a template (what is wrong with it is said under its own name)",
            "3 scorecards.templates[1]: `bantt` is not known (did you mean `bant`? It must be one of: meddicc, meddic, meddpicc, bant, spiced, champ, or the path of a file)",
            "ours.yaml1 elements: must be a list of 1 to 40 elements (each with its `key`, `name` and `questions`)",
            "ours.yaml2 elments: unknown key (did you mean `elements`?)",
        ],
    );
    check_templates(
        "[bant, BANT]",
        &[],
        &[
            "3 scorecards.templates: names two templates with the key `bant` (take one out, or give it a `key` of its own)",
        ],
    );
    check_templates(
        "[{name: X}]",
        &[],
        &[
            "3 scorecards.templates[0].elements: must be a list of 1 to 40 elements (each with its `key`, `name` and `questions`)",
        ],
    );
}

#[test]
fn a_file_with_problems_is_shown_under_its_own_name() {
    let problems = manifest("[ours.yaml]", &[("ours.yaml", "nam: Ours\n")]).unwrap_err();
    let shown = problems.render(false);
    assert!(shown.contains("ours.yaml:1:1\n"), "{shown}");
    assert!(shown.contains("1 | nam: Ours"), "{shown}");
    assert!(
        shown.ends_with("problems in demo.yaml and ours.yaml"),
        "{shown}"
    );
}
