//! Salesforce record ids: 15 base-62 characters and a checksum of three that keeps their case.

/// The part of an id that names the instance; ids we make have it after their key prefix.
const POD: &str = "Em";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// An id in its 18-character form; compare ids only in this form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordId(String);

impl RecordId {
    /// Reads the 15- or the 18-character form; a checksum that does not fit is not an id.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 15 | 18) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let id = with_checksum(&text[..15]);
        (bytes.len() == 15 || id == text).then_some(Self(id))
    }

    /// The id with this key prefix and running number.
    pub(crate) fn from_number(prefix: &str, number: u64) -> Self {
        let mut digits = [b'0'; 10];
        let mut rest = number;
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[(rest % 62) as usize];
            rest /= 62;
        }
        let digits = std::str::from_utf8(&digits).expect("base-62 digits are ASCII");
        Self(with_checksum(&format!("{prefix}{POD}{digits}")))
    }

    /// The running number of an id that [`Self::from_number`] could have made.
    pub(crate) fn number(&self) -> Option<u64> {
        let digits = self.0[3..15].strip_prefix(POD)?;
        let value = |byte| DIGITS.iter().position(|digit| *digit == byte);
        digits.bytes().try_fold(0_u64, |number, byte| {
            number.checked_mul(62)?.checked_add(value(byte)? as u64)
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The three characters that tell the sObject.
    pub(crate) fn prefix(&self) -> &str {
        &self.0[..3]
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.0
    }
}

/// Appends the checksum: per group of five, a bit for each capital, lowest first.
fn with_checksum(fifteen: &str) -> String {
    let mut id = String::with_capacity(18);
    id.push_str(fifteen);
    for group in fifteen.as_bytes().chunks(5) {
        let bits = group
            .iter()
            .enumerate()
            .filter(|(_, byte)| byte.is_ascii_uppercase())
            .fold(0, |bits, (index, _)| bits | 1 << index);
        id.push(char::from(CHECKSUM[bits]));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: Option<&str>) {
        let id = RecordId::parse(input);
        assert_eq!(id.as_ref().map(RecordId::as_str), expect, "{input}");
    }

    #[test]
    fn the_checksum_is_salesforces() {
        check("001D000000INjVe", Some("001D000000INjVeIAL"));
        check("001xx000003DGb1", Some("001xx000003DGb1AAG"));
        check("003RM0000068xV6", Some("003RM0000068xV6YAI"));
        check("012000000000000", Some("012000000000000AAA"));
        check("001D000000INjVeIAL", Some("001D000000INjVeIAL"));
    }

    #[test]
    fn what_is_not_an_id() {
        check("", None);
        check("001D000000INjV", None);
        check("001D000000INjVeAAA", None);
        check("001d000000injveIAL", None);
        check("001D000000-NjVe", None);
        check("001D00000éINjV", None);
    }

    #[test]
    fn numbers_round_trip_in_order() {
        let ids: Vec<_> = [0, 9, 61, 62, 3843, 250_000]
            .map(|number| RecordId::from_number("00U", number))
            .into();
        assert!(ids.is_sorted());
        assert_eq!(ids[5].number(), Some(250_000));
        assert_eq!(ids[5].prefix(), "00U");
        assert_eq!(RecordId::parse(ids[4].as_str()).as_ref(), Some(&ids[4]));
        assert_eq!(
            RecordId::parse("001D000000INjVe").and_then(|id| id.number()),
            None
        );
    }
}
