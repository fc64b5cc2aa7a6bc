//! Texts of a plan, each once: the words of a step stand in every scenario that has it.

use std::collections::HashSet;
use std::rc::Rc;

/// Bytes that a text takes beside its own: its counters, its place in the table.
const BESIDE: usize = 64;

/// The texts that somebody holds.
#[derive(Debug, Default)]
pub(super) struct Texts {
    known: HashSet<Rc<str>>,
    bytes: usize,
}

impl Texts {
    /// The text, to be held by one more.
    pub(super) fn share(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let shared: Rc<str> = text.into();
        self.bytes += text.len() + BESIDE;
        self.known.insert(shared.clone());
        shared
    }

    /// One holder less; nobody's text is forgotten.
    pub(super) fn release(&mut self, text: Rc<str>) {
        const TABLE_AND_HOLDER: usize = 2;
        if Rc::strong_count(&text) == TABLE_AND_HOLDER && self.known.remove(&text) {
            self.bytes -= text.len() + BESIDE;
        }
    }

    /// What they take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_held_once_and_as_long_as_anybody_holds_it() {
        let mut texts = Texts::default();
        let (one, other) = (texts.share("it pays"), texts.share("it pays"));
        assert!(Rc::ptr_eq(&one, &other));
        assert_eq!(texts.bytes(), "it pays".len() + BESIDE);
        texts.release(one);
        assert!(Rc::ptr_eq(&other, &texts.known.get("it pays").unwrap().clone()));
        texts.release(other);
        assert_eq!((texts.bytes(), texts.known.len()), (0, 0));
    }
}
