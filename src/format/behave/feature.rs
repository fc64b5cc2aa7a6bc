//! A feature, whose scenarios wait for what stands behind them.

use std::ops::ControlFlow;

use xxhash_rust::xxh3::xxh3_64;

use crate::format::gherkin::identity;
use crate::model::{Example, List, ReportVisitor, Reuse, trimmed};

use super::outline::Outlines;
use super::row;
use super::scenario::Scenario;

/// A feature, filled again and again.
#[derive(Default)]
pub(super) struct Feature {
    pub(super) name: String,
    pub(super) location: String,
    pub(super) tags: List<String>,
    pub(super) scenarios: List<Scenario>,
    outlines: Outlines,
    title: String,
}

impl Reuse for Feature {
    fn reset(&mut self) {
        self.name.clear();
        self.location.clear();
        self.tags.clear();
        self.scenarios.clear();
    }
}

impl Feature {
    /// Gives out the scenarios of the feature, which is the `number`th of its report.
    pub(super) fn give_out(&mut self, number: u64, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.outlines.find(&self.scenarios);
        let shares_container = self.outlines.several();
        for index in 0..self.scenarios.len() {
            let namesake = &self.scenarios[self.outlines.namesake(index)];
            self.title.clear();
            self.title.push_str(&namesake.name);
            let Scenario { case, location, .. } = &mut self.scenarios[index];
            case.title.push_str(&self.title);
            push_definition(&self.title, location, &self.location, &mut case.qualified_name);
            case.container.push_str(trimmed(&self.name));
            let line = line(location);
            case.site = identity::site(row::file(trimmed(location)), line);
            if let Some(line) = line.filter(|_| case.is_example) {
                case.example = Example { line, id: xxh3_64(trimmed(location).as_bytes()).max(1) };
            }
            case.attempt_group = attempt_group(number, location);
            case.shares_container = shares_container;
            for tag in self.tags.iter() {
                case.container_tags.add().push_str(tag);
            }
            visitor.case(case)?;
        }
        ControlFlow::Continue(())
    }
}

/// File, number sign, name (decision 7); separators of paths as on most systems (B17). A nameless scenario has none.
fn push_definition(name: &str, location: &str, of_feature: &str, out: &mut String) {
    if name.is_empty() {
        return;
    }
    let own = row::file(location);
    let file = if own.is_empty() { row::file(trimmed(of_feature)) } else { own };
    if !file.is_empty() {
        identity::push_uri(file, out);
        out.push('#');
    }
    out.push_str(name);
}

/// The line of a `path:line`.
fn line(location: &str) -> Option<u64> {
    trimmed(location).rsplit_once(':')?.1.parse().ok().filter(|line| *line > 0)
}

/// The same place again inside one feature is another attempt (B21).
fn attempt_group(feature: u64, location: &str) -> u64 {
    match location {
        "" => 0,
        location => (xxh3_64(location.as_bytes()) ^ feature.rotate_left(32)).max(1),
    }
}
