use std::io::{self, Read};
use std::ops::ControlFlow;

use super::*;
use crate::format::Limits;
use crate::model::{Body, Position, Problem, ProblemKind, ReportVisitor, TestCase};

mod odd;

/// Gives `grain` bytes at a time.
struct Grains<'d>(&'d [u8], usize);

impl Read for Grains<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = out.len().min(self.1);
        self.0.read(&mut out[..length])
    }
}

#[derive(Default)]
struct Problems(Vec<ProblemKind>);

impl ReportVisitor for Problems {
    fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.0.push(problem.kind);
    }
    fn producer(&mut self, _: &str) {}
}

type Seen = (Vec<(char, String, Position)>, Vec<ProblemKind>);

/// How the pieces are asked for.
#[derive(Clone, Copy)]
enum Way {
    Skimmed,
    Read,
}

fn pieces(body: Body<'_>, way: Way) -> Seen {
    let mut items = JsonItems::new(body).with_children("elements");
    let mut seen = Vec::new();
    loop {
        let piece = match way {
            Way::Skimmed => items.next(),
            Way::Read => items.next_read(&mut |json| json.skip()),
        };
        let Some(piece) = piece.unwrap() else { break };
        let letter = if piece.part == Part::Item { 'i' } else { 'c' };
        assert_eq!(piece.read, Ok(()));
        seen.push((letter, String::from_utf8_lossy(piece.bytes).into_owned(), piece.at()));
    }
    let mut problems = Problems::default();
    items.finish(&mut problems);
    (seen, problems.0)
}

/// Skims and reads, whole and in grains: nothing of it may differ.
fn seen(text: &str) -> Seen {
    let whole = pieces(Body::Bytes(text.as_bytes()), Way::Skimmed);
    assert_eq!(pieces(Body::Bytes(text.as_bytes()), Way::Read), whole, "{text}");
    for grain in [1, 2, 3, 7, 64, 4096] {
        for way in [Way::Skimmed, Way::Read] {
            let found = pieces(Body::Stream(&mut Grains(text.as_bytes(), grain)), way);
            assert_eq!(found, whole, "grain {grain} of {text}");
        }
    }
    whole
}

fn items(text: &str) -> (Vec<String>, Vec<ProblemKind>) {
    let (seen, problems) = seen(text);
    (seen.into_iter().map(|(letter, bytes, _)| format!("{letter}{bytes}")).collect(), problems)
}

#[test]
fn an_array_gives_its_items() {
    let (found, problems) = items("[ {\"a\":\"]}\\\"\"} ,\n{\"b\":[{}]} , 12, null, \"x\"]\n");
    assert_eq!(found, ["i{\"a\":\"]}\\\"\"}", "i{\"b\":[{}]}", "i\"x\""]);
    assert_eq!(problems, []);
}

#[test]
fn children_come_before_what_is_around_them() {
    let (found, problems) =
        items(r#"[{"id":"elements","elements" : [{"x":1}, {"y":[2]}],"uri":"u"},{"elements":null}]"#);
    assert_eq!(
        found,
        [r#"c{"x":1}"#, r#"c{"y":[2]}"#, r#"i{"id":"elements","elements" : [],"uri":"u"}"#, r#"i{"elements":null}"#]
    );
    assert_eq!(problems, []);
}

#[test]
fn children_of_deeper_objects_stay_where_they_are() {
    let text = r#"[{"a":{"elements":[{"x":1}]}}]"#;
    assert_eq!(items(text).0, [r#"i{"a":{"elements":[{"x":1}]}}"#]);
}

#[test]
fn documents_may_follow_each_other() {
    assert_eq!(items("[{}][{\"a\":1}]\n{\"b\":1}{\"c\":1}\n").0, ["i{}", "i{\"a\":1}", "i{\"b\":1}", "i{\"c\":1}"]);
    assert_eq!(items("{\"a\":1}\n{\"b\":2}\r\n").1, []);
    assert_eq!(items("[]").1, []);
    assert_eq!(items("\u{FEFF}[{}]"), (vec!["i{}".to_owned()], vec![]));
}

#[test]
fn documents_follow_each_other_on_one_line_whatever_stands_between_them() {
    let both = |between: &str| items(&format!("[{{\"a\":1}}]{between}[{{\"b\":2}},{{}}]\n"));
    let all = ["i{\"a\":1}", "i{\"b\":2}", "i{}"];
    for (between, expected) in [
        ("\u{FEFF}", vec![]),
        (" \u{FEFF} ", vec![]),
        (",", vec![ProblemKind::Repaired]),
        ("\0\0", vec![ProblemKind::Repaired]),
        (" printed [INFO] {x} [] ", vec![ProblemKind::Repaired]),
        (" printed\n[INFO] [{x\n", vec![ProblemKind::Repaired]),
    ] {
        let (found, problems) = both(between);
        assert_eq!((found.as_slice(), problems), (all.map(str::to_owned).as_slice(), expected), "{between:?}");
    }
    assert_eq!(items("{\"a\":1}\u{FEFF}{\"b\":2}"), (vec!["i{\"a\":1}".into(), "i{\"b\":2}".into()], vec![]));
    assert_eq!(items("{\"a\":1}] x {\"b\":2}").0, ["i{\"a\":1}", "i{\"b\":2}"]);
    assert_eq!(items("[{\"a\":1},\u{FEFF}{}]"), (vec!["i{\"a\":1}".into(), "i{}".into()], vec![]));
}

#[test]
fn words_of_other_languages_cost_no_item() {
    for word in ["undefined", "None", "NaN"] {
        let text = format!("[{{\"a\":1}},{word},{{\"b\":2}},{word}]");
        assert_eq!(items(&text), (vec!["i{\"a\":1}".into(), "i{\"b\":2}".into()], vec![ProblemKind::Repaired]));
    }
    let printed = "[{\"a\":1}None of {\"x\":1}, undefined\n,{\"b\":2}]";
    assert_eq!(items(printed).0.last().map(String::as_str), Some("i{\"b\":2}"));
}

#[test]
fn text_around_the_document_is_passed_over() {
    let (found, problems) = items("[INFO] starting {1}\nUsing x\n[{\"a\":1},\nprinted, by {a} test\n{\"b\":2}]\nbye\n");
    assert_eq!(found, ["i{\"a\":1}", "i{\"b\":2}"]);
    assert_eq!(problems, [ProblemKind::Repaired]);
}

#[test]
fn parts_of_a_value_in_a_list_are_no_text_that_others_print() {
    for torn in ["[\"uri\":\"a\",\"elements\":[{\"x\":1}]]", "[{\"a\":1},\nb\": 2},\n{\"c\":3}]", "[{\"a\":1}},{}]"] {
        assert_eq!(items(torn).1[0], ProblemKind::Malformed, "{torn}");
    }
    for printed in ["[{\"a\":1},\n12:00:01 [INFO] {x}\n{}]", "{\"a\":1}\nsaid \"x\": 1\n{}", "said: \"x\"\n[{}]"] {
        assert_eq!(items(printed).1, [ProblemKind::Repaired], "{printed}");
    }
}

#[test]
fn a_comma_too_many_is_passed_over() {
    for text in ["[{},]", "[{},,]"] {
        assert_eq!(items(text), (vec!["i{}".to_owned()], vec![ProblemKind::Repaired]), "{text}");
    }
}

#[test]
fn a_comma_that_is_missing_between_items_is_told() {
    assert_eq!(items("[{} {}]"), (vec!["i{}".to_owned(); 2], vec![ProblemKind::Repaired]));
    assert_eq!(items("[[{}],[{}]] {}").1, []);
}

#[test]
fn a_cut_document_keeps_what_is_complete() {
    for cut in ["[{\"a\":1}", "[{\"a\":1},", "[{\"a\":1},{\"b\":[\"", "[{\"a\":1},{\"b\\"] {
        assert_eq!(items(cut), (vec!["i{\"a\":1}".to_owned()], vec![ProblemKind::Truncated]), "{cut}");
    }
    let cut = r#"[{"uri":"u","elements":[{"x":1},{"y":"#;
    assert_eq!(items(cut), (vec![r#"c{"x":1}"#.to_owned()], vec![ProblemKind::Truncated]));
}

#[test]
fn the_item_is_known_as_far_as_it_was_read() {
    let text = br#"[{"uri":"u","elements":[{"x":1}]}]"#;
    let mut items = JsonItems::new(Body::Bytes(text)).with_children("elements");
    assert_eq!(items.next().unwrap().unwrap().bytes, br#"{"x":1}"#);
    assert_eq!(items.item_so_far(), br#"{"uri":"u","elements":["#);
}

#[test]
fn pieces_know_their_place() {
    let (found, _) = seen("[\n  {\"elements\":[\n   {}]},\n{}]");
    let places: Vec<_> = found.iter().map(|(_, _, at)| (at.offset, at.line, at.column)).collect();
    assert_eq!(places, [(21, 3, 4), (4, 2, 3), (27, 4, 1)]);
}

/// Items of a stream whose long texts are cut, read as `{"data": …, "a": …}`.
fn cut(text: &str, longest: Longest) -> Vec<(usize, u64, Position)> {
    let mut found = Vec::new();
    let mut reader = Grains(text.as_bytes(), 10_000);
    let mut items = JsonItems::new(Body::Stream(&mut reader)).with_longest(longest);
    loop {
        let mut data = Span::default();
        let piece = items.next_read(&mut |json| {
            json.begin_object()?;
            while let Some(key) = json.key()? {
                if key == b"data" { data = json.text_span()?.unwrap_or_default() } else { json.skip()? }
            }
            Ok(())
        });
        let Some(piece) = piece.unwrap() else { return found };
        assert_eq!(piece.read, Ok(()));
        found.push((data.length(), piece.missing(data), piece.at()));
    }
}

#[test]
fn the_middle_of_texts_that_nobody_wants_is_forgotten() {
    let long = "QUJD".repeat(1 << 20);
    let text = format!("[{{\"a\":\"x\",\"data\":\"{long}\",\"b\":\"y\"}},\n{{}}]");
    let found = cut(&text, Longest { text: 0, item: 0 });
    let (kept, missing, _) = found[0];
    assert!((512 << 10..800 << 10).contains(&kept), "{kept}");
    assert_eq!(kept as u64 + missing, 4 << 20);
    let (_, missing, place) = found[1];
    assert_eq!((missing, place.offset as usize, place.line, place.column), (0, text.len() - 3, 2, 1));
    assert_eq!(cut(&text, Longest { text: 5 << 20, item: 5 << 20 })[0].1, 0, "short enough to be evidence");
    assert!(cut(&text, Longest { text: 5 << 20, item: 2 << 20 })[0].1 > 0, "too much for one item");
}

#[test]
fn a_cut_parts_no_escape_and_no_character() {
    for unit in ["\\\\", "\\u00e9", "\\ud83d\\ude00x", "ü", "\\\"", "a\\n"] {
        let long = unit.repeat((3 << 20) / unit.len());
        let text = format!("[{{\"data\":\"{long}\"}}]");
        let mut reader = Grains(text.as_bytes(), 9_999);
        let mut items = JsonItems::new(Body::Stream(&mut reader)).with_longest(Longest { text: 0, item: 0 });
        let piece = items.next().unwrap().unwrap();
        let mut json = JsonCursor::new(piece.bytes);
        json.begin_object().unwrap();
        json.key().unwrap();
        json.text().unwrap();
        assert_eq!(json.oddities(), Oddities::default(), "{unit}");
    }
}

#[test]
fn what_is_too_large_is_left_out_and_told() {
    let many = format!("{{\"a\":[{}1]}}", "1,".repeat(2 << 20));
    let text = format!("[{{}},{many},{{\"b\":2}}]");
    let mut reader = Grains(text.as_bytes(), 10_000);
    let mut items = JsonItems::new(Body::Stream(&mut reader));
    items.largest = 1 << 20;
    assert_eq!(items.next().unwrap().unwrap().bytes.len(), 2);
    assert_eq!(items.next().unwrap().unwrap().bytes.len(), 7);
    assert!(items.next().unwrap().is_none());
    let mut problems = Problems::default();
    items.finish(&mut problems);
    assert_eq!(problems.0, [ProblemKind::LimitReached]);
}

#[test]
fn a_bomb_of_brackets_costs_no_stack() {
    let text = format!("[{{\"x\":{}1{},\"a\":\"b\"}}]", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let limits = Limits { json_depth: 2_000_000, ..Limits::default() };
    let mut items = JsonItems::new(Body::Bytes(text.as_bytes())).within(&limits);
    let mut cursor = JsonCursor::new(items.next().unwrap().unwrap().bytes);
    assert!(cursor.begin_object().unwrap());
    assert_eq!(cursor.key().unwrap(), Some(&b"x"[..]));
    cursor.skip().unwrap();
    assert_eq!(cursor.key().unwrap(), Some(&b"a"[..]));
    assert_eq!(cursor.text().unwrap().as_deref(), Some("b"));
    assert_eq!(cursor.key().unwrap(), None);
}

#[test]
fn what_is_too_deep_is_left_out_however_it_is_read() {
    let nested = |depth: usize| format!("{{\"x\":{}1{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let text = format!("[{},{},{},{{}}]", nested(5), nested(6), nested(7));
    let limits = Limits { json_depth: 5, ..Limits::default() };
    for most in [1, 7, 1000] {
        for is_read in [false, true] {
            let mut reader = Grains(text.as_bytes(), most);
            let mut items = JsonItems::new(Body::Stream(&mut reader)).within(&limits);
            let mut read = |cursor: &mut JsonCursor<'_>| {
                assert!(cursor.begin_object()?);
                while cursor.key()?.is_some() {
                    cursor.skip()?;
                }
                Ok(())
            };
            let mut lengths = Vec::new();
            loop {
                let piece = if is_read { items.next_read(&mut read) } else { items.next() };
                match piece.unwrap() {
                    Some(piece) => lengths.push(piece.bytes.len()),
                    None => break,
                }
            }
            assert_eq!(lengths, [nested(5).len(), 2], "in pieces of {most}, read: {is_read}");
            let mut problems = Problems::default();
            items.finish(&mut problems);
            assert_eq!(problems.0, [ProblemKind::LimitReached]);
        }
    }
}

fn text(json: &[u8]) -> (String, Oddities) {
    let mut cursor = JsonCursor::new(json);
    let text = cursor.text().unwrap().unwrap().into_owned();
    (text, cursor.oddities())
}

#[test]
fn texts_are_read_whatever_they_hold() {
    assert_eq!(text(br#""a\"\\\/\n\u00e9\ud83d\ude00""#), ("a\"\\/\né😀".to_owned(), Oddities::default()));
    for bad in [&br#""x\ud800y""#[..], b"\"x\xFFy\"", br#""x\qy""#] {
        let (text, oddities) = text(bad);
        assert_eq!((text.as_str(), oddities.has(Oddities::REPLACED)), ("x\u{FFFD}y", true));
    }
    assert!(text(b"\"a\tb\"").1.has(Oddities::CONTROL));
}

#[test]
fn values_of_other_types_are_passed_over() {
    let mut cursor = JsonCursor::new(br#"{"a":{"b":["}"]},"c":[1],"d":NaN,"e":null,"f":-1.5e3,}"#);
    assert!(cursor.begin_object().unwrap());
    let mut found = Vec::new();
    while let Some(key) = cursor.key().unwrap() {
        let value = cursor.scalar().unwrap();
        found.push(format!("{}={}", String::from_utf8_lossy(key), value.as_deref().unwrap_or("-")));
    }
    assert_eq!(found, ["a=-", "c=-", "d=NaN", "e=-", "f=-1.5e3"]);
    assert!(cursor.oddities().has(Oddities::COMMA));
}

#[test]
fn broken_structure_is_a_fault_with_a_place() {
    let bytes = b"{\"a\":1,\n ]";
    let mut cursor = JsonCursor::new(bytes);
    assert!(cursor.begin_object().unwrap());
    cursor.key().unwrap();
    cursor.skip().unwrap();
    let fault = cursor.key().unwrap_err();
    let position = fault.position(bytes, Position { offset: 10, line: 3, column: 5 });
    assert_eq!((position.offset, position.line, position.column), (19, 4, 2));
}

#[test]
fn nothing_is_no_value() {
    for broken in [&b""[..], b"{", b"{\"a\"", b"{\"a\":", b"[1", b"\"x", b"{1"] {
        let mut cursor = JsonCursor::new(broken);
        assert!(cursor.skip().is_err(), "{}", String::from_utf8_lossy(broken));
    }
}

/// End and depth of an object or array, byte by byte.
fn end_and_depth(bytes: &[u8]) -> Option<(usize, usize)> {
    let (mut depth, mut deepest, mut in_text) = (0, 0, false);
    let mut bytes = bytes.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if in_text => drop(bytes.next()),
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return Some((at + 1, deepest));
                }
            }
            _ => {}
        }
    }
    None
}

proptest::proptest! {
    #[test]
    fn what_is_nested_ends_where_it_would_byte_by_byte(
        parts in proptest::collection::vec("[{\\[]{1,2}|[}\\]]|\"([ -!#-\\[\\]-~]{0,70}|[a{}\\\\\"é]{0,9})\"|[\",: x]{1,9}|\\PC{0,40}", 0..40),
        behind in "[ x]{0,80}"
    ) {
        let text = format!("{{{}{behind}", parts.concat());
        let mut cursor = JsonCursor::new(text.as_bytes());
        let skipped = cursor.skip().ok().map(|()| (cursor.offset(), cursor.deepest()));
        // What shows that quotes are out of step is not passed over.
        let is_fault = matches!(JsonCursor::new(text.as_bytes()).skip(), Err(fault) if !fault.is_cut());
        proptest::prop_assert!(is_fault || skipped == end_and_depth(text.as_bytes()), "{text}");
    }
}
