//! The conversion without its last step: what would be written, for people to look at before anything is sent.

use super::Error;
use super::execution::Prepared;
use super::naming::Conflicts;
use crate::bundle::manifest::{Disagreeing, Totals, Trimmed, Undecided};
use crate::bundle::{BundlePlan, RunStore};
use crate::model::key::project_of;
use crate::xray::TestName;

/// What a conversion would come to.
#[derive(Debug, Default)]
pub struct Plan {
    /// Sums, as they would stand in the manifest.
    pub totals: Totals,
    /// The Test Executions, in order.
    pub executions: Vec<PlannedExecution>,
    /// Tests that have no key while no project is given: no conversion would be written before there is one. In order,
    /// as often as they were met.
    pub unmapped: Vec<String>,
}

/// One Test Execution as it would be written.
#[derive(Debug)]
pub struct PlannedExecution {
    /// First part of its bundles' names.
    pub id: String,
    /// What its reports have in common.
    pub source: String,
    /// Its key, when one is known.
    pub key: Option<String>,
    /// Its runs.
    pub runs: u64,
    /// Keys of Tests that are known, in order of first appearance.
    pub keys: Vec<String>,
    /// Those of the keys that are not of the project that was given.
    pub foreign_keys: Vec<String>,
    /// Names that do not fit together.
    pub conflicts: Conflicts,
    /// Definitions of Tests that would be created unless they exist already, in the same order.
    pub definitions: Vec<String>,
    /// Its bundles.
    pub bundles: Vec<PlannedBundle>,
    /// Runs that alone are larger than a bundle, and what would be left out of them.
    pub trimmed: Vec<Trimmed>,
    /// Tests that passed in one report and failed in another, where the worst result counts.
    pub disagreeing: Option<Disagreeing>,
    /// Tests that passed in one report and did not run in another, where that is undecided.
    pub undecided: Option<Undecided>,
}

/// One bundle as it would be written.
#[derive(Debug, Clone, Copy)]
pub struct PlannedBundle {
    /// Its number, from one.
    pub part: u32,
    /// Its exact size.
    pub bytes: u64,
    /// Runs in it.
    pub runs: u64,
    /// Whether it would wait for the key of its Test Execution.
    pub needs_key: bool,
}

impl PlannedExecution {
    /// The Test Execution, whose Tests are not named yet.
    pub(super) fn of(prepared: &Prepared) -> PlannedExecution {
        PlannedExecution {
            id: prepared.id.clone(),
            source: prepared.source.clone(),
            key: prepared.key.clone(),
            runs: prepared.settled.len() as u64,
            keys: Vec::new(),
            foreign_keys: Vec::new(),
            conflicts: Conflicts::default(),
            definitions: Vec::new(),
            bundles: prepared.plans.iter().map(|plan| planned_bundle(plan, prepared.key.as_deref())).collect(),
            trimmed: prepared.trimmed.clone(),
            disagreeing: prepared.contradictions.disagreeing.clone(),
            undecided: prepared.contradictions.undecided.clone(),
        }
    }

    /// Names its Tests, which are read from the store for that, and finds the names that do not fit together.
    pub(super) fn name_tests(
        &mut self,
        prepared: &Prepared,
        store: &RunStore,
        project: Option<&str>,
    ) -> Result<(), Error> {
        for name in prepared.names(store)? {
            self.name_test(name, project);
        }
        self.conflicts = prepared.collected.naming.conflicts(&self.definitions);
        Ok(())
    }

    fn name_test(&mut self, name: TestName, project: Option<&str>) {
        match name {
            TestName::Key(key) => {
                if project.is_some_and(|project| project_of(&key) != project) {
                    self.foreign_keys.push(key.clone());
                }
                self.keys.push(key);
            }
            TestName::Definition(definition) => self.definitions.push(definition),
        }
    }
}

fn planned_bundle(plan: &BundlePlan, key: Option<&str>) -> PlannedBundle {
    PlannedBundle {
        part: plan.part,
        bytes: plan.bytes,
        runs: plan.runs.len() as u64,
        needs_key: plan.part > 1 && key.is_none(),
    }
}
