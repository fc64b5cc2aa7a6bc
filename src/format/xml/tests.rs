//! The cursor over whole documents: in one piece and through a stream of any grain.

use std::io::{self, Read};

use super::*;
use crate::format::Limits;
use crate::model::{Body, Problem, ReportVisitor, TestCase};
use std::ops::ControlFlow;

/// A reader that gives at most `grain` bytes a call.
struct Grains<'b>(&'b [u8], usize);

impl Read for Grains<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.len().min(self.1).min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

#[derive(Default)]
struct Problems(Vec<String>);

impl ReportVisitor for Problems {
    fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.0.push(problem.to_string());
    }
    fn producer(&mut self, _: &str) {}
}

/// The events of a document, one line each, neighbouring texts joined.
fn events(cursor: &mut XmlCursor<'_>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        let line = match cursor.next().unwrap() {
            XmlEvent::Text(piece) => {
                piece.push_into(&mut text);
                continue;
            }
            XmlEvent::Start(tag) => {
                let mut line = format!("{}<{}", tag.depth(), String::from_utf8_lossy(tag.name()));
                for (name, value) in tag.attributes() {
                    line.push_str(&format!(" {}={:?}", String::from_utf8_lossy(name), value.to_text()));
                }
                line
            }
            XmlEvent::End(name, depth) => format!("{depth}/{}", String::from_utf8_lossy(name)),
            XmlEvent::Eof => String::new(),
        };
        if !text.is_empty() {
            lines.push(format!("{:?}", std::mem::take(&mut text)));
        }
        if line.is_empty() {
            return lines;
        }
        lines.push(line);
    }
}

fn check(document: &str, expected: &[&str], problems: &[&str]) {
    for grain in [usize::MAX, 1, 2, 3, 7] {
        let mut reader = Grains(document.as_bytes(), grain);
        let body = if grain == usize::MAX { Body::Bytes(document.as_bytes()) } else { Body::Stream(&mut reader) };
        let mut cursor = XmlCursor::new(body);
        assert_eq!(events(&mut cursor), expected, "{document} in grains of {grain}");
        let mut found = Problems::default();
        cursor.finish(&mut found);
        assert_eq!(found.0, problems, "{document} in grains of {grain}");
    }
}

#[test]
fn j37_text_in_pieces_is_one_text() {
    check(
        "<?xml version='1.0'?><!-- x --><a><b c='1'/>x &lt; <![CDATA[<y>]]]]><![CDATA[>]]><!-- z -->&#33;</a>\n",
        &["0<a", "1<b c=\"1\"", "1/b", "\"x < <y>]]>!\"", "0/a"],
        &[],
    );
}

#[test]
fn j42_a_cut_report_says_where_it_ends() {
    check("<a><b>x", &["0<a", "1<b", "\"x\""], &["1:8: the report ends inside <b> [truncated]"]);
    check("<a><b x='", &["0<a"], &["1:10: the report ends inside <a> [truncated]"]);
    check("<a>\n<![CDATA[x", &["0<a", "\"\\nx\""], &["2:11: the report ends inside <a> [truncated]"]);
}

#[test]
fn j43_text_around_the_root_is_passed_over() {
    check(
        "npm start\n<a/>\n> done",
        &["0<a", "0/a"],
        &["1:1: text outside the root element was passed over [repaired]"],
    );
}

/// Events, without those of single texts, and problems of a format whose documents have the root `r`, and fragments `f`.
fn read_rooted(document: &str) -> (String, Vec<String>) {
    let mut told = Vec::new();
    for grain in [usize::MAX, 1, 7] {
        let mut reader = Grains(document.as_bytes(), grain);
        let body = if grain == usize::MAX { Body::Bytes(document.as_bytes()) } else { Body::Stream(&mut reader) };
        let mut cursor = XmlCursor::new(body).of_roots(&[b"r"]).or_fragments(&[b"f"]);
        let seen = events(&mut cursor).join(" ");
        let mut problems = Problems::default();
        cursor.finish(&mut problems);
        told.push((seen, problems.0));
    }
    assert!(told.iter().all(|each| *each == told[0]), "{told:?}");
    told.swap_remove(0)
}

#[test]
fn j43_what_looks_like_markup_in_front_of_the_root_is_passed_over() {
    for banner in [
        "Usage: run <file> [options]\n",
        "at Foo.<init>(Foo.java:3)\n<?xml version='1.0'?>\n",
        "List<String> <x y='1\n<?xml version='1.0'?>\n",
        "<br />\n<b>Warning</b>: x<br />\n",
        "<info>starting</info>\n<?xml version='1.0'?>",
        "by Jo <jo@x.org>\n",
        "x <a> <b/> </b> ",
        "by <f>\n",
    ] {
        let (seen, problems) = read_rooted(&format!("{banner}<r><a/>x</r>\n</file>"));
        assert_eq!(seen, "0<r 1<a 1/a \"x\" 0/r", "{banner}");
        assert_eq!(problems.len(), 1, "{banner}: {problems:?}");
        assert!(problems[0].ends_with("text outside the root element was passed over [repaired]"), "{problems:?}");
    }
    // Of a root that is no tag the end is left.
    let (_, problems) = read_rooted("<br />\n<?xml version='1.0'?>\n<r <\n</r>");
    assert!(problems.iter().any(|told| told.ends_with("an end tag that closes nothing was passed over [malformed]")));
}

#[test]
fn what_stands_around_a_report_is_not_in_front_of_it() {
    for (document, seen) in [
        ("<w>\n<r/></w>", "0<w \"\\n\" 1<r 1/r 0/w"),
        ("<w><![CDATA[\n<?xml?>\n<r/>]]></w>", "0<w \"\\n<?xml?>\\n<r/>\" 0/w"),
        ("<f n='1'><a/>\n<?xml ?></f>", "0<f n=\"1\" 1<a 1/a \"\\n\" 0/f"),
    ] {
        assert_eq!(read_rooted(document), (seen.to_owned(), vec![]), "{document}");
    }
}

#[test]
fn j14_documents_in_a_row_are_all_read() {
    check(
        "<a/><?xml version='1.0'?><b/>",
        &["0<a", "0/a", "0<b", "0/b"],
        &["1:26: a further document follows in the same file and was read, too [repaired]"],
    );
}

#[test]
fn what_follows_a_report_and_begins_no_further_one_is_passed_over() {
    let read = |document: &str| {
        let mut cursor = XmlCursor::new(Body::Bytes(document.as_bytes())).of_roots(&[b"a", b"b"]).or_fragments(&[b"c"]);
        let seen = events(&mut cursor);
        let mut problems = Problems::default();
        cursor.finish(&mut problems);
        (seen.join(" "), problems.0)
    };
    let (seen, problems) = read("<a><c/></a>\n<c d='1'><a/>x</c></a>\n<c/><x:b><c/></x:b>");
    assert_eq!(seen, "0<a 1<c 1/c 0/a 0<b 1<c 1/c 0/b");
    let strange = "an element behind the report that begins no further one was passed over, 2 times [malformed]";
    assert!(problems.contains(&format!("2:1: {strange}")), "{problems:?}");
    // Behind a fragment others may follow.
    let (seen, problems) = read("<c d='1'/><c/><a/>");
    assert_eq!((seen.as_str(), problems.len()), ("0<c d=\"1\" 0/c 0<c 0/c 0<a 0/a", 1));
}

#[test]
fn j44_what_was_not_escaped_is_read_as_well_as_it_can_be() {
    check(
        "<a>1 < 2<b>x <unknown> y</b></a>",
        &["0<a", "\"1 < 2\"", "1<b", "\"x \"", "2<unknown", "\" y\"", "2/unknown", "1/b", "0/a"],
        &["1:6: a raw '<' was read as text [repaired]", "1:25: an element without its end tag was closed [malformed]"],
    );
    check(
        "<a>x</b></a>",
        &["0<a", "\"x\"", "0/a"],
        &["1:5: an end tag that closes nothing was passed over [malformed]"],
    );
}

#[test]
fn j16_entities_of_a_document_type_stay_as_they_are() {
    check(
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>",
        &["0<a", "\"&x;\"", "0/a"],
        &["1:60: '&' without a defined entity was read as text [repaired]"],
    );
}

#[test]
fn raw_less_than_in_an_attribute() {
    check(
        "<a b='1 < 2'/>",
        &["0<a b=\"1 < 2\"", "0/a"],
        &["1:1: a raw '<' in an attribute was read as text [repaired]"],
    );
}

#[test]
fn raw_quotes_in_an_attribute() {
    check(
        "<a>\n<b c='can't' d='1'/><b c=\"say \"<hi>\"\"/></a>",
        &["0<a", "\"\\n\"", "1<b c=\"can't\" d=\"1\"", "1/b", "1<b c=\"say \\\"<hi>\\\"\"", "1/b", "0/a"],
        &[
            "2:21: a raw '<' in an attribute was read as text [repaired]",
            "2:1: a raw quote in an attribute was read as text, 2 times [malformed]",
        ],
    );
    check(
        "<a><b c='<x d='1' e='2'> y' f='3'/></a>",
        &["0<a", "1<b c=\"<x d='1' e='2'> y\" f=\"3\"", "1/b", "0/a"],
        &[
            "1:4: a raw '<' in an attribute was read as text [repaired]",
            "1:4: an attribute with raw quotes was ended where it seems to end [malformed]",
        ],
    );
}

#[test]
fn an_attribute_without_its_closing_quote() {
    let torn = "an attribute without its closing quote was cut before the next one or at the end of its tag";
    check(
        "<a><b c='1' d='2/>\n<b c='3'/></a>",
        &["0<a", "1<b c=\"1\" d=\"2\"", "1/b", "\"\\n\"", "1<b c=\"3\"", "1/b", "0/a"],
        &[&format!("1:4: {torn} [malformed]")],
    );
    check(
        "<a><b c='1 d='2'/><b c='1>x</b></a>",
        &["0<a", "1<b c=\"1\" d=\"2\"", "1/b", "1<b c=\"1\"", "\"x\"", "1/b", "0/a"],
        &[&format!("1:4: {torn}, 2 times [malformed]")],
    );
}

#[test]
fn a_value_that_a_stream_has_just_brought_is_found_as_in_memory() {
    // What stands before it makes the reader of the tag look for each value by the name before it.
    let document = "<a><c\" d<c b= c = \" b=\"x\">/></c></a>";
    let whole = seen_in(Body::Bytes(document.as_bytes()));
    assert_eq!(whole.0[1], "1<c b=\"c\" b=\"x\"");
    assert_eq!(seen_in(Body::Stream(&mut Grains(document.as_bytes(), 1))), whole);
}

proptest::proptest! {
    /// What stands where it should not is read alike however the bytes arrive.
    #[test]
    fn doubtful_tags_do_not_depend_on_grains(
        document in "<a>(<b|<c|</b>|</a>|/>|>|<| b=| c = |\"|'|\"|'| d|e|\n|-|<!\\[CDATA\\[|\\]\\]>){0,30}(</a>|)"
    ) {
        let whole = seen_in(Body::Bytes(document.as_bytes()));
        for grain in [1, 2, 5] {
            assert_eq!(seen_in(Body::Stream(&mut Grains(document.as_bytes(), grain))), whole, "in grains of {grain}");
        }
    }
}

/// Events and problems, without the places of the latter.
fn seen_in(body: Body<'_>) -> (Vec<String>, Vec<String>) {
    let mut cursor = XmlCursor::new(body);
    let seen = events(&mut cursor);
    let mut problems = Problems::default();
    cursor.finish(&mut problems);
    let told = problems.0.iter().map(|told| told.split_once(": ").map_or("", |told| told.1).to_owned()).collect();
    (seen, told)
}

#[test]
fn an_element_whose_start_is_taken_back_is_told_once() {
    let mut cursor = XmlCursor::new(Body::Bytes(b"<a><b><c d='it's'/></b></a>"));
    for _ in 0..3 {
        cursor.next().unwrap();
    }
    cursor.retreat(1);
    assert_eq!(events(&mut cursor), ["1/b", "1<c d=\"it's\"", "1/c", "0/a"]);
    let mut problems = Problems::default();
    cursor.finish(&mut problems);
    assert_eq!(problems.0[0], "1:7: a raw quote in an attribute was read as text [malformed]");
}

#[test]
fn skipped_elements_leave_nothing_behind() {
    let document = b"<a><b><c>x</c><![CDATA[</b>]]></b><d/></a>";
    let mut cursor = XmlCursor::new(Body::Bytes(document));
    cursor.next().unwrap();
    cursor.next().unwrap();
    cursor.skip_element().unwrap();
    assert_eq!(events(&mut cursor), ["1<d", "1/d", "0/a"]);
}

#[test]
fn what_is_left_open_is_told_at_the_same_place_when_it_is_passed_over() {
    let document = b"<a><kw><msg>x<status/></kw><kw/></a>";
    let mut told = Vec::new();
    for passes_over in [false, true] {
        let mut cursor = XmlCursor::new(Body::Bytes(document));
        cursor.pardon_open(b"msg");
        cursor.next_tag().unwrap();
        cursor.next_tag().unwrap();
        if passes_over {
            cursor.skip_element().unwrap();
        } else {
            cursor.next_tag().unwrap();
            assert!(matches!(cursor.next_tag().unwrap(), XmlEvent::Start(_)));
            cursor.retreat(2);
            for end in ["2/msg", "2<status", "2/status", "1/kw"] {
                let event = match cursor.next_tag().unwrap() {
                    XmlEvent::Start(tag) => format!("{}<{}", tag.depth(), String::from_utf8_lossy(tag.name())),
                    XmlEvent::End(name, depth) => format!("{depth}/{}", String::from_utf8_lossy(name)),
                    other => format!("{other:?}"),
                };
                assert_eq!(event, end);
            }
        }
        assert_eq!(events(&mut cursor), ["1<kw", "1/kw", "0/a"]);
        let mut problems = Problems::default();
        cursor.finish(&mut problems);
        told.push(problems.0);
    }
    assert_eq!(told[0], ["1:14: an element that its producer left open was closed [repaired]"]);
    assert_eq!(told[0], told[1]);
}

#[test]
fn only_what_is_known_to_be_left_open_is_pardoned() {
    for (document, kind) in
        [("<a><msg>x</a>", "repaired"), ("<a><kw>x</a>", "malformed"), ("<a><kw><msg>x</a>", "malformed")]
    {
        let mut cursor = XmlCursor::new(Body::Bytes(document.as_bytes()));
        cursor.pardon_open(b"msg");
        events(&mut cursor);
        let mut problems = Problems::default();
        cursor.finish(&mut problems);
        assert_eq!(problems.0.len(), 1, "{document}");
        assert!(problems.0[0].ends_with(&format!("[{kind}]")), "{document}: {:?}", problems.0);
    }
}

#[test]
fn element_text_keeps_tags_that_nobody_knows() {
    let mut cursor = XmlCursor::new(Body::Bytes(b"<a><b>x <unknown> y</b><c/></a>"));
    cursor.next().unwrap();
    cursor.next().unwrap();
    let mut text = String::new();
    cursor.element_text(&[], |piece| piece.push_into(&mut text)).unwrap();
    assert_eq!(text, "x <unknown> y");
    assert_eq!(events(&mut cursor), ["1<c", "1/c", "0/a"]);
}

#[test]
fn element_text_keeps_markup_with_its_end_tags() {
    for (document, expected) in [
        ("<a>x <b>bold</b> &amp; <i:c d='&lt;'>y<br />z</i:c></a>", "x <b>bold</b> & <i:c d='&lt;'>y<br />z</i:c>"),
        ("<a>x <b>y <c>z</b> <d/></a>", "x <b>y <c>z</b> <d/>"),
        ("<a>x <b>y</  b ></a>", "x <b>y</  b >"),
    ] {
        for grain in [1, 3, usize::MAX] {
            let mut reader = Grains(document.as_bytes(), grain);
            let mut cursor = XmlCursor::new(Body::Stream(&mut reader));
            cursor.next().unwrap();
            let mut text = String::new();
            cursor.element_text(&[], |piece| piece.push_into(&mut text)).unwrap();
            assert_eq!(text, expected);
        }
    }
}

#[test]
fn a_stop_ends_an_element_whose_end_tag_is_missing() {
    let mut cursor = XmlCursor::new(Body::Bytes(b"<a><b>x<c/>y</b></a>"));
    cursor.next().unwrap();
    cursor.next().unwrap();
    let mut text = String::new();
    cursor.element_text(&[b"c"], |piece| piece.push_into(&mut text)).unwrap();
    assert!(cursor.end_was_implied());
    assert_eq!(text, "x");
    assert_eq!(events(&mut cursor), ["1<c", "1/c", "\"y\"", "0/a"]);
}

#[test]
fn nesting_has_a_limit() {
    let document = "<a>".repeat(1025);
    let mut cursor = XmlCursor::new(Body::Bytes(document.as_bytes()));
    let error = (0..=1024).find_map(|_| cursor.next().err()).unwrap();
    assert!(error.to_problem().message.ends_with("over --limit xml-depth=1024"), "{error}");
}

/// How the reading of a document ends under limits, from memory and from a stream.
fn ending(document: &str, limits: Limits) -> String {
    let whole = ending_of(Body::Bytes(document.as_bytes()), limits);
    assert_eq!(whole, ending_of(Body::Stream(&mut document.as_bytes()), limits));
    whole
}

fn ending_of(body: Body<'_>, limits: Limits) -> String {
    let mut cursor = XmlCursor::new(body).within(&limits);
    loop {
        match cursor.next() {
            Ok(XmlEvent::Eof) => return String::new(),
            Ok(XmlEvent::Start(tag)) => tag.attributes().for_each(|(_, value)| drop(value.to_text())),
            Ok(_) => {}
            Err(error) => return error.to_problem().message,
        }
    }
}

#[test]
fn tags_have_limits() {
    let limits = Limits { attributes: 3, tag_bytes: 40, ..Limits::default() };
    assert_eq!(ending("<a b='1' c='2' d='3'/>", limits), "");
    assert_eq!(
        ending("<a b='1' c='2' d='3' e='4'/>", limits),
        "a tag has more attributes, which is over --limit attributes=3"
    );
    assert_eq!(ending(&format!("<a b='{}'/>", "x".repeat(40 - "<a b=''/>".len())), limits), "");
    let long = format!("<a b='{}'/>", "x".repeat(40));
    assert_eq!(ending(&long, limits), "a tag is longer, which is over --limit tag-bytes=40");
}

#[test]
fn a_long_tag_that_nothing_ends_has_limits_too() {
    let limits = Limits { attributes: 1, ..Limits::default() };
    assert_eq!(ending("<a><b c='a long one</b></a>", limits), "");
    assert_eq!(
        ending("<a><b c='1' d='a long one</b></a>", limits),
        "a tag has more attributes, which is over --limit attributes=1"
    );
}

proptest::proptest! {
    /// Tags that are mended may lack the byte that ends them, also where their attributes are counted.
    #[test]
    fn broken_tags_within_narrow_limits_are_read_or_refused(
        document in "<a>(<b|<c|</b>|</a>|/>|>|<| b=| c = |=|\"|'|\"|'| d|e|\n|&#x41;|\u{e9}){0,30}(</a>|)",
        attributes in 0..4u64,
        tag_bytes in 1..40u64,
    ) {
        let limits = Limits { attributes, tag_bytes, ..Limits::default() };
        ending_of(Body::Bytes(document.as_bytes()), limits);
        ending_of(Body::Stream(&mut Grains(document.as_bytes(), 3)), limits);
    }
}
