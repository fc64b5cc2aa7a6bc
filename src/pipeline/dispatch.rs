//! Files to workers and outcomes back, in order, never more than a window's worth on the way.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::Error;
use super::grouping::{Entered, Group, Grouping};
use super::outcome::ReportOutcome;
use super::stop::Stop;
use super::visitor::ConversionFailure;
use super::worker::{self, Purpose, Scratch};
use crate::model::ReportId;
use crate::source::{self, Input};

/// Reports on their way for each worker thread. More evens out reports of different size; memory grows with it.
const WINDOW_PER_THREAD: usize = 16;

/// One file as it reaches the collector.
pub(super) struct Arrival {
    /// What came of it.
    pub(super) outcome: ReportOutcome,
    /// Its group.
    pub(super) group: Arc<Group>,
    /// Groups that have no more files: the walk had left them before it came to this one.
    pub(super) left: Vec<Arc<Group>>,
    /// What ends the conversion.
    failure: Option<ConversionFailure>,
}

/// What is done with each file, in walk order.
pub(super) type Collect<'c> = dyn FnMut(Arrival) -> Result<(), Error> + Send + 'c;

/// Walks the inputs on this thread, has the files read by a pool and gives every outcome to `collect`, in walk order,
/// on a thread of its own.
///
/// A permit is taken for each file before it is handed to the pool and given back when its outcome has been collected.
/// Since the channel holds a window's worth, no worker ever blocks, and since the permits are a window's worth, the
/// reorder buffer cannot grow past it.
pub(super) fn run(
    inputs: &[Input],
    options: &source::Options,
    threads: usize,
    purpose: &Purpose<'_>,
    grouping: &mut Grouping,
    stop: &Stop<'_>,
    collect: &mut Collect<'_>,
) -> Result<(), Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(Error::threads)?;
    let window = pool.current_num_threads() * WINDOW_PER_THREAD;
    let (permits, permits_back) = permits(window);
    let (arrivals, incoming) = bounded(window);
    let scratches = ScratchShelf::default();
    std::thread::scope(|scope| {
        let collector = scope.spawn(move || collect_in_order(&incoming, &permits_back, stop, collect));
        // In place: the walk stays on this thread, which is none of the pool's and so may block (an ordinary scope would
        // move it onto the pool and could wait there for itself).
        let walked = pool.in_place_scope_fifo(|pool_scope| {
            let mut next = 0u32;
            source::walk(inputs, options, &mut |found| {
                if stop.is_set() || permits.recv().is_err() {
                    return ControlFlow::Break(());
                }
                let id = ReportId(next);
                next += 1;
                let Entered { group, place, left } = grouping.enter(&found);
                let (arrivals, scratches) = (arrivals.clone(), &scratches);
                pool_scope.spawn_fifo(move |_| {
                    let mut scratch = scratches.take();
                    let (outcome, failure) = worker::process(id, found, &group, place, purpose, &mut scratch);
                    scratches.put(scratch);
                    // The collector outlives all senders; it hangs up only after a failure of its own.
                    let _ = arrivals.send(Arrival { outcome, group, left, failure });
                });
                ControlFlow::Continue(())
            })
        });
        drop(arrivals);
        let collected = collector.join().map_err(|_| Error::collector());
        collected??;
        walked.map_err(Error::Source)
    })
}

fn permits(window: usize) -> (Receiver<()>, Sender<()>) {
    let (give, take) = bounded(window);
    for _ in 0..window {
        let _ = give.send(());
    }
    (take, give)
}

/// Puts outcomes into order and hands them on. After a failure it only drains, so that nobody waits for it.
fn collect_in_order(
    incoming: &Receiver<Arrival>,
    permits: &Sender<()>,
    stop: &Stop<'_>,
    collect: &mut Collect<'_>,
) -> Result<(), Error> {
    let mut waiting = BTreeMap::new();
    let mut next = ReportId(0);
    let mut result = Ok(());
    for arrival in incoming {
        waiting.insert(arrival.outcome.id, arrival);
        while let Some(mut arrival) = waiting.remove(&next) {
            next = ReportId(next.0 + 1);
            if result.is_ok() {
                result = match arrival.failure.take() {
                    Some(failure) => Err(Error::conversion(&arrival.outcome, failure)),
                    None => collect(arrival),
                };
                if result.is_err() {
                    stop.fail();
                }
            }
            let _ = permits.send(());
        }
    }
    result
}

/// Scratch memory that waits for the next report: as many as reports were ever read at once.
#[derive(Default)]
struct ScratchShelf(Mutex<Vec<Scratch>>);

impl ScratchShelf {
    fn take(&self) -> Scratch {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn put(&self, scratch: Scratch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }
}
