//! Which methods of a report have rows with a key, and which have rows that went on without one.
//!
//! Rows of one method need not stand side by side: parallel data providers and collections mix them. That a key which
//! one of them has holds for all (decision 5) may be known when rows have long been encoded. Then the report is read
//! once more.

use crate::model::HashedMap;

/// Methods with a key, and rows without one, that are remembered; a report that lies in memory cannot have as many.
pub(in crate::pipeline) const MOST_METHODS: usize = 100_000;

/// The methods of one report, by what rows of theirs have in common
/// ([`TestCase::row_group`](crate::model::TestCase::row_group)).
#[derive(Debug, Default)]
pub(in crate::pipeline) struct RowKeys {
    /// The first key that a row has.
    keys: HashedMap<Box<str>>,
    /// Methods of rows that went on without one, in order. Most reports have no keys of rows, and nobody looks at it.
    lacking: Vec<u64>,
    /// Whether there were more of either than are remembered.
    overflowed: bool,
}

impl RowKeys {
    /// A row of `group` has this key.
    pub(in crate::pipeline) fn name(&mut self, group: u64, key: &str) {
        if self.keys.len() < MOST_METHODS {
            self.keys.entry(group).or_insert_with(|| key.into());
        } else {
            self.overflowed |= !self.keys.contains_key(&group);
        }
    }

    /// A row of `group` is told the key of one that came before it, in another part of the report: that comes before
    /// those of this part.
    pub(super) fn hear_of(&mut self, group: u64, key: &str) {
        self.keys.insert(group, key.into());
    }

    /// A row of `group` goes on without a key.
    pub(super) fn lack(&mut self, group: u64) {
        if self.lacking.last() == Some(&group) {
            return;
        }
        if self.lacking.len() < MOST_METHODS {
            self.lacking.push(group);
        } else {
            self.overflowed = true;
        }
    }

    /// The key of the rows of `group`, as far as it is known.
    pub(in crate::pipeline) fn of(&self, group: u64) -> Option<&str> {
        if self.keys.is_empty() { None } else { self.keys.get(&group).map(|key| &**key) }
    }

    /// Takes in what was noted of the next part of the report.
    pub(in crate::pipeline) fn take_in(&mut self, part: RowKeys) {
        part.lacking.into_iter().for_each(|group| self.lack(group));
        self.overflowed |= part.overflowed;
    }

    /// Takes in the keys that were found.
    pub(in crate::pipeline) fn take_in_keys(&mut self, keys: RowKeys) {
        self.keys = keys.keys;
        self.overflowed |= keys.overflowed;
    }

    /// Whether rows may lack a key of which nobody knows any more.
    pub(in crate::pipeline) fn may_have_missed_more(&self) -> bool {
        self.overflowed && !self.keys.is_empty()
    }

    /// Forgets which rows went on without a key: they come again.
    pub(in crate::pipeline) fn begin_again(&mut self) {
        self.lacking.clear();
    }

    /// The keys of methods of which rows went on without it, each method once.
    pub(in crate::pipeline) fn missed(&self) -> impl Iterator<Item = &str> {
        let mut told = HashedMap::default();
        let missed = self.lacking.iter().filter_map(|group| Some((*group, self.of(*group)?)));
        missed.filter_map(move |(group, key)| told.insert(group, ()).is_none().then_some(key))
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
        keys.name(3, "A-4");
        assert_eq!((keys.missed().count(), keys.of(3), keys.of(2), keys.of(9)), (0, Some("A-3"), None, None));
        keys.name(2, "A-2");
        keys.lack(1);
        assert_eq!(keys.missed().collect::<Vec<_>>(), ["A-2"]);
        keys.begin_again();
        assert_eq!((keys.missed().count(), keys.of(2)), (0, Some("A-2")));
        keys.hear_of(2, "A-5");
        assert_eq!(keys.of(2), Some("A-5"));
    }

    #[test]
    fn parts_tell_what_lacks_a_key() {
        let (mut keys, mut part, mut found) = (RowKeys::default(), RowKeys::default(), RowKeys::default());
        part.lack(1);
        part.lack(2);
        keys.take_in(part);
        found.name(2, "A-2");
        keys.take_in_keys(found);
        assert_eq!(keys.missed().collect::<Vec<_>>(), ["A-2"]);
    }

    #[test]
    fn so_many_methods_are_remembered_and_no_more() {
        let mut keys = RowKeys::default();
        for group in 0..MOST_METHODS as u64 + 10 {
            keys.lack(group);
            keys.name(group, "A-1");
        }
        assert_eq!(
            (keys.lacking.len(), keys.keys.len(), keys.missed().count()),
            (MOST_METHODS, MOST_METHODS, MOST_METHODS)
        );
    }

    #[test]
    fn that_more_may_be_missed_is_known() {
        let lacking = |groups: u64| {
            let mut part = RowKeys::default();
            (0..groups).for_each(|group| part.lack(group));
            part
        };
        let mut keys = RowKeys::default();
        keys.take_in(lacking(MOST_METHODS as u64));
        keys.name(u64::MAX, "A-1");
        assert!(!keys.may_have_missed_more());
        keys.take_in(lacking(1));
        assert!(keys.may_have_missed_more());
        let mut without_keys = RowKeys::default();
        without_keys.take_in(lacking(MOST_METHODS as u64 + 1));
        assert!(!without_keys.may_have_missed_more(), "there is nothing to miss");
        let mut found = RowKeys::default();
        (0..=MOST_METHODS as u64).for_each(|group| found.name(group, "A-1"));
        assert!(found.may_have_missed_more());
    }
}
