//! Labels and lists of keys.

use crate::model::{List, Split, key, trimmed};

use super::identity::key_list;

/// Characters of a label at most.
const LONGEST: usize = 255;

/// Up to this many elements a list is searched for equal ones; beyond, the writer alone removes them.
const SEARCHED: usize = 64;

/// The labels of a value.
pub(super) fn parts(value: &str, split: Split) -> impl Iterator<Item = &str> {
    value.split(move |c: char| match split {
        Split::Comma => c == ',',
        Split::Blank => c == ',' || c.is_whitespace(),
        Split::Never => false,
    })
}

/// Appends one label: blanks become `_` (decision 18), nothing is appended twice.
pub(super) fn push(labels: &mut List<String>, text: &str) {
    let text = trimmed(text);
    if text.is_empty() || (labels.len() < SEARCHED && labels.iter().any(|known| known == text)) {
        return;
    }
    let label = labels.add();
    match text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => label.push_str(text),
        false => label.extend(characters(text)),
    }
    let last = labels.len() - 1;
    let repeated = labels.len() <= SEARCHED && labels[..last].contains(&labels[last]);
    if repeated || labels[last].is_empty() {
        labels.truncate(last);
    }
}

/// Takes a label out again.
pub(super) fn remove(labels: &mut List<String>, text: &str) {
    labels.retain(|label| !label.chars().eq(characters(text.trim())));
}

fn characters(text: &str) -> impl Iterator<Item = char> {
    let fitting = text.chars().filter(|c| !c.is_control() || c.is_whitespace()).take(LONGEST);
    fitting.map(|character| if character.is_whitespace() || character == '\u{feff}' { '_' } else { character })
}

/// Appends the well-formed keys of a list in one value. Gives the first part that is none.
pub(super) fn push_key<'v>(keys: &mut List<String>, value: &'v str) -> Option<&'v str> {
    let mut malformed = None;
    for part in key_list(value) {
        if !key::is_issue_key(part) {
            malformed = malformed.or(Some(part));
        } else if keys.len() >= SEARCHED || !keys.iter().any(|known| known == part) {
            keys.add().push_str(part);
        }
    }
    malformed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(value: &str, split: Split) -> Vec<String> {
        let mut labels = List::default();
        parts(value, split).for_each(|part| push(&mut labels, part));
        labels.to_vec()
    }

    #[test]
    fn each_source_splits_its_own_way() {
        assert_eq!(split("smoke, slow test ,,smoke", Split::Comma), ["smoke", "slow_test"]);
        assert_eq!(split("core UI,core", Split::Blank), ["core", "UI"]);
        assert_eq!(split(" slow test, a ", Split::Never), ["slow_test,_a"]);
        assert_eq!(split(" \u{1} ", Split::Comma), Vec::<String>::new());
    }

    #[test]
    fn equal_labels_are_found_after_blanks_became_underscores() {
        assert_eq!(split("a b,a_b", Split::Comma), ["a_b"]);
    }

    #[test]
    fn key_lists_keep_what_is_a_key() {
        let mut keys = List::default();
        assert_eq!(push_key(&mut keys, "SHOP-1,SHOP-2; shop-3 SHOP-1 x"), Some("shop-3"));
        assert_eq!(push_key(&mut keys, " SHOP-2 ,"), None);
        assert_eq!(keys.to_vec(), ["SHOP-1", "SHOP-2"]);
    }
}
