//! The variables that secrets come from: the process's own, and a `.env` file beside the manifest.
//!
//! They are read once and handed on as a value. Nothing is ever put into the process's environment.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Variables by name. Its `Debug` tells the names only, because the values are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Environment(BTreeMap<String, String>);

/// Why a `.env` file could not be read. It never quotes a line, because the line may hold a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// `--env NAME` was given, and there is no such file.
    #[error("there is no {}, which --env {name} asks for", path.display())]
    Absent { path: PathBuf, name: String },
    #[error("cannot read {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}:{line}: not of the form NAME=value (quote a value that holds spaces or #)", path.display())]
    Malformed { path: PathBuf, line: usize },
}

impl Environment {
    /// The process's variables, over those of `.env` in `folder`, or of `.env.<name>` where a name
    /// is given (then the file must exist).
    pub(crate) fn load(folder: &Path, name: Option<&str>) -> Result<Self, EnvironmentError> {
        let path = folder.join(name.map_or(".env".to_owned(), |name| format!(".env.{name}")));
        let mut variables = match (fs::read_to_string(&path), name) {
            (Ok(text), _) => parse(&text, &path)?,
            (Err(error), None) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            (Err(error), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
                let name = name.to_owned();
                return Err(EnvironmentError::Absent { path, name });
            }
            (Err(source), _) => return Err(EnvironmentError::Unreadable { path, source }),
        };
        variables.extend(of_process());
        Ok(Self(variables))
    }

    /// The value of a variable. One that is set to nothing counts as not set, as in a `.env` file
    /// whose blanks were not all filled in.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.trim().is_empty())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let owned = |(name, value): (N, V)| (name.into(), value.into());
        Self(variables.into_iter().map(owned).collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The process's variables; those that are not Unicode are none of ours.
fn of_process() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn parse(text: &str, path: &Path) -> Result<BTreeMap<String, String>, EnvironmentError> {
    let text = text.trim_start_matches('\u{feff}');
    dotenvy::from_read_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| match error {
            dotenvy::Error::Io(source) => EnvironmentError::Unreadable {
                path: path.to_owned(),
                source,
            },
            dotenvy::Error::LineParse(statement, _) => EnvironmentError::Malformed {
                path: path.to_owned(),
                line: line_of(&statement, text),
            },
            _ => EnvironmentError::Malformed {
                path: path.to_owned(),
                line: 1,
            },
        })
}

/// The number of the line on which a statement of the file begins.
fn line_of(statement: &str, text: &str) -> usize {
    let before = text.find(statement.trim()).map_or("", |at| &text[..at]);
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(&str, &str)]) {
        let parsed = parse(text, Path::new(".env")).unwrap();
        let expect: Environment = expect.iter().copied().collect();
        assert_eq!(Environment(parsed), expect);
    }

    #[test]
    fn reads_the_usual_forms() {
        check(
            "SF_USERNAME=a@b.example\n",
            &[("SF_USERNAME", "a@b.example")],
        );
        check(
            "# why\nexport A='x $y # z'\n\nB=\"two words\"\r\n",
            &[("A", "x $y # z"), ("B", "two words")],
        );
        check("\u{feff}A=00Dx!AR8AQ.x_y", &[("A", "00Dx!AR8AQ.x_y")]);
    }

    #[test]
    fn a_bad_line_is_named_and_never_quoted() {
        let error = parse("A=1\nB='hunter2\n", Path::new("demo/.env")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "demo/.env:2: not of the form NAME=value (quote a value that holds spaces or #)"
        );
        let debug = format!("{error:?}");
        assert!(!debug.contains("hunter2"), "{debug}");
    }

    #[test]
    fn a_named_file_must_exist_and_the_plain_one_need_not() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Environment::load(folder.path(), None).is_ok());
        let error = Environment::load(folder.path(), Some("acme")).unwrap_err();
        assert!(matches!(error, EnvironmentError::Absent { ref name, .. } if name == "acme"));
        fs::write(folder.path().join(".env.acme"), "DEMO_GEN_TEST_ONLY=1").unwrap();
        let loaded = Environment::load(folder.path(), Some("acme")).unwrap();
        assert_eq!(loaded.get("DEMO_GEN_TEST_ONLY"), Some("1"));
    }

    #[test]
    fn the_process_wins() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".env"), "PATH=file").unwrap();
        let loaded = Environment::load(folder.path(), None).unwrap();
        assert_eq!(loaded.get("PATH"), std::env::var("PATH").ok().as_deref());
    }

    #[test]
    fn debug_tells_names_only_and_blank_is_not_set() {
        let environment =
            Environment::from_iter([("SF_PASSWORD", "hunter2"), ("SF_USERNAME", " ")]);
        assert_eq!(
            format!("{environment:?}"),
            r#"{"SF_PASSWORD", "SF_USERNAME"}"#
        );
        assert_eq!(environment.get("SF_USERNAME"), None);
    }
}
