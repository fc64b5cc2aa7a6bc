//! What the start tag of a case says.

use crate::format::xml::Tag;
use crate::model::{TestCase, trim};

/// What the start tag of a case says, beside its names, which go straight into the case.
#[derive(Default)]
pub(super) struct CaseAttributes {
    /// `class`, which counts only without `classname` (PHPUnit writes both).
    pub(super) class: String,
    pub(super) class_name: ClassName,
    pub(super) time: String,
    pub(super) duration: String,
    pub(super) timestamp: String,
    pub(super) started: String,
    pub(super) finished: String,
    pub(super) status: String,
    pub(super) result: String,
    /// `ignored` or `incomplete`: it did not run.
    pub(super) is_not_run: bool,
}

/// What there is of a `classname`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ClassName {
    #[default]
    Missing,
    Blank,
    Filled,
}

impl CaseAttributes {
    /// With room for the text that nearly every case has.
    pub(super) fn with_room() -> CaseAttributes {
        CaseAttributes { time: String::with_capacity(16), ..CaseAttributes::default() }
    }

    /// Whether a word of it says without doubt that the case failed.
    pub(super) fn says_failed(&self) -> bool {
        const WORDS: &[&str] = &["fail", "failed", "failure"];
        [&self.result, &self.status].iter().any(|word| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)))
    }

    fn reset(&mut self) {
        for text in [
            &mut self.class,
            &mut self.time,
            &mut self.duration,
            &mut self.timestamp,
            &mut self.started,
            &mut self.finished,
            &mut self.status,
            &mut self.result,
        ] {
            text.clear();
        }
        self.class_name = ClassName::Missing;
        self.is_not_run = false;
    }

    /// Reads the start tag. Of an attribute written twice the first counts (J10); the number of such is given back.
    pub(super) fn read(&mut self, tag: &Tag<'_>, case: &mut TestCase) -> usize {
        self.reset();
        let mut repeated = 0;
        let mut seen = 0u32;
        for (name, value) in tag.attributes() {
            let (bit, target) = match name {
                b"name" => (0, &mut case.title),
                b"classname" => (1, &mut case.container),
                b"class" => (2, &mut self.class),
                b"time" => (3, &mut self.time),
                b"duration" => (4, &mut self.duration),
                b"timestamp" => (5, &mut self.timestamp),
                b"started-at" => (6, &mut self.started),
                b"finished-at" => (7, &mut self.finished),
                b"status" => (8, &mut self.status),
                b"result" => (9, &mut self.result),
                // Eclipse.
                b"ignored" | b"incomplete" => {
                    self.is_not_run |= *value.resolved() == *b"true";
                    continue;
                }
                b"requirement" | b"requirements" => {
                    let property = case.properties.add();
                    property.name.push_str("requirements");
                    value.push_into(&mut property.value);
                    continue;
                }
                _ => continue,
            };
            if seen & (1 << bit) == 0 {
                value.push_into(target);
            } else {
                repeated += 1;
            }
            seen |= 1 << bit;
        }
        if seen & 1 == 0
            && let Some(id) = tag.attribute(b"id")
        {
            // Hurl before version 4 names its cases by it alone.
            id.push_into(&mut case.title);
        }
        trim(&mut case.title);
        trim(&mut case.container);
        self.class_name = match seen & 0b10 {
            0 => ClassName::Missing,
            _ if case.container.is_empty() => ClassName::Blank,
            _ => ClassName::Filled,
        };
        repeated
    }
}
