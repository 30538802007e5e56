//! What differs from run to run, in the one place that knows of it.

/// Puts a name in place of each id of an org or a run, each port, and each folder of a test.
pub(crate) fn redact(text: &str, folder: &str) -> String {
    let text = text.replace(folder, "[FOLDER]");
    let mut redacted = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        redacted.push_str(&rest[..start]);
        rest = &rest[start..];
        let part = |c: char| !c.is_ascii_alphanumeric() && c != '-';
        let word = &rest[..rest.find(part).unwrap_or(rest.len())];
        redacted.push_str(match word {
            _ if word.starts_with("00D") && word.len() == 18 => "[ORG]",
            _ if is_run_id(word) => "[RUN]",
            _ if redacted.ends_with("127.0.0.1:") => "[PORT]",
            _ => word,
        });
        rest = &rest[word.len()..];
    }
    redacted + rest
}

/// `20261120-150000-00317e`
fn is_run_id(word: &str) -> bool {
    let lengths: Vec<_> = word.split('-').map(str::len).collect();
    lengths == [8, 6, 6] && word.starts_with("20")
}

#[test]
fn only_what_differs_is_redacted() {
    let text = "Plan in Larkfield (00DXcqKwWJKVvMXM01, http://127.0.0.1:46689) on 2026-11-20: 006Em0000000001IAA\n\
                ./runs/20261120T150000Z_story_20261120-150000-00317e/run.json in /home/x/demo.yaml";
    let expect = "Plan in Larkfield ([ORG], http://127.0.0.1:[PORT]) on 2026-11-20: 006Em0000000001IAA\n\
                  ./runs/20261120T150000Z_story_[RUN]/run.json in [FOLDER]/demo.yaml";
    assert_eq!(redact(text, "/home/x"), expect);
}
