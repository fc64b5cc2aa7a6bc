//! What had to be mended while a report was read: counted, with the place of the first of each sort.

use std::cell::Cell;

use super::doubt::Mends;
use super::text::TextRepairs;
use crate::model::{Position, Problem, ProblemKind, ReportVisitor};

/// Repairs made since they were last collected. It is shared by all values of a report, hence the cells.
#[derive(Debug, Default)]
pub(super) struct RepairLog {
    text: Cell<TextRepairs>,
    less_than: Cell<u64>,
    is_touched: Cell<bool>,
}

impl RepairLog {
    /// Notes a repair inside a text or a value.
    #[cold]
    pub(super) fn text(&self, note: impl FnOnce(&mut TextRepairs)) {
        let mut repairs = self.text.get();
        note(&mut repairs);
        self.text.set(repairs);
        self.is_touched.set(true);
    }

    /// Notes a value with a `<` in it.
    #[cold]
    pub(super) fn raw_less_than(&self) {
        self.less_than.set(self.less_than.get() + 1);
        self.is_touched.set(true);
    }

    /// Whether there is nothing to collect.
    #[inline]
    pub(super) fn is_clean(&self) -> bool {
        !self.is_touched.get()
    }

    /// Takes the repairs inside texts, and the number of values with a `<`.
    pub(super) fn take(&self) -> (TextRepairs, u64) {
        self.is_touched.set(false);
        (self.text.take(), self.less_than.take())
    }
}

/// One sort of repair or damage.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    count: u64,
    first: Option<Position>,
}

impl Tally {
    #[cold]
    #[inline(never)]
    fn add(&mut self, count: u64, place: impl FnOnce() -> Position) {
        if count > 0 {
            self.count += count;
            self.first.get_or_insert_with(place);
        }
    }

    fn report(self, kind: ProblemKind, what: &str, visitor: &mut dyn ReportVisitor) {
        let Some(first) = self.first else { return };
        let message = match self.count {
            1 => what.to_owned(),
            count => format!("{what}, {count} times"),
        };
        visitor.problem(Problem::new(kind, message).at(first));
    }
}

/// All repairs and damages of one report.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    bad_utf8: Tally,
    controls: Tally,
    bad_references: Tally,
    stray_ampersands: Tally,
    attribute_less_than: Tally,
    text_less_than: Tally,
    outside_text: Tally,
    further_documents: Tally,
    strange_documents: Tally,
    stray_ends: Tally,
    missing_ends: Tally,
    pardoned_ends: Tally,
    raw_quotes: Tally,
    guessed_quotes: Tally,
    torn_values: Tally,
    unopened_values: Tally,
    odd_signs: Tally,
    unended_tags: Tally,
    lost_cases: Tally,
    torn_cdata: Tally,
    conflicts: Tally,
    /// Where the tag in doubt stands that was told last: a tag may be read twice.
    last_doubt: Option<u64>,
}

impl Tallies {
    /// Moves what the log holds into the tallies.
    #[cold]
    #[inline(never)]
    pub(super) fn collect(&mut self, log: &RepairLog, place: impl Fn() -> Position) {
        let (text, less_than) = log.take();
        self.bad_utf8.add(text.bad_utf8, &place);
        self.controls.add(text.controls, &place);
        self.bad_references.add(text.bad_references, &place);
        self.stray_ampersands.add(text.stray_ampersands, &place);
        self.attribute_less_than.add(less_than, &place);
    }

    pub(super) fn text_less_than(&mut self, place: impl FnOnce() -> Position) {
        self.text_less_than.add(1, place);
    }

    pub(super) fn lost_case(&mut self, place: impl FnOnce() -> Position) {
        self.lost_cases.add(1, place);
    }

    pub(super) fn torn_cdata(&mut self, place: impl FnOnce() -> Position) {
        self.torn_cdata.add(1, place);
    }

    pub(super) fn outside_text(&mut self, place: impl FnOnce() -> Position) {
        // How often depends on how the bytes arrived: that there is such text is all that is told.
        if self.outside_text.first.is_none() {
            self.outside_text.add(1, place);
        }
    }

    pub(super) fn has_outside_text(&self) -> bool {
        self.outside_text.first.is_some()
    }

    pub(super) fn further_document(&mut self, place: impl FnOnce() -> Position) {
        self.further_documents.add(1, place);
    }

    pub(super) fn strange_document(&mut self, place: impl FnOnce() -> Position) {
        self.strange_documents.add(1, place);
    }

    pub(super) fn conflict(&mut self, place: impl FnOnce() -> Position) {
        self.conflicts.add(1, place);
    }

    pub(super) fn stray_end(&mut self, place: impl FnOnce() -> Position) {
        self.stray_ends.add(1, place);
    }

    pub(super) fn missing_end(&mut self, place: impl FnOnce() -> Position) {
        self.missing_ends.add(1, place);
    }

    pub(super) fn pardoned_end(&mut self, place: impl FnOnce() -> Position) {
        self.pardoned_ends.add(1, place);
    }

    /// Notes what was mended in the values of the tag at this offset.
    pub(super) fn mended_tag(&mut self, mends: Mends, offset: u64, place: impl Fn() -> Position) {
        if mends != Mends::default() && self.last_doubt.is_none_or(|last| last < offset) {
            self.last_doubt = Some(offset);
            self.raw_quotes.add(mends.quotes, &place);
            self.guessed_quotes.add(mends.guesses, &place);
            self.torn_values.add(mends.torn + mends.torn_tags, &place);
            self.unopened_values.add(mends.unopened, &place);
            self.odd_signs.add(mends.signs, &place);
            self.unended_tags.add(mends.unended, &place);
        }
    }

    /// Tells the visitor, a line per sort.
    pub(super) fn report(&self, visitor: &mut dyn ReportVisitor) {
        use ProblemKind::{Malformed, Repaired};
        self.conflicts.report(
            Malformed,
            "a merge conflict that git left stands in the report (<<<<<<<): what its two sides hold was read, both",
            visitor,
        );
        self.bad_utf8.report(
            Repaired,
            "bytes that are not valid in the report's encoding were replaced by U+FFFD",
            visitor,
        );
        self.controls.report(Repaired, "control characters that XML forbids were removed, in names replaced", visitor);
        self.bad_references.report(Repaired, "a reference to a character that XML forbids was replaced", visitor);
        self.stray_ampersands.report(Repaired, "'&' without a defined entity was read as text", visitor);
        self.attribute_less_than.report(Repaired, "a raw '<' in an attribute was read as text", visitor);
        // Read as its writer meant it, as far as one can tell (N29).
        self.raw_quotes.report(Malformed, "a raw quote in an attribute was read as text", visitor);
        self.text_less_than.report(Repaired, "a raw '<' was read as text", visitor);
        self.outside_text.report(Repaired, "text outside the root element was passed over", visitor);
        self.further_documents.report(
            Repaired,
            "a further document follows in the same file and was read, too",
            visitor,
        );
        self.strange_documents.report(
            Malformed,
            "an element behind the report that begins no further one was passed over",
            visitor,
        );
        self.stray_ends.report(Malformed, "an end tag that closes nothing was passed over", visitor);
        self.missing_ends.report(Malformed, "an element without its end tag was closed", visitor);
        self.pardoned_ends.report(Repaired, "an element that its producer left open was closed", visitor);
        self.guessed_quotes.report(Malformed, "an attribute with raw quotes was ended where it seems to end", visitor);
        self.torn_values.report(
            Malformed,
            "an attribute without its closing quote was cut before the next one or at the end of its tag",
            visitor,
        );
        self.unopened_values.report(
            Malformed,
            "an attribute without its opening quote was read up to its closing one",
            visitor,
        );
        self.odd_signs.report(Malformed, "an attribute with no '=' or several was read as if it had one", visitor);
        self.unended_tags.report(Malformed, "a tag without its '>' was ended where the next one begins", visitor);
        self.lost_cases.report(Malformed, "the tag of a test case cannot be read, and was passed over", visitor);
        self.torn_cdata.report(
            Malformed,
            "a CDATA section seems to have lost the '>' of its end: test cases behind it, up to the end of the next one, were \
             read as its text",
            visitor,
        );
    }
}
