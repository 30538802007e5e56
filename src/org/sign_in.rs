//! How to sign in: chosen from the manifest's `auth` and the variables that are set.

use std::path::Path;

use secrecy::SecretString;

use super::environment::Environment;
use super::instance_url::InstanceUrl;
use super::jwt::{Jwt, Key, KeyError};
use super::sf_cli::{self, SfCli, SfCliError};

/// Everything needed to sign in, now and again when the session has expired.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    /// The org, or one of the hosts that all orgs share, which then names the org.
    pub(super) instance: InstanceUrl,
    pub(super) credentials: Credentials,
}

/// The manifest's `salesforce.auth`, in the order in which the ways are recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthKind {
    SfCli,
    AccessToken,
    Jwt,
    Oauth,
}

/// What we show the org.
#[derive(Debug, Clone)]
pub(super) enum Credentials {
    /// A token from elsewhere. When it has expired, only the user can bring another.
    AccessToken(SecretString),
    /// What an access token can be had for at a host, time and again.
    Grant { at: InstanceUrl, grant: Grant },
    /// The Salesforce CLI has a token, and renews it.
    SfCli(SfCli),
}

/// The OAuth flows that need no person at a browser.
#[derive(Debug, Clone)]
pub(super) enum Grant {
    Jwt(Jwt),
    Password {
        client_id: String,
        client_secret: SecretString,
        username: String,
        /// The password with the security token glued to it.
        password: SecretString,
    },
    ClientCredentials {
        client_id: String,
        client_secret: SecretString,
    },
    RefreshToken {
        client_id: String,
        client_secret: Option<SecretString>,
        refresh_token: SecretString,
    },
}

/// Why we are not signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignInError {
    #[error("nothing says how: neither salesforce.auth nor a variable of the environment")]
    Nothing,
    #[error("{variable} is not set; {needed_for} needs it")]
    Missing {
        variable: &'static str,
        needed_for: &'static str,
    },
    #[error(
        "SF_USERNAME and SF_PASSWORD no longer suffice: Salesforce has switched off the SOAP login they served"
    )]
    SoapLogin,
    #[error("the {url} URL cannot be used: {why}")]
    InstanceUrl { url: String, why: &'static str },
    #[error("{variable} holds no usable token")]
    UnusableToken { variable: &'static str },
    #[error("the key file {path} {why}")]
    Key { path: String, why: KeyError },
    #[error(transparent)]
    SfCli(#[from] SfCliError),
    /// The token is one of another org than the manifest's.
    #[error(
        "the manifest is for {wanted}, and the sign-in is one to {granted}; for that org write `instance_url: {granted}`"
    )]
    OtherOrg { wanted: String, granted: String },
    /// The token endpoint said no, in OAuth's words.
    #[error("{error}: {description}")]
    Refused { error: String, description: String },
    /// The API said no to a token, and there is no way (left) to get another.
    #[error("the org does not accept the session: {code}: {message}")]
    Session { code: String, message: String },
}

/// The variables of which one is enough to know the way where the manifest does not say, in the
/// order in which the ways are recommended. The Salesforce CLI comes last all the same: it is
/// often there for another purpose.
const OFFERS: &[(&str, AuthKind)] = &[
    ("SF_ACCESS_TOKEN", AuthKind::AccessToken),
    ("SF_JWT_KEY_FILE", AuthKind::Jwt),
    ("SF_CLIENT_ID", AuthKind::Oauth),
    ("SF_REFRESH_TOKEN", AuthKind::Oauth),
    ("SF_USERNAME", AuthKind::Oauth),
    ("SF_PASSWORD", AuthKind::Oauth),
    ("SF_TARGET_ORG", AuthKind::SfCli),
];

impl SignIn {
    /// Chooses the flow. `instance_url` is the manifest's, and so is `folder`, where paths begin.
    pub(crate) fn from_environment(
        auth: Option<AuthKind>,
        instance_url: &str,
        folder: &Path,
        environment: &Environment,
    ) -> Result<Self, SignInError> {
        let instance = InstanceUrl::parse(instance_url)?;
        let credentials = match auth.map_or_else(|| offered(environment), Ok)? {
            AuthKind::SfCli => Credentials::SfCli(SfCli::from_environment(environment)?),
            AuthKind::AccessToken => access_token(environment)?,
            AuthKind::Jwt => jwt(&instance, folder, environment)?,
            AuthKind::Oauth => oauth(&instance, environment)?,
        };
        Ok(Self {
            instance,
            credentials,
        })
    }

    /// Signs in with a token that is already known, as for the embedded org.
    pub(crate) fn with_access_token(
        instance_url: &str,
        token: SecretString,
    ) -> Result<Self, SignInError> {
        Ok(Self {
            instance: InstanceUrl::parse(instance_url)?,
            credentials: Credentials::AccessToken(token),
        })
    }

    /// Where to call an org whose token names this host. A token of another org is a mistake that
    /// must not come to light by what it wrote there; this machine may be on the way to any org.
    pub(super) fn calls_go_to(&self, granted: InstanceUrl) -> Result<InstanceUrl, SignInError> {
        if self.instance.is_login_host() {
            Ok(granted)
        } else if self.instance == granted || self.instance.is_loopback() {
            Ok(self.instance.clone())
        } else {
            Err(SignInError::OtherOrg {
                wanted: self.instance.to_string(),
                granted: granted.to_string(),
            })
        }
    }
}

/// What the environment has secrets for.
fn offered(environment: &Environment) -> Result<AuthKind, SignInError> {
    let is_set = |(variable, _): &&(&str, AuthKind)| environment.get(variable).is_some();
    match OFFERS.iter().find(is_set) {
        Some((_, auth)) => Ok(*auth),
        None if sf_cli::program(environment).is_some() => Ok(AuthKind::SfCli),
        None => Err(SignInError::Nothing),
    }
}

fn access_token(environment: &Environment) -> Result<Credentials, SignInError> {
    let token = require(environment, "SF_ACCESS_TOKEN", "auth: access_token")?.trim();
    match is_token(token) {
        true => Ok(Credentials::AccessToken(token.into())),
        false => Err(SignInError::UnusableToken {
            variable: "SF_ACCESS_TOKEN",
        }),
    }
}

/// Whether this may be a token. The Salesforce CLI prints `[REDACTED] Use 'sf org auth …` where it
/// used to print one.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('[') && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn jwt(
    instance: &InstanceUrl,
    folder: &Path,
    environment: &Environment,
) -> Result<Credentials, SignInError> {
    let require = |variable| require(environment, variable, "auth: jwt").map(str::trim);
    let path = folder.join(require("SF_JWT_KEY_FILE")?);
    let at = login_url(environment)?.unwrap_or_else(|| instance.clone());
    let grant = Grant::Jwt(Jwt {
        client_id: require("SF_CLIENT_ID")?.to_owned(),
        username: require("SF_USERNAME")?.to_owned(),
        audience: at.audience(),
        key: Key::read(&path).map_err(|why| SignInError::Key {
            path: path.display().to_string(),
            why,
        })?,
    });
    Ok(Credentials::Grant { at, grant })
}

fn oauth(instance: &InstanceUrl, environment: &Environment) -> Result<Credentials, SignInError> {
    let grant = grant(environment)?;
    let at = match grant {
        // Only the org itself takes them.
        Grant::ClientCredentials { .. } if instance.is_login_host() => {
            return Err(SignInError::InstanceUrl {
                url: instance.to_string(),
                why: "client credentials are only taken at the org's own https://<name>.my.salesforce.com",
            });
        }
        Grant::ClientCredentials { .. } => instance.clone(),
        Grant::Jwt(_) | Grant::Password { .. } | Grant::RefreshToken { .. } => {
            login_url(environment)?.unwrap_or_else(|| instance.clone())
        }
    };
    Ok(Credentials::Grant { at, grant })
}

/// Another host to ask for a token than the org's own.
fn login_url(environment: &Environment) -> Result<Option<InstanceUrl>, SignInError> {
    environment
        .get("SF_LOGIN_URL")
        .map(InstanceUrl::parse)
        .transpose()
}

fn grant(environment: &Environment) -> Result<Grant, SignInError> {
    let username = environment.get("SF_USERNAME");
    let password = environment.get("SF_PASSWORD");
    let client_id = match environment.get("SF_CLIENT_ID") {
        Some(id) => id.trim().to_owned(),
        None if username.is_some() || password.is_some() => return Err(SignInError::SoapLogin),
        None => require(environment, "SF_CLIENT_ID", "auth: oauth")?.to_owned(),
    };
    if let Some(refresh_token) = environment.get("SF_REFRESH_TOKEN") {
        return Ok(Grant::RefreshToken {
            client_id,
            client_secret: environment.get("SF_CLIENT_SECRET").map(trimmed),
            refresh_token: trimmed(refresh_token),
        });
    }
    let client_secret = trimmed(require(environment, "SF_CLIENT_SECRET", "auth: oauth")?);
    if username.is_none() && password.is_none() {
        return Ok(Grant::ClientCredentials {
            client_id,
            client_secret,
        });
    }
    let password = require(environment, "SF_PASSWORD", "the OAuth password flow")?;
    // Without a security token only logins from the org's trusted networks are accepted.
    let security_token = environment.get("SF_SECURITY_TOKEN").unwrap_or_default();
    Ok(Grant::Password {
        client_id,
        client_secret,
        username: require(environment, "SF_USERNAME", "the OAuth password flow")?.to_owned(),
        password: format!("{password}{security_token}").into(),
    })
}

fn require<'e>(
    environment: &'e Environment,
    variable: &'static str,
    needed_for: &'static str,
) -> Result<&'e str, SignInError> {
    environment.get(variable).ok_or(SignInError::Missing {
        variable,
        needed_for,
    })
}

/// A value that is never meant to have space around it; shells and editors add a line end.
fn trimmed(value: &str) -> SecretString {
    value.trim().into()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const URL: &str = "https://acme.my.salesforce.com";
    const TOKEN: [(&str, &str); 1] = [("SF_ACCESS_TOKEN", " 00Dxx!AQ4.x\n")];
    const APP: [(&str, &str); 2] = [("SF_CLIENT_ID", "app"), ("SF_CLIENT_SECRET", "hush")];
    const USER: [(&str, &str); 2] = [("SF_USERNAME", "sam"), ("SF_PASSWORD", "pw")];
    const KEY: [(&str, &str); 1] = [("SF_JWT_KEY_FILE", "pkcs8.pem")];

    /// Where the keys of the tests lie, as beside a manifest.
    fn keys() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys"))
    }

    fn choose(
        auth: Option<AuthKind>,
        url: &str,
        variables: &[&[(&str, &str)]],
    ) -> Result<SignIn, SignInError> {
        let environment = variables.concat().into_iter().collect();
        SignIn::from_environment(auth, url, keys(), &environment)
    }

    /// Chooses, and tells what was chosen and where it is shown, or the error.
    #[track_caller]
    fn check(auth: Option<AuthKind>, variables: &[&[(&str, &str)]], expect: Result<&str, &str>) {
        let chosen = choose(auth, URL, variables).map(|sign_in| match sign_in.credentials {
            Credentials::AccessToken(_) => "access token".to_owned(),
            Credentials::SfCli(_) => "CLI".to_owned(),
            Credentials::Grant { at, grant } => {
                let flow = match grant {
                    Grant::Jwt(jwt) => format!("assertion for {}", jwt.audience),
                    Grant::Password { .. } => "password".to_owned(),
                    Grant::ClientCredentials { .. } => "client credentials".to_owned(),
                    Grant::RefreshToken { .. } => "refresh token".to_owned(),
                };
                format!("{flow} at {at}")
                    .replace("https://", "")
                    .replace(".salesforce.com", "")
            }
        });
        match (chosen, expect) {
            (Ok(chosen), Ok(expect)) => assert_eq!(chosen, expect),
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{error}");
            }
            (got, expect) => panic!("{got:?}, expected {expect:?}"),
        }
    }

    #[test]
    fn a_token_must_look_like_one() {
        let auth = Some(AuthKind::AccessToken);
        check(auth, &[&TOKEN], Ok("access token"));
        check(auth, &[&APP, &USER], Err("SF_ACCESS_TOKEN is not set"));
        let redacted = [("SF_ACCESS_TOKEN", "[REDACTED] Use 'sf org auth'")];
        check(auth, &[&redacted], Err("no usable token"));
    }

    #[test]
    fn the_flow_of_oauth_follows_from_what_is_set() {
        let auth = Some(AuthKind::Oauth);
        let refresh = [("SF_REFRESH_TOKEN", "r")];
        check(auth, &[&APP], Ok("client credentials at acme.my"));
        check(auth, &[&APP, &USER], Ok("password at acme.my"));
        check(
            auth,
            &[&APP, &USER, &refresh],
            Ok("refresh token at acme.my"),
        );
        check(auth, &[&APP[..1], &refresh], Ok("refresh token at acme.my"));
        check(auth, &[&APP, &USER[..1]], Err("SF_PASSWORD is not set"));
        check(auth, &[&APP, &USER[1..]], Err("SF_USERNAME is not set"));
        check(auth, &[&APP[..1]], Err("SF_CLIENT_SECRET is not set"));
        check(auth, &[], Err("SF_CLIENT_ID is not set"));
        check(auth, &[&USER], Err("no longer suffice"));
    }

    #[test]
    fn another_host_may_be_asked_where_it_makes_sense() {
        let login = [("SF_LOGIN_URL", "https://login.salesforce.com")];
        let auth = Some(AuthKind::Oauth);
        check(auth, &[&APP, &USER, &login], Ok("password at login"));
        check(auth, &[&APP, &login], Ok("client credentials at acme.my"));
        let plain = [("SF_LOGIN_URL", "http://login.salesforce.com")];
        check(auth, &[&APP, &USER, &plain], Err("only https"));
        let shared = choose(auth, login[0].1, &[&APP]).unwrap_err();
        assert!(shared.to_string().contains("my.salesforce.com"), "{shared}");
    }

    #[test]
    fn an_assertion_needs_app_user_and_key() {
        let auth = Some(AuthKind::Jwt);
        let all: [&[_]; 3] = [&APP[..1], &USER[..1], &KEY];
        check(auth, &all, Ok("assertion for login at acme.my"));
        let test = [("SF_LOGIN_URL", "https://test.salesforce.com")];
        check(
            auth,
            &[&all.concat(), &test],
            Ok("assertion for test at test"),
        );
        check(auth, &all[1..], Err("SF_CLIENT_ID is not set"));
        check(auth, &[all[0], all[2]], Err("SF_USERNAME is not set"));
        check(auth, &all[..2], Err("SF_JWT_KEY_FILE is not set"));
        let absent = [("SF_JWT_KEY_FILE", "absent.pem")];
        check(
            auth,
            &[all[0], all[1], &absent],
            Err("absent.pem cannot be read"),
        );
    }

    #[test]
    fn without_auth_the_environment_decides() {
        let target = [("SF_TARGET_ORG", "demo")];
        check(
            None,
            &[&TOKEN, &APP, &USER, &KEY, &target],
            Ok("access token"),
        );
        check(
            None,
            &[&APP, &USER, &KEY],
            Ok("assertion for login at acme.my"),
        );
        check(None, &[&APP, &target], Ok("client credentials at acme.my"));
        check(None, &[&USER], Err("no longer suffice"));
        check(None, &[&USER[..1]], Err("no longer suffice"));
        check(None, &[&target], Err("no `sf` on the PATH"));
        check(None, &[], Err("nothing says how"));
    }

    #[test]
    fn the_security_token_is_glued_to_the_password() {
        let token = [("SF_SECURITY_TOKEN", "tok")];
        let chosen = choose(Some(AuthKind::Oauth), URL, &[&APP, &USER, &token]);
        let Credentials::Grant {
            grant: Grant::Password { password, .. },
            ..
        } = chosen.unwrap().credentials
        else {
            panic!("not the password flow");
        };
        assert_eq!(password.expose_secret(), "pwtok");
    }

    /// Where calls go when the manifest names one URL and the token another.
    #[track_caller]
    fn check_host(manifest: &str, granted: &str, expect: Option<&str>) {
        let sign_in = SignIn::with_access_token(manifest, "t".into()).unwrap();
        let granted = InstanceUrl::parse(granted).unwrap();
        let goes_to = sign_in.calls_go_to(granted).map(|url| url.to_string());
        match (goes_to, expect) {
            (Ok(url), expect) => assert_eq!(Some(&*url), expect),
            (Err(error), None) => {
                assert!(
                    error
                        .to_string()
                        .contains("write `instance_url: https://other"),
                    "{error}"
                );
            }
            (Err(error), Some(_)) => panic!("{error}"),
        }
    }

    #[test]
    fn a_token_of_another_org_is_not_used() {
        check_host(URL, "https://ACME.my.salesforce.com/", Some(URL));
        check_host(URL, "https://other.my.salesforce.com", None);
        check_host("https://login.salesforce.com", URL, Some(URL));
        let here = "http://127.0.0.1:8787";
        check_host(here, "http://localhost:8787", Some(here));
        check_host(here, URL, Some(here));
    }

    #[test]
    fn debug_tells_no_secret() {
        for variables in [[&APP[..], &USER, &[]], [&APP, &USER[..1], &KEY]] {
            let debug = format!("{:?}", choose(None, URL, &variables).unwrap());
            assert!(debug.contains("sam"), "{debug}");
            for secret in ["\"pw\"", "hush", "PRIVATE"] {
                assert!(!debug.contains(secret), "{debug}");
            }
        }
    }
}
