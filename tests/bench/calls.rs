//! What reading and writing an org costs: calls, seconds and memory, against what was promised.

use std::io;

use crate::site::{Measured, Setup, Site};

/// So many deals have about so many records.
const DEALS_OF_2_000: usize = 72;
const DEALS_OF_20_000: usize = 720;
const DEALS_OF_100_000: usize = 3_600;

const LATENCY_MS: u64 = 100;

/// Calls in flight, as by default.
const CONCURRENCY: u64 = 5;

const NO_JOBS: usize = 1_000_000;
const DEFAULT_THRESHOLD: usize = 10_000;

/// 2,000 creates behind latency.
pub(crate) fn small(out: &mut dyn io::Write) -> anyhow::Result<()> {
    let site = Site::new(Setup {
        deals: DEALS_OF_2_000,
        latency_ms: LATENCY_MS,
        bulk_threshold: DEFAULT_THRESHOLD,
    })?;
    let measured = site.apply()?;
    let asked = "at most 25 API calls in all";
    line(
        out,
        "2,000 creates behind 100 ms",
        asked,
        &calls(&measured),
        &measured,
    )
}

/// 20,000 creates behind latency, two hundred a call.
pub(crate) fn medium(out: &mut dyn io::Write) -> anyhow::Result<()> {
    let site = Site::new(Setup {
        deals: DEALS_OF_20_000,
        latency_ms: LATENCY_MS,
        bulk_threshold: NO_JOBS,
    })?;
    let measured = site.apply()?;
    let seen = match measured.writing {
        Some(writing) => {
            let least = (writing.calls * LATENCY_MS) as f64 / 1000.0 / CONCURRENCY as f64;
            format!(
                "{:.2} s for {} calls, {:.2} × {least:.2} s",
                writing.seconds,
                writing.calls,
                writing.seconds / least
            )
        }
        None => "nothing was written".to_owned(),
    };
    let asked = "a write phase of at most 1.25 × calls × latency / 5";
    line(out, "20,000 creates behind 100 ms", asked, &seen, &measured)
}

/// 100,000 creates by jobs, and then the plans that find nothing to do.
pub(crate) fn large(out: &mut dyn io::Write) -> anyhow::Result<()> {
    let site = Site::new(Setup {
        deals: DEALS_OF_100_000,
        latency_ms: 0,
        bulk_threshold: DEFAULT_THRESHOLD,
    })?;
    let measured = site.apply()?;
    let seen = format!("{:.0} MB, {}", measured.peak_mb, calls(&measured));
    let name = "100,000 creates by Bulk API jobs";
    line(out, name, "less than 200 MB", &seen, &measured)?;
    let plans: [(&str, &str, &[&str]); 3] = [
        ("first plan after it", "nothing", &["plan"]),
        (
            "second plan",
            "at most 10 API calls beside inventory pages",
            &["plan"],
        ),
        (
            "plan --refresh full",
            "nothing",
            &["plan", "--refresh", "full"],
        ),
    ];
    for (name, asked, args) in plans {
        let measured = site.run(args)?;
        line(out, name, asked, &calls(&measured), &measured)?;
    }
    Ok(())
}

fn calls(measured: &Measured) -> String {
    format!("{} API calls", measured.calls)
}

fn line(
    out: &mut dyn io::Write,
    name: &str,
    asked: &str,
    seen: &str,
    measured: &Measured,
) -> anyhow::Result<()> {
    let Measured {
        seconds,
        peak_mb,
        cpu_seconds,
        told,
        ..
    } = measured;
    writeln!(out, "{name}: {seen} (asked: {asked})")?;
    writeln!(
        out,
        "    {told} {seconds:.2} s, {cpu_seconds:.2} CPU s, {peak_mb:.0} MB"
    )?;
    Ok(())
}
