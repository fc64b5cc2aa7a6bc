//! Which Tests of a Test Execution have a result already.
//!
//! A table of the standard library would hold every identity a second time and double at once. This one holds five bytes
//! for each place, asks the list of runs for the rest, lets go of its places before it takes more, and takes a quarter
//! more at a time once it is large.

use super::error::WriteError;

/// The number of the first result of each Test, by its identity.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// A byte of the identity for each place, so that most others are told apart without being asked for; zero is free.
    tags: Vec<u8>,
    numbers: Vec<u32>,
    len: usize,
}

/// Where an identity is, or would be.
enum Spot {
    Taken(u32),
    Free(usize),
}

impl Known {
    const FIRST_PLACES: usize = 1024;
    /// From here on it grows by a quarter instead of doubling.
    const LARGE: usize = 1 << 20;

    /// Whether it must [grow](Known::grow) before anything is added: four places in five are taken.
    pub(super) fn is_full(&self) -> bool {
        self.len * 5 >= self.tags.len() * 4
    }

    /// How many Tests have a result.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Makes room, and forgets everything: all that is known has to be [added](Known::add) once more.
    pub(super) fn grow(&mut self) {
        let places = match self.tags.len() {
            0 => Known::FIRST_PLACES,
            few if few < Known::LARGE => few * 2,
            many => many + many / 4,
        };
        *self = Known::default();
        *self = Known { tags: vec![0; places], numbers: vec![0; places], len: 0 };
    }

    /// Adds what is not known yet. There is room for it.
    pub(super) fn add(&mut self, identity: [u64; 2], number: u32) {
        let tag = tag_of(identity);
        if let Some(spot) = self.places(identity).find(|&spot| self.tags[spot] == 0) {
            self.take(spot, tag, number);
        }
    }

    /// Looks at the places of identities that are going to be asked for. The processor then waits for all of them at once,
    /// and not for each by itself: between two reports most of the table has left its caches.
    pub(super) fn approach(&self, identities: impl Iterator<Item = [u64; 2]>) {
        let look = |identity| {
            let own = self.own_place(identity);
            let tag = self.tags.get(own).copied().unwrap_or_default();
            u32::from(tag) ^ self.numbers.get(own).copied().unwrap_or_default()
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
        match self.find(identity, identity_of)? {
            Some(Spot::Taken(first)) => Ok(Some(first)),
            Some(Spot::Free(spot)) => {
                self.take(spot, tag_of(identity), number);
                Ok(None)
            }
            None => Ok(None),
        }
    }

    fn find(
        &self,
        identity: [u64; 2],
        identity_of: impl Fn(u32) -> Result<[u64; 2], WriteError>,
    ) -> Result<Option<Spot>, WriteError> {
        let tag = tag_of(identity);
        for spot in self.places(identity) {
            let there = self.tags[spot];
            if there == 0 {
                return Ok(Some(Spot::Free(spot)));
            }
            if there == tag && identity_of(self.numbers[spot])? == identity {
                return Ok(Some(Spot::Taken(self.numbers[spot])));
            }
        }
        Ok(None)
    }

    fn take(&mut self, spot: usize, tag: u8, number: u32) {
        self.tags[spot] = tag;
        self.numbers[spot] = number;
        self.len += 1;
    }

    /// All places, from the one that `identity` would have on. Identities are hashes themselves.
    fn places(&self, identity: [u64; 2]) -> impl Iterator<Item = usize> + use<> {
        let (places, own) = (self.tags.len(), self.own_place(identity));
        (own..places).chain(0..own)
    }

    fn own_place(&self, identity: [u64; 2]) -> usize {
        ((u128::from(identity[1]) * self.tags.len() as u128) >> 64) as usize
    }
}

/// A byte that the place of an identity does not depend on; not zero.
fn tag_of(identity: [u64; 2]) -> u8 {
    (identity[0] as u8).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds all of them as the index does, and gives what was known of each.
    fn firsts(known: &mut Known, identities: &[[u64; 2]], numbers: std::ops::Range<usize>) -> Vec<Option<u32>> {
        let mut added: Vec<(u32, [u64; 2])> = Vec::new();
        numbers
            .map(|number| {
                if known.is_full() {
                    known.grow();
                    added.iter().for_each(|&(number, identity)| known.add(identity, number));
                }
                let identity_of = |number: u32| Ok(identities[number as usize]);
                let first = known.first_or(identities[number], number as u32, identity_of).unwrap();
                if first.is_none() {
                    added.push((number as u32, identities[number]));
                }
                first
            })
            .collect()
    }

    #[test]
    fn the_first_stays_the_first() {
        // Alike in one half, in the place or in the tag: only both halves together are an identity.
        let identities = [[1, 7], [1, 8], [257, 7], [1, 7], [257, 7], [0, 7], [1, u64::MAX], [2, u64::MAX], [0, 7]];
        let found = firsts(&mut Known::default(), &identities, 0..identities.len());
        assert_eq!(found, [None, None, None, Some(0), Some(2), None, None, None, Some(5)]);
    }

    #[test]
    fn finds_again_what_was_there_before_it_grew() {
        let identity = |number: u64| [number << 7, number.wrapping_mul(0x9E37_79B9_7F4A_7C15)];
        let identities: Vec<_> = (0..50_000).chain(0..50_000).map(identity).collect();
        let found = firsts(&mut Known::default(), &identities, 0..100_000);
        assert!(found[..50_000].iter().all(Option::is_none));
        assert!(found[50_000..].iter().enumerate().all(|(number, first)| *first == Some(number as u32)));
    }

    #[test]
    fn a_large_table_grows_by_a_quarter() {
        let mut known = Known::default();
        let mut sizes = Vec::new();
        while known.tags.len() < 3 * Known::LARGE / 2 {
            known.grow();
            sizes.push(known.tags.len());
        }
        assert_eq!(sizes.first(), Some(&Known::FIRST_PLACES));
        assert_eq!(sizes[sizes.len() - 3..], [Known::LARGE, Known::LARGE / 4 * 5, Known::LARGE / 16 * 25]);
    }
}
