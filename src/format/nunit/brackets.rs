//! Argument lists in names: `Shop.Fix("a").Add(1, "x.(y")` (spec nunit.md, bracket-group removal).

use std::fmt::Write;

use crate::model::{List, Parameter, trimmed};

/// Most arguments that are taken apart; what follows stays one argument.
const MOST_ARGUMENTS: usize = 256;

/// A stretch of a name.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'n> {
    /// Text outside all brackets.
    Plain(&'n str),
    /// What stands between an opening bracket and its closing one.
    Group(&'n str),
}

/// Iterates over the stretches of a name. Brackets that are never closed hold all the rest, since names are cut.
///
/// No framework puts a blank before arguments: brackets behind one are prose, and part of the name (`works (otherwise)`). So
/// are those before more words, since arguments stand at the end of a part (`parse("a") is fine`).
struct Pieces<'n> {
    rest: &'n str,
    /// Whether what came before ends in a blank.
    after_blank: bool,
}

impl<'n> Pieces<'n> {
    fn of(name: &'n str) -> Pieces<'n> {
        Pieces { rest: name, after_blank: false }
    }
}

impl<'n> Iterator for Pieces<'n> {
    type Item = Piece<'n>;

    fn next(&mut self) -> Option<Piece<'n>> {
        if let Some(inside) = self.rest.strip_prefix('(') {
            let end = group_end(inside).unwrap_or(inside.len());
            let behind = (end + 2).min(self.rest.len());
            let (whole, rest) = self.rest.split_at(behind);
            let is_prose = std::mem::replace(&mut self.after_blank, false) || goes_on(rest);
            self.rest = rest;
            return Some(if is_prose { Piece::Plain(whole) } else { Piece::Group(&inside[..end]) });
        }
        let length = bracket(self.rest).unwrap_or(self.rest.len());
        let (plain, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.after_blank = plain.ends_with(char::is_whitespace);
        (!plain.is_empty()).then_some(Piece::Plain(plain))
    }
}

/// Whether a sentence goes on behind a closing bracket.
fn goes_on(rest: &str) -> bool {
    rest.starts_with(char::is_whitespace) && trimmed(rest).starts_with(char::is_alphanumeric)
}

/// Where the first opening bracket stands.
fn bracket(name: &str) -> Option<usize> {
    memchr::memchr(b'(', name.as_bytes())
}

/// Whether the name may hold an argument list.
pub(super) fn has_arguments(name: &str) -> bool {
    bracket(name).is_some()
}

/// Appends the name without its argument lists to `out`, without blanks around it; the whole name when nothing is left.
pub(super) fn push_plain(name: &str, out: &mut String) {
    let name = trimmed(name);
    if !has_arguments(name) {
        return out.push_str(name);
    }
    let start = out.len();
    for piece in Pieces::of(name) {
        if let Piece::Plain(text) = piece {
            out.push_str(text);
        }
    }
    out.truncate(out.trim_end().len().max(start));
    if out.len() == start {
        out.push_str(name);
    }
}

/// Appends the arguments of all lists in the name: `arg1`, `arg2`, … and on from those already there.
#[inline]
pub(super) fn push_arguments(name: &str, parameters: &mut List<Parameter>) {
    if has_arguments(name) {
        push_groups(name, parameters);
    }
}

fn push_groups(name: &str, parameters: &mut List<Parameter>) {
    for piece in Pieces::of(name) {
        if let Piece::Group(group) = piece {
            push_group(group, parameters);
        }
    }
}

fn push_group(group: &str, parameters: &mut List<Parameter>) {
    let mut rest = group;
    while !trimmed(rest).is_empty() {
        let end = if parameters.len() + 1 < MOST_ARGUMENTS { argument_end(rest) } else { rest.len() };
        let argument = trimmed(&rest[..end]);
        rest = rest.get(end + 1..).unwrap_or("");
        let number = parameters.len() + 1;
        if number > MOST_ARGUMENTS {
            return;
        }
        let parameter = parameters.add();
        let value = match named(argument) {
            Some((name, value)) => {
                parameter.name.push_str(name);
                value
            }
            None => {
                // Writing to a string cannot fail.
                let _ = write!(parameter.name, "arg{number}");
                argument
            }
        };
        push_value(value, &mut parameter.value);
    }
}

/// Name and value of `accessCode: "Q414"`, as xUnit.net writes arguments.
fn named(argument: &str) -> Option<(&str, &str)> {
    let (name, value) = argument.split_once(": ")?;
    let is_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|sign| sign.is_alphanumeric() || sign == '_');
    is_name.then_some((name, trimmed(value)))
}

/// Appends a value, without the quotes of a string or of a character.
fn push_value(value: &str, out: &mut String) {
    for (opening, closing) in [("\\\"", "\\\""), ("\"", "\""), ("'", "'")] {
        let inside = value.strip_prefix(opening).and_then(|value| value.strip_suffix(closing));
        if let Some(inside) = inside {
            return push_unescaped(inside, out);
        }
    }
    out.push_str(value);
}

fn push_unescaped(text: &str, out: &mut String) {
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            out.push(sign);
            continue;
        }
        match signs.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(escaped @ ('\\' | '"' | '\'')) => out.push(escaped),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
}

/// Where the bracket that was opened before `inside` is closed.
fn group_end(inside: &str) -> Option<usize> {
    let mut depth = 0usize;
    find_outside_quotes(inside, |sign| {
        match sign {
            b'(' => depth += 1,
            b')' if depth == 0 => return true,
            b')' => depth -= 1,
            _ => {}
        }
        false
    })
}

/// Where the first argument of a list ends.
fn argument_end(list: &str) -> usize {
    let mut depth = 0usize;
    let end = find_outside_quotes(list, |sign| {
        match sign {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => return depth == 0,
            _ => {}
        }
        false
    });
    end.unwrap_or(list.len())
}

/// Index of the first byte for which `is_found` holds; strings and characters in quotes are passed over. `None` also
/// when a string is never closed.
fn find_outside_quotes(text: &str, mut is_found: impl FnMut(u8) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += string_length(&bytes[at..])?,
            b'\'' => at += character_length(&bytes[at..]),
            b'\\' if bytes.get(at + 1) == Some(&b'"') => at += 2,
            byte if is_found(*byte) => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// Length of the string in double quotes that begins here.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Length of the character in single quotes that begins here; one for an apostrophe, which closes nothing.
fn character_length(bytes: &[u8]) -> usize {
    // The longest is `'\u0041'`; one sign has four bytes at most.
    let (from, to) = if bytes.get(1) == Some(&b'\\') { (3, 8) } else { (2, 6) };
    (from..to).find(|at| bytes.get(*at) == Some(&b'\'')).filter(|at| is_one_sign(bytes, *at)).map_or(1, |at| at + 1)
}

fn is_one_sign(bytes: &[u8], closing: usize) -> bool {
    bytes[1] == b'\\' || std::str::from_utf8(&bytes[1..closing]).is_ok_and(|inside| inside.chars().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(name: &str) -> String {
        let mut out = String::new();
        push_plain(name, &mut out);
        out
    }

    fn arguments(name: &str) -> Vec<String> {
        let mut parameters = List::default();
        push_arguments(name, &mut parameters);
        parameters.iter().map(|parameter| format!("{}={}", parameter.name, parameter.value)).collect()
    }

    #[test]
    fn lists_are_left_out_wherever_they_stand() {
        assert_eq!(plain("A.B.Ok"), "A.B.Ok");
        assert_eq!(plain("A.B.Ok(\"x.(y\")"), "A.B.Ok");
        assert_eq!(plain("A.B(\"a)\", ')').Ok(f(1), 2)"), "A.B.Ok");
        assert_eq!(plain("A.Fix<Int32>.Test('\\'', 1)"), "A.Fix<Int32>.Test");
        assert_eq!(plain("(only)"), "(only)");
    }

    #[test]
    fn brackets_behind_a_blank_are_prose() {
        assert_eq!(plain(" it (doesn't) work "), "it (doesn't) work");
        assert_eq!(plain("C.works (when $x is f(null))"), "C.works (when $x is f(null))");
        assert_eq!(plain("C.adds (fast)(1, 2)"), "C.adds (fast)");
        assert_eq!(arguments("C.adds (fast)(1, 2)"), ["arg1=1", "arg2=2"]);
        assert_eq!(plain("C.never closed (a"), "C.never closed (a");
    }

    #[test]
    fn a_cut_name_keeps_its_beginning() {
        assert_eq!(plain("A.B.Long(\"aaaa..."), "A.B.Long");
        assert_eq!(arguments("A.B(1).Long(\"aaaa..."), ["arg1=1", "arg2=\"aaaa..."]);
    }

    #[test]
    fn arguments_are_split_at_their_own_commas() {
        assert_eq!(arguments("M(1, \"a,b\", [2, 3], ',')"), ["arg1=1", "arg2=a,b", "arg3=[2, 3]", "arg4=,"]);
        assert_eq!(arguments("F(\"say \\\"hi\\\"\").M()"), ["arg1=say \"hi\""]);
        assert_eq!(arguments("M(form: \\\"Q\\\", number: 491)"), ["form=Q", "number=491"]);
        assert_eq!(arguments("M(,)"), ["arg1="]);
    }

    #[test]
    fn there_is_an_end_to_arguments() {
        let name = format!("M({})", "1,".repeat(1000));
        assert_eq!(arguments(&name).len(), MOST_ARGUMENTS);
    }

    #[test]
    fn nothing_in_a_name_breaks_the_reader() {
        let signs = ['(', ')', '"', '\'', '\\', ',', 'é', ':', ' '];
        let mut state = 7u32;
        for _ in 0..20_000 {
            let mut name = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                name.push(signs[(state >> 16) as usize % signs.len()]);
            }
            let _ = (plain(&name), arguments(&name));
        }
    }
}
