//! What the process used, for the benchmark: `DEMO_GEN_STATS=1`, on Linux.

use std::fs;
use std::io::{self, Write};

/// Tells CPU time and peak memory where it was asked for and the system tells them.
pub(super) fn tell(err: &mut dyn Write) -> io::Result<()> {
    if std::env::var_os("DEMO_GEN_STATS").is_none() {
        return Ok(());
    }
    match (cpu_seconds(), peak_memory()) {
        (Some(cpu), Some(memory)) => writeln!(err, "{cpu:.2} CPU s, peak memory {memory}"),
        _ => Ok(()),
    }
}

/// User and system time: fields 14 and 15, counted from the program's name in parentheses.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

fn peak_memory() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
