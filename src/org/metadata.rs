//! Metadata API: deploying a package of definitions.

use serde::Deserialize;
use serde_json::json;

use super::Org;
use super::error::Error;
use super::transport::Call;

/// How a deployment stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    pub(crate) id: String,
    /// `Pending`, `InProgress`, `Succeeded`, `Failed` …
    pub(crate) status: String,
    pub(crate) done: bool,
    pub(crate) success: bool,
    #[serde(default)]
    pub(crate) number_components_deployed: u64,
    #[serde(default)]
    pub(crate) number_components_total: u64,
    /// Of a deployment that failed as a whole.
    #[serde(default)]
    pub(crate) error_message: Option<String>,
    #[serde(default)]
    details: Option<Details>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    #[serde(default)]
    component_failures: Option<Vec<ComponentFailure>>,
}

/// Why one component could not be deployed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComponentFailure {
    #[serde(default)]
    pub(crate) component_type: Option<String>,
    #[serde(default)]
    pub(crate) full_name: Option<String>,
    #[serde(default)]
    pub(crate) file_name: Option<String>,
    #[serde(default)]
    pub(crate) problem: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    deploy_result: Deployment,
}

impl Deployment {
    pub(crate) fn failures(&self) -> &[ComponentFailure] {
        let failures = self.details.as_ref();
        failures
            .and_then(|details| details.component_failures.as_deref())
            .unwrap_or_default()
    }
}

impl Org {
    /// Sends a zipped package to be deployed: all of it, or nothing. A package that is sent twice
    /// after a lost reply does the same twice.
    pub(crate) async fn deploy(&self, package: &[u8]) -> Result<Deployment, Error> {
        let options = json!({"deployOptions": {
            "allowMissingFiles": false,
            "autoUpdatePackage": false,
            "checkOnly": false,
            "ignoreWarnings": true,
            "performRetrieve": false,
            "purgeOnDelete": false,
            "rollbackOnError": true,
            "runTests": null,
            "singlePackage": true,
            "testLevel": "NoTestRun",
        }});
        let target = self.transport.target("/metadata/deployRequest");
        let options = serde_json::to_vec(&options).expect("constants are plain data");
        let parts = [
            ("name=\"json\"", "application/json", &*options),
            (
                "name=\"file\"; filename=\"package.zip\"",
                "application/zip",
                package,
            ),
        ];
        let body = multipart(&parts);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let call = Call::post_form(target, &kind, body);
        let found: Found = self.transport.send(&call).await?.json()?;
        Ok(found.deploy_result)
    }

    /// How a deployment stands now.
    pub(crate) async fn deployment(&self, id: &str) -> Result<Deployment, Error> {
        let id = super::collections::record_id(id)?;
        let resource = format!("/metadata/deployRequest/{id}?includeDetails=true");
        let call = Call::get(self.transport.target(&resource));
        let found: Found = self.transport.send(&call).await?.json()?;
        Ok(found.deploy_result)
    }
}

/// Stands in none of the parts: they are JSON of ours, and an archive of XML files that is not
/// compressed.
const BOUNDARY: &str = "demo-gen-7f3a91c2e5d84b06";

/// The parts of a form, each with its disposition and type.
fn multipart(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, kind, content) in parts {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; {name}\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}
