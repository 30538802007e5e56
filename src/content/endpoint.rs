//! Where a language model is asked, and with which key.
//!
//! Address and key are always given here, so that nothing of the process's environment is taken
//! unasked.

use async_openai::config::Config;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use crate::manifest::{Llm, Provider};
use crate::org::Environment;

/// One server that speaks the chat completions of `OpenAI`.
#[derive(Clone)]
pub(crate) struct Endpoint {
    /// What the path `/chat/completions` follows.
    base: String,
    query: Vec<(&'static str, &'static str)>,
    headers: HeaderMap,
    key: SecretString,
    pub(super) is_loopback: bool,
}

const OPENAI: &str = "https://api.openai.com/v1";

/// The newest version of Azure's API that is no preview.
const AZURE_API_VERSION: &str = "2024-10-21";
const AZURE_KEY: HeaderName = HeaderName::from_static("api-key");

const OPENAI_API_KEY: &str = "OPENAI_API_KEY";
const AZURE_OPENAI_API_KEY: &str = "AZURE_OPENAI_API_KEY";
const AZURE_OPENAI_ENDPOINT: &str = "AZURE_OPENAI_ENDPOINT";

impl Endpoint {
    /// What the manifest and the environment name; else why no model can be asked.
    pub(super) fn new(llm: &Llm, environment: &Environment) -> Result<Self, String> {
        match llm.provider {
            Provider::OpenAi => Self::openai(llm, environment),
            Provider::AzureOpenAi => Self::azure(llm, environment),
        }
    }

    fn openai(llm: &Llm, environment: &Environment) -> Result<Self, String> {
        let key = environment.get(OPENAI_API_KEY);
        let base = llm.base_url.as_deref().unwrap_or(OPENAI);
        let mut headers = HeaderMap::new();
        match key {
            Some(key) => {
                let bearer = secret(&format!("Bearer {key}"), OPENAI_API_KEY)?;
                headers.insert(AUTHORIZATION, bearer);
            }
            // A server of one's own may do without.
            None if llm.base_url.is_some() => {}
            None => return Err(format!("{OPENAI_API_KEY} is not set")),
        }
        Ok(Self {
            is_loopback: is_loopback(base),
            base: base.to_owned(),
            query: Vec::new(),
            headers,
            key: key.unwrap_or_default().into(),
        })
    }

    fn azure(llm: &Llm, environment: &Environment) -> Result<Self, String> {
        let key = environment
            .get(AZURE_OPENAI_API_KEY)
            .ok_or_else(|| format!("{AZURE_OPENAI_API_KEY} is not set"))?;
        let named = llm.base_url.as_deref();
        let named = named.or_else(|| environment.get(AZURE_OPENAI_ENDPOINT));
        let resource = named
            .ok_or_else(|| format!("{AZURE_OPENAI_ENDPOINT} is not set"))?
            .trim_end_matches('/');
        let is_loopback = is_loopback(resource);
        if !resource.starts_with("https://") && !is_loopback && !llm.allow_http {
            return Err(format!("{AZURE_OPENAI_ENDPOINT} is no https address"));
        }
        let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
        if !llm.model.chars().all(is_name) {
            return Err(format!("no deployment can have the name {:?}", llm.model));
        }
        let mut headers = HeaderMap::new();
        headers.insert(AZURE_KEY, secret(key, AZURE_OPENAI_API_KEY)?);
        Ok(Self {
            base: format!("{resource}/openai/deployments/{}", llm.model),
            query: vec![("api-version", AZURE_API_VERSION)],
            headers,
            key: key.into(),
            is_loopback,
        })
    }

    /// What must not be repeated; none where there is no key.
    pub(super) fn key(&self) -> Option<&SecretString> {
        Some(&self.key).filter(|key| !key.expose_secret().is_empty())
    }
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        self.query.clone()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

/// A header that is shown nowhere.
fn secret(value: &str, variable: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| format!("{variable} holds characters that no key has"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_loopback(address: &str) -> bool {
    let url = reqwest::Url::parse(address).ok();
    let host = url.as_ref().and_then(reqwest::Url::host_str);
    let host = host.map(|host| host.trim_matches(['[', ']']));
    host.is_some_and(|host| {
        let address = host.parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;

    fn llm(yaml: &str) -> Llm {
        let text = format!("run: {{name: x}}\nsalesforce: {{instance_url: embedded}}\nllm: {yaml}");
        manifest::parse(&text, "demo.yaml").unwrap().llm
    }

    #[track_caller]
    fn check(yaml: &str, variables: &[(&str, &str)], expect: Result<&str, &str>) {
        let environment = variables.iter().copied().collect();
        let got = Endpoint::new(&llm(yaml), &environment);
        let got = got.map(|endpoint| {
            let query = endpoint.query();
            let query = query.iter().map(|(name, value)| format!("?{name}={value}"));
            let query: String = query.collect();
            let key = endpoint.headers().into_iter().next().map(|(name, value)| {
                assert!(value.is_sensitive());
                format!(" {}: {}", name.unwrap(), value.to_str().unwrap())
            });
            format!("{}{query}{}", endpoint.url("/x"), key.unwrap_or_default())
        });
        let expect = expect.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(got, expect, "{yaml}");
    }

    #[test]
    fn where_and_with_which_key() {
        let openai = [("OPENAI_API_KEY", "k1")];
        check(
            "{}",
            &openai,
            Ok("https://api.openai.com/v1/x authorization: Bearer k1"),
        );
        check("{}", &[], Err("OPENAI_API_KEY is not set"));
        check(
            "{}",
            &[("OPENAI_API_KEY", "k\n1")],
            Err("OPENAI_API_KEY holds characters that no key has"),
        );
        check(
            "{base_url: 'http://127.0.0.1:11434/v1/'}",
            &[],
            Ok("http://127.0.0.1:11434/v1/x"),
        );
        check(
            "{base_url: 'https://models.example.com'}",
            &openai,
            Ok("https://models.example.com/x authorization: Bearer k1"),
        );
    }

    #[test]
    fn a_deployment_of_azure() {
        let both = [
            ("AZURE_OPENAI_API_KEY", "k2"),
            ("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com/"),
        ];
        let azure = "{provider: azure_openai, model: mini}";
        check(
            azure,
            &both,
            Ok(
                "https://r.openai.azure.com/openai/deployments/mini/x?api-version=2024-10-21 api-key: k2",
            ),
        );
        check(azure, &both[..1], Err("AZURE_OPENAI_ENDPOINT is not set"));
        check(azure, &both[1..], Err("AZURE_OPENAI_API_KEY is not set"));
        let plain = [both[0], ("AZURE_OPENAI_ENDPOINT", "http://r.example.com")];
        check(
            azure,
            &plain,
            Err("AZURE_OPENAI_ENDPOINT is no https address"),
        );
        check(
            "{provider: azure_openai, model: a/b}",
            &both,
            Err("no deployment can have the name \"a/b\""),
        );
    }
}
