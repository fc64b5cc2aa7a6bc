//! Where runs are kept, in eight bytes.

/// Where a run is kept: of what was put into memory the chunk's number and the offset in that chunk, in the spill file
/// the offset, in a bundle written ahead that bundle's number and the offset. Either way the byte `n` places further on
/// has a location that is larger by `n`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Location(u64);

/// What a [`Location`] says.
pub(super) enum Spot {
    Chunk { number: u32, offset: usize },
    Spill(u64),
    Ahead { number: usize, offset: u64 },
}

impl Location {
    const IN_MEMORY: u64 = 1 << 63;
    const AHEAD: u64 = 1 << 62;
    /// Bits of an offset in a bundle written ahead: a TiB; its number has those above, see
    /// [`Reopened::MOST`](super::reopened::Reopened::MOST).
    const AHEAD_OFFSET: u32 = 40;

    /// Where a chunk in memory begins.
    pub(super) fn of_chunk(number: u32) -> Location {
        Location(Location::IN_MEMORY | u64::from(number) << 32)
    }

    /// A place of the temporary file.
    pub(super) fn of_spill(offset: u64) -> Location {
        Location(offset)
    }

    /// Where a bundle written ahead begins.
    pub(super) fn of_ahead(number: usize) -> Location {
        Location(Location::AHEAD | (number as u64) << Location::AHEAD_OFFSET)
    }

    /// The location `bytes` further on in the same place.
    pub fn forward(self, bytes: u64) -> Location {
        Location(self.0.wrapping_add(bytes))
    }

    /// Which of the places it is in.
    pub(super) fn spot(self) -> Spot {
        if self.0 & Location::IN_MEMORY != 0 {
            let number = (self.0 & !Location::IN_MEMORY) >> 32;
            return Spot::Chunk { number: number as u32, offset: (self.0 & u64::from(u32::MAX)) as usize };
        }
        if self.0 & Location::AHEAD != 0 {
            let place = self.0 & !Location::AHEAD;
            let number = (place >> Location::AHEAD_OFFSET) as usize;
            return Spot::Ahead { number, offset: place & ((1 << Location::AHEAD_OFFSET) - 1) };
        }
        Spot::Spill(self.0)
    }
}

/// Where a chunk went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredChunk {
    pub(super) start: Location,
    pub(super) length: u64,
}

impl StoredChunk {
    /// Where its bytes begin.
    pub fn begin(&self) -> Location {
        self.start
    }
}
