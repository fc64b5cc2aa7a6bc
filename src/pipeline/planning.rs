//! A conversion that writes nothing: the same code decides what would be in which bundle.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use super::collect::Closed;
use super::finish::{Done, Finish, Outstanding, Readying};
use super::flow::{Flow, Waiting};
use super::plan::{Plan, PlannedExecution};
use super::purpose::Names;
use super::stop::Stop;
use super::{Error, Job, Observer};
use crate::bundle::LineSpool;
use crate::bundle::manifest::Totals;

/// Does all that [`convert`](super::convert()) does but writing: the same code decides what would be in which bundle.
///
/// # Errors
/// As there, but for the output folder. Runs that do not fit into memory wait in the system's temporary folder.
pub fn plan(job: &Job, observer: &dyn Observer) -> Result<Plan, Error> {
    plan_with(job, Names::Kept, observer, &AtomicBool::new(false))
}

/// Does all that [`convert`](super::convert()) does but writing, and nothing else, as naming the Tests would be: what
/// writing takes is the difference between the two.
///
/// # Errors
/// As for [`plan()`], when a case needs a project and none is given, or `stop` was set.
pub fn rehearse(job: &Job, observer: &dyn Observer, stop: &AtomicBool) -> Result<Totals, Error> {
    plan_with(job, Names::Forgotten, observer, stop).map(|plan| plan.totals)
}

fn plan_with(job: &Job, names: Names, observer: &dyn Observer, stop: &AtomicBool) -> Result<Plan, Error> {
    let stop = Stop::new(stop);
    let spool = LineSpool::new(&std::env::temp_dir());
    let sidecar = job.sidecar(None);
    let waiting = Waiting { folder: None, spool: &spool, sidecar: sidecar.as_ref() };
    let flow = Flow { job, waiting, names, observer, stop: &stop };
    let planning = Planning { readying: flow.readying(), names, project: job.rules.project.as_deref() };
    Ok(flow.run(HashMap::new(), &planning)?.plan())
}

/// Says of each group what would be written.
struct Planning<'p> {
    readying: Readying<'p>,
    names: Names,
    /// Keys of other projects are foreign.
    project: Option<&'p str>,
}

impl Finish<PlannedExecution> for Planning<'_> {
    fn finish(&self, closed: Closed, _: &Outstanding) -> Result<Done<PlannedExecution>, Error> {
        self.readying.ready(closed)?.plan(self.names, self.project)
    }
}
