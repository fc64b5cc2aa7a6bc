//! Which Tests of a Test Execution have a result already.
//!
//! A table of the standard library would hold every identity a second time and double at once, beside the old one. This
//! one holds eight bytes for each place, asks the list of runs where these do not tell two Tests apart, and grows where
//! it is, by a quarter at a time once it is large.

use super::error::WriteError;

/// The number of the first result of each Test, by its identity.
#[derive(Debug, Default)]
pub(super) struct Known {
    slots: Vec<Slot>,
    len: usize,
}

/// What is at a place: half of the identity's second half, and the number of a result. Slots lie in the order of the
/// former, but for those that had to give way to others, so that a table that grows is gone through from end to end and
/// not to and fro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot(u64);

impl Slot {
    const FREE: Slot = Slot(0);

    fn of(identity: [u64; 2], number: u32) -> Slot {
        // Not zero, which is free.
        Slot((identity[1] >> 32).max(1) << 32 | u64::from(number))
    }

    /// Whether both may be the same Test.
    fn is_like(self, other: Slot) -> bool {
        self.0 >> 32 == other.0 >> 32
    }

    fn number(self) -> u32 {
        self.0 as u32
    }

    /// Where it would be if all of `places` were free. Identities are hashes themselves.
    fn own_place(self, places: usize) -> usize {
        (((self.0 >> 32) * places as u64) >> 32) as usize
    }
}

/// Where an identity is, or would be.
enum Spot {
    Taken(u32),
    Free(usize),
}

impl Known {
    /// Few: a report may name thousands of Test Executions, each with a test or two.
    const FIRST_PLACES: usize = 64;
    /// So many lie in one line of the processor's cache.
    const LINE: usize = 8;
    /// From here on it grows by a quarter instead of doubling.
    const LARGE: usize = 1 << 20;
    /// No more places can be told apart.
    const MOST: usize = u32::MAX as usize;

    /// Whether it must [grow](Known::grow) before anything is added: two places in three are taken. A Test that is not
    /// known passes up to five places until it finds a free one; with four in five taken it would pass thirteen, in
    /// lines of the cache that nobody has [approached](Known::approach).
    pub(super) fn is_full(&self) -> bool {
        self.len * 3 >= self.slots.len() * 2 && self.slots.len() < Known::MOST
    }

    /// How many Tests have a result.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Makes room.
    pub(super) fn grow(&mut self) {
        let before = self.slots.len();
        let places = match before {
            0 => Known::FIRST_PLACES,
            few if few < Known::LARGE => few * 2,
            many => (many + many / 4).min(Known::MOST),
        };
        self.slots.reserve_exact(places - before);
        self.slots.resize(places, Slot::FREE);
        // From behind: what is moved comes to lie at its place or behind it, where all has been moved already. The few
        // that gave way so far that they would have to go back wait until the others are where they belong.
        let mut back = Vec::new();
        for from in (0..before).rev() {
            let slot = std::mem::replace(&mut self.slots[from], Slot::FREE);
            if slot == Slot::FREE {
                continue;
            }
            if slot.own_place(places) < from {
                back.push(slot);
            } else {
                self.settle(slot);
            }
        }
        back.into_iter().for_each(|slot| self.settle(slot));
    }

    /// Puts it into the first free place from its own on. There is one.
    fn settle(&mut self, slot: Slot) {
        if let Some(spot) = self.places(slot).find(|&spot| self.slots[spot] == Slot::FREE) {
            self.slots[spot] = slot;
        }
    }

    /// Looks at the places of identities that are going to be asked for. The processor then waits for all of them at
    /// once, and not for each by itself: between two reports most of the table has left its caches. Who has to give way
    /// mostly finds a place in the next line.
    pub(super) fn approach(&self, identities: impl Iterator<Item = [u64; 2]>) {
        let at = |place: usize| self.slots.get(place).map_or(0, |slot| slot.0);
        let look = |identity| {
            let own = Slot::of(identity, 0).own_place(self.slots.len());
            at(own) ^ at(own + Known::LINE)
        };
        std::hint::black_box(identities.map(look).fold(0, |seen, next| seen ^ next));
    }

    /// Who has `identity` already; when nobody has, it is `number` from now on. There is room for it.
    ///
    /// # Errors
    /// When `identity_of` fails.
    pub(super) fn first_or(
        &mut self,
        identity: [u64; 2],
        number: u32,
        identity_of: impl Fn(u32) -> Result<[u64; 2], WriteError>,
    ) -> Result<Option<u32>, WriteError> {
        let slot = Slot::of(identity, number);
        match self.find(slot, identity, identity_of)? {
            Some(Spot::Taken(first)) => Ok(Some(first)),
            Some(Spot::Free(spot)) => {
                self.slots[spot] = slot;
                self.len += 1;
                Ok(None)
            }
            None => Ok(None),
        }
    }

    fn find(
        &self,
        slot: Slot,
        identity: [u64; 2],
        identity_of: impl Fn(u32) -> Result<[u64; 2], WriteError>,
    ) -> Result<Option<Spot>, WriteError> {
        for spot in self.places(slot) {
            let there = self.slots[spot];
            if there == Slot::FREE {
                return Ok(Some(Spot::Free(spot)));
            }
            if there.is_like(slot) && identity_of(there.number())? == identity {
                return Ok(Some(Spot::Taken(there.number())));
            }
        }
        Ok(None)
    }

    /// All places, from its own on.
    fn places(&self, slot: Slot) -> impl Iterator<Item = usize> + use<> {
        let (places, own) = (self.slots.len(), slot.own_place(self.slots.len()));
        (own..places).chain(0..own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds all of them as the index does, and gives what was known of each.
    fn firsts(known: &mut Known, identities: &[[u64; 2]]) -> Vec<Option<u32>> {
        let add = |number: usize| {
            if known.is_full() {
                known.grow();
            }
            known.first_or(identities[number], number as u32, |number| Ok(identities[number as usize])).unwrap()
        };
        (0..identities.len()).map(add).collect()
    }

    fn expected(identities: &[[u64; 2]]) -> Vec<Option<u32>> {
        let mut first = std::collections::HashMap::new();
        let add = |(number, identity)| match first.entry(identity) {
            std::collections::hash_map::Entry::Occupied(taken) => Some(*taken.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(number as u32);
                None
            }
        };
        identities.iter().enumerate().map(add).collect()
    }

    #[test]
    fn the_first_stays_the_first() {
        // Alike in one half, or in what the table has of the other: only both halves together are an identity.
        let (high, higher) = (7 << 32, 8 << 32);
        let identities =
            [[1, high], [1, higher], [2, high], [1, high], [1, high + 1], [2, high], [0, 7], [1, u64::MAX], [0, 7]];
        let found = firsts(&mut Known::default(), &identities);
        assert_eq!(found, [None, None, None, Some(0), None, Some(2), None, None, Some(6)]);
    }

    #[test]
    fn finds_again_what_was_there_before_it_grew() {
        let identity = |number: u64| [number << 7, number.wrapping_mul(0x9E37_79B9_7F4A_7C15)];
        let identities: Vec<_> = (0..50_000).chain(0..50_000).map(identity).collect();
        let found = firsts(&mut Known::default(), &identities);
        assert!(found[..50_000].iter().all(Option::is_none));
        assert!(found[50_000..].iter().enumerate().all(|(number, first)| *first == Some(number as u32)));
    }

    #[test]
    fn grows_however_far_slots_gave_way() {
        // Crowds at both ends, where one gives way beyond the last place to the first ones, and in the middle.
        for crowd in [0, 1 << 31, (1 << 32) - 3] {
            let identity = |number: u64| [number, (crowd + number % 3).min(u64::from(u32::MAX)) << 32 | number];
            let others = |number: u64| [number, number.wrapping_mul(0x9E37_79B9_7F4A_7C15)];
            let some: Vec<_> = (0..1500).map(identity).chain((0..3000).map(others)).collect();
            let identities = [some.as_slice(), &some].concat();
            assert_eq!(firsts(&mut Known::default(), &identities), expected(&identities), "{crowd}");
        }
    }

    #[test]
    fn a_large_table_grows_by_a_quarter_where_it_is() {
        let mut known = Known::default();
        let mut sizes = Vec::new();
        while known.slots.len() < 3 * Known::LARGE / 2 {
            known.grow();
            sizes.push(known.slots.len());
            assert_eq!(known.slots.capacity(), known.slots.len());
        }
        assert_eq!(sizes.first(), Some(&Known::FIRST_PLACES));
        assert_eq!(sizes[sizes.len() - 3..], [Known::LARGE, Known::LARGE / 4 * 5, Known::LARGE / 16 * 25]);
    }
}
