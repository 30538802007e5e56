//! A text that a language model is asked for: what it is told, and what we fill in afterwards.
//!
//! A [`Prompt`] is all that is ever sent, and holds planned facts only. People, days and the account
//! are placeholders in it; what they stand for is in the [`Draft`], which stays here. So nothing
//! personal is sent, and moving the story or renaming somebody buys no text again.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a language model can be asked for. Each has instructions of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// What was said in a meeting.
    MeetingNotes,
    /// What a meeting to come is about.
    Agenda,
    /// All messages of a thread.
    EmailThread,
    /// What is known about one element of a scorecard.
    ScorecardAnswer,
    NextStep,
}

/// What a model is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prompt {
    pub(crate) kind: Kind,
    /// The version of the kind's instructions.
    pub(crate) version: u32,
    /// Name and value, in the order in which they are told.
    pub(crate) facts: Vec<(Cow<'static, str>, String)>,
    /// Facts that are told as well, and may change in the org without another text being asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) passing: Vec<(Cow<'static, str>, String)>,
    pub(crate) places: Vec<Place>,
    /// How many texts come back: the messages of a thread, else one.
    pub(crate) parts: u8,
}

/// Something that the text speaks of and the model must not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// `person_1`; in texts it stands as `{{person_1}}`.
    pub(crate) name: Cow<'static, str>,
    /// What the model is told about it: `the customer's champion`.
    pub(crate) what: String,
    /// A text without it is of no use.
    pub(crate) needed: bool,
}

/// How a model is asked: with another one, or otherwise, the same prompt gives another text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Asking<'a> {
    pub(crate) model: &'a str,
    pub(crate) temperature: f64,
    pub(crate) max_tokens: u32,
}

/// The name of a prompt, asked in one way: equal hashes are asked once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PromptHash([u8; 16]);

/// A field's text that a model is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) hash: PromptHash,
    pub(crate) prompt: Prompt,
    /// Which of the prompt's texts it is, from 0.
    pub(crate) part: u8,
    /// What the places stand for, by name.
    pub(crate) fills: Vec<(Cow<'static, str>, String)>,
    /// Lines of ours that stand before the text whoever wrote it, such as From, To and Sent.
    pub(crate) head: String,
    /// The most characters that its field takes, where the text may come to more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) most: Option<usize>,
    /// What is written where the model fails; without one the field stays empty.
    pub(crate) offline: Option<String>,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [
        Self::MeetingNotes,
        Self::Agenda,
        Self::EmailThread,
        Self::ScorecardAnswer,
        Self::NextStep,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MeetingNotes => "meeting_notes",
            Self::Agenda => "agenda",
            Self::EmailThread => "email_thread",
            Self::ScorecardAnswer => "scorecard_answer",
            Self::NextStep => "next_step",
        }
    }
}

impl Prompt {
    /// Everything that the text depends on, in one name.
    pub(crate) fn hash(&self, asking: Asking) -> PromptHash {
        let Self {
            kind,
            version,
            facts,
            passing: _,
            places,
            parts,
        } = self;
        let Asking {
            model,
            temperature,
            max_tokens,
        } = asking;
        let mut hasher = blake3::Hasher::new();
        // A length before each word, so that no two lists of words look alike.
        let mut word = |word: &str| {
            hasher.update(&(word.len() as u64).to_le_bytes());
            hasher.update(word.as_bytes());
        };
        for text in [kind.name(), model] {
            word(text);
        }
        for number in [
            u64::from(*version),
            u64::from(*parts),
            temperature.to_bits(),
            u64::from(max_tokens),
            facts.len() as u64,
        ] {
            word(&number.to_string());
        }
        for (name, value) in facts {
            word(name);
            word(value);
        }
        for Place { name, what, needed } in places {
            word(name);
            word(what);
            word(if *needed { "needed" } else { "" });
        }
        let hash = hasher.finalize();
        let first = hash.as_bytes()[..16].try_into();
        PromptHash(first.expect("a hash has 32 bytes"))
    }
}

impl Draft {
    /// What is written where no model has: the offline text, or nothing.
    pub(crate) fn stand_in(&self) -> serde_json::Value {
        self.text(None)
            .map_or(serde_json::Value::Null, serde_json::Value::String)
    }

    /// The text as it is sent, of what the model wrote for its part; or of what stands in for it.
    pub(crate) fn text(&self, written: Option<&str>) -> Option<String> {
        let body = match written {
            Some(written) => filled(written, &self.fills),
            None => self.offline.clone()?,
        };
        Some(cut(format!("{}{body}", self.head), self.most))
    }
}

/// At most so many characters, with none of the word that the limit falls into. What is cut off
/// shows.
fn cut(text: String, most: Option<usize>) -> String {
    let Some(most) = most.filter(|most| text.chars().count() > *most) else {
        return text;
    };
    let kept = |count: usize| {
        text.char_indices()
            .nth(count)
            .map_or("", |(end, _)| &text[..end])
    };
    // One more than is kept, which is the end of a word where it is a space.
    let words = kept(most).rsplit_once(char::is_whitespace);
    let kept = words.map_or(kept(most.saturating_sub(1)), |(words, _)| words);
    let ends = |char: char| char.is_whitespace() || char.is_ascii_punctuation();
    format!("{}…", kept.trim_end_matches(ends))
}

/// The text with each `{{name}}` replaced by what it stands for.
fn filled(text: &str, fills: &[(Cow<'static, str>, String)]) -> String {
    let mut rest = text;
    let mut filled = String::with_capacity(text.len());
    while let Some((before, name, after)) = next_place(rest) {
        let fill = fills.iter().find(|(known, _)| known == name);
        filled.push_str(before);
        filled.push_str(fill.map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The names of all places that a text speaks of.
pub(crate) fn places(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, name, after) = next_place(rest)?;
        rest = after;
        Some(name)
    })
}

/// What stands before the next `{{name}}`, the name, and what follows.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, opened) = text.split_once("{{")?;
    let (name, after) = opened.split_once("}}")?;
    Some((before, name.trim(), after))
}

impl PromptHash {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).ok()?;
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for PromptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for PromptHash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PromptHash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let bad = || serde::de::Error::custom(format!("{text:?} is not the hash of a prompt"));
        Self::from_hex(&text).ok_or_else(bad)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A prompt for the notes of a meeting with one person.
    pub(crate) fn notes() -> Prompt {
        Prompt {
            kind: Kind::MeetingNotes,
            version: 1,
            facts: vec![("deal".into(), "Acme - 500 Widgets".to_owned())],
            passing: Vec::new(),
            places: vec![Place {
                name: "person_1".into(),
                what: "the customer's champion".to_owned(),
                needed: true,
            }],
            parts: 1,
        }
    }

    pub(crate) fn draft(prompt: Prompt) -> Draft {
        Draft {
            hash: prompt.hash(ASKING),
            prompt,
            part: 0,
            fills: vec![("person_1".into(), "Ada Byron".to_owned())],
            head: String::new(),
            most: None,
            offline: Some("We met.".to_owned()),
        }
    }

    pub(crate) const ASKING: Asking = Asking {
        model: "gpt-4.1-mini",
        temperature: 0.4,
        max_tokens: 500,
    };

    #[track_caller]
    fn check_text(written: Option<&str>, expect: &str) {
        let draft = Draft {
            head: "From: us\n".to_owned(),
            ..draft(notes())
        };
        assert_eq!(draft.text(written).as_deref(), Some(expect));
    }

    #[test]
    fn places_are_filled_in() {
        check_text(Some("Met {{person_1}}."), "From: us\nMet Ada Byron.");
        check_text(
            Some("{{ person_1 }}, {{person_1}}"),
            "From: us\nAda Byron, Ada Byron",
        );
        check_text(Some("Open {{ and }} shut"), "From: us\nOpen  shut");
        check_text(Some("Open {{ only"), "From: us\nOpen {{ only");
        check_text(None, "From: us\nWe met.");
    }

    #[test]
    fn a_text_is_cut_at_a_word_to_what_its_field_takes() {
        let check = |most, expect: &str| {
            let draft = Draft {
                most: Some(most),
                ..draft(notes())
            };
            let text = draft.text(Some("Met {{person_1}}, and agreed.")).unwrap();
            assert_eq!(text, expect, "{most}");
            assert!(text.chars().count() <= most);
        };
        check(26, "Met Ada Byron, and agreed.");
        check(25, "Met Ada Byron, and…");
        check(19, "Met Ada Byron, and…");
        check(18, "Met Ada Byron…");
        check(4, "Met…");
        check(3, "Me…");
    }

    #[test]
    fn without_an_offline_text_the_field_stays_empty() {
        let open = Draft {
            offline: None,
            ..draft(notes())
        };
        assert_eq!(open.text(None), None);
    }

    #[test]
    fn whatever_changes_the_text_changes_the_hash() {
        let all: [fn(&mut Prompt); 7] = [
            |prompt| prompt.kind = Kind::Agenda,
            |prompt| prompt.version = 2,
            |prompt| prompt.parts = 2,
            |prompt| prompt.facts[0].1.push('!'),
            |prompt| prompt.facts.push(("deal".into(), String::new())),
            |prompt| prompt.places[0].what.push('!'),
            |prompt| prompt.places[0].needed = false,
        ];
        let mut hashes = vec![notes().hash(ASKING)];
        for change in all {
            let mut prompt = notes();
            change(&mut prompt);
            hashes.push(prompt.hash(ASKING));
        }
        for asking in [
            Asking {
                model: "other",
                ..ASKING
            },
            Asking {
                temperature: 0.5,
                ..ASKING
            },
            Asking {
                max_tokens: 501,
                ..ASKING
            },
        ] {
            hashes.push(notes().hash(asking));
        }
        let distinct: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len());
    }

    #[test]
    fn what_passes_and_what_is_filled_in_are_no_part_of_the_hash() {
        let grown = Prompt {
            passing: vec![("amount".into(), "12000".to_owned())],
            ..notes()
        };
        assert_eq!(grown.hash(ASKING), notes().hash(ASKING));
        let renamed = Draft {
            fills: vec![("person_1".into(), "Grace Hopper".to_owned())],
            ..draft(notes())
        };
        assert_eq!(renamed.hash, draft(notes()).hash);
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = notes().hash(ASKING);
        assert_eq!(PromptHash::from_hex(&hash.to_string()), Some(hash));
        for bad in ["", "12", "zz", &"é".repeat(16)] {
            assert_eq!(PromptHash::from_hex(bad), None, "{bad}");
        }
    }
}
