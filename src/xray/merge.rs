//! Several results of one Test in one Test Execution become one (decisions 11, 13, 20; junit.md C3).

use std::borrow::Cow;
use std::collections::HashSet;

use crate::model::{Contrary, Outcome, shorten};

use super::deciding::{MergedStatus, candidates, deciding, worst};
use super::decode::{DecodeError, decode};
use super::encode::EncodeOptions;
use super::flavour::Target;
use super::markup::{self, Unframed};
use super::note::{self, Note};
use super::sections::{Sections, part_from_before};
use super::wire::{self, IterationResult, Run, StepResult, TestInfo, Text, Texts};
use super::{outline, rows};

/// Which result counts when one Test has several in one Test Execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Merge {
    /// Any failed: failed; else any aborted: aborted; all passed: passed; else TODO. Xray's own import rule.
    #[default]
    Worst,
    /// As `Worst`, of those results of each data row that ran: one that was skipped counts only where none ran.
    Ran,
    /// The last one of each data row by its start, then by order of reports and within them; one whose start is not known comes before
    /// those that have one. Its times are those of the run.
    Last,
    /// A data row passed when any of its results passed; all rows together as `Worst`.
    AnyPass,
    /// As `Worst`, with each result as a data row where the target takes data rows.
    Iterations,
}

/// One encoded result.
#[derive(Debug, Clone, Copy)]
pub struct EncodedResult<'a> {
    /// What `encode` wrote.
    pub bytes: &'a [u8],
    /// What became of it.
    pub outcome: Outcome,
    /// Number of the report it comes from: attempt groups are numbered within a report.
    pub report: u32,
    /// See [`TestCase::attempt_group`](crate::model::TestCase::attempt_group).
    pub attempt_group: u64,
    /// See [`TestCase::superseded`](crate::model::TestCase::superseded).
    pub superseded: bool,
    /// What [`note`](super::note) wrote; may be empty.
    pub note: &'a [u8],
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Outcome of the merged run.
    pub outcome: Outcome,
    /// Pieces of evidence that all results together had.
    pub evidence_before: u32,
    /// Those that the merged run has: each content once.
    pub evidence: u32,
    /// Those that the limit of one test left out.
    pub dropped_evidence: u32,
    /// What must be known of the merged run beyond its bytes: nothing unless it has evidence in files.
    pub note: Vec<u8>,
    /// Reports that tell opposite things, where the worst of them counts, or none.
    pub dispute: Option<Dispute>,
}

/// Two reports that tell opposite things of one Test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispute {
    /// The first one in which it passed, and nothing of it failed.
    pub passed: u32,
    /// The first one that tells otherwise.
    pub other: u32,
    /// What that one tells.
    pub contrary: Contrary,
}

/// Appends to `out` the one run that stands for `parts`, which come in the order of (report, sequence) and are at least one.
///
/// # Errors
/// When the bytes of a part are no encoded run; nothing is appended then.
pub fn merge(
    parts: &[EncodedResult<'_>],
    policy: Merge,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<Merged, DecodeError> {
    let runs = parts.iter().map(|part| decode(part.bytes)).collect::<Result<Vec<_>, _>>()?;
    let notes = parts.iter().map(|part| note::read(part.note)).collect::<Result<Vec<_>, _>>()?;
    let results = Results::new(parts, runs, notes, policy);
    let mut run = results.assemble(options.target);
    let united = results.unite_evidence(&mut run, options.max_evidence);
    let apart = results.unite_files(options.max_evidence);
    run.write(options.target, out);
    let before = results.runs.iter().map(wire::pieces_of_evidence).sum::<usize>();
    let before = before + results.notes.iter().map(|note| note.evidence.len()).sum::<usize>();
    Ok(Merged {
        outcome: results.verdict.outcome,
        evidence_before: before as u32,
        evidence: (wire::pieces_of_evidence(&run) + apart.kept.len()) as u32,
        dropped_evidence: united.dropped + apart.dropped,
        note: note::of_evidence(results.first_with_files(), &apart.kept, &united.kept),
        dispute: results.dispute(),
    })
}

/// What stands before the number of a row of an outline.
const ROW: &str = "row ";

/// All results of one Test, and what was decided about them.
pub(super) struct Results<'p, 'r> {
    pub(super) parts: &'p [EncodedResult<'p>],
    pub(super) runs: Vec<Run<'r>>,
    pub(super) notes: Vec<Note<'r>>,
    /// Indexes of the results that count; all others are attempts.
    pub(super) deciding: Vec<usize>,
    pub(super) verdict: MergedStatus<'r>,
    pub(super) policy: Merge,
    shape: Shape,
}

impl<'r> Results<'_, 'r> {
    /// The note of a result that has evidence in files, if any has.
    fn first_with_files(&self) -> &Note<'r> {
        self.notes.iter().find(|note| !note.evidence.is_empty()).unwrap_or(&self.notes[0])
    }
}

/// What the merged run has beside its status.
enum Shape {
    /// The steps of the result that decides.
    Steps,
    /// The rows of one outline, each with its results.
    Outline(Vec<Vec<usize>>),
    /// Data rows; each deciding result has its label.
    Rows(Vec<String>),
    /// Data rows that the Test cannot take: their labels stand in the comment.
    Labels(Vec<String>),
}

impl<'p, 'r> Results<'p, 'r> {
    fn new(parts: &'p [EncodedResult<'p>], runs: Vec<Run<'r>>, notes: Vec<Note<'r>>, policy: Merge) -> Results<'p, 'r> {
        let mut deciding = deciding(parts);
        let mut shape = shape(&runs, &notes, &deciding, policy);
        let candidates = candidates(parts, &runs, &notes, &deciding, policy);
        if policy == Merge::Last {
            // What came before does not count, as if it had been superseded.
            deciding = candidates.iter().map(|candidate| candidate.model).collect();
            deciding.sort_unstable();
        }
        if let Shape::Outline(rows) = &mut shape {
            *rows = outline::rows_of(&deciding, &notes, policy);
        }
        let verdict = worst(candidates);
        Results { parts, runs, notes, deciding, verdict, policy, shape }
    }
}

fn shape(runs: &[Run<'_>], notes: &[Note<'_>], deciding: &[usize], policy: Merge) -> Shape {
    let rows_of_outlines = deciding.iter().filter(|index| !runs[**index].examples.is_empty()).count();
    if rows_of_outlines > 0 {
        // Rows of different files never mix (decision 22); what they come to together is the status.
        let is_one = deciding.iter().all(|index| notes[*index].outline == notes[deciding[0]].outline);
        return if is_one && rows_of_outlines == deciding.len() { Shape::Outline(Vec::new()) } else { Shape::Steps };
    }
    if policy != Merge::Iterations || deciding.len() < 2 {
        return Shape::Steps;
    }
    let labels = deciding.iter().map(|index| rows::noted(&runs[*index], &notes[*index]).label()).collect();
    let labels = rows::distinct(labels);
    if rows::are_taken(&runs[0]) { Shape::Rows(labels) } else { Shape::Labels(labels) }
}

/// What a run consists of.
#[derive(Default)]
struct RunParts<'r> {
    steps: Vec<StepResult<'r>>,
    examples: Vec<Text<'r>>,
    iterations: Vec<IterationResult<'r>>,
}

impl<'r> Results<'_, 'r> {
    /// The merged run, with no evidence but that of its steps.
    fn assemble(&self, target: Target) -> Run<'r> {
        let runs = &self.runs;
        let decided = || self.deciding.iter().map(|index| &runs[*index]);
        let start = decided().filter_map(|run| run.start).min();
        let finish = decided().filter_map(|run| run.finish).max();
        let RunParts { steps, examples, iterations } = self.parts();
        let mut run = Run {
            test_key: runs[0].test_key.clone(),
            test_info: unite_info(runs),
            start,
            finish: match (start, finish) {
                (Some(start), Some(finish)) => Some(finish.max(start)),
                (_, finish) => finish,
            },
            comment: None,
            status: self.verdict.status.clone(),
            executed_by: self.first_stated(|run| run.executed_by.clone()),
            assignee: self.first_stated(|run| run.assignee.clone()),
            steps,
            examples,
            iterations,
            defects: self.defects(),
            evidences: Vec::new(),
            custom_fields: self.custom_fields(),
            test_version: self.first_stated(|run| run.test_version.clone()),
        };
        let comment = self.comment(&self.said_otherwise(&run), target);
        run.comment = (!comment.is_empty()).then_some(Text(Cow::Owned(comment)));
        run
    }

    /// What the merged run consists of.
    fn parts(&self) -> RunParts<'r> {
        match &self.shape {
            Shape::Outline(rows) => RunParts { examples: self.examples(rows), ..RunParts::default() },
            Shape::Rows(labels) => RunParts { iterations: self.rows(labels), ..RunParts::default() },
            Shape::Steps | Shape::Labels(_) => {
                let giver = self.giver();
                let Run { steps, examples, iterations, .. } = &self.runs[giver];
                let examples = if self.notes[giver].stated { examples.clone() } else { Vec::new() };
                RunParts { steps: steps.clone(), examples, iterations: iterations.clone() }
            }
        }
    }

    /// Those of all results, and of steps and rows that the merged run does not have.
    fn defects(&self) -> Texts<'r> {
        let mut defects = Texts::default();
        defects.unite(self.runs.iter().flat_map(|run| run.defects.clone().into_own()));
        if !self.keeps_all_parts() {
            defects.unite(self.defects_passed_over());
        }
        defects
    }

    /// Whether the merged run has the rows of all results.
    pub(super) fn keeps_all_parts(&self) -> bool {
        matches!(self.shape, Shape::Outline(_) | Shape::Rows(_))
    }

    fn rows(&self, labels: &[String]) -> Vec<IterationResult<'r>> {
        let results = self.deciding.iter().zip(labels);
        results.flat_map(|(index, label)| rows::of_result(&self.runs[*index], &self.notes[*index], label)).collect()
    }

    /// One section for each result that says something, none twice, and what some state `otherwise`; attempts that do not
    /// count are named beneath.
    fn comment(&self, otherwise: &[String], target: Target) -> String {
        let unframed: Vec<_> = self
            .runs
            .iter()
            .map(|run| run.comment.as_ref().map(|text| markup::unframed(text.as_str(), target)))
            .collect();
        let mut comment = String::new();
        let first = self.deciding.first().map(|index| self.parts[*index].outcome);
        let differ = self.deciding.iter().any(|index| Some(self.parts[*index].outcome) != first);
        let is_outline = matches!(self.shape, Shape::Outline(_));
        if differ && !is_outline {
            comment = tally(self.parts, &self.deciding);
        }
        let named = self.named();
        let mut sections = Sections::default();
        for (index, name) in &named {
            let outcome = self.parts[*index].outcome;
            match &unframed[*index] {
                // Behave names its rows itself.
                Some(said) if is_outline && said.text.starts_with(ROW) => sections.add("", Cow::Borrowed(&said.text)),
                Some(said) => sections.add(name, Cow::Borrowed(&said.text)),
                // That one failed is told; which one, its `examples` tell.
                None if differ && !is_outline && !name.is_empty() && outcome != Outcome::Passed => {
                    sections.add(name, outcome.name().into());
                }
                None => {}
            }
        }
        otherwise.iter().for_each(|text| sections.add("", Cow::Borrowed(text)));
        sections.write(&mut comment);
        self.name_attempts(&unframed, &mut comment);
        shorten::head_and_tail(&mut comment, shorten::COMMENT - shorten::COMMENT_FRAME);
        let parts: Vec<_> = unframed.into_iter().flatten().collect();
        markup::framed_as(&comment, &parts, target).into_owned()
    }

    /// The results that count, in the order in which the comment tells of them, and what each is called there; empty where it
    /// needs no name.
    fn named(&self) -> Vec<(usize, Cow<'_, str>)> {
        let noted = || self.deciding.iter().map(|index| rows::noted(&self.runs[*index], &self.notes[*index]));
        let names: Vec<_> = match &self.shape {
            Shape::Outline(rows) if rows.len() > 1 => {
                let of_row = |(row, results): (usize, &Vec<usize>)| {
                    results.iter().map(move |index| (*index, format!("{ROW}{row}").into())).collect::<Vec<_>>()
                };
                return (1..).zip(rows).flat_map(of_row).collect();
            }
            Shape::Rows(labels) | Shape::Labels(labels) => {
                labels.iter().zip(noted()).map(|(label, noted)| rows::with_data(label, &noted)).collect()
            }
            // A name that all of them have tells none from another.
            Shape::Steps | Shape::Outline(_) => {
                let names: Vec<_> = noted().map(|noted| noted.name).collect();
                let are_alike = names.iter().all(|name| *name == names[0]);
                if are_alike { vec![Cow::Borrowed(""); names.len()] } else { names }
            }
        };
        self.deciding.iter().copied().zip(names).collect()
    }

    /// Nobody repeats a test that passed: pytest does not write what made it repeat one.
    fn outcome_of_attempt(&self, index: usize) -> &'static str {
        let part = &self.parts[index];
        match part.outcome {
            Outcome::Passed if part.attempt_group != 0 => "no failure told",
            outcome => outcome.name(),
        }
    }

    fn name_attempts(&self, unframed: &[Option<Unframed<'_>>], comment: &mut String) {
        let counts: HashSet<usize> = self.deciding.iter().copied().collect();
        let attempts = (0..self.parts.len()).filter(|index| !counts.contains(index));
        for (number, index) in attempts.enumerate() {
            if number == 0 {
                part_from_before(comment);
            } else {
                comment.push('\n');
            }
            comment.push_str(&format!("attempt {}: {}", number + 1, self.outcome_of_attempt(index)));
            let told = unframed[index].as_ref().and_then(|comment| comment.text.lines().next());
            if let Some(line) = told {
                comment.push(' ');
                comment.push_str(line);
            }
        }
    }
}

/// Summary and description of the first result, labels and requirements of all.
fn unite_info<'r>(runs: &[Run<'r>]) -> Option<TestInfo<'r>> {
    let infos = || runs.iter().filter_map(|run| run.test_info.as_ref());
    let mut united = infos().next()?.clone();
    united.labels.unite(infos().skip(1).flat_map(|info| info.labels.clone().into_own()));
    united.requirement_keys.unite(infos().skip(1).flat_map(|info| info.requirement_keys.clone().into_own()));
    united.description = infos().find_map(|info| info.description.clone());
    Some(united)
}

/// `3 results merged: 1 passed, 2 failed`.
fn tally(parts: &[EncodedResult<'_>], deciding: &[usize]) -> String {
    let of = |outcome: Outcome| deciding.iter().filter(|index| parts[**index].outcome == outcome).count();
    let counted = Outcome::ALL.into_iter().map(|outcome| (of(outcome), outcome)).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counted.map(|(count, outcome)| format!("{count} {}", outcome.name())).collect();
    format!("{} results merged: {}", deciding.len(), counts.join(", "))
}
