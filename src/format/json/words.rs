//! Numbers and words: what stands in a document without quotes.

/// What one of them is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// A number, or a word of JSON. Python writes some more, and reads them.
    Known,
    /// A word of another language, for nothing or for a truth value: what it stands for is not in doubt.
    Foreign,
    /// Anything else: its quotes are missing, or those of a text before it.
    Unknown,
}

const KNOWN: &[&[u8]] = &[b"true", b"false", b"null", b"NaN", b"Infinity", b"-Infinity"];

const FOREIGN: &[&[u8]] = &[b"undefined", b"None", b"nil", b"True", b"False", b"nan", b"-nan", b"inf", b"-inf"];

/// Bytes on either side of a letter that are looked at, at most, for the word it belongs to: there is no longer one that is known.
const REACH: usize = 64;

/// What `word` is.
pub(super) fn judge(word: &[u8]) -> Word {
    if KNOWN.contains(&word) || is_number(word) {
        Word::Known
    } else if FOREIGN.contains(&word) {
        Word::Foreign
    } else {
        Word::Unknown
    }
}

/// Whether a word is a number by its first and last bytes: a longer look costs more than what it could find.
#[inline]
pub(super) fn looks_like_number(word: &[u8]) -> bool {
    matches!(word.first(), Some(b'0'..=b'9' | b'-')) && matches!(word.last(), Some(b'0'..=b'9'))
}

/// Also as strict parsers do not read it: `+1`, `.5`.
fn is_number(word: &[u8]) -> bool {
    matches!(word.first(), Some(b'0'..=b'9' | b'-' | b'+' | b'.'))
        && word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
}

/// Where the word begins and ends that holds the byte at `at`.
pub(super) fn around(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes[..at].iter().rev().take(REACH).take_while(is_of_word).count();
    let behind = bytes[at..].iter().take(REACH).take_while(is_of_word).count();
    // A bracket that stands in for a letter is a word of its own.
    (at - before, at + behind.max(1))
}

fn is_of_word(byte: &&u8) -> bool {
    **byte > b' ' && !b",:\"{}[]".contains(byte)
}

/// Whether what stands there is a value by itself: behind a colon, a comma or a bracket, before a comma or a bracket.
pub(super) fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = bytes[..start].trim_ascii_end().last();
    let behind = bytes[end..].trim_ascii_start().first();
    matches!(before, Some(b':' | b',' | b'[')) && matches!(behind, None | Some(b',' | b'}' | b']'))
}
