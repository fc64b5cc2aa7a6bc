//! The scenarios of one feature: which background belongs to which, which are rows of one outline, which attempts.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::format::ReadOptions;
use crate::format::gherkin::identity::{self, push_uri, without_row};
use crate::format::json::{Fault, JsonCursor, Kind, Oddities, Spelled};
use crate::model::{Example, List, Position, Problem, ProblemKind, ReportVisitor, Reuse};

use super::element::tags;
use super::scenario::{OwnTag, Scenario, first_line, has_failed, own_tags};
use super::told::Told;

/// What a feature says beside its scenarios.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) uri: String,
    pub(super) name: String,
    pub(super) tags: List<OwnTag>,
    /// Whether its tags were seen, empty or not.
    pub(super) has_tags: bool,
    /// Whether its language is named: pytest-bdd does that.
    pub(super) has_language: bool,
    /// Whether its scenarios are written as an object: none of them is read.
    pub(super) has_elements_by_name: bool,
}

impl Header {
    /// Reads a feature as far as it goes.
    pub(super) fn read(bytes: &[u8]) -> (Header, Oddities, Option<Fault>) {
        let mut header = Header::default();
        let mut json = JsonCursor::new(bytes);
        let mut words = Spelled::new(bytes);
        let fault = header.read_keys(&mut json, &mut words).err();
        (header, json.oddities().and(words.oddities()), fault)
    }

    fn read_keys(&mut self, json: &mut JsonCursor<'_>, words: &mut Spelled<'_>) -> Result<(), Fault> {
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"uri" => {
                    self.uri.clear();
                    push_uri(&json.scalar()?.unwrap_or_default(), &mut self.uri);
                }
                b"name" => self.name = json.scalar()?.unwrap_or_default().trim().to_owned(),
                b"tags" => {
                    self.has_tags = true;
                    let mut found = List::default();
                    tags(json, &mut found)?;
                    self.tags.clear();
                    own_tags(&found, words, &mut self.tags);
                }
                b"language" => {
                    self.has_language = true;
                    json.skip()?;
                }
                b"elements" if json.kind() == Kind::Object => self.has_elements_by_name |= has_keys(json)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }
}

/// Passes over an object; whether there is anything in it.
fn has_keys(json: &mut JsonCursor<'_>) -> Result<bool, Fault> {
    let mut any = false;
    if json.begin_object()? {
        while json.key()?.is_some() {
            any = true;
            json.skip()?;
        }
    }
    Ok(any)
}

/// Which of the waiting scenarios are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Giving {
    All,
    /// The last one may get a background that stands behind it, or another row.
    AllButLast,
}

/// The feature being read.
#[derive(Default)]
pub(super) struct Feature {
    pub(super) header: Header,
    scenarios: List<Scenario>,
    /// The background that waits for its scenario, its name and, if it failed, where it stands.
    background: Option<Box<Scenario>>,
    background_at: Option<Position>,
    /// Outlines by the lines of their steps.
    outlines: HashMap<u64, Outline>,
    /// Names of their first rows.
    first_rows: List<Row>,
    /// Number of the feature in the report.
    number: u64,
}

/// What is known of an outline, which may be no more than a scenario.
struct Outline {
    /// Its first row, among [`Feature::first_rows`].
    first: usize,
    /// Line, id and texts of that row.
    place: u64,
    has_rows: bool,
}

#[derive(Default)]
struct Row {
    id: String,
    title: String,
}

impl Reuse for Row {
    fn reset(&mut self) {
        self.id.clear();
        self.title.clear();
    }
}

impl Reuse for Feature {
    fn reset(&mut self) {
        self.header = Header::default();
        self.scenarios.clear();
        self.background = None;
        self.background_at = None;
        self.outlines.clear();
        self.first_rows.clear();
        self.number = 0;
    }
}

impl Feature {
    /// Takes in an element; gives the bytes that are held for it.
    pub(super) fn add(&mut self, told: &mut Told<'_, '_>) -> usize {
        if told.element.is_background(&told.words) {
            self.add_background(told);
            return 0;
        }
        let background = self.background.take().filter(|background| !background.is_template_of(told.element));
        let scenario = self.scenarios.add();
        if let Some(mut background) = background {
            std::mem::swap(scenario, &mut background);
            scenario.case.title.clear();
            scenario.id.clear();
            scenario.tags.clear();
        }
        scenario.begin(told);
        scenario.name_evidence_of_background();
        scenario.add_parts(told, "");
        scenario.held()
    }

    /// A background belongs to the next scenario; one with name and line of the scenario before it to that (2.6).
    fn add_background(&mut self, told: &mut Told<'_, '_>) {
        let mut background = Box::new(Scenario::default());
        background.begin(told);
        background.add_parts(told, "Background: ");
        let repeats = |last: &&mut Scenario| {
            last.line.is_some() && last.line == background.line && last.case.title == background.case.title
        };
        if let Some(last) = self.scenarios.last_mut().filter(repeats) {
            background.name_evidence_of_background();
            last.take_background(&mut background);
            return;
        }
        self.background_at = has_failed(background.status).then(|| told.piece.at());
        self.background = Some(background);
    }

    /// Tags that all scenarios of a cut feature carry on the same line are its own: its list never came.
    pub(super) fn take_common_tags(&mut self) {
        if self.header.has_tags || self.scenarios.is_empty() {
            return;
        }
        let mut common = self.scenarios[0].tags.clone();
        let others = &self.scenarios[1..];
        common.retain(|tag| {
            let first_line_of_file = tag.line == Some(1);
            let shared = !others.is_empty() && others.iter().all(|scenario| scenario.tags.contains(tag));
            tag.line.is_some() && (first_line_of_file || shared)
        });
        self.header.tags = common;
    }

    /// Gives out the scenarios that wait.
    pub(super) fn give_out(
        &mut self,
        giving: Giving,
        options: &ReadOptions,
        visitor: &mut dyn ReportVisitor,
    ) -> ControlFlow<()> {
        let count = self.scenarios.len() - usize::from(giving == Giving::AllButLast && !self.scenarios.is_empty());
        self.find_outlines(count);
        let templates = self.templates(count);
        let mut flow = ControlFlow::Continue(());
        for index in 0..count {
            if templates.binary_search(&index).is_ok() {
                continue;
            }
            self.complete(index, options);
            flow = visitor.case(&mut self.scenarios[index].case);
            if flow.is_break() {
                break;
            }
        }
        if count < self.scenarios.len() {
            self.scenarios.swap(0, count);
            self.scenarios.truncate(1);
        } else {
            self.scenarios.clear();
        }
        flow
    }

    /// Whether scenarios wait for the end of the feature.
    pub(super) fn is_open(&self) -> bool {
        !self.scenarios.is_empty() || self.background.is_some()
    }

    /// How many do.
    pub(super) fn waiting(&self) -> usize {
        self.scenarios.len()
    }

    /// Lets the buffers of scenarios go: the next ones may be large in other places.
    pub(super) fn release(&mut self) {
        let last = self.scenarios.last_mut().map(std::mem::take);
        self.scenarios = List::default();
        if let Some(last) = last {
            self.scenarios.push(last);
        }
    }

    /// Ends the feature. A background without a scenario is a problem when it failed: the run was stopped there.
    pub(super) fn end(&mut self, visitor: &mut dyn ReportVisitor) {
        if let Some(background) = self.background.take().filter(|background| has_failed(background.status)) {
            let name = &self.header.name;
            let line = first_line(&background.case);
            let message = format!("the background of '{name}' failed, and no scenario follows it: {line}");
            let problem = Problem::new(ProblemKind::ContainerFailure, message);
            visitor.problem(match self.background_at {
                Some(at) => problem.at(at),
                None => problem,
            });
        }
        self.header = Header::default();
        self.outlines.clear();
        self.first_rows.clear();
        self.number += 1;
    }

    /// Finds the rows of outlines whose ids do not say so: equal lines of steps, another line or id (decision 7). An id with a
    /// row in it says so, unless it is godog's, which names the outline by the row.
    fn find_outlines(&mut self, count: usize) {
        for index in 0..count {
            let (before, rest) = self.scenarios.split_at_mut(index);
            let Some(scenario) = rest.first_mut() else { return };
            if let Some(previous) = before.last().filter(|previous| is_of_same_outline(&previous.id, &scenario.id)) {
                scenario.steps_hash = previous.steps_hash;
                continue;
            }
            if !are_places(&scenario.step_lines, scenario.line) {
                continue;
            }
            scenario.steps_hash = hash_of_lines(&scenario.step_lines);
            if let Some((around, _)) = without_row(&scenario.id).and_then(|outline| outline.rsplit_once(';')) {
                scenario.steps_hash = xxh3_64_with_seed(around.as_bytes(), scenario.steps_hash).max(1);
            }
            let id = telling_id(&scenario.id, &scenario.case.title);
            let place = xxh3_64_with_seed(id.as_bytes(), scenario.line.map_or(0, |line| line + 1)) ^ scenario.texts();
            match self.outlines.get_mut(&scenario.steps_hash) {
                Some(outline) => outline.has_rows |= outline.place != place,
                None => {
                    let first = self.first_rows.len();
                    let row = self.first_rows.add();
                    row.id.push_str(&scenario.id);
                    row.title.push_str(&scenario.case.title);
                    self.outlines.insert(scenario.steps_hash, Outline { first, place, has_rows: false });
                }
            }
        }
    }

    /// Outlines without results beside their rows (5), in order. One whose rows are nowhere in the feature is no template but all
    /// that the report says of it: a scenario that did not run. Rows follow their outline, so that the first of them is there
    /// even where a large feature is given out before its end.
    fn templates(&self, count: usize) -> Vec<usize> {
        let mut templates: Vec<usize> = (0..count).filter(|index| self.scenarios[*index].is_bare_outline()).collect();
        if templates.is_empty() {
            return templates;
        }
        let others = self.scenarios.iter().filter(|scenario| !scenario.is_bare_outline());
        let rows: HashSet<u64> = others.flat_map(outlines_of).map(|name| xxh3_64(name.as_bytes())).collect();
        templates.retain(|index| rows.contains(&xxh3_64(self.scenarios[*index].id_or_title().as_bytes())));
        templates
    }

    /// Fills what only the whole feature tells.
    fn complete(&mut self, index: usize, options: &ReadOptions) {
        let Feature { header, scenarios, outlines, first_rows, number, .. } = self;
        let scenario = &mut scenarios[index];
        scenario.settle(options);
        let outline = outlines.get(&scenario.steps_hash).filter(|outline| outline.has_rows);
        let texts = scenario.texts();
        let Scenario { case, id, line, tags, .. } = scenario;
        case.is_example = outline.is_some() || without_row(id).is_some();
        let (named_id, named_title) = match outline.and_then(|outline| first_rows.get(outline.first)) {
            Some(row) => (&row.id, &row.title),
            None => (&*id, &case.title),
        };
        identity::write(&header.uri, named_id, named_title, &mut case.qualified_name);
        if case.title.is_empty() && id.starts_with("failed-to-parse") {
            case.title.push_str(&header.uri);
        }
        case.container.push_str(&header.name);
        case.site = identity::site(&header.uri, *line);
        if let Some(line) = *line {
            let in_feature = |number| attempt_group(number ^ texts, telling_id(id, &case.title), line, &case.title);
            case.attempt_group = in_feature(*number);
            if case.is_example && line > 0 {
                // Another report may tell of other features before this one.
                case.example = Example { line, id: in_feature(0) };
            }
        }
        let of_feature = Inherited::of(&header.tags, tags.len());
        for tag in tags.iter().filter(|tag| !of_feature.has(tag)) {
            case.tags.add().push_str(&tag.name);
        }
        for tag in header.tags.iter() {
            case.container_tags.add().push_str(&tag.name);
        }
    }
}

/// Tags of a feature, among which those of its scenarios are looked for.
enum Inherited<'f> {
    Few(&'f List<OwnTag>),
    /// Their lines, by name.
    Many(HashMap<&'f str, HashSet<Option<u64>>>),
}

impl<'f> Inherited<'f> {
    /// So many tags are looked for one by one: all tags of the feature become tags of its scenario anyway.
    const FEW: usize = 32;

    /// The feature's `tags`, as a scenario with `count` of its own looks for them.
    fn of(tags: &'f List<OwnTag>, count: usize) -> Inherited<'f> {
        if tags.len().min(count) <= Inherited::FEW {
            return Inherited::Few(tags);
        }
        let mut by_name: HashMap<&str, HashSet<Option<u64>>> = HashMap::new();
        for tag in tags.iter() {
            by_name.entry(&tag.name).or_default().insert(tag.line);
        }
        Inherited::Many(by_name)
    }

    fn has(&self, tag: &OwnTag) -> bool {
        match self {
            Inherited::Few(tags) => tags.iter().any(|of_feature| of_feature.is_same(tag)),
            // As for few: a line that is not known is any line.
            Inherited::Many(by_name) => by_name
                .get(tag.name.as_str())
                .is_some_and(|lines| tag.line.is_none() || lines.contains(&tag.line) || lines.contains(&None)),
        }
    }
}

/// What the outline that a scenario is a row of may be called: as the scenario itself, or its id without the row, without the
/// Examples, too.
fn outlines_of(scenario: &Scenario) -> impl Iterator<Item = &str> {
    fn without_last<'n>(name: &&'n str) -> Option<&'n str> {
        name.rsplit_once([';', '/']).map(|(outline, _)| outline)
    }
    let names = if scenario.id.is_empty() { 1 } else { 3 };
    std::iter::successors(Some(scenario.id_or_title()), without_last).take(names)
}

/// Whether these ids name rows of the same outline.
fn is_of_same_outline(one: &str, other: &str) -> bool {
    without_row(one).is_some_and(|outline| without_row(other) == Some(outline))
}

/// Whether lines of steps are places in a feature file, so that equal ones are the same steps. Converters that know no lines
/// write one for all steps, often that of the scenario, or count the steps: different scenarios have equal lists then. In a
/// file each step has a line of its own, behind those of its feature and its scenario.
fn are_places(lines: &[u64], own: Option<u64>) -> bool {
    let Some(first) = lines.first().copied() else { return false };
    let are_counted = || first <= 2 && (first..).zip(lines).all(|(number, line)| number == *line);
    let is_one_for_all = || lines.iter().all(|line| *line == first) && (lines.len() > 1 || own == Some(first));
    !(are_counted() || is_one_for_all())
}

/// Never zero, which stands for no lines.
fn hash_of_lines(lines: &[u64]) -> u64 {
    lines.iter().fold(0, |hash, line| xxh3_64_with_seed(&line.to_le_bytes(), hash)).max(1)
}

/// What tells a scenario from others on its line: its name where its id is a number (decision 7).
fn telling_id<'s>(id: &'s str, title: &'s str) -> &'s str {
    if !id.is_empty() && identity::says_nothing(id) { title } else { id }
}

/// Equal for the attempts of one scenario: same feature, texts, id, line and name. Rows that a wrong line puts together (19)
/// differ in their names, or in the texts of their steps.
fn attempt_group(feature: u64, id: &str, line: u64, title: &str) -> u64 {
    let of_id = xxh3_64_with_seed(id.as_bytes(), feature);
    let of_line = xxh3_64_with_seed(&line.to_le_bytes(), of_id);
    xxh3_64_with_seed(title.as_bytes(), of_line).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_tags_are_inherited_as_few_are() {
        let tag = |name: usize, line: Option<u64>| OwnTag { name: format!("t{name}"), line };
        let mut of_feature = List::default();
        for number in 0..2 * Inherited::FEW {
            let line = (!number.is_multiple_of(3)).then_some(number as u64 % 5);
            tag(number / 2, line).clone_into(of_feature.add());
        }
        let many = Inherited::of(&of_feature, usize::MAX);
        let few = Inherited::of(&of_feature, Inherited::FEW);
        assert!(matches!((&many, &few), (Inherited::Many(_), Inherited::Few(_))));
        for name in 0..3 * Inherited::FEW {
            for line in [None, Some(0), Some(1), Some(2), Some(3), Some(4), Some(9)] {
                let tag = tag(name, line);
                assert_eq!(many.has(&tag), few.has(&tag), "{tag:?}");
            }
        }
    }
}
