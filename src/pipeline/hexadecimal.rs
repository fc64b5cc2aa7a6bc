//! Hashes in the journal: hexadecimal digits, since not every reader of JSON knows numbers of 128 bits.

use serde::{Deserialize, Deserializer, Serializer, de};

pub(super) fn serialize<S: Serializer>(hash: &u128, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{hash:032x}"))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
    let digits = String::deserialize(from)?;
    u128::from_str_radix(&digits, 16).map_err(de::Error::custom)
}
