//! What `org prepare` shows: what it would do, how it gets on, what it found.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use crate::listing::counted;
use crate::org::Identity;
use crate::prepare::{self, Component, Look, PERMISSION_SET, Progress, Stakes, Standing};

/// A mark as plans have it, a name, and what is to be said of it.
pub(super) type Line = [String; 3];

/// The lines, their names under each other.
pub(super) fn write(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    let names = lines.iter().map(|[_, name, _]| name.len());
    let width = names.max().unwrap_or(0);
    for [mark, name, what] in lines {
        writeln!(out, "  {mark} {name:width$}  {what}")?;
    }
    if !lines.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

/// Mark, name and description of what is to be made; fields of a new object are counted with it.
pub(super) fn making(found: &Look, user: &str) -> Vec<Line> {
    let missing = found.of(&Standing::Missing);
    let line = |mark: &str, component: &Component, what: String| {
        [mark.to_owned(), component.full_name(), what]
    };
    let mut lines: Vec<_> = folded(&missing)
        .into_iter()
        .map(|(component, what)| line("+", component, what))
        .collect();
    let hidden = folded(&found.of(&Standing::Hidden)).into_iter();
    lines.extend(hidden.map(|(component, what)| {
        line("~", component, format!("{what}, there and hidden from you"))
    }));
    if !found.is_prepared() {
        let what = format!("permission set to see all of it, assigned to {user}");
        let mark = if found.has_permission_set() { "~" } else { "+" };
        lines.push([mark.to_owned(), PERMISSION_SET.to_owned(), what]);
    }
    lines.extend(found.differing().into_iter().map(|(component, how)| {
        let what = format!("{how}, not {}: left as it is", component.description());
        line("!", component, what)
    }));
    lines
}

/// What is to go, and what hangs on it.
pub(super) fn removing(found: &Look, stakes: &Stakes) -> Vec<Line> {
    let going = prepare::going(found);
    let mut lines: Vec<_> = folded(&going)
        .into_iter()
        .map(|(component, what)| ["-".to_owned(), component.full_name(), what])
        .collect();
    if found.has_permission_set() {
        let what = "permission set".to_owned();
        lines.push(["-".to_owned(), PERMISSION_SET.to_owned(), what]);
    }
    let Stakes {
        records,
        keys,
        packs: _,
    } = stakes;
    let lost = |(object, count): &(&str, u64), does: [&str; 2]| {
        let what = counted(*count, does[0], does[1]);
        ["!".to_owned(), (*object).to_owned(), what]
    };
    let going = ["record goes with it", "records go with it"];
    lines.extend(records.iter().map(|it| lost(it, going)));
    let staying = [
        "record stays, and loses its key",
        "records stay, and lose their keys",
    ];
    lines.extend(keys.iter().map(|it| lost(it, staying)));
    lines
}

/// The components with their descriptions, fields of an object that is among them left out.
fn folded<'a>(components: &[&'a Component]) -> Vec<(&'a Component, String)> {
    let whole = |component: &&Component| component.is_object();
    let objects: Vec<_> = components.iter().copied().filter(whole).collect();
    let mut lines = Vec::new();
    for component in components {
        if component.is_object() {
            let of_it = |field: &&&Component| !field.is_object() && field.is_of(component);
            let fields = components.iter().filter(of_it).count();
            lines.push((*component, format!("custom object with {fields} fields")));
        } else if !objects.iter().any(|object| component.is_of(object)) {
            lines.push((*component, component.description()));
        }
    }
    lines
}

/// Tells how it gets on, each thing once.
pub(super) fn teller(err: &mut dyn Write) -> impl FnMut(Progress) {
    let mut last = None;
    move |progress| {
        if last.replace(progress) == Some(progress) {
            return;
        }
        let told = match progress {
            Progress::Deploying { total: 0, .. } => writeln!(err, "Deploying …"),
            Progress::Deploying { deployed, total } => {
                writeln!(err, "Deploying … {deployed} of {total} components")
            }
            Progress::Waiting { left } => {
                writeln!(err, "Waiting until the org shows all of it: {left} to come")
            }
        };
        // Where stderr is closed nobody reads it.
        drop(told);
    }
}

/// The same for programs.
pub(super) fn json(found: &Look, org: &Identity, message: &str) -> Json {
    let components = found.standings.iter().map(|(component, standing)| {
        let (status, form) = match standing {
            Standing::Ready => ("ready", None),
            Standing::Hidden => ("hidden", None),
            Standing::Missing => ("missing", None),
            Standing::Differs(form) => ("conflict", Some(form)),
        };
        json!({"name": component.full_name(), "status": status, "found": form})
    });
    json!({
        "type": "prepare",
        "format_version": "1.0",
        "org": {"id": org.org_id, "name": org.org_name, "instance_url": org.instance_url},
        "prepared": found.is_prepared() && found.differing().is_empty(),
        "message": message,
        "components": components.collect::<Vec<_>>(),
    })
}
