//! How much of one case is held while it is read. A report may state any amount, and a run takes little of it.

use super::xml::Text;
use super::{ReadOptions, Remarks};
use crate::model::{CaseDetail, Position, ProblemKind, Step, TestCase};

/// Failures, steps, properties, attachments of one case, each; more is no report of a test.
pub(super) const MOST_PARTS: usize = 10_000;

/// Bytes of the failures of one case, each of them clipped already. A comment takes a hundredth of that.
const MOST_OF_DETAILS: usize = 16 << 20;

/// Bytes of the steps of one case.
const MOST_OF_STEPS: usize = 16 << 20;

/// Bytes of the properties of one case, evidence among them as far as it stands in attributes.
const MOST_OF_PROPERTIES: usize = 32 << 20;

/// Bytes of one content, such as a picture in base64.
const LONGEST_CONTENT: usize = 64 << 20;

/// What is told of parts that were left out, because their case has so many.
pub(super) struct LeftOut {
    kind: ProblemKind,
    topic: &'static str,
}

impl LeftOut {
    /// Tells that it happened to `case`.
    pub(super) fn remark(&self, case: &TestCase, remarks: &mut Remarks, place: impl FnOnce() -> Position) {
        remarks.add(self.kind, self.topic, || case.qualified_name.clone(), place);
    }
}

/// What is told of contents that were left out.
pub(super) const CONTENTS_LEFT_OUT: LeftOut = LeftOut {
    kind: ProblemKind::EvidenceDropped,
    topic: "attachments beyond 10,000, or beyond 64 MiB as they are written, of one test case were left out",
};

/// What is told of failures that were left out.
pub(super) const DETAILS_LEFT_OUT: LeftOut = LeftOut {
    kind: ProblemKind::TextShortened,
    topic: "failures beyond 10,000 or 16 MiB of one test case were left out",
};

/// What is told of steps that were left out.
pub(super) const STEPS_LEFT_OUT: LeftOut =
    LeftOut { kind: ProblemKind::TextShortened, topic: "steps beyond 10,000 or 16 MiB of one test case were left out" };

/// What is told of properties, parameters and traits that were left out.
pub(super) const PROPERTIES_LEFT_OUT: LeftOut = LeftOut {
    kind: ProblemKind::LimitReached,
    topic: "properties beyond 10,000 or 32 MiB of one test case were left out",
};

/// Bytes that the case at hand holds so far.
#[derive(Debug, Clone)]
pub(super) struct Held {
    details: usize,
    steps: usize,
    properties: usize,
    contents: usize,
    most_content: usize,
}

impl Held {
    /// Of a case of which evidence is wanted as far as `options` say: whoever asks for more of one case gets it.
    pub(super) fn new(options: &ReadOptions) -> Held {
        let wanted = usize::try_from(options.case_attachment_bytes.saturating_mul(4) / 3).unwrap_or(usize::MAX);
        Held {
            details: 0,
            steps: 0,
            properties: 0,
            contents: 0,
            most_content: wanted.saturating_add(wanted / 16).max(LONGEST_CONTENT),
        }
    }

    /// Another case begins.
    pub(super) fn reset(&mut self) {
        (self.details, self.steps, self.properties, self.contents) = (0, 0, 0, 0);
    }

    /// Whether one more failure is taken beside `count` of them.
    pub(super) fn takes_detail(&self, count: usize) -> bool {
        count < MOST_PARTS && self.details < MOST_OF_DETAILS
    }

    /// Counts a failure that was taken.
    pub(super) fn add_detail(&mut self, detail: &CaseDetail) {
        self.details += detail.type_name.len() + detail.message.len() + detail.text.len();
    }

    /// Whether one more step is taken beside `count` of them.
    pub(super) fn takes_step(&self, count: usize) -> bool {
        count < MOST_PARTS && self.steps < MOST_OF_STEPS
    }

    /// Counts a step that was taken.
    pub(super) fn add_step(&mut self, step: &Step) {
        self.steps += step.action.len() + step.comment.len();
    }

    /// Whether one more property or parameter is taken beside `count` of them.
    pub(super) fn takes_property(&self, count: usize) -> bool {
        count < MOST_PARTS && self.properties < MOST_OF_PROPERTIES
    }

    /// Counts one that was taken.
    pub(super) fn add_property(&mut self, name: &str, value: &str) {
        self.properties += name.len() + value.len();
    }

    /// Whether one more content is taken beside `count` of them.
    pub(super) fn takes_content(&self, count: usize) -> bool {
        count < MOST_PARTS && self.contents < self.most_content
    }

    /// Counts bytes that came otherwise than in pieces.
    pub(super) fn add_content(&mut self, bytes: usize) {
        self.contents += bytes;
    }

    /// Begins a content, which is appended to `out` as a whole or not at all.
    pub(super) fn content<'o>(&self, out: &'o mut String) -> PiecewiseContent<'o> {
        let room = self.most_content.saturating_sub(self.contents).min(LONGEST_CONTENT);
        PiecewiseContent { room: room.saturating_add(out.len()), out, is_whole: true }
    }
}

/// A content that comes in pieces. Of one that is too long nothing is kept: what has holes is worse than nothing.
pub(super) struct PiecewiseContent<'o> {
    out: &'o mut String,
    room: usize,
    is_whole: bool,
}

impl PiecewiseContent<'_> {
    /// Appends a piece.
    pub(super) fn push(&mut self, piece: Text<'_>) {
        if !self.is_whole {
            return;
        }
        if self.out.len() + piece.raw().len() <= self.room {
            piece.push_into(self.out);
        } else {
            self.is_whole = false;
            // Its room would stay with the record.
            *self.out = String::new();
        }
    }

    /// Bytes there are.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether all of it is there.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::xml::{XmlCursor, XmlEvent};
    use crate::model::Body;

    fn held(room: usize) -> Held {
        Held { most_content: room, ..Held::new(&ReadOptions::default()) }
    }

    /// The text of an element in several pieces, as far as `held` takes it.
    fn read(held: &Held, text: &str) -> (String, bool) {
        let document = format!("<a>{}</a>", text.replace(' ', "<!-- -->"));
        let mut reader = document.as_bytes();
        let mut cursor = XmlCursor::new(Body::Stream(&mut reader));
        assert!(matches!(cursor.next().unwrap(), XmlEvent::Start(_)));
        let mut out = String::new();
        let mut whole = held.content(&mut out);
        cursor.element_text(&[], |piece| whole.push(piece)).unwrap();
        let is_whole = whole.is_whole();
        (out, is_whole)
    }

    #[test]
    fn a_content_is_there_as_a_whole_or_not_at_all() {
        let mut held = held(10);
        assert_eq!(read(&held, "abc def ghij"), ("abcdefghij".to_owned(), true));
        // The last piece alone would have room.
        assert_eq!(read(&held, "abcdefgh ijk l"), (String::new(), false));
        held.add_content(8);
        assert_eq!(read(&held, "ab"), ("ab".to_owned(), true));
        assert_eq!(read(&held, "abc"), (String::new(), false));
        held.add_content(2);
        assert!(!held.takes_content(0));
        held.reset();
        assert!(held.takes_content(MOST_PARTS - 1) && !held.takes_content(MOST_PARTS));
    }

    #[test]
    fn whoever_wants_more_evidence_gets_it() {
        let most =
            |bytes| Held::new(&ReadOptions { case_attachment_bytes: bytes, ..ReadOptions::default() }).most_content;
        assert_eq!(most(20 << 20), LONGEST_CONTENT);
        assert!(most(300 << 20) > 400 << 20);
        assert!(most(u64::MAX) > 1 << 40);
    }

    #[test]
    fn failures_are_bounded_in_number_and_in_bytes() {
        let mut held = held(10);
        let detail = CaseDetail { text: "x".repeat(MOST_OF_DETAILS - 1), ..CaseDetail::default() };
        held.add_detail(&detail);
        assert!(held.takes_detail(MOST_PARTS - 1) && !held.takes_detail(MOST_PARTS));
        held.add_detail(&CaseDetail { message: "x".to_owned(), ..CaseDetail::default() });
        assert!(!held.takes_detail(0));
    }
}
