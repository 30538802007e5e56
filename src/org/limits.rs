//! What the org still allows: calls a day, and room for data.

use serde::Deserialize;

use super::Org;
use super::error::Error;
use super::transport::Call;

/// The limits that decide whether a plan can be applied. A user without the permission to see one
/// does not get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Limits {
    pub(crate) daily_api_requests: Option<Allowance>,
    #[serde(rename = "DataStorageMB")]
    pub(crate) data_storage_mb: Option<Allowance>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Allowance {
    pub(crate) max: i64,
    /// Below zero where the limit is exceeded.
    pub(crate) remaining: i64,
}

/// Calls of the last 24 hours, by everybody, as the header of each reply tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ApiUsage {
    pub(crate) used: u64,
    pub(crate) max: u64,
}

impl Org {
    pub(crate) async fn limits(&self) -> Result<Limits, Error> {
        let call = Call::get(self.transport.target("/limits"));
        self.transport.send(&call).await?.json()
    }
}

impl ApiUsage {
    /// Reads `api-usage=18/5000; per-app-api-usage=17/250(appName=sample)`.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let usage = header
            .split([';', ','])
            .find_map(|part| part.trim().strip_prefix("api-usage="))?;
        let (used, max) = usage.split_once('/')?;
        Some(Self {
            used: used.parse().ok()?,
            max: max.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expect: Option<(u64, u64)>) {
        let usage = ApiUsage::parse(header).map(|usage| (usage.used, usage.max));
        assert_eq!(usage, expect, "{header}");
    }

    #[test]
    fn usage_is_read_from_the_header() {
        check("api-usage=18/5000", Some((18, 5000)));
        check(
            "api-usage=25/5000; per-app-api-usage=17/250(appName=sample)",
            Some((25, 5000)),
        );
        check("per-app-api-usage=17/250(appName=sample)", None);
        check("api-usage=many/5000", None);
        check("", None);
    }
}
