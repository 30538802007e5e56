//! Templates in values: what they may speak of, and whether they are templates at all.

use std::collections::BTreeSet;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::nearest::nearest;
use super::problems::Complaint;
use super::values::quote;

/// Far more steps than a field needs; keeps a loop from running for ever.
const FUEL: u64 = 20_000;

/// A template that can be rendered: it speaks of nothing but [`Situation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(String);

/// What a template can speak of. What is not known, or not there, is an empty text.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Situation<'a> {
    pub(crate) opportunity: Opportunity<'a>,
    pub(crate) account: Account<'a>,
    /// Who the record is about, or is held with.
    pub(crate) contact: Contact<'a>,
    /// Whose record it is: the owner of the meeting or email, else of the opportunity.
    pub(crate) owner: Owner<'a>,
    /// The meeting that it is, or belongs to.
    pub(crate) meeting: Meeting,
    /// Who sells, and what.
    pub(crate) seller: Seller<'a>,
    /// The account's, as the org has it.
    pub(crate) industry: &'a str,
    /// The day of the record: of the meeting or email, or of the scorecard.
    pub(crate) date: String,
    /// What the record is: `meeting`, `email`, `call`, `attendee`, `scorecard`, `scorecard answer`.
    pub(crate) kind: &'a str,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Meeting {
    pub(crate) date: String,
    /// What it is about, such as `security review`.
    pub(crate) topic: String,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Seller<'a> {
    pub(crate) company: &'a str,
    pub(crate) product: &'a str,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Opportunity<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) stage: &'a str,
    pub(crate) amount: Json,
    pub(crate) probability: Json,
    pub(crate) close_date: String,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Account<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Contact<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) first_name: &'a str,
    pub(crate) last_name: &'a str,
    pub(crate) title: &'a str,
    pub(crate) email: &'a str,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Owner<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) username: &'a str,
}

/// What minijinja brings along beside variables.
const FUNCTIONS: &[&str] = &["range", "dict", "namespace"];

impl Template {
    pub(super) fn parse(source: &str) -> Result<Self, Complaint> {
        let environment = environment();
        let template = environment.template_from_str(source);
        let template = template.map_err(|error| not_a_template(&error))?;
        let known = variables();
        // Names are looked at in their order, which that of a set of minijinja's is not.
        let spoken_of: BTreeSet<_> = template.undeclared_variables(true).into_iter().collect();
        for name in &spoken_of {
            let name = name.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
            if !known.contains(&name) && !FUNCTIONS.contains(&&*name) {
                return Err(unknown(&name, &known));
            }
        }
        // What only shows when it runs, such as a filter that there is not.
        let example = template.render(Serde(example()));
        example.map_err(|error| not_a_template(&error))?;
        Ok(Self(source.to_owned()))
    }

    /// What it speaks of first that is none of these: variables, or objects with all that they have.
    pub(super) fn speaks_beyond(&self, known: &[&str]) -> Option<String> {
        let environment = environment();
        let template = environment.template_from_str(&self.0).ok()?;
        let spoken_of: BTreeSet<_> = template.undeclared_variables(true).into_iter().collect();
        let is_known = |name: &&String| {
            let object = name.split('.').next().unwrap_or_default();
            let mut all = known.iter().chain(FUNCTIONS);
            all.any(|known| *known == *name || *known == object)
        };
        spoken_of.iter().find(|name| !is_known(name)).cloned()
    }

    pub(crate) fn source(&self) -> &str {
        &self.0
    }

    /// Whether it is the same for every record.
    pub(crate) fn is_constant(&self) -> bool {
        !self.0.contains("{{") && !self.0.contains("{%")
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

/// Templates that are read once and rendered often.
#[derive(Debug)]
pub(crate) struct Templates<'a>(Environment<'a>);

impl<'a> Templates<'a> {
    pub(crate) fn new(templates: impl Iterator<Item = &'a Template>) -> Self {
        let mut environment = environment();
        for Template(source) in templates {
            let read = environment.add_template(source, source);
            read.expect("a template was read before it became one");
        }
        Self(environment)
    }

    /// The text that one of the templates makes of a situation, or what is wrong with it.
    pub(crate) fn render(
        &self,
        template: &Template,
        situation: &Situation,
    ) -> Result<String, String> {
        if template.is_constant() {
            return Ok(template.0.clone());
        }
        let template = self.0.get_template(&template.0);
        let rendered = template.and_then(|template| template.render(Serde(situation)));
        rendered.map_err(|error| message(&error))
    }
}

fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment
}

/// An error of minijinja's as one line.
fn message(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

fn not_a_template(error: &minijinja::Error) -> Complaint {
    let line = match error.line() {
        Some(line) if line > 1 => format!(" (line {line} of it)"),
        _ => String::new(),
    };
    Complaint::new(
        format!("not a template: {}{line}", message(error)),
        "for example `{{ account.name }}`, or a text without braces",
    )
}

fn unknown(name: &str, known: &[String]) -> Complaint {
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    let hint = match nearest(name, &known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("a template can speak of {}", known.join(", ")),
    };
    Complaint::new(
        format!("{} is nothing that a template knows", quote(name)),
        hint,
    )
}

/// The names of all variables: `opportunity.id` and so on, `date` and `kind`.
fn variables() -> Vec<String> {
    let example = serde_json::to_value(example()).expect("a situation is plain data");
    let mut names = Vec::new();
    for (name, value) in example.as_object().into_iter().flatten() {
        match value.as_object() {
            Some(fields) => names.extend(fields.keys().map(|field| format!("{name}.{field}"))),
            None => names.push(name.clone()),
        }
    }
    names
}

fn example() -> Situation<'static> {
    Situation {
        opportunity: Opportunity {
            id: "006000000000001AAA",
            name: "Halvorsen Group - Analytics Platform",
            stage: "Negotiation/Review",
            amount: Json::from(120_000),
            probability: Json::from(90),
            close_date: "2026-12-18".to_owned(),
        },
        account: Account {
            id: "001000000000001AAA",
            name: "Halvorsen Group",
        },
        contact: Contact {
            id: "003000000000001AAA",
            name: "Lorena Whitcombe",
            first_name: "Lorena",
            last_name: "Whitcombe",
            title: "Director, IT Infrastructure",
            email: "lorena@halvorsen.example",
        },
        owner: Owner {
            id: "005000000000001AAA",
            name: "Caleb Winslow",
            username: "caleb@larkfield.example",
        },
        meeting: Meeting {
            date: "2026-11-18".to_owned(),
            topic: "discovery".to_owned(),
        },
        seller: Seller {
            company: "Larkfield",
            product: "Orbit",
        },
        industry: "Manufacturing",
        date: "2026-11-18".to_owned(),
        kind: "meeting",
    }
}

#[cfg(test)]
mod tests {
    use super::Template;

    fn check(source: &str, expect: Result<(), (&str, &str)>) {
        let parsed = Template::parse(source)
            .map(drop)
            .map_err(|complaint| (complaint.message, complaint.hint.unwrap_or_default()));
        let expect = expect.map_err(|(message, hint)| (message.to_owned(), hint.to_owned()));
        assert_eq!(parsed, expect, "{source}");
    }

    #[test]
    fn what_can_be_rendered_is_a_template() {
        check("Direct", Ok(()));
        check("{{ account.name | upper }}, {{ date }}", Ok(()));
        check(
            "{% if opportunity.amount > 100000 %}Large{% else %}Small{% endif %}",
            Ok(()),
        );
        check("{% for n in range(3) %}{{ n }}{% endfor %}", Ok(()));
    }

    #[test]
    fn the_rest_is_refused_with_what_to_do() {
        let example = "for example `{{ account.name }}`, or a text without braces";
        check(
            "{{ oportunity.name }}",
            Err((
                "`oportunity.name` is nothing that a template knows",
                "did you mean `opportunity.name`?",
            )),
        );
        check(
            "{{ owner.phone_number }}",
            Err((
                "`owner.phone_number` is nothing that a template knows",
                "a template can speak of account.id, account.name, contact.email, \
                 contact.first_name, contact.id, contact.last_name, contact.name, contact.title, \
                 date, industry, kind, meeting.date, meeting.topic, opportunity.amount, opportunity.close_date, opportunity.id, \
                 opportunity.name, opportunity.probability, opportunity.stage, owner.id, \
                 owner.name, owner.username, seller.company, seller.product",
            )),
        );
        check(
            "{{ account.name",
            Err((
                "not a template: syntax error: unexpected end of input, expected end of variable block",
                example,
            )),
        );
        check(
            "one\n{% endif %}",
            Err((
                "not a template: syntax error: unknown statement endif (line 2 of it)",
                example,
            )),
        );
        check(
            "{{ kind | shout }}",
            Err((
                "not a template: unknown filter: filter shout is unknown",
                example,
            )),
        );
        check(
            "{% for n in range(9999) %}{% for m in range(9999) %}x{% endfor %}{% endfor %}",
            Err(("not a template: engine ran out of fuel", example)),
        );
    }

    #[test]
    fn a_text_without_braces_is_the_same_for_every_record() {
        assert!(Template::parse("Direct").unwrap().is_constant());
        assert!(!Template::parse("{{ kind }}").unwrap().is_constant());
    }
}
