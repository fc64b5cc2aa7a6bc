//! What a case wrote: searched for attachments, kept when asked for, and told where nothing else says why it failed.

use super::attachment::{Gathering, ReferenceFinder};
use super::case::Child;
use super::producer::CdataEnds;
use super::{Reader, STRUCTURE};
use crate::format::xml::XmlCursor;
use crate::format::{Attachments, ClippedText, ParseError};
use crate::model::{CaseDetail, DetailKind, Output, trimmed};

/// Failures that say nothing and stand before an output: each output asks all of them.
const MOST_MUTE: usize = 16;

impl Reader<'_> {
    /// Standard output or error: searched for attachments, kept only when asked for (J39, J40).
    pub(super) fn read_output(&mut self, child: Child, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let searched = self.options.attachments != Attachments::None;
        let wanted = self.options.output != Attachments::None;
        let tells = self.may_be_told_by_output();
        if !searched && !wanted && !tells {
            return xml.skip_element();
        }
        let mut finder = ReferenceFinder::default();
        let kept = if child == Child::Output { &mut self.case.stdout } else { &mut self.case.stderr };
        let mut gathering = Gathering {
            attachments: &mut self.case.attachments,
            known: &mut self.references,
            held: &mut self.held,
            left_out: &mut self.children.left_out,
        };
        let mut clip = wanted.then(|| ClippedText::of_output(kept));
        let mut telling = tells.then(|| ClippedText::of_output(&mut self.told));
        let mut ends = CdataEnds::default();
        xml.element_text(STRUCTURE, |piece| {
            if searched {
                finder.push(piece, &mut gathering);
            }
            if let Some(clip) = &mut clip {
                ends.note(piece);
                clip.push(piece);
            }
            if let Some(telling) = &mut telling {
                telling.push(piece);
            }
        })?;
        finder.end();
        ends.restore(self.suites.producer(), &mut kept.text);
        Ok(())
    }

    /// Whether the case failed and says nothing of it so far: CTest, Meson, Rust's libtest and Boost.UT leave that to what
    /// the test wrote.
    fn may_be_told_by_output(&self) -> bool {
        let failed = self.children.error || self.children.failure || self.attributes.says_failed();
        let details = &self.case.details;
        failed && details.len() <= MOST_MUTE && details.iter().all(is_mute)
    }

    /// Makes what the case wrote the text of its first failure, if no failure behind it said anything either.
    #[cold]
    pub(super) fn tell_by_output(&mut self) {
        let Output { text: mut told, omitted } = std::mem::take(&mut self.told);
        let details = &mut self.case.details;
        let is_wanted = self.case.outcome.is_failure() && details.iter().all(is_mute);
        if !is_wanted || trimmed(&told).is_empty() || !self.held.takes_detail(details.len()) {
            return;
        }
        self.suites.producer().restore_output(&mut told);
        let failure = details.iter().position(|detail| matches!(detail.kind, DetailKind::Failure | DetailKind::Error));
        let detail = match failure {
            Some(index) => &mut details[index],
            None => {
                let detail = details.add();
                detail.kind = DetailKind::Failure;
                detail
            }
        };
        if trimmed(&detail.message).is_empty() {
            // What there is of a failure stands above, in a line of its own.
            std::mem::swap(&mut detail.message, &mut detail.type_name);
        }
        detail.text = told;
        detail.omitted = omitted;
        self.held.add_detail(detail);
    }
}

fn is_mute(detail: &CaseDetail) -> bool {
    trimmed(&detail.message).is_empty() && trimmed(&detail.text).is_empty()
}
