//! Comments that Jira reads as wiki markup (spec xray-json.md section 2.3: Server and Data Center do). A text that markup
//! would change is framed by `{noformat}`, so that a stack trace arrives as it was written; a plain sentence stays plain.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::model::shorten;

use super::flavour::Target;
use super::json;

const BEGIN: &str = "{noformat}\n";
const END: &str = "\n{noformat}";

/// What would end a frame too early.
const MACRO: &str = "{noformat";

static MACROS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MACRO));

const _: () = assert!(BEGIN.len() + END.len() == shorten::COMMENT_FRAME);

/// A comment while it is put together: without its frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unframed<'t> {
    pub(super) text: Cow<'t, str>,
    /// Whether it is markup on purpose: it holds some, and stands without a frame.
    is_markup: bool,
}

/// A text as `target` shows it unchanged.
pub(super) fn framed(text: &str, target: Target) -> Cow<'_, str> {
    if target != Target::Server || !has_markup(text.trim_end()) {
        return Cow::Borrowed(text);
    }
    let inner = text.trim_end().replace(MACRO, "(noformat");
    Cow::Owned([BEGIN, &inner, END].concat())
}

/// Takes the frame off.
pub(super) fn unframed(comment: &str, target: Target) -> Unframed<'_> {
    let inner = comment.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    match inner.filter(|inner| target == Target::Server && !inner.contains(MACRO)) {
        Some(inner) => Unframed { text: Cow::Borrowed(inner), is_markup: false },
        None => Unframed { text: Cow::Borrowed(comment), is_markup: target == Target::Server && has_markup(comment) },
    }
}

/// Appends `text`, as `target` shows it unchanged, to a JSON string.
pub(super) fn write_framed(out: &mut Vec<u8>, text: &str, target: Target) {
    let inner = text.trim_end();
    if target != Target::Server || !has_markup(inner) {
        json::content(out, text);
    } else if MACROS.find(inner.as_bytes()).is_some() {
        json::content(out, &framed(text, target));
    } else {
        [BEGIN, inner, END].iter().for_each(|part| json::content(out, part));
    }
}

/// As [`framed`], for a text that was put together of these: it needs no frame where they have none.
pub(super) fn framed_as<'t>(text: &'t str, parts: &[Unframed<'_>], target: Target) -> Cow<'t, str> {
    let is_text = |part: &Unframed<'_>| !part.is_markup && has_markup(&part.text);
    if parts.iter().any(|part| part.is_markup) && !parts.iter().any(is_text) {
        return Cow::Borrowed(text);
    }
    framed(text, target)
}

/// Whether wiki markup would change the text: signs that mean something there, blanks that begin a line, lists,
/// headings, smileys. Where that is not certain, it counts as changed.
fn has_markup(text: &str) -> bool {
    !text.trim().is_empty()
        && (text.lines().any(begins_markup)
            || has_sign(text.as_bytes())
            || text.split_ascii_whitespace().any(|word| SMILEYS.contains(&word)))
}

/// Smileys that stand alone.
const SMILEYS: &[&str] = &[":D", ":P", ";D", ";P"];

/// Pictures that stand anywhere.
const PICTURES: &[&[u8]] = &[
    b"(!)", b"(?)", b"(/)", b"(+)", b"(-)", b"(*", b"(x)", b"(y)", b"(n)", b"(i)", b"(on)", b"(off)", b":)", b":(",
    b";)",
];

/// Blanks, which are lost, lists, headings, quotations.
fn begins_markup(line: &str) -> bool {
    let heading = line.starts_with('h')
        && line.as_bytes().get(1..3).is_some_and(|rest| rest[0].is_ascii_digit() && rest[1] == b'.');
    let listed = line.trim_start_matches(['-', '*', '#']);
    heading || line.starts_with([' ', '\t']) || line.starts_with("bq.") || (listed != line && listed.starts_with(' '))
}

fn has_sign(text: &[u8]) -> bool {
    let mut before = b' ';
    let mut exclamations = 0;
    for (at, &byte) in text.iter().enumerate() {
        let is_markup = match byte {
            b'{' | b'}' | b'[' | b']' | b'|' | b'\\' => true,
            // What begins a word is set in bold, in italics, struck out; within a word it is only a sign.
            b'*' | b'_' | b'^' | b'~' | b'+' | b'-' | b'?' => {
                let after = text.get(at + 1).copied().unwrap_or(b' ');
                !before.is_ascii_alphanumeric() && !after.is_ascii_whitespace() && (byte != b'?' || after == b'?')
            }
            b'!' => {
                exclamations += 1;
                exclamations > 1
            }
            b'(' | b':' | b';' => PICTURES.iter().any(|picture| text[at..].starts_with(picture)),
            _ => false,
        };
        if is_markup {
            return true;
        }
        before = byte;
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_sentences_stay_as_they_are() {
        for plain in [
            "",
            "boom",
            "expected: 5, but was: 4",
            "java.lang.AssertionError: expected:<5> but was:<4>",
            "at line 1\nat line 2",
            "x-ray is co-operative; 3 of 4 tests passed.",
            "https://ci.example.org/job/12?page=3",
            "https://ci.example.org/job/?page=3",
            "1 != 2",
            "snake_case_name is 5 * 3 (see Cart.java:12)",
            "Add(a: 1) # 3",
        ] {
            assert_eq!(framed(plain, Target::Server), plain);
        }
    }

    #[test]
    fn what_markup_would_change_is_framed() {
        for text in [
            "expected [a] but was {b}",
            "_private",
            "of {type} *any*",
            "??cited??",
            "## x",
            "passed (x) or (/)",
            "\tat shop.Cart.pay(Cart.java:12)",
            "first\n  second",
            "- a\n- b",
            "h1. title",
            "see !picture.png!",
            "a -struck- word",
            "done :D",
            "C:\\temp",
        ] {
            assert_eq!(framed(text, Target::Server), format!("{{noformat}}\n{text}\n{{noformat}}"));
            assert_eq!(framed(text, Target::Cloud), text);
        }
        assert_eq!(framed("a {noformat} b", Target::Server), "{noformat}\na (noformat} b\n{noformat}");
    }

    #[test]
    fn frames_come_off_and_markup_on_purpose_is_seen() {
        let unframed_text = |text| unframed(text, Target::Server);
        assert_eq!(unframed_text("{noformat}\n{b}\n{noformat}"), Unframed { text: "{b}".into(), is_markup: false });
        assert_eq!(unframed_text("boom"), Unframed { text: "boom".into(), is_markup: false });
        assert_eq!(unframed_text("*bold*"), Unframed { text: "*bold*".into(), is_markup: true });
        let two = "{noformat}\na\n{noformat}\n{noformat}\nb\n{noformat}";
        assert_eq!(unframed_text(two), Unframed { text: two.into(), is_markup: true });
        let parts = [unframed_text("*bold*"), unframed_text("boom")];
        assert_eq!(framed_as("*bold*\n\nboom", &parts, Target::Server), "*bold*\n\nboom");
        let parts = [unframed_text("*bold*"), unframed_text("{noformat}\n{b}\n{noformat}")];
        assert!(framed_as("*bold*\n\n{b}", &parts, Target::Server).starts_with(BEGIN));
        let row = framed_as("row[1]: boom", &[unframed_text("boom")], Target::Server);
        assert!(row.starts_with(BEGIN), "what is said beside the parts is text, too");
    }

    proptest! {
        #[test]
        fn a_framed_text_comes_back_and_is_not_framed_twice(text in "[a-z _*{}\n-]{0,40}") {
            let once = framed(&text, Target::Server).into_owned();
            let back = unframed(&once, Target::Server);
            prop_assert_eq!(back.text.trim_end(), text.trim_end().replace(MACRO, "(noformat"));
            let again = framed(&back.text, Target::Server).into_owned();
            prop_assert_eq!(again.trim_end(), once.trim_end());
        }
    }
}
