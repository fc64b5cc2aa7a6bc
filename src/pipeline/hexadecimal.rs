//! Hashes in the journal: hexadecimal digits, since not every reader of JSON knows numbers of 128 bits.

use serde::{Deserialize, Deserializer, Serializer, de};

use crate::model::hex_pair;

pub(super) fn serialize<S: Serializer>(hash: &u128, to: S) -> Result<S::Ok, S::Error> {
    let mut digits = [0; 32];
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(hash.to_be_bytes()) {
        *pair = hex_pair(byte);
    }
    // Digits are text.
    to.serialize_str(std::str::from_utf8(&digits).unwrap_or_default())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
    let digits = String::deserialize(from)?;
    u128::from_str_radix(&digits, 16).map_err(de::Error::custom)
}
