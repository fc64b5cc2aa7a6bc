//! What is worth saying once per report, however often it occurs.

use crate::model::{Position, Problem, ProblemKind, ReportVisitor};

/// Remarks of one report: each with the place of its first occurrence and their number.
#[derive(Debug, Default)]
pub struct Remarks {
    remarks: Vec<Remark>,
}

#[derive(Debug)]
struct Remark {
    kind: ProblemKind,
    topic: &'static str,
    detail: String,
    first: Position,
    count: u64,
}

impl Remarks {
    /// Counts one occurrence. `topic` is the sentence that tells remarks of one kind apart; `detail` follows it, for
    /// the first occurrence only.
    pub fn add(
        &mut self,
        kind: ProblemKind,
        topic: &'static str,
        detail: impl FnOnce() -> String,
        place: impl FnOnce() -> Position,
    ) {
        if let Some(known) = self.remarks.iter_mut().find(|remark| remark.kind == kind && remark.topic == topic) {
            known.count += 1;
            return;
        }
        self.remarks.push(Remark { kind, topic, detail: detail(), first: place(), count: 1 });
    }

    /// Tells the visitor and forgets.
    pub fn finish(&mut self, visitor: &mut dyn ReportVisitor) {
        for remark in self.remarks.drain(..) {
            let mut message = remark.topic.to_owned();
            if !remark.detail.is_empty() {
                message.push_str(": ");
                message.push_str(&remark.detail);
            }
            if remark.count > 1 {
                message.push_str(&format!(" ({} times in this report)", remark.count));
            }
            visitor.problem(Problem::new(remark.kind, message).at(remark.first));
        }
    }
}
