//! What a conversion is ordered to do, and what each part of the pipeline gets of it.

use std::path::PathBuf;

use super::collect::Selection;
use super::execution::{Bundling, GivenExecution};
use super::group::GroupBy;
use super::grouping::Walk;
use super::loose::PictureRules;
use super::memory::Memory;
use super::purpose::{Intake, Reading};
use crate::bundle::manifest::Options as RecordedOptions;
use crate::bundle::{BundleLimits, Compression, Folder, Opening, Sidecar};
use crate::mapping::Rules;
use crate::source::{self, Input};
use crate::xray::{EncodeOptions, EvidencePlace, ExecutionInfo, InfoTemplate, Merge};

/// What is to be converted, and how.
#[derive(Debug)]
pub struct Job {
    /// Files, folders, archives, streams.
    pub inputs: Vec<Input>,
    /// Which files are found.
    pub source: source::Options,
    /// How reports are read.
    pub reading: Reading,
    /// How cases become runs.
    pub rules: Rules,
    /// How runs are written.
    pub encoding: EncodeOptions,
    /// What several results of one Test come to.
    pub merge: Merge,
    /// Which reports share a Test Execution.
    pub group_by: GroupBy,
    /// Fields of every Test Execution. An empty summary is made from the group's name; times come from the runs.
    pub execution: ExecutionInfo,
    /// Key of the existing Test Execution that takes all results.
    pub execution_key: Option<String>,
    /// What becomes of the complete cases of a damaged report.
    pub damaged: Damaged,
    /// Formats that are preferred where several tell of one run in one folder, the most wanted first.
    pub prefer: Vec<&'static str>,
    /// Limits of a bundle.
    pub bundle_limits: BundleLimits,
    /// Template of the `info` part of a multipart import, when such files are wanted.
    pub multipart_info: Option<InfoTemplate>,
    /// How the bundles lie in the output folder.
    pub compression: Compression,
    /// The output folder.
    pub output: PathBuf,
    /// What may lie in the output folder already.
    pub opening: Opening,
    /// Worker threads; zero: one for each core.
    pub threads: usize,
    /// Ceiling for what is buffered. The output does not depend on it.
    pub memory: Memory,
    /// The options as the manifest records them.
    pub recorded: RecordedOptions,
}

impl Job {
    /// What it reads, and how.
    pub fn intake(&self) -> Intake<'_> {
        Intake { inputs: &self.inputs, source: &self.source, reading: &self.reading, threads: self.threads }
    }

    /// What is walked through, and how what is found is grouped.
    pub(super) fn walk(&self) -> Walk<'_> {
        let execution_key = self.execution_key.as_deref();
        Walk { inputs: &self.inputs, options: &self.source, group_by: self.group_by, execution_key }
    }

    /// Which reports count.
    pub(super) fn selection(&self) -> Selection<'_> {
        Selection { damaged: self.damaged, prefer: &self.prefer }
    }

    /// What the user says of every Test Execution.
    pub(super) fn given(&self) -> GivenExecution<'_> {
        let (key, multipart_info) = (self.execution_key.as_deref(), self.multipart_info.as_ref());
        GivenExecution { info: &self.execution, key, multipart_info }
    }

    /// How runs are cut into bundles.
    pub(super) fn bundling(&self) -> Bundling<'_> {
        Bundling { given: self.given(), limits: self.bundle_limits, encoding: &self.encoding }
    }

    /// Which pictures become evidence.
    pub(super) fn pictures(&self) -> PictureRules<'_> {
        PictureRules { source: &self.source, evidence: &self.rules.evidence, encoding: &self.encoding }
    }

    /// Where evidence goes that is no part of a bundle, when it goes there.
    pub(super) fn sidecar<'f>(&self, folder: Option<&'f Folder>) -> Option<Sidecar<'f>> {
        match self.encoding.evidence {
            EvidencePlace::Bundle => None,
            EvidencePlace::Files => Some(Sidecar::new(folder)),
        }
    }
}

/// What becomes of the complete cases of a damaged report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Damaged {
    /// They are converted.
    #[default]
    Keep,
    /// They are left out.
    Drop,
}
