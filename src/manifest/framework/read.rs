//! Reading a framework: by its name, from a file of its own, or written out in the manifest.

use std::collections::BTreeMap;

use super::super::files::Files;
use super::super::names::role;
use super::super::problems::{Complaint, Problems};
use super::super::reading::Reading;
use super::super::section::Section;
use super::super::template::Template;
use super::super::tree::{self, Node};
use super::super::values::{decimal, not_among, quote, scalar, text, whole};
use super::topics::TOPICS;
use super::{Band, Element, Framework, NAMES, Scale};

/// What the fields of our objects hold.
const LONGEST_NAME: usize = 40;
const LONGEST_QUESTIONS: usize = 255;
const LONGEST_VERSION: usize = 8;

const MOST_SCORE: u32 = 100;
const MOST_ELEMENTS: usize = 40;

/// The scorecards' templates: MEDDICC where the manifest names none.
pub(in super::super) fn all(scorecards: &mut Section) -> Vec<Framework> {
    let files = scorecards.files();
    let named = scorecards.list_of("templates", template(files), framework);
    let Some(frameworks) = named else {
        return Framework::built_in("meddicc").into_iter().collect();
    };
    for (place, one) in frameworks.iter().enumerate() {
        if frameworks[..place].iter().any(|other| other.key == one.key) {
            let message = format!("names two templates with the key {}", quote(&one.key));
            let hint = "take one out, or give it a `key` of its own";
            scorecards.complain("templates", Complaint::new(message, hint));
        }
    }
    frameworks
}

/// A framework by its name, or by the path of its file.
fn template(files: &Files) -> impl Fn(&Node) -> Result<Framework, Complaint> {
    |node| {
        let name = text(node)?;
        if let Some(framework) = Framework::built_in(&name) {
            return Ok(framework);
        }
        if !names_a_file(&name) {
            let known = NAMES.map(str::to_lowercase);
            let known: Vec<_> = known.iter().map(String::as_str).collect();
            let mut complaint = not_among(&name, &known);
            complaint.hint = complaint
                .hint
                .map(|hint| format!("{hint}, or the path of a file"));
            return Err(complaint);
        }
        let source = files.read(&name).map_err(|why| {
            let hint = "paths are relative to the folder of the manifest";
            Complaint::new(format!("cannot read {}: {why}", quote(&name)), hint)
        })?;
        parse(&source, &name).map_err(|problems| {
            files.note(problems);
            let hint = "what is wrong with it is said under its own name";
            Complaint::new(format!("{} is not a template", quote(&name)), hint)
        })
    }
}

fn names_a_file(name: &str) -> bool {
    let is_yaml =
        |ending: &str| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml");
    name.contains(['/', '\\'])
        || name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| is_yaml(ending))
}

/// A framework as a file says it; `name` is what messages call the file.
pub(super) fn parse(source: &str, name: &str) -> Result<Framework, Problems> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let tree =
        tree::parse(&source).map_err(|problem| Problems::unparsed(name, &source, problem))?;
    let reading = Reading::default();
    let framework = framework(Section::root(&tree, &reading));
    let problems = reading.into_problems();
    if problems.is_empty() {
        Ok(framework)
    } else {
        Err(Problems::in_tree(name, &source, &tree, problems))
    }
}

/// A framework as a mapping says it. Where there were problems it only serves to find them all.
fn framework(mut section: Section) -> Framework {
    let name = section
        .required("name", "MEDDICC", short)
        .unwrap_or_default();
    let key = section.value("key", key).unwrap_or_else(|| slug(&name));
    let version = section.value("version", version);
    let scale = scale(section.section("scale"));
    let elements = elements(&mut section, &scale);
    Framework {
        key,
        name,
        version: version.unwrap_or_else(|| "1".to_owned()),
        bands: bands(&mut section, &elements),
        scale,
        elements,
    }
}

fn scale(mut section: Section) -> Scale {
    let labels = section.optional_section("labels");
    let labels = labels.map(|mut labels| labels.each(score, text));
    let labels: BTreeMap<u32, String> = labels.into_iter().flatten().collect();
    let [first, last] = [labels.keys().next(), labels.keys().last()].map(Option::<&u32>::copied);
    let min = section.value("min", whole(1..=MOST_SCORE));
    let max = section.value("max", whole(1..=MOST_SCORE));
    for (key, given, labelled) in [("min", min, first), ("max", max, last)] {
        if let (Some(given), Some(labelled)) = (given, labelled)
            && given != labelled
        {
            let hint = format!("leave it out: the labels say {labelled}");
            section.complain(key, Complaint::new(format!("{given} has no label"), hint));
        }
    }
    let (min, max) = (first.or(min).unwrap_or(1), last.or(max).unwrap_or(3));
    if min > max {
        let hint = format!("write {max}, or less");
        section.complain(
            "min",
            Complaint::new(format!("{min} is above the most"), hint),
        );
    }
    Scale { min, max, labels }
}

/// A score that has a name.
fn score(text: &str) -> Result<u32, Complaint> {
    let number = text.parse().ok();
    let score = number.filter(|score| (1..=MOST_SCORE).contains(score));
    score.ok_or_else(|| {
        let hint = format!("a whole number from 1 to {MOST_SCORE}; what is open scores 0");
        Complaint::new(format!("{} is not a score", quote(text)), hint)
    })
}

fn elements(framework: &mut Section, scale: &Scale) -> Vec<Element> {
    let mut elements: Vec<Element> = Vec::new();
    let sections = framework.sections("elements");
    if sections.is_empty() || sections.len() > MOST_ELEMENTS {
        let message = format!("must be a list of 1 to {MOST_ELEMENTS} elements");
        let hint = "each with its `key`, `name` and `questions`";
        framework.complain("elements", Complaint::new(message, hint));
    }
    for (number, mut section) in sections.into_iter().enumerate() {
        let element = element(&mut section, scale, number as u32);
        if elements.iter().any(|other| other.key == element.key) {
            let message = format!("{} is the key of another element", quote(&element.key));
            section.complain("key", Complaint::new(message, "give each its own"));
        }
        elements.push(element);
    }
    elements
}

fn element(section: &mut Section, scale: &Scale, number: u32) -> Element {
    let key = section.required("key", "economic_buyer", key);
    let max = section.value("max", whole(scale.min..=MOST_SCORE));
    if max.is_some_and(|max| max != scale.max) && !scale.labels.is_empty() {
        let hint = "leave it out, or the `scale.labels`";
        let message = "all elements have the scores that `scale.labels` names";
        section.complain("max", Complaint::new(message, hint));
    }
    let questions = section.list("questions", text).unwrap_or_default();
    let length = questions.join(" ").chars().count();
    if questions.is_empty() || length > LONGEST_QUESTIONS {
        let message =
            format!("must be one to three questions, {LONGEST_QUESTIONS} characters in all");
        let hint = "for example `questions: [Who can release the money?]`";
        section.complain("questions", Complaint::new(message, hint));
    }
    Element {
        key: key.unwrap_or_default(),
        name: section
            .required("name", "Economic Buyer", short)
            .unwrap_or_default(),
        weight: section.value("weight", weight).unwrap_or(1.0),
        max: max.unwrap_or(scale.max),
        about: section.value("about", role),
        learned: section
            .value("learned", whole(1..=100))
            .unwrap_or(number + 1),
        questions,
        evidence: section.distinct("evidence", topic),
        answers: section.list("answers", answer).unwrap_or_default(),
    }
}

/// The ratings; where none are given, the colours of a traffic light.
fn bands(framework: &mut Section, elements: &[Element]) -> Vec<Band> {
    let mut bands = Vec::new();
    for mut section in framework.sections("bands") {
        let name = section.required("name", "Green", short);
        let from = section.required("from", "18.5", points(0.0));
        bands.extend(name.zip(from).map(|(name, from)| Band { name, from }));
    }
    let rising = bands.windows(2).all(|pair| pair[0].from < pair[1].from);
    if !rising || bands.first().is_some_and(|band| band.from > 0.0) {
        let hint = "the first is `from: 0`, and each other from more than the one before it";
        framework.complain("bands", Complaint::new("do not follow each other", hint));
    }
    if !bands.is_empty() {
        return bands;
    }
    let most: f64 = elements
        .iter()
        .map(|element| element.weight * f64::from(element.max))
        .sum();
    let band = |(name, share): &(&str, f64)| Band {
        name: (*name).to_owned(),
        from: (most * share * 10.0).round() / 10.0,
    };
    [("Red", 0.0), ("Yellow", 0.4), ("Green", 0.7)]
        .iter()
        .map(band)
        .collect()
}

/// A name that a field of ours can hold.
fn short(node: &Node) -> Result<String, Complaint> {
    let name = text(node)?;
    within(&name, LONGEST_NAME)?;
    Ok(name)
}

fn version(node: &Node) -> Result<String, Complaint> {
    let version = text(node)?;
    within(&version, LONGEST_VERSION)?;
    Ok(version)
}

fn within(text: &str, most: usize) -> Result<(), Complaint> {
    let length = text.chars().count();
    if length <= most {
        return Ok(());
    }
    let hint = format!("{most} characters fit");
    Err(Complaint::new(
        format!("{length} characters are too long"),
        hint,
    ))
}

/// A key, which is part of addresses: small letters, digits and underscores.
fn key(node: &Node) -> Result<String, Complaint> {
    let key = text(node)?;
    if slug(&key) == key && key.len() <= LONGEST_NAME {
        return Ok(key);
    }
    let mut slug = slug(&key);
    slug.truncate(LONGEST_NAME);
    let hint = format!("small letters, digits and underscores, such as `{slug}`");
    Err(Complaint::new(
        format!("{} is not a key", quote(&key)),
        hint,
    ))
}

/// The key that a name stands for.
fn slug(name: &str) -> String {
    let words = name.split(|char: char| !char.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("_").to_lowercase()
}

fn weight(node: &Node) -> Result<f64, Complaint> {
    points(0.1)(node).and_then(|weight| {
        let hint = "write a number from 0.1 to 100";
        let right = (weight <= 100.0).then_some(weight);
        right.ok_or_else(|| Complaint::new(format!("{weight} is out of range"), hint))
    })
}

/// A number with one decimal at most, as the fields of a scorecard hold them.
fn points(least: f64) -> impl Fn(&Node) -> Result<f64, Complaint> {
    move |node| {
        let number = decimal(least..=9_999.0)(node)?;
        let rounded = (number * 10.0).round() / 10.0;
        if (rounded - number).abs() < 1e-9 {
            return Ok(rounded);
        }
        let hint = format!("write {rounded}");
        Err(Complaint::new(
            format!("{number} has more than one decimal"),
            hint,
        ))
    }
}

fn topic(node: &Node) -> Result<String, Complaint> {
    let topic = text(node)?;
    if TOPICS.contains(&topic.as_str()) {
        return Ok(topic);
    }
    Err(not_among(&topic, TOPICS))
}

fn answer(node: &Node) -> Result<Template, Complaint> {
    let (source, _) = scalar(node, "a text or a template")?;
    Template::parse(source)
}
