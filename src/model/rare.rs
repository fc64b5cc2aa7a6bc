//! A value that is nearly always empty, and takes no room then.

use std::ops::{Deref, DerefMut};

use super::Reuse;

/// A value that is made when it is first changed. Until then it reads as the empty one.
///
/// Records that come by the million have parts that nearly none of them uses; in their place is a pointer.
///
/// ```
/// use xraypack::model::{Rare, Stated};
/// let mut stated: Rare<Stated> = Rare::default();
/// assert!(stated.assignee.is_empty() && stated.existing().is_none());
/// stated.assignee.push_str("ada");
/// assert_eq!(stated.existing().map(|stated| &*stated.assignee), Some("ada"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Rare<T>(Option<Box<T>>);

/// Something that is there to be read where nobody made one.
pub trait Nothing: 'static {
    /// The empty one.
    fn nothing() -> &'static Self;
}

impl<T> Rare<T> {
    /// The value, if there is one; it may be empty again.
    pub fn existing(&self) -> Option<&T> {
        self.0.as_deref()
    }

    /// The value, if there is one, to be changed without making it.
    pub fn existing_mut(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }
}

impl<T: Nothing> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::nothing())
    }
}

impl<T: Nothing + Default> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T: Nothing + PartialEq> PartialEq for Rare<T> {
    fn eq(&self, other: &Rare<T>) -> bool {
        **self == **other
    }
}

impl<T: Nothing + Eq> Eq for Rare<T> {}

impl<T: Reuse> Reuse for Rare<T> {
    #[inline]
    fn reset(&mut self) {
        if let Some(value) = &mut self.0 {
            value.reset();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stated;

    #[test]
    fn what_nobody_changed_is_empty_and_equal_to_what_was_emptied() {
        let mut rare = Rare::<Stated>::default();
        assert!(rare.is_empty());
        rare.test_version.push_str("v2");
        assert!(!rare.is_empty() && rare != Rare::default());
        rare.reset();
        assert!(rare.is_empty() && rare.existing().is_some() && rare == Rare::default());
        assert!(rare.test_version.capacity() > 0, "it keeps its memory");
    }
}
