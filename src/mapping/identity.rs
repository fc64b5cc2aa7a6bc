//! What names a Test: keys in properties and tags, or the definition (decisions 1 to 8).

mod warnings;

use crate::model::{BareKeysSay, Identity, List, Problem, ProblemKind, TestCase, TestRun, key, shorten, trimmed};

use super::clean;
use super::key_map::Sought;
use super::marks::TextMarks;
use super::prefixes::{TagPrefixes, TagRole};
use super::{BareKeys, CaseFindings, KeyPattern, Mapper, Rules, labels, roles};

/// Bytes from which on a definition is worth a note: other tools cut or skip such names (junit.md J68).
const LONG_DEFINITION: usize = 1000;

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

impl CaseFindings {
    fn note_bare_label(&mut self, tag: &str) {
        if self.bare_label.is_empty() {
            self.bare_label.push_str(tag);
        }
    }

    /// Whether the case names its Test other than by its definition, well or badly.
    fn name_a_test(&self) -> bool {
        !(self.keys.is_empty() && self.keys.malformed.is_empty() && self.test_id.is_empty())
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
            self.read_prefixed(tag, run);
        }
        let bare_keys = match self.dialect.bare_keys {
            BareKeysSay::WhichTest => None,
            BareKeysSay::WhatTheUserSays => Some(self.rules.bare_keys),
        };
        let prefixes = &self.rules.keys.prefixes;
        let mut tests = 0;
        for tag in case.tags.iter().filter(|tag| is_plain(tag, prefixes)) {
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
                Some(BareKeys::Requirement) => {
                    labels::push_key(&mut run.requirements, tag);
                }
                None | Some(BareKeys::Label) => {
                    labels::push(&mut run.labels, tag);
                    if !self.is_found_by_pattern(tag) {
                        self.findings.note_bare_label(tag);
                    }
                }
            }
        }
        self.read_container_tags(case, run, problem);
    }

    /// Tags of a feature: its first bare key names the Test Execution (decision 6).
    fn read_container_tags(&mut self, case: &TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        let prefixes = &self.rules.keys.prefixes;
        let CaseFindings { bare, keys, .. } = &mut self.findings;
        // A scenario's own keys come before those it inherits.
        keys.offer(bare, Malformed::Ignore);
        let has_own = !keys.is_empty();
        for tag in case.container_tags.iter() {
            match prefixes.of(tag) {
                Some((TagRole::Test, rest)) if has_own && key_list(rest).all(key::is_issue_key) => continue,
                Some((TagRole::Test, rest)) if case.shares_container && means_a_key(rest) => {
                    self.warn_of_shared_key(tag, problem);
                    continue;
                }
                Some(_) => self.read_prefixed(tag, run),
                None => {}
            }
            if !is_plain(tag, prefixes) {
                continue;
            }
            if !self.is_bare_key(tag) {
                labels::push(&mut run.labels, tag);
            } else if run.execution_key.is_empty() {
                run.execution_key.push_str(tag);
            } else if run.execution_key != *tag {
                labels::push(&mut run.labels, tag);
                self.findings.note_bare_label(tag);
            }
        }
    }

    fn read_prefixed(&mut self, tag: &str, run: &mut TestRun) {
        match self.rules.keys.prefixes.of(tag) {
            Some((TagRole::Test, rest)) if means_a_key(rest) => self.findings.keys.offer(rest, Malformed::Warn),
            Some((TagRole::Requirement, rest)) => {
                labels::push_key(&mut run.requirements, rest);
            }
            Some((TagRole::Execution, rest)) if run.execution_key.is_empty() => {
                run.execution_key.extend(key_list(rest).find(|part| key::is_issue_key(part)));
            }
            _ => {}
        }
    }

    fn is_bare_key(&self, tag: &str) -> bool {
        key::is_issue_key(tag) && !names_a_standard(self.rules, tag)
    }

    /// Settles what the run belongs to, and gives the marks of the name. `Err` names why it can belong to nothing.
    pub(super) fn identify(
        &mut self,
        case: &mut TestCase,
        run: &mut TestRun,
        problem: &mut dyn FnMut(Problem),
    ) -> Result<TextMarks, Problem> {
        let mut marks = clean_definition(&mut case.qualified_name, &mut self.scratch);
        if !self.rules.keys.rewrites.is_empty() {
            self.rewrite_names(case, problem);
            marks = TextMarks::of(&case.qualified_name);
        }
        let is_id_known = self.search_key(case, run, problem);
        if !self.findings.bare_label.is_empty() {
            self.warn_of_bare_label(case, problem);
        }
        if self.findings.name_a_test() {
            self.warn_of_keys(case, problem);
            if !is_id_known {
                self.warn_of_test_id(problem);
            }
        }
        let mut text = std::mem::take(&mut run.identity).into_text();
        text.clear();
        if let Some(found) = self.findings.keys.found.first() {
            text.push_str(found);
            run.identity = Identity::Key(text);
            return Ok(marks);
        }
        std::mem::swap(&mut text, &mut case.qualified_name);
        run.identity = Identity::Definition(text);
        let definition = run.identity.as_str();
        if definition.is_empty() {
            return Err(Problem::new(ProblemKind::NoIdentity, "a test case has neither a key nor a name"));
        }
        self.warn_of_unstable_name(definition, marks, case, problem);
        if definition.len() > LONG_DEFINITION {
            self.note_long_name(definition, problem);
        }
        if self.rules.project.is_none() && case.stated.test.project.is_empty() {
            return Err(without_project(definition));
        }
        Ok(marks)
    }

    /// What changes from night to night is replaced in the name that identifies the Test and in the one for people.
    #[inline(never)]
    fn rewrite_names(&mut self, case: &mut TestCase, problem: &mut dyn FnMut(Problem)) {
        for name in [&mut case.qualified_name, &mut case.title] {
            let mut replaced: Option<String> = None;
            for rewrite in &self.rules.keys.rewrites {
                if let std::borrow::Cow::Owned(text) = rewrite.apply(replaced.as_deref().unwrap_or(name)) {
                    replaced = Some(text);
                }
            }
            match replaced {
                Some(text) if !text.trim().is_empty() => *name = text.trim().to_owned(),
                Some(_) if self.warned.first(ProblemKind::UnstableIdentity, "nothing left") => {
                    let shown = shorten::one_line(name, 200);
                    let message = format!("--definition-rewrite leaves nothing of {shown:?}; it stays as it was");
                    problem(Problem::new(ProblemKind::UnstableIdentity, message).about("nothing left"));
                }
                _ => {}
            }
        }
    }

    /// Looks for the key in the user's table, then by the user's pattern, where the report itself names none. Whether
    /// the table knows the numeric id.
    fn search_key(&mut self, case: &TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) -> bool {
        let rules = &self.rules.keys;
        if !self.findings.keys.is_empty() || (rules.map.is_none() && rules.pattern.is_none()) {
            return false;
        }
        let is_id_known = self.search_table(case, problem);
        if self.findings.keys.is_empty() {
            self.search_by_pattern(case, run);
        }
        is_id_known
    }

    #[inline(never)]
    fn search_table(&mut self, case: &TestCase, problem: &mut dyn FnMut(Problem)) -> bool {
        let Some(map) = &self.rules.keys.map else { return false };
        let test_id = self.findings.test_id.as_str();
        let sought = Sought { definition: &case.qualified_name, name: case.title.trim(), test_id };
        let Some(hit) = map.find(sought, &mut self.fitting) else { return false };
        self.findings.keys.offer(&hit.row.key, Malformed::Ignore);
        if let Some(rival) = hit.rival
            && let lines = format!("{} {}", hit.row.line, rival.line)
            && self.warned.first(ProblemKind::AmbiguousKey, &lines)
        {
            let message = format!(
                "{}: line {} of the key map says {} and line {} says {}; the former counts",
                shorten::one_line(sought.definition, 200),
                hit.row.line,
                hit.row.key,
                rival.line,
                rival.key
            );
            problem(Problem::new(ProblemKind::AmbiguousKey, message).about(&lines));
        }
        hit.row.text == test_id
    }

    /// Name, class and tags in this order; the first of them with a well-formed key decides.
    #[inline(never)]
    fn search_by_pattern(&mut self, case: &TestCase, run: &mut TestRun) {
        let rules = self.rules;
        let keys = &mut self.findings.keys;
        let name = if case.title.is_empty() { &case.qualified_name } else { &case.title };
        for text in [name, &case.container] {
            found_by_pattern(rules, text).for_each(|found| keys.offer(found, Malformed::Warn));
            if !keys.is_empty() {
                return;
            }
        }
        for tag in case.tags.iter() {
            found_by_pattern(rules, tag).for_each(|found| keys.offer(found, Malformed::Warn));
            if !keys.is_empty() {
                // A tag that names the Test is no label (decision 18).
                labels::remove(&mut run.labels, tag);
                return;
            }
        }
    }

    /// Whether a label has a known prefix in front of a key, or the user's pattern finds a key in it.
    pub(super) fn may_name_something(&self, label: &str) -> bool {
        has_prefix(label, &self.rules.keys.prefixes) || self.is_found_by_pattern(label)
    }

    fn is_found_by_pattern(&self, tag: &str) -> bool {
        found_by_pattern(self.rules, tag).any(key::is_issue_key)
    }
}

/// What the user's pattern finds in `text`. Names of standards are no keys here either (decision 6): everybody's first pattern is
/// `[A-Z]+-[0-9]+`. One that spells the name out means it.
fn found_by_pattern<'t>(rules: &'t Rules, text: &'t str) -> impl Iterator<Item = &'t str> {
    let finds = move |pattern: &'t KeyPattern| {
        let is_meant = |found: &&str| !names_a_standard(rules, found) || pattern.spells(key::project_of(found));
        pattern.finds(text).filter(is_meant).inspect(|_| rules.met.note_key_pattern())
    };
    rules.keys.pattern.iter().flat_map(finds)
}

/// Whether the project of a key is a standard's name, and not the user's own project.
fn names_a_standard(rules: &Rules, key: &str) -> bool {
    let project = key::project_of(key);
    roles::is_standard(project) && rules.project.as_deref() != Some(project)
}

/// Why a result without a key can belong to nothing where there is no project, either.
#[cold]
fn without_project(definition: &str) -> Problem {
    let message =
        format!("{definition} has no key, and no project is given in which its Test could be found or created");
    Problem::new(ProblemKind::NoProject, message)
}

/// Whether a tag has no known prefix in front of something shaped like a key, and is not reserved by Robot Framework.
fn is_plain(tag: &str, prefixes: &TagPrefixes) -> bool {
    !has_prefix(tag, prefixes) && !tag.starts_with("robot:")
}

/// Whether a known prefix stands in front of something shaped like a key.
fn has_prefix(tag: &str, prefixes: &TagPrefixes) -> bool {
    prefixes.of(tag).is_some_and(|(_, rest)| means_a_key(rest))
}

/// Whether what stands behind a prefix was meant as a key or as a list of them (decision 4), well-formed or not: `test:smoke`
/// is a label, `TEST_demo-1` a slip. One part that is none makes a label of the whole: `test:slow as in DEMO-1`.
fn means_a_key(rest: &str) -> bool {
    key::is_issue_key(rest)
        || is_shaped_like_a_key(rest)
        || (key_list(rest).next().is_some() && key_list(rest).all(is_shaped_like_a_key))
}

fn is_shaped_like_a_key(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(project, number)| {
        !project.is_empty()
            && project.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !number.trim().is_empty()
            && number.trim().bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Makes a definition of a name: see [`clean::name`].
///
/// The common name, which needs none of that, is left where it is.
fn clean_definition(name: &mut String, scratch: &mut String) -> TextMarks {
    let marks = TextMarks::of(name);
    if !marks.controls && trimmed(name).len() == name.len() {
        return marks;
    }
    scratch.clear();
    clean::name(name, scratch);
    std::mem::swap(name, scratch);
    TextMarks::of(name)
}
