//! The partner SOAP endpoint, as far as clients sign in and out by it.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all handlers in the table of resources have one signature"
)]

use std::collections::BTreeMap;

use quick_xml::escape::escape;
use secrecy::ExposeSecret as _;

use super::{ApiError, Call, Context, Reply, identity};
use crate::embedded_org::rows::Record;
use crate::embedded_org::time::datetime_text;
use crate::embedded_org::xml::{self, Element};

/// The largest envelope, in bytes.
const LARGEST: usize = 10 * 1024;
/// The last version of the API that has `login()`.
const LAST_WITH_LOGIN: u32 = 64;
/// How long a session stays good unused.
const SESSION_SECONDS: u32 = 7200;

/// An operation: its name, whether it needs a session, and what its response holds.
type Operation = (&'static str, bool, Handler);
type Handler = fn(&mut Context<'_>, &Envelope, u32) -> Result<String, Fault>;

const OPERATIONS: &[Operation] = &[
    ("login", false, login),
    ("logout", true, |context, envelope, _| {
        context.tokens.end(envelope.session());
        Ok(String::new())
    }),
    ("getUserInfo", true, |context, _, _| user_info(context)),
    ("getServerTimestamp", true, |context, _, _| {
        let now = datetime_text(context.session.now);
        Ok(format!("<timestamp>{now}</timestamp>"))
    }),
];

/// `POST /services/Soap/u/{version}`
pub(super) fn partner(context: &mut Context<'_>, call: &Call) -> Result<Reply, ApiError> {
    let reply = |status, body: String| {
        Reply::text(status, body.into_bytes())
            .with_header("Content-Type", "text/xml;charset=UTF-8".to_owned())
    };
    Ok(match answer(context, call) {
        Ok((operation, result)) => reply(200, response(operation, &result)),
        Err(fault) => reply(500, fault.body()),
    })
}

fn answer(context: &mut Context<'_>, call: &Call) -> Result<(&'static str, String), Fault> {
    let version = call.argument("soap_version");
    let version = version.split('.').next().and_then(|it| it.parse().ok());
    let version: u32 = version.ok_or_else(|| Fault::unsupported_version("Invalid API version"))?;
    let envelope = Envelope::read(call.body())?;
    let known = OPERATIONS
        .iter()
        .find(|(name, ..)| *name == envelope.operation);
    let (name, needs_session, handler) = known.ok_or_else(|| {
        let message = format!("No operation available for request {}", envelope.operation);
        Fault::new("UnexpectedErrorFault", "UNKNOWN_EXCEPTION", message)
    })?;
    if *needs_session && !context.tokens.accept(envelope.session()) {
        let message = "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session key";
        return Err(Fault::new(
            "UnexpectedErrorFault",
            "INVALID_SESSION_ID",
            message,
        ));
    }
    Ok((name, handler(context, &envelope, version)?))
}

fn login(context: &mut Context<'_>, envelope: &Envelope, version: u32) -> Result<String, Fault> {
    if version > LAST_WITH_LOGIN {
        return Err(Fault::unsupported_version(&format!(
            "SOAP API login() is not available in API version {version}.0. Use API version {LAST_WITH_LOGIN}.0 or earlier, \
             or OAuth."
        )));
    }
    let credentials = context.credentials;
    let is_known = envelope
        .text("username")
        .eq_ignore_ascii_case(&credentials.username)
        && envelope.text("password") == credentials.password.expose_secret();
    if !is_known {
        let message = "Invalid username, password, security token; or user locked out.".to_owned();
        return Err(Fault::new("LoginFault", "INVALID_LOGIN", message));
    }
    let facts = context.session.facts;
    let endpoint = |kind| {
        format!(
            "{}/services/Soap/{kind}/{version}.0/{}",
            context.url,
            &facts.org_id[..15]
        )
    };
    Ok(format!(
        "<metadataServerUrl>{}</metadataServerUrl><passwordExpired>false</passwordExpired><sandbox>false</sandbox>\
         <serverUrl>{}</serverUrl><sessionId>{}</sessionId><userId>{}</userId><userInfo>{}</userInfo>",
        endpoint('m'),
        endpoint('u'),
        context.tokens.give(&facts.org_id, context.session.now),
        facts.user_id,
        user_info(context)?
    ))
}

/// What the platform tells of the user that is signed in.
fn user_info(context: &Context<'_>) -> Result<String, Fault> {
    let failed = |error: ApiError| Fault::new("UnexpectedErrorFault", error.code, error.message);
    let (user, organization) = identity::user_and_organization(context).map_err(failed)?;
    let facts = context.session.facts;
    let text = |record: &Record<'_>, field: &str| record.text(field).unwrap_or_default().to_owned();
    let elements = [
        ("accessibilityMode", "false".to_owned()),
        ("currencySymbol", "$".to_owned()),
        ("orgDefaultCurrencyIsoCode", "USD".to_owned()),
        ("organizationId", facts.org_id.clone()),
        ("organizationMultiCurrency", "false".to_owned()),
        ("organizationName", text(&organization, "Name")),
        ("profileId", text(&user, "ProfileId")),
    ];
    let more = [
        ("sessionSecondsValid", SESSION_SECONDS.to_string()),
        ("userEmail", text(&user, "Email")),
        ("userFullName", identity::full_name(&user)),
        ("userId", facts.user_id.clone()),
        ("userLanguage", text(&user, "LanguageLocaleKey")),
        ("userLocale", text(&user, "LocaleSidKey")),
        ("userName", text(&user, "Username")),
        ("userTimeZone", text(&user, "TimeZoneSidKey")),
        ("userType", text(&user, "UserType")),
        ("userUiSkin", "Theme3".to_owned()),
    ];
    let write = |elements: &[(&str, String)]| -> String {
        let element =
            |(name, value): &(&str, String)| format!("<{name}>{}</{name}>", escape(value.as_str()));
        elements.iter().map(element).collect()
    };
    Ok(format!(
        "{}<roleId xsi:nil=\"true\"/>{}",
        write(&elements),
        write(&more)
    ))
}

fn response(operation: &str, result: &str) -> String {
    let result = match result {
        "" => String::new(),
        result => format!("<result>{result}</result>"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><{operation}Response>{result}\
         </{operation}Response></soapenv:Body></soapenv:Envelope>"
    )
}

/// Why an operation failed.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    kind: &'static str,
    code: &'static str,
    message: String,
}

impl Fault {
    fn new(kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
        }
    }

    fn unsupported_version(message: &str) -> Self {
        Self::new("UnexpectedErrorFault", "UNSUPPORTED_API_VERSION", message)
    }

    /// Clients look for elements that are really called `sf:…`.
    fn body(&self) -> String {
        let Self { kind, code, .. } = self;
        let message = escape(self.message.as_str());
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
             xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:sf=\"urn:fault.partner.soap.sforce.com\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><soapenv:Fault>\
             <faultcode>{code}</faultcode><faultstring>{code}: {message}</faultstring><detail>\
             <sf:{kind} xsi:type=\"sf:{kind}\"><sf:exceptionCode>{code}</sf:exceptionCode>\
             <sf:exceptionMessage>{message}</sf:exceptionMessage></sf:{kind}></detail></soapenv:Fault>\
             </soapenv:Body></soapenv:Envelope>"
        )
    }
}

/// A request, as far as it matters: names are local ones, since every client has prefixes of its own.
#[derive(Debug, PartialEq, Eq)]
struct Envelope {
    /// The element in the body.
    operation: String,
    texts: BTreeMap<String, String>,
}

impl Envelope {
    fn read(body: &[u8]) -> Result<Self, Fault> {
        let wrong =
            |message: String| Fault::new("UnexpectedErrorFault", "UNKNOWN_EXCEPTION", message);
        if body.len() > LARGEST {
            let message = "Your request exceeds the size limit of login requests".to_owned();
            return Err(wrong(message));
        }
        let root = xml::parse(body).map_err(|problem| wrong(problem.why))?;
        let body = root.children.iter().find(|part| part.name == "Body");
        let operation = body.and_then(|body| body.children.first());
        let operation =
            operation.ok_or_else(|| wrong("the envelope has no operation".to_owned()))?;
        let mut texts = BTreeMap::new();
        gather(&root, &mut texts);
        Ok(Self {
            operation: operation.name.clone(),
            texts,
        })
    }

    /// The token in the header.
    fn session(&self) -> &str {
        self.text("sessionId")
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", |text| text.trim())
    }
}

/// The texts of an element and of all in it, by the names of their elements.
fn gather(element: &Element, texts: &mut BTreeMap<String, String>) {
    texts.insert(element.name.clone(), element.text.clone());
    for child in &element.children {
        gather(child, texts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An envelope's operation, and the texts of two elements in it.
    fn check(envelope: &str, expect: Result<(&str, &str, &str), &str>) {
        let read = Envelope::read(envelope.as_bytes());
        match expect {
            Ok((operation, username, session)) => {
                let read = read.unwrap();
                assert_eq!(
                    (
                        read.operation.as_str(),
                        read.text("username"),
                        read.text("sessionId")
                    ),
                    (operation, username, session)
                );
            }
            Err(expect) => assert!(read.unwrap_err().message.contains(expect), "{envelope}"),
        }
    }

    #[test]
    fn envelopes_of_any_prefix() {
        check(
            r#"<?xml version="1.0"?><se:Envelope xmlns:se="x"><se:Header/><se:Body><login xmlns="urn:partner"><username>a&amp;b&#64;c</username></login></se:Body></se:Envelope>"#,
            Ok(("login", "a&b@c", "")),
        );
        check(
            "<env:Envelope>\n <env:Header><n:SessionHeader><n:sessionId> 00D!x </n:sessionId></n:SessionHeader></env:Header>\n <env:Body>\n <n:logout/>\n </env:Body></env:Envelope>",
            Ok(("logout", "", "00D!x")),
        );
        check("<a><Header/></a>", Err("no operation"));
        check("<a><b></a>", Err("ill-formed"));
        check("", Err("end of file"));
    }

    #[test]
    fn faults_have_the_prefix_that_clients_look_for() {
        let body = Fault::new("LoginFault", "INVALID_LOGIN", "a < b").body();
        for part in [
            "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>",
            "<sf:exceptionMessage>a &lt; b</sf:exceptionMessage>",
            "<faultstring>INVALID_LOGIN: a &lt; b</faultstring>",
        ] {
            assert!(body.contains(part), "{body}");
        }
    }
}
