//! Attachments that name their step and no attempt, as cypress-cucumber-preprocessor wrote them in 2022, before all else of their
//! scenarios: they wait until an attempt has run that step.

use crate::format::Remarks;
use crate::model::{Attachment, HashedMap, Position, ProblemKind};

use super::ids::Id;
use super::plan::Plan;

/// What waits, by the steps that it names.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    steps: HashedMap<Vec<Waits>>,
    /// Bytes of their contents.
    pub(super) held: usize,
}

#[derive(Debug)]
pub(super) struct Waits {
    pub(super) attachment: Attachment,
    pub(super) at: Position,
}

impl Waits {
    /// What it takes of the plan's memory: all but its content.
    fn bytes(&self) -> usize {
        size_of::<Waits>()
            + size_of::<(Id, Vec<Waits>)>()
            + self.attachment.name.len()
            + self.attachment.media_type.len()
    }
}

impl Waiting {
    /// One more waits, if the plan has room for it.
    pub(super) fn add(&mut self, step: Id, attachment: Attachment, at: Position, plan: &mut Plan) {
        let waits = Waits { attachment, at };
        if plan.take_room(waits.bytes()) {
            self.held += waits.attachment.data.len();
            self.steps.entry(step).or_default().push(waits);
        }
    }

    /// What waited for a step, in its own order.
    pub(super) fn take(&mut self, step: Id, plan: &mut Plan) -> Vec<Waits> {
        if self.steps.is_empty() {
            return Vec::new();
        }
        let waited = self.steps.remove(&step).unwrap_or_default();
        self.held -= waited.iter().map(|waits| waits.attachment.data.len()).sum::<usize>();
        plan.free(waited.iter().map(Waits::bytes).sum());
        waited
    }

    /// Tells of what waited for a step that no attempt has run.
    pub(super) fn tell(&mut self, remarks: &mut Remarks) {
        let mut left: Vec<Waits> = self.steps.drain().flat_map(|(_, waited)| waited).collect();
        left.sort_by_key(|waits| waits.at.offset);
        for waits in left {
            tell_of_no_scenario(&waits.attachment.name, waits.at, remarks);
        }
    }
}

/// Tells of an attachment that belongs to no attempt.
pub(super) fn tell_of_no_scenario(name: &str, at: Position, remarks: &mut Remarks) {
    let topic = "attachments of no scenario, as those of hooks of the whole run, are left out";
    remarks.add(ProblemKind::Unusual, topic, || name.to_owned(), || at);
}
