//! A start tag in doubt, read with care: a value holds quotes that nobody escaped, or lacks the one that closes it.
//!
//! The quick look at a tag (`scan`) takes the next quote for the end of a value. It stumbles where what stands between two
//! values is no attribute; only then the tag is looked at once more, by this rule: a quote closes a value where the end of
//! the tag or another attribute follows.

use std::ops::Range;

use super::closing::{Closing, Mend, Search};
use super::scan::{self, Name, Quoted};

/// A tag, and what is around it.
#[derive(Clone, Copy)]
pub(super) struct Doubt<'b> {
    /// From its `<` on.
    pub(super) bytes: &'b [u8],
    /// Whether nothing follows these bytes.
    pub(super) is_last: bool,
    pub(super) name: Name,
    /// Name of the element around it; nothing around the root.
    pub(super) around: &'b [u8],
    /// How far behind the first quote inside a value the end of that value is looked for.
    pub(super) reach: usize,
}

/// What the tag is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A tag of `length` bytes, of which `tail` end it: none where its `>` is missing. `looked` bytes were looked at.
    Tag { length: usize, tail: usize, mends: Mends, looked: usize },
    /// No tag, but a `<` that should have been escaped.
    Literal,
    /// More bytes are needed.
    Incomplete,
}

/// How many values of a tag were mended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mends {
    /// Quotes inside were read as text.
    pub(super) quotes: u64,
    /// The same, but the value may as well end elsewhere.
    pub(super) guesses: u64,
    /// The closing quote is missing.
    pub(super) torn: u64,
}

impl Mends {
    fn add(&mut self, mend: Mend) {
        match mend {
            Mend::Nothing => {}
            Mend::Quotes => self.quotes += 1,
            Mend::Guess => self.guesses += 1,
            Mend::Torn => self.torn += 1,
        }
    }
}

impl<'b> Doubt<'b> {
    /// Reads the tag; places of its values are appended to `values`.
    pub(super) fn look(&self, values: &mut Vec<Quoted>) -> Verdict {
        let (mut behind, mut looked, mut mends) = (1 + self.name.length(), 0, Mends::default());
        loop {
            let Some(at) = self.mark_outside(behind) else { return Verdict::Incomplete };
            match self.bytes[at] {
                b'<' => return Verdict::Literal,
                b'>' => {
                    let (length, tail) = self.end(at);
                    return Verdict::Tag { length, tail, mends, looked: looked.max(length) };
                }
                _ if !is_loosely_before_value(&self.bytes[behind..at]) => match self.plain_close(at) {
                    Ok(close) => {
                        self.note(values, behind, at..close);
                        behind = close + 1;
                    }
                    Err(verdict) => return verdict,
                },
                _ => {
                    let Some((closing, mend, reached)) = Search::new(self, at).run() else {
                        return Verdict::Incomplete;
                    };
                    looked = looked.max(reached);
                    mends.add(mend);
                    match closing {
                        Closing::At(close) => {
                            self.note(values, behind, at..close);
                            behind = close + 1;
                        }
                        Closing::Before(blank) => {
                            self.note(values, behind, at..self.torn_end(at, blank));
                            behind = blank;
                        }
                        Closing::WithTag(end) => {
                            let (length, tail) = self.end(end);
                            let close = self.torn_end(at, length - tail);
                            self.note(values, behind, at..close);
                            return Verdict::Tag { length, tail, mends, looked: looked.max(length) };
                        }
                    }
                }
            }
        }
    }

    /// Notes the value between these quotes, whatever stands before it: it may hold anything.
    fn note(&self, values: &mut Vec<Quoted>, behind: usize, quotes: Range<usize>) {
        let is_plain = false;
        scan::note(values, self.bytes, behind, quotes, is_plain);
    }

    /// Length and tail of the tag that ends at this `>`, or before this `<`.
    fn end(&self, at: usize) -> (usize, usize) {
        match self.bytes[at] {
            b'>' => (at + 1, 1 + usize::from(self.bytes[at - 1] == b'/')),
            _ => (at, 0),
        }
    }

    /// The next byte that means something between two values.
    fn mark_outside(&self, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'<' | b'>')).map(|found| from + found)
    }

    /// The quote that closes the one at `open`, which begins no value of an attribute.
    fn plain_close(&self, open: usize) -> Result<usize, Verdict> {
        let rest = &self.bytes[open + 1..];
        match memchr::memchr(self.bytes[open], rest) {
            Some(length) => Ok(open + 1 + length),
            None if self.is_last && rest.contains(&b'>') => Err(Verdict::Literal),
            None => Err(Verdict::Incomplete),
        }
    }

    /// Where the value behind the quote at `open`, which lacks its own, ends if it ends before `end`: without blanks and
    /// without a quote before these.
    fn torn_end(&self, open: usize, end: usize) -> usize {
        let value = self.bytes[open + 1..end].trim_ascii_end();
        let value = value.strip_suffix(&self.bytes[open..=open]).unwrap_or(value);
        open + 1 + value.len()
    }
}

/// Whether what stands before a quote is `name=`, after other words of a tag that lack their quotes, if any.
fn is_loosely_before_value(between: &[u8]) -> bool {
    let Some(name) = between.trim_ascii_end().strip_suffix(b"=") else { return false };
    let is_word = |byte: &u8| scan::is_in_name(*byte) || byte.is_ascii_whitespace() || *byte == b'=';
    name.trim_ascii_end().last().is_some_and(|byte| scan::is_in_name(*byte)) && name.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_before<'t>(text: &'t str, around: &str, reach: usize) -> (Verdict, Vec<&'t str>) {
        let mut values = Vec::new();
        let length = text[1..].find([' ', '>', '\n']).unwrap_or(text.len() - 1);
        let doubt =
            |bytes, is_last| Doubt { bytes, is_last, name: Name::new(length, 0), around: around.as_bytes(), reach };
        let verdict = doubt(text.as_bytes(), true).look(&mut values);
        // However the bytes arrive, it is the same, once it is known.
        for end in 1 + length..text.len() {
            let mut others = Vec::new();
            let early = doubt(&text.as_bytes()[..end], false).look(&mut others);
            assert!(early == Verdict::Incomplete || (&early, &others) == (&verdict, &values), "{text} up to {end}");
        }
        (verdict, values.into_iter().map(|quoted| &text[1..][quoted.value]).collect())
    }

    /// The values of the tag at the start of `text`, what follows it, and what was mended.
    fn look(text: &str) -> (Vec<&str>, &str, Mends) {
        match look_before(text, "suite", 1000) {
            (Verdict::Tag { length, mends, .. }, values) => (values, &text[length..], mends),
            (other, _) => panic!("{text}: {other:?}"),
        }
    }

    const NOTHING: Mends = Mends { quotes: 0, guesses: 0, torn: 0 };
    const QUOTES: Mends = Mends { quotes: 1, ..NOTHING };
    const GUESS: Mends = Mends { guesses: 1, ..NOTHING };
    const TORN: Mends = Mends { torn: 1, ..NOTHING };

    #[test]
    fn what_needs_no_mending_is_left() {
        assert_eq!(look("<c a=\"x\"b='y' c = \"\" />z"), (vec!["x", "y", ""], "z", NOTHING));
        assert_eq!(look("<c a=1 b='2'>"), (vec!["2"], "", NOTHING));
        assert_eq!(look("<c a='1' b=2 c d=0.3/>"), (vec!["1"], "", NOTHING));
        assert_eq!(look("<c a='<x> >' b='it is &lt;'>"), (vec!["<x> >", "it is &lt;"], "", NOTHING));
        assert_eq!(look("<c && 'x' and 'y'>"), (vec!["x", "y"], "", NOTHING));
    }

    #[test]
    fn quotes_belong_to_a_value_that_goes_on() {
        assert_eq!(look("<c n=\"say \"hi\" to\" t=\"1\"/>z"), (vec!["say \"hi\" to", "1"], "z", QUOTES));
        assert_eq!(look("<c n=\"\"a\" is not \"b\"\">z"), (vec!["\"a\" is not \"b\""], "z", QUOTES));
        assert_eq!(look("<c n='can't log in' t='1'>"), (vec!["can't log in", "1"], "", QUOTES));
        assert_eq!(look("<c n='didn't'>z"), (vec!["didn't"], "z", QUOTES));
        assert_eq!(look("<c n=\"k=\"v\" pair\" t=\"1\">"), (vec!["k=\"v\" pair", "1"], "", QUOTES));
        assert_eq!(look("<c n=\"expected \"<b>\"\">t"), (vec!["expected \"<b>\""], "t", QUOTES));
        assert_eq!(look("<c n=\"5\" disk\" t=\"1\"/><c n=\"6\" disk\"/>").0, ["5\" disk", "1"]);
        assert_eq!(look("<c m=\"{\n \"a\" : \"b\",\n \"c\" : [ \"d='e'\" ]\n}\">t").2, QUOTES);
    }

    #[test]
    fn what_looks_like_the_end_of_a_tag_may_be_text() {
        let said = "expected:<\"foo\"> but was:<\"bar\">";
        assert_eq!(look(&format!("<c m=\"{said}\">t</c>")), (vec![said], "t</c>", QUOTES));
        assert_eq!(look("<c m=\"x[\"a\"=\"b\" c=\"d\"]\" t=\"1\">").0, ["x[\"a\"=\"b\" c=\"d\"]", "1"]);
        let html = "no <a href=\"x\" id=\"y\"> here";
        assert_eq!(look(&format!("<c m=\"{html}\" t=\"1\">")), (vec![html, "1"], "", GUESS));
    }

    #[test]
    fn a_missing_quote_ends_its_value_where_something_else_begins() {
        assert_eq!(look("<c n=\"a t=\"1\"/>z"), (vec!["a", "1"], "z", TORN));
        assert_eq!(look("<c n='a t='1'/>z"), (vec!["a", "1"], "z", TORN));
        assert_eq!(look("<c n=\"a\" t=\"1/>\n<c n=\"b\" t=\"1\"/>").1, "\n<c n=\"b\" t=\"1\"/>");
        assert_eq!(look("<c n=\"a\" t=\"1/>\n<d n=\"b\"/>"), (vec!["a", "1"], "\n<d n=\"b\"/>", TORN));
        assert_eq!(look("<c n=\"a\" t=\"1 \n<d n=\"b\"/>"), (vec!["a", "1"], "<d n=\"b\"/>", TORN));
        assert_eq!(look("<c m=\"m>text</c><d e=\"f\"/>"), (vec!["m"], "text</c><d e=\"f\"/>", TORN));
        assert_eq!(look("<c m=\"m\" <b></c></suite>"), (vec!["m"], "<b></c></suite>", TORN));
        assert_eq!(look("<c m=\"<m>\n</suite>"), (vec![""], "<m>\n</suite>", TORN));
        assert_eq!(look("<c m=\"m><![CDATA[ x=\"y\" ]]></c>").0, ["m"]);
    }

    #[test]
    fn the_end_of_a_value_is_looked_for_within_reach() {
        let text = format!("<c m=\"a \"b\" {}\">", "c ".repeat(50));
        let values = |reach| look_before(&text, "", reach).1;
        assert_eq!(values(1000), [&text[6..text.len() - 2]]);
        assert_eq!(values(20), [&text[6..text.len() - 2]], "cut at the end of the tag, where the quote is");
        let two = format!("<c m=\"a \"b\" > {}\">", "c ".repeat(50));
        assert_eq!(look_before(&two, "", 20).1, ["a \"b"]);
    }

    #[test]
    fn what_is_no_tag_stays_text() {
        assert_eq!(look_before("<c && d='x' <e", "", 9).0, Verdict::Literal);
        assert_eq!(look_before("<c && 'x >", "", 9).0, Verdict::Literal);
        assert_eq!(look_before("<c d='x", "", 9).0, Verdict::Incomplete);
    }
}
