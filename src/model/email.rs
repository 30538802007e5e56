//! E-mail addresses at which nobody can be.

/// Top-level domains that RFC 2606 and RFC 6761 keep free; sandboxes use `.invalid` themselves.
const TOP_LEVEL: &[&str] = &["example", "test", "invalid", "localhost"];

/// Domains that they keep free under others.
const DOMAINS: &[&str] = &["example.com", "example.net", "example.org"];

/// Whether mail to the address reaches nobody, because its domain is reserved for such use.
pub(crate) fn is_reserved(address: &str) -> bool {
    let Some((_, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let is_or_is_under = |reserved: &&str| {
        let above = domain.strip_suffix(*reserved);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    };
    TOP_LEVEL.iter().chain(DOMAINS).any(is_or_is_under)
}

#[cfg(test)]
mod tests {
    use super::is_reserved;

    #[test]
    fn only_reserved_domains_are_reserved() {
        let check = |address, expect| assert_eq!(is_reserved(address), expect, "{address}");
        for address in [
            "ann@halvorsen.example",
            "ann@EXAMPLE.com",
            "ann@mail.example.org.",
            "ann@corp.test",
            "ann@edge.com.invalid",
            "ann@localhost",
        ] {
            check(address, true);
        }
        for address in [
            "ann@edge.com",
            "ann@notexample.com",
            "ann@example.com.edge.com",
            "ann@latest",
            "ann",
            "",
            "example.com",
        ] {
            check(address, false);
        }
    }
}
