//! What the story is told with: anchor and seed, and whether they may be moved.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::request::{Options, Request};
use super::stop::Stop;
use crate::manifest::AsOf;
use crate::model::day::Day;
use crate::org::Org;
use crate::refresh::PackRow;
use crate::state::Meta;

/// What the stories of a plan are told with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Telling {
    pub(super) anchor: Day,
    /// The anchor of the last apply.
    pub(super) told_at: Option<Day>,
    pub(super) seed: u64,
}

impl Telling {
    /// Whether the story is told at another day than before.
    pub(super) fn is_moved(self) -> bool {
        self.told_at.is_some_and(|told_at| told_at != self.anchor)
    }
}

/// Kept as they were unless the options or the manifest say otherwise.
pub(super) fn told(
    org: &Org,
    request: &Request,
    meta: &Meta,
    pack: Option<&PackRow>,
) -> Result<Telling, Stop> {
    let now = org.server_time().unwrap_or_else(|| request.clock.now());
    let today = today(now, &org.identity().time_zone);
    // Taken over from another machine, the story goes on where it was.
    let pack = pack.filter(|_| request.options.adopt);
    let told_at = meta.anchor.or_else(|| pack.and_then(PackRow::anchor));
    let anchor = anchor(&request.options, request.manifest.run.as_of, told_at, today)?;
    let manifest_seed = request.manifest.run.seed;
    let recorded = match (meta.seed, meta.manifest_seed) {
        (Some(seed), Some(manifest)) if manifest == manifest_seed => Some(seed),
        (Some(_), _) => None,
        (None, _) => pack.and_then(PackRow::seed),
    };
    let asked = request.options.seed;
    let narrowed = !request.options.scope.is_everything();
    if narrowed && recorded.is_some_and(|recorded| asked.is_some_and(|asked| asked != recorded)) {
        return Err(Stop::Usage(
            "--seed tells every story anew, so it cannot be changed together with --target or --exclude".to_owned(),
        ));
    }
    let seed = asked.or(recorded).unwrap_or(manifest_seed);
    Ok(Telling {
        anchor,
        told_at,
        seed,
    })
}

fn anchor(
    options: &Options,
    manifest: Option<AsOf>,
    told_at: Option<Day>,
    today: Day,
) -> Result<Day, Stop> {
    let asked = options.as_of.or(manifest).map(|as_of| match as_of {
        AsOf::Today => today,
        AsOf::Date(date) => Day::from_date(date),
    });
    let Some(asked) = asked else {
        return Ok(told_at.unwrap_or(today));
    };
    if asked > today {
        return Err(Stop::Usage(format!(
            "--as-of {asked} lies after today ({today} in the org's time zone): past meetings would not have been held yet"
        )));
    }
    let narrowed = !options.scope.is_everything();
    if narrowed && told_at.is_some_and(|told_at| told_at != asked) {
        return Err(Stop::Usage(
            "the anchor moves the whole story, so it cannot be moved together with --target, --exclude or --max-opps".to_owned(),
        ));
    }
    Ok(asked)
}

/// The day it is in the org.
fn today(now: Timestamp, zone: &str) -> Day {
    let zone = TimeZoneDatabase::bundled()
        .get(zone)
        .unwrap_or(TimeZone::UTC);
    Day::from_date(now.to_zoned(zone).date())
}

#[cfg(test)]
mod tests {
    use super::today;

    #[test]
    fn the_day_is_the_orgs() {
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        assert_eq!(today(now, "America/Los_Angeles").to_string(), "2026-11-21");
        assert_eq!(today(now, "Asia/Tokyo").to_string(), "2026-11-22");
    }
}
