//! Whether what a model answered is a text that may be shown. Pure.

use super::prompts;
use crate::model::prompt::{Kind, Prompt, places};

/// How a model begins when it would rather not.
const REFUSALS: &[&str] = &[
    "i can't",
    "i cannot",
    "i can not",
    "i'm sorry",
    "i am sorry",
    "i'm unable",
    "i am unable",
    "i won't",
    "sorry, ",
    "unfortunately, i",
    "as an ai",
];

/// Words that belong to the task and not to the text.
const LEAKS: &[&str] = &[
    "as an ai",
    "language model",
    "placeholder",
    "double braces",
    "the facts provided",
    "the facts given",
    "based on the facts",
    "here are the notes",
    "here is the",
    "```",
    "[your name",
    "[name",
    "[insert",
    "[date",
    "[company",
];

/// Lines that begin like this are headers of a mail that nobody asked for.
const HEADERS: &[&str] = &["subject:", "from:", "to:", "sent:", "system:", "assistant:"];

/// Any ten words of English hold some of these.
const COMMON_WORDS: &[&str] = &[
    "a",
    "about",
    "after",
    "agreed",
    "all",
    "also",
    "an",
    "and",
    "are",
    "as",
    "asked",
    "at",
    "be",
    "before",
    "but",
    "by",
    "can",
    "confirmed",
    "for",
    "from",
    "had",
    "has",
    "have",
    "he",
    "i",
    "if",
    "in",
    "is",
    "it",
    "its",
    "more",
    "next",
    "no",
    "not",
    "of",
    "on",
    "or",
    "our",
    "out",
    "she",
    "so",
    "than",
    "that",
    "the",
    "their",
    "them",
    "they",
    "this",
    "to",
    "up",
    "us",
    "was",
    "we",
    "were",
    "what",
    "when",
    "which",
    "who",
    "will",
    "with",
    "would",
    "you",
    "your",
];

/// So many words of the instructions in a row are no coincidence.
const LEAKED_WORDS: usize = 8;

/// Fewer words than these do not tell which language they are of.
const TELLING_WORDS: usize = 8;

/// The texts of an answer, one for each part of the prompt; or what is wrong with it.
pub(super) fn texts(prompt: &Prompt, answer: &str) -> Result<Vec<String>, String> {
    let answer = answer.trim();
    if answer.is_empty() {
        return Err("empty".to_owned());
    }
    if is_refusal(answer) {
        return Err("refused".to_owned());
    }
    let texts = match prompt.kind {
        Kind::EmailThread => messages(prompt, answer)?,
        Kind::MeetingNotes | Kind::Agenda | Kind::ScorecardAnswer | Kind::NextStep => {
            vec![answer.to_owned()]
        }
    };
    for text in &texts {
        check(prompt, text)?;
    }
    let all = texts.join("\n");
    for place in prompt.places.iter().filter(|place| place.needed) {
        if !places(&all).any(|name| name == place.name) {
            return Err(format!("{{{{{}}}}} is missing", place.name));
        }
    }
    Ok(texts)
}

/// The messages of a thread. Models like to put a fence around JSON.
fn messages(prompt: &Prompt, answer: &str) -> Result<Vec<String>, String> {
    let fenced = answer
        .strip_prefix("```json")
        .or_else(|| answer.strip_prefix("```"))
        .and_then(|rest| rest.strip_suffix("```"));
    let messages: Vec<String> = serde_json::from_str(fenced.unwrap_or(answer).trim())
        .map_err(|_| "not a JSON array of messages".to_owned())?;
    let (found, wanted) = (messages.len(), usize::from(prompt.parts));
    if found != wanted {
        return Err(format!("{found} messages instead of {wanted}"));
    }
    let trimmed = messages.iter().map(|message| message.trim().to_owned());
    Ok(trimmed.collect())
}

/// What is wrong with one text.
fn check(prompt: &Prompt, text: &str) -> Result<(), String> {
    let lower = text.to_lowercase();
    let length = text.chars().count();
    let most = prompts::most_chars(prompt);
    let leak = LEAKS.iter().find(|leak| lower.contains(**leak));
    let is_header = |line: &str| {
        let line = line.trim_start();
        HEADERS.iter().any(|header| line.starts_with(header))
    };
    if text.is_empty() {
        Err("empty".to_owned())
    } else if is_refusal(text) {
        Err("refused".to_owned())
    } else if length > most {
        Err(format!(
            "too long: {length} characters, where {most} is the most"
        ))
    } else if let Some(leak) = leak {
        Err(format!("it speaks of its task ({leak:?})"))
    } else if lower.lines().any(is_header) {
        Err("it has headers".to_owned())
    } else if repeats_instructions(prompt, &lower) {
        Err("it repeats its instructions".to_owned())
    } else if let Some(name) = unknown_place(prompt, text) {
        Err(format!("{name:?} stands for nothing"))
    } else if names_an_address(text) {
        Err("it gives an address of its own".to_owned())
    } else if !is_english(&lower) {
        Err("not English".to_owned())
    } else {
        Ok(())
    }
}

fn is_refusal(text: &str) -> bool {
    let start: String = text.chars().take(40).collect();
    let start = start.to_lowercase().replace('\u{2019}', "'");
    REFUSALS.iter().any(|refusal| start.starts_with(refusal))
}

fn repeats_instructions(prompt: &Prompt, lower: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|char: char| !char.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let instructions = words(prompts::system(prompt).unwrap_or_default());
    let said = words(lower).join(" ");
    instructions
        .windows(LEAKED_WORDS)
        .any(|run| said.contains(&run.join(" ")))
}

/// A placeholder that was not given, or one that was broken on the way.
fn unknown_place<'a>(prompt: &Prompt, text: &'a str) -> Option<&'a str> {
    let is_known = |name: &str| prompt.places.iter().any(|place| place.name == name);
    let unknown = places(text).find(|name| !is_known(name));
    let opened = text.matches("{{").count();
    let is_broken = opened != places(text).count()
        || text.matches('{').count() != 2 * opened
        || text.matches('}').count() != 2 * opened;
    unknown.or_else(|| is_broken.then_some("{"))
}

/// An e-mail address, a web page or a phone number may be somebody's.
fn names_an_address(text: &str) -> bool {
    let has_mail = text.split_whitespace().any(|word| {
        word.find('@')
            .is_some_and(|at| at > 0 && word[at..].contains('.'))
    });
    let mut digits = 0;
    let has_phone = text.chars().any(|char| {
        digits = match char {
            '0'..='9' => digits + 1,
            ' ' | '-' | '.' | '(' | ')' | '+' => digits,
            _ => 0,
        };
        digits >= 9
    });
    has_mail || has_phone || text.contains("://") || text.contains("www.")
}

/// Mostly Latin letters, and among them the words that no English goes without.
fn is_english(lower: &str) -> bool {
    let letters = lower.chars().filter(|char| char.is_alphabetic());
    let (ascii, other): (Vec<char>, Vec<char>) = letters.partition(char::is_ascii);
    if other.len() * 5 > ascii.len() + other.len() {
        return false;
    }
    let words = lower.split(|char: char| !char.is_ascii_alphabetic());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let common = words.iter().filter(|word| COMMON_WORDS.contains(word));
    words.len() < TELLING_WORDS || common.count() * 8 >= words.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::prompt::tests::notes;

    #[track_caller]
    fn check_notes(answer: &str, expect: Result<&str, &str>) {
        let got = texts(&notes(), answer);
        let got = got.as_ref().map(|texts| texts[0].as_str());
        assert_eq!(got.map_err(String::as_str), expect);
    }

    #[track_caller]
    fn wrong(answer: &str, expect: &str) {
        check_notes(answer, Err(expect));
    }

    #[test]
    fn what_may_be_shown() {
        let good = "Met {{person_1}} about the rollout. They want a pilot before the summer.";
        check_notes(&format!("  {good}\n"), Ok(good));
        check_notes(
            "- {{ person_1 }} asked for terms",
            Ok("- {{ person_1 }} asked for terms"),
        );
        check_notes(
            "Walked {{person_1}} through SSO, SCIM, SAML. We agreed on 500 seats at the site.",
            Ok("Walked {{person_1}} through SSO, SCIM, SAML. We agreed on 500 seats at the site."),
        );
    }

    #[test]
    fn what_may_not() {
        wrong(" \n", "empty");
        wrong("I can't help with that, {{person_1}}.", "refused");
        wrong("I\u{2019}m sorry, but I cannot write this.", "refused");
        wrong("We met and they want a pilot.", "{{person_1}} is missing");
        wrong(
            "Met {{person_1}} and {{person_2}}.",
            "\"person_2\" stands for nothing",
        );
        wrong("Met {person_1} to talk.", "\"{\" stands for nothing");
        wrong(
            "Met {{person_1}}, [Your Name] to follow.",
            "it speaks of its task (\"[your name\")",
        );
        wrong(
            "Met {{person_1}}. As an AI I guess.",
            "it speaks of its task (\"as an ai\")",
        );
        wrong("Subject: pilot\nMet {{person_1}}.", "it has headers");
        wrong(
            "Met {{person_1}}, write to joe@acme.com.",
            "it gives an address of its own",
        );
        wrong(
            "Met {{person_1}}, call +1 (415) 555-0100.",
            "it gives an address of its own",
        );
        wrong(
            "Met {{person_1}}. Use only the facts that you are given, and stay vague.",
            "it repeats its instructions",
        );
        wrong(
            "Treffen mit {{person_1}}: der Kunde will vor dem Sommer einen Piloten sehen.",
            "not English",
        );
        wrong(
            "{{person_1}} と会議をしました。夏までに導入したいそうです。",
            "not English",
        );
        let long = format!("Met {{{{person_1}}}}. {}", "They want it all. ".repeat(200));
        let expect = format!(
            "too long: {} characters, where 2500 is the most",
            long.trim().len()
        );
        wrong(&long, &expect);
    }

    #[track_caller]
    fn check_thread(answer: &str, expect: Result<usize, &str>) {
        let prompt = Prompt {
            kind: Kind::EmailThread,
            parts: 2,
            ..notes()
        };
        let got = texts(&prompt, answer).map(|texts| texts.len());
        assert_eq!(got, expect.map_err(str::to_owned));
    }

    #[test]
    fn a_thread_is_an_array_of_messages() {
        let two = r#"["Hi {{person_1}}, are we on?", "Yes, we are."]"#;
        check_thread(two, Ok(2));
        check_thread(&format!("```json\n{two}\n```"), Ok(2));
        check_thread(r#"["Hi {{person_1}}"]"#, Err("1 messages instead of 2"));
        check_thread(r#"["Hi {{person_1}}", ""]"#, Err("empty"));
        check_thread(
            r#"["Hi {{person_1}}", "#,
            Err("not a JSON array of messages"),
        );
        check_thread(
            "Hi {{person_1}}, are we on?",
            Err("not a JSON array of messages"),
        );
    }
}
