//! Deploying a package, and waiting for it.

use std::time::Duration;

use super::error::Error;
use super::package::{Files, zipped};
use crate::org::Org;

/// What is going on, for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Deploying {
        deployed: u64,
        total: u64,
    },
    /// So many components are deployed and not yet shown by the org.
    Waiting {
        left: usize,
    },
}

/// A deployment of some dozen fields takes seconds; orgs that are busy let it wait in a queue.
const LONGEST_DEPLOYMENT: Duration = Duration::from_secs(15 * 60);

/// Sends the package and waits until it is deployed.
pub(super) async fn deploy(
    org: &Org,
    files: &Files,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Error> {
    let mut deployment = org.deploy(&zipped(files)).await?;
    let mut waits = Waits::new(LONGEST_DEPLOYMENT);
    while !deployment.done {
        progress(Progress::Deploying {
            deployed: deployment.number_components_deployed,
            total: deployment.number_components_total,
        });
        if !waits.wait().await {
            return Err(Error::Unfinished {
                minutes: waits.minutes(),
                id: deployment.id,
                status: deployment.status,
            });
        }
        deployment = org.deployment(&deployment.id).await?;
    }
    if deployment.success {
        return Ok(());
    }
    // The reply to the first call may come without the details.
    let told = org.deployment(&deployment.id).await.unwrap_or(deployment);
    Err(Error::of_deployment(&told))
}

/// Waits that grow longer, up to a limit in all.
pub(super) struct Waits {
    next: Duration,
    waited: Duration,
    limit: Duration,
}

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

impl Waits {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            next: FIRST_WAIT,
            waited: Duration::ZERO,
            limit,
        }
    }

    /// Waits a little, unless that was done long enough.
    pub(super) async fn wait(&mut self) -> bool {
        if self.waited >= self.limit {
            return false;
        }
        tokio::time::sleep(self.next).await;
        self.waited += self.next;
        self.next = (self.next * 2).min(LONGEST_WAIT);
        true
    }

    pub(super) fn minutes(&self) -> u64 {
        self.limit.as_secs() / 60
    }
}
