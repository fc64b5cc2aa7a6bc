//! What several results of one Test say, as the comment of the one run that stands for them: each text once, behind the
//! names of the data rows that say it (testng.md C4, cucumber.md section 7).

use std::borrow::Cow;
use std::collections::HashMap;

/// Names that are listed before one text; more are counted.
const MOST_NAMES: usize = 20;

/// Texts in the order in which they come, none twice.
#[derive(Default)]
pub(super) struct Sections<'t> {
    sections: Vec<Section<'t>>,
    places: HashMap<Cow<'t, str>, usize>,
}

struct Section<'t> {
    text: Cow<'t, str>,
    names: Vec<&'t str>,
}

impl<'t> Sections<'t> {
    /// Adds what a result says. `name` tells it from its neighbours, and may be empty.
    pub(super) fn add(&mut self, name: &'t str, text: Cow<'t, str>) {
        let place = match self.places.get(&text) {
            Some(place) => *place,
            None => {
                self.places.insert(text.clone(), self.sections.len());
                self.sections.push(Section { text, names: Vec::new() });
                self.sections.len() - 1
            }
        };
        if !name.is_empty() {
            self.sections[place].names.push(name);
        }
    }

    /// Appends them to a comment, each parted from what stands before.
    pub(super) fn write(&self, comment: &mut String) {
        for Section { text, names } in &self.sections {
            part_from_before(comment);
            if !names.is_empty() {
                comment.push_str(&names[..names.len().min(MOST_NAMES)].join(", "));
                if names.len() > MOST_NAMES {
                    comment.push_str(&format!(" and {} more", names.len() - MOST_NAMES));
                }
                comment.push_str(": ");
            }
            comment.push_str(text);
        }
    }
}

/// Parts sections by an empty line.
pub(super) fn part_from_before(comment: &mut String) {
    if !comment.is_empty() {
        comment.push_str("\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(said: &[(&str, &str)]) -> String {
        let mut sections = Sections::default();
        said.iter().for_each(|(name, text)| sections.add(name, (*text).into()));
        let mut comment = "before".to_owned();
        sections.write(&mut comment);
        comment
    }

    #[test]
    fn each_text_comes_once_behind_all_who_say_it() {
        let said = [("a (1)", "boom"), ("", "later"), ("a (2)", "bang"), ("a (3)", "boom"), ("", "later")];
        assert_eq!(written(&said), "before\n\na (1), a (3): boom\n\nlater\n\na (2): bang");
    }

    #[test]
    fn long_lists_of_names_are_counted() {
        let names: Vec<String> = (1..=MOST_NAMES + 2).map(|number| format!("r{number}")).collect();
        let said: Vec<_> = names.iter().map(|name| (name.as_str(), "boom")).collect();
        let comment = written(&said);
        assert!(comment.starts_with("before\n\nr1, r2, ") && comment.ends_with("r20 and 2 more: boom"), "{comment}");
    }
}
