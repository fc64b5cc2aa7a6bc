//! Which methods of a report have rows with a key, and which have rows that went on without one.
//!
//! Rows of one method need not stand side by side: parallel data providers and collections mix them. That a key which one
//! of them has holds for all (decision 5) may be known when rows have long been encoded. Then the report is read once more.

use crate::model::HashedMap;

/// Methods that are remembered; a report that is read whole cannot have as many.
const MOST_METHODS: usize = 100_000;

/// The methods of one report, in the order in which something was noted of them.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct RowKeys {
    places: HashedMap<u32>,
    methods: Vec<Method>,
}

#[derive(Debug)]
struct Method {
    /// See [`TestCase::row_group`](crate::model::TestCase::row_group).
    group: u64,
    /// The first key that a row has.
    key: Option<Box<str>>,
    /// Whether rows went on without one.
    lacks_it: bool,
}

impl RowKeys {
    /// A row of `group` has this key.
    pub(super) fn name(&mut self, group: u64, key: &str) {
        if let Some(method) = self.method(group) {
            method.key.get_or_insert_with(|| key.into());
        }
    }

    /// A row of `group` goes on without a key.
    pub(super) fn lack(&mut self, group: u64) {
        if let Some(method) = self.method(group) {
            method.lacks_it = true;
        }
    }

    fn method(&mut self, group: u64) -> Option<&mut Method> {
        let next = self.methods.len();
        let place = match next < MOST_METHODS {
            true => *self.places.entry(group).or_insert(next as u32),
            false => *self.places.get(&group)?,
        };
        if place as usize == next {
            self.methods.push(Method { group, key: None, lacks_it: false });
        }
        self.methods.get_mut(place as usize)
    }

    /// The key of the rows of `group`, as far as it is known.
    pub(super) fn of(&self, group: u64) -> Option<&str> {
        let place = self.places.get(&group)?;
        self.methods.get(*place as usize)?.key.as_deref()
    }

    /// Takes in what was noted of the next part of the report.
    pub(in crate::pipeline) fn take_in(&mut self, part: RowKeys) {
        for Method { group, key, lacks_it } in part.methods {
            if let Some(key) = key {
                self.name(group, &key);
            }
            if lacks_it {
                self.lack(group);
            }
        }
    }

    /// Forgets which rows went on without a key: they come again.
    pub(in crate::pipeline) fn begin_again(&mut self) {
        self.methods.iter_mut().for_each(|method| method.lacks_it = false);
    }

    /// The keys of methods of which rows went on without it.
    pub(in crate::pipeline) fn missed(&self) -> impl Iterator<Item = &str> {
        self.methods.iter().filter(|method| method.lacks_it).filter_map(|method| method.key.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_of_a_method_holds() {
        let mut keys = RowKeys::default();
        keys.lack(1);
        keys.lack(2);
        keys.name(3, "A-3");
        assert_eq!((keys.missed().count(), keys.of(3), keys.of(2), keys.of(9)), (0, Some("A-3"), None, None));
        let mut part = RowKeys::default();
        part.name(2, "A-2");
        part.name(3, "A-4");
        part.lack(1);
        keys.take_in(part);
        assert_eq!((keys.missed().collect::<Vec<_>>(), keys.of(3)), (vec!["A-2"], Some("A-3")));
        keys.begin_again();
        assert_eq!((keys.missed().count(), keys.of(2)), (0, Some("A-2")));
    }

    #[test]
    fn so_many_methods_are_remembered_and_no_more() {
        let mut keys = RowKeys::default();
        (0..MOST_METHODS as u64 + 10).for_each(|group| keys.lack(group));
        keys.name(MOST_METHODS as u64 + 5, "A-1");
        keys.name(7, "A-2");
        assert_eq!((keys.methods.len(), keys.places.len(), keys.missed().count()), (MOST_METHODS, MOST_METHODS, 1));
    }
}
