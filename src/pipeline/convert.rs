//! A conversion from the reports to the manifest of what was written.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::flow::{Flow, Waiting};
use super::purpose::Names;
use super::record::Record;
use super::stop::Stop;
use super::writing::Writing;
use super::{Error, Job, Observer, resume};
use crate::bundle::journal::{self, ConversionPurpose, EarlierConversion, Journal};
use crate::bundle::manifest::{Manifest, Totals};
use crate::bundle::{Folder, LineSpool, Opening, WriteError};
use crate::source::Input;

/// Converts everything and gives the manifest of what was written. Where no report was found, or nothing of any could
/// be read, an output that was to be replaced stays, and nothing is written.
///
/// Nothing in the output depends on the number of threads, the clock, the order in which a file system or an archive
/// lists its files, or on whether it was made in one go or with [`Opening::Resume`] after any number of interruptions.
///
/// It ends as soon as it can when `stop` is set, without a manifest and with what is finished in its place.
///
/// # Errors
/// When an INPUT or the output folder cannot be used, a case needs a project and none is given, or `stop` was set. A
/// damaged report is no error: its problems are told to the observer and written to `reports.jsonl`.
pub fn convert(job: &Job, observer: &dyn Observer, stop: &AtomicBool) -> Result<Manifest, Error> {
    check_inputs(&job.inputs, &job.output)?;
    let stop = Stop::new(stop);
    let folder = Folder::open(&job.output, job.opening).map_err(Error::Output)?;
    let spool = LineSpool::new(folder.path());
    let sidecar = job.sidecar(Some(&folder));
    let waiting = Waiting { folder: Some(&folder), spool: &spool, sidecar: sidecar.as_ref() };
    let flow = Flow { job, waiting, names: Names::Forgotten, observer, stop: &stop };
    let converted = convert_into(&folder, &flow);
    drop(sidecar);
    let manifest = match converted {
        Err(error) if error.is_wrong_usage() && job.opening != Opening::Resume => {
            return Err(taken_back(error, folder.withdraw()));
        }
        converted => converted?,
    };
    if has_nothing(&manifest.totals) && folder.keeps_earlier() {
        // A job whose tests left no report, or on whose disk none can be read, would take last night's output with it.
        folder.withdraw().map_err(Error::Output)?;
        observer.earlier_stays();
    } else {
        folder.seal(&manifest).map_err(Error::Output)?;
    }
    Ok(manifest)
}

/// What is read must not lie where is written.
fn check_inputs(inputs: &[Input], output: &Path) -> Result<(), Error> {
    let Ok(real_output) = output.canonicalize() else { return Ok(()) };
    let paths = inputs.iter().filter_map(|input| match input {
        Input::Path(path) => Some(path),
        Input::Stream { .. } => None,
    });
    match paths.into_iter().find(|path| path.canonicalize().is_ok_and(|real| real.starts_with(&real_output))) {
        Some(input) => Err(Error::InputInOutput { input: input.clone(), output: output.to_path_buf() }),
        None => Ok(()),
    }
}

/// Converts everything into a folder that is open.
fn convert_into(folder: &Folder, flow: &Flow<'_>) -> Result<Manifest, Error> {
    let &Flow { job, waiting, stop, .. } = flow;
    let purpose = ConversionPurpose::new(job.encoding.target.name(), &job.recorded);
    let records = match job.opening {
        Opening::Resume => take_over(folder, &purpose, flow)?,
        Opening::Fresh | Opening::Replace => HashMap::new(),
    };
    let kept: Vec<&Record> = records.values().collect();
    let journal = Journal::begin(folder, purpose, &kept).map_err(Error::Output)?;
    let writing = Writing::new(folder, job.compression, flow.readying(), journal, stop);
    let finished = flow.run(records, &writing)?;
    finished.write(job.encoding.target, &job.recorded, folder, waiting.spool)
}

/// What still holds of the conversion that this one goes on with, by number of the group.
fn take_over(folder: &Folder, purpose: &ConversionPurpose, flow: &Flow<'_>) -> Result<HashMap<u32, Record>, Error> {
    let &Flow { job, observer, stop, .. } = flow;
    let earlier: EarlierConversion<Record> = journal::earlier(folder.path(), purpose).map_err(Error::Output)?;
    folder.go_on().map_err(Error::Output)?;
    let all = earlier.records.len();
    let kept = match all {
        0 => HashMap::new(),
        _ => resume::still_true(earlier.records, job.walk(), job.threads, folder.path(), stop)?,
    };
    if earlier.is_complete {
        observer.was_complete();
    }
    observer.resumed(kept.len(), all - kept.len());
    Ok(kept)
}

/// Whether no report was found, or none of which anything could be read.
fn has_nothing(totals: &Totals) -> bool {
    totals.reports == totals.damaged && totals.cases.seen == 0
}

/// What is to be told when what was written was, or could not be, taken back: the cause comes first.
fn taken_back(cause: Error, withdrawn: Result<(), WriteError>) -> Error {
    match withdrawn {
        Err(left) => Error::NotWithdrawn { cause: Box::new(cause), left },
        Ok(()) => cause,
    }
}
