//! The arguments in the display name of a theory: `Add(a: 1, s: "x, y")` (spec xunit.md (c)).

use crate::model::{List, Parameter, trimmed};

/// Opening brackets of a display name that are tried as the start of its arguments.
const MOST_ATTEMPTS: usize = 8;

/// Most brackets open at once in a list of arguments.
const DEEPEST: usize = 64;

/// Most arguments of one test.
const MOST_ARGUMENTS: usize = 1000;

/// Splits a name that ends in a list of arguments: what stands before it, and what stands between its brackets. Type arguments (`M<Int32>`) belong to neither the name nor the list.
pub(super) fn split(name: &str) -> (&str, Option<&str>) {
    if name.is_empty() {
        return (name, None);
    }
    let Some(open) = name.find('(') else { return (without_types(name), None) };
    match name.strip_suffix(')') {
        Some(inner) => (without_types(&name[..open]), Some(&inner[open + 1..])),
        None => match cut_mark(name) {
            // A name that was cut in the middle of its arguments.
            Some(inner) if open < inner.len() => (without_types(&name[..open]), Some(&name[open + 1..])),
            _ => (name, None),
        },
    }
}

/// Splits a name of which nothing says where the method ends: what stands behind a path (`N.C.M`) are arguments, what
/// stands in or behind a sentence belongs to it (`works (admin)`, `shows <Button />`).
pub(super) fn split_path(name: &str) -> (&str, Option<&str>) {
    let end = name.find(['(', '<']).unwrap_or(name.len());
    let types = &name[end..];
    let behind = if types.starts_with('<') { types.find('(').map(|open| &types[..open]) } else { None };
    // Between a type argument and the list stands nothing.
    let is_path = is_path(&name[..end]) && behind.is_none_or(|types| types.ends_with('>'));
    if is_path { split(name) } else { (name, None) }
}

/// Splits the name of a type or a method behind which the arguments stand: `Fix("a")`, `Add(1,2)`. Type arguments stay.
pub(super) fn without_list(name: &str) -> (&str, Option<&str>) {
    let list = name.strip_suffix(')').and_then(|inner| inner.split_once('('));
    match list {
        Some((before, list)) if is_path(before) => (before, Some(list)),
        _ => (name, None),
    }
}

fn is_path(name: &str) -> bool {
    let is_first = |first: char| first.is_alphabetic() || matches!(first, '_' | '@');
    name.starts_with(is_first)
        && name.ends_with(|last: char| last.is_alphanumeric() || last == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '+' | '`' | '-' | '/' | '\\'))
}

/// Splits a custom display name: only a list with named parts is one of arguments, because `Adds (fast path)` is a
/// title (X10, X11).
pub(super) fn split_named(name: &str) -> (&str, Option<&str>) {
    let Some(inner) = name.strip_suffix(')') else { return (name, None) };
    for (open, _) in inner.match_indices('(').take(MOST_ATTEMPTS) {
        let list = &inner[open + 1..];
        let mut has_name = false;
        if parts(list, |part| has_name |= !name_and_value(part).0.is_empty()).is_some() && has_name {
            return (&name[..open], Some(list));
        }
    }
    (name, None)
}

/// Fills `parameters` from a list of arguments. One whose brackets do not match is one parameter, `args`.
pub(super) fn read(list: &str, parameters: &mut List<Parameter>) {
    if trimmed(list).is_empty() {
        return;
    }
    let whole = parts(list, |part| {
        if parameters.len() < MOST_ARGUMENTS {
            let (name, value) = name_and_value(part);
            let parameter = parameters.add();
            parameter.name.push_str(name);
            push_value(value, &mut parameter.value);
        }
    });
    if whole.is_none() {
        parameters.clear();
        let parameter = parameters.add();
        parameter.name.push_str("args");
        parameter.value.push_str(list);
    }
}

fn without_types(name: &str) -> &str {
    match (name.find('<'), name.ends_with('>')) {
        (Some(open), true) if open > 0 => &name[..open],
        _ => name,
    }
}

/// What stands before the mark of a name that was cut.
fn cut_mark(name: &str) -> Option<&str> {
    ["...", "···", "…"].iter().find_map(|mark| name.strip_suffix(mark))
}

/// Gives every part between commas outside brackets and quotes to `part`; `None` where brackets or quotes do not match.
fn parts<'l>(list: &'l str, mut part: impl FnMut(&'l str)) -> Option<()> {
    let bytes = list.as_bytes();
    let mut brackets = Brackets { open: [0; DEEPEST], depth: 0 };
    let (mut start, mut at) = (0, 0);
    // Quotes open a text only where a value begins: "don't" is no text.
    let mut begins = true;
    while let Some(byte) = bytes.get(at).copied() {
        let quote = if begins { Quote::at(&bytes[at..]) } else { None };
        if let Some(quote) = quote {
            at += quote.length(&bytes[at..])?;
            begins = false;
            continue;
        }
        match byte {
            b'(' | b'[' | b'{' => brackets.open(byte)?,
            b')' | b']' | b'}' => brackets.close(byte)?,
            b'<' | b'>' => brackets.take_sign(byte, bytes[..at].last()),
            b',' if brackets.depth == 0 && bytes.get(at + 1) == Some(&b' ') => {
                part(trimmed(&list[start..at]));
                start = at + 1;
            }
            _ => {}
        }
        begins = matches!(byte, b'(' | b'[' | b'{' | b' ' | b'=') || (begins && byte.is_ascii_whitespace());
        at += 1;
    }
    brackets.forget_signs();
    if brackets.depth > 0 {
        return None;
    }
    part(trimmed(&list[start..]));
    Some(())
}

/// Brackets that are open. A less-than sign behind a word may be one, of a generic type, or may be none.
struct Brackets {
    open: [u8; DEEPEST],
    depth: usize,
}

impl Brackets {
    /// Opens one, unless too many are open.
    fn open(&mut self, bracket: u8) -> Option<()> {
        *self.open.get_mut(self.depth)? = bracket;
        self.depth += 1;
        Some(())
    }

    /// Closes the innermost one, unless that is another.
    fn close(&mut self, bracket: u8) -> Option<()> {
        let opening = match bracket {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        self.forget_signs();
        if self.innermost() != Some(opening) {
            return None;
        }
        self.depth -= 1;
        Some(())
    }

    /// Takes a less-than sign or a greater-than sign.
    fn take_sign(&mut self, sign: u8, before: Option<&u8>) {
        if sign == b'<' && before.is_some_and(u8::is_ascii_alphanumeric) {
            // With too many open it is none.
            let _ = self.open(sign);
        } else if sign == b'>' && self.innermost() == Some(b'<') {
            self.depth -= 1;
        }
    }

    /// Lone less-than signs were no brackets.
    fn forget_signs(&mut self) {
        while self.innermost() == Some(b'<') {
            self.depth -= 1;
        }
    }

    fn innermost(&self) -> Option<u8> {
        self.open[..self.depth].last().copied()
    }
}

/// How a text is quoted.
#[derive(Clone, Copy)]
enum Quote {
    /// `"…"` or `'…'` with backslash escapes.
    Plain(u8),
    /// `\"…\"`: the name as a whole was escaped once more.
    Escaped(u8),
}

impl Quote {
    fn at(bytes: &[u8]) -> Option<Quote> {
        match bytes {
            [quote @ (b'"' | b'\''), ..] => Some(Quote::Plain(*quote)),
            [b'\\', quote @ (b'"' | b'\''), ..] => Some(Quote::Escaped(*quote)),
            _ => None,
        }
    }

    /// Bytes of the text that begins here, quotes included; `None` when it does not end.
    fn length(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Quote::Plain(quote) => {
                let mut at = 1;
                loop {
                    match bytes.get(at)? {
                        b'\\' => at += 2,
                        byte if *byte == quote => return Some(at + 1),
                        _ => at += 1,
                    }
                }
            }
            Quote::Escaped(quote) => {
                let mut at = 2;
                loop {
                    match bytes.get(at..at + 2)? {
                        // An escaped backslash takes what it escaped along.
                        [b'\\', b'\\'] if bytes.get(at + 2) == Some(&b'\\') => at += 4,
                        [b'\\', b'\\'] => at += 2,
                        [b'\\', byte] if *byte == quote => return Some(at + 2),
                        _ => at += 1,
                    }
                }
            }
        }
    }
}

/// Splits `name: value`; the name is empty where the part has none.
fn name_and_value(part: &str) -> (&str, &str) {
    match part.split_once(": ") {
        Some((name, value)) if is_identifier(name) => (name, trimmed(value)),
        _ => match part.strip_suffix(':') {
            Some(name) if is_identifier(name) => (name, ""),
            _ => ("", part),
        },
    }
}

fn is_identifier(name: &str) -> bool {
    let name = name.strip_prefix('@').unwrap_or(name);
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Appends a value: a text without its quotes and escapes, anything else as it stands. A text that was cut keeps both,
/// and so do escapes of what cannot be shown (X13).
fn push_value(value: &str, out: &mut String) {
    let quoted = |quote: &str| value.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(inner) = quoted("\\\"") {
        let mut once = String::new();
        unescape(inner, &mut once);
        unescape(&once, out);
    } else if let Some(inner) = quoted("\"").or_else(|| quoted("'")) {
        unescape(inner, out);
    } else {
        out.push_str(value);
    }
}

fn unescape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let known = match rest.as_bytes().get(at + 1) {
            Some(b'\\') => Some('\\'),
            Some(b'"') => Some('"'),
            Some(b'\'') => Some('\''),
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            _ => None,
        };
        match known {
            Some(c) => {
                out.push(c);
                rest = &rest[at + 2..];
            }
            None => {
                out.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_list(list: &str) -> Vec<(String, String)> {
        let mut parameters = List::default();
        read(list, &mut parameters);
        parameters.iter().map(|parameter| (parameter.name.clone(), parameter.value.clone())).collect()
    }

    #[track_caller]
    fn check(list: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        assert_eq!(read_list(list), expected, "{list}");
    }

    #[test]
    fn arguments_with_and_without_names() {
        check("value1: -4, expected: -10", &[("value1", "-4"), ("expected", "-10")]);
        check("1, \"a, b\", 'c'", &[("", "1"), ("", "a, b"), ("", "c")]);
        check("", &[]);
        check("s: \"\"", &[("s", "")]);
    }

    #[test]
    fn brackets_keep_commas() {
        check("list: [1, 2, (3, 4)], map: { A = 1, ... }", &[("list", "[1, 2, (3, 4)]"), ("map", "{ A = 1, ... }")]);
        check(
            "t: typeof(Dictionary<int, string>), x: 1 < 2",
            &[("t", "typeof(Dictionary<int, string>)"), ("x", "1 < 2")],
        );
        check("t: List<A, B>, n: 1", &[("t", "List<A, B>"), ("n", "1")]);
    }

    #[test]
    fn brackets_that_do_not_match_make_one_argument() {
        check("a: [1, b: 2", &[("args", "a: [1, b: 2")]);
        check("a: \"open, b: 2", &[("args", "a: \"open, b: 2")]);
        check(&"(".repeat(200), &[("args", &"(".repeat(200))]);
    }

    #[test]
    fn x13_texts_are_unescaped_once_or_twice() {
        check(r#"s: "a\"b\\c""#, &[("s", r#"a"b\c"#)]);
        check(r#"s: \"a\", t: \"b, c\""#, &[("s", "a"), ("t", "b, c")]);
        check(r#"s: \"a\\\"b\", n: 1"#, &[("s", r#"a"b"#), ("n", "1")]);
        check(r#"s: \"a\\\", b\", n: 1"#, &[("s", r#"a", b"#), ("n", "1")]);
        check(r#"s: "\x1b[0m\0\xd83d""#, &[("s", r"\x1b[0m\0\xd83d")]);
        check(r#"s: "long"..., t: "cut"···"#, &[("s", r#""long"..."#), ("t", r#""cut"···"#)]);
        check("s: don't, t: it's", &[("s", "don't"), ("t", "it's")]);
    }

    #[test]
    fn names_are_split_from_their_arguments() {
        assert_eq!(split("N.C.M<System.String>(\"A\")"), ("N.C.M", Some("\"A\"")));
        assert_eq!(split("N.C.M"), ("N.C.M", None));
        assert_eq!(split("N.C.M(a: \"very long..."), ("N.C.M", Some("a: \"very long...")));
        assert_eq!(split_path("N.C.M<System.String>(\"A\")"), ("N.C.M", Some("\"A\"")));
        assert_eq!(split_path("N.C.M<Int32>"), ("N.C.M", None));
        assert_eq!(split_path("N.C.M(a: \"very long..."), ("N.C.M", Some("a: \"very long...")));
        for prose in [
            "works (admin)",
            "shows <Button />",
            "M (1)",
            "M <A>(1)",
            "calls f(1)",
            "(1)",
            "<A>",
            "a. (b)",
            "9(b)",
            "a.(b)",
        ] {
            assert_eq!(split_path(prose), (prose, None));
        }
        assert_eq!(split_named("Adds (fast path)"), ("Adds (fast path)", None));
        assert_eq!(split_named("Adds (fast path)(a: 1)"), ("Adds (fast path)", Some("a: 1")));
        assert_eq!(split_named("MyName(p1: \"x\")"), ("MyName", Some("p1: \"x\"")));
    }
}
