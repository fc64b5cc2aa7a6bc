//! From test cases to test runs: what names a Test, what a comment says, which attachments become evidence.
//!
//! One case at a time; nothing is remembered between two cases but which warnings a report has already had.

mod attachments;
pub mod clean;
mod comment;
mod environment;
mod evidence;
mod fields;
mod identity;
mod key_map;
mod labels;
mod marks;
mod met;
mod pattern;
mod prefixes;
mod properties;
mod result;
mod roles;
mod rows;
mod rules;
mod summary;
mod unstable;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::model::{
    DataRows, Dialect, Identity, Outcome, Problem, ProblemKind, Statements, TestCase, TestRun, key, shorten,
};

pub(crate) use comment::{LIMIT as COMMENT_LIMIT, add_line as add_comment_line};
pub use environment::EnvironmentFrom;
pub use evidence::{Evidence, EvidencePolicy};
use identity::TestKeys;
pub use key_map::{KEY_MAP_LIMIT, KeyMap, KeyMapError, KeyMapErrorKind, KeyMapRow};
use marks::TextMarks;
pub use met::Met;
pub use pattern::{KeyPattern, Rewrite};
pub use prefixes::{TagPrefix, TagPrefixes, TagRole};
use result::{name_beside_others, take_lists, take_result};
pub use rules::{BareKeys, FieldNames, KeyRules, Rules, UpdateTests};
use summary::{first_line_of, is_end_of_line, summary_line};

/// UTF-16 units of a summary at most (decision 9).
const SUMMARY_LIMIT: usize = 255;

/// Bytes of a usual name.
const USUAL_TEXT: usize = 256;

/// Bytes of room for texts that one mapper leaves to the next.
const LONGEST_ROOM: usize = 64 << 10;

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// The run is filled.
    Run,
    /// It cannot be written; a problem says why.
    LeftOut,
}

/// Turns test cases into test runs; one for each worker.
pub struct Mapper<'r> {
    rules: &'r Rules,
    dialect: Dialect,
    warned: Warned,
    findings: CaseFindings,
    scratch: String,
    /// Globs of the table that fit the case at hand.
    fitting: Vec<usize>,
    /// Rows of outlines in the report so far, those included that become no run.
    examples: u64,
}

/// What the named values and tags of one case say beyond what goes straight into its run.
#[derive(Default)]
struct CaseFindings {
    keys: TestKeys,
    /// The first bare key of a scenario: it comes behind the prefixed ones.
    bare: String,
    /// The first tag that is shaped like a key and counts as a label.
    bare_label: String,
    /// The numeric id of the Test.
    test_id: String,
    links: String,
}

impl CaseFindings {
    fn clear(&mut self) {
        self.keys.clear();
        self.bare.clear();
        self.bare_label.clear();
        self.test_id.clear();
        self.links.clear();
    }
}

/// Warnings that a report gets once.
#[derive(Default)]
struct Warned(HashSet<(ProblemKind, String)>);

/// Distinct warnings of this sort per report at most; later ones are as good as had already.
const MOST_WARNINGS: usize = 1000;

impl Warned {
    /// Whether this is the first time.
    fn first(&mut self, kind: ProblemKind, what: &str) -> bool {
        self.0.len() < MOST_WARNINGS && self.0.insert((kind, what.to_owned()))
    }
}

impl<'r> Mapper<'r> {
    /// A mapper that follows `rules`.
    pub fn new(rules: &'r Rules) -> Mapper<'r> {
        Mapper::with_room(rules, String::with_capacity(USUAL_TEXT))
    }

    /// The same, with another one's room for texts: see [`Mapper::take_room`].
    pub fn with_room(rules: &'r Rules, room: String) -> Mapper<'r> {
        Mapper {
            rules,
            dialect: Dialect::PLAIN,
            warned: Warned::default(),
            findings: CaseFindings::default(),
            scratch: room,
            fitting: Vec::new(),
            examples: 0,
        }
    }

    /// Takes its room for texts, of which the last case fills some, for the next mapper; not what one long text made of it.
    pub fn take_room(&mut self) -> String {
        let mut room = std::mem::take(&mut self.scratch);
        room.clear();
        room.shrink_to(LONGEST_ROOM);
        room
    }

    /// Begins a report of this dialect: some names mean something in one format only, and every report has its own
    /// warnings.
    pub fn begin(&mut self, dialect: &Dialect) {
        self.dialect = *dialect;
        self.warned.0.clear();
        self.examples = 0;
    }

    /// Begins in the midst of a report, behind `examples` rows of outlines.
    pub fn go_on_behind(&mut self, examples: u64) {
        self.examples = examples;
    }

    /// Whether a problem is to be told that another mapper had about a later part of the same report: of warnings that a
    /// report gets once, the first in order is, whoever gave it.
    pub fn is_first(&mut self, problem: &Problem) -> bool {
        problem.topic.as_ref().is_none_or(|topic| self.warned.first(problem.kind, topic))
    }

    /// Fills `run` from `case`, out of which it takes what it can take without copying.
    pub fn map(&mut self, case: &mut TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) -> Mapped {
        use crate::model::Reuse;
        run.reset();
        self.examples += u64::from(case.is_example);
        if case.container_failure {
            problem(container_failure(case));
            return Mapped::LeftOut;
        }
        if self.rules.rows == DataRows::Kept || case.outcome != Outcome::Passed {
            // Before anything is replaced in the name: rows may differ in what rewrites take out of it.
            run.row_name.push_str(&summary_line(&case.title));
        }
        self.findings.clear();
        // Most cases say nothing but their names and how it ended: what the others say is looked for apart.
        let is_bare = case.is_bare();
        if !is_bare {
            self.read_statements(case, run, problem);
        }
        self.find_environment(case, run);
        let marks = match self.identify(case, run, problem) {
            Ok(marks) => marks,
            Err(reason) => {
                problem(reason);
                return Mapped::LeftOut;
            }
        };
        if self.rules.rows != DataRows::Kept && !run.row_name.is_empty() {
            name_beside_others(case, run);
        }
        self.describe_test(case, run, marks);
        take_result(case, run);
        run.evidence_is_stated = self.is_for_the_target();
        if is_bare && self.rules.rows == DataRows::Merged {
            run.comment_is_markup = self.is_for_the_target();
            return Mapped::Run;
        }
        self.take_particulars(case, run, problem);
        Mapped::Run
    }

    fn is_for_the_target(&self) -> bool {
        self.dialect.statements == Statements::ForTheTarget
    }

    /// What the named values and tags of a case say.
    #[inline(never)]
    fn read_statements(&mut self, case: &mut TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        refuse_malformed_project(case, problem);
        self.read_properties(case, run, problem);
        self.read_tags(case, run, problem);
    }

    /// Steps, parameters, fields, evidence and comment.
    #[inline(never)]
    fn take_particulars(&mut self, case: &mut TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        let states_fields = !case.custom_fields.is_empty();
        take_lists(case, run);
        if states_fields {
            self.refuse_unnumbered_fields(run, problem);
        }
        if self.rules.rows != DataRows::Merged && run.row == 0 {
            run.row = rows::data_row(case, run, self.examples);
        }
        self.take_evidence(case, run, problem);
        self.write_comment(case, run, problem);
    }

    /// A report that names environments itself is believed first.
    fn find_environment(&self, case: &TestCase, run: &mut TestRun) {
        if run.environment.is_empty() {
            self.rules.environment_from.of_case(case, &mut run.environment);
            if !run.environment.is_empty() {
                self.rules.met.note_environment();
            }
        }
    }

    /// Makes `run`, which has no key of its own, a result of the Test `key`: another row of its method names it
    /// (decision 5).
    pub fn adopt_key(&self, run: &mut TestRun, key: &str) {
        let definition = std::mem::replace(&mut run.identity, Identity::Key(key.to_owned())).into_text();
        match self.rules.update_tests {
            UpdateTests::Yes => run.definition = definition,
            UpdateTests::No => {
                run.summary.clear();
                run.description.clear();
            }
        }
    }

    /// Whether what the report says of a Test that is known by key is written.
    fn updates_test(&self, case: &TestCase) -> bool {
        self.rules.update_tests == UpdateTests::Yes || case.stated.test.given
    }

    /// Summary, description and definition of the Test, where it may have to be created or updated; `marks` are those of
    /// its name.
    fn describe_test(&mut self, case: &TestCase, run: &mut TestRun, marks: TextMarks) {
        if let Identity::Key(key) = &run.identity {
            if !self.updates_test(case) {
                run.summary.clear();
                run.description.clear();
                return;
            }
            let name = if case.qualified_name.is_empty() { key } else { &case.qualified_name };
            run.definition.push_str(name);
        }
        let definition = if run.definition.is_empty() { run.identity.as_str() } else { &run.definition };
        self.scratch.clear();
        if run.summary.is_empty() && is_end_of_line(&case.title, definition, marks) {
            self.scratch.push_str(&case.title);
        } else {
            self.scratch.push_str(&first_line_of([&run.summary, &case.title, definition]));
        }
        std::mem::swap(&mut run.summary, &mut self.scratch);
    }

    fn write_comment(&mut self, case: &TestCase, run: &mut TestRun, problem: &mut dyn FnMut(Problem)) {
        if !self.findings.links.is_empty() {
            // Details come first, links behind them.
            comment::write(case, run, &mut self.scratch);
            comment::begin_section(&mut run.comment);
            run.comment.push_str(self.findings.links.trim_end());
            shorten::head_and_tail(&mut run.comment, COMMENT_LIMIT);
            return;
        }
        let stated = run.comment.len();
        let written = comment::write(case, run, &mut self.scratch);
        // What Xray's own format or property states is meant for Jira as it is; what a failure says is not.
        run.comment_is_markup = self.is_for_the_target() || (stated > 0 && run.comment.len() == stated);
        if written.shortened && self.warned.first(ProblemKind::TextShortened, "comment") {
            let message = format!(
                "{}: its comment is longer than {COMMENT_LIMIT} characters and was shortened",
                run.identity.as_str()
            );
            problem(Problem::new(ProblemKind::TextShortened, message).about("comment"));
        }
    }
}

/// A project that Jira could not have is as good as none: that of the conversion serves instead.
fn refuse_malformed_project(case: &mut TestCase, problem: &mut dyn FnMut(Problem)) {
    let Some(stated) = case.stated.existing_mut() else { return };
    let project = &mut stated.test.project;
    if !project.is_empty() && !key::is_project_key(project) {
        let message = format!("{project:?} is no project key; the Test goes into the project of the conversion");
        problem(Problem::new(ProblemKind::MalformedKey, message));
        project.clear();
    }
}

/// The problem that stands for a failed container (decision 15).
#[cold]
fn container_failure(case: &TestCase) -> Problem {
    let name = [&case.qualified_name, &case.title, &case.container].into_iter().find(|name| !name.trim().is_empty());
    let name = name.map_or(Cow::Borrowed("a container"), |name| shorten::one_line(name, SUMMARY_LIMIT));
    let told = case.details.iter().flat_map(|detail| [&detail.message, &detail.text]);
    let first = told.flat_map(|text| text.lines()).map(str::trim).find(|line| !line.is_empty());
    let became = if matches!(case.outcome, Outcome::Skipped | Outcome::NotRun) { "did not run" } else { "failed" };
    let message = match first {
        Some(line) => {
            let mut clean = String::new();
            clean::text(line, &mut clean);
            format!("{name} {became} and is no test case: {}", shorten::one_line(&clean, SUMMARY_LIMIT))
        }
        None => format!("{name} {became} and is no test case"),
    };
    Problem::new(ProblemKind::ContainerFailure, message)
}

#[cfg(test)]
mod tests;
