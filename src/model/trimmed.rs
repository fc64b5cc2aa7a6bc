//! Texts without the white space around them.

/// The text without white space around it. A look at both ends tells that there is none, as a rule.
#[inline]
pub fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] | [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// Takes the white space around a text away. Hardly any text has some.
pub fn trim(text: &mut String) {
    let length = trimmed(text).len();
    if length < text.len() {
        let before = text.len() - text.trim_start().len();
        text.drain(..before);
        text.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_standard_library_does_it() {
        for text in ["", " ", "a", " a", "a ", "a b", "\u{a0}a\u{2003}", "é", "a\u{85}", "\u{7f}", "\tx\n", "~!"] {
            assert_eq!(trimmed(text), text.trim(), "{text:?}");
            let mut own = text.to_owned();
            trim(&mut own);
            assert_eq!(own, text.trim(), "{text:?}");
        }
    }
}
