//! Writes a bundle, from the runs in the store or from a file that was written ahead.

use super::body::{BundleBody, Sums};
use super::compress::Compression;
use super::error::{WriteError, WriteErrorKind};
use super::folder::Folder;
use super::frame::{ExecutionKey, Frame};
use super::gather::{Gathering, gather, parts};
use super::manifest::BundleRecord;
use super::name::bundle_file;
use super::plan::BundlePlan;
use super::settle::Settled;
use super::store::RunStore;

/// A Test Execution that is ready to be written. Its bundles may be written on many threads at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assembly<'a> {
    /// Its id, safe as a part of a file name.
    pub id: &'a str,
    /// Its runs.
    pub settled: &'a Settled,
    /// Where their bytes are.
    pub store: &'a RunStore,
    /// What stands around them; its separator is the one that they have in the store.
    pub frame: Frame<'a>,
    /// Where the bundles go.
    pub folder: &'a Folder,
    /// How they lie there.
    pub compression: Compression,
}

impl Assembly<'_> {
    /// Writes bundles, one or two at once, or gives their names to those that were written ahead; each has its name
    /// only when it is whole.
    ///
    /// # Errors
    /// When a file cannot be written, or the runs cannot be read back.
    pub(crate) fn write(&self, plans: &[BundlePlan]) -> Result<Vec<BundleRecord>, WriteError> {
        let mut sums = plans.iter().map(|plan| self.take_ahead(plan)).collect::<Result<Vec<_>, _>>()?;
        let missing = || plans.iter().zip(&sums).filter(|(_, sums)| sums.is_none()).map(|(plan, _)| plan);
        let anew = self.write_anew(&missing().collect::<Vec<_>>())?;
        sums.iter_mut().filter(|sums| sums.is_none()).zip(anew).for_each(|(sums, anew)| *sums = Some(anew));
        Ok(plans.iter().zip(sums.into_iter().flatten()).map(|(plan, sums)| self.record(plan, sums)).collect())
    }

    fn file_of(&self, plan: &BundlePlan) -> String {
        bundle_file(self.id, plan.part, self.compression)
    }

    fn head_of(&self, plan: &BundlePlan) -> &[u8] {
        if plan.part == 1 { self.frame.first_head } else { self.frame.later_head }
    }

    fn record(&self, plan: &BundlePlan, Sums { body, file: compressed }: Sums) -> BundleRecord {
        BundleRecord {
            file: self.file_of(plan),
            part: plan.part,
            bytes: body.bytes,
            runs: plan.runs.len() as u64,
            sha256: body.sha256,
            compressed: compressed.map(Into::into),
            needs_key: plan.part > 1 && self.frame.key == ExecutionKey::Awaited,
        }
    }

    /// Gives a bundle its name, if it was written ahead.
    fn take_ahead(&self, plan: &BundlePlan) -> Result<Option<Sums>, WriteError> {
        let Some((written, sums)) = self.settled.take_ahead(plan, self.head_of(plan)) else { return Ok(None) };
        let path = self.folder.path().join(self.file_of(plan));
        let on_disk = written.commit_as(&path)?;
        self.folder.note_named(path, on_disk);
        Ok(Some(sums))
    }

    fn write_anew(&self, plans: &[&BundlePlan]) -> Result<Vec<Sums>, WriteError> {
        let create = |plan: &&BundlePlan| BundleBody::create(self.folder, &self.file_of(plan), plan.bytes);
        let mut bodies = plans.iter().map(create).collect::<Result<Vec<_>, _>>()?;
        let gathering = |(plan, body)| {
            let plan: &&BundlePlan = plan;
            let runs = self.settled.stretches(plan.runs.clone());
            Gathering::new(parts(runs, [self.head_of(plan), self.frame.separator, self.frame.tail]), self.store, body)
        };
        gather(&mut plans.iter().zip(&mut bodies).map(gathering).collect::<Vec<_>>())?;
        plans.iter().zip(bodies).map(|(plan, body)| self.finish(plan, body)).collect()
    }

    fn finish(&self, plan: &BundlePlan, body: BundleBody) -> Result<Sums, WriteError> {
        let (new, sums) = body.finish()?;
        let file = self.file_of(plan);
        if sums.body.bytes != plan.bytes {
            let (planned, written) = (plan.bytes, sums.body.bytes);
            return Err(WriteErrorKind::Length { file, planned, written }.into());
        }
        let on_disk = self.folder.begin_writeback(&new, plan.haste());
        new.commit()?;
        self.folder.note_named(self.folder.path().join(file), on_disk);
        Ok(sums)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;
    use crate::bundle::hashing::Hashing;
    use crate::bundle::settle::tests::{Fixture, join};
    use crate::bundle::{BundleLimits, Opening, plan};

    const FRAME: Frame<'static> = Frame {
        first_head: b"{info[",
        later_head: b"{key[",
        separator: b",\n",
        tail: b"]}\n",
        key: ExecutionKey::Awaited,
    };

    fn assembly<'a>(fixture: &'a Fixture, settled: &'a Settled, folder: &'a Folder) -> Assembly<'a> {
        Assembly { id: "a", settled, store: &fixture.store, frame: FRAME, folder, compression: Compression::None }
    }

    /// Writes the runs with this ceiling of memory and gives the files and their records.
    fn written(ceiling: u64, max_bytes: u64) -> (Vec<String>, Vec<BundleRecord>) {
        let fixture = Fixture::new(ceiling);
        let runs: Vec<_> = (0..6_u32).map(|n| (u128::from(n), 0, n, format!("run{n}"))).collect();
        let settled = fixture.settle(&runs, &join).unwrap();
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let plans = plan(&settled, &BundleLimits { max_bytes, max_runs: 100 }, &FRAME.lengths()).unwrap();
        let assembly = assembly(&fixture, &settled, &folder);
        let records: Vec<_> = plans.chunks(2).flat_map(|plans| assembly.write(plans).unwrap()).collect();
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
        let assembly = assembly(&fixture, &settled, &folder);
        let error = assembly.write(&[BundlePlan { part: 1, runs: 0..1, bytes: 99 }]).unwrap_err();
        assert_eq!(error.to_string(), "write bundles/a.0001.json: 12 bytes came out where 99 were planned");
        assert_eq!(fs::read_dir(folder.path().join("bundles")).unwrap().count(), 0);
    }
}
