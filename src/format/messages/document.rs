//! The Gherkin document of a feature: its scenarios, their ids and their lines.

use crate::format::json::{Fault, JsonCursor};

use super::ids::{Id, NO_ID, id};
use super::text;

/// Where children are read: a rule holds no rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Feature,
    Rule,
}

/// A scenario as the document states it.
#[derive(Debug, Default)]
pub(super) struct Scenario {
    pub(super) node: Id,
    /// The id that it has in JSON reports, without the feature's part.
    pub(super) id: String,
    pub(super) line: Option<u64>,
    /// Rows of its Examples, with their lines.
    pub(super) rows: Vec<(Id, u64)>,
}

/// What is below a feature.
#[derive(Debug, Default)]
pub(super) struct Children {
    pub(super) scenarios: Vec<Scenario>,
    /// Keywords of all steps, those of backgrounds included.
    pub(super) keywords: Vec<(Id, String)>,
}

/// Scenarios and steps below a feature or a rule.
pub(super) fn read_children(
    json: &mut JsonCursor<'_>,
    rule: &str,
    level: Level,
    children: &mut Children,
) -> Result<(), Fault> {
    each(json, |json, key| match key {
        b"background" => read_background(json, children),
        b"scenario" => {
            let (mut scenario, mut name) = (Scenario::default(), String::new());
            if !json.begin_object()? {
                return Ok(());
            }
            while let Some(key) = json.key()? {
                match key {
                    b"id" => scenario.node = id(json)?,
                    b"name" => name = text(json)?,
                    b"location" => scenario.line = read_line(json)?,
                    b"steps" => read_keywords(json, &mut children.keywords)?,
                    b"examples" => each(json, |json, key| match key {
                        b"tableBody" => read_rows(json, &mut scenario.rows),
                        _ => json.skip(),
                    })?,
                    _ => json.skip()?,
                }
            }
            let between = if level == Level::Rule { ";" } else { "" };
            scenario.id = format!("{}{between}{}", slug(rule), slug(&name));
            children.scenarios.push(scenario);
            Ok(())
        }
        b"rule" if level == Level::Feature => read_rule(json, children),
        _ => json.skip(),
    })
}

fn read_background(json: &mut JsonCursor<'_>, children: &mut Children) -> Result<(), Fault> {
    if json.begin_object()? {
        while let Some(key) = json.key()? {
            if key == b"steps" { read_keywords(json, &mut children.keywords)? } else { json.skip()? }
        }
    }
    Ok(())
}

fn read_keywords(json: &mut JsonCursor<'_>, keywords: &mut Vec<(Id, String)>) -> Result<(), Fault> {
    if !json.begin_array()? {
        return Ok(());
    }
    while json.element()? {
        let (mut step, mut keyword) = (NO_ID, String::new());
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                match key {
                    b"id" => step = id(json)?,
                    b"keyword" => keyword = text(json)?,
                    _ => json.skip()?,
                }
            }
        }
        keywords.push((step, keyword));
    }
    Ok(())
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
fn read_rows(json: &mut JsonCursor<'_>, rows: &mut Vec<(Id, u64)>) -> Result<(), Fault> {
    if !json.begin_array()? {
        return Ok(());
    }
    while json.element()? {
        let (mut node, mut line) = (NO_ID, None);
        if json.begin_object()? {
            while let Some(key) = json.key()? {
                match key {
                    b"id" => node = id(json)?,
                    b"location" => line = read_line(json)?,
                    _ => json.skip()?,
                }
            }
        }
        rows.extend(line.map(|line| (node, line)));
    }
    Ok(())
}

fn read_rule(json: &mut JsonCursor<'_>, children: &mut Children) -> Result<(), Fault> {
    let (mut name, mut own) = (String::new(), None);
    if !json.begin_object()? {
        return Ok(());
    }
    while let Some(key) = json.key()? {
        match key {
            b"name" => name = text(json)?,
            b"children" => {
                own = Some(json.clone());
                json.skip()?;
            }
            _ => json.skip()?,
        }
    }
    match own {
        Some(mut own) => read_children(&mut own, &name, Level::Rule, children),
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

/// A name as the ids of JSON reports have it: lower case, blanks as hyphens.
pub(super) fn slug(name: &str) -> String {
    name.trim().to_lowercase().replace(' ', "-")
}
