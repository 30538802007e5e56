//! What to do when an org does not let us in, by what it says.

/// A code of OAuth or of the API, a part of the text to it, and the advice. An empty code or part
/// fits any; case does not matter; of several the first counts.
const ADVICE: &[(&str, &str, &str)] = &[
    // The app.
    (
        "OAUTH_APP_BLOCKED",
        "",
        "An administrator has blocked this app: Setup > Connected Apps OAuth Usage > Unblock.",
    ),
    ("OAUTH_EC_APP_NOT_FOUND", "", NOT_INSTALLED),
    ("", "not installed", NOT_INSTALLED),
    ("", "must be installed", NOT_INSTALLED),
    ("", "hasn't approved", CONSENT),
    ("", "not admin approved", CONSENT),
    ("OAUTH_APP_ACCESS_DENIED", "", CONSENT),
    ("OAUTH_APPROVAL_ERROR_GENERIC", "", CONSENT),
    ("invalid_app_access", "", CONSENT),
    (
        "",
        "no client credentials user",
        "Choose a 'Run As' user in the app's client credentials settings.",
    ),
    (
        "",
        "request not supported on this domain",
        "The client credentials flow needs the org's own address: set salesforce.instance_url to https://<name>.my.salesforce.com.",
    ),
    (
        "invalid_client_id",
        "",
        "No app has this SF_CLIENT_ID: copy the consumer key again. A new app takes up to ten minutes to become known.",
    ),
    (
        "invalid_client",
        "",
        "Check SF_CLIENT_ID and SF_CLIENT_SECRET: they are the app's consumer key and secret.",
    ),
    (
        "invalid_client_credentials",
        "",
        "Check SF_CLIENT_SECRET: it is the app's consumer secret.",
    ),
    (
        "unsupported_grant_type",
        "",
        "The app does not offer this flow: enable it in its OAuth settings. External Client Apps have no username-password flow; use auth: sf_cli or jwt.",
    ),
    // The assertion of auth: jwt.
    (
        "",
        "audience",
        "Set SF_LOGIN_URL to https://login.salesforce.com, or to https://test.salesforce.com for a sandbox or a scratch org: the org must be signed in to where it belongs.",
    ),
    (
        "",
        "assertion",
        "The app's certificate must be the one of SF_JWT_KEY_FILE ('Use digital signatures' in its OAuth settings), and this machine's clock must be right to the minute.",
    ),
    // From where, and how sure.
    ("", "multi-factor", MFA),
    ("", "two-factor", MFA),
    ("", "challenge required", MFA),
    ("", "identity verification", MFA),
    ("", "high assurance", MFA),
    ("LOGIN_CHALLENGE_ISSUED", "", MFA),
    ("LOGIN_CHALLENGE_PENDING", "", MFA),
    (
        "LOGIN_MUST_USE_SECURITY_TOKEN",
        "",
        "This network is not among the org's trusted ones: set SF_SECURITY_TOKEN (Settings > Reset My Security Token sends it by mail), or use auth: sf_cli.",
    ),
    ("", "restricted ip", IP),
    ("", "ip restricted", IP),
    ("", "ip address", IP),
    ("LOGIN_DURING_RESTRICTED_DOMAIN", "", IP),
    (
        "LOGIN_DURING_RESTRICTED_TIME",
        "",
        "The user's profile allows no login at this hour: an administrator can widen its login hours.",
    ),
    ("", "invalid login hours", IP),
    // The user.
    ("PASSWORD_LOCKOUT", "", LOCKED),
    ("", "locked", LOCKED),
    ("inactive_user", "", INACTIVE),
    ("", "inactive user", INACTIVE),
    ("", "user is inactive", INACTIVE),
    (
        "",
        "password expired",
        "The user's password has expired: log in to the org in a browser and choose a new one.",
    ),
    (
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
        "",
        "The user's password has expired: log in to the org in a browser and choose a new one.",
    ),
    (
        "rate_limit_exceeded",
        "",
        "Too many logins of this user in the last hour: wait, or use a token that is still valid.",
    ),
    // The org.
    (
        "inactive_org",
        "",
        "The org is locked, closed or expired; sign up for a new one or ask Salesforce.",
    ),
    ("ORG_LOCKED", "", "The org is locked; ask Salesforce."),
    ("API_DISABLED_FOR_ORG", "", API_DISABLED),
    ("API_CURRENTLY_DISABLED", "", API_DISABLED),
    ("", "not enabled for this user", API_DISABLED),
    // What was shown.
    (
        "invalid_grant",
        "expired access/refresh token",
        "The refresh token was revoked or has expired: log in to the app again and set SF_REFRESH_TOKEN anew.",
    ),
    (
        "invalid_grant",
        "",
        "Check SF_USERNAME, SF_PASSWORD and SF_SECURITY_TOKEN (a new password brings a new token), that 'Allow OAuth Username-Password Flows' is on in the org's setup, and that a sandbox is signed in to at its own address. Login History in the org's setup tells more; five wrong passwords lock the user.",
    ),
    (
        "invalid_request",
        "",
        "The token endpoint did not understand the request: check that salesforce.instance_url and SF_LOGIN_URL are addresses of Salesforce.",
    ),
    (
        "INVALID_SESSION_ID",
        "not valid for use with the REST API",
        "The token's app lacks the scope 'api' (Manage user data via APIs): add it, and sign in again.",
    ),
    ("INVALID_SESSION_ID", "", EXPIRED),
    ("INVALID_AUTH_HEADER", "", EXPIRED),
];

const NOT_INSTALLED: &str = "The app is not installed in this org: an administrator installs it (Setup > Connected Apps OAuth Usage, or External Client App Manager), or the user gets the permission 'Approve Uninstalled Connected Apps'.";
const CONSENT: &str = "Pre-authorize the user for the app: set its permitted users to 'Admin approved users are pre-authorized' and assign the user's profile or a permission set. A wrong SF_USERNAME is told in the same words.";
const MFA: &str = "The user must prove who they are in a browser: run `sf org login web` and use auth: sf_cli, or use auth: jwt, which needs no such proof.";
const IP: &str = "The user may not log in from this network, or not at this hour: run from an allowed network or VPN, or let an administrator look at the profile's login IP ranges and hours and the app's 'IP Relaxation'.";
const LOCKED: &str = "The user is locked out, as after five wrong passwords: wait for the time that the org sets, or let an administrator unlock it.";
const INACTIVE: &str = "The user is deactivated or frozen; an administrator can activate it.";
const API_DISABLED: &str = "The org's edition or the user's profile has no API access: an administrator grants 'API Enabled'.";
const EXPIRED: &str = "Access tokens expire. Use auth: sf_cli, jwt or oauth, which renew them, or set SF_ACCESS_TOKEN to a fresh one (`sf org auth show-access-token`).";

/// The advice, if we know any.
pub(super) fn advice(code: &str, text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    ADVICE
        .iter()
        .find(|(of, part, _)| {
            (of.is_empty() || of.eq_ignore_ascii_case(code)) && text.contains(&part.to_lowercase())
        })
        .map(|(_, _, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the org says, and a part of what we say to it.
    #[track_caller]
    fn check(code: &str, text: &str, expect: &str) {
        let advice = advice(code, text).unwrap_or_default();
        assert!(advice.contains(expect), "{code}: {text}: {advice}");
    }

    #[test]
    fn the_app_must_be_there_and_allowed() {
        check(
            "OAUTH_APP_BLOCKED",
            "this app is blocked by admin",
            "Unblock",
        );
        check(
            "OAUTH_EC_APP_NOT_FOUND",
            "external client app is not installed in this org",
            "is not installed",
        );
        check(
            "invalid_grant",
            "user hasn't approved this consumer",
            "Pre-authorize",
        );
        check(
            "invalid_app_access",
            "user is not admin approved to access this app",
            "Pre-authorize",
        );
        check(
            "invalid_client_id",
            "client identifier invalid",
            "consumer key",
        );
        check(
            "invalid_client",
            "invalid client credentials",
            "SF_CLIENT_SECRET",
        );
        check(
            "invalid_grant",
            "no client credentials user enabled",
            "Run As",
        );
        check(
            "unsupported_grant_type",
            "grant type not supported",
            "sf_cli or jwt",
        );
    }

    #[test]
    fn an_assertion_must_fit_app_and_host() {
        check(
            "invalid_grant",
            "audience is invalid",
            "test.salesforce.com",
        );
        check(
            "invalid_grant",
            "Audience validation failed",
            "SF_LOGIN_URL",
        );
        check("invalid_grant", "invalid assertion", "SF_JWT_KEY_FILE");
    }

    #[test]
    fn the_user_must_be_allowed_from_here_and_now() {
        check(
            "invalid_grant",
            "Multi-factor authentication required",
            "sf org login web",
        );
        check("invalid_grant", "challenge required", "browser");
        check("LOGIN_MUST_USE_SECURITY_TOKEN", "", "SF_SECURITY_TOKEN");
        check("invalid_grant", "ip restricted", "VPN");
        check("INVALID_LOGIN", "Logged in from a restricted IP", "VPN");
        check("invalid_grant", "user is locked", "unlock");
        check("inactive_user", "user is inactive", "deactivated");
        check("invalid_grant", "password expired", "new one");
        check("invalid_grant", "authentication failure", "SF_PASSWORD");
        check(
            "invalid_grant",
            "expired access/refresh token",
            "SF_REFRESH_TOKEN",
        );
        check("inactive_org", "organization is inactive", "expired");
    }

    #[test]
    fn the_api_says_no_in_its_own_codes() {
        check(
            "INVALID_SESSION_ID",
            "Session expired or invalid",
            "SF_ACCESS_TOKEN",
        );
        check(
            "INVALID_SESSION_ID",
            "This session is not valid for use with the REST API",
            "scope",
        );
        check(
            "API_DISABLED_FOR_ORG",
            "API is disabled for this org",
            "API Enabled",
        );
        assert_eq!(advice("SOMETHING_NEW", ""), None);
    }
}
