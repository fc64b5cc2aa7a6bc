//! Reading what is announced.

use std::rc::Rc;

use super::{Node, Pickle, Plan, PlannedCase, PlannedStep, in_order};
use crate::format::json::{Fault, JsonCursor};
use crate::format::messages::document::{Children, Level, Scenario, read_children, slug};
use crate::format::messages::ids::{Id, NO_ID, id, ids};
use crate::format::messages::text;

impl Plan {
    pub(in crate::format::messages) fn read_hook(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut hook, mut place) = (NO_ID, None);
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => hook = id(json)?,
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
        if let Some(place) = place {
            self.add_hook(hook, place);
        }
        Ok(())
    }

    pub(in crate::format::messages) fn read_document(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            if key == b"feature" { self.read_feature(json)? } else { json.skip()? }
        }
        Ok(())
    }

    fn read_feature(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut name, mut tags, mut children) = (String::new(), Vec::new(), Children::default());
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"name" => name = text(json)?,
                b"tags" => tags = labelled(json, b"id", b"name")?.into_iter().map(|(id, _)| id).collect(),
                b"children" => read_children(json, "", Level::Feature, &mut children)?,
                _ => json.skip()?,
            }
        }
        tags.sort_unstable();
        let (feature_tags, feature): (Rc<[Id]>, _) = (tags.into(), slug(&name));
        for (step, keyword) in &children.keywords {
            self.add_keyword(*step, keyword.trim());
        }
        for Scenario { node, id, line, rows } in children.scenarios {
            for (node, line) in line.map(|line| (node, line)).into_iter().chain(rows) {
                self.add_line(node, line);
            }
            let id = format!("{feature};{id}").into_boxed_str();
            let node_of_it = Node { feature: self.texts.share(&name), id, feature_tags: feature_tags.clone() };
            self.add_node(node, node_of_it);
        }
        Ok(())
    }

    pub(in crate::format::messages) fn read_pickle(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut pickle, mut uri, mut name) = (NO_ID, String::new(), String::new());
        let (mut nodes, mut tags, mut steps) = (Box::default(), Vec::new(), Vec::new());
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => pickle = id(json)?,
                b"uri" => uri = text(json)?,
                b"name" => name = text(json)?,
                b"astNodeIds" | b"sourceIds" => nodes = ids(json)?,
                b"tags" => tags = labelled(json, b"astNodeId", b"name")?,
                b"steps" => steps = pickle_steps(json)?,
                _ => json.skip()?,
            }
        }
        let steps: Vec<_> = steps.into_iter().map(|step| (step.id, self.words_of(step))).collect();
        let texts = &mut self.texts;
        let known = Pickle {
            uri: texts.share(&uri),
            name: texts.share(&name),
            nodes,
            tags: tags.iter().map(|(node, tag)| (texts.share(tag), *node)).collect(),
            steps: in_order(steps),
            cases: 0,
        };
        self.add_pickle(pickle, known);
        Ok(())
    }

    /// Keyword and text of a step, as JSON reports have them.
    fn words_of(&mut self, step: PickleStep) -> Rc<str> {
        match self.keywords.get(&step.node).filter(|keyword| !keyword.is_empty()) {
            Some(keyword) => self.texts.share(&format!("{keyword} {}", step.text)),
            None => self.texts.share(&step.text),
        }
    }

    pub(in crate::format::messages) fn read_case(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let (mut planned, mut case) = (NO_ID, PlannedCase::default());
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => planned = id(json)?,
                b"pickleId" => case.pickle = id(json)?,
                b"testSteps" => case.steps = self.read_steps(json)?,
                _ => json.skip()?,
            }
        }
        self.add_case(planned, case);
        Ok(())
    }

    fn read_steps(&self, json: &mut JsonCursor<'_>) -> Result<Box<[(Id, PlannedStep)]>, Fault> {
        let mut announced: Vec<Announced> = Vec::new();
        if json.begin_array()? {
            while json.element()? {
                announced.push(Announced::read(json)?);
            }
        }
        let is_step = |one: &Announced| one.step != NO_ID;
        let (first, last) = (announced.iter().position(is_step), announced.iter().rposition(is_step));
        let planned = announced.into_iter().enumerate().map(|(index, Announced { id, step, hook })| {
            if step != NO_ID {
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
        Ok(in_order(planned.collect()))
    }
}

/// A step of a test case as it is announced: one of the pickle or a hook.
#[derive(Debug, Default)]
struct Announced {
    id: Id,
    step: Id,
    hook: Id,
}

impl Announced {
    fn read(json: &mut JsonCursor<'_>) -> Result<Announced, Fault> {
        let mut announced = Announced::default();
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                match key {
                    b"id" => announced.id = id(json)?,
                    b"pickleStepId" => announced.step = id(json)?,
                    b"hookId" => announced.hook = id(json)?,
                    _ => json.skip()?,
                }
            }
        }
        Ok(announced)
    }
}

/// A step of a pickle, and the step in the feature that it is made of.
#[derive(Debug, Default)]
struct PickleStep {
    id: Id,
    text: String,
    node: Id,
}

fn pickle_steps(json: &mut JsonCursor<'_>) -> Result<Vec<PickleStep>, Fault> {
    let mut steps = Vec::new();
    if !json.begin_array()? {
        return Ok(steps);
    }
    while json.element()? {
        let mut step = PickleStep::default();
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                match key {
                    b"id" => step.id = id(json)?,
                    b"text" => step.text = text(json)?,
                    b"astNodeIds" | b"sourceIds" => step.node = ids(json)?.first().copied().unwrap_or(NO_ID),
                    _ => json.skip()?,
                }
            }
        }
        steps.push(step);
    }
    Ok(steps)
}

/// An id and a text of every object of an array; empty where one is missing.
fn labelled(json: &mut JsonCursor<'_>, label: &[u8], value: &[u8]) -> Result<Vec<(Id, String)>, Fault> {
    let mut pairs = Vec::new();
    if !json.begin_array()? {
        return Ok(pairs);
    }
    while json.element()? {
        let mut pair = (NO_ID, String::new());
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                match key {
                    _ if key == label => pair.0 = id(json)?,
                    _ if key == value => pair.1 = text(json)?,
                    _ => json.skip()?,
                }
            }
        }
        pairs.push(pair);
    }
    Ok(pairs)
}
