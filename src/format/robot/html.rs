//! Messages that Robot Framework stores as HTML: their text, and the files and pictures they show.

use std::borrow::Cow;

/// The mark before a status message that is HTML.
const MARK: &str = "*HTML*";

/// What `rebot --removekeywords` leaves where something was (R30).
const REMOVED: &str = "Content removed using the --remove-keywords option.";

/// Turns a status message into plain text: one that is HTML loses its markup, any other is literal (R19). A note that
/// content was removed is no message, alone or behind one. `scratch` keeps its capacity.
pub(super) fn reduce(message: &mut String, scratch: &mut String) {
    if let Some(html) = message.trim_start().strip_prefix(MARK) {
        scratch.clear();
        push_text(html.trim(), scratch);
        scratch.truncate(scratch.trim_end().len());
        std::mem::swap(message, scratch);
    }
    if let Some(rest) = message.trim_end().strip_suffix(REMOVED)
        && (rest.trim().is_empty() || rest.ends_with('\n'))
    {
        message.truncate(rest.trim_end().len());
    }
}

/// Appends the text of `html`: line ends for `br`, `p`, `hr` and the end of a table row, nothing for other tags, nothing
/// of scripts and styles, entities decoded once. Linear in the length of `html`.
pub(super) fn push_text(html: &str, out: &mut String) {
    let mut rest = html;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('&') {
            let length = push_entity(rest, out);
            rest = &rest[length..];
            continue;
        }
        let begins_tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        if !begins_tag {
            out.push('<');
            rest = &rest[1..];
            continue;
        }
        let Some(end) = memchr::memchr(b'>', rest.as_bytes()) else { break };
        let name = tag_name(&rest[1..end]);
        rest = &rest[end + 1..];
        if ["br", "p", "hr", "/tr"].iter().any(|line| name.eq_ignore_ascii_case(line)) {
            out.push('\n');
        } else if ["script", "style"].iter().any(|hidden| name.eq_ignore_ascii_case(hidden)) {
            rest = behind_end_tag(rest, name);
        }
    }
    out.push_str(rest);
}

/// The name in front of a tag's attributes, with the slash of an end tag.
fn tag_name(tag: &str) -> &str {
    let slash = usize::from(tag.starts_with('/'));
    let length = tag[slash..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len() - slash);
    &tag[..slash + length]
}

/// What follows the end tag of the element called `name`; nothing when it has none.
fn behind_end_tag<'t>(text: &'t str, name: &str) -> &'t str {
    let bytes = text.as_bytes();
    for at in memchr::memmem::find_iter(bytes, b"</") {
        let found = bytes.get(at + 2..at + 2 + name.len()).unwrap_or_default();
        if found.eq_ignore_ascii_case(name.as_bytes()) {
            let end = memchr::memchr(b'>', &bytes[at..]).map_or(text.len(), |end| at + end + 1);
            return &text[end..];
        }
    }
    ""
}

/// Appends what the entity at the start of `text` stands for and tells its length; a lone `&` stays itself.
fn push_entity(text: &str, out: &mut String) -> usize {
    const LONGEST: usize = 12;
    let reach = &text.as_bytes()[..text.len().min(LONGEST)];
    let entity = memchr::memchr(b';', reach).and_then(|end| Some((end + 1, entity(text.get(1..end)?)?)));
    let (length, character) = entity.unwrap_or((1, '&'));
    out.push(character);
    length
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let Some(number) = name.strip_prefix('#') else { return named(name) };
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?)?
        }
    })
}

/// Names of the characters from U+00A1 on, in order.
const LATIN: [&str; 95] = [
    "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not", "shy", "reg",
    "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1", "ordm", "raquo",
    "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil",
    "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute",
    "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig",
    "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml",
    "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide",
    "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

/// Others that people write.
const OTHERS: &[(&str, char)] = &[
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("hellip", '…'),
    ("bull", '•'),
    ("euro", '€'),
    ("trade", '™'),
    ("larr", '←'),
    ("uarr", '↑'),
    ("rarr", '→'),
    ("darr", '↓'),
    ("harr", '↔'),
    ("rArr", '⇒'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
    ("asymp", '≈'),
    ("equiv", '≡'),
    ("infin", '∞'),
    ("minus", '−'),
    ("check", '✓'),
    ("cross", '✗'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
];

/// The character of a named entity.
fn named(name: &str) -> Option<char> {
    let latin = || char::from_u32(0xA1 + LATIN.iter().position(|known| *known == name)? as u32);
    OTHERS.iter().find(|(known, _)| *known == name).map(|(_, character)| *character).or_else(latin)
}

/// The attribute that names an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    /// `src`: something that is shown.
    Source,
    /// `href`: something that can be followed.
    Link,
}

/// The values of all `src` and `href` attributes in `html`, in order. Linear; a picture in base64 is passed in one step.
pub(super) fn references(html: &str) -> References<'_> {
    References { rest: html }
}

/// See [`references`].
pub(super) struct References<'t> {
    rest: &'t str,
}

impl<'t> Iterator for References<'t> {
    type Item = (Attribute, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let sign = memchr::memchr(b'=', self.rest.as_bytes())?;
            let (before, after) = (&self.rest[..sign], &self.rest[sign + 1..]);
            self.rest = after;
            let Some(attribute) = attribute_before(before) else { continue };
            let value = after.trim_start();
            let Some(quote @ (b'"' | b'\'')) = value.bytes().next() else { continue };
            let value = &value[1..];
            let Some(end) = memchr::memchr(quote, value.as_bytes()) else {
                self.rest = "";
                return None;
            };
            self.rest = &value[end + 1..];
            return Some((attribute, value[..end].trim()));
        }
    }
}

fn attribute_before(text: &str) -> Option<Attribute> {
    let bytes = text.trim_end().as_bytes();
    let ends_in = |name: &[u8]| {
        let start = bytes.len().checked_sub(name.len())?;
        let blank = start.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_whitespace());
        (blank && bytes[start..].eq_ignore_ascii_case(name)).then_some(())
    };
    if ends_in(b"src").is_some() {
        return Some(Attribute::Source);
    }
    ends_in(b"href").map(|()| Attribute::Link)
}

/// The path in a relative address: entities and `%20` decoded, query and fragment cut off.
pub(super) fn path(address: &str) -> Cow<'_, str> {
    let address = address.split(['#', '?']).next().unwrap_or("");
    if memchr::memchr2(b'%', b'&', address.as_bytes()).is_none() {
        return Cow::Borrowed(address);
    }
    let mut plain = String::new();
    push_text(address, &mut plain);
    let mut bytes = Vec::with_capacity(plain.len());
    let mut rest = plain.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = (*first == b'%').then(|| hexadecimal(after)).flatten();
        bytes.push(escaped.unwrap_or(*first));
        if escaped.is_some() {
            rest = &after[2..];
        }
    }
    match String::from_utf8(bytes) {
        Ok(path) => Cow::Owned(path),
        Err(_) => Cow::Owned(plain),
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..2)?).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(message: &str) -> String {
        let mut message = message.to_owned();
        reduce(&mut message, &mut String::new());
        message
    }

    #[test]
    fn markup_goes_and_entities_are_decoded_once() {
        assert_eq!(
            reduced("*HTML*<b>bad</b> &amp; <i>worse</i> &amp;lt; &#65;&#x42; &x; & 1 < 2"),
            "bad & worse &lt; AB &x; & 1 < 2"
        );
        assert_eq!(
            reduced("*HTML* a<br>b<BR/>c<p>d</p><hr class=\"x\">e<table><tr>f</tr></table>"),
            "a\nb\nc\nd\ne f".replace(' ', "")
        );
        assert_eq!(reduced("*HTML*a<script>if (1 < 2) x</script>b<style>"), "ab");
        assert_eq!(reduced("plain <b> & *HTML*"), "plain <b> & *HTML*");
        assert_eq!(reduced("*HTML* é<"), "é<");
    }

    #[test]
    fn notes_on_removed_content_are_no_message() {
        assert_eq!(
            reduced("*HTML* <span class=\"robot-note\">Content removed using the --remove-keywords option.</span>"),
            ""
        );
    }

    #[test]
    fn notes_behind_a_message_go() {
        let note = "<span class=\"robot-note\">Content removed using the --remove-keywords option.</span>";
        assert_eq!(reduced(&format!("*HTML*real<hr>{note}")), "real");
        assert_eq!(reduced(&format!("real\n{REMOVED}\n")), "real");
        assert_eq!(reduced(&format!("it said: {REMOVED}")), format!("it said: {REMOVED}"));
    }

    #[test]
    fn named_entities_are_characters() {
        assert_eq!(
            reduced("*HTML*&iexcl;&Auml;&szlig;&yuml; 5&nbsp;&euro; &hellip; &rarr;&unknown;"),
            "¡Äßÿ 5 € … →&unknown;"
        );
    }

    #[test]
    fn references_are_found_in_order() {
        let html =
            "<a HREF = 'x.png'><img data-src=\"no\" src=\"data:image/png;base64,AA==\" width=3></a>src=\"no\" src=";
        let found: Vec<_> = references(html).collect();
        assert_eq!(found, [(Attribute::Link, "x.png"), (Attribute::Source, "data:image/png;base64,AA==")]);
        assert_eq!(references("<img src=\"open").count(), 0);
    }

    #[test]
    fn addresses_become_paths() {
        assert_eq!(path("my%20shot%.png?x#y"), "my shot%.png");
        assert_eq!(path("a&amp;b.png"), "a&b.png");
        assert_eq!(path("%ff.png"), "%ff.png", "what is no UTF-8 stays as it is");
    }
}
