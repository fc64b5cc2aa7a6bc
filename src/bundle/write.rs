//! Gathers the runs of a bundle from the store and writes the file.

use std::io::{BufWriter, Write};

use super::body::{BundleBody, Sums};
use super::compress::Compression;
use super::error::{WriteError, WriteErrorKind};
use super::folder::Folder;
use super::frame::{ExecutionKey, Frame};
use super::index::IndexEntry;
use super::manifest::BundleRecord;
use super::name::bundle_file;
use super::plan::BundlePlan;
use super::settle::Settled;
use super::store::RunStore;

/// Bytes that are read back from the spill file, or given to the system, at once.
const STRETCH: usize = 256 << 10;

/// A Test Execution that is ready to be written. Its bundles may be written on many threads at once.
#[derive(Debug, Clone, Copy)]
pub struct Assembly<'a> {
    /// Its id, safe as a part of a file name.
    pub id: &'a str,
    /// Its runs.
    pub settled: &'a Settled,
    /// Where their bytes are.
    pub store: &'a RunStore,
    /// What stands around them.
    pub frame: Frame<'a>,
    /// Where the bundles go.
    pub folder: &'a Folder,
    /// How they lie there.
    pub compression: Compression,
}

impl Assembly<'_> {
    /// Writes one bundle; it has its name only when it is whole and on the disk.
    ///
    /// # Errors
    /// When the file cannot be written, or the runs cannot be read back.
    pub fn write(&self, plan: &BundlePlan) -> Result<BundleRecord, WriteError> {
        let file = bundle_file(self.id, plan.part, self.compression);
        let mut out = BufWriter::with_capacity(STRETCH, BundleBody::create(self.folder, &file)?);
        let runs = self.settled.runs().get(plan.runs.clone()).unwrap_or_default();
        self.gather(plan.part, runs, &mut out)?;
        out.flush().map_err(|error| out.get_ref().failed(error))?;
        let (new, Sums { body, file: compressed }) = out.into_parts().0.finish()?;
        if body.bytes != plan.bytes {
            return Err(WriteErrorKind::Length { file, planned: plan.bytes, written: body.bytes }.into());
        }
        new.commit()?;
        Ok(BundleRecord {
            file,
            part: plan.part,
            bytes: body.bytes,
            runs: runs.len() as u64,
            sha256: body.sha256,
            compressed: compressed.map(Into::into),
            needs_key: plan.part > 1 && self.frame.key == ExecutionKey::Awaited,
        })
    }

    fn gather(&self, part: u32, runs: &[IndexEntry], out: &mut BufWriter<BundleBody>) -> Result<(), WriteError> {
        let head = if part == 1 { self.frame.first_head } else { self.frame.later_head };
        append(out, head)?;
        let mut spilled = Vec::new();
        let mut rest = runs;
        while !rest.is_empty() {
            let (stretch, later) = rest.split_at(stretch(rest));
            let bytes = self.bytes(stretch, &mut spilled)?;
            let mut at = 0;
            for (n, run) in stretch.iter().enumerate() {
                if n > 0 || rest.len() < runs.len() {
                    append(out, self.frame.separator)?;
                }
                let end = at + run.length as usize;
                append(out, bytes.get(at..end).ok_or(WriteErrorKind::NotStored)?)?;
                at = end;
            }
            rest = later;
        }
        append(out, self.frame.tail)
    }

    /// The bytes of runs that follow each other in the store: in place, or read back into `spilled`.
    fn bytes<'b>(&'b self, stretch: &[IndexEntry], spilled: &'b mut Vec<u8>) -> Result<&'b [u8], WriteError> {
        let first = stretch.first().ok_or(WriteErrorKind::NotStored)?;
        let length = stretch.iter().map(|run| run.length as usize).sum();
        if let Some(bytes) = self.store.slice(first.location, length) {
            return Ok(bytes);
        }
        spilled.clear();
        self.store.read(first.location, length, spilled)?;
        Ok(spilled)
    }
}

/// How many of the next runs follow each other in the store and are read at once: at least one.
fn stretch(runs: &[IndexEntry]) -> usize {
    let mut length = 0;
    let mut taken = 0;
    let mut expected = None;
    for run in runs {
        length += run.length as usize;
        if taken > 0 && (expected != Some(run.location) || length > STRETCH) {
            break;
        }
        expected = Some(run.location.forward(u64::from(run.length)));
        taken += 1;
    }
    taken
}

fn append(out: &mut BufWriter<BundleBody>, bytes: &[u8]) -> Result<(), WriteError> {
    out.write_all(bytes).map_err(|error| out.get_ref().failed(error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::bundle::hashing::Hashing;
    use crate::bundle::settle::tests::{Fixture, join};
    use crate::bundle::{Budget, Opening, plan};

    const FRAME: Frame<'static> = Frame {
        first_head: b"{info[",
        later_head: b"{key[",
        separator: b",\n",
        tail: b"]}\n",
        key: ExecutionKey::Awaited,
    };

    /// Writes the runs with this ceiling of memory and gives the files and their records.
    fn written(ceiling: u64, max_bytes: u64) -> (Vec<String>, Vec<BundleRecord>) {
        let fixture = Fixture::new(ceiling);
        let runs: Vec<_> = (0..6_u32).map(|n| (u128::from(n), 0, n, format!("run{n}"))).collect();
        let settled = fixture.settle(&runs, &join).unwrap();
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let plans = plan(&settled, &Budget { max_bytes, max_runs: 100 }, &FRAME.lengths()).unwrap();
        let assembly = Assembly {
            id: "a",
            settled: &settled,
            store: &fixture.store,
            frame: FRAME,
            folder: &folder,
            compression: Compression::None,
        };
        let records: Vec<_> = plans.iter().map(|plan| assembly.write(plan).unwrap()).collect();
        let read = |record: &BundleRecord| fs::read_to_string(folder.path().join(&record.file)).unwrap();
        (records.iter().map(read).collect(), records)
    }

    #[test]
    fn frames_the_runs_in_order() {
        let (files, records) = written(1 << 20, 26);
        assert_eq!(files, ["{info[run0,\nrun1,\nrun2]}\n", "{key[run3,\nrun4,\nrun5]}\n"]);
        let facts: Vec<_> =
            records.iter().map(|one| (one.file.as_str(), one.part, one.bytes, one.runs, one.needs_key)).collect();
        assert_eq!(facts, [("bundles/a.0001.json", 1, 25, 3, false), ("bundles/a.0002.json", 2, 24, 3, true)]);
    }

    #[test]
    fn spilled_or_not_makes_no_difference() {
        assert_eq!(written(0, 26), written(1 << 20, 26));
        assert_eq!(written(200, 1000), written(1 << 20, 1000));
    }

    #[test]
    fn the_hash_is_that_of_the_file() {
        let (files, records) = written(0, 26);
        for (file, record) in files.iter().zip(&records) {
            let mut sum = Hashing::new(std::io::sink());
            sum.write_all(file.as_bytes()).unwrap();
            assert_eq!(record.sha256, sum.finish().1.sha256);
        }
    }

    #[test]
    fn a_bundle_of_another_length_than_planned_gets_no_name() {
        let fixture = Fixture::new(1 << 20);
        let settled = fixture.settle(&[(1, 0, 0, "run".to_owned())], &join).unwrap();
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let assembly = Assembly {
            id: "a",
            settled: &settled,
            store: &fixture.store,
            frame: FRAME,
            folder: &folder,
            compression: Compression::None,
        };
        let error = assembly.write(&BundlePlan { part: 1, runs: 0..1, bytes: 99 }).unwrap_err();
        assert_eq!(error.to_string(), "write bundles/a.0001.json: 12 bytes came out where 99 were planned");
        assert_eq!(fs::read_dir(folder.path().join("bundles")).unwrap().count(), 0);
    }

    #[test]
    fn a_stretch_ends_where_the_next_run_lies_elsewhere() {
        let fixture = Fixture::new(0);
        // Arrival in another order than that of the reports, so that neighbours in the bundle are not neighbours in the file.
        let runs: Vec<_> = [0_u32, 1, 4, 2, 3].iter().map(|&n| (u128::from(n), 0, n, format!("{n}"))).collect();
        let settled = fixture.settle(&runs, &join).unwrap();
        let runs = settled.runs();
        assert_eq!((stretch(runs), stretch(&runs[2..]), stretch(&runs[4..])), (2, 2, 1));
    }
}
