//! The address of an org: a scheme and a host, over TLS unless it is this very machine.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use super::sign_in::SignInError;

/// `https://host` (or `http://` on loopback), without path, query or credentials.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct InstanceUrl(Url);

impl InstanceUrl {
    /// Takes a URL as a person writes it: spaces around it and a closing slash do not matter.
    pub(crate) fn parse(text: &str) -> Result<Self, SignInError> {
        let text = text.trim();
        let bad = |why| SignInError::InstanceUrl {
            // A URL with credentials in it is not repeated.
            url: if text.contains('@') { "given" } else { text }.to_owned(),
            why,
        };
        let url = Url::parse(text).map_err(|_| bad("it must have the form https://host"))?;
        let host = url
            .host_str()
            .ok_or_else(|| bad("it must have the form https://host"))?;
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(host)) {
            return Err(bad("only https is spoken, except with this machine itself"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it must not hold a user name or password"));
        }
        if host.ends_with(".lightning.force.com") {
            return Err(bad(
                "that is the address of the web pages; the API's is https://<name>.my.salesforce.com",
            ));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(bad("nothing may follow the host"));
        }
        Ok(Self(url))
    }

    /// The URL of a path of the API, such as `/services/data/v67.0/query?q=…`.
    pub(super) fn at(&self, target: &str) -> Url {
        self.0
            .join(target)
            .expect("a path that begins with a slash can follow any host")
    }

    /// Whether the org runs on this machine, where no proxy stands between.
    pub(super) fn is_loopback(&self) -> bool {
        self.0.host_str().is_some_and(is_loopback)
    }

    /// Whether this is one of the hosts that all orgs share for signing in.
    pub(super) fn is_login_host(&self) -> bool {
        matches!(
            self.0.host_str(),
            Some("login.salesforce.com" | "test.salesforce.com")
        )
    }

    /// Who an assertion that is shown here must be addressed to: the login host itself, or the one
    /// that the org belongs to. Sandboxes and scratch orgs belong to the other one.
    pub(super) fn audience(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        let mut labels = host.split('.');
        let is_copy = labels.next().is_some_and(|name| name.contains("--"))
            || labels
                .next()
                .is_some_and(|kind| kind == "sandbox" || kind == "scratch");
        if self.is_login_host() {
            self.to_string()
        } else if is_copy {
            "https://test.salesforce.com".to_owned()
        } else {
            "https://login.salesforce.com".to_owned()
        }
    }
}

impl fmt::Display for InstanceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for InstanceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&str, &str>) {
        match (InstanceUrl::parse(text), expect) {
            (Ok(url), Ok(expect)) => assert_eq!(url.to_string(), expect),
            (Err(error), Err(part)) => {
                let message = error.to_string();
                assert!(message.contains(part), "{text}: {message}");
            }
            (got, expect) => panic!("{text}: {got:?}, expected {expect:?}"),
        }
    }

    #[test]
    fn tls_or_this_machine() {
        check(
            " https://acme.my.salesforce.com/ ",
            Ok("https://acme.my.salesforce.com"),
        );
        check("http://127.0.0.1:9000", Ok("http://127.0.0.1:9000"));
        check("http://[::1]:9000", Ok("http://[::1]:9000"));
        check("http://localhost", Ok("http://localhost"));
        check("http://acme.my.salesforce.com", Err("only https"));
        check("http://127.0.0.1.evil.example", Err("only https"));
        check("ftp://127.0.0.1", Err("only https"));
    }

    #[test]
    fn an_assertion_is_addressed_to_where_the_org_belongs() {
        let check = |url: &str, expect: &str| {
            let url = InstanceUrl::parse(&format!("https://{url}")).unwrap();
            assert_eq!(
                url.audience(),
                format!("https://{expect}.salesforce.com"),
                "{url}"
            );
        };
        check("login.salesforce.com", "login");
        check("test.salesforce.com", "test");
        check("acme.my.salesforce.com", "login");
        check("acme-dev-ed.develop.my.salesforce.com", "login");
        check("acme--uat.sandbox.my.salesforce.com", "test");
        check("acme--uat.my.salesforce.com", "test");
        check("acme-1a2b.scratch.my.salesforce.com", "test");
    }

    #[test]
    fn nothing_but_a_host() {
        check("acme.my.salesforce.com", Err("form https://host"));
        check("https://acme.lightning.force.com", Err("my.salesforce.com"));
        check(
            "https://acme.my.salesforce.com/services",
            Err("nothing may follow"),
        );
        check("https://u:hunter2@acme.example", Err("the given URL"));
        check(
            "https://u:hunter2@acme.example",
            Err("user name or password"),
        );
    }
}
