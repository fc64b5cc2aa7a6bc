//! What a stream announces before it runs: features, pickles and the test cases made of them.

use std::collections::HashMap;

use crate::format::json::{Fault, JsonCursor};

use super::{text, texts};

/// Everything announced so far. It grows with the number of scenarios: results refer to it until the end.
#[derive(Debug, Default)]
pub(super) struct Plan {
    nodes: HashMap<String, Node>,
    /// Lines of scenarios and of rows of Examples.
    lines: HashMap<String, u64>,
    pickles: HashMap<String, Pickle>,
    cases: HashMap<String, PlannedCase>,
    /// Which hooks stand before, and which after, what they belong to.
    hooks: HashMap<String, &'static str>,
}

/// A scenario of a feature.
#[derive(Debug, Clone, Default)]
struct Node {
    feature: String,
    /// `feature;rule;scenario`, as the JSON reports of Cucumber have it.
    id: String,
    /// Ids of the feature's own tags.
    feature_tags: Vec<String>,
}

/// A scenario, or a row of an outline, ready to run.
#[derive(Debug, Default)]
pub(super) struct Pickle {
    pub(super) uri: String,
    pub(super) name: String,
    pub(super) nodes: Vec<String>,
    /// Names of tags and the ids of what they stand on.
    pub(super) tags: Vec<(String, String)>,
    steps: HashMap<String, String>,
}

#[derive(Debug, Default)]
pub(super) struct PlannedCase {
    pub(super) pickle: String,
    steps: HashMap<String, PlannedStep>,
    started: bool,
    /// Whether an attempt of it was to be followed by another one.
    expected_again: bool,
}

#[derive(Debug)]
enum PlannedStep {
    /// The pickle's step of this id.
    Step(String),
    /// A hook, and where it stands.
    Hook(&'static str),
}

/// A step, with its words, or a hook: `before`, `after`, or no more than a `hook` where that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role<'p> {
    Step(&'p str),
    Hook(&'static str),
}

/// What is known of the scenario that a pickle came from.
#[derive(Debug, Default)]
pub(super) struct Place<'p> {
    pub(super) feature: &'p str,
    pub(super) id: &'p str,
    pub(super) feature_tags: &'p [String],
}

impl Plan {
    pub(super) fn case(&self, id: &str) -> Option<(&PlannedCase, &Pickle)> {
        let case = self.cases.get(id)?;
        Some((case, self.pickles.get(&case.pickle)?))
    }

    pub(super) fn place(&self, pickle: &Pickle) -> Place<'_> {
        match pickle.nodes.first().and_then(|node| self.nodes.get(node)) {
            Some(node) => Place { feature: &node.feature, id: &node.id, feature_tags: &node.feature_tags },
            None => Place::default(),
        }
    }

    /// The line of a scenario, or of its row.
    pub(super) fn line(&self, pickle: &Pickle) -> Option<u64> {
        pickle.nodes.last().and_then(|node| self.lines.get(node)).copied()
    }

    /// A step or a hook of a case; `None` when it was not announced.
    pub(super) fn step(&self, case: &str, step: &str) -> Option<Role<'_>> {
        let (case, pickle) = self.case(case)?;
        match case.steps.get(step)? {
            PlannedStep::Step(step) => pickle.steps.get(step).map(|words| Role::Step(words)),
            PlannedStep::Hook(hook) => Some(Role::Hook(hook)),
        }
    }

    /// Notes that an attempt of a case starts.
    pub(super) fn begin(&mut self, case: &str) {
        if let Some(case) = self.cases.get_mut(case) {
            case.started = true;
            case.expected_again = false;
        }
    }

    /// Notes that another attempt of a case is to follow.
    pub(super) fn expect_again(&mut self, case: &str) {
        if let Some(case) = self.cases.get_mut(case) {
            case.expected_again = true;
        }
    }

    /// What of the plan never ran, in words.
    pub(super) fn never_ran(&self) -> Option<String> {
        let count = |is: fn(&PlannedCase) -> bool| self.cases.values().filter(|case| is(case)).count();
        let (waiting, again) = (count(|case| !case.started), count(|case| case.expected_again));
        let never_started = format!("{waiting} of {} planned test cases never started", self.cases.len());
        let never_again = format!("retries that were announced and never started: {again}");
        match (waiting, again) {
            (0, 0) => None,
            (_, 0) => Some(never_started),
            (0, _) => Some(never_again),
            _ => Some(format!("{never_started}; {never_again}")),
        }
    }

    pub(super) fn read_hook(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut id, mut place) = (String::new(), None);
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => id = text(json)?,
                b"type" => {
                    place = match text(json)?.as_str() {
                        "BEFORE_TEST_CASE" | "BEFORE_TEST_STEP" => Some("before"),
                        "AFTER_TEST_CASE" | "AFTER_TEST_STEP" => Some("after"),
                        _ => None,
                    }
                }
                _ => json.skip()?,
            }
        }
        self.hooks.extend(place.map(|place| (id, place)));
        Ok(())
    }

    pub(super) fn read_document(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            if key == b"feature" { self.read_feature(json)? } else { json.skip()? }
        }
        Ok(())
    }

    fn read_feature(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut name, mut tags, mut scenarios) = (String::new(), Vec::new(), Vec::new());
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"name" => name = text(json)?,
                b"tags" => tags = pairs(json, b"id", b"name")?.into_iter().map(|(id, _)| id).collect(),
                b"children" => read_children(json, "", Level::Feature, &mut scenarios)?,
                _ => json.skip()?,
            }
        }
        for Scenario { node, id, line, rows } in scenarios {
            let id = format!("{};{id}", slug(&name));
            self.lines.extend(line.map(|line| (node.clone(), line)));
            self.lines.extend(rows);
            self.nodes.insert(node, Node { feature: name.clone(), id, feature_tags: tags.clone() });
        }
        Ok(())
    }

    pub(super) fn read_pickle(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut id, mut pickle) = (String::new(), Pickle::default());
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => id = text(json)?,
                b"uri" => pickle.uri = text(json)?,
                b"name" => pickle.name = text(json)?,
                b"astNodeIds" => pickle.nodes = texts(json)?,
                b"tags" => pickle.tags = pairs(json, b"name", b"astNodeId")?,
                b"steps" => pickle.steps = pairs(json, b"id", b"text")?.into_iter().collect(),
                _ => json.skip()?,
            }
        }
        self.pickles.insert(id, pickle);
        Ok(())
    }

    pub(super) fn read_case(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut id, mut case) = (String::new(), PlannedCase::default());
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => id = text(json)?,
                b"pickleId" => case.pickle = text(json)?,
                b"testSteps" => case.steps = self.read_steps(json)?,
                _ => json.skip()?,
            }
        }
        self.cases.insert(id, case);
        Ok(())
    }
}

/// A step of a test case as it is announced: one of the pickle or a hook.
#[derive(Debug, Default)]
struct Announced {
    id: String,
    step: String,
    hook: String,
}

impl Plan {
    fn read_steps(&self, json: &mut JsonCursor<'_>) -> Result<HashMap<String, PlannedStep>, Fault> {
        let mut announced: Vec<Announced> = Vec::new();
        if json.begin_array()? {
            while json.element()? {
                announced.push(Announced::read(json)?);
            }
        }
        let is_step = |one: &Announced| !one.step.is_empty();
        let (first, last) = (announced.iter().position(is_step), announced.iter().rposition(is_step));
        let planned = announced.into_iter().enumerate().map(|(index, Announced { id, step, hook })| {
            if !step.is_empty() {
                return (id, PlannedStep::Step(step));
            }
            let place = self.hooks.get(&hook).copied().unwrap_or(match (first, last) {
                // Producers before version 25 of the messages do not say which hook it is, but where it stands.
                (Some(first), _) if index < first => "before",
                (_, Some(last)) if index > last => "after",
                _ => "hook",
            });
            (id, PlannedStep::Hook(place))
        });
        Ok(planned.collect())
    }
}

impl Announced {
    fn read(json: &mut JsonCursor<'_>) -> Result<Announced, Fault> {
        let mut announced = Announced::default();
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                match key {
                    b"id" => announced.id = text(json)?,
                    b"pickleStepId" => announced.step = text(json)?,
                    b"hookId" => announced.hook = text(json)?,
                    _ => json.skip()?,
                }
            }
        }
        Ok(announced)
    }
}

/// Where children are read: a rule holds no rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Feature,
    Rule,
}

/// A scenario as the document states it.
#[derive(Debug, Default)]
struct Scenario {
    node: String,
    /// The id that it has in JSON reports, without the feature's part.
    id: String,
    line: Option<u64>,
    /// Rows of its Examples, with their lines.
    rows: Vec<(String, u64)>,
}

/// Scenarios below a feature or a rule.
fn read_children(
    json: &mut JsonCursor<'_>,
    rule: &str,
    level: Level,
    scenarios: &mut Vec<Scenario>,
) -> Result<(), Fault> {
    each(json, |json, key| match key {
        b"scenario" => {
            let (mut scenario, mut name) = (Scenario::default(), String::new());
            if !json.begin_object()? {
                return Ok(());
            }
            while let Some(key) = json.key()? {
                match key {
                    b"id" => scenario.node = text(json)?,
                    b"name" => name = text(json)?,
                    b"location" => scenario.line = read_line(json)?,
                    b"examples" => each(json, |json, key| match key {
                        b"tableBody" => read_rows(json, &mut scenario.rows),
                        _ => json.skip(),
                    })?,
                    _ => json.skip()?,
                }
            }
            let between = if level == Level::Rule { ";" } else { "" };
            scenario.id = format!("{}{between}{}", slug(rule), slug(&name));
            scenarios.push(scenario);
            Ok(())
        }
        b"rule" if level == Level::Feature => read_rule(json, scenarios),
        _ => json.skip(),
    })
}

/// The line of a location.
fn read_line(json: &mut JsonCursor<'_>) -> Result<Option<u64>, Fault> {
    let mut line = None;
    if json.begin_object()? {
        while let Some(key) = json.key()? {
            if key == b"line" { line = text(json)?.parse().ok() } else { json.skip()? }
        }
    }
    Ok(line)
}

/// Rows of a table, with their lines.
fn read_rows(json: &mut JsonCursor<'_>, rows: &mut Vec<(String, u64)>) -> Result<(), Fault> {
    if !json.begin_array()? {
        return Ok(());
    }
    while json.element()? {
        let (mut node, mut line) = (String::new(), None);
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                match key {
                    b"id" => node = text(json)?,
                    b"location" => line = read_line(json)?,
                    _ => json.skip()?,
                }
            }
        }
        rows.extend(line.map(|line| (node, line)));
    }
    Ok(())
}

fn read_rule(json: &mut JsonCursor<'_>, scenarios: &mut Vec<Scenario>) -> Result<(), Fault> {
    let (mut name, mut children) = (String::new(), None);
    if !json.begin_object()? {
        return Ok(());
    }
    while let Some(key) = json.key()? {
        match key {
            b"name" => name = text(json)?,
            b"children" => {
                children = Some(json.clone());
                json.skip()?;
            }
            _ => json.skip()?,
        }
    }
    match children {
        Some(mut children) => read_children(&mut children, &name, Level::Rule, scenarios),
        None => Ok(()),
    }
}

/// Calls `read` for every key of every object of an array; it reads the value.
fn each<'a>(
    json: &mut JsonCursor<'a>,
    mut read: impl FnMut(&mut JsonCursor<'a>, &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if !json.begin_array()? {
        return Ok(());
    }
    while json.element()? {
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                read(json, key)?;
            }
        }
    }
    Ok(())
}

/// Two texts of every object of an array; empty where one is missing.
fn pairs(json: &mut JsonCursor<'_>, first: &[u8], second: &[u8]) -> Result<Vec<(String, String)>, Fault> {
    let mut pairs = Vec::new();
    if !json.begin_array()? {
        return Ok(pairs);
    }
    while json.element()? {
        let mut pair = (String::new(), String::new());
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                match key {
                    _ if key == first => pair.0 = text(json)?,
                    _ if key == second => pair.1 = text(json)?,
                    _ => json.skip()?,
                }
            }
        }
        pairs.push(pair);
    }
    Ok(pairs)
}

/// A name as the ids of JSON reports have it: lower case, blanks as hyphens.
fn slug(name: &str) -> String {
    name.trim().to_lowercase().replace(' ', "-")
}
