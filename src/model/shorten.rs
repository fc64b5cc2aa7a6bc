//! Texts that must fit: limits count UTF-16 units, as the services behind them do (spec xray-json.md section 8).

use std::borrow::Cow;

/// UTF-16 units of a comment at most (decision 19).
pub const COMMENT: usize = 32_000;

/// Units of these that are kept free for a frame, where the target would read a comment as markup without one.
pub const COMMENT_FRAME: usize = 22;

/// UTF-16 units kept free for the marker of [`head_and_tail`].
const MARKER_ROOM: usize = 64;

/// Shortens `text` to at most `limit` UTF-16 units: its first three quarters and its last quarter, around a marker that
/// says how much is missing (decision 19). Returns whether anything was left out. Linear in the length of the text.
pub fn head_and_tail(text: &mut String, limit: usize) -> bool {
    // A character never has more UTF-16 units than it has bytes.
    if text.len() <= limit {
        return false;
    }
    let total: usize = text.chars().map(char::len_utf16).sum();
    if total <= limit {
        return false;
    }
    let room = limit.saturating_sub(MARKER_ROOM);
    let head = offset_after(text.char_indices(), room / 4 * 3).unwrap_or(text.len());
    let tail = offset_before(text, room / 4).max(head);
    let marker = format!("{MARKER_BEGIN}{}{MARKER_END}", missing_with(&text[head..tail]));
    text.replace_range(head..tail, &marker);
    true
}

/// What stands before and behind the number of characters that are missing.
const MARKER_BEGIN: &str = "\n[… ";
const MARKER_END: &str = " characters left out …]\n";

/// How many characters are missing where `middle` is left out: its own, and those that were left out of it before. Of what was cut
/// while it was read the number is not known here.
fn missing_with(middle: &str) -> String {
    let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
    let (mut missing, mut is_all, mut rest) = (0, true, middle);
    while let Some(at) = rest.find("\n[…") {
        missing += units(&rest[..at]);
        rest = &rest[at..];
        let told = rest.strip_prefix(MARKER_BEGIN).and_then(|rest| rest.split_once(MARKER_END));
        if let Some((number, behind)) = told.and_then(|(number, behind)| Some((ungrouped(number)?, behind))) {
            missing += number;
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix(CUT) {
            is_all = false;
            rest = behind;
        } else {
            // Somebody else's words.
            missing += 1;
            rest = &rest[1..];
        }
    }
    let number = grouped(missing + units(rest));
    if is_all { number } else { format!("more than {number}") }
}

/// Bytes kept from the start of a text that is very long while it is read. What is written of most is shorter (32,000 UTF-16
/// units, three quarters of them from the start): this cut lies within what is left out then.
pub const CUT_HEAD: usize = 96 * 1024;

/// Bytes kept from its end, or more.
pub const CUT_TAIL: usize = 64 * 1024;

/// Stands between head and tail.
pub const CUT: &str = "\n[…]\n";

/// Says in a text, out of whose middle so many bytes were `omitted` while it was read, how many are missing, and gives them. Of
/// its end no more stays than would in any case: how much there is depends on the pieces in which it came.
pub fn tell_cut(text: &mut String, omitted: u64) -> u64 {
    let usual = text.floor_char_boundary(CUT_HEAD);
    let start = if text[usual..].starts_with(CUT) { Some(usual) } else { text.find(CUT) };
    let Some(start) = start.filter(|_| omitted > 0) else { return omitted };
    let behind = start + CUT.len();
    let end = text.ceil_char_boundary(text.len().saturating_sub(CUT_TAIL)).max(behind);
    let missing = omitted + (end - behind) as u64;
    let marker = format!("\n[… {} bytes left out …]\n", grouped(usize::try_from(missing).unwrap_or(usize::MAX)));
    text.replace_range(start..end, &marker);
    missing
}

/// Bytes below which nothing that would be of use is left of a text.
const SHORTEST: usize = 512;

/// Shortens `text` to at most `limit` bytes, as [`head_and_tail`] does, and gives how many bytes of it are missing; nothing
/// is left of it where there is room for little more than the marker.
pub fn head_and_tail_bytes(text: &mut String, limit: usize) -> usize {
    if text.len() <= limit {
        return 0;
    }
    if limit < SHORTEST {
        let missing = text.len();
        text.clear();
        return missing;
    }
    let room = limit - MARKER_ROOM;
    let head = text.floor_char_boundary(room / 4 * 3);
    let tail = text.ceil_char_boundary(text.len() - room / 4);
    let marker = format!("\n[… {} bytes left out …]\n", grouped(tail - head));
    text.replace_range(head..tail, &marker);
    tail - head
}

/// `text` as one line of at most `limit` UTF-16 units: runs of blanks and line ends become one blank, control characters
/// go, the ends are trimmed, and `…` stands for what does not fit (decision 9). Borrowed when nothing had to change.
///
/// In a text that fits, controls and blanks beyond ASCII stay as they are: the mapper looks at every name by the same
/// rule, and U+2028 in a summary does no harm. Who writes to a terminal escapes them.
pub fn one_line(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit && is_one_line(text) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len().min(4 * limit));
    let mut units = 0;
    for word in text.split(|c: char| c.is_whitespace() || c == '\u{feff}') {
        let mut blank = !line.is_empty();
        for character in word.chars().filter(|c| !c.is_control()) {
            if std::mem::take(&mut blank) {
                line.push(' ');
                units += 1;
            }
            line.push(character);
            units += character.len_utf16();
        }
        // One word more than fits is enough to know that something does not fit.
        if units > limit {
            break;
        }
    }
    if units > limit {
        let end = offset_after(line.char_indices(), limit.saturating_sub(1)).unwrap_or(line.len());
        line.truncate(end);
        line.truncate(line.trim_end().len());
        line.push('…');
    }
    Cow::Owned(line)
}

/// Whether there are neither controls nor two blanks in a row nor blanks at the ends. The bytes are looked at without a
/// branch, so that it is done with vectors.
fn is_one_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    let controls = bytes.iter().fold(false, |found, byte| found | (*byte < 0x20) | (*byte == 0x7f));
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let blanks = pairs.fold(false, |found, (one, next)| found | ((*one == b' ') & (*next == b' ')));
    !controls && !blanks && text.trim().len() == text.len()
}

/// Byte offset behind the last character that lies within the first `units` units; `None` when all do.
fn offset_after(characters: impl Iterator<Item = (usize, char)>, units: usize) -> Option<usize> {
    let mut seen = 0;
    for (offset, character) in characters {
        seen += character.len_utf16();
        if seen > units {
            return Some(offset);
        }
    }
    None
}

/// Byte offset of the first character that lies within the last `units` units.
fn offset_before(text: &str, units: usize) -> usize {
    let mut seen = 0;
    let mut start = text.len();
    for (offset, character) in text.char_indices().rev() {
        seen += character.len_utf16();
        if seen > units {
            break;
        }
        start = offset;
    }
    start
}

/// What [`grouped`] made of a number.
fn ungrouped(text: &str) -> Option<usize> {
    // As long as a number is at most: this is anybody's text.
    let is_number = text.len() < 27 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    text.replace(',', "").parse().ok().filter(|_| is_number)
}

/// `12345` as `12,345`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_says_how_much_is_missing() {
        let head = "é".repeat(CUT_HEAD / 2);
        let cut = |tail: usize, omitted| {
            let mut text = [&head, CUT, &"y".repeat(tail)].concat();
            (tell_cut(&mut text, omitted), text)
        };
        let (missing, text) = cut(CUT_TAIL + 1000, 5000);
        assert_eq!(missing, 6000);
        assert_eq!(text, [&head, "\n[… 6,000 bytes left out …]\n", &"y".repeat(CUT_TAIL)].concat());
        assert_eq!(cut(CUT_TAIL, 6000), (6000, text));
        let mut text = "it says\n[…]\nitself".to_owned();
        assert_eq!((tell_cut(&mut text, 0), &*text), (0, "it says\n[…]\nitself"));
    }

    fn units(text: &str) -> usize {
        text.encode_utf16().count()
    }

    #[test]
    fn long_texts_keep_head_and_tail_around_a_marker() {
        let mut text = format!("{}{}", "a".repeat(30_000), "z".repeat(30_000));
        assert!(head_and_tail(&mut text, 32_000));
        assert!(units(&text) <= 32_000);
        assert!(text.starts_with("aaa") && text.ends_with("zzz"));
        assert!(text.contains("\n[… 28,064 characters left out …]\n"), "{}", &text[23_900..24_100]);
        assert_eq!(text.matches('a').count(), 23_952 + 2, "three quarters are head; two more stand in the marker");
    }

    #[test]
    fn a_text_that_is_cut_again_says_how_much_is_missing_in_all() {
        let mut text = format!("{}{}", "a".repeat(200_000), "z".repeat(200_000));
        assert!(head_and_tail(&mut text, 50_000) && head_and_tail(&mut text, 32_000));
        let kept = text.len() - text.find('z').unwrap() + text.find('\n').unwrap();
        assert!(text.contains(&format!("\n[… {} characters left out …]\n", grouped(400_000 - kept))), "{kept}");
        let mut read = format!("{}{CUT}{}", "a".repeat(CUT_HEAD), "z".repeat(CUT_TAIL));
        assert!(head_and_tail(&mut read, 32_000));
        assert!(read.contains("\n[… more than 131,904 characters left out …]\n"), "{}", &read[23_900..24_100]);
        let mut theirs = format!("{}\n[… some characters left out …]\n{}", "a".repeat(40_000), "z".repeat(40_000));
        let length = units(&theirs);
        assert!(head_and_tail(&mut theirs, 32_000));
        let kept = theirs.len() - theirs.find('z').unwrap() + theirs.find('\n').unwrap();
        assert!(theirs.contains(&grouped(length - kept)), "{}", &theirs[23_900..24_100]);
    }

    #[test]
    fn units_count_not_bytes() {
        let mut text = "😀".repeat(16_000);
        assert!(!head_and_tail(&mut text, 32_000));
        text.push('x');
        assert!(head_and_tail(&mut text, 32_000));
        assert!(units(&text) <= 32_000);
    }

    #[test]
    fn summaries_are_one_line_that_fits() {
        assert!(matches!(one_line("adds item", 255), Cow::Borrowed("adds item")));
        assert_eq!(one_line(" a\r\n\tb\u{1}  c ", 255), "a b c");
        let long = one_line(&"x😀".repeat(300), 255).into_owned();
        assert!(units(&long) <= 255 && long.ends_with('…'), "{long}");
        assert_eq!(one_line(&"é".repeat(255), 255), "é".repeat(255));
        assert!(matches!(one_line("1\u{a0}234\u{2028}é\u{85}", 255), Cow::Owned(_)), "an end is trimmed, though");
        assert!(matches!(one_line("1\u{a0}234\u{2028}é", 255), Cow::Borrowed("1\u{a0}234\u{2028}é")));
    }
}
