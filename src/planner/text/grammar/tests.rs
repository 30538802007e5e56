//! The grammar as it stands: it can be read, and no choice leads into nothing.

use super::super::super::timeline::topic::TOPICS;
use super::{Grammar, parse};

#[test]
fn the_grammar_can_be_read() {
    if let Err(problem) = parse::parse(super::FILES) {
        panic!("{problem}");
    }
}

#[test]
fn every_topic_has_all_that_is_said_of_topics() {
    let grammar = Grammar::new();
    for family in ["aim", "note", "next", "talk", "subject", "thread"] {
        for facts in TOPICS {
            let name = format!("{family}.{}", facts.key);
            assert!(grammar.find(&name).is_some(), "{name}");
        }
    }
}
