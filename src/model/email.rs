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

/// The domain of a website as people write it: of `https://www.acme.example/about` it is
/// `acme.example`.
pub(crate) fn domain_of_website(website: &str) -> Option<String> {
    let rest = website
        .trim()
        .split_once("://")
        .map_or(website.trim(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let is_label = |label: &str| !label.is_empty() && label.chars().all(is_letter);
    (host.contains('.') && host.split('.').all(is_label)).then(|| host.to_owned())
}

/// Whether a domain is this one or under it.
pub(crate) fn is_within(domain: &str, above: &str) -> bool {
    let domain = domain.trim().to_ascii_lowercase();
    let rest = domain.strip_suffix(above);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Letters that are written without their marks in addresses, and what is written instead.
const PLAIN: &[(&str, &str)] = &[
    ("àáâãåāăą", "a"),
    ("ä", "ae"),
    ("æ", "ae"),
    ("çćč", "c"),
    ("ďđ", "d"),
    ("èéêëēęě", "e"),
    ("ğ", "g"),
    ("ìíîïīı", "i"),
    ("łľĺ", "l"),
    ("ñńň", "n"),
    ("òóôõøő", "o"),
    ("ö", "oe"),
    ("œ", "oe"),
    ("ř", "r"),
    ("śšş", "s"),
    ("ß", "ss"),
    ("ťţ", "t"),
    ("ùúûūůű", "u"),
    ("ü", "ue"),
    ("ýÿ", "y"),
    ("źżž", "z"),
];

/// A name in the letters that addresses are made of; what is between its words becomes the
/// separator, and other scripts are left out.
pub(crate) fn plain(name: &str, separator: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            plain.push(letter);
            continue;
        }
        let known = PLAIN.iter().find(|(marked, _)| marked.contains(letter));
        match known {
            Some((_, letters)) => plain.push_str(letters),
            None if matches!(letter, '\'' | '’' | '.') => {}
            None => plain.push_str(separator),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{domain_of_website, is_reserved, is_within, plain};

    #[test]
    fn domains_are_within_others_and_look_alikes_are_not() {
        for (domain, expect) in [
            ("acme.example", true),
            ("Mail.ACME.example", true),
            ("notacme.example", false),
            ("example", false),
        ] {
            assert_eq!(is_within(domain, "acme.example"), expect, "{domain}");
        }
    }

    #[test]
    fn names_are_spelled_as_in_addresses() {
        for (name, separator, expect) in [
            ("Édouard", "", "edouard"),
            ("Müller-Groß", "", "muellergross"),
            ("D'Souza", "", "dsouza"),
            ("van der Meer", "", "vandermeer"),
            ("Acme & Sons, Inc.", "-", "acme---sons--inc"),
            ("Łukasz", "", "lukasz"),
        ] {
            assert_eq!(plain(name, separator), expect, "{name}");
        }
    }

    #[test]
    fn domains_are_read_as_people_write_websites() {
        for (website, expect) in [
            ("https://www.acme.example/about", Some("acme.example")),
            ("www.acme.example", Some("acme.example")),
            ("ACME.example:8080", Some("acme.example")),
            ("acme", None),
            ("not a site.", None),
            ("", None),
        ] {
            assert_eq!(domain_of_website(website).as_deref(), expect, "{website}");
        }
    }

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
