//! Reading a mapping key by key. Nothing stops at a problem: a value that is wrong is noted and
//! counts as left out, so that one look finds everything.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use saphyr_parser::Span;

use super::bounds::Bounds;
use super::files::Files;
use super::problems::Complaint;
use super::reading::{Reading, join};
use super::tree::{Key, Node, Value, place};
use super::values::whole;

/// One mapping of the manifest. Whatever has not been asked for when it is dropped is unknown.
#[derive(Debug)]
pub(super) struct Section<'a> {
    path: String,
    /// Where a missing key is reported.
    span: Span,
    /// Empty where the section is left out.
    entries: &'a [(Key, Node)],
    /// The section, or one above it, is there but is no mapping: its keys are not missed.
    misshapen: bool,
    asked: Vec<&'static str>,
    /// Whether no key is unknown.
    takes_any: bool,
    reading: &'a Reading,
}

impl<'a> Section<'a> {
    /// The mapping that a whole file is.
    pub(super) fn root(tree: &'a Node, reading: &'a Reading) -> Self {
        Self::of(Some(tree), String::new(), place(1, 1), reading)
    }

    /// The mapping under this key.
    pub(super) fn section(&mut self, key: &'static str) -> Self {
        let path = self.path_of(key);
        let entry = self.entry(key);
        let span = entry.map_or(self.span, |(key, _)| key.span);
        let node = entry.map(|(_, node)| node);
        let mut section = Self::of(node, path, span, self.reading);
        section.misshapen |= self.misshapen;
        section
    }

    /// As [`Self::section`], where leaving the whole section out means something of its own.
    pub(super) fn optional_section(&mut self, key: &'static str) -> Option<Self> {
        self.node(key).is_some().then(|| self.section(key))
    }

    fn of(node: Option<&'a Node>, path: String, span: Span, reading: &'a Reading) -> Self {
        let (entries, misshapen) = match node {
            None => (Default::default(), false),
            Some(node) => match &node.value {
                Value::Map(entries) => (entries.as_slice(), false),
                _ if node.is_null() => (Default::default(), false),
                _ => {
                    let message = format!("must be a mapping of keys, not {}", node.kind());
                    let hint = "write `key: value` lines, indented alike";
                    reading.note(Complaint::new(message, hint).at(node.span, &*path));
                    (Default::default(), true)
                }
            },
        };
        Self {
            path,
            span,
            entries,
            misshapen,
            asked: Vec::new(),
            takes_any: false,
            reading,
        }
    }

    /// The value of a key; `None` where it is left out, null or wrong.
    pub(super) fn value<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&Node) -> Result<T, Complaint>,
    ) -> Option<T> {
        let path = self.path_of(key);
        let node = self.node(key)?;
        self.reading.keep(parse(node), node.span, path)
    }

    /// The value of a key that must be there; `None` is never without a problem.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        parse: impl Fn(&Node) -> Result<T, Complaint>,
    ) -> Option<T> {
        if self.node(key).is_none() && !self.misshapen {
            let span = self.entry(key).map_or(self.span, |(key, _)| key.span);
            let hint = format!("for example `{key}: {example}`");
            let complaint = Complaint::new("must be given", hint);
            self.reading.note(complaint.at(span, self.path_of(key)));
        }
        self.value(key, parse)
    }

    /// Whether the key is there and says null.
    pub(super) fn says_null(&mut self, key: &'static str) -> bool {
        self.entry(key).is_some_and(|(_, node)| node.is_null())
    }

    /// Whether the key is there and holds keys of its own.
    pub(super) fn is_mapping(&mut self, key: &'static str) -> bool {
        self.node(key)
            .is_some_and(|node| matches!(node.value, Value::Map(_)))
    }

    /// The values of a list, each read and judged alone.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&Node) -> Result<T, Complaint>,
    ) -> Option<Vec<T>> {
        let path = self.path_of(key);
        let node = self.node(key)?;
        self.reading.items(node, &path, parse)
    }

    /// As [`Self::each`], with a list under every key.
    pub(super) fn each_list<N, T>(
        &mut self,
        name: impl Fn(&str) -> Result<N, Complaint>,
        parse: impl Fn(&Node) -> Result<T, Complaint>,
    ) -> Vec<(N, Vec<T>)> {
        self.takes_any = true;
        let read = |(key, node): &(Key, Node)| {
            let path = self.path_of(&key.text);
            let name = self.reading.keep(name(&key.text), key.span, path.clone());
            let values = self.reading.items(node, &path, &parse);
            name.zip(values)
        };
        self.entries.iter().filter_map(read).collect()
    }

    /// All keys of a mapping that has no fixed ones, each key and value read and judged alone.
    pub(super) fn each<N, T>(
        &mut self,
        name: impl Fn(&str) -> Result<N, Complaint>,
        parse: impl Fn(&Node) -> Result<T, Complaint>,
    ) -> Vec<(N, T)> {
        self.takes_any = true;
        let read = |(key, node): &(Key, Node)| {
            let path = self.path_of(&key.text);
            let name = self.reading.keep(name(&key.text), key.span, path.clone());
            let value = self.reading.keep(parse(node), node.span, path);
            name.zip(value)
        };
        self.entries.iter().filter_map(read).collect()
    }

    /// Refuses the empty list, for a key that needs at least one value.
    pub(super) fn filled(&mut self, key: &'static str) -> &mut Self {
        if let Some(node) = self.node(key)
            && matches!(&node.value, Value::List(items) if items.is_empty())
        {
            let complaint = Complaint::new("must not be empty", "leave it out for the default");
            self.reading
                .note(complaint.at(node.span, self.path_of(key)));
        }
        self
    }

    /// As [`Self::list`], and no value may stand in it twice.
    pub(super) fn distinct<T: PartialEq>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&Node) -> Result<T, Complaint>,
    ) -> Option<Vec<T>> {
        let seen = RefCell::new(Vec::new());
        let values = self.list(key, |node| {
            let value = parse(node)?;
            if seen.borrow().contains(&value) {
                let hint = "take this one out";
                return Err(Complaint::new("stands in the list already", hint));
            }
            seen.borrow_mut().push(value);
            Ok(())
        });
        values.map(|_| seen.into_inner())
    }

    /// The mappings under keys of the user's own, each with its key.
    pub(super) fn named_sections(&mut self) -> Vec<(String, Self)> {
        self.takes_any = true;
        let section = |(key, node): &'a (Key, Node)| {
            let path = self.path_of(&key.text);
            let section = Self::of(Some(node), path, key.span, self.reading);
            (key.text.clone(), section)
        };
        self.entries.iter().map(section).collect()
    }

    /// The mappings of a list; none where it is left out.
    pub(super) fn sections(&mut self, key: &'static str) -> Vec<Self> {
        let (path, reading) = (self.path_of(key), self.reading);
        let items = match self.node(key).map(|node| &node.value) {
            Some(Value::List(items)) => items.as_slice(),
            Some(_) => {
                self.list(key, |_| Ok(()));
                &[]
            }
            None => &[],
        };
        let section = |(place, item): (usize, &'a Node)| {
            Self::of(Some(item), format!("{path}[{place}]"), item.span, reading)
        };
        items.iter().enumerate().map(section).collect()
    }

    /// As [`Self::list`], where a value may also be a mapping with keys of its own.
    pub(super) fn list_of<T>(
        &mut self,
        key: &'static str,
        value: impl Fn(&Node) -> Result<T, Complaint>,
        mapping: impl Fn(Self) -> T,
    ) -> Option<Vec<T>> {
        let (path, reading) = (self.path_of(key), self.reading);
        let Some(Value::List(items)) = self.node(key).map(|node| &node.value) else {
            return self.list(key, value);
        };
        let read = |(place, item): (usize, &'a Node)| {
            let path = format!("{path}[{place}]");
            match &item.value {
                Value::Map(_) => Some(mapping(Self::of(Some(item), path, item.span, reading))),
                _ => reading.keep(value(item), item.span, path),
            }
        };
        Some(items.iter().enumerate().filter_map(read).collect())
    }

    /// As [`Self::list`], or a single value in place of the list.
    pub(super) fn one_or_list<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&Node) -> Result<T, Complaint>,
    ) -> Option<Vec<T>> {
        match self.node(key).map(|node| &node.value) {
            Some(Value::Scalar { .. }) => Some(self.value(key, parse).into_iter().collect()),
            _ => self.list(key, parse),
        }
    }

    /// A least and a greatest number under two keys. Where only one is given, the default of the
    /// other gives way to it: `max: 3` alone means at most three, whatever the usual least is.
    pub(super) fn bounds(
        &mut self,
        keys: (&'static str, &'static str),
        allowed: &RangeInclusive<u32>,
        default: Bounds<u32>,
    ) -> Bounds<u32> {
        let min = self.value(keys.0, whole(allowed.clone()));
        let max = self.value(keys.1, whole(allowed.clone()));
        self.ordered(keys, min, max)
            .unwrap_or_else(|| match (min, max) {
                (Some(min), None) => default.with_min(min),
                (None, Some(max)) => default.with_max(max),
                _ => default,
            })
    }

    /// The bounds that both keys were given, which must not be the wrong way round.
    pub(super) fn ordered<T: Copy + PartialOrd + Display>(
        &mut self,
        keys: (&'static str, &'static str),
        min: Option<T>,
        max: Option<T>,
    ) -> Option<Bounds<T>> {
        let (min, max) = (min?, max?);
        let bounds = Bounds::new(min, max);
        if bounds.is_none()
            && let Some(node) = self.node(keys.0)
        {
            let complaint = Complaint::new(
                format!("{min} is above `{}`, which is {max}", keys.1),
                format!("swap the two, or raise `{}`", keys.1),
            );
            self.reading
                .note(complaint.at(node.span, self.path_of(keys.0)));
        }
        bounds
    }

    /// Notes what is wrong with a key in the light of others.
    pub(super) fn complain(&mut self, key: &'static str, complaint: Complaint) {
        let span = self.node(key).map_or(self.span, |node| node.span);
        self.reading.note(complaint.at(span, self.path_of(key)));
    }

    /// The files that values may name.
    pub(super) fn files(&self) -> &'a Files {
        self.reading.files()
    }

    fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        let (_, node) = self.entry(key)?;
        (!node.is_null()).then_some(node)
    }

    fn entry(&mut self, key: &'static str) -> Option<&'a (Key, Node)> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
            self.reading.note_known(self.path_of(key));
        }
        self.entries.iter().find(|(entry, _)| entry.text == key)
    }

    fn path_of(&self, key: &str) -> String {
        join(&self.path, key)
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        let mut lines = BTreeMap::new();
        for (key, _) in self.entries {
            if let Some(line) = lines.get(&key.text) {
                let message = format!("given twice; first on line {line}");
                let complaint = Complaint::new(message, "keep one of the two");
                self.reading
                    .note(complaint.at(key.span, self.path_of(&key.text)));
            } else if !self.takes_any && !self.asked.contains(&key.text.as_str()) {
                self.reading.note_unknown(self.path.clone(), key.clone());
            }
            lines.entry(&key.text).or_insert(key.span.start.line());
        }
    }
}
