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
    /// Hooks by id.
    hooks: HashMap<String, HookKind>,
    /// Cases that have begun.
    begun: usize,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HookKind {
    /// Before a scenario or a step.
    Before,
    /// Behind one.
    After,
}

/// What a step of a test case is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'p> {
    /// A step with these words.
    Step(&'p str),
    /// A hook; of which kind only where the stream says so.
    Hook(Option<HookKind>),
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
    /// Steps by id.
    steps: HashMap<String, PlannedStep>,
    has_begun: bool,
}

#[derive(Debug)]
enum PlannedStep {
    /// Id of the pickle's step.
    Step(String),
    Hook(Option<HookKind>),
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

    /// What a step of a case is.
    pub(super) fn part(&self, case: &str, step: &str) -> Part<'_> {
        let Some((case, pickle)) = self.case(case) else { return Part::Hook(None) };
        match case.steps.get(step) {
            Some(PlannedStep::Step(id)) => pickle.steps.get(id).map_or(Part::Hook(None), |words| Part::Step(words)),
            Some(PlannedStep::Hook(kind)) => Part::Hook(*kind),
            None => Part::Hook(None),
        }
    }

    /// An attempt of this case begins.
    pub(super) fn begin(&mut self, case: &str) {
        if let Some(case) = self.cases.get_mut(case)
            && !std::mem::replace(&mut case.has_begun, true)
        {
            self.begun += 1;
        }
    }

    /// How many cases were announced of which no attempt has begun.
    pub(super) fn not_begun(&self) -> usize {
        self.cases.len() - self.begun
    }

    pub(super) fn read_hook(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut id, mut kind) = (String::new(), String::new());
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => id = text(json)?,
                b"type" => kind = text(json)?,
                _ => json.skip()?,
            }
        }
        let kind = match kind.split('_').next() {
            Some("BEFORE") => HookKind::Before,
            Some("AFTER") => HookKind::After,
            _ => return Ok(()),
        };
        self.hooks.insert(id, kind);
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

    fn read_steps(&self, json: &mut JsonCursor<'_>) -> Result<HashMap<String, PlannedStep>, Fault> {
        let mut steps = HashMap::new();
        if !json.begin_array()? {
            return Ok(steps);
        }
        while json.element()? {
            let (mut id, mut step, mut hook) = (String::new(), String::new(), String::new());
            if json.begin_object()? {
                while let Some(key) = json.key()? {
                    match key {
                        b"id" => id = text(json)?,
                        b"pickleStepId" => step = text(json)?,
                        b"hookId" => hook = text(json)?,
                        _ => json.skip()?,
                    }
                }
            }
            let planned = match step.as_str() {
                "" => PlannedStep::Hook(self.hooks.get(&hook).copied()),
                _ => PlannedStep::Step(step),
            };
            steps.insert(id, planned);
        }
        Ok(steps)
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
