//! Where markup ends: one look at the bytes behind a `<`.

use std::ops::Range;

use super::marks;

pub(super) const CDATA_START: &[u8] = b"<![CDATA[";
const COMMENT_START: &[u8] = b"<!--";

/// What begins with the `<` at hand. Lengths count from it.
///
/// Whole words only: parts of a word that are written one by one and read at once make the processor wait.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Markup {
    /// A start tag, `<` and `>` included in `length`; `tail` bytes of it end it: one, or two of an empty element. None do
    /// where a tag in doubt lacks its `>`.
    Start { length: usize, name: Name, tail: usize },
    /// What begins like a start tag and goes on like none: [`super::doubt`] tells.
    Doubtful { name: Name },
    /// An end tag.
    End { length: usize, name: Range<usize> },
    /// `<![CDATA[`.
    CData,
    /// A document type or another declaration.
    Skip { length: usize },
    /// A comment or a processing instruction: `length` bytes, which cannot be part of its end, then all up to its end.
    SkipTo { length: usize, terminator: &'static [u8] },
    /// Not markup at all, but a `<` that should have been escaped.
    Literal,
    /// It does not end within these bytes.
    Incomplete,
}

/// The name of a start tag, which begins behind its `<`: how long it is, and how long its prefix, in one word (see [`Markup`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Name(u64);

impl Name {
    /// `prefix` counts the colon, too (J08).
    pub(super) fn new(length: usize, prefix: usize) -> Name {
        let half = |length: usize| u64::from(u32::try_from(length).unwrap_or(u32::MAX));
        Name(half(length) << 32 | half(prefix))
    }

    /// Length of the whole.
    #[inline]
    pub(super) fn length(self) -> usize {
        (self.0 >> 32) as usize
    }

    /// Length of its prefix, the colon included.
    #[inline]
    pub(super) fn prefix(self) -> usize {
        (self.0 & u64::from(u32::MAX)) as usize
    }
}

/// A value between quotes in a start tag, as offsets behind its `<`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quoted {
    /// Length of the attribute's local name, which then stands, with nothing but `=` in between, before the quote; zero
    /// where something else than a usual name stands there, which the reader of the tag has to look at.
    pub(super) name: usize,
    /// What stands between the quotes.
    pub(super) value: Range<usize>,
    /// Whether every byte of it stands for itself.
    pub(super) is_plain: bool,
}

/// Values of a tag whose places are kept; those behind them are searched again by who asks for them.
pub(super) const MOST_QUOTED: usize = 256;

/// Looks at `bytes`, which begin with `<`; `is_last` when nothing follows them. Values of a start tag, the first of many,
/// are appended to `values`, also those of a tag that turns out to be none.
///
/// It stands alone: the three ways to the next event would hold three copies, and the nearest cache for code is small.
#[inline(never)]
pub(super) fn markup(bytes: &[u8], is_last: bool, values: &mut Vec<Quoted>) -> Markup {
    match bytes.get(1) {
        None => Markup::Incomplete,
        Some(b'/') => end_tag(bytes),
        Some(b'!') => declaration(bytes),
        Some(b'?') => Markup::SkipTo { length: 2, terminator: b"?>" },
        Some(first) if starts_name(*first) => start_tag(bytes, is_last, values),
        Some(_) => Markup::Literal,
    }
}

#[inline]
pub(super) fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

#[inline]
pub(super) fn is_in_name(byte: u8) -> bool {
    starts_name(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
}

#[inline]
fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'<' | b'"' | b'\'' | b'=')
}

/// The name at the start of `bytes`.
#[inline]
fn name(bytes: &[u8]) -> Option<Name> {
    match marks::name_end(bytes) {
        Some((length, prefix)) if ends_name(bytes[length]) => Some(Name::new(length, prefix)),
        _ => name_by_bytes(bytes),
    }
}

/// A name that is long or holds odd bytes.
fn name_by_bytes(bytes: &[u8]) -> Option<Name> {
    let length = bytes.iter().position(|byte| ends_name(*byte))?;
    let prefix = bytes[..length].iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
    Some(Name::new(length, prefix))
}

#[inline(always)]
fn start_tag(bytes: &[u8], is_last: bool, values: &mut Vec<Quoted>) -> Markup {
    let Some(name) = name(&bytes[1..]) else {
        return Markup::Incomplete;
    };
    // Where the next attribute begins; the quote that is open, or zero, where its value begins, and whether nothing odd has been
    // seen in it.
    let (mut behind, mut quote, mut begin, mut is_plain) = (1 + name.length(), 0, 0, true);
    let mut block = behind;
    while block < bytes.len() {
        let mut marks = marks::of_tag(&bytes[block..]);
        while marks != 0 {
            let at = block + marks.trailing_zeros() as usize;
            marks &= marks - 1;
            let byte = bytes[at];
            if quote == 0 {
                match byte {
                    b'"' | b'\'' => (quote, begin, is_plain) = (byte, at, true),
                    b'>' => {
                        let tail = 1 + usize::from(bytes[at - 1] == b'/');
                        let end = at + 1 - tail;
                        // As a rule nothing stands before it, or a blank.
                        if behind != end
                            && (behind + 1 != end || bytes[behind] != b' ')
                            && !is_before_end(&bytes[behind..end], values)
                        {
                            return Markup::Doubtful { name };
                        }
                        return Markup::Start { length: at + 1, name, tail };
                    }
                    b'<' if values.is_empty() => return Markup::Literal,
                    b'<' => return Markup::Doubtful { name },
                    _ => {}
                }
            } else if byte == quote {
                if !note(values, bytes, behind, begin..at, is_plain) {
                    return Markup::Doubtful { name };
                }
                behind = at + 1;
                quote = 0;
            } else {
                is_plain &= !matches!(byte, b'&' | b'<' | 0..0x20);
            }
        }
        block += marks::TAG_BLOCK;
    }
    match quote != 0 && is_last && bytes[begin..].contains(&b'>') {
        true => Markup::Doubtful { name },
        false => Markup::Incomplete,
    }
}

/// Notes the value between these quotes, if there is room, and tells whether an attribute stands before it; `behind` is
/// where the value before it has ended.
#[inline(always)]
pub(super) fn note(
    values: &mut Vec<Quoted>,
    bytes: &[u8],
    behind: usize,
    quotes: Range<usize>,
    is_plain: bool,
) -> bool {
    if values.len() == MOST_QUOTED {
        return true;
    }
    let name = usual_name(bytes, behind, quotes.start);
    values.push(Quoted { name, value: quotes.start..quotes.end - 1, is_plain });
    name > 0 || is_unusual(values, bytes, behind..quotes.start)
}

/// Whether an attribute stands between a value and the quote behind it, where a look at once did not show its name.
#[inline(never)]
fn is_unusual(values: &mut [Quoted], bytes: &[u8], between: Range<usize>) -> bool {
    if bytes.len() < between.start + marks::VECTOR
        && let Some(value) = values.last_mut()
    {
        value.name = name_in_few(bytes, between.start, between.end);
    }
    is_before_value(&bytes[between])
}

/// Whether it is white space, a name and `=`.
#[inline(never)]
fn is_before_value(between: &[u8]) -> bool {
    let Some(name) = between.trim_ascii_end().strip_suffix(b"=") else { return false };
    let is_apart = name.first().is_some_and(u8::is_ascii_whitespace);
    let name = name.trim_ascii();
    is_apart && !name.is_empty() && !name.iter().any(|byte| byte.is_ascii_whitespace() || *byte == b'=')
}

/// Whether nothing stands between the last value and the end of the tag but white space. A tag without values may hold
/// any words.
#[inline(never)]
fn is_before_end(between: &[u8], values: &[Quoted]) -> bool {
    values.is_empty() || between.trim_ascii().is_empty()
}

/// Length of the name, if nothing but a blank, the name and `=` stand between `behind` and `quote`, and it is a usual one; else
/// zero.
#[inline(always)]
fn usual_name(bytes: &[u8], behind: usize, quote: usize) -> usize {
    up_to(quote, behind, bytes[behind..].first_chunk().and_then(marks::attribute_name))
}

/// As [`usual_name`], where a stream has brought too little yet for a look at all of it: a tag reads as it does in memory,
/// however it arrives.
#[cold]
fn name_in_few(bytes: &[u8], behind: usize, quote: usize) -> usize {
    up_to(quote, behind, marks::attribute_name(&marks::padded(&bytes[behind..])))
}

/// Length of the name, if the quote stands right behind its `=`; else zero.
#[inline(always)]
fn up_to(quote: usize, behind: usize, name: Option<usize>) -> usize {
    name.filter(|length| behind + length + 2 == quote).unwrap_or(0)
}

#[inline]
fn end_tag(bytes: &[u8]) -> Markup {
    let Some(end) = memchr::memchr2(b'>', b'<', &bytes[2..]) else {
        return Markup::Incomplete;
    };
    let end = end + 2;
    if bytes[end] == b'<' {
        return Markup::Literal;
    }
    // Blanks around the name occur in reports printed by hand (`</  failure>`).
    let start = 2 + bytes[2..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let length = bytes[start..end].iter().position(u8::is_ascii_whitespace).unwrap_or(end - start);
    Markup::End { length: end + 1, name: start..start + length }
}

fn declaration(bytes: &[u8]) -> Markup {
    let comment = Markup::SkipTo { length: COMMENT_START.len(), terminator: b"-->" };
    for (start, found) in [(COMMENT_START, comment), (CDATA_START, Markup::CData)] {
        if bytes.starts_with(start) {
            return found;
        }
        if start.starts_with(bytes) {
            return Markup::Incomplete;
        }
    }
    match declaration_end(bytes) {
        Some(length) => Markup::Skip { length },
        None => Markup::Incomplete,
    }
}

/// The length of `<!DOCTYPE …>`, its internal subset in brackets included. Nothing in it is looked at (J16).
pub(in crate::format) fn declaration_end(bytes: &[u8]) -> Option<usize> {
    let mut brackets = 0usize;
    let mut at = 2;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => at += memchr::memchr(quote, &bytes[at + 1..])? + 1,
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            b'<' if bytes[at..].starts_with(COMMENT_START) => {
                at += memchr::memmem::find(&bytes[at + 4..], b"-->")? + 6;
            }
            b'<' if bytes[at..].starts_with(b"<?") => at += memchr::memmem::find(&bytes[at + 2..], b"?>")? + 3,
            b'>' if brackets == 0 => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether text outside the root element is nothing: white space, byte order marks. A mark may stand anywhere, so that
/// the answer for a text is that for its pieces.
pub(super) fn is_blank_or_mark(text: &[u8]) -> bool {
    text.split(u8::is_ascii_whitespace).all(|word| word.chunks(3).all(|mark| mark == b"\xEF\xBB\xBF"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Name = Name(1 << 32);

    fn look(text: &str) -> Markup {
        markup(text.as_bytes(), true, &mut Vec::new())
    }

    /// Values and whether they are plain.
    fn values(text: &str) -> Vec<(&str, bool)> {
        let mut found = Vec::new();
        markup(text.as_bytes(), true, &mut found);
        found.into_iter().map(|quoted| (&text[1..][quoted.value], quoted.is_plain)).collect()
    }

    #[test]
    fn start_tags_end_outside_quotes() {
        assert_eq!(look("<a b='>' c=\"/>\">x"), Markup::Start { length: 16, name: NAME, tail: 1 });
        assert_eq!(look("<a/>"), Markup::Start { length: 4, name: NAME, tail: 2 });
        assert_eq!(look("<a b='1' />"), Markup::Start { length: 11, name: NAME, tail: 2 });
        assert_eq!(look("<a b='<x>'>"), Markup::Start { length: 11, name: NAME, tail: 1 });
        assert_eq!(look("<a b='1"), Markup::Incomplete);
    }

    #[test]
    fn values_are_noted_wherever_a_block_ends() {
        for blanks in 1..70 {
            let blanks = " ".repeat(blanks);
            let tag = format!("<a{blanks}b='x\">' c=\"{blanks}&amp;\"{blanks}d=''\n e='<' f='#'/>");
            let second = format!("{blanks}&amp;");
            let expected = [("x\">", true), (&second, false), ("", true), ("<", false), ("#", true)];
            assert_eq!(values(&tag), expected);
            let length = tag.len();
            assert_eq!(look(&tag), Markup::Start { length, name: NAME, tail: 2 });
            for cut in 1..length {
                assert_eq!(markup(&tag.as_bytes()[..cut], false, &mut Vec::new()), Markup::Incomplete);
            }
        }
    }

    #[test]
    fn marks_and_blanks_outside_the_root_are_nothing() {
        assert!(is_blank_or_mark("\u{FEFF}\n \u{FEFF}\u{FEFF}".as_bytes()));
        assert!(!is_blank_or_mark(b"\xEF\xBB"));
        assert!(!is_blank_or_mark(b"x"));
    }

    #[test]
    fn what_is_no_tag_is_text() {
        assert_eq!(look("< 3"), Markup::Literal);
        assert_eq!(look("<y && z </failure>"), Markup::Literal);
        assert_eq!(look("<y && z <b x=''>"), Markup::Literal);
    }

    #[test]
    fn a_tag_is_in_doubt_where_something_is_no_attribute() {
        for text in ["<a b='1'c='2'>", "<a b='it's'>", "<a b='1' c>", "<a b='1' <c>", "<a b='1'' c='2'>", "<a b='1>"] {
            assert_eq!(look(text), Markup::Doubtful { name: NAME }, "{text}");
        }
        for text in ["<a b='1' c = '2'>", "<a\nb='1'\tan-attribute-of:a-long-name='2' >", "<a b=1>", "<a b='1'\n/>"] {
            assert!(matches!(look(text), Markup::Start { .. }), "{text}");
        }
    }

    #[test]
    fn end_tags_may_hold_blanks() {
        assert_eq!(look("</  failure >"), Markup::End { length: 13, name: 4..11 });
    }

    #[test]
    fn j16_document_types_are_passed_over_whole() {
        let text = "<!DOCTYPE a [ <?pi \" > ]> ?> ]><a/>";
        assert_eq!(look(text), Markup::Skip { length: text.len() - 4 });
        let text = "<!DOCTYPE a [ <!ENTITY x SYSTEM \"file:///]>\"> <!-- > ]> --> ]><a/>";
        assert_eq!(look(text), Markup::Skip { length: text.len() - 4 });
        assert_eq!(look("<!DOCTYPE a SYSTEM 'x.dtd'>"), Markup::Skip { length: 27 });
    }
}
