//! Notes: what must be known of a run to merge it with others and no bundle may hold. They lie in the store behind the
//! run's bytes, each with its length in front, and what they say is as opaque here as the run itself.

use super::error::WriteError;
use super::index::IndexEntry;
use super::store::RunStore;

/// Bytes of a note's length.
const LENGTH: usize = size_of::<u32>();

/// Appends the note that `write` appends, with its length in front; nothing when it appends nothing. Whether there is one.
pub fn append_note(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> bool {
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH]);
    write(out);
    let length = out.len() - start - LENGTH;
    match u32::try_from(length) {
        Ok(length) if length > 0 => {
            out[start..start + LENGTH].copy_from_slice(&length.to_le_bytes());
            true
        }
        _ => {
            out.truncate(start);
            false
        }
    }
}

/// The note of a run; empty when it has none.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn read_note(entry: &IndexEntry, store: &RunStore) -> Result<Vec<u8>, WriteError> {
    let mut note = Vec::new();
    if !entry.facts.has_note() {
        return Ok(note);
    }
    let at = entry.location.forward(u64::from(entry.length));
    store.read(at, LENGTH, &mut note)?;
    let length = note.as_slice().try_into().map_or(0, u32::from_le_bytes);
    note.clear();
    store.read(at.forward(LENGTH as u64), length as usize, &mut note)?;
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::super::settle::tests::Fixture;
    use super::*;
    use crate::model::{Outcome, ReportId, RunFacts};

    #[test]
    fn a_note_is_found_behind_its_run_in_memory_and_in_the_file() {
        for ceiling in [0, 1000] {
            let Fixture { store, .. } = &Fixture::new(ceiling);
            let mut bytes = b"{run}".to_vec();
            assert!(append_note(&mut bytes, |out| out.extend_from_slice(b"note")));
            bytes.extend_from_slice(b"{next}");
            assert!(!append_note(&mut bytes, |_| {}));
            let chunk = store.put(&bytes).unwrap();
            let facts = |has_note| RunFacts {
                identity: 1,
                outcome: Outcome::Passed,
                attempt_group: 0,
                superseded: false,
                has_key: false,
                has_note,
            };
            let entry = |span, facts| IndexEntry::new(ReportId(0), 0, &chunk, span, &facts).unwrap();
            assert_eq!(read_note(&entry(0..5, facts(true)), store).unwrap(), b"note");
            assert_eq!(read_note(&entry(13..19, facts(false)), store).unwrap(), b"");
        }
    }
}
