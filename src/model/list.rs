//! A list whose elements keep their buffers between uses.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// Something that can be emptied while it keeps the memory it holds.
pub trait Reuse: Default {
    /// Makes the value equal to its default, keeping its capacity.
    fn reset(&mut self);
}

impl<T: Reuse> Reuse for Box<T> {
    fn reset(&mut self) {
        (**self).reset();
    }
}

impl Reuse for String {
    fn reset(&mut self) {
        self.clear();
    }
}

/// A growable list that resets its elements instead of dropping them, so that filling it again allocates nothing.
///
/// ```
/// use xraypack::model::List;
/// let mut tags: List<String> = List::default();
/// tags.add().push_str("smoke");
/// tags.clear();
/// assert!(tags.is_empty());
/// assert!(tags.add().capacity() >= 5);
/// ```
#[derive(Clone, Default)]
pub struct List<T> {
    elements: Vec<T>,
    used: usize,
}

impl<T: Reuse> List<T> {
    /// Appends an empty element and lends it out to be filled.
    pub fn add(&mut self) -> &mut T {
        if self.used == self.elements.len() {
            self.elements.push(T::default());
        }
        self.used += 1;
        &mut self.elements[self.used - 1]
    }

    /// Appends a finished value, dropping the spare element whose place it takes.
    pub fn push(&mut self, value: T) {
        *self.add() = value;
    }

    /// Appends finished values.
    pub fn extend(&mut self, values: impl IntoIterator<Item = T>) {
        values.into_iter().for_each(|value| self.push(value));
    }

    /// Empties the list; the elements wait, reset, for the next [`List::add`].
    #[inline]
    pub fn clear(&mut self) {
        // Most lists of most cases are empty.
        if self.used > 0 {
            self.truncate(0);
        }
    }

    /// Shortens the list to `length` elements.
    #[inline(never)]
    pub fn truncate(&mut self, length: usize) {
        for element in self.elements.iter_mut().take(self.used).skip(length) {
            element.reset();
        }
        self.used = self.used.min(length);
    }

    /// Takes back the element that was added last, if there is one.
    pub fn drop_last(&mut self) {
        self.truncate(self.used.saturating_sub(1));
    }

    /// Removes the elements that `keep` refuses; the order of the others stays.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.retain_mut(|element| keep(element));
    }

    /// As [`List::retain`], where `keep` may change what it keeps.
    pub fn retain_mut(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        let mut kept = 0;
        for index in 0..self.used {
            if keep(&mut self.elements[index]) {
                self.elements.swap(kept, index);
                kept += 1;
            }
        }
        self.truncate(kept);
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.elements[..self.used]
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.elements[..self.used]
    }
}

impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &List<T>) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for List<T> {}

impl<T: Reuse> Reuse for List<T> {
    fn reset(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(words: &[&str]) -> List<String> {
        let mut list = List::<String>::default();
        for word in words {
            list.add().push_str(word);
        }
        list
    }

    #[test]
    fn cleared_elements_come_back_empty() {
        let mut list = filled(&["a", "b"]);
        list.clear();
        assert_eq!(list.add(), "");
        assert_eq!(list.len(), 1);
    }

    #[test]
    fn the_last_element_is_taken_back() {
        let mut list = filled(&["a", "b"]);
        list.drop_last();
        assert_eq!(list.to_vec(), ["a"]);
        assert_eq!(list.add(), "", "it comes back empty");
        list.clear();
        list.drop_last();
        assert!(list.is_empty());
    }

    #[test]
    fn retain_keeps_order() {
        let mut list = filled(&["a", "x", "b", "x", "c"]);
        list.retain(|word| word != "x");
        assert_eq!(list.to_vec(), ["a", "b", "c"]);
        assert_eq!(list.add(), "", "a removed element is reset before it is used again");
    }
}
