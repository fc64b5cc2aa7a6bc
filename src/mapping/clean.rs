//! Texts of reports, fit for people: escapes undone, terminal codes and control characters gone (junit.md C6, J33).

use std::borrow::Cow;

const ESC: u8 = 0x1b;

/// What was taken out of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// Terminal sequences.
    pub ansi: usize,
    /// Control characters outside such sequences; a carriage return before a line feed does not count.
    pub controls: usize,
}

/// Appends `text` to `out` without terminal sequences and without C0 controls except tab and line feed.
///
/// Doubly escaped controls (`&#27;`, `&amp#27;`, `#x1B` as literal text) are undone first, so that the sequences they
/// begin go as a whole. `\e`, `\x1B` and U+FFFD stay. Linear; a clean text is copied in one piece.
pub fn text(text: &str, out: &mut String) -> Cleaned {
    let text = undo_double_escapes(text);
    let mut cleaned = Cleaned::default();
    let mut rest = &*text;
    while let Some(at) = first_removed(rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let bytes = &rest.as_bytes()[at..];
        let length = match bytes[0] {
            ESC => match sequence_length(bytes) {
                Some(length) => {
                    cleaned.ansi += 1;
                    length
                }
                None => {
                    cleaned.controls += 1;
                    1
                }
            },
            b'\r' => {
                if bytes.get(1) != Some(&b'\n') {
                    out.push('\n');
                }
                1
            }
            _ => {
                cleaned.controls += 1;
                1
            }
        };
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    cleaned
}

/// Writes `name` to `out` as one line: without terminal sequences, each run of line ends and tabs as one blank (J62), any
/// other control character as U+FFFD, so that names which differ in nothing else stay apart (J34, J35); ends are trimmed.
pub(super) fn name(name: &str, out: &mut String) {
    out.clear();
    let mut rest = name;
    let mut in_run = false;
    while let Some(character) = rest.chars().next() {
        let sequence = if character == char::from(ESC) { sequence_length(rest.as_bytes()) } else { None };
        rest = &rest[sequence.unwrap_or(character.len_utf8())..];
        if sequence.is_some() {
            continue;
        }
        let breaks = matches!(character, '\r' | '\n' | '\t');
        match character {
            _ if breaks && in_run => {}
            _ if breaks => out.push(' '),
            '\0'..' ' | '\u{7f}' => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(character),
        }
        in_run = breaks;
    }
    out.truncate(out.trim_end().len());
    out.drain(..out.len() - out.trim_start().len());
}

/// Place of the first byte that does not stay. Whole blocks are looked at without a branch, so that it is done with
/// vectors.
fn first_removed(bytes: &[u8]) -> Option<usize> {
    let (blocks, _) = bytes.as_chunks::<32>();
    let is_dirty = |block: &[u8; 32]| block.iter().fold(false, |dirty, byte| dirty | is_removed(*byte));
    let clean = 32 * blocks.iter().position(is_dirty).unwrap_or(blocks.len());
    Some(clean + bytes[clean..].iter().position(|byte| is_removed(*byte))?)
}

fn is_removed(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t' && byte != b'\n') || byte == 0x7f
}

/// Length of the terminal sequence at the start of `bytes`, which begin with ESC; `None` when it is none.
///
/// Each scan ends at the next control character, so that no byte is looked at by two of them.
fn sequence_length(bytes: &[u8]) -> Option<usize> {
    match *bytes.get(1)? {
        b'[' => {
            let parameters = bytes[2..].iter().take_while(|byte| (0x20..0x40).contains(*byte)).count();
            let last = bytes.get(2 + parameters)?;
            (0x40..0x7f).contains(last).then_some(3 + parameters)
        }
        // OSC, DCS, SOS, PM, APC: a string up to BEL or ESC \.
        b']' | b'P' | b'X' | b'^' | b'_' => {
            let length = 2 + bytes[2..].iter().position(|byte| *byte < 0x20)?;
            match (bytes[length], bytes.get(length + 1)) {
                (0x07, _) => Some(length + 1),
                (ESC, Some(b'\\')) => Some(length + 2),
                _ => None,
            }
        }
        b'(' | b')' => (bytes.get(2)?.is_ascii_alphanumeric()).then_some(3),
        0x40..0x60 | b'7' | b'8' | b'=' | b'>' => Some(2),
        _ => None,
    }
}

/// Turns literal references to control characters into those characters.
fn undo_double_escapes(text: &str) -> Cow<'_, str> {
    let mut undone = String::new();
    let mut copied = 0;
    for hash in memchr::memchr_iter(b'#', text.as_bytes()) {
        if hash < copied {
            continue;
        }
        let Some((start, end, control)) = escaped_control(text, hash) else { continue };
        if start < copied {
            continue;
        }
        undone.push_str(&text[copied..start]);
        undone.push(char::from(control));
        copied = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    undone.push_str(&text[copied..]);
    Cow::Owned(undone)
}

/// The control character written around the `#` at `hash`: where the escape starts and ends, and what it stands for.
fn escaped_control(text: &str, hash: usize) -> Option<(usize, usize, u8)> {
    let bytes = text.as_bytes();
    let before = &bytes[..hash];
    let start = if before.ends_with(b"&amp;") {
        hash - 5
    } else if before.ends_with(b"&amp") {
        hash - 4
    } else if before.ends_with(b"&") {
        hash - 1
    } else {
        return pytest_escape(bytes, hash);
    };
    let digits = &bytes[hash + 1..bytes.len().min(hash + 6)];
    let (digits, radix) = match digits.first() {
        Some(b'x' | b'X') => (&digits[1..], 16),
        _ => (digits, 10),
    };
    let length = digits.iter().position(|byte| *byte == b';')?;
    let value = u8::from_str_radix(std::str::from_utf8(&digits[..length]).ok()?, radix).ok()?;
    let end = hash + 1 + usize::from(radix == 16) + length + 1;
    (value < 0x20).then_some((start, end, value))
}

/// `#x1B`, as pytest writes an illegal character: two hexadecimal digits in capitals.
fn pytest_escape(bytes: &[u8], hash: usize) -> Option<(usize, usize, u8)> {
    let [b'x', high @ (b'0' | b'1'), low @ (b'0'..=b'9' | b'A'..=b'F')] = *bytes.get(hash + 1..hash + 4)? else {
        return None;
    };
    let low = char::from(low).to_digit(16)?;
    let value = (high - b'0') * 16 + u8::try_from(low).ok()?;
    Some((hash, hash + 4, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_and_stay_apart() {
        let named = |text: &str| {
            let mut out = "before".to_owned();
            name(text, &mut out);
            out
        };
        assert_eq!(named(" a\r\n\t b "), "a  b");
        assert_eq!(named("set \"\u{1}\""), "set \"\u{fffd}\"");
        assert_eq!(named("\u{1b}[1m adds \u{1b}[31mred\u{1b}[0m "), "adds red");
        assert_eq!(named("é \u{1b}]8;;x\u{7}ü\u{1b}"), "é ü\u{fffd}");
        assert_eq!(named("\u{1b}[0m"), "");
    }

    fn cleaned(dirty: &str) -> (String, Cleaned) {
        let mut out = String::new();
        let counts = text(dirty, &mut out);
        (out, counts)
    }

    #[test]
    fn clean_text_is_copied() {
        assert_eq!(cleaned("a\tb\nc é \u{fffd} #x & \\e").0, "a\tb\nc é \u{fffd} #x & \\e");
    }

    #[test]
    fn j33_double_escapes_are_undone_before_sequences_are_stripped() {
        for dirty in
            ["&#27;[31mred&#27;[0m", "&amp#27;[31mred&amp#27;[0m", "#x1B[31mred#x1B[0m", "&#x1b;[31mred&amp;#x1B;[0m"]
        {
            let (text, counts) = cleaned(dirty);
            assert_eq!(text, "red", "{dirty}");
            assert_eq!(counts, Cleaned { ansi: 2, controls: 0 });
        }
        assert_eq!(
            cleaned("\\e[1m \\x1B &#233; &#65;&#32;&#x20; #x41 #xAB U+001B").0,
            "\\e[1m \\x1B &#233; &#65;&#32;&#x20; #x41 #xAB U+001B"
        );
    }

    #[test]
    fn sequences_of_all_kinds_go() {
        let (text, counts) = cleaned("a\u{1b}[1;31mb\u{1b}]8;;http://x\u{7}c\u{1b}]0;t\u{1b}\\d\u{1b}(Be\u{1b}7f");
        assert_eq!(text, "abcdef");
        assert_eq!(counts.ansi, 5);
    }

    #[test]
    fn broken_sequences_lose_their_escape_only() {
        assert_eq!(cleaned("a\u{1b}]open\nb").0, "a]open\nb");
        assert_eq!(cleaned("a\u{1b}").0, "a");
        assert_eq!(cleaned("\u{1b}[12").0, "[12");
    }

    #[test]
    fn controls_go_and_line_ends_become_line_feeds() {
        let (text, counts) = cleaned("a\r\nb\rc\u{0}\u{8}\u{7f}d");
        assert_eq!(text, "a\nb\ncd");
        assert_eq!(counts, Cleaned { ansi: 0, controls: 3 });
    }
}
