//! What names a Test: keys in properties and tags, or the definition (decisions 1 to 8).

use crate::model::{Identity, List, Problem, ProblemKind, TestCase, TestRun, key};

use super::labels;
use super::roles::{self, TagRole};
use super::{BareKeys, Findings, Mapper};

/// The keys of Tests that one case names, in order of precedence.
#[derive(Debug, Default)]
pub(super) struct TestKeys {
    found: List<String>,
    malformed: String,
}

/// What becomes of a value that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    Warn,
    Ignore,
}

/// Keys of one case that are kept; the first counts and the warning names the others.
const MOST_KEYS: usize = 20;

impl TestKeys {
    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.malformed.clear();
    }

    /// Takes the keys of a value, which may be a list (decision 4).
    pub(super) fn offer(&mut self, value: &str, malformed: Malformed) {
        for part in key_list(value) {
            if key::is_issue_key(part) {
                if self.found.len() < MOST_KEYS && !self.found.iter().any(|known| known == part) {
                    self.found.add().push_str(part);
                }
            } else if malformed == Malformed::Warn && self.malformed.is_empty() {
                self.malformed.push_str(value.trim());
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

/// The parts of a list of keys: at commas, semicolons and blanks.
pub(super) fn key_list(value: &str) -> impl Iterator<Item = &str> {
    value.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter(|part| !part.is_empty())
}

impl Mapper<'_> {
    /// Gives every tag of the case and of its container its meaning.
    pub(super) fn read_tags(&mut self, case: &TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        for tag in case.tags.iter() {
            self.read_prefixed(tag, &mut run.requirements);
        }
        let bare_keys = if roles::bare_keys_name_tests(&self.format) { None } else { Some(self.rules.bare_keys) };
        let mut tests = 0;
        for tag in case.tags.iter().filter(|tag| is_plain(tag)) {
            if !self.is_bare_key(tag) {
                labels::push(&mut run.labels, tag);
                continue;
            }
            match bare_keys {
                None if tests == 0 => {
                    tests += 1;
                    self.warn_of_foreign_project(tag, problem);
                    self.findings.bare.push_str(tag);
                }
                Some(BareKeys::Test) => self.findings.keys.offer(tag, Malformed::Ignore),
                Some(BareKeys::Requirement) => labels::push_key(&mut run.requirements, tag),
                None | Some(BareKeys::Label) => {
                    labels::push(&mut run.labels, tag);
                    self.warn_of_bare_key(tag, problem);
                }
            }
        }
        self.read_container_tags(case, run, problem);
    }

    /// Tags of a feature: its first bare key names the Test Execution (decision 6).
    fn read_container_tags(&mut self, case: &TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        let Findings { bare, keys, .. } = &mut self.findings;
        // A scenario's own keys come before those it inherits.
        keys.offer(bare, Malformed::Ignore);
        let has_own = !keys.is_empty();
        for tag in case.container_tags.iter() {
            match roles::of_tag(tag) {
                Some((TagRole::Test, rest)) if has_own && key::is_issue_key(rest) => continue,
                Some((TagRole::Test, rest)) if case.shares_container && means_a_key(rest) => {
                    self.warn_of_shared_key(tag, problem);
                    continue;
                }
                Some(_) => self.read_prefixed(tag, &mut run.requirements),
                None => {}
            }
            if !is_plain(tag) {
                continue;
            }
            if !self.is_bare_key(tag) {
                labels::push(&mut run.labels, tag);
            } else if run.execution_key.is_empty() {
                run.execution_key.push_str(tag);
            } else if run.execution_key != *tag {
                labels::push(&mut run.labels, tag);
                self.warn_of_bare_key(tag, problem);
            }
        }
    }

    fn read_prefixed(&mut self, tag: &str, requirements: &mut List<String>) {
        match roles::of_tag(tag) {
            Some((TagRole::Test, rest)) if means_a_key(rest) => self.findings.keys.offer(rest, Malformed::Warn),
            Some((TagRole::Requirement, rest)) => labels::push_key(requirements, rest),
            _ => {}
        }
    }

    fn is_bare_key(&self, tag: &str) -> bool {
        key::is_issue_key(tag) && {
            let project = key::project_of(tag);
            self.rules.project.as_deref() == Some(project) || !roles::is_standard(project)
        }
    }

    fn warn_of_foreign_project(&mut self, tag: &str, problem: &mut dyn FnMut(Problem)) {
        let Some(own) = self.rules.project.as_deref() else { return };
        let project = key::project_of(tag);
        if project != own && self.warned.first(ProblemKind::BareKey, project) {
            let message = format!("the tag {tag} names a Test outside the project {own}");
            problem(Problem::new(ProblemKind::BareKey, message));
        }
    }

    /// One key cannot name all Tests of a feature (behave.md B15).
    fn warn_of_shared_key(&mut self, tag: &str, problem: &mut dyn FnMut(Problem)) {
        if self.warned.first(ProblemKind::SeveralKeys, tag) {
            let message = format!("the tag {tag} stands on a feature of several scenarios and names none of them");
            problem(Problem::new(ProblemKind::SeveralKeys, message));
        }
    }

    fn warn_of_bare_key(&mut self, tag: &str, problem: &mut dyn FnMut(Problem)) {
        if self.warned.first(ProblemKind::BareKey, "") {
            let message = format!(
                "tags such as {tag} are shaped like keys; they are written as labels \
                 (--bare-keys test or --bare-keys requirement changes that where a format cannot tell)"
            );
            problem(Problem::new(ProblemKind::BareKey, message));
        }
    }

    /// Settles what the run belongs to. `Err` names why it can belong to nothing.
    pub(super) fn identify(
        &mut self,
        case: &mut TestCase,
        run: &mut TestRun,
        problem: &mut dyn FnMut(Problem),
    ) -> Result<(), Problem> {
        self.warn_of_keys(case, problem);
        clean_definition(&mut case.qualified_name, &mut self.scratch);
        let mut text = std::mem::take(&mut run.identity).into_text();
        text.clear();
        if let Some(found) = self.findings.keys.found.first() {
            text.push_str(found);
            run.identity = Identity::Key(text);
            return Ok(());
        }
        std::mem::swap(&mut text, &mut case.qualified_name);
        run.identity = Identity::Definition(text);
        let definition = run.identity.as_str();
        if definition.is_empty() {
            return Err(Problem::new(ProblemKind::NoIdentity, "a test case has neither a key nor a name"));
        }
        if self.rules.project.is_none() && case.stated.test.project.is_empty() {
            let message =
                format!("{definition} has no key, and no project is given in which its Test could be found or created");
            return Err(Problem::new(ProblemKind::NoProject, message));
        }
        self.warn_of_unstable_name(definition, problem);
        self.note_long_name(definition, problem);
        Ok(())
    }

    fn warn_of_keys(&self, case: &TestCase, problem: &mut dyn FnMut(Problem)) {
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

/// Whether a tag has no known prefix in front of something shaped like a key, and is not reserved by Robot Framework.
fn is_plain(tag: &str) -> bool {
    let prefixed = roles::of_tag(tag).is_some_and(|(_, rest)| means_a_key(rest));
    !prefixed && !tag.starts_with("robot:")
}

/// Whether what stands behind a prefix was meant as a key, well-formed or not: `test:smoke` is a label, `TEST_demo-1` a slip.
fn means_a_key(rest: &str) -> bool {
    key::is_issue_key(rest)
        || rest.rsplit_once('-').is_some_and(|(project, number)| {
            !project.is_empty()
                && project.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !number.trim().is_empty()
                && number.trim().bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Makes a definition of a name: a run of line ends and tabs becomes one blank (J62), other controls go, ends are trimmed.
///
/// The common name, which needs none of that, is left where it is.
fn clean_definition(name: &mut String, scratch: &mut String) {
    let trimmed = name.trim();
    if trimmed.len() == name.len() && !name.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return;
    }
    scratch.clear();
    let mut in_run = false;
    for character in trimmed.chars() {
        let breaks = matches!(character, '\r' | '\n' | '\t');
        if breaks && !in_run {
            scratch.push(' ');
        } else if !breaks && (character >= ' ' && character != '\u{7f}') {
            scratch.push(character);
        }
        in_run = breaks;
    }
    std::mem::swap(name, scratch);
}
