//! Tooling API: definitions as they are, whether or not they are shown to the user.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Org;
use super::error::Error;
use super::soql;
use super::transport::Call;

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Page<T> {
    records: Vec<T>,
}

impl Org {
    /// The rows of a query over definitions, as many as fit on a page.
    pub(crate) async fn tooling_query<T: DeserializeOwned>(
        &self,
        soql: &str,
    ) -> Result<Vec<T>, Error> {
        let target = self.transport.target("/tooling/query");
        let call = Call::get(format!("{target}?{}", soql::encoded(soql)));
        let page: Page<T> = self.transport.send(&call).await?.json()?;
        Ok(page.records)
    }
}
