//! Which Tests of a Test Execution have a result already: the one door to `hashbrown`.
//!
//! A table of the standard library would hold every identity a second time. This one holds five bytes for each, and asks
//! the list of runs for the rest.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Parts of the table, by bits of the identity that nothing else looks at. A table doubles by being copied; in parts,
/// that hardly shows.
const PARTS: usize = 16;

/// The number of the first result of each Test, by its identity.
#[derive(Debug)]
pub(super) struct Known {
    parts: [HashTable<u32>; PARTS],
}

impl Default for Known {
    fn default() -> Known {
        Known { parts: std::array::from_fn(|_| HashTable::new()) }
    }
}

impl Known {
    /// Who has `identity` already; when nobody has, it is `number` from now on.
    pub(super) fn first_or(
        &mut self,
        identity: [u64; 2],
        number: u32,
        identity_of: impl Fn(u32) -> [u64; 2],
    ) -> Option<u32> {
        let part = &mut self.parts[identity[0] as usize % PARTS];
        // Identities are hashes themselves.
        let entry = part.entry(identity[1], |known| identity_of(*known) == identity, |known| identity_of(*known)[1]);
        match entry {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(place) => {
                place.insert(number);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_stays_the_first() {
        // Alike in one half, and in the same part: only both halves together are an identity.
        let identities = [[1, 7], [1, 8], [17, 7], [1, 7], [17, 7]];
        let mut known = Known::default();
        let firsts: Vec<_> = (0..identities.len())
            .map(|number| known.first_or(identities[number], number as u32, |number| identities[number as usize]))
            .collect();
        assert_eq!(firsts, [None, None, None, Some(0), Some(2)]);
    }

    #[test]
    fn finds_again_what_was_there_before_it_grew() {
        let identity = |number: u32| [u64::from(number) << 7, u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15)];
        let mut known = Known::default();
        assert!((0..50_000).all(|number| known.first_or(identity(number), number, identity).is_none()));
        assert!((0..50_000).all(|number| known.first_or(identity(number), 50_000, identity) == Some(number)));
    }
}
