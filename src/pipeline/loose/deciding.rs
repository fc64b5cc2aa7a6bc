//! What becomes of each picture: by its name as far as that will do, then by its content.

use super::scope::{Meant, Scope};
use super::{Decision, Picture, PictureRules, Print, Reports, Stores, base_name};
use crate::bundle::Sidecar;
use crate::format::Head;
use crate::model::{Attachment, Content};
use crate::pipeline::basis::ReadExtent;
use crate::pipeline::execution::SettledExecution;
use crate::pipeline::{Error, evidence};
use crate::source::{self, AttachmentError, Later, SourceError};
use crate::xray::{self, Addition};

/// Pictures of one group are decided about.
pub(super) struct Deciding<'d> {
    pub(super) rules: PictureRules<'d>,
    pub(super) scope: &'d Scope,
    pub(super) reports: Reports<'d>,
    pub(super) executions: &'d mut [SettledExecution],
    pub(super) stores: Stores<'d>,
}

impl Deciding<'_> {
    /// Decides about all of them: those whose content decides are read, one after the other.
    pub(super) fn decide(&mut self, pictures: &mut [Picture]) -> Result<(), Error> {
        for picture in pictures.iter_mut() {
            picture.decision = self.decide_by_name(picture)?;
        }
        self.decide_by_content(pictures)
    }

    /// Decides as far as that can be done without the content.
    fn decide_by_name(&self, picture: &Picture) -> Result<Decision, Error> {
        let report = &picture.report;
        if self.scope.attached.contains(&report.origin) {
            return Ok(Decision::Attached);
        }
        let meant = self.scope.run_named_by(report);
        if self.scope.lengths.contains(&picture.encoded_length()) {
            return Ok(Decision::Open(meant));
        }
        match meant.run() {
            Err(decision) => Ok(decision),
            Ok(run) => Ok(self.refusal(run, picture.file.bytes())?.unwrap_or(Decision::Open(meant))),
        }
    }

    fn decide_by_content(&mut self, pictures: &mut [Picture]) -> Result<(), Error> {
        let open: Vec<usize> =
            (0..pictures.len()).filter(|at| matches!(pictures[*at].decision, Decision::Open(_))).collect();
        let files: Vec<(&Later, u64)> =
            open.iter().map(|at| (&*pictures[*at].file, pictures[*at].file.bytes())).collect();
        let mut decisions = Vec::new();
        let mut result = Ok(());
        source::read_again(&files, self.rules.source, &mut |at, content| {
            if result.is_ok() {
                let decided = self.look_at(&pictures[open[at]], content);
                result = decided.map(|decision| decisions.push((open[at], decision)));
            }
        });
        drop(files);
        for (at, (decision, seen)) in decisions {
            let picture = &mut pictures[at];
            picture.decision = decision;
            match seen {
                Some(extent) => picture.report.basis.note_whole(extent),
                None => picture.report.basis.note_unreadable(),
            }
        }
        result
    }

    /// The decision about a picture with this content, and the extent of what was seen of it.
    fn look_at(
        &mut self,
        picture: &Picture,
        content: Result<&[u8], AttachmentError>,
    ) -> Result<(Decision, Option<ReadExtent>), Error> {
        match content {
            Ok(bytes) => Ok((self.decide_with(picture, bytes)?, Some(ReadExtent::whole(bytes)))),
            Err(AttachmentError::Shortage(shortage)) => Err(Error::Source(SourceError::Shortage(shortage))),
            Err(error) => Ok((Decision::Unreadable(error.to_string()), None)),
        }
    }

    fn decide_with(&mut self, picture: &Picture, bytes: &[u8]) -> Result<Decision, Error> {
        let Decision::Open(meant) = picture.decision else { return Ok(Decision::Orphan) };
        let origin = &picture.report.origin;
        if !Head::new(bytes, origin.as_str()).is_picture() {
            return Ok(Decision::Unreadable("it is packed".to_owned()));
        }
        let data = base64_simd::STANDARD.encode_to_string(bytes);
        if let Some(same) = self.scope.embedded.get(&Print::of(&data)) {
            return Ok(Decision::SameAs(self.reports.name(*same)?));
        }
        let run = match meant.run() {
            Ok(run) => run,
            Err(decision) => return Ok(decision),
        };
        // A picture whose length is that of some evidence comes here before anybody has asked whether the run takes it.
        if let Some(refused) = self.refusal(run, bytes.len() as u64)? {
            return Ok(refused);
        }
        let name = base_name(origin).to_owned();
        self.give(&Attachment { name, content: Content::Base64, data, ..Attachment::default() }, run)
    }

    /// Why a run takes no picture of so many bytes, unless it does.
    fn refusal(&self, (execution, run): (usize, usize), bytes: u64) -> Result<Option<Decision>, Error> {
        let (rules, store) = (self.rules.evidence, self.stores.runs);
        let outcome = self.executions[execution].settled.outcome(run, store).map_err(Error::Output)?;
        if !rules.of.is_of(outcome) {
            return Ok(Some(Decision::Unwanted(self.name_of((execution, run))?)));
        }
        if bytes > rules.max_file {
            return Ok(Some(Decision::TooLarge(self.name_of((execution, run))?)));
        }
        Ok(None)
    }

    /// Makes a picture evidence of a run, if there is room for it.
    fn give(&mut self, picture: &Attachment, run: (usize, usize)) -> Result<Decision, Error> {
        let test = self.name_of(run)?;
        let addition = match self.stores.sidecar {
            Some(sidecar) => self.give_apart(picture, run, sidecar)?,
            None => self.give_inside(picture, run)?,
        };
        match addition {
            Addition::Added => Ok(Decision::Added(test)),
            Addition::Known => Ok(Decision::Known(test)),
            Addition::NoRoom => Ok(Decision::TooLarge(test)),
        }
    }

    /// Has the picture written beside the bundles, and noted.
    fn give_apart(
        &mut self,
        picture: &Attachment,
        (execution, run): (usize, usize),
        sidecar: &Sidecar<'_>,
    ) -> Result<Addition, Error> {
        let (settled, store) = (&mut self.executions[execution].settled, self.stores.runs);
        let (mut encoded, mut note) = (Vec::new(), Vec::new());
        settled.read(run, store, &mut encoded).map_err(Error::Output)?;
        if let Some(place) = settled.note_of(run) {
            store.read(place.location, place.length as usize, &mut note).map_err(Error::Output)?;
        }
        let mut keep = |content: &xray::EvidenceContent<'_>| evidence::keep(content, sidecar);
        let added = xray::add_apart(&encoded, &note, picture, self.rules.encoding, &mut keep);
        let (addition, note) = added.map_err(Error::Output)?.map_err(Error::run)?;
        if addition == Addition::Added {
            settled.replace_note(run, note, store).map_err(Error::Output)?;
        }
        Ok(addition)
    }

    /// Makes the picture a part of the run.
    fn give_inside(&mut self, picture: &Attachment, (execution, run): (usize, usize)) -> Result<Addition, Error> {
        let (settled, store) = (&mut self.executions[execution].settled, self.stores.runs);
        let (mut encoded, mut larger) = (Vec::new(), Vec::new());
        settled.read(run, store, &mut encoded).map_err(Error::Output)?;
        let added = xray::add_evidence(&encoded, picture, self.rules.encoding, &mut larger);
        let addition = added.map_err(Error::run)?;
        if addition == Addition::Added {
            settled.replace(run, &larger, store).map_err(Error::Output)?;
        }
        Ok(addition)
    }

    /// What the Test of a run is called.
    fn name_of(&self, (execution, run): (usize, usize)) -> Result<String, Error> {
        let mut bytes = Vec::new();
        self.executions[execution].settled.read(run, self.stores.runs, &mut bytes).map_err(Error::Output)?;
        Ok(xray::name_of(&bytes).map_err(Error::run)?.as_str().to_owned())
    }
}

impl Meant {
    /// The one run that is meant, or what becomes of a picture whose name means none, or several.
    fn run(self) -> Result<(usize, usize), Decision> {
        match self {
            Meant::One(execution, run) => Ok((execution, run)),
            Meant::Nobody => Err(Decision::Orphan),
            Meant::Several(tests) => Err(Decision::Ambiguous(tests)),
        }
    }
}
