//! The manifest back as YAML, with every default filled in: what a run's log keeps.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::bounds::Bounds;
use super::salesforce::{Exclusion, InstanceUrl};
use super::types::{AsOf, Manifest, Meetings, OwnerFallback, StoryKey};

impl Manifest {
    /// Loads again to an equal manifest.
    pub(crate) fn resolved_yaml(&self) -> String {
        serde_yaml::to_string(self).expect("every key is a string and every value has a YAML form")
    }
}

/// `{start, end}` for a range of dates, null for none.
#[expect(
    clippy::ref_option,
    reason = "serde hands over a reference to the field"
)]
pub(super) fn close_date_range<S: Serializer>(
    range: &Option<Bounds<Date>>,
    to: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Yaml {
        start: String,
        end: String,
    }
    let yaml = range.map(|range| Yaml {
        start: range.min().to_string(),
        end: range.max().to_string(),
    });
    yaml.serialize(to)
}

/// The bounds of past and future meetings are flat keys in the YAML.
pub(super) fn meetings<S: Serializer>(meetings: &Meetings, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Yaml<'a> {
        past_min: u32,
        past_max: u32,
        future_min: u32,
        future_max: u32,
        duration_minutes: &'a [u32],
    }
    let Meetings {
        past,
        future,
        duration_minutes,
    } = meetings;
    let yaml = Yaml {
        past_min: past.min(),
        past_max: past.max(),
        future_min: future.min(),
        future_max: future.max(),
        duration_minutes,
    };
    yaml.serialize(to)
}

impl Serialize for AsOf {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Today => to.serialize_str("today"),
            Self::Date(date) => to.collect_str(date),
        }
    }
}

impl Serialize for StoryKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Field(field) => field,
        })
    }
}

impl Serialize for InstanceUrl {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match self {
            Self::Embedded => "embedded",
            Self::Url(url) => url,
        })
    }
}

impl Serialize for Exclusion {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::IfPresent => to.serialize_str(Self::DEFAULT_FIELD),
            Self::Field(field) => to.serialize_str(field),
            Self::Off => to.serialize_none(),
        }
    }
}

impl Serialize for OwnerFallback {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match self {
            Self::Manager => "manager",
            Self::RunningUser => "running_user",
            Self::Skip => "skip",
            Self::Username(username) => username,
        })
    }
}
