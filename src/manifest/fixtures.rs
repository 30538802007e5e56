//! What the tests of all sections share.

use super::{Manifest, Problems, parse};

/// The two keys that have no default: lines that follow them begin with the third.
pub(super) const LEAST: &str = "run: {name: demo}\nsalesforce: {instance_url: embedded}\n";

/// The problems of a manifest with these lines at its end; none where it is valid.
#[track_caller]
pub(super) fn check(lines: &str, expect: &[&str]) {
    let problems = manifest(lines).err();
    let problems: Vec<_> = problems.iter().flat_map(told).collect();
    assert_eq!(problems, expect, "{lines}");
}

/// A valid manifest with these lines at its end, which loads again from its resolved form.
#[track_caller]
pub(super) fn loads_again(lines: &str) -> Manifest {
    let manifest = manifest(lines).unwrap_or_else(|problems| panic!("{lines}\n{problems}"));
    let again = parse(&manifest.resolved_yaml(), "demo.yaml");
    let again = again.unwrap_or_else(|problems| panic!("{lines}\n{problems}"));
    assert_eq!(again, manifest, "{lines}");
    manifest
}

/// A manifest with these lines at its end.
pub(super) fn manifest(lines: &str) -> Result<Manifest, Problems> {
    parse(&format!("{LEAST}{lines}\n"), "demo.yaml")
}

/// Each problem with its place and its hint.
pub(super) fn told(problems: &Problems) -> Vec<String> {
    let told = problems.iter().map(|problem| {
        let hint = problem.hint.as_deref().unwrap_or_default();
        let (line, path, message) = (problem.line, &problem.path, &problem.message);
        let file = problem.file.as_deref().unwrap_or_default();
        format!("{file}{line} {path}: {message} ({hint})")
    });
    told.collect()
}
