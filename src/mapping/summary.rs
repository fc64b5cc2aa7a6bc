//! The line by which people know a Test (decision 9).

use std::borrow::Cow;

use super::SUMMARY_LIMIT;
use super::clean;
use super::marks::TextMarks;
use crate::model::{shorten, trimmed};

/// Whether `title` can be a summary as it is because `definition`, which has these marks, ends with it: the usual case, in
/// which nothing has to be looked at twice.
pub(super) fn is_end_of_line(title: &str, definition: &str, marks: TextMarks) -> bool {
    !title.is_empty() && is_line(title, marks) && definition.ends_with(title)
}

/// Whether a text that has no more than these marks can be a summary as it is.
fn is_line(text: &str, marks: TextMarks) -> bool {
    text.len() <= SUMMARY_LIMIT && !marks.controls && !marks.gaps && trimmed(text).len() == text.len()
}

/// The first of these that can be a summary.
#[inline(never)]
pub(super) fn first_line_of<'t>(candidates: [&'t str; 3]) -> Cow<'t, str> {
    candidates.into_iter().map(summary_line).find(|line| !line.is_empty()).unwrap_or_default()
}

/// A text as one line that a summary can be (decision 9).
pub(super) fn summary_line(text: &str) -> Cow<'_, str> {
    let marks = TextMarks::of(text);
    if is_line(text, marks) {
        return Cow::Borrowed(text);
    }
    if !marks.controls {
        return shorten::one_line(text, SUMMARY_LIMIT);
    }
    let mut clean = String::with_capacity(text.len());
    clean::name(text, &mut clean);
    Cow::Owned(shorten::one_line(&clean, SUMMARY_LIMIT).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_title_at_the_end_of_its_definition_is_looked_at_as_any_other(
            class in "[a-z. \t]{0,6}",
            title in "[a-z \t\u{85}\u{a0}\u{7f}é-]{0,9}|[a-z ]{250,260}",
        ) {
            let definition = format!("{class}{title}");
            if is_end_of_line(&title, &definition, TextMarks::of(&definition)) {
                proptest::prop_assert_eq!(&*first_line_of(["", &title, &definition]), &*title);
            }
        }
    }

    #[test]
    fn the_usual_title_is_not_looked_at_again() {
        let is_end = |title: &str, definition: &str| is_end_of_line(title, definition, TextMarks::of(definition));
        assert!(is_end("adds", "shop.Cart.adds"));
        assert!(!is_end("adds", "shop.Cart.adds()") && !is_end("", "shop.Cart") && !is_end(" adds", "shop.Cart. adds"));
    }
}
