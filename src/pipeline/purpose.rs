//! What is done with the files that are found: counted, converted, measured, and what all workers share for that.

use super::stop::Stop;
use crate::bundle::{Folder, Merge, Sidecar};
use crate::format::{Format, ReadOptions};
use crate::mapping::Rules;
use crate::source::{self, Input, Limits};
use crate::xray::Encoder;

/// What to do with the cases of a report.
pub(super) enum Purpose<'c> {
    /// Count them, and tell what a conversion by these rules would tell of them.
    Inspect { reading: &'c Reading, limits: &'c Limits, rules: &'c Rules },
    /// Turn them into stored runs.
    Convert(&'c Context<'c>),
    /// Take each report so far, and measure how long that takes.
    Measure { depth: Depth, reading: &'c Reading, limits: &'c Limits },
}

/// How far a report is taken when the work on it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its bytes are read as they lie there, packed in an archive or not.
    Read,
    /// They are unpacked, and their checksum is held against the archive.
    Inflate,
    /// It is recognised and taken apart, tag for tag or item for item.
    Tokenise,
    /// Its format's reader makes test cases of it.
    Parse,
}

impl Purpose<'_> {
    pub(super) fn reading(&self) -> &Reading {
        match self {
            Purpose::Inspect { reading, .. } | Purpose::Measure { reading, .. } => reading,
            Purpose::Convert(context) => context.reading,
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        match self {
            Purpose::Inspect { limits, .. } | Purpose::Measure { limits, .. } => limits,
            Purpose::Convert(context) => context.limits,
        }
    }
}

/// What all workers share.
pub(super) struct Context<'c> {
    pub(super) reading: &'c Reading,
    pub(super) limits: &'c Limits,
    pub(super) names: Names,
    /// Whether reports of one format are preferred to those of others.
    pub(super) prefers: bool,
    pub(super) rules: &'c Rules,
    pub(super) encoder: &'c Encoder<'c>,
    /// How bundles are written ahead; `None`: nothing is written.
    pub(super) ahead: Option<WritingAhead<'c>>,
    /// Where evidence is written that is no part of a bundle.
    pub(super) sidecar: Option<&'c Sidecar<'c>>,
    pub(super) stop: &'c Stop<'c>,
}

/// How bundles are written before all is read.
#[derive(Clone, Copy)]
pub(super) struct WritingAhead<'c> {
    pub(super) folder: &'c Folder,
    /// Makes one run of several results of a Test.
    pub(super) merge: &'c Merge<'c>,
}

impl Context<'_> {
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_set()
    }
}

/// Whether the names of tests are kept that have a key, and tests without a key and a project are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// For a plan.
    Kept,
    /// No bundle needs them, and the first test without key and project ends the conversion.
    Forgotten,
}

/// What is read, and how: all that is asked for where nothing is converted.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'i> {
    /// Files, folders, archives, streams.
    pub inputs: &'i [Input],
    /// Which files are found.
    pub source: &'i source::Options,
    /// How reports are read.
    pub reading: &'i Reading,
    /// Worker threads; zero: one for each core.
    pub threads: usize,
}

/// How files are recognised and read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What the readers are asked for.
    pub options: ReadOptions,
    /// Format that every report is taken for; `None`: recognised by content.
    pub format: Option<&'static Format>,
}
