//! One Test Execution: its runs cut into bundles, ready to be written or only to be looked at.

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::collect::{CollectedExecution, Named};
use super::disagreeing::Contradictions;
use super::group::GroupKey;
use super::stop::Stop;
use super::{Error, Memory, evidence};
use crate::bundle::manifest::{Execution, Trimmed};
use crate::bundle::{
    AheadFrame, Assembly, BundleLimits, BundlePlan, Compression, ExecutionIndex, ExecutionKey, Folder, Frame,
    FrameLengths, Oversize, RunStore, Settled, plan,
};
use crate::model::Timestamp;
use crate::xray::{self, EncodeOptions, ExecutionInfo, ExecutionName, InfoTemplate, TestName};

/// A Test Execution whose runs are settled.
pub(super) struct SettledExecution {
    /// Its number in the group.
    pub(super) number: u32,
    pub(super) named: Named,
    pub(super) collected: CollectedExecution,
    pub(super) settled: Settled,
}

/// A Test Execution whose bundles are planned.
pub(super) struct Prepared {
    pub(super) id: String,
    pub(super) source: String,
    /// Its key, when the user or its reports know one.
    pub(super) key: Option<String>,
    pub(super) settled: Settled,
    pub(super) plans: Vec<BundlePlan>,
    pub(super) trimmed: Vec<Trimmed>,
    /// Tests of which its reports tell opposite things.
    pub(super) contradictions: Contradictions,
    /// Pieces of evidence that were cut off with what was trimmed.
    pub(super) evidence_left_out: u64,
    /// The `info` part of a multipart import, when one is wanted.
    multipart_info: Option<Vec<u8>>,
    pub(super) collected: CollectedExecution,
    first_head: Vec<u8>,
    later_head: Vec<u8>,
}

/// What the user says of every Test Execution.
#[derive(Clone, Copy)]
pub(super) struct GivenExecution<'g> {
    /// Its fields, where there are any.
    pub(super) info: &'g ExecutionInfo,
    /// Key of the existing one that takes all results.
    pub(super) key: Option<&'g str>,
    /// Template of the `info` part of a multipart import, when such files are wanted.
    pub(super) multipart_info: Option<&'g InfoTemplate>,
}

impl GivenExecution<'_> {
    /// The key of a Test Execution: the user's, else its reports'.
    fn key_of(&self, group: &GroupKey) -> Option<String> {
        self.key.map(str::to_owned).or_else(|| (!group.key.is_empty()).then(|| group.key.clone()))
    }

    /// The fields of one Test Execution: the user's, else what its reports state of it, with a title made from the
    /// group's name and the times of its runs. An execution that exists already keeps what the user does not give: its
    /// title, its project, its times.
    fn info_of(&self, group: &GroupKey, times: &CollectedExecution, key: Option<&str>) -> ExecutionInfo {
        let mut info = self.info.clone();
        if !group.environment.is_empty() {
            info.environments.extend(group.environment.split(';').map(str::to_owned));
        }
        if key.is_some() {
            info.stated.project.clear();
            return info;
        }
        info.stated.adopt(&times.stated);
        if info.stated.summary.is_empty() {
            info.stated.summary = title(group);
        }
        info.stated.start = times.start;
        info.stated.finish = times.finish;
        info
    }
}

/// How the runs of a Test Execution are cut into bundles.
#[derive(Clone, Copy)]
pub(super) struct Bundling<'b> {
    pub(super) given: GivenExecution<'b>,
    pub(super) limits: BundleLimits,
    pub(super) encoding: &'b EncodeOptions,
}

impl Bundling<'_> {
    /// Plans the bundles of a Test Execution, whose runs have this in common.
    pub(super) fn prepare(
        self,
        execution: SettledExecution,
        group: GroupKey,
        store: &RunStore,
    ) -> Result<Prepared, Error> {
        let SettledExecution { named: Named { id, .. }, collected, mut settled, .. } = execution;
        let key = self.given.key_of(&group);
        let info = self.given.info_of(&group, &collected, key.as_deref());
        let first_head = xray::first_head(&info, key.as_deref());
        let name = ExecutionName { id: &id, source: &group.source };
        // A multipart import makes a Test Execution: there is none to be made where the key is known.
        let template = self.given.multipart_info.filter(|_| key.is_none());
        let multipart_info = template.map(|template| template.fill(name, &info));
        let later_head = xray::later_head(key.as_deref());
        let frame = frame(&first_head, &later_head, key.as_deref());
        let mut trimming = Trimming::by(self.encoding);
        let plans = plan_bundles(&self.limits, &mut settled, store, &frame.lengths(), &mut trimming)?;
        Ok(Prepared {
            id,
            source: group.source,
            key,
            settled,
            plans,
            trimmed: trimming.trimmed,
            contradictions: Contradictions::default(),
            evidence_left_out: trimming.evidence,
            multipart_info,
            collected,
            first_head,
            later_head,
        })
    }
}

impl Prepared {
    /// Writes the bundles, several at once on the pool of the caller.
    pub(super) fn write(
        self,
        store: &RunStore,
        folder: &Folder,
        compression: Compression,
        stop: &Stop<'_>,
    ) -> Result<Execution, Error> {
        let frame = frame(&self.first_head, &self.later_head, self.key.as_deref());
        let assembly = Assembly { id: &self.id, settled: &self.settled, store, frame, folder, compression };
        let write = |plans| stop.check().and_then(|()| assembly.write(plans).map_err(Error::Output));
        let at_once = |two: &[BundlePlan]| if two.iter().any(BundlePlan::is_large) { 1 } else { 2 };
        let plans: Vec<_> = self.plans.chunks(2).flat_map(|two| two.chunks(at_once(two))).collect();
        let bundles = plans.into_par_iter().with_max_len(1).map(write).collect::<Result<Vec<_>, Error>>()?;
        let bundles: Vec<_> = bundles.into_iter().flatten().collect();
        let evidence = evidence::write_index(&assembly, &self.plans, &bundles)?;
        let multipart_info = self.multipart_info.map(|text| folder.write_info(&self.id, &text)).transpose();
        Ok(Execution {
            multipart_info: multipart_info.map_err(Error::Output)?,
            evidence,
            runs: self.settled.len() as u64,
            id: self.id,
            source: self.source,
            key: self.key,
            start: self.collected.start.map(|start| start.to_string()),
            finish: self.collected.finish.map(|finish| finish.ceil_to_second().to_string()),
            bundles,
            trimmed: self.trimmed,
            disagreeing: self.contradictions.disagreeing,
            undecided: self.contradictions.undecided,
        })
    }

    /// What names the Test of each run, in order. They are read bundle by bundle on the pool of the caller.
    pub(super) fn names(&self, store: &RunStore) -> Result<impl Iterator<Item = TestName>, Error> {
        let of_bundle = |plan: &BundlePlan| {
            let mut names = Vec::with_capacity(plan.runs.len());
            let see = |bytes: &[u8]| names.push(xray::name_of(bytes).map_err(Error::run));
            self.settled.each_run(plan.runs.clone(), store, see).map_err(Error::Output)?;
            names.into_iter().collect::<Result<Vec<_>, Error>>()
        };
        let names: Result<Vec<_>, Error> = self.plans.par_iter().with_max_len(1).map(of_bundle).collect();
        Ok(names?.into_iter().flatten())
    }
}

/// The index of a Test Execution whose bundles are written while reports are read.
pub(super) fn index_writing_ahead(
    given: GivenExecution<'_>,
    limits: BundleLimits,
    memory: Memory,
    group: &GroupKey,
) -> ExecutionIndex {
    let key = given.key_of(group);
    // Most reports say when their tests ran. All times are written with the same length.
    let some_time = Some(Timestamp::from_nanos(0));
    let times = CollectedExecution { start: some_time, finish: some_time, ..CollectedExecution::default() };
    let first_head = xray::first_head(&given.info_of(group, &times, key.as_deref()), key.as_deref());
    let frame = AheadFrame { head: xray::later_head(key.as_deref()), separator: xray::SEPARATOR, tail: xray::TAIL };
    ExecutionIndex::writing_ahead(limits, first_head.len() as u64, frame, memory.for_entries())
}

/// The index of a Test Execution of which nothing can be written ahead.
pub(super) fn index_to_be_written_late(memory: Memory) -> ExecutionIndex {
    ExecutionIndex::new(xray::SEPARATOR, memory.for_entries())
}

fn frame<'a>(first_head: &'a [u8], later_head: &'a [u8], key: Option<&str>) -> Frame<'a> {
    let key = if key.is_some() { ExecutionKey::Known } else { ExecutionKey::Awaited };
    Frame { first_head, later_head, separator: xray::SEPARATOR, tail: xray::TAIL, key }
}

/// Plans until every run fits: runs that alone exceed a bundle are cut down by the steps of spec xray-json.md section 8.
fn plan_bundles(
    limits: &BundleLimits,
    settled: &mut Settled,
    store: &RunStore,
    frame: &FrameLengths,
    trimming: &mut Trimming<'_>,
) -> Result<Vec<BundlePlan>, Error> {
    match plan(settled, limits, frame) {
        Ok(plans) => Ok(plans),
        Err(oversize) => {
            let mut too_long = None;
            for run in &oversize {
                if let Some(run) = trimming.trim(settled, run, store)? {
                    too_long = TooLong::longest(too_long, run);
                }
            }
            if let Some(TooLong { test, length, allowed, around }) = too_long {
                return Err(Error::run_too_large(&test, length, allowed, around));
            }
            // A run that did not become small enough has ended the conversion above, so the second plan is the last.
            plan(settled, limits, frame).map_err(|oversize| {
                let largest = oversize.iter().max_by_key(|run| run.length);
                let (length, allowed, around) = largest.map_or((0, 0, 0), |run| (run.length, run.allowed, run.around));
                Error::run_too_large("", length, allowed, around)
            })
        }
    }
}

/// What was cut down.
struct Trimming<'e> {
    encoding: &'e EncodeOptions,
    trimmed: Vec<Trimmed>,
    /// Pieces of evidence that went with it.
    evidence: u64,
}

impl<'e> Trimming<'e> {
    fn by(encoding: &'e EncodeOptions) -> Trimming<'e> {
        Trimming { encoding, trimmed: Vec::new(), evidence: 0 }
    }

    /// Cuts a run down; gives back what did not become small enough.
    fn trim(&mut self, settled: &mut Settled, oversize: &Oversize, store: &RunStore) -> Result<Option<TooLong>, Error> {
        let (mut bytes, mut smaller) = (Vec::new(), Vec::new());
        settled.read(oversize.run, store, &mut bytes).map_err(Error::Output)?;
        let mut note = Vec::new();
        if let Some(place) = settled.note_of(oversize.run) {
            store.read(place.location, place.length as usize, &mut note).map_err(Error::Output)?;
        }
        let shrunk = xray::shrink(&bytes, &note, oversize.allowed, self.encoding, &mut smaller).map_err(Error::run)?;
        let test = xray::name_of(&smaller).map_err(Error::run)?.as_str().to_owned();
        let length = smaller.len() as u64;
        let Oversize { length: bytes, allowed, around, .. } = *oversize;
        if length > allowed {
            return Ok(Some(TooLong { test, length, allowed, around }));
        }
        settled.replace(oversize.run, &smaller, store).map_err(Error::Output)?;
        self.evidence += u64::from(shrunk.evidence);
        self.trimmed.push(Trimmed { test, bytes, allowed, steps: shrunk.steps });
        Ok(None)
    }
}

/// A run that does not fit into a bundle whatever is left out of it.
struct TooLong {
    test: String,
    /// Bytes that it has.
    length: u64,
    /// Bytes that it may have.
    allowed: u64,
    /// Bytes around it in a bundle of its own.
    around: u64,
}

impl TooLong {
    /// The one for which a bundle would have to be largest, the first of equals.
    fn longest(one: Option<TooLong>, other: TooLong) -> Option<TooLong> {
        let needed = |run: &TooLong| run.length.saturating_add(run.around);
        Some(one.filter(|one| needed(one) >= needed(&other)).unwrap_or(other))
    }
}

fn title(group: &GroupKey) -> String {
    let mut title = format!("Automated test results: {}", group.source);
    if !group.environment.is_empty() {
        title.push_str(&format!(" ({})", group.environment.replace(';', ", ")));
    }
    title
}
