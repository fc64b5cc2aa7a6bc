//! What is told of the key or name by which a Test is known.

use super::LONG_DEFINITION;
use crate::mapping::marks::TextMarks;
use crate::mapping::{Mapper, unstable};
use crate::model::{Problem, ProblemKind, TestCase, key, shorten};

impl Mapper<'_> {
    #[cold]
    #[inline(never)]
    pub(super) fn warn_of_foreign_project(&mut self, tag: &str, problem: &mut dyn FnMut(Problem)) {
        let Some(own) = self.rules.project.as_deref() else { return };
        let project = key::project_of(tag);
        if project != own && self.warned.first(ProblemKind::BareKey, project) {
            let message = format!("the tag {tag} names a Test outside the project {own}");
            problem(Problem::new(ProblemKind::BareKey, message).about(project));
        }
    }

    /// One key cannot name all Tests of a feature (behave.md B15).
    #[cold]
    #[inline(never)]
    pub(super) fn warn_of_shared_key(&mut self, tag: &str, problem: &mut dyn FnMut(Problem)) {
        if self.warned.first(ProblemKind::SeveralKeys, tag) {
            let message = format!("the tag {tag} stands on a feature of several scenarios and names none of them");
            problem(Problem::new(ProblemKind::SeveralKeys, message).about(tag));
        }
    }

    /// What becomes of a tag that is shaped like a key and is none here; that depends on what names the Test.
    #[inline(never)]
    pub(super) fn warn_of_bare_label(&mut self, case: &TestCase, problem: &mut dyn FnMut(Problem)) {
        let is_written = self.findings.keys.is_empty() || self.updates_test(case);
        let topic = if is_written { "" } else { "unwritten" };
        if !self.warned.first(ProblemKind::BareKey, topic) {
            return;
        }
        let tag = &self.findings.bare_label;
        let message = match is_written {
            true => format!(
                "tags such as {tag} are shaped like keys; they are written as labels \
                 (--bare-keys test or --bare-keys requirement changes that where a format cannot tell)"
            ),
            false => format!(
                "tags such as {tag} are shaped like keys and count as labels, which are not written for a Test that is \
                 known by its key (--update-tests writes them)"
            ),
        };
        problem(Problem::new(ProblemKind::BareKey, message).about(topic));
    }

    #[cold]
    #[inline(never)]
    pub(super) fn warn_of_test_id(&mut self, problem: &mut dyn FnMut(Problem)) {
        let id = self.findings.test_id.as_str();
        if !id.is_empty() && self.warned.first(ProblemKind::TestId, "") {
            let message = format!(
                "test_id ({id}) is an id that Xray JSON cannot express; key or definition name the Test \
                 (--key-map can translate it)"
            );
            problem(Problem::new(ProblemKind::TestId, message).about(""));
        }
    }

    #[inline(never)]
    pub(super) fn note_long_name(&mut self, definition: &str, problem: &mut dyn FnMut(Problem)) {
        if self.warned.first(ProblemKind::Unusual, "long definition") {
            let shown = shorten::one_line(definition, 100);
            let message = format!("names such as {shown:?} are longer than {LONG_DEFINITION} bytes and kept whole");
            problem(Problem::new(ProblemKind::Unusual, message).about("long definition"));
        }
    }

    pub(super) fn warn_of_unstable_name(
        &mut self,
        definition: &str,
        marks: TextMarks,
        case: &TestCase,
        problem: &mut dyn FnMut(Problem),
    ) {
        let Some(volatile) = unstable::find(definition, marks, case) else { return };
        if self.warned.first(ProblemKind::UnstableIdentity, volatile.name()) {
            let message = format!(
                "names such as {:?} hold {} and may be other Tests next time; --definition-rewrite '{}' mends that",
                shorten::one_line(definition, 200),
                volatile.name(),
                volatile.rewrite(definition)
            );
            problem(Problem::new(ProblemKind::UnstableIdentity, message).about(volatile.name()));
        }
    }

    #[inline(never)]
    pub(super) fn warn_of_keys(&self, case: &TestCase, problem: &mut dyn FnMut(Problem)) {
        let keys = &self.findings.keys;
        if !keys.malformed.is_empty() {
            let kept = if keys.is_empty() { "the definition names the Test" } else { "it is left aside" };
            let message = format!("{}: {:?} is no key; {kept}", case.qualified_name, keys.malformed);
            problem(Problem::new(ProblemKind::MalformedKey, message));
        }
        if let [first, others @ ..] = &*keys.found
            && !others.is_empty()
        {
            let message =
                format!("{}: {first} is taken as the Test; also named: {}", case.qualified_name, others.join(", "));
            problem(Problem::new(ProblemKind::SeveralKeys, message));
        }
    }
}
