//! A start tag in doubt, read with care: a value holds quotes that nobody escaped, or lacks the one that closes it.
//!
//! The quick look at a tag (`scan`) takes the next quote for the end of a value. It stumbles where what stands between two
//! values is no attribute; only then the tag is looked at once more, by this rule: a quote closes a value where the end of
//! the tag or another attribute follows.

use std::ops::Range;

use super::closing::{Behind, Closing, Mend, Search, markup_apart};
use super::scan::{self, Name, Quoted};
use super::slips::{self, Before};
use super::unsure::Names;

/// How far behind a quote the attribute may go that follows it, up to its own quote.
const FAR: usize = 256;

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
    /// Elements that the format knows.
    pub(super) names: &'static Names,
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
    /// The same, and the tag was ended, too.
    pub(super) torn_tags: u64,
    /// The opening quote is missing.
    pub(super) unopened: u64,
    /// `=` is missing, or stands there several times.
    pub(super) signs: u64,
    /// The `>` is missing: one at most.
    pub(super) unended: u64,
}

impl Mends {
    fn add(&mut self, mend: Mend, closing: Closing) {
        match mend {
            Mend::Nothing => {}
            Mend::Quotes => self.quotes += 1,
            Mend::Guess => self.guesses += 1,
            Mend::Torn if matches!(closing, Closing::WithTag(_)) => self.torn_tags += 1,
            Mend::Torn => self.torn += 1,
        }
    }

    /// Whether something may as well have been meant otherwise.
    pub(super) fn are_guesses(self) -> bool {
        self.guesses + self.torn_tags + self.signs + self.unended > 0
    }
}

impl<'b> Doubt<'b> {
    /// Reads the tag; places of its values are appended to `values`.
    pub(super) fn look(&self, values: &mut Vec<Quoted>) -> Verdict {
        let mut so_far = SoFar { behind: 1 + self.name.length(), looked: 0, mends: Mends::default() };
        loop {
            let Some(at) = self.mark_outside(so_far.behind) else { return Verdict::Incomplete };
            let verdict = match self.bytes[at] {
                b'<' => Some(self.break_off(at, so_far)),
                b'>' => Some(self.tag(at, so_far)),
                _ => self.value(at, values, &mut so_far),
            };
            if let Some(verdict) = verdict {
                return verdict;
            }
        }
    }

    /// Takes the value at the quote at `at`; gives a verdict where nothing else is to be looked at.
    fn value(&self, at: usize, values: &mut Vec<Quoted>, so_far: &mut SoFar) -> Option<Verdict> {
        let before = slips::before_quote(&self.bytes[so_far.behind..at]);
        match before {
            Before::Value | Before::Signs => {
                so_far.mends.signs += u64::from(before == Before::Signs);
                self.searched_value(at, values, so_far)
            }
            Before::Unopened(value) => match self.behind(at + 1, markup_apart) {
                Behind::Unknown => Some(Verdict::Incomplete),
                Behind::Text => self.plain_value(at, values, so_far),
                Behind::Markup => {
                    so_far.mends.unopened += 1;
                    slips::note(values, so_far.behind + value..at);
                    so_far.behind = at + 1;
                    None
                }
            },
            Before::Other => self.plain_value(at, values, so_far),
        }
    }

    /// What begins no value of an attribute ends with the next quote.
    fn plain_value(&self, at: usize, values: &mut Vec<Quoted>, so_far: &mut SoFar) -> Option<Verdict> {
        match self.plain_close(at) {
            Ok(close) => {
                self.note(values, so_far.behind, at..close);
                so_far.behind = close + 1;
                None
            }
            Err(verdict) => Some(verdict),
        }
    }

    fn searched_value(&self, at: usize, values: &mut Vec<Quoted>, so_far: &mut SoFar) -> Option<Verdict> {
        let Some((closing, mend, reached)) = Search::new(self, at).run() else {
            return Some(Verdict::Incomplete);
        };
        so_far.looked = so_far.looked.max(reached);
        so_far.mends.add(mend, closing);
        let (end, behind) = match closing {
            Closing::At(close) => (close, close + 1),
            Closing::Before(blank) => (self.torn_end(at, blank), blank),
            Closing::WithTag(end) => {
                let (length, tail) = self.end(end);
                (self.torn_end(at, length - tail), end)
            }
        };
        self.note(values, so_far.behind, at..end);
        so_far.behind = behind;
        matches!(closing, Closing::WithTag(_)).then(|| self.tag(behind, *so_far))
    }

    /// The tag that ends with the `>` here, or before the `<`.
    fn tag(&self, at: usize, SoFar { looked, mends, .. }: SoFar) -> Verdict {
        let (length, tail) = self.end(at);
        Verdict::Tag { length, tail, mends, looked: looked.max(length) }
    }

    /// The tag before whose end a `<` comes: none, unless the format knows its name and that of what begins there.
    fn break_off(&self, at: usize, mut so_far: SoFar) -> Verdict {
        if !self.ends_before(at, so_far.behind) {
            return Verdict::Literal;
        }
        match self.names.begin(&self.bytes[at..], self.is_last) {
            None => Verdict::Incomplete,
            Some(false) => Verdict::Literal,
            Some(true) => {
                so_far.mends.unended += 1;
                self.tag(at, so_far)
            }
        }
    }

    /// Whether nothing but blanks and a slash stands between a value, which ends before `behind`, and the `<` at `at`, in the
    /// tag of an element that the format knows.
    fn ends_before(&self, at: usize, behind: usize) -> bool {
        let between = self.bytes[behind..at].trim_ascii();
        (between.is_empty() || between == b"/") && self.names.know(&self.bytes[1..1 + self.name.length()])
    }

    /// What stands behind a quote that ends before `at`; `look` tells it by so many bytes as it may be looked at.
    pub(super) fn behind(&self, at: usize, look: impl FnOnce(&[u8]) -> Behind) -> Behind {
        let rest = &self.bytes[at..];
        let reach = &rest[..rest.len().min(FAR)];
        match look(reach) {
            Behind::Unknown if reach.len() == FAR || self.is_last => Behind::Text,
            found => found,
        }
    }

    /// The same where the tag is broken there: it ends before a `<`, or the attribute that follows has a slip.
    pub(super) fn behind_slip(&self, at: usize) -> Behind {
        self.behind(at, |reach| {
            let Some(mark) = reach.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != b'/') else {
                return Behind::Unknown;
            };
            if reach[mark] == b'<' && self.ends_before(at + mark, at) {
                return match self.names.begin(&reach[mark..], self.is_last) {
                    None => Behind::Unknown,
                    Some(is_known) => {
                        if is_known {
                            Behind::Markup
                        } else {
                            Behind::Text
                        }
                    }
                };
            }
            match reach.trim_ascii_start() {
                text if text.len() < reach.len() => slips::attribute_behind(text),
                _ => Behind::Text,
            }
        })
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

/// A tag up to the value that was looked at last.
#[derive(Clone, Copy)]
struct SoFar {
    /// Where that ends.
    behind: usize,
    /// Bytes that were looked at.
    looked: usize,
    mends: Mends,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_before<'t>(text: &'t str, around: &str, reach: usize) -> (Verdict, Vec<&'t str>) {
        let mut values = Vec::new();
        let length = text[1..].find([' ', '>', '\n']).unwrap_or(text.len() - 1);
        let doubt = |bytes, is_last| Doubt {
            bytes,
            is_last,
            name: Name::new(length, 0),
            around: around.as_bytes(),
            names: &NAMES,
            reach,
        };
        let verdict = doubt(text.as_bytes(), true).look(&mut values);
        // However the bytes arrive, it is the same, once it is known.
        let places = |values: &[Quoted]| values.iter().map(|quoted| quoted.value.clone()).collect::<Vec<_>>();
        for end in 1 + length..text.len() {
            let mut others = Vec::new();
            let early = doubt(&text.as_bytes()[..end], false).look(&mut others);
            let is_same = (&early, places(&others)) == (&verdict, places(&values));
            assert!(early == Verdict::Incomplete || is_same, "{text} up to {end}");
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

    const NAMES: Names = Names { cases: &[b"case"], around: &[b"suite"], inside: &[b"failure"] };

    const NOTHING: Mends = Mends { quotes: 0, guesses: 0, torn: 0, torn_tags: 0, unopened: 0, signs: 0, unended: 0 };
    const QUOTES: Mends = Mends { quotes: 1, ..NOTHING };
    const GUESS: Mends = Mends { guesses: 1, ..NOTHING };
    const TORN: Mends = Mends { torn: 1, ..NOTHING };
    const TORN_TAG: Mends = Mends { torn_tags: 1, ..NOTHING };
    const UNOPENED: Mends = Mends { unopened: 1, ..NOTHING };
    const SIGNS: Mends = Mends { signs: 1, ..NOTHING };
    const UNENDED: Mends = Mends { unended: 1, ..NOTHING };

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
        assert_eq!(look("<c n=\"a\" t=\"1/>\n<d n=\"b\"/>"), (vec!["a", "1"], "\n<d n=\"b\"/>", TORN_TAG));
        assert_eq!(look("<c n=\"a\" t=\"1 \n<d n=\"b\"/>"), (vec!["a", "1"], "<d n=\"b\"/>", TORN_TAG));
        assert_eq!(look("<c m=\"m>text</c><d e=\"f\"/>"), (vec!["m"], "text</c><d e=\"f\"/>", TORN_TAG));
        assert_eq!(look("<c m=\"m\" <b></c></suite>"), (vec!["m"], "<b></c></suite>", TORN_TAG));
        assert_eq!(look("<c m=\"<m>\n</suite>"), (vec![""], "<m>\n</suite>", TORN_TAG));
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
    fn a_missing_quote_may_be_the_one_that_opens() {
        assert_eq!(look("<c n=a\" t=\"1\"/>z"), (vec!["a", "1"], "z", UNOPENED));
        assert_eq!(look("<c n='a' t=1'/>z"), (vec!["a", "1"], "z", UNOPENED));
        assert_eq!(look("<c n=test(int x)\" t=\"1\">z"), (vec!["test(int x)", "1"], "z", UNOPENED));
        assert_eq!(look("<c n=\"a\"\n t=can log in\"\n d=\"1\">z"), (vec!["a", "can log in", "1"], "z", UNOPENED));
        // Text with quotes that nobody escaped.
        assert_eq!(look("<c n=\"a \"b\" c=d\" e\" t=\"1\">").0[0], "a \"b\" c=d\" e");
    }

    #[test]
    fn signs_are_missing_or_too_many() {
        assert_eq!(look("<c n\"a\" t=\"1\"/>z"), (vec!["a", "1"], "z", SIGNS));
        assert_eq!(look("<c n=\"a\" t\"1\"/>z"), (vec!["a", "1"], "z", SIGNS));
        assert_eq!(look("<c n='a' t=='1'/>z"), (vec!["a", "1"], "z", SIGNS));
        assert_eq!(look("<c n= = 'a' t='1'/>z"), (vec!["a", "1"], "z", SIGNS));
    }

    #[test]
    fn a_tag_ends_before_a_known_one() {
        assert_eq!(look("<case n=\"a\" t=\"1\"\n<failure m=\"m\"/>").1, "<failure m=\"m\"/>");
        assert_eq!(look("<case n=\"a\"<failure m=\"m\"/>"), (vec!["a"], "<failure m=\"m\"/>", UNENDED));
        assert_eq!(look("<case n=\"a\"/\n</suite>"), (vec!["a"], "</suite>", UNENDED));
    }

    #[test]
    fn what_is_no_tag_stays_text() {
        assert_eq!(look_before("<c && d='x' <e", "", 9).0, Verdict::Literal);
        assert_eq!(look_before("<c && 'x >", "", 9).0, Verdict::Literal);
        assert_eq!(look_before("<c d='x", "", 9).0, Verdict::Incomplete);
    }
}
