//! The index of evidence that lies in files of its own, made of what was noted of the runs.

use super::Error;
use crate::bundle::manifest::EvidenceIndex;
use crate::bundle::{Assembly, BundlePlan, BundleRecord, EvidenceLine, EvidenceLines, Sidecar, WriteError};
use crate::model::EvidenceFile;
use crate::xray::{self, TestName};

/// Writes a piece of evidence, unless its content was written before.
pub(super) fn keep(content: &xray::EvidenceContent<'_>, sidecar: &Sidecar<'_>) -> Result<EvidenceFile, WriteError> {
    sidecar.keep(content.extension(), &|out| content.write(out))
}

/// Writes the index of a Test Execution whose bundles were planned and written so, one note in memory at a time; nothing
/// where no run has such evidence.
pub(super) fn write_index(
    written: &Assembly<'_>,
    plans: &[BundlePlan],
    bundles: &[BundleRecord],
) -> Result<Option<EvidenceIndex>, Error> {
    let Assembly { id, settled, store, folder, .. } = *written;
    let mut index = None;
    let mut note = Vec::new();
    for (run, place) in settled.notes() {
        note.clear();
        store.read(place.location, place.length as usize, &mut note).map_err(Error::Output)?;
        let Some((test, evidence)) = xray::noted_evidence(&note).map_err(Error::run)? else { continue };
        let part = plans.partition_point(|plan| plan.runs.end <= run);
        let bundle = bundles.get(part).map_or("", |bundle| bundle.file.as_str());
        let lines: &mut EvidenceLines = match &mut index {
            Some(lines) => lines,
            None => index.insert(EvidenceLines::create(folder, id).map_err(Error::Output)?),
        };
        for one in &evidence {
            lines.write(&line(id, bundle, &test, one)).map_err(Error::Output)?;
        }
    }
    index.map_or(Ok(None), EvidenceLines::finish).map_err(Error::Output)
}

fn line(execution: &str, bundle: &str, test: &TestName, evidence: &xray::Apart<'_>) -> EvidenceLine {
    let (key, definition) = match test {
        TestName::Key(key) => (Some(key.clone()), None),
        TestName::Definition(definition) => (None, Some(definition.clone())),
    };
    let EvidenceFile { file, bytes, sha256 } = evidence.file();
    EvidenceLine {
        execution: execution.to_owned(),
        bundle: bundle.to_owned(),
        key,
        definition,
        step: evidence.step(),
        filename: evidence.filename().to_owned(),
        content_type: evidence.content_type().to_owned(),
        bytes,
        sha256,
        file,
    }
}
