//! How to sign in: chosen from the manifest's `auth` and the variables that are set.

use secrecy::SecretString;

use super::environment::Environment;
use super::instance_url::InstanceUrl;

/// Everything needed to sign in, now and again when the session has expired.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    /// Where to ask for a token, and the org itself unless the token's reply names another host.
    pub(super) instance: InstanceUrl,
    pub(super) credentials: Credentials,
}

/// The manifest's `salesforce.auth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthKind {
    AccessToken,
    Oauth,
    SfCli,
    Jwt,
}

/// What we show the org.
#[derive(Debug, Clone)]
pub(super) enum Credentials {
    /// A token from elsewhere. When it has expired, only the user can bring another.
    AccessToken(SecretString),
    /// What an access token can be had for, time and again.
    Grant(Grant),
}

/// The OAuth flows that need no person at a browser.
#[derive(Debug, Clone)]
pub(super) enum Grant {
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
    #[error("{variable} is not set; {needed_for} needs it")]
    Missing {
        variable: &'static str,
        needed_for: &'static str,
    },
    #[error(
        "SF_USERNAME and SF_PASSWORD no longer suffice: Salesforce has switched off the SOAP login they served"
    )]
    SoapLogin,
    #[error("auth: {0} comes with the next release; use auth: access_token")]
    NotYet(&'static str),
    #[error("the {url} instance URL cannot be used: {why}")]
    InstanceUrl { url: String, why: &'static str },
    #[error("{variable} holds no usable token")]
    UnusableToken { variable: &'static str },
    /// The token endpoint said no, in OAuth's words.
    #[error("{error}: {description}")]
    Refused { error: String, description: String },
    /// The API said no to a token, and there is no way (left) to get another.
    #[error("the org does not accept the session: {code}: {message}")]
    Session { code: String, message: String },
}

impl SignIn {
    /// Chooses the flow. `instance_url` is the manifest's; without it `SF_INSTANCE_URL` counts.
    pub(crate) fn from_environment(
        kind: AuthKind,
        instance_url: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, SignInError> {
        let credentials = match kind {
            AuthKind::AccessToken => access_token(environment)?,
            AuthKind::Oauth => Credentials::Grant(grant(environment)?),
            AuthKind::SfCli => return Err(SignInError::NotYet("sf_cli")),
            AuthKind::Jwt => return Err(SignInError::NotYet("jwt")),
        };
        let instance_url = instance_url
            .or_else(|| environment.get("SF_INSTANCE_URL"))
            .ok_or(SignInError::Missing {
                variable: "SF_INSTANCE_URL",
                needed_for: "a manifest without salesforce.instance_url",
            })?;
        let instance = InstanceUrl::parse(instance_url)?;
        if matches!(
            credentials,
            Credentials::Grant(Grant::ClientCredentials { .. })
        ) && instance.is_login_host()
        {
            return Err(SignInError::InstanceUrl {
                url: instance.to_string(),
                why: "client credentials are only taken at the org's own https://<name>.my.salesforce.com",
            });
        }
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
}

fn access_token(environment: &Environment) -> Result<Credentials, SignInError> {
    let token = require(environment, "SF_ACCESS_TOKEN", "auth: access_token")?.trim();
    // The Salesforce CLI prints `[REDACTED] Use 'sf org auth …` where the token used to be.
    if token.starts_with('[') || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(SignInError::UnusableToken {
            variable: "SF_ACCESS_TOKEN",
        });
    }
    Ok(Credentials::AccessToken(token.into()))
}

fn grant(environment: &Environment) -> Result<Grant, SignInError> {
    let username = environment.get("SF_USERNAME");
    let password = environment.get("SF_PASSWORD");
    let client_id = match (environment.get("SF_CLIENT_ID"), username, password) {
        (Some(id), _, _) => id.trim().to_owned(),
        (None, Some(_), Some(_)) => return Err(SignInError::SoapLogin),
        (None, _, _) => require(environment, "SF_CLIENT_ID", "auth: oauth")?.to_owned(),
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
    const APP: [(&str, &str); 2] = [("SF_CLIENT_ID", "app"), ("SF_CLIENT_SECRET", "hush")];
    const USER: [(&str, &str); 2] = [("SF_USERNAME", "sam"), ("SF_PASSWORD", "pw")];

    /// Chooses, and tells the variant that was chosen, or the error.
    #[track_caller]
    fn check(kind: AuthKind, variables: &[&[(&str, &str)]], expect: Result<&str, &str>) {
        let environment: Environment = variables.concat().into_iter().collect();
        let chosen = SignIn::from_environment(kind, Some(URL), &environment);
        let chosen = chosen.map(|sign_in| match sign_in.credentials {
            Credentials::AccessToken(_) => "access token",
            Credentials::Grant(Grant::Password { .. }) => "password",
            Credentials::Grant(Grant::ClientCredentials { .. }) => "client credentials",
            Credentials::Grant(Grant::RefreshToken { .. }) => "refresh token",
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
    fn the_flow_follows_from_what_is_set() {
        use AuthKind::{AccessToken, Jwt, Oauth, SfCli};
        check(
            AccessToken,
            &[&[("SF_ACCESS_TOKEN", " 00Dxx!AQ4.x\n")]],
            Ok("access token"),
        );
        check(
            AccessToken,
            &[&APP, &USER],
            Err("SF_ACCESS_TOKEN is not set"),
        );
        check(
            AccessToken,
            &[&[("SF_ACCESS_TOKEN", "[REDACTED] Use 'sf org auth'")]],
            Err("no usable token"),
        );
        check(Oauth, &[&APP], Ok("client credentials"));
        check(Oauth, &[&APP, &USER], Ok("password"));
        check(
            Oauth,
            &[&APP, &USER, &[("SF_REFRESH_TOKEN", "r")]],
            Ok("refresh token"),
        );
        check(
            Oauth,
            &[&APP[..1], &[("SF_REFRESH_TOKEN", "r")]],
            Ok("refresh token"),
        );
        check(Oauth, &[&APP, &USER[..1]], Err("SF_PASSWORD is not set"));
        check(Oauth, &[&APP, &USER[1..]], Err("SF_USERNAME is not set"));
        check(Oauth, &[&APP[..1]], Err("SF_CLIENT_SECRET is not set"));
        check(Oauth, &[], Err("SF_CLIENT_ID is not set"));
        check(Oauth, &[&USER], Err("no longer suffice"));
        check(SfCli, &[], Err("auth: sf_cli comes with the next release"));
        check(Jwt, &[], Err("use auth: access_token"));
    }

    #[test]
    fn the_security_token_is_glued_to_the_password() {
        let variables = [&APP[..], &USER, &[("SF_SECURITY_TOKEN", "tok")]].concat();
        let environment = variables.into_iter().collect();
        let chosen = SignIn::from_environment(AuthKind::Oauth, Some(URL), &environment);
        let Credentials::Grant(Grant::Password { password, .. }) = chosen.unwrap().credentials
        else {
            panic!("not the password flow");
        };
        assert_eq!(password.expose_secret(), "pwtok");
    }

    #[test]
    fn the_url_of_the_manifest_comes_before_the_variable() {
        let variables = [
            ("SF_ACCESS_TOKEN", "t"),
            ("SF_INSTANCE_URL", "https://other.example"),
        ];
        let environment = Environment::from_iter(variables);
        let url = |given| {
            let chosen = SignIn::from_environment(AuthKind::AccessToken, given, &environment);
            chosen.unwrap().instance.to_string()
        };
        assert_eq!(url(Some(URL)), URL);
        assert_eq!(url(None), "https://other.example");
        let nowhere = Environment::from_iter([("SF_ACCESS_TOKEN", "t")]);
        let error = SignIn::from_environment(AuthKind::AccessToken, None, &nowhere).unwrap_err();
        assert!(
            error.to_string().contains("SF_INSTANCE_URL is not set"),
            "{error}"
        );
    }

    #[test]
    fn client_credentials_are_not_sent_to_a_host_that_refuses_them() {
        let environment = APP.into_iter().collect();
        let login = Some("https://login.salesforce.com");
        let error = SignIn::from_environment(AuthKind::Oauth, login, &environment).unwrap_err();
        assert!(error.to_string().contains("my.salesforce.com"), "{error}");
    }

    #[test]
    fn debug_tells_no_secret() {
        let variables = [&APP[..], &USER].concat();
        let environment = variables.into_iter().collect();
        let chosen = SignIn::from_environment(AuthKind::Oauth, Some(URL), &environment);
        let debug = format!("{chosen:?}");
        assert!(
            debug.contains("sam") && !debug.contains("pw") && !debug.contains("hush"),
            "{debug}"
        );
    }
}
