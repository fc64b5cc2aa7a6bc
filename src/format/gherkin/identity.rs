//! What names a scenario (decision 7), and names made of names.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Writes `uri#id`, without the row of an outline; the name stands for an id that says nothing.
pub(in crate::format) fn write(uri: &str, id: &str, name: &str, out: &mut String) {
    let id = without_row(id).unwrap_or(id);
    let own = if says_nothing(id) { without_example(name) } else { id };
    if own.is_empty() {
        return;
    }
    if !uri.is_empty() {
        push_uri(uri, out);
        out.push('#');
    }
    out.push_str(own);
}

/// Whether an id is a number, or none: converters count scenarios, and each attempt of one anew.
pub(in crate::format) fn says_nothing(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Number of a place in a feature file (see `TestCase::site`).
pub(in crate::format) fn site(uri: &str, line: Option<u64>) -> u64 {
    let Some(line) = line.filter(|line| *line > 0) else { return 0 };
    if !uri.contains('\\') {
        return xxh3_64_with_seed(uri.as_bytes(), line).max(1);
    }
    let mut plain = String::with_capacity(uri.len());
    push_uri(uri, &mut plain);
    xxh3_64_with_seed(plain.as_bytes(), line).max(1)
}

/// Windows' paths are written like all others.
pub(in crate::format) fn push_uri(uri: &str, out: &mut String) {
    let mut parts = uri.split('\\');
    out.extend(parts.next());
    parts.for_each(|part| out.extend(["/", part]));
}

/// An id without the name of its Examples and its row; `None` when it is no row's.
pub(in crate::format) fn without_row(id: &str) -> Option<&str> {
    let row = id.bytes().rev().take_while(u8::is_ascii_digit).count();
    let rest = id[..id.len() - row].strip_suffix(';').filter(|_| row > 0)?;
    let (outline, _) = rest.rsplit_once(';')?;
    outline.contains(';').then_some(outline)
}

/// A name without the ` -- @1.1 …` that Behave gives rows.
fn without_example(name: &str) -> &str {
    name.split_once(" -- @").map_or(name, |(outline, _)| outline).trim()
}

/// The slug of a scenario's name; what has none is a scenario.
pub(in crate::format) fn push_slug(name: &str, out: &mut String) {
    let start = out.len();
    crate::model::push_slug(name, out);
    if out.len() == start {
        out.push_str("scenario");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_and_a_line_in_it() {
        assert_eq!((site("a.feature", Some(0)), site("a.feature", None)), (0, 0));
        assert_eq!(site("a\\b.feature", Some(3)), site("a/b.feature", Some(3)));
        assert_ne!(site("a.feature", Some(3)), site("a.feature", Some(4)));
    }
}
