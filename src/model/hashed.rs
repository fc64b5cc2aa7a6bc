//! Tables of what is a hash already.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table whose keys are hashes.
pub(crate) type HashedMap<V> = HashMap<u64, V, BuildHasherDefault<Hashed>>;

/// Takes a hash for its own hash.
#[derive(Debug, Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    /// Of anything but a hash: FNV-1a.
    fn write(&mut self, bytes: &[u8]) {
        const PRIME: u64 = 0x100_0000_01B3;
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn a_hash_is_its_own_hash_and_all_else_is_hashed() {
        let hashed = BuildHasherDefault::<Hashed>::default();
        assert_eq!(hashed.hash_one(7_u64), 7);
        assert_ne!(hashed.hash_one("ab"), hashed.hash_one("ba"));
    }
}
