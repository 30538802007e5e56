//! One deal's story: its shape, what People.ai's rules read of it, and all that happens in it.

use std::io::{self, Write};

use comfy_table::CellAlignment::{Left, Right};
use serde::Serialize;

use super::json::{self, FORMAT_VERSION};
use super::paint;
use super::table::{self, Column};
use super::text::{brief, clean};
use crate::model::told::{LookAt, Told, ToldStep};
use crate::plan_file::{Command, Header};

const INPUTS: &[Column] = &[("", Left), ("", Right)];

const STEPS: &[Column] = &[
    ("When", Left),
    ("Min", Right),
    ("What", Left),
    ("Subject", Left),
    ("With", Left),
    ("Address", Left),
];

/// A name or a subject takes no more than this.
const WIDTH: usize = 80;

/// Shows the story of a deal.
pub(crate) fn story(told: &Told, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let Told {
        opportunity,
        name,
        account,
        stage,
        shape,
        class,
        inputs,
        broken,
        steps,
    } = told;
    writeln!(out, "{} ({opportunity})", paint::bold(&brief(name, WIDTH)))?;
    let account = brief(account, WIDTH);
    writeln!(out, "  {account}, stage {}", brief(stage, WIDTH))?;
    match class {
        Some(class) => writeln!(
            out,
            "  told as {shape}; by People.ai's published rules it is {class}"
        )?,
        None => writeln!(out, "  told as {shape}; the rules are about open deals")?,
    }
    for rule in broken {
        let mark = paint::caution("!");
        writeln!(out, "{mark} not as a story of this shape should be: {rule}")?;
    }
    writeln!(out)?;
    let rows: Vec<_> = inputs
        .iter()
        .map(|(name, value)| vec![name.clone(), value.clone()])
        .collect();
    for line in table::lines(INPUTS, &rows, width).iter().skip(1) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)?;
    let rows: Vec<_> = steps.iter().map(row).collect();
    for (number, line) in table::lines(STEPS, &rows, width).iter().enumerate() {
        let line = if number == 0 {
            paint::dim(line)
        } else {
            line.clone()
        };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The story of a deal for a program.
pub(crate) fn story_json(told: &Told, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct StoryLine<'a> {
        format_version: &'static str,
        r#type: &'static str,
        story: &'a Told,
    }
    let line = StoryLine {
        format_version: FORMAT_VERSION,
        r#type: "story",
        story: told,
    };
    json::write(&line, out)
}

/// Names a deal that shows what an apply has made, and where it is.
pub(crate) fn look_at(header: &Header, out: &mut dyn Write) -> io::Result<()> {
    let Some(LookAt {
        opportunity,
        name,
        shape,
    }) = header
        .look_at
        .as_ref()
        .filter(|_| header.command == Command::Apply)
    else {
        return Ok(());
    };
    let name = paint::bold(&brief(name, WIDTH));
    let place = match header.org.embedded {
        true => format!("demo-gen plan --explain {opportunity}"),
        false => format!("{}/{opportunity}", clean(&header.org.instance_url)),
    };
    writeln!(out, "Have a look at {name}, which is {shape}: {place}")
}

fn row(step: &ToldStep) -> Vec<String> {
    let minutes = match step.minutes {
        0 => String::new(),
        minutes => minutes.to_string(),
    };
    vec![
        step.at.clone(),
        minutes,
        step.kind.clone(),
        brief(&step.subject, WIDTH),
        brief(&step.people.join(", "), WIDTH),
        clean(step.address.path.as_str()),
    ]
}
