//! Custom fields: text with `;` between values becomes JSON (junit.md D).

use crate::model::{CustomField, List, Parameter};

/// Appends the field of an item: a JSON array when `;` separates several values, a string otherwise.
pub(super) fn push_text(fields: &mut List<CustomField>, item: &Parameter) {
    let field = start(fields, &item.name);
    let is_list = has_separator(&item.value);
    if is_list {
        field.value.push('[');
    }
    field.value.push('"');
    let mut characters = item.value.trim().chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(&next @ (';' | '\\'))) => {
                characters.next();
                push_json(next, &mut field.value);
            }
            (';', _) => field.value.push_str("\",\""),
            _ => push_json(character, &mut field.value),
        }
    }
    field.value.push('"');
    if is_list {
        field.value.push(']');
    }
}

/// Appends the field of an item whose value is JSON text already.
pub(super) fn push_value(fields: &mut List<CustomField>, item: &mut Parameter) {
    if !item.value.trim().is_empty() {
        let field = start(fields, &item.name);
        std::mem::swap(&mut field.value, &mut item.value);
    }
}

/// A field under its number where the name is one, under its name otherwise.
fn start<'f>(fields: &'f mut List<CustomField>, name: &str) -> &'f mut CustomField {
    let field = fields.add();
    let name = name.trim();
    let is_number = !name.is_empty() && name.len() <= 18 && name.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { &mut field.id } else { &mut field.name }.push_str(name);
    field
}

fn has_separator(value: &str) -> bool {
    let mut escaped = false;
    for byte in value.bytes() {
        match byte {
            b';' if !escaped => return true,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    false
}

fn push_json(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => {}
        c if c < ' ' || c == '\u{7f}' => {}
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        let mut fields = List::default();
        push_text(&mut fields, &Parameter { name: "Region".to_owned(), value: text.to_owned() });
        fields[0].value.clone()
    }

    #[test]
    fn several_values_are_an_array() {
        assert_eq!(value("EU;US\\;CA"), r#"["EU","US;CA"]"#);
        assert_eq!(value("a\\\\;b"), r#"["a\\","b"]"#);
    }

    #[test]
    fn one_value_is_a_string() {
        assert_eq!(value("EU"), r#""EU""#);
        assert_eq!(value("a\\;b"), r#""a;b""#);
        assert_eq!(value("C:\\dir \"q\"\n\u{1}x"), r#""C:\\dir \"q\"\nx""#);
    }

    #[test]
    fn numbers_are_ids() {
        let mut fields = List::default();
        push_text(&mut fields, &Parameter { name: "10100".to_owned(), value: "x".to_owned() });
        assert_eq!((fields[0].id.as_str(), fields[0].name.as_str()), ("10100", ""));
        for name in ["Team 7", "1234567890123456789"] {
            let field = start(&mut fields, name);
            assert_eq!((field.id.as_str(), field.name.as_str()), ("", name));
        }
    }
}
