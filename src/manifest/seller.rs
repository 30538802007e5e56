//! `seller`: who sells, what, and against whom. Texts, answers on competition and lost deals draw on
//! it.

use serde::Serialize;

use super::problems::Complaint;
use super::section::Section;
use super::tree::Node;
use super::values::text;

/// Our side, as texts speak of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(crate) struct Seller {
    /// `None`: the name of the company whose org it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) company: Option<String>,
    /// Empty: what is sold is called as the opportunity is.
    pub(crate) products: Vec<String>,
    pub(crate) competitors: Vec<String>,
    /// What is good about our side, as in `what we do: …`.
    pub(crate) value_points: Vec<String>,
}

/// A name is spoken of in the middle of sentences, and in subjects.
const LONGEST: usize = 120;

pub(super) fn seller(mut seller: Section) -> Seller {
    Seller {
        company: seller.value("company", name),
        products: seller.distinct("products", name).unwrap_or_default(),
        competitors: seller.distinct("competitors", name).unwrap_or_default(),
        value_points: seller.distinct("value_points", name).unwrap_or_default(),
    }
}

/// A single line of some length, without the full stop that its sentence ends in anyway.
fn name(node: &Node) -> Result<String, Complaint> {
    let text = text(node)?;
    let text = text.trim().trim_end_matches('.');
    let length = text.chars().count();
    if length > LONGEST {
        let hint = format!("write {LONGEST} characters at most");
        return Err(Complaint::new(
            format!("{length} characters are too long"),
            hint,
        ));
    }
    if text.contains(['\n', '\t']) {
        let hint = "write it on a single line, without tabs";
        return Err(Complaint::new("more than one line", hint));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::manifest::fixtures;

    /// The problems of a manifest with this under `seller`.
    #[track_caller]
    fn check(seller: &str, expect: &[&str]) {
        fixtures::check(&format!("seller: {seller}"), expect);
    }

    #[test]
    fn a_seller_is_named_with_what_is_sold() {
        check(
            "{company: Larkfield, products: [Orbit], competitors: [Northwind]}",
            &[],
        );
        check("{value_points: [Live in six weeks.]}", &[]);
        check(
            "{product: [Orbit]}",
            &["3 seller.product: unknown key (did you mean `products`?)"],
        );
        check(
            "{products: [Orbit, Orbit]}",
            &["3 seller.products[1]: stands in the list already (take this one out)"],
        );
        check(
            "{competitors: Northwind}",
            &[
                "3 seller.competitors: must be a list, not text (write `[a, b]`, or one `- a` line for each)",
            ],
        );
        check(
            &format!("{{company: {}}}", "x".repeat(121)),
            &["3 seller.company: 121 characters are too long (write 120 characters at most)"],
        );
    }

    #[test]
    fn what_is_read_is_written_again() {
        let manifest =
            fixtures::loads_again("seller: {company: Larkfield, products: [A], value_points: [B]}");
        assert_eq!(manifest.seller.company.as_deref(), Some("Larkfield"));
    }
}
