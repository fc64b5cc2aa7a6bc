//! One element as it is told, and what of its attachments is taken.

use crate::format::gherkin::status::Status;
use crate::format::json::{Piece, Spelled};
use crate::format::{Attachments, ReadOptions, Remarks};
use crate::model::ProblemKind;

use super::element::Element;

/// One element, and all that is needed to take it in.
pub(super) struct Told<'t, 'w> {
    pub(super) element: &'t Element,
    pub(super) words: Spelled<'w>,
    pub(super) piece: &'t Piece<'w>,
    pub(super) options: &'t ReadOptions,
    pub(super) remarks: &'t mut Remarks,
    /// What its attachments are worth.
    pub(super) room: Room,
}

/// Whether there is room for attachments while scenarios wait for the end of their feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Ample,
    None,
}

/// What is taken of an element's attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    Taken,
    /// There is no room: only their sizes.
    Measured,
    /// Nobody will ask for them.
    PassedOver,
}

impl Told<'_, '_> {
    pub(super) fn remark(&mut self, kind: ProblemKind, topic: &'static str, detail: &str) {
        let piece = self.piece;
        self.remarks.add(kind, topic, || detail.to_owned(), || piece.at());
    }

    /// What is taken of the attachments of an element whose scenario is at `status` without it. Where those of failed
    /// scenarios are asked for, a scenario whose own steps passed will not be one.
    pub(super) fn evidence(&self, status: Status) -> Evidence {
        let worst = self.element.worst.max(status);
        let passed = worst == Status::Passed && !self.element.steps.is_empty();
        match self.options.attachments {
            Attachments::None => Evidence::PassedOver,
            Attachments::OfFailed if passed && !self.element.is_background(&self.words) => Evidence::PassedOver,
            _ if self.room == Room::None => Evidence::Measured,
            _ => Evidence::Taken,
        }
    }
}
