//! Where output goes: stdout is the result, stderr is progress, prompts and diagnostics.

use std::io::{self, BufWriter, IsTerminal as _, Write};

use anstream::AutoStream;
use anstream::adapter::StripBytes;
use terminal_size::{Height, Width};

use super::aside::Aside;

/// The width where none can be asked for, as in a pipe.
const USUAL_WIDTH: usize = 100;

/// Narrower than this nothing is laid out any more; wider lines are tiring to read.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=160;

/// The two streams of a process, or of a test.
pub(crate) struct Terminal {
    out: Stream,
    err: Stream,
    aside: Aside,
    look: Look,
    /// What went wrong with stdout while something else was said.
    failed: Option<io::Error>,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set; elsewhere where `CLICOLOR_FORCE` is.
    #[default]
    Auto,
    Always,
    Never,
}

/// What the streams can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Columns.
    pub(crate) width: usize,
    /// Whether a line on stderr can be drawn over and over.
    pub(crate) live: bool,
    /// Whether somebody is there to be asked.
    pub(crate) interactive: bool,
}

/// One stream. When its reader goes away the rest is dropped: an apply whose output is piped into
/// `head` must go on all the same.
pub(crate) struct Stream {
    to: Box<dyn Write + Send>,
    /// Takes the colours out, where they are not wanted.
    strip: Option<StripBytes>,
    open: bool,
}

impl Terminal {
    /// The streams of this process.
    pub(crate) fn of_process(choice: ColorChoice) -> Self {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let color = |auto: anstream::ColorChoice| match choice {
            ColorChoice::Auto => auto != anstream::ColorChoice::Never,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        let size = terminal_size::terminal_size_of(&stdout)
            .or_else(|| terminal_size::terminal_size_of(&stderr));
        let look = Look {
            width: size.map_or(USUAL_WIDTH, |(Width(columns), Height(_))| {
                usize::from(columns)
            }),
            live: stderr.is_terminal(),
            interactive: io::stdin().is_terminal() && stderr.is_terminal(),
        };
        let (color_out, color_err) = (
            color(AutoStream::choice(&stdout)),
            color(AutoStream::choice(&stderr)),
        );
        let out = Stream::new(Box::new(BufWriter::new(stdout)), color_out);
        let aside = Stream::new(Box::new(io::stderr()), color_err);
        Self {
            aside: Aside::new(aside),
            ..Self::over(out, Stream::new(Box::new(stderr), color_err), look)
        }
    }

    /// Any two streams, and silence beside them.
    pub(crate) fn over(out: Stream, err: Stream, look: Look) -> Self {
        let width = look.width.clamp(*WIDTHS.start(), *WIDTHS.end());
        Self {
            out,
            err,
            aside: Aside::new(Stream::new(Box::new(io::sink()), false)),
            look: Look { width, ..look },
            failed: None,
        }
    }

    /// For the result, as a person reads it.
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// For the result, as a program reads it: every byte as it is written.
    pub(crate) fn data(&mut self) -> &mut dyn Write {
        self.out.strip = None;
        &mut self.out
    }

    /// For progress, prompts and diagnostics. What was said before on stdout is shown before.
    pub(crate) fn err(&mut self) -> &mut dyn Write {
        if let Err(error) = self.out.flush() {
            self.failed.get_or_insert(error);
        }
        &mut self.err
    }

    /// For what is said while something else is under way.
    pub(crate) fn aside(&self) -> Aside {
        self.aside.clone()
    }

    pub(crate) fn look(&self) -> Look {
        self.look
    }

    /// Writes out what is still held back; an error means that the result is incomplete.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.err.flush()?;
        let flushed = self.out.flush();
        self.failed.map_or(flushed, Err)
    }
}

impl Stream {
    pub(crate) fn new(to: Box<dyn Write + Send>, color: bool) -> Self {
        Self {
            to,
            strip: (!color).then(StripBytes::new),
            open: true,
        }
    }

    /// A closed pipe is no error, just the end of what anybody wants to know.
    fn unless_closed(&mut self, result: io::Result<()>) -> io::Result<()> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.open = false;
                Ok(())
            }
            other => other,
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.open {
            let result = match &mut self.strip {
                None => self.to.write_all(bytes),
                Some(strip) => strip
                    .strip_next(bytes)
                    .try_for_each(|part| self.to.write_all(part)),
            };
            self.unless_closed(result)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.open {
            return Ok(());
        }
        let result = self.to.flush();
        self.unless_closed(result)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::{Look, Stream, Terminal};

    /// A writer whose text can be looked at.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Paper {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Fails with the given kind from the second write on.
    struct Failing(io::ErrorKind, u32);

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            if self.1 > 1 {
                return Err(self.0.into());
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn over(out: impl Write + Send + 'static, color: bool) -> Terminal {
        let look = Look {
            width: 80,
            live: false,
            interactive: false,
        };
        let err = Stream::new(Box::new(io::sink()), color);
        Terminal::over(Stream::new(Box::new(out), color), err, look)
    }

    fn check(color: bool, expect: &str) {
        let paper = Paper::default();
        let mut terminal = over(paper.clone(), color);
        write!(terminal.out(), "\u{1b}[3").unwrap();
        writeln!(terminal.out(), "1mrot\u{1b}[0m ü").unwrap();
        terminal.finish().unwrap();
        assert_eq!(paper.text(), expect);
    }

    #[test]
    fn colours_are_taken_out_where_they_are_not_wanted() {
        check(true, "\u{1b}[31mrot\u{1b}[0m ü\n");
        check(false, "rot ü\n");
    }

    #[test]
    fn data_is_left_as_it_is() {
        let paper = Paper::default();
        let mut terminal = over(paper.clone(), false);
        terminal.data().write_all(b"\"\x7f\"\n").unwrap();
        terminal.finish().unwrap();
        assert_eq!(paper.text(), "\"\u{7f}\"\n");
    }

    #[test]
    fn a_closed_pipe_is_a_quiet_end_and_a_full_disk_is_not() {
        for (kind, ends_well) in [
            (io::ErrorKind::BrokenPipe, true),
            (io::ErrorKind::StorageFull, false),
        ] {
            let mut terminal = over(Failing(kind, 0), true);
            let results: Vec<_> = (0..3)
                .map(|_| terminal.out().write_all(b"line\n").is_ok())
                .collect();
            assert_eq!(results, [true, ends_well, ends_well], "{kind}");
        }
    }

    #[test]
    fn what_cannot_be_written_out_in_the_end_is_an_error() {
        for (kind, ends_well) in [
            (io::ErrorKind::BrokenPipe, true),
            (io::ErrorKind::StorageFull, false),
        ] {
            let mut terminal = over(io::BufWriter::new(Failing(kind, 1)), true);
            terminal.out().write_all(b"line\n").unwrap();
            terminal.err();
            assert_eq!(terminal.finish().is_ok(), ends_well, "{kind}");
        }
    }
}
