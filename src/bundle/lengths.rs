//! How long the runs of a Test Execution are: what is kept of each to the end.

/// Lengths in order, at two bytes for a usual one.
#[derive(Debug, Default)]
pub(super) struct Lengths {
    /// In blocks: a list of many millions is never moved.
    blocks: Vec<Vec<u16>>,
    /// Number and length of those that two bytes cannot tell.
    long: Vec<(u32, u32)>,
}

/// Stands for a length that is told elsewhere.
const LONG: u16 = u16::MAX;
/// Lengths in a block; a power of two.
const BLOCK: usize = 1 << 14;

impl Lengths {
    pub(super) fn push(&mut self, length: u32) {
        let short = u16::try_from(length).unwrap_or(LONG);
        if short == LONG {
            self.long.push((self.len() as u32, length));
        }
        if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
            // Most Test Executions are small.
            self.blocks.push(Vec::with_capacity(if self.blocks.is_empty() { 0 } else { BLOCK }));
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(short);
        }
    }

    /// Makes the length number `number` another one.
    pub(super) fn set(&mut self, number: usize, length: u32) {
        let block = self.blocks.get_mut(number / BLOCK);
        let Some(place) = block.and_then(|block| block.get_mut(number % BLOCK)) else { return };
        *place = u16::try_from(length).unwrap_or(LONG);
        let is_long = *place == LONG;
        match self.long.binary_search_by_key(&number, |(number, _)| *number as usize) {
            Ok(at) if is_long => self.long[at].1 = length,
            Ok(at) => drop(self.long.remove(at)),
            Err(at) if is_long => self.long.insert(at, (number as u32, length)),
            Err(_) => {}
        }
    }

    pub(super) fn len(&self) -> usize {
        self.blocks.last().map_or(0, |last| (self.blocks.len() - 1) * BLOCK + last.len())
    }

    /// The lengths from number `from` on.
    pub(super) fn from(&self, from: usize) -> impl Iterator<Item = u32> {
        let first = self.blocks.get(from / BLOCK).and_then(|block| block.get(from % BLOCK..)).unwrap_or_default();
        let later = self.blocks.get(from / BLOCK + 1..).unwrap_or_default();
        let at = self.long.partition_point(|(number, _)| (*number as usize) < from);
        let mut long = self.long.get(at..).unwrap_or_default().iter();
        first.iter().chain(later.iter().flatten()).map(move |&short| {
            let length = if short == LONG { long.next().map(|(_, length)| *length) } else { None };
            length.unwrap_or(u32::from(short))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_every_length_from_anywhere() {
        let length = |number: usize| match number % 1000 {
            7 => u32::from(LONG) - 1,
            8 => u32::from(LONG),
            9 => u32::MAX - number as u32,
            _ => number as u32 % 500,
        };
        let mut lengths = Lengths::default();
        (0..40_000).for_each(|number| lengths.push(length(number)));
        assert_eq!(lengths.len(), 40_000);
        for from in [0, 8, 9, 10, BLOCK - 1, BLOCK, 39_999, 40_000] {
            assert!(lengths.from(from).eq((from..40_000).map(length)), "{from}");
        }
    }

    #[test]
    fn a_length_can_be_made_another_one() {
        let mut lengths = Lengths::default();
        let mut expected: Vec<u32> = vec![7, 70_000, 8, 80_000, u32::from(LONG)];
        expected.iter().for_each(|&length| lengths.push(length));
        for (number, length) in [(0, 70), (1, 90_000), (2, 100_000), (3, 3), (4, 4), (0, u32::from(LONG))] {
            lengths.set(number, length);
            expected[number] = length;
            assert!(lengths.from(0).eq(expected.iter().copied()), "{number} {length}");
        }
        lengths.set(5, 1);
        assert_eq!(lengths.from(0).count(), 5);
    }
}
