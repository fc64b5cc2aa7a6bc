//! Ids of a stream, by their hashes: nearly all are UUIDs, and there are as many as steps.

use xxhash_rust::xxh3::xxh3_64;

use crate::format::json::{Fault, JsonCursor};

/// The hash of an id.
pub(super) type Id = u64;

/// Where no id is stated, or an empty one.
pub(super) const NO_ID: Id = 0;

/// An id, a text or a number.
pub(super) fn id(json: &mut JsonCursor<'_>) -> Result<Id, Fault> {
    Ok(match json.scalar()? {
        Some(id) if !id.is_empty() => xxh3_64(id.as_bytes()).max(1),
        _ => NO_ID,
    })
}

/// A list of ids.
pub(super) fn ids(json: &mut JsonCursor<'_>) -> Result<Box<[Id]>, Fault> {
    let mut ids = Vec::new();
    if json.begin_array()? {
        while json.element()? {
            ids.push(id(json)?);
        }
    }
    Ok(ids.into_boxed_slice())
}
