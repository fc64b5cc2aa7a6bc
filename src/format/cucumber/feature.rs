//! The scenarios of one feature: which background belongs to which, which are rows of one outline, which attempts.

use std::collections::HashMap;
use std::ops::ControlFlow;

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use crate::format::json::{Fault, JsonCursor};
use crate::format::{ReadOptions, Remarks};
use crate::model::{List, Position, Problem, ProblemKind, ReportVisitor};

use super::element::{Element, Tag, tags, text};
use super::identity::{self, push_uri, without_row};
use super::scenario::{Scenario, first_line, has_failed};

/// Bytes of scenarios whose buffers serve the next feature, at most.
const KEPT: usize = 1 << 20;

/// What a feature says beside its scenarios.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) uri: String,
    pub(super) name: String,
    pub(super) tags: Vec<(String, Option<u64>)>,
    /// Whether its tags were seen, empty or not.
    pub(super) has_tags: bool,
    /// Whether its language is named: pytest-bdd does that.
    pub(super) has_language: bool,
}

impl Header {
    /// Reads a feature as far as it goes.
    pub(super) fn read(json: &mut JsonCursor<'_>) -> (Header, Option<Fault>) {
        let mut header = Header::default();
        let fault = header.read_keys(json).err();
        (header, fault)
    }

    fn read_keys(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"uri" => {
                    self.uri.clear();
                    push_uri(&text(json)?, &mut self.uri);
                }
                b"name" => self.name = text(json)?.trim().to_owned(),
                b"tags" => {
                    self.has_tags = true;
                    self.tags = tags(json)?.into_iter().map(|Tag { name, line }| (name.into_owned(), line)).collect();
                }
                b"language" => {
                    self.has_language = true;
                    json.skip()?;
                }
                _ => json.skip()?,
            }
        }
        Ok(())
    }
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
    /// The background that waits for its scenario, its name and where it stands.
    background: Option<Box<Scenario>>,
    background_at: Option<Position>,
    /// First row of each outline by the lines of its steps: its line, its id, and whether others were found.
    outlines: HashMap<u64, Outline>,
    /// Number of the feature in the report.
    number: u64,
}

struct Outline {
    first: (String, String),
    place: (Option<u64>, String),
    has_rows: bool,
}

impl Feature {
    /// Takes in an element.
    pub(super) fn add(&mut self, element: &Element<'_>, options: &ReadOptions, remarks: &mut Remarks, at: Position) {
        if element.is_background() {
            self.add_background(element, options, remarks, at);
            return;
        }
        let background = self.background.take().filter(|background| !background.is_template_of(element));
        let scenario = self.scenarios.add();
        if let Some(mut background) = background {
            std::mem::swap(scenario, &mut background);
            scenario.case.title.clear();
            scenario.id.clear();
            scenario.tags.clear();
        }
        scenario.begin(element, options, remarks, at);
        scenario.add_parts(element, "", options, remarks, at);
    }

    /// A background belongs to the next scenario; one with name and line of the scenario before it to that (2.6).
    fn add_background(&mut self, element: &Element<'_>, options: &ReadOptions, remarks: &mut Remarks, at: Position) {
        let mut background = Box::new(Scenario::default());
        background.begin(element, options, remarks, at);
        background.add_parts(element, "Background: ", options, remarks, at);
        let repeats = |last: &&mut Scenario| {
            last.line.is_some() && last.line == element.line && last.case.title == element.name.trim()
        };
        if let Some(last) = self.scenarios.last_mut().filter(repeats) {
            last.take_background(&mut background);
            return;
        }
        self.background_at = Some(at);
        self.background = Some(background);
    }

    /// Tags that all scenarios of a cut feature carry on the same line are its own: its list never came.
    pub(super) fn take_common_tags(&mut self) {
        if self.header.has_tags || self.scenarios.is_empty() {
            return;
        }
        let first = self.scenarios[0].tags.clone();
        let others = &self.scenarios[1..];
        let common = first.into_iter().filter(|tag| {
            let first_line_of_file = tag.1 == Some(1);
            let shared = !others.is_empty() && others.iter().all(|scenario| scenario.tags.contains(tag));
            tag.1.is_some() && (first_line_of_file || shared)
        });
        self.header.tags = common.collect();
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
            if templates.contains(&index) {
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

    /// Lets the buffers of scenarios go that were large: the next feature's may be large in other places.
    pub(super) fn release(&mut self, bytes: usize) {
        if bytes > KEPT {
            let last = self.scenarios.last_mut().map(std::mem::take);
            self.scenarios = List::default();
            if let Some(last) = last {
                self.scenarios.push(last);
            }
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
        self.number += 1;
    }

    /// Finds the rows of outlines whose ids do not say so: equal lines of steps, another line or id (decision 7).
    fn find_outlines(&mut self, count: usize) {
        for scenario in &self.scenarios[..count] {
            if scenario.step_lines.is_empty() || without_row(&scenario.id).is_some() {
                continue;
            }
            let place = (scenario.line, scenario.id.clone());
            match self.outlines.get_mut(&steps_hash(scenario)) {
                Some(outline) => outline.has_rows |= outline.place != place,
                None => {
                    let first = (scenario.id.clone(), scenario.case.title.clone());
                    self.outlines.insert(steps_hash(scenario), Outline { first, place, has_rows: false });
                }
            }
        }
    }

    /// Outlines without results beside their rows (5).
    fn templates(&self, count: usize) -> Vec<usize> {
        let scenarios = &self.scenarios[..count];
        let bare = |index: &usize| {
            let scenario = &scenarios[*index];
            scenario.is_outline_template && !scenario.has_results
        };
        (0..count).filter(bare).collect()
    }

    /// Fills what only the whole feature tells.
    fn complete(&mut self, index: usize, options: &ReadOptions) {
        let Feature { header, scenarios, outlines, number, .. } = self;
        let scenario = &mut scenarios[index];
        scenario.settle(options);
        let outline = match without_row(&scenario.id) {
            Some(_) => None,
            None => outlines.get(&steps_hash(scenario)).filter(|outline| outline.has_rows),
        };
        let Scenario { case, id, line, tags, .. } = scenario;
        case.is_example = outline.is_some() || without_row(id).is_some();
        let (named_id, named_title) = match outline {
            Some(outline) => (&outline.first.0, &outline.first.1),
            None => (&*id, &case.title),
        };
        identity::write(&header.uri, named_id, named_title, &mut case.qualified_name);
        if case.title.is_empty() && id.starts_with("failed-to-parse") {
            case.title.push_str(&header.uri);
        }
        case.container.push_str(&header.name);
        case.attempt_group = line.map_or(0, |line| attempt_group(*number, id, line, &case.title));
        for (tag, line) in tags.iter() {
            let inherited =
                |own: &(String, Option<u64>)| own.0 == *tag && (own.1 == *line || own.1.is_none() || line.is_none());
            if !header.tags.iter().any(inherited) {
                case.tags.add().push_str(tag);
            }
        }
        for (tag, _) in &header.tags {
            case.container_tags.add().push_str(tag);
        }
    }
}

fn steps_hash(scenario: &Scenario) -> u64 {
    let mut hasher = Xxh3Default::new();
    scenario.step_lines.iter().for_each(|line| hasher.update(&line.to_le_bytes()));
    hasher.digest()
}

/// Equal for the attempts of one scenario: same feature, id, line and name. Rows that a wrong line puts together (19)
/// differ in their names.
fn attempt_group(feature: u64, id: &str, line: u64, title: &str) -> u64 {
    xxh3_64(format!("{feature}\0{id}\0{line}\0{title}").as_bytes()).max(1)
}
